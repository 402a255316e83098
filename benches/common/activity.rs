//! Data that benchmarks share.

/// Activity as the models simulate it: bumps that decay, with noise of one part in a thousand.
pub(crate) fn activity(count: u32) -> Vec<f64> {
    // Xorshift (Marsaglia 2003).
    let mut state = 0x2545_f491_u32;
    let mut noise = || {
        state ^= state << 13;
        state ^= state >> 17;
        state ^= state << 5;
        f64::from(state) / f64::from(u32::MAX) - 0.5
    };
    (0..count)
        .map(|at| {
            let distance = f64::from(at % 180) - 90.0;
            let bump = (-distance * distance / 800.0).exp();
            bump * (1.0 + 1e-3 * noise())
        })
        .collect()
}
