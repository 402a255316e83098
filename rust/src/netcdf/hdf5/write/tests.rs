use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::{Index, select};

use super::head;
use crate::error::Kind;
use crate::limits::Limits;
use crate::netcdf::{Attr, DType, Data, Dataset, Endian, Variable, read};

const NUMBERS: [DType; 11] = [
    DType::I8,
    DType::I16,
    DType::I32,
    DType::I64,
    DType::U8,
    DType::U16,
    DType::U32,
    DType::U64,
    DType::F16,
    DType::F32,
    DType::F64,
];

fn variable(name: &str, dims: &[(String, u64)], dtype: DType, data: Data) -> Variable {
    let (dims, shape) = dims.iter().cloned().unzip();
    let (name, order, attrs) = (name.to_owned(), Endian::Little, vec![]);
    Variable {
        name,
        dims,
        shape,
        dtype,
        order,
        data,
        attrs,
    }
}

fn texts(texts: &[&str]) -> Data {
    Data::Strings(texts.iter().map(|&text| text.to_owned()).collect())
}

/// The shape of a Kording2007 result of scikit-neuromsi; its payload is the last variable.
fn kording() -> Dataset {
    let positions = (0..49_i64).flat_map(i64::to_le_bytes).collect();
    let coordinates = [
        (
            "modes",
            3,
            DType::Str,
            texts(&["auditory", "visual", "multi"]),
        ),
        ("times", 1, DType::I64, Data::Owned(vec![0; 8])),
        ("positions", 49, DType::I64, Data::Owned(positions)),
        ("positions_coordinates", 1, DType::Str, texts(&["x0"])),
    ];
    let dims: Vec<_> = coordinates
        .iter()
        .map(|(name, len, ..)| ((*name).to_owned(), *len))
        .collect();
    let mut variables = Vec::new();
    for (dim, (name, _, dtype, data)) in dims.iter().zip(coordinates) {
        variables.push(variable(name, std::slice::from_ref(dim), dtype, data));
    }
    let mut values = variable("values", &dims, DType::F64, Data::Owned(vec![]));
    let bytes = f64::NAN.to_le_bytes().to_vec();
    let fill = Attr::Numbers {
        dtype: DType::F64,
        order: Endian::Little,
        bytes,
    };
    values.attrs.push(("_FillValue".to_owned(), fill));
    variables.push(values);
    Dataset {
        dims,
        variables,
        attrs: vec![],
    }
}

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

/// The file with `bytes` as its payload.
fn file(dataset: &Dataset, payload: usize, shuffled: bool, bytes: &[u8]) -> Vec<u8> {
    [&head(dataset, payload, shuffled).unwrap(), bytes].concat()
}

#[test]
fn head_of_a_small_result_is_small_but_for_the_heap() {
    let size = file(&kording(), 4, true, &[]).len();
    assert!(size < 4096 + 2300, "{size} bytes");
}

#[test]
fn payload_ends_the_file_and_says_whether_it_is_shuffled() {
    for shuffled in [false, true] {
        let payload: Vec<u8> = (0..147_u32 * 8).map(|n| n.to_le_bytes()[0]).collect();
        let file = file(&kording(), 4, shuffled, &payload);
        let found = read(&file, &Limits::default()).unwrap();
        assert_eq!(
            found.variables[4].data,
            Data::Raw {
                range: file.len() - payload.len()..file.len(),
                shuffled
            }
        );
    }
}

#[test]
fn shuffling_what_one_chunk_cannot_hold_is_refused() {
    let dims = vec![("x".to_owned(), 1 << 29)];
    let values = variable("values", &dims, DType::F64, Data::Owned(vec![]));
    let dataset = Dataset {
        dims,
        variables: vec![values],
        attrs: vec![],
    };
    assert_eq!(
        head(&dataset, 0, true).unwrap_err().kind(),
        Kind::Unsupported
    );
    assert!(head(&dataset, 0, false).is_ok());
}

#[test]
fn contradictions_are_refused() {
    let changes: [fn(&mut Dataset); 7] = [
        |d| d.variables[2].shape[0] = 48,
        |d| d.variables[2].data = Data::Owned(vec![0; 8]),
        |d| d.variables[2].data = texts(&["a"; 49]),
        |d| {
            d.variables[0].data = Data::Raw {
                range: 0..3,
                shuffled: false,
            }
        },
        |d| d.variables[1].name = "modes".to_owned(),
        |d| d.variables[4].name = "a/b".to_owned(),
        |d| {
            d.variables[4]
                .attrs
                .push(("CLASS".to_owned(), Attr::Text("x".to_owned())));
        },
    ];
    for (at, change) in changes.into_iter().enumerate() {
        let mut dataset = kording();
        change(&mut dataset);
        let kind = head(&dataset, 4, false).unwrap_err().kind();
        // A variable with another dimension's name is no contradiction, but has no place.
        assert!(
            kind == Kind::Value || (at == 4 && kind == Kind::Unsupported),
            "{at}: {kind:?}"
        );
    }
    assert_eq!(head(&kording(), 5, false).unwrap_err().kind(), Kind::Value);
}

#[test]
fn dimensions_without_coordinate_have_the_name_by_which_netcdf_knows_them() {
    let mut dataset = kording();
    dataset.variables.remove(2);
    let file = file(&dataset, 3, false, &[]);
    let name = b"This is a netCDF dimension but not a netCDF variable.        49\0";
    assert!(file.windows(name.len()).any(|part| part == name));
}

#[test]
fn damage_to_the_head_never_goes_unnoticed() {
    let mut file = file(&kording(), 4, true, &[7; 147 * 8]);
    let heap = memchr::memmem::find(&file, b"GCOL").unwrap();
    let sound = read(&file, &Limits::default()).unwrap();
    let is_data = |at: usize| {
        let raw = |v: &Variable| matches!(&v.data, Data::Raw { range, .. } if range.contains(&at));
        // Elements of the two variables of text are before their headers.
        sound.variables.iter().any(raw) || (48..96).contains(&at)
    };
    for at in (0..heap).filter(|&at| !is_data(at)) {
        file[at] ^= 1 << (at % 8);
        let found = read(&file, &Limits::default());
        assert!(found.is_err() || found.unwrap() == sound, "{at:#x}");
        file[at] ^= 1 << (at % 8);
    }
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
            select(&NUMBERS[..]),
            any::<bool>(),
            vec(any::<[u8; 8]>(), 1..4)
        )
            .prop_map(|(dtype, big, values)| {
                let size = dtype.size().unwrap();
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
        select(&NUMBERS[..]),
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
                        (DType::Str, Data::Strings((0..count).map(text).collect()))
                    } else {
                        (
                            dtype,
                            Data::Owned(vec![fill; count * dtype.size().unwrap()]),
                        )
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
                NUMBERS[payload.index(11)],
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
