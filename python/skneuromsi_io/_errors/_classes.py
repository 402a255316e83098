"""The exceptions, by what a caller would do about them."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator

from .._remedies import REPAIR
from ._base import SkneuromsiIOError


class BadArchiveError(SkneuromsiIOError, zipfile.BadZipFile):
    """The bytes are not a zip archive, or its directory is damaged or ambiguous.

    Attributes
    ----------
    lacks_end : bool
        Whether there is no end of a directory: the file was cut off, or is none.

    Examples
    --------
    >>> import skneuromsi_io as sio
    >>> try:
    ...     sio.read_metadata(b"")
    ... except sio.BadArchiveError as error:
    ...     print(error)
    <0 bytes>: expected a zip archive, found an empty file; store or copy it again

    """

    lacks_end: bool = False


class BadMemberError(BadArchiveError):
    """A member's compressed bytes are damaged: size, CRC-32 or the stream itself.

    Examples
    --------
    >>> import zipfile
    >>> from pathlib import Path
    >>> import skneuromsi_io as sio
    >>> from skneuromsi_io.examples import sweep
    >>> options = {"compression": zipfile.ZIP_STORED, "tqdm_cls": None}
    >>> sio.store_ndresults_collection("sweep.ndc", sweep(), **options)
    >>> damaged = bytearray(Path("sweep.ndc").read_bytes())
    >>> damaged[200] ^= 1
    >>> try:
    ...     sio.open_ndresults_collection(damaged, tqdm_cls=None)
    ... except sio.BadMemberError as error:
    ...     print(error.member, "|", error.expected[:6])
    ndr_0/nddata.nc | CRC-32

    """

    _usually = REPAIR


class MissingMemberError(SkneuromsiIOError, KeyError):
    """A member of the archive, or a key of its metadata, is missing.

    Examples
    --------
    >>> import zipfile
    >>> import skneuromsi_io as sio
    >>> with zipfile.ZipFile("photos.zip", "w") as archive:
    ...     archive.writestr("a.jpg", b"")
    >>> try:
    ...     sio.read_metadata("photos.zip")
    ... except sio.MissingMemberError as error:
    ...     print(error.member, "|", error.found)
    metadata.json | another zip archive, of 1 members, such as 'a.jpg'

    """

    _usually = REPAIR


class UnsupportedError(SkneuromsiIOError, NotImplementedError):
    """Valid, but not served: encryption, an unknown method, a link to another file.

    Attributes
    ----------
    is_newer : bool
        Whether the format is newer than this package, which can neither judge nor repair the archive.

    Examples
    --------
    >>> import skneuromsi_io as sio
    >>> from skneuromsi_io.examples import sweep
    >>> try:
    ...     sio.store_ndresult("a.ndr", sweep()[0], compression=99)
    ... except sio.UnsupportedError as error:
    ...     print(error)
    'compression': expected a method of zipfile: ZIP_STORED (0), ..., found 99

    """

    is_newer: bool = False


class LimitError(SkneuromsiIOError, ValueError):
    """A stated limit was reached; the message says which.

    Examples
    --------
    >>> import skneuromsi_io as sio
    >>> from skneuromsi_io.examples import sweep
    >>> sio.store_ndresults_collection("sweep.ndc", sweep(), tqdm_cls=None)
    >>> try:
    ...     sio.read_metadata("sweep.ndc", limits={"members": 2})
    ... except sio.LimitError as error:
    ...     print(error)
    sweep.ndc: expected at most 2 members (limit members), found 8

    """


# OSError comes first, since it alone can make an object of its layout: Dask's workers pickle by `__new__`.
class BadNetCDFError(SkneuromsiIOError, OSError, ValueError):
    """A NetCDF member is malformed.

    Examples
    --------
    >>> import zipfile
    >>> import skneuromsi_io as sio
    >>> from skneuromsi_io.examples import sweep
    >>> sio.store_ndresults_collection("sweep.ndc", sweep(), tqdm_cls=None)
    >>> with zipfile.ZipFile("sweep.ndc") as old, zipfile.ZipFile("bad.ndc", "w") as new:
    ...     for name in old.namelist():
    ...         new.writestr(name, b"text" if name == "ndr_1/nddata.nc" else old.read(name))
    >>> try:
    ...     sio.open_ndresults_collection("bad.ndc", tqdm_cls=None)
    ... except sio.BadNetCDFError as error:
    ...     print(error)
    bad.ndc: member "ndr_1/nddata.nc": expected the signature of NetCDF-3 or HDF5 at offset 0, found ...

    """

    _usually = REPAIR


class BadMetadataError(SkneuromsiIOError, ValueError):
    """A metadata member is not JSON, or its values make no sense.

    Examples
    --------
    >>> import zipfile
    >>> import skneuromsi_io as sio
    >>> with zipfile.ZipFile("bad.ndc", "w") as archive:
    ...     archive.writestr("metadata.json", "not JSON")
    >>> try:
    ...     sio.read_metadata("bad.ndc")
    ... except sio.BadMetadataError as error:
    ...     print(error)
    bad.ndc: member "metadata.json": expected JSON, found Expecting value: ...

    """

    _usually = REPAIR


class LargeArchiveError(SkneuromsiIOError, zipfile.LargeZipFile):
    """The archive needs zip64, which ``allowZip64=False`` forbids.

    Examples
    --------
    >>> import zipfile
    >>> import skneuromsi_io as sio
    >>> issubclass(sio.LargeArchiveError, zipfile.LargeZipFile)
    True

    """


class ArgumentError(SkneuromsiIOError, ValueError):
    """An argument has a wrong value; its name is the `key`.

    Examples
    --------
    >>> import skneuromsi_io as sio
    >>> try:
    ...     sio.open_ndresult("one.ndr", classes="lite")
    ... except sio.ArgumentError as error:
    ...     print(error)
    'classes': expected 'auto', 'light' or 'upstream', found 'lite'; did you mean 'light'?

    """


class ArgumentTypeError(SkneuromsiIOError, TypeError):
    """An argument has a wrong type, or a name that the function does not have; its name is the `key`.

    Examples
    --------
    >>> import skneuromsi_io as sio
    >>> try:
    ...     sio.open_ndresults_collection("sweep.ndc", expected_sise=3)
    ... except sio.ArgumentTypeError as error:
    ...     print(error)
    open_ndresults_collection() got an unexpected keyword argument 'expected_sise'; did ...

    """


class BadStreamError(SkneuromsiIOError, OSError):
    """A file object answers what it cannot mean: that it took more bytes than there were, that it is at -1.

    Examples
    --------
    >>> import skneuromsi_io as sio
    >>> from skneuromsi_io.examples import sweep
    >>> class Odd:
    ...     def write(self, data):
    ...         return len(data) + 1
    >>> try:
    ...     sio.store_ndresult(Odd(), sweep()[0])
    ... except sio.BadStreamError as error:
    ...     print(error.expected)
    'write' to say that it took 1 to ...

    """


class RemoteError(SkneuromsiIOError, OSError):
    """A file behind a URL cannot be read: its server cannot be reached, refuses, or has no ranges.

    Examples
    --------
    >>> import skneuromsi_io as sio
    >>> issubclass(sio.RemoteError, OSError)
    True

    """


class MissingPackageError(SkneuromsiIOError, ImportError):
    """A package that is optional, or that a value of a file needs, is not installed, or too old.

    Examples
    --------
    >>> import skneuromsi_io as sio
    >>> issubclass(sio.MissingPackageError, ImportError)
    True

    """


class PatchError(MissingPackageError, RuntimeError):
    """scikit-neuromsi cannot be patched: it is not installed, or its functions are those of another version.

    Examples
    --------
    >>> import skneuromsi_io as sio
    >>> issubclass(sio.PatchError, sio.MissingPackageError)
    True

    """


class LockedError(SkneuromsiIOError, BlockingIOError):
    """Another writer is at work on the file.

    Examples
    --------
    >>> import skneuromsi_io as sio
    >>> from skneuromsi_io.examples import sweep
    >>> with sio.NDCWriter("sweep.ndc", name="sweep") as writer:
    ...     try:
    ...         sio.NDCWriter("sweep.ndc", name="sweep", resume=True)
    ...     except sio.LockedError as error:
    ...         print(error.expected)
    ...     writer.append(sweep()[0])
    no other writer at work on ...sweep.ndc.partial

    """


class WriterError(SkneuromsiIOError, RuntimeError):
    """A writer cannot go on: it is closed, it failed before, or its file is gone.

    Examples
    --------
    >>> import skneuromsi_io as sio
    >>> from skneuromsi_io.examples import sweep
    >>> with sio.NDCWriter("sweep.ndc", name="sweep") as writer:
    ...     writer.append(sweep()[0])
    >>> try:
    ...     writer.append(sweep()[1])
    ... except sio.WriterError as error:
    ...     print(error.found)
    a writer that is closed

    """


class UnstorableError(SkneuromsiIOError, TypeError):
    """An object that the format cannot carry; `result` and `key` say where it is.

    Attributes
    ----------
    result : int or None
        Number of the result in its collection.
    key : str or None
        The part of the result, as Python would spell it: ``extra['a'][0]``.

    Examples
    --------
    >>> import skneuromsi_io as sio
    >>> from skneuromsi_io.examples import sweep
    >>> arguments = {**sweep()[0].to_dict(), "extra": {"model": print}}
    >>> try:
    ...     sio.store_ndresult("one.ndr", sio.NDResult(**arguments))
    ... except sio.UnstorableError as error:
    ...     print(error.result, error.key)
    0 extra['model']

    """

    result: int | None = None

    def _keys(self) -> Iterator[str]:
        if self.result is not None:
            yield f"result {self.result}"
        if self.key is not None:
            yield self.key


class InternalError(SkneuromsiIOError, RuntimeError):
    """A case that cannot be: a fault of this package. Please report it, with its message.

    Examples
    --------
    >>> import skneuromsi_io as sio
    >>> print(sio.InternalError(expected="a frame", found="none"))
    expected a frame, found none; this is a fault of skneuromsi-io: please report it

    """

    _usually = "this is a fault of skneuromsi-io: please report it"


class NotAtomicWarning(RuntimeWarning):
    """A file cannot be replaced, and a whole archive is copied over it instead (SECURITY.md).

    Examples
    --------
    >>> import warnings
    >>> import skneuromsi_io as sio
    >>> from skneuromsi_io.examples import sweep
    >>> with warnings.catch_warnings():
    ...     warnings.simplefilter("error", sio.NotAtomicWarning)  # a file that is copied over is left as it is
    ...     sio.store_ndresult("one.ndr", sweep()[0])

    """
