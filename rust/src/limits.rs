//! Caps on what a file may ask for; each is checked before anything is allocated.

use crate::error::{Error, Kind, Result};

/// Expansion that is free of the [`Limits::expansion`] check: tiny members may be extreme.
pub(crate) const FREE_EXPANSION: u64 = 1 << 20;

/// Limits of one open archive. Raise a field to open a larger file that you trust.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Members in the central directory.
    pub members: u64,
    /// Bytes of the central directory, names included.
    pub directory_bytes: u64,
    /// Uncompressed bytes of one member.
    pub member_bytes: u64,
    /// Uncompressed bytes per compressed byte of one member, beyond a first free mebibyte. Deflate cannot
    /// exceed 1032:1 (<https://zlib.net/zlib_tech.html>); bzip2, LZMA and Zstandard can.
    pub expansion: u64,
    /// Bytes of a NetCDF member that is handed to libhdf5 because only xarray reads it; 0 keeps libhdf5 out.
    pub delegated_bytes: u64,
    /// Texts of one NetCDF variable: each takes some 50 bytes of memory, and as little as none in the file.
    pub texts: u64,
    /// Bytes of JSON text that are always allowed, large number lists not counted. Python's parser makes up to
    /// 30 bytes of objects from each.
    pub text_bytes: u64,
    /// Bytes of such text per compressed byte that are allowed beyond.
    pub text_expansion: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            members: 4_000_000,
            directory_bytes: 1 << 30,
            member_bytes: 16 << 30,
            expansion: 1_100,
            delegated_bytes: 16 << 30,
            texts: 4_000_000,
            text_bytes: 16 << 20,
            text_expansion: 100,
        }
    }
}

impl Limits {
    /// Changes the limit of that name, which Python gives.
    pub fn set(&mut self, name: &str, value: u64) -> Result<()> {
        let field = match name {
            "members" => &mut self.members,
            "directory_bytes" => &mut self.directory_bytes,
            "member_bytes" => &mut self.member_bytes,
            "expansion" => &mut self.expansion,
            "delegated_bytes" => &mut self.delegated_bytes,
            "texts" => &mut self.texts,
            "text_bytes" => &mut self.text_bytes,
            "text_expansion" => &mut self.text_expansion,
            _ => {
                let expected = "a limit: members, directory_bytes, member_bytes, expansion, delegated_bytes, texts, \
                                text_bytes or text_expansion";
                return Err(Error::new(Kind::Value, expected, format!("{name:?}")));
            }
        };
        *field = value;
        Ok(())
    }

    /// Checks that something within a member may have `size` bytes.
    pub fn check_size(&self, size: u64) -> Result<()> {
        if size <= self.member_bytes {
            return Ok(());
        }
        Err(reached("member_bytes", self.member_bytes, size))
    }

    /// Checks that an archive may have this many members.
    pub fn check_members(&self, count: u64) -> Result<()> {
        if count <= self.members {
            return Ok(());
        }
        let expected = format!("at most {} members (limit members)", self.members);
        Err(Error::new(Kind::Limit, expected, count.to_string()))
    }

    /// Checks that a central directory may have this many bytes.
    pub fn check_directory(&self, size: u64) -> Result<()> {
        if size <= self.directory_bytes {
            return Ok(());
        }
        Err(reached("directory_bytes", self.directory_bytes, size))
    }

    /// Checks that a member of `compressed` bytes may hold `size`.
    pub fn check_member(&self, compressed: u64, size: u64) -> Result<()> {
        self.check_size(size)?;
        let most = compressed
            .saturating_mul(self.expansion)
            .saturating_add(FREE_EXPANSION);
        if size <= most {
            return Ok(());
        }
        let expected = format!(
            "at most {} bytes per compressed byte (limit expansion)",
            self.expansion
        );
        let found = format!("{size} bytes out of {compressed}");
        Err(Error::new(Kind::Limit, expected, found))
    }

    /// Checks that a member of `size` bytes may be handed to libhdf5.
    pub fn check_delegated(&self, size: u64) -> Result<()> {
        if size <= self.delegated_bytes {
            return Ok(());
        }
        let most = self.delegated_bytes;
        let expected = format!("at most {most} bytes for libhdf5 to read (limit delegated_bytes)");
        Err(Error::new(Kind::Limit, expected, format!("{size} bytes")))
    }

    /// Checks that a variable may have this many texts.
    pub fn check_texts(&self, count: u64) -> Result<()> {
        if count <= self.texts {
            return Ok(());
        }
        let expected = format!("at most {} texts in a variable (limit texts)", self.texts);
        Err(Error::new(Kind::Limit, expected, count.to_string()))
    }

    /// Bytes of text that a member of `compressed` bytes may leave in memory.
    #[must_use]
    pub fn text_room(&self, compressed: u64) -> u64 {
        compressed
            .saturating_mul(self.text_expansion)
            .max(self.text_bytes)
    }

    /// Checks that a member of `compressed` bytes may leave `size` bytes of text in memory.
    pub fn check_text(&self, compressed: u64, size: u64) -> Result<()> {
        let room = self.text_room(compressed);
        if size <= room {
            return Ok(());
        }
        let name = if room == self.text_bytes {
            "text_bytes"
        } else {
            "text_expansion"
        };
        Err(reached(name, room, size))
    }
}

fn reached(name: &str, most: u64, found: u64) -> Error {
    let expected = format!("at most {most} bytes (limit {name})");
    Error::new(Kind::Limit, expected, format!("{found} bytes"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_limit_can_be_set() {
        let mut limits = Limits::default();
        for (value, name) in [
            "members",
            "directory_bytes",
            "member_bytes",
            "expansion",
            "delegated_bytes",
            "texts",
            "text_bytes",
            "text_expansion",
        ]
        .into_iter()
        .enumerate()
        {
            limits.set(name, value as u64).unwrap();
        }
        let expected = Limits {
            members: 0,
            directory_bytes: 1,
            member_bytes: 2,
            expansion: 3,
            delegated_bytes: 4,
            texts: 5,
            text_bytes: 6,
            text_expansion: 7,
        };
        assert_eq!(limits, expected);
        assert_eq!(limits.set("depth", 1).unwrap_err().kind(), Kind::Value);
    }

    #[test]
    fn text_may_be_large_where_the_file_is() {
        let limits = Limits::default();
        assert!(limits.check_text(10, 16 << 20).is_ok());
        let error = limits.check_text(10, (16 << 20) + 1).unwrap_err();
        assert!(error.to_string().contains("text_bytes"), "{error}");
        assert!(limits.check_text(1 << 20, 100 << 20).is_ok());
        let error = limits.check_text(1 << 20, (100 << 20) + 1).unwrap_err();
        assert!(error.to_string().contains("text_expansion"), "{error}");
    }
}
