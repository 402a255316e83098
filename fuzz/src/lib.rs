//! The targets and seeds of the package's own mutation test, for libFuzzer.

#[path = "../../rust/tests/fuzzing/checksums.rs"]
mod checksums;
#[path = "../../rust/tests/fuzzing/results.rs"]
mod results;
#[path = "../../rust/tests/fuzzing/seeds.rs"]
mod seeds;
#[path = "../../rust/tests/fuzzing/targets.rs"]
mod targets;
#[path = "../../rust/tests/fuzzing/text.rs"]
mod text;

/// Runs the target of this name.
pub fn run(target: &str, bytes: &[u8]) {
    let (_, run) = targets::TARGETS
        .into_iter()
        .find(|(name, _)| *name == target)
        .expect("the name of a target");
    run(bytes);
}

/// Every target with good inputs of it.
pub fn seeds() -> impl Iterator<Item = (&'static str, Vec<Vec<u8>>)> {
    targets::TARGETS
        .into_iter()
        .map(|(name, _)| (name, seeds::seeds(name)))
}
