//! Settings that the benchmarks share.

use std::time::Duration;

use criterion::Criterion;

/// Brief runs: throughput to a few percent, all benchmarks within two minutes.
pub(crate) fn criterion() -> Criterion {
    Criterion::default()
        .sample_size(10)
        .warm_up_time(Duration::from_millis(300))
        .measurement_time(Duration::from_millis(1500))
        .configure_from_args()
}
