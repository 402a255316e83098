use super::head;
use crate::netcdf::{Attr, DType, Data, Dataset, Endian, Variable};

fn texts(name: &str, values: &[&str]) -> Variable {
    Variable {
        name: name.to_owned(),
        dims: vec![name.to_owned()],
        shape: vec![values.len() as u64],
        dtype: DType::Str,
        order: Endian::Little,
        data: Data::Strings(values.iter().map(|&v| v.to_owned()).collect()),
        attrs: vec![],
    }
}

fn numbers(name: &str, n: i64) -> Variable {
    Variable {
        name: name.to_owned(),
        dims: vec![name.to_owned()],
        shape: vec![n as u64],
        dtype: DType::I64,
        order: Endian::Little,
        data: Data::Owned((0..n).flat_map(i64::to_le_bytes).collect()),
        attrs: vec![],
    }
}

/// The shape of a Kording2007 result of scikit-neuromsi.
fn kording() -> Dataset {
    let coordinates = vec![
        texts("modes", &["auditory", "visual", "multi"]),
        numbers("times", 1),
        numbers("positions", 49),
        texts("positions_coordinates", &["x0"]),
    ];
    let dims: Vec<(String, u64)> = coordinates
        .iter()
        .map(|v| (v.name.clone(), v.shape[0]))
        .collect();
    let values = Variable {
        name: "values".to_owned(),
        dims: dims.iter().map(|d| d.0.clone()).collect(),
        shape: dims.iter().map(|d| d.1).collect(),
        dtype: DType::F64,
        order: Endian::Little,
        data: Data::Owned(vec![]),
        attrs: vec![(
            "_FillValue".to_owned(),
            Attr::Numbers {
                dtype: DType::F64,
                order: Endian::Little,
                bytes: f64::NAN.to_le_bytes().to_vec(),
            },
        )],
    };
    let mut variables = coordinates;
    variables.push(values);
    Dataset {
        dims,
        variables,
        attrs: vec![],
    }
}

#[test]
fn head_of_a_small_result_is_small_but_for_the_heap() {
    let size = head(&kording(), 4, true).unwrap().len();
    assert!(size < 4096 + 2300, "{size} bytes");
}
