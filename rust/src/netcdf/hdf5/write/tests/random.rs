//! Random datasets are read as they were written.

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::{Index, select};

use super::{file, variable};
use crate::dtype::{DType, Endian};
use crate::limits::Limits;
use crate::netcdf::{Attr, Data, Dataset, Variable, read};

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
    (dims, vec(other, 1..4), any::<u8>(), any::<Index>(), attrs()).prop_map(assembled)
}

type Attrs = Vec<(String, Attr)>;
/// Name and length of a dimension, and whether it has a coordinate.
type Dimension = (String, u64, bool);
/// Name, axes and type of a variable, whether it is text, and its attributes.
type Other = (String, Vec<Index>, DType, bool, Attrs);
type Parts = (Vec<Dimension>, Vec<Other>, u8, Index, Attrs);

fn assembled((mut dims, others, fill, payload, attrs): Parts) -> (Dataset, usize) {
    let mut names = std::collections::HashSet::new();
    dims.retain(|(name, ..)| names.insert(name.clone()));
    let lengths = dims.iter().map(|(name, len, _)| (name.clone(), *len));
    let lengths: Vec<_> = lengths.collect();
    let mut variables = Vec::new();
    for (dim, (name, _, coordinate)) in lengths.iter().zip(&dims) {
        if *coordinate {
            let dtype = (name.len() % 2 == 1).then_some(DType::I32);
            variables.push(filled(name, std::slice::from_ref(dim), dtype, fill));
        }
    }
    for (name, axes, dtype, text, attrs) in others {
        if names.insert(name.clone()) {
            let axes = if lengths.is_empty() { vec![] } else { axes };
            let axes: Vec<_> = axes.iter().map(|axis| axis.get(&lengths).clone()).collect();
            let mut variable = filled(&name, &axes, (!text).then_some(dtype), fill);
            variable.attrs = attrs;
            variables.push(variable);
        }
    }
    let dtype = DType::ALL[payload.index(11)];
    variables.push(filled(&"payload".repeat(3), &lengths, Some(dtype), fill));
    let payload = variables.len() - 1;
    let dataset = Dataset {
        dims: lengths,
        variables,
        attrs,
    };
    (dataset, payload)
}

/// A variable of texts, or of numbers all of whose bytes are `fill`.
fn filled(name: &str, axes: &[(String, u64)], dtype: Option<DType>, fill: u8) -> Variable {
    let count = usize::try_from(axes.iter().map(|(_, len)| len).product::<u64>()).unwrap();
    let data = match dtype {
        Some(dtype) => Data::Owned(vec![fill; count * dtype.size()]),
        None => Data::Strings((0..count).map(|at| "é".repeat(at % 3)).collect()),
    };
    variable(name, axes, dtype, data)
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
