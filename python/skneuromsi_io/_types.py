"""Types of the public interface.

scikit-neuromsi has no types, and may not be installed: a checker takes its classes for ``Any``, and none is named
here. What functions take is described by what both kinds of classes have; what they return, by the light classes.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, Literal, Protocol, TypedDict

if TYPE_CHECKING:
    import xarray as xr

    # Checkers know this module without an installation; `collections.abc` has the name since Python 3.12.
    from typing_extensions import Buffer
else:
    Buffer = bytes | bytearray | memoryview


class Readable(Protocol):
    """A binary file object that can seek."""

    def read(self, size: int = ..., /) -> bytes:
        """Return at most so many bytes."""

    def seek(self, offset: int, whence: int = ..., /) -> object:
        """Move to an offset."""

    def tell(self) -> int:
        """Return the offset of the next byte."""


class Writable(Protocol):
    """A binary file object that is written forward only."""

    def write(self, data: bytes, /) -> object:
        """Write bytes."""


class NDResultLike(Protocol):
    """A result of this package or of scikit-neuromsi."""

    @property
    def mname(self) -> str:
        """Name of the model."""

    @property
    def output_mode(self) -> str:
        """The mode that is the model's output."""

    @property
    def extra_(self) -> Any:
        """Further information."""

    def to_xarray(self) -> xr.DataArray:
        """Return a copy of the data."""


class NDResultCollectionLike(Protocol):
    """A collection of results, of this package or of scikit-neuromsi."""

    @property
    def name(self) -> str:
        """Name of the collection."""

    @property
    def modes_(self) -> Any:
        """Labels of the modes."""

    @property
    def run_parameters_(self) -> Any:
        """Names of the run parameters."""

    def __len__(self) -> int: ...

    def __getitem__(self, slicer: Any, /) -> Any: ...


#: A path, as `zipfile.ZipFile` takes it; to read from also a URL.
FilePath = str | os.PathLike[str]

#: Sources that an archive is read from, and targets that it is written to.
Source = FilePath | Buffer | Readable
Target = FilePath | Writable

#: Whose classes are returned.
Classes = Literal["auto", "light", "upstream"]

#: A progress bar: a class that wraps an iterable, as tqdm does. True is tqdm's own, None and False are none.
Bar = Callable[..., Any] | bool | None

#: joblib's names of methods, and all that describes how results are kept in memory.
Method = Literal["zlib", "gzip", "bz2", "lzma", "xz", "lz4", "lz4hc"]
CompressionParams = Method | tuple[Method, int] | int | None

Limits = Mapping[str, int]

#: Options of fsspec's file systems for a URL.
StorageOptions = Mapping[str, Any]


class ReadOptions(TypedDict, total=False):
    """Arguments of `zipfile.ZipFile` in mode ``"r"``."""

    compression: int
    allowZip64: bool
    compresslevel: int | None
    strict_timestamps: bool
    metadata_encoding: str | None


class WriteOptions(TypedDict, total=False):
    """Arguments of `zipfile.ZipFile` in mode ``"w"``."""

    compression: int
    allowZip64: bool
    compresslevel: int | None
    strict_timestamps: bool


class OpenOptions(ReadOptions, total=False):
    """Options of opening a single result."""

    classes: Classes
    limits: Limits | None
    storage_options: StorageOptions | None


class StoreOptions(WriteOptions, total=False):
    """Options of storing a collection by its method."""

    format_version: float


class StoreResultOptions(WriteOptions, total=False):
    """Options of storing a single result."""

    tqdm_cls: Bar


class StoreResultMethodOptions(StoreOptions, StoreResultOptions, total=False):
    """Options of storing a single result by its method."""


class ResultArguments(TypedDict):
    """Arguments of a result except its data."""

    mname: str
    mtype: str
    output_mode: str
    nmap: Mapping[str, Any]
    time_range: Any
    position_range: Any
    time_res: float
    position_res: float
    causes: float | None
    run_parameters: Mapping[str, Any]
    extra: Mapping[str, Any]
