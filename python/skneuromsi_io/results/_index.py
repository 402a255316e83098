"""The index of an archive: what its results have in common, claimed in one member (FORMAT.md, section 9)."""

from __future__ import annotations

import json
import math
from typing import TYPE_CHECKING, Any

import numpy as np

from .. import _native
from .._errors import (
    BadMetadataError,
    BadNetCDFError,
    InternalError,
    MissingMemberError,
    SkneuromsiIOError,
    at,
    translating,
)
from .._remedies import INDEX, REPAIR, of_archive
from ..archive import _document, _members
from ..arrays._frame import Frame, shared
from ..model import _names
from ..values import dumps, loads, loads_plain
from ._packed import PackedResult
from ._table import ARRAYS, NONE, Table, firsts, listed_numbers, table_from, table_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy.typing as npt

    from ._interface import Signature

#: Dtypes of arrays that an index describes.
_DTYPES = frozenset(f"<{kind}{size}" for kind in "iuf" for size in (2, 4, 8)) | {
    "|i1",
    "|u1",
}

#: Parts of an array, in the order in which the native core takes them.
_PARTS = ("name", "dims", "shape", "dtype", "coords", "attrs")


def new_columns(listed: Sequence[str] = _document.LISTED) -> _native.Columns:
    """Return columns of no results yet, for numbers below some keys."""
    return _native.Columns(_document.VARYING, listed)


def index_text(columns: _native.Columns, size: int) -> bytes:
    """Return the member that states columns of so many results.

    Raises
    ------
    InternalError
        If the columns are not those of so many.

    """
    if len(columns) != size:
        raise InternalError(
            expected=f"columns of {size} results", found=str(len(columns))
        )
    fields = {_document.OBJECT_TYPE: _document.NDINDEX, _document.OBJECT_SIZE: size}
    arrays = ",\n".join(map(_spelled, map(shared, columns.frames())))
    text = json.dumps(fields)[:-1] + f',\n"{ARRAYS}": [{arrays}],\n'
    return text.encode() + columns.json() + b"}"


class Index:
    """The index of the results of its archive.

    Parameters
    ----------
    text : bytes
        The member.
    display_name : str
        What messages call the archive.
    size : int
        Number of results, of which the directory has members.

    Attributes
    ----------
    table : Table

    Raises
    ------
    BadMetadataError
        If it is malformed or contradicts itself.

    """

    def __init__(self, text: bytes, display_name: str, size: int):
        self._display_name = display_name
        self._spelled: dict[int, str] = {}
        #: Templates by the fingerprints of results that were compared with them.
        self._alike: dict[int, int] = {}
        #: Frames by the arrays that they were found to be; as many labels as the index has.
        self._framed: dict[int, Frame] = {}
        with self._blamed(), translating(BadMetadataError):
            document = loads_plain(text)
            _check_head(document, size)
            arrays = document.get(ARRAYS)
            if not isinstance(arrays, list):
                raise BadMetadataError(
                    key=f"/{ARRAYS}", expected="an array", found=f"{arrays!r:.80}"
                )
            self._arrays = [*map(_checked, arrays)]
            self.table: Table = table_of(document, size, len(arrays))

    def _blamed(self) -> _at_index:
        return _at_index(archive=self._display_name, member=_members.INDEX)

    def frame(self, number: int) -> Frame:
        """Return what labels an array that it describes.

        Raises
        ------
        BadMetadataError
            If that is not the array of a result.

        """
        with self._blamed():
            key = f"/{ARRAYS}/{number}"
            with at(key=key), translating(BadMetadataError, "labels of an array"):
                return _frame_of(self._stated(number))

    def claimed_shape(self, index: int, most: int) -> tuple[str, list[int]] | None:
        """Return dtype and shape of the array of a result; None where it says none of at most so many bytes."""
        number = int(self.table.array[index])
        parts = {} if number == NONE else self._arrays[number]
        dtype, shape = parts.get("dtype"), parts.get("shape")
        if not (
            isinstance(dtype, str) and dtype in _DTYPES and isinstance(shape, list)
        ):
            return None
        if not all(type(length) is int and length >= 0 for length in shape):
            return None
        fits = np.dtype(dtype).itemsize * math.prod(shape) <= most
        return (dtype, shape) if fits else None

    def _stated(self, number: int) -> str:
        # Spelled when one is compared with it, which most who scan never do.
        if number not in self._spelled:
            self._spelled[number] = _canonical(self._arrays[number])
        return self._spelled[number]

    def signature(self) -> Signature | None:
        """Return what results have in common: that of the first that the index describes; None if there is none.

        Raises
        ------
        BadMetadataError
            If what it says contradicts itself.

        """
        table = self.table
        described = np.flatnonzero((table.template != NONE) & (table.array != NONE))
        if not len(described):
            return None
        template = table.templates[table.template[described[0]]]
        frame = self.frame_of(int(described[0]))
        if frame is None:
            return None
        with self._blamed():
            return PackedResult(template.native, frame).signature()

    def frame_of(self, index: int) -> Frame | None:
        """Return what labels the array of a result; None where it does not say, or nothing labels the modes.

        Raises
        ------
        BadMetadataError
            If that is not the array of a result.

        """
        number = int(self.table.array[index])
        frame = None if number == NONE else self.frame(number)
        # Else as many labels as the index claims would be made.
        if frame is None or all(name != _names.MODES for name, _, _ in frame.coords):
            return None
        return frame

    def check(self, index: int, result: PackedResult) -> None:
        """Compare a result with what the index says of it.

        Raises
        ------
        BadMetadataError
            If they differ.

        """
        template = int(self.table.template[index])
        if template != NONE:
            self._check_text(index, template, result.native)
        self._check_array(index, result.frame)

    def check_texts(self, results: Sequence[PackedResult]) -> None:
        """Compare the metadata of results with what the index says of them, all at once.

        Raises
        ------
        BadMetadataError
            If one differs.

        """
        columns = new_columns()
        columns.add([result.native for result in results])
        found = table_from(columns)
        indices = np.array([result.index for result in results])
        if not self.table.says(indices, found):
            for index, result in zip(indices.tolist(), results, strict=True):
                template = int(self.table.template[index])
                if template != NONE:
                    self._check_text(index, template, result.native)

    def check_frames(
        self,
        indices: npt.NDArray[np.int64],
        frames: Sequence[Frame | None],
        kinds: npt.NDArray[np.int64],
    ) -> None:
        """Compare what labels the arrays of results with what the index says of them.

        `kinds` are the numbers of their frames.

        Raises
        ------
        BadMetadataError
            If one differs.

        """
        for place in firsts(self.table.array[indices], kinds):
            self._check_array(int(indices[place]), frames[kinds[place]])

    def _check_array(self, index: int, frame: Frame | None) -> None:
        array = int(self.table.array[index])
        if array == NONE or (frame is not None and frame is self._framed.get(array)):
            return
        found = "{}" if frame is None else _spelled(frame)
        expected = self._stated(array)
        if found != expected:
            differing = _differing(expected, found)
            raise self._differs(index, _members.NDDATA, *differing)
        if frame is not None:
            self._framed[array] = frame

    def _check_text(self, index: int, template: int, native: _native.Packed) -> None:
        known = self.table.templates[template].native
        fingerprint = native.fingerprint
        if fingerprint is None or self._alike.get(fingerprint) != template:
            text = _native.skeleton(native, _document.VARYING)
            if text != known.text:
                raise self._differs(index, _members.METADATA, *_shown(known.text, text))
            if fingerprint is not None:
                self._alike[fingerprint] = template
        expected, found = self.table.numbers(index), listed_numbers(native)
        # 1 is not 1.0, nor 0.0 -0.0.
        if repr(expected) != repr(found):
            pairs = zip(expected, found, strict=True)
            one, other = next(pair for pair in pairs if repr(pair[0]) != repr(pair[1]))
            raise self._differs(index, _members.METADATA, repr(one), repr(other))

    def _differs(
        self, index: int, member: str, expected: str, found: str
    ) -> BadMetadataError:
        return BadMetadataError(
            archive=self._display_name,
            member=_members.INDEX,
            key=_members.of_result(index, member),
            expected=f"{expected:.300} as the index says",
            found=f"{found:.300} in the result",
            remedy=INDEX,
        )


class _at_index(at):  # noqa: N801 - as `at`
    """Says of an error that it is about the index, and what to do."""

    def __exit__(self, cls: Any, error: Any, traceback: Any) -> None:
        super().__exit__(cls, error, traceback)
        if not isinstance(error, SkneuromsiIOError):
            return
        # Another remedy, as that of a package that is missing, stays.
        if error.remedy in (None, of_archive(REPAIR, error.archive)):
            error.remedy = INDEX


def _check_head(document: dict[str, Any], size: int) -> None:
    expected = {_document.OBJECT_TYPE: _document.NDINDEX, _document.OBJECT_SIZE: size}
    for key, value in expected.items():
        found = document.get(key)
        if type(found) is not type(value) or found != value:
            raise BadMetadataError(
                key=f"/{key}", expected=repr(value), found=f"{found!r:.80}"
            )


def _spelled(frame: Frame) -> str:
    """Return what labels an array as an index states it."""
    name, dims, shape, dtype, coords, attrs = frame.native.parts()
    values = name, [*dims], [*shape], dtype, [*map(list, coords)], attrs
    parts = dict(zip(_PARTS, values, strict=True))
    return _canonical(loads_plain(dumps(parts, external=False).text))


def _checked(array: Any) -> dict[str, Any]:
    if not isinstance(array, dict):
        raise BadMetadataError(
            key=f"/{ARRAYS}", expected="objects", found=f"{array!r:.80}"
        )
    return array


def _canonical(array: dict[str, Any]) -> str:
    return json.dumps(array, sort_keys=True)


def _frame_of(spelled: str) -> Frame:
    parts = loads(spelled.encode(), _no_arrays)
    parts["coords"] = [*map(tuple, parts["coords"])]
    frame = shared(_native.Frame(*(parts[name] for name in _PARTS)))
    try:
        frame.expected()
    except BadNetCDFError as error:
        # Here it is the index that is wrong.
        raise BadMetadataError(expected=error.expected, found=error.found) from error
    return frame


def _no_arrays(name: str) -> Any:
    raise MissingMemberError(expected="no arrays beside an index", found=repr(name))


def _differing(one: str, other: str) -> tuple[str, str]:
    """Return those parts in which two arrays differ."""
    parts = [json.loads(spelled) for spelled in (one, other)]
    keys = [
        key
        for key in sorted({*parts[0], *parts[1]})
        if json.dumps(parts[0].get(key)) != json.dumps(parts[1].get(key))
    ]
    first, second = (json.dumps({key: p.get(key) for key in keys}) for p in parts)
    return first, second


def _shown(one: bytes, other: bytes | None) -> tuple[str, str]:
    """Return what differs in two texts, from the first difference on."""
    if other is None:
        return "metadata of a template", "others"
    pairs = zip(one, other, strict=False)
    same = min(len(one), len(other))
    start = next((n for n, (a, b) in enumerate(pairs) if a != b), same)
    around = max(start - 20, 0)
    return repr(one[around : start + 40]), repr(other[around : start + 40])
