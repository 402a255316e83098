//! Members that are longer than the NetCDF file in them.

use super::*;
use crate::netcdf;
use crate::results::netcdf_member::decode;

const MIB: usize = 1 << 20;

/// The outcome of decoding a member that holds `file` and zeros behind it.
fn decoded(file: &[u8], behind: usize, method: Method) -> Result<usize> {
    let mut plain = file.to_vec();
    plain.resize(file.len() + behind, 0);
    let mut writer = Writer::new(Vec::new(), 0, OPTIONS);
    let options = StoreOptions {
        method,
        level: None,
        threads: 1,
    };
    writer.add(&options.file("data", &plain).unwrap()).unwrap();
    let archive = archive(&writer.finish().unwrap()).unwrap();
    decode(&archive.fetch("data").unwrap()).map(|bytes| bytes.len())
}

/// A file of NetCDF-3 whose header alone is of `len` bytes.
fn long_header(len: usize) -> Vec<u8> {
    let mut file = b"CDF\x01".to_vec();
    // No records, no dimensions, one attribute of chars, no variables.
    file.extend([0; 12]);
    for number in [0x0c_u32, 1, 1] {
        file.extend(number.to_be_bytes());
    }
    file.extend(b"a\0\0\0");
    file.extend(2_u32.to_be_bytes());
    file.extend(u32::try_from(len).unwrap().to_be_bytes());
    file.resize(file.len() + len + 8, 0);
    file
}

#[test]
fn a_member_may_be_a_mebibyte_longer_than_its_file() {
    let netcdf = archive(NETCDF4).unwrap().read("ndr_0/nddata.nc").unwrap();
    let length = netcdf::stated_length(&netcdf).unwrap().unwrap();
    let most = usize::try_from(length).unwrap() + MIB;
    let behind = most - netcdf.len();
    for method in Method::ALL {
        assert_eq!(decoded(&netcdf, behind, method).unwrap(), most);
        let error = decoded(&netcdf, behind + 1, method).unwrap_err();
        assert_eq!(error.kind(), Kind::Netcdf);
        let told = format!("expected {length} bytes, as its header says");
        assert!(error.to_string().contains(&told), "{error}");
    }
}

#[test]
fn long_headers_are_read_to_their_end() {
    for len in [4, 100_000, 300_000, 3 * MIB] {
        let file = long_header(len);
        assert!(decoded(&file, 0, Method::Deflated).is_ok());
        assert!(decoded(&file, MIB, Method::Deflated).is_ok());
        assert!(decoded(&file, MIB + 4, Method::Deflated).is_err());
    }
    // An attribute that is longer than the member: the reader says so.
    let mut file = long_header(4 * MIB);
    file.truncate(3 * MIB);
    assert!(decoded(&file, 0, Method::Deflated).is_ok());
    assert!(netcdf::read(&file, &Limits::default()).is_err());
}

#[test]
fn what_is_not_netcdf_is_refused_by_its_first_bytes() {
    let error = decoded(b"no NetCDF", 2 * MIB, Method::Bzip2).unwrap_err();
    assert!(error.to_string().contains("the signature of"), "{error}");
}
