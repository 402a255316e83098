//! Numbers in JSON text, as upstream writes the arrays of one result: in bytes of text.
#![expect(clippy::unwrap_used, reason = "a benchmark ends at the first failure")]

#[path = "common/activity.rs"]
mod activity;
#[path = "common/settings.rs"]
mod settings;

use std::hint::black_box;

use _native::json::lift;
use _native::json::write::push_float;
use _native::limits::Limits;
use criterion::{Criterion, Throughput};

/// Makes about 50 MB of text.
const COUNT: u32 = 1_500_000;
const COLUMNS: usize = 180;

/// The numbers as `json.dumps(..., indent=2)` writes nested lists, a number a line.
fn text_of(numbers: &[f64]) -> Vec<u8> {
    let mut text = b"{\"extra\": [".to_vec();
    for (row, values) in numbers.chunks(COLUMNS).enumerate() {
        text.extend_from_slice(if row == 0 { b"\n    [" } else { b",\n    [" });
        for (column, &value) in values.iter().enumerate() {
            text.extend_from_slice(if column == 0 {
                b"\n      "
            } else {
                b",\n      "
            });
            assert!(push_float(&mut text, value).is_ok());
        }
        text.extend_from_slice(b"\n    ]");
    }
    text.extend_from_slice(b"\n]}");
    text
}

fn json(criterion: &mut Criterion) {
    let mut numbers = activity::activity(COUNT);
    numbers.truncate(numbers.len() / COLUMNS * COLUMNS);
    let text = text_of(&numbers);
    let (size, limits) = (text.len() as u64, Limits::default());
    let lifted = |text: &[u8]| lift(text, 1000, size, &limits).unwrap();
    let bytes: Vec<u8> = numbers.iter().copied().flat_map(f64::to_le_bytes).collect();
    assert_eq!(lifted(&text).arrays[0].bytes, bytes);

    let mut group = criterion.benchmark_group("JSON");
    group.throughput(Throughput::Bytes(size));
    group.bench_function("lift numbers", |b| b.iter(|| lifted(black_box(&text))));
    group.bench_function("write numbers", |b| b.iter(|| text_of(black_box(&numbers))));
    group.finish();
}

fn main() {
    let mut criterion = settings::criterion();
    json(&mut criterion);
    criterion.final_summary();
}
