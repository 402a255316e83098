//! A member that is ready to be written, so compressed that the default limits let it be read.

use crate::codec::Pieces;
use crate::codec::zip::{self, Method};
use crate::error::Result;
use crate::limits::Limits;

/// Texts up to this size are deflated at level 1 where no level is asked for: to set up a better search takes longer
/// than the search. For 1,000 results of Kording2007 that is 17 ms of processor time instead of 20, for 0.7 % more.
const SHORT: usize = 4 << 10;

/// A member that is ready to be written.
#[derive(Debug, PartialEq, Eq)]
pub struct Compressed {
    /// Name, with `/` between its parts.
    pub name: String,
    /// Compression method.
    pub method: Method,
    /// CRC-32 of the uncompressed bytes.
    pub crc: u32,
    /// Uncompressed size.
    pub size: u64,
    /// Compressed bytes.
    pub data: Pieces,
}

impl Compressed {
    /// Compresses `data`; `level` as for [`zip::compress`].
    ///
    /// What a method makes so small that [`Limits::expansion`] would refuse it is deflated instead.
    pub fn new(name: String, method: Method, level: Option<i32>, data: &[u8]) -> Result<Self> {
        Self::readable(name, method, level, |method, level| {
            Ok(zip::Member {
                data: zip::compress(method, level, data)?,
                size: data.len() as u64,
                crc: zip::crc32(data),
            })
        })
    }

    /// The same for content that is made while it is compressed: `content` gives what
    /// [`zip::compress_pieces`] asks for its pieces, from the first on.
    pub fn pieces<N: FnMut(&mut Vec<u8>) -> Result<()>>(
        name: String,
        method: Method,
        level: Option<i32>,
        content: impl Fn() -> N,
    ) -> Result<Self> {
        Self::readable(name, method, level, |method, level| {
            zip::compress_pieces(method, level, content())
        })
    }

    fn readable(
        name: String,
        mut method: Method,
        level: Option<i32>,
        compress: impl Fn(Method, Option<i32>) -> Result<zip::Member>,
    ) -> Result<Self> {
        let mut member = compress(method, level)?;
        let len = member.data.len() as u64;
        if Limits::default().check_member(len, member.size).is_err() {
            method = Method::Deflated;
            member = compress(method, None)?;
        }
        Ok(Self {
            name,
            method,
            crc: member.crc,
            size: member.size,
            data: member.data.into(),
        })
    }

    /// The same for text, which is stored where [`Limits::text_expansion`] would refuse it.
    pub fn text(name: String, method: Method, level: Option<i32>, data: &[u8]) -> Result<Self> {
        let level = match level {
            None | Some(-1) if method == Method::Deflated && data.len() <= SHORT => Some(1),
            level => level,
        };
        let member = Self::new(name, method, level, data)?;
        let len = member.data.len() as u64;
        match Limits::default().check_text(len, member.size) {
            Ok(()) => Ok(member),
            Err(_) => Self::new(member.name, Method::Stored, None, data),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn short_texts_are_deflated_at_level_1_unless_asked_otherwise() {
        let words = |count: u64| {
            let line = |n: u64| format!("  \"parameter_{}\": {n}.{},\n", n % 13, n * 7919 % 1000);
            (0..count).map(line).collect::<Vec<_>>().concat()
        };
        let sizes = |text: &str, levels: [Option<i32>; 4]| {
            levels.map(|level| {
                Compressed::text(String::new(), Method::Deflated, level, text.as_bytes())
                    .unwrap()
                    .data
                    .len()
            })
        };
        let levels = [None, Some(-1), Some(1), Some(6)];
        let [default, minus, quick, good] = sizes(&words(100), levels);
        assert!(words(100).len() < SHORT && good < quick, "{good} {quick}");
        assert_eq!([default, minus], [quick, quick]);
        let [default, minus, quick, good] = sizes(&words(600), levels);
        assert!(words(600).len() > SHORT && good < quick, "{good} {quick}");
        assert_eq!([default, minus], [good, good]);
    }
}
