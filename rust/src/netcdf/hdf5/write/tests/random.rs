//! Random datasets are read as they were written.

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::{Index, select};

use super::{file, variable};
use crate::dtype::{DType, Endian};
use crate::limits::Limits;
use crate::netcdf::{Attr, Data, Dataset, read};

/// Reads a file with all its numbers in memory.
fn owned(file: &[u8], payload_shuffled: bool) -> Dataset {
    let mut dataset = read(file, &Limits::default()).unwrap();
    for variable in &mut dataset.variables {
        if let Data::Raw { range, shuffled } = &variable.data {
            assert!(!*shuffled || payload_shuffled);
            variable.data = Data::Owned(file[range.clone()].to_vec());
        }
    }
    dataset
}

fn name() -> impl Strategy<Value = String> {
    "[a-zé_ ][a-z0-9é ]{0,12}".prop_filter("a user's name", |name| name != "NAME")
}

fn attr() -> impl Strategy<Value = Attr> {
    let text = "[^\0]{0,9}";
    prop_oneof![
        text.prop_map(Attr::Text),
        vec(text, 2..4).prop_map(Attr::Texts),
        (
            select(&DType::ALL[..]),
            any::<bool>(),
            vec(any::<[u8; 8]>(), 1..4)
        )
            .prop_map(|(dtype, big, values)| {
                let size = dtype.size();
                let bytes = values
                    .iter()
                    .flat_map(|value| value[..size].to_vec())
                    .collect();
                let order = if big { Endian::Big } else { Endian::Little };
                Attr::Numbers {
                    dtype,
                    order,
                    bytes,
                }
            }),
    ]
}

fn attrs() -> impl Strategy<Value = Vec<(String, Attr)>> {
    vec((name(), attr()), 0..12).prop_map(|mut attrs| {
        let mut seen = std::collections::HashSet::new();
        attrs.retain(|(name, _)| seen.insert(name.clone()));
        attrs
    })
}

/// Dimensions, some with coordinates, variables over some of them, and the payload's number.
fn dataset() -> impl Strategy<Value = (Dataset, usize)> {
    let dims = vec((name(), 0..5_u64, any::<bool>()), 0..5);
    let other = (
        name(),
        vec(any::<Index>(), 0..4),
        select(&DType::ALL[..]),
        any::<bool>(),
        attrs(),
    );
    (dims, vec(other, 1..4), any::<u8>(), any::<Index>(), attrs()).prop_map(
        |(mut dims, others, fill, payload, attrs)| {
            let mut names = std::collections::HashSet::new();
            dims.retain(|(name, ..)| names.insert(name.clone()));
            let lengths: Vec<_> = dims
                .iter()
                .map(|(name, len, _)| (name.clone(), *len))
                .collect();
            let mut variables = Vec::new();
            let mut add =
                |name: String, axes: Vec<(String, u64)>, dtype: DType, text: bool, attrs| {
                    let count =
                        usize::try_from(axes.iter().map(|(_, len)| len).product::<u64>()).unwrap();
                    let (dtype, data) = if text {
                        let text = |at: usize| "é".repeat(at % 3);
                        (None, Data::Strings((0..count).map(text).collect()))
                    } else {
                        let bytes = vec![fill; count * dtype.size()];
                        (Some(dtype), Data::Owned(bytes))
                    };
                    let mut variable = variable(&name, &axes, dtype, data);
                    variable.attrs = attrs;
                    variables.push(variable);
                };
            for (dim, (name, _, coordinate)) in lengths.iter().zip(&dims) {
                if *coordinate {
                    add(
                        name.clone(),
                        vec![dim.clone()],
                        DType::I32,
                        name.len() % 2 == 0,
                        vec![],
                    );
                }
            }
            for (name, axes, dtype, text, attrs) in others {
                if names.insert(name.clone()) {
                    let axes = if lengths.is_empty() { vec![] } else { axes };
                    let axes = axes.iter().map(|axis| axis.get(&lengths).clone()).collect();
                    add(name, axes, dtype, text, attrs);
                }
            }
            add(
                "payload".repeat(3),
                lengths.clone(),
                DType::ALL[payload.index(11)],
                false,
                vec![],
            );
            let payload = variables.len() - 1;
            (
                Dataset {
                    dims: lengths,
                    variables,
                    attrs,
                },
                payload,
            )
        },
    )
}

proptest! {
    #[test]
    fn what_is_written_reads_equal((dataset, payload) in dataset(), shuffled: bool) {
        let Data::Owned(bytes) = &dataset.variables[payload].data else {
            panic!("the payload is numbers");
        };
        let file = file(&dataset, payload, shuffled, bytes);
        prop_assert_eq!(owned(&file, shuffled), dataset);
    }
}
