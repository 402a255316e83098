//! Compression of members: method and level, and whether arrays are byte-shuffled.

use crate::archive::Compressed;
use crate::codec::zip::{self, Method};
use crate::error::Result;
use crate::limits::Limits;
use crate::netcdf::hdf5::SHUFFLED_FROM;

/// The caller's choices.
#[derive(Debug, Clone, Copy)]
pub struct StoreOptions {
    /// Zip compression method.
    pub method: Method,
    /// Its level; `None` and -1 leave it to this file.
    pub level: Option<i32>,
    /// Threads to use.
    pub threads: usize,
}

/// Kinds of content, which have levels of their own.
#[derive(Debug, Clone, Copy)]
pub(super) enum Content {
    /// A text of so many bytes.
    Text(usize),
    /// A text with arrays spelled out, or a NetCDF file of whatever kind.
    Whole,
    /// The values of an array, byte-shuffled if they are many.
    Payload,
    /// Many values, as they are.
    Plain,
}

/// Texts up to this size are deflated at level 1: to set up a better search takes longer than the search. For 1,000
/// results of Kording2007 that is 17 ms of processor time instead of 20, for 0.7 % more.
const SHORT: usize = 4 << 10;

/// Levels from this one on ask for the smallest file.
const SMALLEST_FROM: i32 = 6;

/// The least level for doubles that are not shuffled. On those of Cuppini2017, lower levels of libdeflate, which are
/// not near-optimal, give 0.1 % more bytes than scikit-neuromsi's files have: these are of zlib's level 6, and have
/// the high byte of each double first.
const PLAIN: i32 = 8;

/// HDF5 describes the size of a chunk in 32 bits; larger payloads are contiguous.
const SHUFFLE_MOST: usize = u32::MAX as usize;

impl StoreOptions {
    /// The level at which `content` is compressed, in terms of the method; `None` is the method's own default.
    ///
    /// On shuffled planes of the models' results, levels of deflate above 1 save less than 2 %
    /// (`docs/performance.md`, "Compression levels"); numbers that are spelled out take half as much again at level 1.
    pub(super) fn level(&self, content: Content) -> Option<i32> {
        match (self.method, self.level) {
            (Method::Deflated, None | Some(-1)) => Some(match content {
                Content::Text(0..=SHORT) | Content::Payload | Content::Plain => 1,
                Content::Text(_) | Content::Whole => zip::DEFLATE,
            }),
            (Method::Deflated, Some(level)) if matches!(content, Content::Plain) => {
                Some(level.max(PLAIN))
            }
            (_, level) => level,
        }
    }

    /// True if the values of an array are byte-shuffled.
    pub(super) fn shuffles(&self, nbytes: usize, itemsize: usize) -> bool {
        (SHUFFLED_FROM..=SHUFFLE_MOST).contains(&nbytes)
            && self.method != Method::Stored
            && itemsize > 1
    }

    /// True if the smallest file is asked for. Then a sample of each array tells whether it is shuffled, and noise is
    /// compressed too.
    ///
    /// Networks are symmetric: many of their doubles occur twice within the window of deflate, which whole doubles
    /// show and byte planes hide (`docs/performance.md`, "Compression levels").
    pub(super) fn smallest(&self) -> bool {
        self.method.levels().is_some() && self.level >= Some(SMALLEST_FROM)
    }

    /// Compresses a text, or stores it where [`Limits::text_expansion`] would refuse to read it.
    pub fn text(&self, name: &str, text: &[u8]) -> Result<Compressed> {
        let level = self.level(Content::Text(text.len()));
        let member = self.readable(level, |method, level| {
            Compressed::new(name.to_owned(), method, level, text)
        })?;
        let len = member.data.len() as u64;
        match Limits::default().check_text(len, member.size) {
            Ok(()) => Ok(member),
            Err(_) => Compressed::new(name.to_owned(), Method::Stored, None, text),
        }
    }

    /// Compresses a whole file.
    pub(super) fn file(&self, name: &str, file: &[u8]) -> Result<Compressed> {
        self.readable(self.level(Content::Whole), |method, level| {
            Compressed::new(name.to_owned(), method, level, file)
        })
    }

    /// Compresses content while it is made: `content` gives what [`zip::compress_pieces`] asks for its pieces, from
    /// the first on.
    pub(super) fn pieces<N: FnMut(&mut Vec<u8>) -> Result<()>>(
        &self,
        name: &str,
        content: impl Fn() -> N,
    ) -> Result<Compressed> {
        self.readable(self.level(Content::Whole), |method, level| {
            let member = zip::compress_pieces(method, level, content())?;
            Ok(Compressed {
                name: name.to_owned(),
                method,
                crc: member.crc,
                size: member.size,
                data: member.data.into(),
            })
        })
    }

    /// The member that `compress` makes, deflated instead where [`Limits::expansion`] would refuse to read it.
    fn readable(
        &self,
        level: Option<i32>,
        compress: impl Fn(Method, Option<i32>) -> Result<Compressed>,
    ) -> Result<Compressed> {
        let member = compress(self.method, level)?;
        let len = member.data.len() as u64;
        match Limits::default().check_member(len, member.size) {
            Ok(()) => Ok(member),
            Err(_) => compress(Method::Deflated, None),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn options(method: Method, level: Option<i32>) -> StoreOptions {
        StoreOptions {
            method,
            level,
            threads: 1,
        }
    }

    #[test]
    fn a_level_that_is_asked_for_is_used() {
        for content in [Content::Text(9), Content::Whole, Content::Payload] {
            for level in 0..=9 {
                let options = options(Method::Deflated, Some(level));
                assert_eq!(options.level(content), Some(level));
            }
            assert_eq!(options(Method::Zstd, Some(-1)).level(content), Some(-1));
            assert_eq!(options(Method::Bzip2, None).level(content), None);
        }
    }

    #[test]
    fn deflate_has_a_level_for_each_content() {
        for level in [None, Some(-1)] {
            let level = |content| options(Method::Deflated, level).level(content);
            assert_eq!(level(Content::Text(SHORT)), Some(1));
            assert_eq!(level(Content::Text(SHORT + 1)), Some(6));
            assert_eq!(level(Content::Whole), Some(6));
            assert_eq!(level(Content::Payload), Some(1));
        }
    }

    #[test]
    fn values_as_they_are_have_a_least_level() {
        let level = |asked| options(Method::Deflated, Some(asked)).level(Content::Plain);
        assert_eq!(
            (6..=9).map(level).collect::<Vec<_>>(),
            [8, 8, 8, 9].map(Some)
        );
        assert_eq!(
            options(Method::Bzip2, Some(6)).level(Content::Plain),
            Some(6)
        );
    }

    #[test]
    fn the_smallest_file_has_to_be_asked_for() {
        let asked = |method, level| options(method, level).smallest();
        assert!(asked(Method::Deflated, Some(6)) && asked(Method::Zstd, Some(19)));
        for level in [None, Some(-1), Some(5)] {
            assert!(!asked(Method::Deflated, level));
        }
        assert!(!asked(Method::Lzma, Some(9)) && !asked(Method::Stored, Some(9)));
    }

    #[test]
    fn short_texts_are_deflated_at_level_1() {
        let words = |count: u64| {
            let line = |n: u64| format!("  \"parameter_{}\": {n}.{},\n", n % 13, n * 7919 % 1000);
            (0..count).map(line).collect::<Vec<_>>().concat()
        };
        let len = |text: &str, level| {
            let options = options(Method::Deflated, level);
            options.text("", text.as_bytes()).unwrap().data.len()
        };
        let (short, long) = (words(100), words(600));
        assert!(short.len() < SHORT && len(&short, Some(6)) < len(&short, Some(1)));
        assert_eq!(len(&short, None), len(&short, Some(1)));
        assert!(long.len() > SHORT && len(&long, Some(6)) < len(&long, Some(1)));
        assert_eq!(len(&long, None), len(&long, Some(6)));
    }

    #[test]
    fn what_the_default_limits_would_refuse_is_compressed_less() {
        let zeros = vec![0; 8 << 20];
        for method in [Method::Bzip2, Method::Zstd] {
            let file = options(method, None).file("", &zeros).unwrap();
            assert_eq!(file.method, Method::Deflated);
            let content = || {
                let mut left = 8;
                move |piece: &mut Vec<u8>| {
                    if left > 0 {
                        piece.resize(1 << 20, 0);
                        left -= 1;
                    }
                    Ok(())
                }
            };
            let pieces = options(method, None).pieces("", content).unwrap();
            assert_eq!(
                (pieces.method, pieces.size, pieces.crc),
                (file.method, file.size, file.crc)
            );
        }
        let text = vec![b' '; 32 << 20];
        let text = options(Method::Deflated, None).text("", &text).unwrap();
        assert_eq!(text.method, Method::Stored);
    }
}
