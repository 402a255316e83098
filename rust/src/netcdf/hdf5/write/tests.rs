mod random;

use super::file_prefix;
use crate::dtype::{DType, Endian};
use crate::error::Kind;
use crate::limits::Limits;
use crate::netcdf::{Attr, Data, Dataset, Variable, read};

fn variable(name: &str, dims: &[(String, u64)], dtype: Option<DType>, data: Data) -> Variable {
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
        ("modes", 3, None, texts(&["auditory", "visual", "multi"])),
        ("times", 1, Some(DType::I64), Data::Owned(vec![0; 8])),
        ("positions", 49, Some(DType::I64), Data::Owned(positions)),
        ("positions_coordinates", 1, None, texts(&["x0"])),
    ];
    let dims: Vec<_> = coordinates
        .iter()
        .map(|(name, len, ..)| ((*name).to_owned(), *len))
        .collect();
    let mut variables = Vec::new();
    for (dim, (name, _, dtype, data)) in dims.iter().zip(coordinates) {
        variables.push(variable(name, std::slice::from_ref(dim), dtype, data));
    }
    let mut values = variable("values", &dims, Some(DType::F64), Data::Owned(vec![]));
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

/// The file with `bytes` as its payload.
fn file(dataset: &Dataset, payload: usize, shuffled: bool, bytes: &[u8]) -> Vec<u8> {
    [&file_prefix(dataset, payload, shuffled).unwrap(), bytes].concat()
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
        assert!((file.len() - payload.len()).is_multiple_of(8));
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
    let values = variable("values", &dims, Some(DType::F64), Data::Owned(vec![]));
    let dataset = Dataset {
        dims,
        variables: vec![values],
        attrs: vec![],
    };
    assert_eq!(
        file_prefix(&dataset, 0, true).unwrap_err().kind(),
        Kind::Unsupported
    );
    assert!(file_prefix(&dataset, 0, false).is_ok());
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
        let kind = file_prefix(&dataset, 4, false).unwrap_err().kind();
        // A variable with another dimension's name is not a contradiction, but has no place.
        assert!(
            kind == Kind::Value || (at == 4 && kind == Kind::Unsupported),
            "{at}: {kind:?}"
        );
    }
    assert_eq!(
        file_prefix(&kording(), 5, false).unwrap_err().kind(),
        Kind::Value
    );
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

#[test]
fn a_dimension_whose_bytes_exceed_64_bits_is_refused() {
    let dataset = Dataset {
        dims: vec![("long".to_owned(), 1 << 62)],
        variables: vec![variable(
            "value",
            &[],
            Some(DType::U8),
            Data::Owned(vec![0]),
        )],
        attrs: vec![],
    };
    let error = file_prefix(&dataset, 0, false).unwrap_err();
    assert_eq!(error.kind(), Kind::Unsupported, "{error}");
}
