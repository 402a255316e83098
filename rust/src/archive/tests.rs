//! Archives of all origins, and their members.

mod damage;
mod hostile;
mod ordinary;
mod runs;
mod salvage;
mod writing;
mod zip64;

use std::io::Read;
use std::sync::Arc;

use super::{Archive, Compressed, Options, Writer};
use crate::codec::zip::{self, Method};
use crate::error::{Error, Kind, Result};
use crate::limits::Limits;
use crate::memory::Buffer;
use crate::source::ReadAt;

/// A source that is not in memory as far as it tells.
struct Opaque(Vec<u8>);

impl ReadAt for Opaque {
    fn size(&self) -> u64 {
        self.0.len() as u64
    }

    fn read_exact_at(&self, buf: &mut [u8], offset: u64) -> Result<()> {
        self.0.read_exact_at(buf, offset)
    }
}

fn options() -> Options {
    Options {
        allow_zip64: true,
        // 2024-05-17, 13:45:58.
        modified: 0x58b1_6dbd,
    }
}

fn write_at(start: u64, members: &[(&str, Method, &[u8])]) -> Vec<u8> {
    let mut writer = Writer::new(Vec::new(), start, options());
    for (name, method, data) in members {
        let member = Compressed::new((*name).to_owned(), *method, None, data).unwrap();
        writer.add(&member).unwrap();
    }
    writer.finish().unwrap()
}

fn write(members: &[(&str, Method, &[u8])]) -> Vec<u8> {
    write_at(0, members)
}

/// Two stored members, `a` and `bb`.
fn small() -> Vec<u8> {
    write(&[
        ("a", Method::Stored, b"first"),
        ("bb", Method::Stored, b"second"),
    ])
}

fn open(bytes: &[u8]) -> Result<Archive> {
    Archive::open(Arc::new(bytes.to_vec()), Limits::default())
}

fn refusal(bytes: &[u8]) -> Error {
    open(bytes).err().expect("the archive is refused")
}

/// All three ways to read a member, which must agree.
fn read(archive: &Archive, name: &str) -> Result<Vec<u8>> {
    let whole = archive.read(name).and_then(Buffer::into_vec);
    let mut pieces = Vec::new();
    let streamed = match archive.stream(name) {
        Ok(mut stream) => stream.read_to_end(&mut pieces).map_err(zip::error_of),
        Err(error) => Err(error),
    };
    match &whole {
        Ok(bytes) => assert_eq!(*bytes, pieces),
        Err(error) => {
            let streamed = streamed.expect_err("reading whole fails");
            assert_eq!(streamed.kind(), error.kind(), "{streamed} / {error}");
            assert!(error.kind() == Kind::Missing || streamed.member() == Some(name));
        }
    }
    whole
}

fn read_kind(bytes: &[u8], name: &str) -> Kind {
    read(&open(bytes).unwrap(), name).unwrap_err().kind()
}

/// The place of the `nth` record with `signature`.
fn record(bytes: &[u8], signature: [u8; 4], nth: usize) -> usize {
    memchr::memmem::find_iter(bytes, &signature)
        .nth(nth)
        .unwrap()
}

/// `bytes` with `value` at `offset` into the `nth` record with `signature`.
fn patched(bytes: &[u8], signature: [u8; 4], nth: usize, offset: usize, value: &[u8]) -> Vec<u8> {
    let at = record(bytes, signature, nth) + offset;
    let mut out = bytes.to_vec();
    out[at..at + value.len()].copy_from_slice(value);
    out
}

/// A 32-bit field.
fn word(value: usize) -> [u8; 4] {
    u32::try_from(value).unwrap().to_le_bytes()
}
