//! Memory for what a file holds: an error where there is not enough, never an abort.

use crate::error::{Error, Kind, Result};

/// Reserves and zero-fills `len` bytes.
///
/// A size that a file declares must have been checked against [`crate::limits`] before.
pub fn try_zeroed(len: usize) -> Result<Vec<u8>> {
    let mut bytes = Vec::new();
    bytes
        .try_reserve_exact(len)
        .map_err(|_| no_memory(len as u64))?;
    bytes.resize(len, 0);
    Ok(bytes)
}

/// A copy of `bytes`.
pub fn try_copy(bytes: &[u8]) -> Result<Vec<u8>> {
    let mut copy = Vec::new();
    copy.try_reserve_exact(bytes.len())
        .map_err(|_| no_memory(bytes.len() as u64))?;
    copy.extend_from_slice(bytes);
    Ok(copy)
}

/// Appends `bytes` to `out`.
#[inline]
pub fn try_extend(out: &mut Vec<u8>, bytes: &[u8]) -> Result<()> {
    try_reserve(out, bytes.len())?;
    out.extend_from_slice(bytes);
    Ok(())
}

/// A copy of `text`.
pub fn try_text(text: &str) -> Result<String> {
    let mut copy = String::new();
    try_push_str(&mut copy, text)?;
    Ok(copy)
}

/// Appends `text` to `out`.
pub fn try_push_str(out: &mut String, text: &str) -> Result<()> {
    out.try_reserve(text.len())
        .map_err(|_| no_memory(text.len() as u64))?;
    out.push_str(text);
    Ok(())
}

/// Appends `item` to `out`.
#[inline]
pub fn try_push<T>(out: &mut Vec<T>, item: T) -> Result<()> {
    try_reserve(out, 1)?;
    out.push(item);
    Ok(())
}

/// Makes room for `more` items, so that appending them cannot fail.
#[inline]
pub fn try_reserve<T>(out: &mut Vec<T>, more: usize) -> Result<()> {
    out.try_reserve(more)
        .map_err(|_| no_memory((size_of::<T>() as u64).saturating_mul(more as u64)))
}

/// The error for a size that there is no memory for.
#[must_use]
pub fn no_memory(bytes: u64) -> Error {
    Error::new(
        Kind::Limit,
        format!("room for {bytes} bytes"),
        "not enough memory",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_does_not_fit_is_an_error() {
        let most = isize::MAX.unsigned_abs();
        assert_eq!(try_zeroed(most).unwrap_err().kind(), Kind::Limit);
        let mut bytes = vec![1_u8];
        assert_eq!(
            try_reserve(&mut bytes, most).unwrap_err().kind(),
            Kind::Limit
        );
        try_extend(&mut bytes, b"\x02").unwrap();
        try_push(&mut bytes, 3).unwrap();
        assert_eq!(try_copy(&bytes).unwrap(), [1, 2, 3]);
        let mut text = try_text("a").unwrap();
        try_push_str(&mut text, "b").unwrap();
        assert_eq!(text, "ab");
    }
}
