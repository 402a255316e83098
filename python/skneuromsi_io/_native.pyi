"""Native core: zip container, codecs, NetCDF bytes and member index, in Rust."""

from collections.abc import Callable, Sequence
from typing import Any, TypedDict, final

import numpy as np
import numpy.typing as npt

from ._errors import SkneuromsiIOError

__all__ = [
    "Archive",
    "Columns",
    "Frame",
    "Packed",
    "Ranges",
    "Writer",
    "constants",
    "described",
    "encode",
    "encode_nested",
    "error_kinds",
    "numbers",
    "pack",
    "read_netcdf",
    "skeleton",
    "stack_packed",
]

#: Member names of one result: metadata, data, and (member, name) of each large array; or, where they are in an
#: archive, what is before and behind the number in the names of these.
_Plan = tuple[str, str, Sequence[tuple[str, str]]]
_Place = tuple[str, str, tuple[str, str]]

#: Memory codec and its level: "none", "lz4", "lz4hc" or "deflate".
_Compression = tuple[str, int]

#: Numbers of the metadata that vary: key of the object that holds them, keys of that object below which they
#: are, and strings outside of these with which metadata are on their own.
_Varying = tuple[str, Sequence[str], Sequence[str]]

#: A result to pack: metadata text, frame (None: the data are a NetCDF file), data, (name, array)s.
_Job = tuple[
    bytes, Frame | None, npt.NDArray[Any], Sequence[tuple[str, npt.NDArray[Any]]]
]

#: Arrays to stack: their members, whether they are labelled, dtype and shape of each; None if the first says them.
_Part = tuple[Sequence[str], bool, tuple[str, Sequence[int]] | None]

#: An exception that is reported, not raised; it names its member.
_Fault = SkneuromsiIOError

#: An array that a text lacks: its place in the text, the number of brackets around it, and itself.
_LeftOut = tuple[int, int, npt.NDArray[Any]]

#: A result to spell out: metadata text, the arrays that it lacks, frame (None: the data are a NetCDF file), data.
_Spelled = tuple[bytes, Sequence[_LeftOut], Frame | None, npt.NDArray[Any]]

@final
class Archive:
    """An open zip archive: its directory is read, its members are read when asked for.

    Parameters
    ----------
    source_ : str, bytes, Ranges or file object
        A path, the archive itself, ranges, or an object with `read`, `seek` and `tell`.
    display_name : str
        What messages call the archive.
    limits : sequence of (str, int), optional
        Limits that differ from their defaults, by name.

    Raises
    ------
    BadArchiveError
        If the directory is damaged or ambiguous.
    OSError
        If the file cannot be read.

    """

    def __new__(
        cls,
        source_: Any,
        display_name: str,
        limits: Sequence[tuple[str, int]] | None = None,
    ) -> Archive: ...
    @staticmethod
    def salvage(
        source_: Any, display_name: str, limits: Sequence[tuple[str, int]]
    ) -> tuple[Archive, list[_Fault]]:
        """Find the whole members of a damaged archive by their local headers.

        Returns an archive of these, and what is wrong with the others that have a name left. Its
        parameters are those of the class.
        """

    def close(self) -> None:
        """Let go of the file or stream; a stream stays open."""

    def __enter__(self) -> Archive: ...
    def __exit__(self, *_exception: object) -> None: ...
    def __contains__(self, name: str, /) -> bool: ...
    def __len__(self) -> int: ...
    def names(self) -> list[str]:
        """Names of all members, in the order of the directory."""

    def names_before_a_gap(self) -> list[str]:
        """Names of the members that follow each other without a gap, from the first byte on."""
    def numbered(self, prefix: str, suffix: str) -> list[str]:
        """Names of the members that are named by a number between these, in the order of names."""

    def size(self, name: str) -> int:
        """Uncompressed size of a member, in bytes, as the directory declares it."""

    def entries(self) -> list[tuple[str, int, int, int]]:
        """Name, compression method, compressed and uncompressed size of each member, by the directory."""

    def peek(self, name: str, size: int) -> bytes:
        """Return the first bytes of a member, which are not verified."""

    def text(self, name: str) -> bytes:
        """Read one member of text, which is held against the limits of text."""

    def results(
        self,
        plans_: Sequence[_Place],
        *,
        compression: _Compression,
        lift: int | None,
        varying: _Varying | None,
        threads: int,
    ) -> list[Packed]:
        """Read, verify and pack the results that `plans_` name, in parallel.

        With `varying`, the results have a :attr:`Packed.fingerprint`.
        With `lift`, rectangular lists of more than this many numbers leave the metadata text and become
        arrays; strings that equal one of :attr:`Packed.array_names` stand in their places.
        """

    @property
    def stamp(self) -> tuple[int, int, int] | None:
        """Size, time of the last change (ns) and number of the file when it was opened; None for other sources."""

    def metadata(
        self,
        names: Sequence[str],
        *,
        lift: int | None,
        varying: _Varying,
        threads: int,
    ) -> list[Packed]:
        """Read the metadata members `names` as :meth:`results` does, without the arrays beside them."""

    def frame(self, name: str) -> Frame | None:
        """Return the frame of a labelled member, all of which is decoded; None where xarray has to decode it."""

    def stack(
        self, parts: Sequence[_Part], *, threads: int
    ) -> tuple[list[npt.NDArray[Any]], list[Frame], npt.NDArray[np.int64]]:
        """Decode the members of each part into one array.

        Bare arrays must have the dtype and shape of their part. Of labelled ones also return the frames, and the
        number of that of each member, -1 where xarray has to decode it; places of those that have another dtype
        or shape hold zeros. Labelled arrays without dtype and shape have those that the first claims. Return no
        arrays where xarray has to decode that.
        """

    def result_faults(self, plan_: _Place, lift: int | None) -> list[_Fault]:
        """Tell what is wrong with each member of a result, where :meth:`results` stops at the first."""

    def faults(self, names: Sequence[str], *, threads: int) -> list[_Fault]:
        """Tell what is wrong with sizes and CRC-32 of members, which are read piece by piece."""

@final
class Frame:
    """All of a NetCDF array but its values.

    Parameters
    ----------
    name : str
    dims : sequence of str
    shape : sequence of int
    dtype : str
        NumPy's ``dtype.str``, little-endian integers or floats.
    coords : sequence of (str, array or list of str, dict)
        Name, values and attributes of the coordinate of each dimension that has one.
    attrs : dict
        Each value a str, a list of str, or a NumPy scalar or 1-D array.

    """

    def __new__(
        cls,
        name: str,
        dims: Sequence[str],
        shape: Sequence[int],
        dtype: str,
        coords: Sequence[tuple[str, Any, dict[str, Any]]],
        attrs: dict[str, Any],
    ) -> Frame: ...
    def __eq__(self, other: object, /) -> bool: ...
    def __hash__(self) -> int: ...
    def parts(self) -> tuple[Any, ...]:
        """Return the arguments that make an equal frame."""

    @property
    def name(self) -> str: ...
    @property
    def dims(self) -> tuple[str, ...]: ...
    @property
    def shape(self) -> tuple[int, ...]: ...
    @property
    def dtype(self) -> str: ...
    @property
    def attrs(self) -> dict[str, Any]: ...
    @property
    def coords(self) -> list[tuple[str, Any, dict[str, Any]]]: ...

@final
class Columns:
    """Templates of the metadata of many results, columns of the numbers in which they differ, and frames.

    Parameters
    ----------
    varying : _Varying
    listed : sequence of str
        Those keys whose numbers have columns.

    """

    def __new__(cls, varying: _Varying, listed: Sequence[str]) -> Columns: ...
    def __len__(self) -> int:
        """Return the number of results."""

    def add(self, packed: Sequence[Packed]) -> None:
        """Add results."""

    def read(self, archive: Archive, names: Sequence[str], *, threads: int) -> None:
        """Add the metadata members `names`, without frames; long ones are not read, and have no template."""

    def frames(self) -> list[Frame]:
        """Return the frames, by their numbers."""

    def table(
        self,
    ) -> tuple[
        npt.NDArray[np.int64],
        npt.NDArray[np.int64],
        list[tuple[bytes, list[npt.NDArray[np.float64] | bytes]]],
    ]:
        """Return the number of the template and of the frame of each result, -1 for none, and the templates.

        Of each the text and its columns: an array where all numbers are spelled as floats and not all are one,
        else as :meth:`json` has it.
        """

    def json(self) -> bytes:
        """Return ``"template"``, ``"array"`` and ``"templates"`` as members of a JSON object.

        FORMAT.md, section 9, says what they are.
        """

@final
class Ranges:
    """A source of an archive whose bytes are asked for by ranges, few and large.

    Parameters
    ----------
    read : callable
        Takes ranges, each its first byte and the one behind its last, and returns the bytes of each. The thread
        that reads calls it.
    size : int
        Bytes of the source.

    """

    def __new__(
        cls, read: Callable[[list[tuple[int, int]]], list[bytes]], size: int
    ) -> Ranges: ...

@final
class Packed:
    """A result in memory: metadata as JSON text, arrays byte-shuffled and compressed."""

    @property
    def text(self) -> bytes: ...
    @property
    def frame(self) -> Frame | None: ...
    @property
    def lifted(self) -> bool: ...
    @property
    def fingerprint(self) -> int | None:
        """Equal for results whose metadata differ in varying numbers only; None for one on its own."""

    @property
    def nbytes(self) -> int: ...
    @property
    def array_names(self) -> list[str]: ...
    def values(self, *, threads: int) -> npt.NDArray[Any]:
        """Unpack the labelled array; a new array of the frame's shape and dtype."""

    def netcdf(self) -> bytes:
        """Return the NetCDF-4 file of a result that has no frame."""

    def array(self, name: str, *, threads: int) -> npt.NDArray[Any]:
        """Unpack the large array `name`; KeyError if there is none."""

    @staticmethod
    def _restore(
        text: bytes,
        frame: Frame | None,
        data: bytes,
        arrays: Sequence[tuple[str, str, Sequence[int], bytes]],
        lifted: bool,
    ) -> Packed: ...

@final
class Writer:
    """An archive being written, forward only.

    Parameters
    ----------
    sink : str or file object
        Path of an existing file, which is overwritten, or an object with `write`.
    display_name : str
        What messages call the archive.
    start : int
        Offset of the archive's first byte in the sink.
    method : int
        Zip compression method: 0, 8, 12, 14 or 93.
    level : int or None
        Its level.
    allow_zip64 : bool
    modified : int
        DOS date and time of the members (APPNOTE 4.4.6).

    """

    def __new__(
        cls,
        sink: Any,
        display_name: str,
        *,
        start: int,
        method: int,
        level: int | None,
        allow_zip64: bool,
        modified: int,
    ) -> Writer: ...
    @staticmethod
    def resume(
        path: str,
        display_name: str,
        archive: Archive,
        names: Sequence[str],
        *,
        method: int,
        level: int | None,
        allow_zip64: bool,
        modified: int,
    ) -> Writer:
        """Go on behind members that are in the file already, and cut off what follows them.

        Its other parameters are those of the class.

        Parameters
        ----------
        archive : Archive
            The file as it is, salvaged.
        names : sequence of str
            Its first members, without a gap, as a writer leaves them.

        """

    def add_results(
        self,
        results: Sequence[Packed],
        plans_: Sequence[_Plan],
        *,
        threads: int,
    ) -> None:
        """Compress results in parallel and write their members in order."""

    def add_spelled(
        self,
        results: Sequence[_Spelled],
        plans_: Sequence[_Plan],
        *,
        threads: int,
    ) -> None:
        """Write results with arrays as nested lists, and NetCDF-3 where it can hold the data."""

    def add_text(self, name: str, data: bytes) -> None:
        """Write one member of text."""

    def copy(self, archive: Archive, members: Sequence[tuple[str, str]]) -> None:
        """Write members of another archive as they are, each under the name that it comes with."""

    def flush(self) -> None:
        """Hand on all that was added to the operating system."""

    def finish(self) -> None:
        """Write the directory; nothing can be added any more."""

    def close(self) -> None:
        """Let go of the sink. An archive that is not finished stays without a directory."""

def pack(
    jobs: Sequence[_Job], *, compression: _Compression, threads: int
) -> list[Packed]:
    """Pack results in parallel; the bytes of every array are copied first."""

def stack_packed(
    packed: Sequence[Packed], name: str | None, *, threads: int
) -> npt.NDArray[Any]:
    """Unpack into one array the labelled arrays of results, or of each the large array `name`.

    Raises
    ------
    ValueError
        If these are not all of one shape and dtype.

    """

def numbers(packed: Sequence[Packed], varying: _Varying, keys: Sequence[str]) -> bytes:
    """Return as JSON the varying numbers below some keys of each metadata text, in their order.

    All texts have a fingerprint.
    """

def skeleton(packed: Packed, varying: _Varying) -> bytes | None:
    """Return the metadata text with 0 for each varying number; None for a text without fingerprint."""

def described(text: bytes, varying: _Varying) -> Packed:
    """Return a result that is its metadata alone."""

def read_netcdf(netcdf: bytes) -> Packed:
    """Read a NetCDF file as the data of a result are read; the metadata text is empty.

    Raises
    ------
    BadNetCDFError
        If the file is malformed.

    """

def encode(obj: Any, hook: Callable[[Any, tuple[str | int, ...]], Any]) -> bytes:
    """JSON text of `obj` as ``json.dumps(obj, indent=2)`` writes it.

    For whatever is not exactly dict (of str), list, str, int, float, bool or None, `hook(value, path)`
    gives what is written in its place.
    """

def encode_nested(
    obj: Any, hook: Callable[[Any, tuple[str | int, ...]], Any], inline: int
) -> tuple[bytes, list[_LeftOut]]:
    """As :func:`encode`, except for arrays that `hook` gives: numbers, contiguous and little-endian.

    Up to `inline` bytes they are written as nested lists; larger ones are left out and returned.
    """

class _Constants(TypedDict):
    """Values by which both languages decide."""

    #: Version of the package, which Cargo.toml has.
    version: str
    #: Attributes that make xarray decode an array by the CF conventions.
    cf_attributes: tuple[str, ...]
    #: Attributes by which HDF5 and NetCDF-4 themselves keep dimensions, and which NetCDF does not show.
    reserved_attributes: tuple[str, ...]
    #: Prefix that the NetCDF library puts before the name of an array that could be taken for a coordinate.
    not_a_coordinate: str
    #: The name under which xarray stores an array that has none.
    unnamed_array: str
    #: Name of an array without labels.
    bare_array: str
    #: The name of the writer in our own files (`_NCProperties`), up to its version.
    writer: str
    #: Levels of nesting that the encoder writes.
    nesting: int
    #: Characters of the longest number in which results of one fingerprint may differ.
    longest_number: int
    #: Uncompressed bytes for each compressed one that a file may ask for, beyond this many that are free.
    expansion: int
    free_expansion: int
    #: Lowest and highest level of each zip method that has levels.
    levels: dict[int, tuple[int, int]]

def constants() -> _Constants:
    """Return what Python must know as the native core knows it."""

def error_kinds() -> list[str]:
    """Names of the native error kinds."""
