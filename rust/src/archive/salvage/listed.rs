//! The search from header to header of the directory.

use std::collections::HashMap;

use super::content::Claim;
use super::directory::{Directory, Record};
use super::remains::Remains;
use super::room::Room;
use super::{Found, Loss, Search};
use crate::error::{Error, Kind, Result};
use crate::work::interrupt;

/// Ways in which offsets are moved that are looked at: bytes that were lost or added move all that follow.
const MOST_SHIFTS: usize = 8;

impl Search<'_> {
    /// Finds what `directory` lists; if it lists all, others are leftovers.
    pub(super) fn by_directory(&mut self, directory: Directory) -> Result<()> {
        let mut known = Known::new(&self.found, &self.lost, directory.shift);
        let offsets: Vec<u64> = directory.records.iter().map(|r| r.offset).collect();
        let others = self.agreed(directory.records, &mut known);
        let edges = known.edges(directory.start, &offsets);
        let mut room = Room::new(&self.found);
        let mut recovered = Vec::new();
        known.unlisted(&self.found);
        for record in others {
            interrupt::check()?;
            if let Some(number) = known.meant(&self.found, &record) {
                let found = &mut self.found[number];
                let elsewhere = !known.offsets(&record).contains(&found.offset);
                found.list(record);
                if directory.complete && elsewhere && !found.is_named_alike() {
                    // A leftover of another name that holds the same.
                    found.local = None;
                }
                continue;
            }
            self.check_members(recovered.len())?;
            match self.recover(&record, &known.offsets(&record), &edges, &mut room) {
                Ok(mut found) => {
                    found.list(record);
                    recovered.push(found);
                }
                Err(error) if error.is_of_machine() => return Err(error),
                Err(error) => self.lost.extend(record.sure_name(None).map(|name| Loss {
                    offset: None,
                    name,
                    error,
                })),
            }
        }
        room.drop_inner(&mut self.found);
        self.found.extend(recovered);
        if directory.complete {
            self.found.retain(|found| found.listed);
        } else {
            // Of two members of one name, the header of the other one may be what is missing.
            self.found.iter_mut().for_each(|found| found.agreed = false);
        }
        Ok(())
    }

    /// Marks the members of which both headers say the same; gives the records of the others.
    fn agreed(&mut self, records: Vec<Record>, known: &mut Known) -> Vec<Record> {
        let mut others = Vec::new();
        for record in records {
            match known.alike(&self.found, &record) {
                Some(number) => {
                    let found = &mut self.found[number];
                    (found.listed, found.agreed) = (true, true);
                    known.moved(found.offset.wrapping_sub(record.offset));
                }
                None => others.push(record),
            }
        }
        others
    }

    /// Looks for the data of a member whose local header does not lead to them.
    fn recover(
        &mut self,
        record: &Record,
        offsets: &[u64],
        edges: &[u64],
        room: &mut Room,
    ) -> Result<Found> {
        let mut failure = Error::new(Kind::Member, "a local header and data", "none");
        for &offset in offsets {
            let Some(header) = Remains::read(self.source, offset)? else {
                continue;
            };
            let claims = header.claims(record);
            if claims == [Claim::EMPTY] {
                // Two headers are needed to tell that there is nothing.
                continue;
            }
            for start in header.starts(record, edges) {
                if start > self.source.size() || !room.is_free(start) {
                    continue;
                }
                for method in header.methods(record) {
                    let whole = self
                        .content(start, method, &claims)
                        .and_then(|content| Ok((room.take(start, content)?, content)));
                    match whole {
                        Ok((data, content)) => {
                            let name = header.name(self.source, record, start)?;
                            return Ok(Found::new(offset, data, method, content, name));
                        }
                        Err(error) if error.is_of_machine() => return Err(error),
                        Err(error) => failure = error,
                    }
                }
            }
        }
        Err(failure)
    }
}

impl Found {
    /// Takes over the name that the directory has for the member.
    fn list(&mut self, record: Record) {
        self.listed = true;
        self.central = record.sure_name(self.local.as_deref().map(str::len));
        self.agreed = self.central.is_some() && self.local == self.central;
    }

    /// Returns whether a byte in one of its names may be wrong, not more.
    fn is_named_alike(&self) -> bool {
        let (Some(local), Some(central)) = (&self.local, &self.central) else {
            return true;
        };
        let differ = local.bytes().zip(central.bytes()).filter(|(a, b)| a != b);
        local.len() == central.len() && differ.count() <= 1
    }
}

/// Members, of those that were found by their local headers, that a directory means.
struct Known {
    /// Their numbers, by name and content.
    by_name: Vec<usize>,
    /// Numbers of those that are not listed yet, by content.
    by_content: HashMap<Claim, Vec<usize>>,
    /// By how much offsets are moved (modulo 2^64), as the end record says and as was seen.
    declared: Option<u64>,
    shifts: Vec<u64>,
    /// Local headers that lead to no data, by their names.
    lost: HashMap<Box<str>, u64>,
}

impl Known {
    fn new(found: &[Found], lost: &[Loss], shift: Option<u64>) -> Self {
        let mut by_name: Vec<usize> = (0..found.len()).collect();
        by_name.sort_unstable_by_key(|&number| key(&found[number]));
        let offset = |loss: &Loss| Some((loss.name.clone(), loss.offset?));
        Self {
            by_name,
            by_content: HashMap::new(),
            declared: shift,
            shifts: Vec::new(),
            lost: lost.iter().filter_map(offset).collect(),
        }
    }

    /// Returns where the local header may be, from the likeliest place on.
    fn offsets(&self, record: &Record) -> Vec<u64> {
        let shifts = self.declared.iter().chain(&self.shifts);
        let mut offsets: Vec<_> = shifts
            .map(|shift| record.offset.wrapping_add(*shift))
            .collect();
        let named = record.name.as_ref().and_then(|name| self.lost.get(name));
        offsets.extend(named);
        if !offsets.contains(&record.offset) {
            offsets.push(record.offset);
        }
        offsets
    }

    /// Returns where members and the directory may begin, in order.
    fn edges(&self, start: Option<u64>, offsets: &[u64]) -> Vec<u64> {
        let mut edges: Vec<u64> = start.into_iter().collect();
        for shift in self.declared.iter().chain(&self.shifts) {
            edges.extend(offsets.iter().map(|offset| offset.wrapping_add(*shift)));
        }
        edges.sort_unstable();
        edges
    }

    fn moved(&mut self, shift: u64) {
        if !self.shifts.contains(&shift) && self.shifts.len() < MOST_SHIFTS {
            self.shifts.push(shift);
        }
    }

    /// The member of this name and content.
    fn alike(&self, found: &[Found], record: &Record) -> Option<usize> {
        let wanted = (record.name.as_deref()?, record.claim.crc, record.claim.size);
        let by_key = |&number: &usize| key(&found[number]).cmp(&Some(wanted));
        let at = self.by_name.binary_search_by(by_key).ok()?;
        Some(self.by_name[at])
    }

    /// Looks for content among members that are not listed yet.
    fn unlisted(&mut self, found: &[Found]) {
        for (number, found) in found.iter().enumerate().filter(|(_, found)| !found.listed) {
            self.by_content
                .entry(found.content)
                .or_default()
                .push(number);
        }
    }

    /// The member, not listed yet, in the place that the directory says, or of this content; or in a place that was
    /// moved as others were, if not much of its content differs: another archive may stand before this one.
    fn meant(&mut self, found: &[Found], record: &Record) -> Option<usize> {
        let at = |shift: &u64| {
            let offset = record.offset.wrapping_add(*shift);
            let number = found.binary_search_by_key(&offset, |found| found.offset);
            number.ok().filter(|&number| !found[number].listed)
        };
        if let Some(number) = self.declared.as_ref().and_then(at) {
            return Some(number);
        }
        if let Some(alike) = self.by_content.get_mut(&record.claim) {
            while let Some(number) = alike.pop() {
                if !found[number].listed {
                    return Some(number);
                }
            }
        }
        let near = |number: &usize| found[*number].content.is_near(&record.claim);
        self.shifts.iter().filter_map(at).find(near)
    }
}

fn key(found: &Found) -> Option<(&str, u32, u64)> {
    let name = found.local.as_deref()?;
    Some((name, found.content.crc, found.content.size))
}
