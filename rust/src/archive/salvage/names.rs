//! Names of whole members whose two headers do not agree.

use std::borrow::Cow;
use std::collections::hash_map::Entry;
use std::collections::{HashMap, HashSet};

use super::{Found, Loss, Lost};
use crate::archive::entry;
use crate::archive::index::Index;
use crate::error::{Error, Kind, Result};

/// Members of one name: what the first one holds, and whether others hold the same.
struct Same {
    content: (u32, u64),
    differ: bool,
    /// True if both headers of these say the name, which counts more than what one alone says.
    agreed: bool,
}

/// The members by their names, and those that have none of their own; `lost` are added to these.
pub(super) fn settle(mut found: Vec<Found>, lost: Vec<Loss>) -> Result<(Index, Vec<Lost>)> {
    found.sort_by_key(|found| found.data.start);
    let names = Names::of(&found, &lost);
    let mut index = Index::of_data();
    let mut without = Vec::new();
    let mut added = HashSet::new();
    for member in &found {
        let names = match names.of_member(member) {
            Ok(names) => names,
            Err((name, error)) => {
                without.push((name.to_owned(), error));
                continue;
            }
        };
        for name in names {
            // The same content for a second time adds nothing.
            if !added.contains(&name) {
                index.add(name.as_bytes(), entry(member))?;
                added.insert(name);
            }
        }
    }
    let lost = told_once(lost, &found).map(|loss| (loss.name.into(), loss.error));
    let lost = lost.chain(without).collect();
    index.sort_names()?;
    Ok((index, lost))
}

/// Leaves out losses that are explained by a whole member, and those of the directory that a local header has too.
fn told_once(mut lost: Vec<Loss>, found: &[Found]) -> impl Iterator<Item = Loss> {
    lost.retain(|loss| !is_explained(loss, found));
    let local = lost.iter().filter(|loss| loss.offset.is_some());
    let told: HashSet<_> = local.map(|loss| loss.name.clone()).collect();
    lost.into_iter()
        .filter(move |loss| loss.offset.is_some() || !told.contains(&loss.name))
}

/// Returns whether a local header that led to nothing is that of a whole member, or within its data.
fn is_explained(loss: &Loss, found: &[Found]) -> bool {
    let Some(offset) = loss.offset else {
        return false;
    };
    let next = found.partition_point(|found| found.data.end <= offset);
    found.get(next).is_some_and(|found| found.offset <= offset)
}

/// CRC-32 and size: compressed otherwise it is the same.
fn content(member: &Found) -> (u32, u64) {
    (member.content.crc, member.content.size)
}

fn entry(member: &Found) -> entry::Entry {
    entry::Entry::of_data(
        member.method,
        member.content.crc,
        member.content.size,
        member.data.clone(),
    )
}

struct Names<'a> {
    /// Names on which both headers agree, or that only one header gives.
    agreed: HashMap<&'a str, Same>,
    /// Names that damaged members or several members claim.
    claimed: HashMap<&'a str, u32>,
    /// Folders of agreed names.
    folders: HashSet<&'a str>,
}

impl<'a> Names<'a> {
    fn of(found: &'a [Found], lost: &'a [Loss]) -> Self {
        let mut names = Self {
            agreed: HashMap::new(),
            claimed: HashMap::new(),
            folders: HashSet::new(),
        };
        for member in found {
            match both(member) {
                [one, other] if one == other => names.agree(one, member),
                two => {
                    for name in two {
                        *names.claimed.entry(name).or_default() += 1;
                    }
                }
            }
        }
        for loss in lost.iter().filter(|loss| !is_explained(loss, found)) {
            *names.claimed.entry(&loss.name).or_default() += 2;
        }
        names
    }

    fn agree(&mut self, name: &'a str, member: &Found) {
        let (content, agreed) = (content(member), member.agreed);
        let first = Same {
            content,
            differ: false,
            agreed,
        };
        match self.agreed.entry(name) {
            Entry::Occupied(mut known) if agreed && !known.get().agreed => {
                known.insert(first);
            }
            Entry::Occupied(mut known) if agreed == known.get().agreed => {
                known.get_mut().differ |= known.get().content != content;
            }
            Entry::Occupied(_) => {}
            Entry::Vacant(place) => {
                place.insert(first);
            }
        }
        self.folders.extend(folder(name));
    }

    /// The names of a member: both, if its headers do not agree and nothing tells which one is damaged.
    fn of_member(
        &self,
        member: &'a Found,
    ) -> std::result::Result<Vec<Cow<'a, str>>, (&'a str, Error)> {
        let refused = |name, expected: &str, found: &str| {
            Err((name, Error::new(Kind::Archive, expected, found)))
        };
        let [local, central] = both(member);
        if local == central {
            // Of two members of one name that differ, nobody can say which one counts.
            return match self.agreed.get(local) {
                Some(same) if !same.differ && content(member) == same.content => {
                    Ok(vec![local.into()])
                }
                _ => refused(local, "one member of each name", "two"),
            };
        }
        let mut free = variants(local, central);
        free.retain(|name| {
            let claims = self.claimed.get(name.as_ref()).copied().unwrap_or_default();
            claims <= 1 && !self.agreed.contains_key(name.as_ref())
        });
        let known = |name: &str| folder(name).is_some_and(|f| self.folders.contains(f));
        if free.iter().any(|name| known(name)) {
            free.retain(|name| known(name));
        }
        let mut folders = free.iter().map(|name| folder(name));
        let first = folders.next();
        if folders.any(|folder| Some(folder) != first && free.iter().any(|name| known(name))) {
            free.clear();
        }
        if free.is_empty() {
            return refused(central, "one name in both headers", local);
        }
        Ok(free)
    }
}

/// Returns what a name may have been: one of two or, if a byte of both is wrong, one of their mixtures.
fn variants<'a>(local: &'a str, central: &'a str) -> Vec<Cow<'a, str>> {
    let mut names = vec![local.into(), central.into()];
    let pairs = local.bytes().zip(central.bytes()).enumerate();
    let differ: Vec<usize> = pairs
        .filter(|(_, (a, b))| a != b)
        .map(|(at, _)| at)
        .collect();
    if let [_, second] = differ[..]
        && local.len() == central.len()
        && local.is_char_boundary(second)
        && central.is_char_boundary(second)
    {
        names.push(Cow::Owned([&local[..second], &central[second..]].concat()));
        names.push(Cow::Owned([&central[..second], &local[second..]].concat()));
    }
    names
}

/// The local name and that of the directory, or twice the only one.
fn both(member: &Found) -> [&str; 2] {
    let (local, central) = (member.local.as_deref(), member.central.as_deref());
    let local_or = local.or(central).unwrap_or_default();
    [local_or, central.unwrap_or(local_or)]
}

/// The part of a name before its last `/`: what belongs together is in one folder.
fn folder(name: &str) -> Option<&str> {
    name.rsplit_once('/').map(|(folder, _)| folder)
}
