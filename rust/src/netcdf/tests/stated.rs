//! Lengths that headers state.

use super::*;

#[test]
fn headers_state_the_length_of_their_file() {
    for file in [NETCDF4, H5NETCDF, LAYOUTS] {
        let length = stated_length(file).unwrap().unwrap();
        let whole = &file[..usize::try_from(length).unwrap()];
        assert!(read(whole, &Limits::default()).is_ok());
        assert!(read(&whole[..whole.len() - 1], &Limits::default()).is_err());
        // Behind the superblock nothing is looked at.
        assert_eq!(
            stated_length(&file[..64]).unwrap(),
            stated_length(file).unwrap()
        );
    }
    for file in [CLASSIC, RECORDS] {
        let length = stated_length(file).unwrap().unwrap();
        // Padding is not counted.
        assert!(file.len() as u64 - length < 4, "{length} of {}", file.len());
        assert!(
            read(
                &file[..usize::try_from(length).unwrap()],
                &Limits::default()
            )
            .is_ok()
        );
    }
}

#[test]
fn a_beginning_that_ends_within_the_header_states_nothing() {
    let header = (64..CLASSIC.len())
        .find(|&len| stated_length(&CLASSIC[..len]).unwrap().is_some())
        .unwrap();
    assert!(header > 100);
    let whole = stated_length(CLASSIC).unwrap();
    for len in header..CLASSIC.len() {
        assert_eq!(stated_length(&CLASSIC[..len]).unwrap(), whole);
    }
}

#[test]
fn other_beginnings_are_errors() {
    let mut other = NETCDF4.to_vec();
    other[8] = 9;
    for (beginning, kind) in [
        ([0; 64].as_slice(), Kind::Netcdf),
        (b"CDF\x07".repeat(16).as_slice(), Kind::Netcdf),
        (
            b"CDF\x01\xff\xff\xff\xfe\x01".repeat(9).as_slice(),
            Kind::Netcdf,
        ),
        (other.as_slice(), Kind::Unsupported),
    ] {
        assert_eq!(stated_length(beginning).unwrap_err().kind(), kind);
    }
}

#[test]
fn superblocks_of_all_versions_say_where_the_file_ends() {
    let block = |version: u8, between: usize| {
        let mut block = hdf5::SIGNATURE.to_vec();
        block.push(version);
        block.resize(block.len() + between, 8);
        block.extend([0; 16]);
        block.extend(0x1234_u64.to_le_bytes());
        block.resize(128, 0xff);
        block
    };
    // Versions, sizes and ranks before the base address; flags in later ones.
    for (version, between) in [(0, 4 + 2 + 9), (1, 4 + 2 + 13), (2, 2 + 1), (3, 2 + 1)] {
        let stated = stated_length(&block(version, between)).unwrap();
        assert_eq!(stated, Some(0x1234), "version {version}");
    }
}
