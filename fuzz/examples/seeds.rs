//! Writes the seeds of every target to a folder of its name in the folder that is named.

use std::fs;
use std::path::PathBuf;

use skneuromsi_io_fuzz::seeds;

fn main() -> std::io::Result<()> {
    let corpus = PathBuf::from(std::env::args_os().nth(1).expect("usage: seeds FOLDER"));
    for (target, inputs) in seeds() {
        let folder = corpus.join(target);
        fs::create_dir_all(&folder)?;
        for (index, input) in inputs.into_iter().enumerate() {
            fs::write(folder.join(format!("seed-{index}")), input)?;
        }
    }
    Ok(())
}
