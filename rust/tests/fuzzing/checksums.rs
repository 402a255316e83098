//! The checksums of HDF5's metadata made right, so that changed bytes reach the parsers behind them.

/// Most object header parts that are looked at.
const MOST: usize = 200;

/// Makes the checksums right of the superblock and of all object headers of version 2.
pub(crate) fn seal(file: &mut [u8]) {
    if matches!(file.get(8), Some(2 | 3)) {
        put(file, 0, 44);
    }
    let headers: Vec<usize> = (0..file.len())
        .filter(|&at| file[at..].starts_with(b"OHDR"))
        .take(MOST)
        .collect();
    for at in headers {
        header(file, at);
    }
}

/// Seals the header at `at` and the continuations that it names.
fn header(file: &mut [u8], at: usize) -> Option<()> {
    let flags = *file.get(at + 5)?;
    let times = if flags & 0x20 == 0 { 0 } else { 16 };
    let phases = if flags & 0x10 == 0 { 0 } else { 4 };
    let width = 1 << (flags & 3);
    let start = at + 6 + times + phases;
    let size = number(file, start, width)?;
    let mut parts = vec![(at, start + width, size)];
    let mut seen = 0;
    while let Some((block, first, size)) = parts.pop() {
        let end = first.checked_add(size)?;
        seen += 1;
        put(file, block, end);
        parts.extend(
            continuations(file, first, end, flags)
                .into_iter()
                .take(MOST - seen.min(MOST)),
        );
    }
    Some(())
}

/// Address, first message and size of the messages of each continuation that is named between `at` and `end`.
fn continuations(file: &[u8], mut at: usize, end: usize, flags: u8) -> Vec<(usize, usize, usize)> {
    let prefix = if flags & 0x04 == 0 { 4 } else { 6 };
    let mut found = Vec::new();
    while at + prefix <= end {
        let Some(len) = number(file, at + 1, 2) else {
            break;
        };
        let body = at + prefix;
        if file[at] == 0x10
            && let Some(address) = number(file, body, 8)
            && let Some(size) = number(file, body + 8, 8).and_then(|size| size.checked_sub(8))
            && let Some(first) = address.checked_add(4)
        {
            found.push((address, first, size));
        }
        at = body + len;
    }
    found
}

fn number(file: &[u8], at: usize, width: usize) -> Option<usize> {
    let mut wide = [0; 8];
    wide[..width].copy_from_slice(file.get(at..at.checked_add(width)?)?);
    usize::try_from(u64::from_le_bytes(wide)).ok()
}

/// Puts the checksum of `start..end` behind it.
fn put(file: &mut [u8], start: usize, end: usize) {
    let Some(sum) = file.get(start..end).map(lookup3) else {
        return;
    };
    if let Some(place) = file.get_mut(end..).and_then(|rest| rest.first_chunk_mut()) {
        *place = sum.to_le_bytes();
    }
}

/// Bob Jenkins' `hashlittle`, from the description in his `lookup3.c`.
#[expect(
    clippy::many_single_char_names,
    reason = "the names of the description"
)]
fn lookup3(bytes: &[u8]) -> u32 {
    let len = u32::try_from(bytes.len() & 0xffff_ffff).unwrap_or(0);
    let [mut a, mut b, mut c] = [0xdead_beef_u32.wrapping_add(len); 3];
    let blocks = bytes.len().div_ceil(12);
    for (index, block) in bytes.chunks(12).enumerate() {
        let mut words = [0; 12];
        words[..block.len()].copy_from_slice(block);
        let [x, y, z] = [0, 4, 8]
            .map(|at| u32::from_le_bytes([words[at], words[at + 1], words[at + 2], words[at + 3]]));
        (a, b, c) = (a.wrapping_add(x), b.wrapping_add(y), c.wrapping_add(z));
        if index + 1 < blocks {
            for bits in [[4, 6, 8], [16, 19, 4]] {
                a = a.wrapping_sub(c) ^ c.rotate_left(bits[0]);
                c = c.wrapping_add(b);
                b = b.wrapping_sub(a) ^ a.rotate_left(bits[1]);
                a = a.wrapping_add(c);
                c = c.wrapping_sub(b) ^ b.rotate_left(bits[2]);
                b = b.wrapping_add(a);
            }
        } else {
            c = (c ^ b).wrapping_sub(b.rotate_left(14));
            a = (a ^ c).wrapping_sub(c.rotate_left(11));
            b = (b ^ a).wrapping_sub(a.rotate_left(25));
            c = (c ^ b).wrapping_sub(b.rotate_left(16));
            a = (a ^ c).wrapping_sub(c.rotate_left(4));
            b = (b ^ a).wrapping_sub(a.rotate_left(14));
            c = (c ^ b).wrapping_sub(b.rotate_left(24));
        }
    }
    c
}
