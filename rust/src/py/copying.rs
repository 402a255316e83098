//! Members of an archive that a writer takes over.

use pyo3::prelude::*;

use super::archive::Archive;
use crate::archive::{Compressed, Writer};
use crate::codec::zip::Method;
use crate::error::{Error, Kind};
use crate::memory::Buffer;

impl Archive {
    /// Members that are copied together: a request each would take long.
    pub(super) fn copied_at_once(&self) -> PyResult<usize> {
        Ok(if self.open_archive()?.distant() {
            usize::MAX
        } else {
            1
        })
    }

    /// Bytes of members as they are in the archive, each under another name.
    pub(super) fn copied(
        &self,
        py: Python<'_>,
        members: &[(String, String)],
    ) -> PyResult<Vec<Compressed>> {
        self.run(py, |archive| {
            let names: Vec<_> = members.iter().map(|(member, _)| &member[..]).collect();
            let fetched = archive.fetch_all(&names)?;
            let copied = fetched
                .into_iter()
                .zip(members)
                .map(|(fetched, (_, name))| {
                    let entry = fetched.entry();
                    Ok(Compressed {
                        name: name.clone(),
                        method: Method::from_id(entry.method)?,
                        crc: entry.crc,
                        size: entry.size,
                        data: Buffer::copy_of(fetched.compressed())?.into(),
                    })
                });
            copied.collect()
        })
    }

    /// Lets a writer take up members that are in its sink, in their order.
    pub(super) fn adopted<W: std::io::Write + Send>(
        &self,
        py: Python<'_>,
        writer: &mut Writer<W>,
        names: &[String],
    ) -> PyResult<()> {
        self.run(py, |archive| {
            for name in names {
                let gap = || Error::new(Kind::Archive, "members without a gap", "one");
                let local = archive.local_header(name, writer.position())?;
                let local = local.ok_or_else(|| gap().in_member(name))?;
                writer.adopt(name, archive.find(name)?, &local)?;
            }
            Ok(())
        })
    }
}
