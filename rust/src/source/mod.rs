//! Sources of an archive's bytes: positioned reads on `&self`, so that threads need no lock.

pub mod requests;

use std::fs::File;

use crate::error::{Error, Kind, Result};

/// Bytes to fill, and the offset in the source that they come from.
pub type Stretch<'a> = (u64, &'a mut [u8]);

/// Bytes of known length that any thread may read at any position.
pub trait ReadAt: Send + Sync {
    /// Length in bytes.
    fn size(&self) -> u64;

    /// Fills `buf` from `offset`, or fails: a short read is an error.
    fn read_exact_at(&self, buf: &mut [u8], offset: u64) -> Result<()>;

    /// Fills all of `stretches`, or fails.
    fn read_stretches(&self, stretches: &mut [Stretch<'_>]) -> Result<()> {
        stretches
            .iter_mut()
            .try_for_each(|(offset, buf)| self.read_exact_at(buf, *offset))
    }

    /// True if each read is a request to another machine: few and large ones are worth bytes read in vain.
    fn distant(&self) -> bool {
        false
    }

    /// True if threads gain from reading at the same time.
    fn concurrent(&self) -> bool {
        true
    }

    /// The stamp of the file; `None` where there is no file. Another file of its name has another one, and so has this
    /// file after a change.
    fn stamp(&self) -> Option<Stamp> {
        None
    }

    /// The whole content, where it is in memory already.
    fn as_slice(&self) -> Option<&[u8]> {
        None
    }
}

/// Size, time of the last change in nanoseconds, and number of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stamp {
    /// Bytes.
    pub size: u64,
    /// Nanoseconds since 1970; less than 0 before.
    pub modified: i128,
    /// The file's number (inode) where the system has one, 0 elsewhere.
    pub number: u64,
}

impl Stamp {
    fn of(metadata: &std::fs::Metadata) -> Result<Self> {
        let modified = metadata.modified()?;
        let modified = match modified.duration_since(std::time::UNIX_EPOCH) {
            Ok(after) => after.as_nanos().cast_signed(),
            Err(before) => -before.duration().as_nanos().cast_signed(),
        };
        #[cfg(unix)]
        let number = std::os::unix::fs::MetadataExt::ino(metadata);
        #[cfg(not(unix))]
        let number = 0;
        Ok(Self {
            size: metadata.len(),
            modified,
            number,
        })
    }
}

fn short(offset: u64, wanted: usize, len: u64) -> Error {
    Error::new(
        Kind::Archive,
        format!("{wanted} bytes at offset {offset}"),
        format!("the end of the file at {len}"),
    )
}

/// A plain file, read by position (`pread`): the file is never mapped, because a file that is
/// truncated while mapped kills the process.
#[derive(Debug)]
pub struct FileSource {
    file: File,
    len: u64,
    stamp: Stamp,
}

impl FileSource {
    /// Takes an open file; its length and stamp are read once.
    pub fn new(file: File) -> Result<Self> {
        let stamp = Stamp::of(&file.metadata()?)?;
        let len = stamp.size;
        Ok(Self { file, len, stamp })
    }
}

impl ReadAt for FileSource {
    fn size(&self) -> u64 {
        self.len
    }

    fn stamp(&self) -> Option<Stamp> {
        Some(self.stamp)
    }

    #[cfg(unix)]
    fn read_exact_at(&self, buf: &mut [u8], offset: u64) -> Result<()> {
        use std::os::unix::fs::FileExt;
        self.file
            .read_exact_at(buf, offset)
            .map_err(|error| match error.kind() {
                std::io::ErrorKind::UnexpectedEof => short(offset, buf.len(), self.len),
                _ => error.into(),
            })
    }

    #[cfg(windows)]
    fn read_exact_at(&self, mut buf: &mut [u8], mut offset: u64) -> Result<()> {
        use std::os::windows::fs::FileExt;
        while !buf.is_empty() {
            match self.file.seek_read(buf, offset)? {
                0 => return Err(short(offset, buf.len(), self.len)),
                n => {
                    buf = &mut buf[n..];
                    offset += n as u64;
                }
            }
        }
        Ok(())
    }
}

impl<T: AsRef<[u8]> + Send + Sync> ReadAt for T {
    fn size(&self) -> u64 {
        self.as_ref().len() as u64
    }

    fn read_exact_at(&self, buf: &mut [u8], offset: u64) -> Result<()> {
        let bytes = self.as_ref();
        let from = usize::try_from(offset)
            .ok()
            .and_then(|start| Some(start..start.checked_add(buf.len())?))
            .and_then(|range| bytes.get(range))
            .ok_or_else(|| short(offset, buf.len(), bytes.len() as u64))?;
        buf.copy_from_slice(from);
        Ok(())
    }

    fn as_slice(&self) -> Option<&[u8]> {
        Some(self.as_ref())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_refuse_reads_past_their_end() {
        let bytes = vec![1_u8, 2, 3];
        let mut buf = [0; 2];
        bytes.read_exact_at(&mut buf, 1).unwrap();
        assert_eq!(buf, [2, 3]);
        for offset in [2, 3, u64::MAX] {
            assert_eq!(
                bytes.read_exact_at(&mut buf, offset).unwrap_err().kind(),
                Kind::Archive
            );
        }
    }
}
