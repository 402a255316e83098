//! Every target of the fuzzer on seeded mutations of good inputs, on any toolchain.
#![expect(
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a panic is how a target fails"
)]

mod checksums;
mod mutate;
mod results;
mod seeds;
mod targets;
mod text;

use std::panic::catch_unwind;

use mutate::{Random, mutated};

/// Mutations a target; a few seconds in a debug build.
const CASES: u64 = 1500;

/// Runs the good inputs and then mutations of them.
fn run(name: &str) {
    let (_, target) = targets::TARGETS
        .into_iter()
        .find(|(n, _)| *n == name)
        .unwrap();
    let seeds = seeds::seeds(name);
    for seed in &seeds {
        target(seed);
    }
    for case in 0..CASES {
        let mut random = Random(case);
        let (good, other) = (random.below(seeds.len()), random.below(seeds.len()));
        let input = mutated(&seeds[good], &seeds[other], &mut random);
        assert!(
            catch_unwind(|| target(&input)).is_ok(),
            "target {name}, case {case}: {}",
            input.escape_ascii()
        );
    }
}

#[test]
fn archives_are_refused_or_sound() {
    run("archive");
}

#[test]
fn members_are_refused_or_of_their_size() {
    run("member");
}

#[test]
fn netcdf3_is_refused_or_sound() {
    run("classic");
}

#[test]
fn hdf5_is_refused_or_sound() {
    run("hdf5");
}

#[test]
fn lifted_text_means_the_same() {
    run("json");
}

#[test]
fn packed_arrays_come_back() {
    run("pack");
}

#[test]
fn results_do_not_depend_on_how_they_are_opened() {
    run("collection");
}

#[test]
fn checksums_are_those_of_libhdf5() {
    for seed in seeds::seeds("hdf5") {
        let mut sealed = seed.clone();
        checksums::seal(&mut sealed);
        assert!(sealed == seed);
    }
}
