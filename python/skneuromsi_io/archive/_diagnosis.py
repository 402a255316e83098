"""Kinds of files that are not archives of ours, and what to do with them."""

from __future__ import annotations

import codecs
import contextlib
import difflib
import fnmatch
import itertools
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

from .. import _native
from .._errors import BadArchiveError, MissingMemberError, SkneuromsiIOError
from .._locks import borrowed
from .._remedies import BZIP2, EACH, EXPAND, GZIP, INNER, MERGE, REPAIR, RESUME, XZ
from ._file_system import printable
from ._members import METADATA
from ._partial import SUFFIX
from ._remote import RemoteFile, is_url
from ._target import is_path

#: Bytes of a file that tell its kind: tar has its signature at 257.
_HEAD = 512


#: Remedy where no program is known that opens what was found.
_CHECK = "check the path"


class Kind(NamedTuple):
    """A kind of file that was found, and what to do about it."""

    found: str
    remedy: str = _CHECK


#: Kinds of files by their first bytes.
_SIGNATURES = (
    (
        b"\x89HDF\r\n\x1a\n",
        Kind("a NetCDF-4 or HDF5 file", "xarray.open_dataset opens it"),
    ),
    *(
        (
            b"CDF" + bytes([version]),
            Kind("a NetCDF-3 file", "xarray.open_dataset opens it"),
        )
        for version in (1, 2, 5)
    ),
    (b"\x93NUMPY", Kind("a NumPy .npy file", "numpy.load opens it")),
    (b"\x1f\x8b", Kind("a gzip file", GZIP)),
    (b"BZh", Kind("a bzip2 file", BZIP2)),
    (b"\xfd7zXZ\0", Kind("an xz file", XZ)),
    (b"\x28\xb5\x2f\xfd", Kind("a Zstandard file", "unpack it")),
    (b"7z\xbc\xaf\x27\x1c", Kind("a 7z archive", "unpack it")),
    (b"Rar!\x1a\x07", Kind("a RAR archive", "unpack it")),
    (b"MATLAB 5.0", Kind("a MATLAB file", "scipy.io.loadmat opens it")),
    (b"PAR1", Kind("a Parquet file", "pandas.read_parquet opens it")),
    (b"SQLite format 3\0", Kind("an SQLite database")),
    (b"%PDF-", Kind("a PDF document")),
    *(
        (
            bytes([0x80, protocol]),
            Kind(
                "a pickle of Python",
                "pickle.load opens it, and runs what is in it: only if you trust who made it",
            ),
        )
        for protocol in range(2, 6)
    ),
    (
        b"version https://git-lfs",
        Kind("a pointer of Git LFS, not the file itself", "run: git lfs pull"),
    ),
)

#: Beginnings of text that is of a kind; compared in small letters.
_TEXTS = (
    (
        ("<!doctype html", "<html"),
        Kind(
            "a web page",
            "download the file itself; the page may say why this one came",
        ),
    ),
    (("<?xml", "<"), Kind("XML text")),
    (("{", "["), Kind("JSON text")),
)


@contextlib.contextmanager
def explained(path_or_stream: Any, source: Any) -> Iterator[None]:
    """Add to what an archive raises that does not open: what the file is, and what to do.

    Parameters
    ----------
    path_or_stream
        As the user gave it.
    source
        What the native core reads: a path, bytes or a file object.

    """
    try:
        yield
    except BadArchiveError as error:
        if isinstance(path_or_stream, RemoteFile):
            _explain(error, lambda: _head_behind_url(path_or_stream), REPAIR)
        else:
            remedy = RESUME if _is_partial(source) else REPAIR
            _explain(error, lambda: _head_of(source), remedy)
        raise
    except OSError as error:
        if is_path(path_or_stream):
            explain_path(error, os.fsdecode(path_or_stream))
        raise


def _explain(
    error: BadArchiveError, head: Callable[[], bytes | None], remedy: str
) -> None:
    """Tell of an archive that has an end what may help, and of another what it is, by its first bytes."""
    if not error.lacks_end:
        error.remedy = remedy
        return
    first = head()
    if first is None:
        return
    if first.startswith(b"PK\3\4"):
        error.found = (
            "the beginning of one, without its end: it was cut off, or is being written"
        )
        error.remedy = remedy
        return
    kind = kind_of(first)
    if kind is None:
        error.remedy = _CHECK
    else:
        error.found, error.remedy = kind


def _head_behind_url(file: RemoteFile) -> bytes | None:
    """Return the first bytes of what a server sent, often a page; None if they cannot be read."""
    # The first error says more than one of this request.
    with contextlib.suppress(SkneuromsiIOError, OSError):
        return file.read([(0, min(_HEAD, file.size))])[0] if file.size else b""
    return None


def _is_partial(source: Any) -> bool:
    return isinstance(source, str) and source.endswith(SUFFIX)


def refuse_other_kinds(source: Any, display_name: str) -> None:
    """Raise for a file of which the first bytes tell that it never was an archive.

    Raises
    ------
    BadArchiveError
        If they do.

    """
    head = _head_of(source)
    kind = None if head is None else kind_of(head)
    if kind is not None:
        raise BadArchiveError(
            archive=display_name,
            expected="a zip archive",
            found=kind.found,
            remedy=kind.remedy,
        )


def _head_of(source: Any) -> bytes | None:
    """Return the first bytes; None if they cannot be read: the first error says more than this one."""
    if isinstance(source, bytes):
        return source[:_HEAD]
    try:
        if isinstance(source, str):
            with Path(source).open("rb") as file:
                return file.read(_HEAD)
        with borrowed(source):
            source.seek(0)
            return bytes(source.read(_HEAD))
    except Exception:  # noqa: BLE001 - streams of users raise anything
        return None


def kind_of(head: bytes) -> Kind | None:
    """Tell the kind of a file by its first 512 bytes; None if they do not tell."""
    if not head:
        return Kind("an empty file", "store or copy it again")
    for signature, kind in _SIGNATURES:
        if head.startswith(signature):
            return kind
    if head[257:262] == b"ustar":
        return Kind("a tar archive", "unpack it")
    if not head.strip(b"\0"):
        return Kind(
            "zero bytes at its beginning",
            "it may not be copied whole: copy or download it again",
        )
    return _kind_of_text(head)


def _kind_of_text(head: bytes) -> Kind | None:
    """Tell the kind of a text; None for what is none."""
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return Kind("a text file")
    try:
        # The last letter may be cut.
        text = codecs.getincrementaldecoder("utf-8-sig")().decode(head)
    except UnicodeDecodeError:
        return None
    if any(letter < " " and letter not in "\t\n\r\f\x1b" for letter in text):
        return None
    begin = text.lstrip().lower()
    for beginnings, kind in _TEXTS:
        if begin.startswith(beginnings):
            return kind
    return Kind("a text file")


def explain_missing_metadata(
    error: MissingMemberError, archive: _native.Archive
) -> None:
    """Say of a zip archive without the metadata of a collection what it is."""
    if METADATA in archive:
        return
    names = archive.names()
    kind = _kind_of_zip(names)
    if kind is None:
        # Results without them: it is ours, and damaged.
        error.remedy = REPAIR
        return
    error.expected = f"an archive of scikit-neuromsi, which has a member {METADATA!r}"
    error.found, error.remedy = kind


def _kind_of_zip(names: list[str]) -> Kind | None:
    if not names:
        return Kind("an empty zip archive")
    if any(name.startswith("ndr_") for name in names):
        return None
    if all(name.endswith(".npy") for name in names):
        return Kind("a NumPy .npz file", "numpy.load opens it")
    if "[Content_Types].xml" in names:
        return Kind("an Office document (.docx, .xlsx, .pptx)")
    if "mimetype" in names:
        return Kind("an OpenDocument or EPUB file")
    last = {name.rpartition("/")[2] for name in names}
    if "WHEEL" in last:
        return Kind("a Python wheel", "pip install takes it")
    if last & {".zgroup", ".zarray", "zarr.json"}:
        return Kind("a Zarr store", "xarray.open_zarr opens it")
    if "data.pkl" in last:
        return Kind("a PyTorch file", "torch.load opens it")
    for name in names:
        if name.endswith(f"/{METADATA}"):
            return Kind(
                "such an archive packed within a folder",
                "pack the content of the folder, not the folder",
            )
        if name.endswith((".ndc", ".ndr")):
            return Kind(
                f"a zip archive around archives, such as {printable(name)!r:.80}",
                INNER,
            )
    shown = f"{len(names)} members, such as {printable(names[0])!r:.80}"
    return Kind(f"another zip archive, of {shown}")


_ONLY_READ = (
    "URLs are read, not written: write to a path, and copy the file from there."
)

#: Names in a folder that are looked at.
_LISTED = 10_000


@contextlib.contextmanager
def explaining(path: str) -> Iterator[None]:
    """Add the notes of :func:`explain_path` to errors about a file that is made beside `path`, and name `path`."""
    try:
        yield
    except FileNotFoundError as error:
        named = FileNotFoundError(error.errno, error.strerror, path)
        explain_path(named, path)
        raise named from None
    except OSError as error:
        if error.errno is not None and error.filename is None:
            # An open file that cannot be written to, its disk being full, does not tell its name.
            error.filename = path
        explain_path(error, path)
        raise


def explain_path(error: OSError, path: str) -> None:
    """Add a note to an error of the operating system about a path: what is there instead."""
    with contextlib.suppress(OSError):
        if isinstance(error, FileNotFoundError):
            note = _ONLY_READ if is_url(path) else _instead_of_missing(Path(path))
        elif isinstance(error, IsADirectoryError):
            note = _instead_of_folder(Path(path))
        else:
            return
        if note is not None:
            error.add_note(note)


def _instead_of_missing(path: Path) -> str | None:
    if path.parts[:1] and path.parts[0].startswith("~"):
        return f"The ~ is not expanded: {EXPAND}."
    if not path.name:
        return None
    if not path.parent.is_dir():
        return f"There is no folder {printable(path.parent)!r}."
    if path.is_symlink():
        return f"It is a link to {printable(path.readlink())!r}, which leads nowhere."
    names = _listed(path.parent)
    left = _left_by_writers(path.name, names)
    if left is not None:
        return left
    if fnmatch.filter(names, path.name):
        return f"A pattern is not expanded: {EACH}."
    near = difflib.get_close_matches(path.name, names, n=1, cutoff=0.8)
    return f"Did you mean {printable(path.with_name(near[0]))!r}?" if near else None


def _left_by_writers(name: str, names: list[str]) -> str | None:
    """Tell of the partial file that will be the missing one, or of a shard of its sweep."""
    if name + SUFFIX in names:
        return f"There is {printable(name + SUFFIX)!r}, of a writer that did not finish: {RESUME}."
    shards = sorted(
        found
        for found in names
        if found.startswith(f"{name}.") and found.endswith(SUFFIX)
    )
    if not shards:
        return None
    return f"A sweep that did not finish left {printable(shards[0])!r}: {MERGE}."


def _instead_of_folder(path: Path) -> str | None:
    names = _listed(path)
    if METADATA in names:
        return "It is an unpacked archive: pack its content with zip."
    if {".zgroup", "zarr.json"} & set(names):
        return "It is a Zarr store: xarray.open_zarr opens it."
    archives = sorted(name for name in names if name.endswith((".ndc", ".ndr")))
    if not archives:
        return None
    return f"Name a file in it, such as {printable(path / archives[0])!r}."


def _listed(folder: Path) -> list[str]:
    with os.scandir(folder) as entries:
        return [entry.name for entry in itertools.islice(entries, _LISTED)]
