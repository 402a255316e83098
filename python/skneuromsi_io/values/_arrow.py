"""Columns of pyarrow as bytes of its own IPC stream format, and back.

Only types that give each value bytes of its own are carried: the length of others (null, run-end encoded, lists of
no items) is a mere claim. Extension types would ask their classes to read them.
"""

from __future__ import annotations

import re
import struct
from typing import Any

import numpy as np
import numpy.typing as npt

from .._errors import BadMetadataError, MissingPackageError, UnstorableError
from ._numpy import expect
from ._timezones import zone_of

#: An offset as time zone, of which pyarrow has no name.
_OFFSET = re.compile(r"[+-]\d\d:\d\d", re.ASCII)


def stream_of(array: Any) -> npt.NDArray[np.uint8]:
    """Bytes of an Arrow stream of one batch of one column.

    Raises
    ------
    UnstorableError
        If the column is of a type that is not carried.

    """
    import pyarrow as pa

    column = pa.array(array)
    if isinstance(column, pa.ChunkedArray):
        column = column.combine_chunks()
    try:
        _check_type(column.type)
        batch = pa.record_batch([column], names=[""])
        sink = pa.BufferOutputStream()
        with pa.ipc.new_stream(sink, batch.schema) as stream:
            stream.write_batch(batch)
        data = np.frombuffer(sink.getvalue(), dtype=np.uint8)
        _check_messages(data)
    except (TypeError, BadMetadataError, MissingPackageError) as error:
        raise UnstorableError(
            f"a pandas column of dtype {array.dtype} cannot be stored ({error}); convert "
            "it first"
        ) from error
    return data


def column_of(data: Any) -> Any:
    """Column of pandas from the bytes of an Arrow stream; undoes :func:`stream_of`.

    Raises
    ------
    MissingPackageError
        If pyarrow is not here.

    """
    try:
        import pyarrow as pa
    except ImportError as error:
        raise MissingPackageError(
            expected="a column that can be read here",
            found="one of pyarrow",
            remedy="install the package pyarrow",
        ) from error
    import pandas as pd

    if expect(data, np.ndarray).dtype != np.uint8 or data.ndim != 1:
        raise TypeError(f"an array of dtype {data.dtype} where bytes are due")
    _check_messages(data)
    with pa.ipc.open_stream(pa.py_buffer(data)) as stream:
        for field in stream.schema:
            _check_type(field.type)
        table = stream.read_all()
    table.validate(full=True)
    if table.num_columns != 1 or table.num_rows > 8 * data.size:
        raise ValueError(f"a table of the shape {table.shape}")
    return pd.arrays.ArrowExtensionArray(table.column(0))


def _check_type(kind: Any) -> None:
    """Refuse a type unless each of its values has bytes of its own.

    Raises
    ------
    TypeError
        If it is none.
    BadMetadataError, MissingPackageError
        If it has a time zone that is not known.

    """
    from pyarrow import types

    if types.is_timestamp(kind):
        if kind.tz is not None and _OFFSET.fullmatch(kind.tz) is None:
            zone_of(kind.tz)
    elif types.is_dictionary(kind) or _is_list(kind):
        _check_type(kind.value_type)
    elif types.is_map(kind):
        _check_type(kind.key_type)
        _check_type(kind.item_type)
    elif types.is_struct(kind) and kind.num_fields:
        for number in range(kind.num_fields):
            _check_type(kind.field(number).type)
    elif not _is_plain(kind):
        raise TypeError(f"the Arrow type {kind!s:.80}")


def _is_list(kind: Any) -> bool:
    from pyarrow import types

    if types.is_fixed_size_list(kind):
        return bool(kind.list_size > 0)
    return bool(types.is_list(kind) or types.is_large_list(kind))


def _is_plain(kind: Any) -> bool:
    from pyarrow import types

    tests = (
        *(types.is_boolean, types.is_integer, types.is_floating, types.is_decimal),
        *(types.is_date, types.is_time, types.is_duration, types.is_string),
        *(types.is_large_string, types.is_binary, types.is_large_binary),
    )
    if types.is_fixed_size_binary(kind):
        return bool(kind.byte_width > 0)
    return any(test(kind) for test in tests)


#: Positions of the fields that are read in the tables of Arrow's Message.fbs.
_HEADER, _DICTIONARY_DATA, _COMPRESSION = 2, 1, 3


def _check_messages(data: npt.NDArray[np.uint8]) -> None:
    """Refuse a stream of compressed buffers, whose size is a claim, or of extension types.

    Raises
    ------
    TypeError
        If it is one.

    """
    import pyarrow as pa

    reader = pa.ipc.MessageReader.open_stream(pa.py_buffer(data))
    for message in reader:
        text = message.metadata.to_pybytes()
        if message.type == "schema":
            if b"ARROW:extension" in text:
                raise TypeError("an Arrow extension type")
            continue
        table = _table(text, _field(text, _table(text, 0), _HEADER))
        if message.type == "dictionary":
            table = _table(text, _field(text, table, _DICTIONARY_DATA))
        elif message.type != "record batch":
            raise TypeError(f"an Arrow message of type {message.type!r:.80}")
        if _field(text, table, _COMPRESSION) is not None:
            raise TypeError("compressed Arrow buffers")


def _table(text: bytes, reference: int | None) -> int:
    """Place of the table that a reference of a flatbuffer leads to."""
    if reference is None:
        raise TypeError("an Arrow message without a header")
    (offset,) = struct.unpack_from("<I", text, reference)
    return reference + int(offset)


def _field(text: bytes, table: int, number: int) -> int | None:
    """Place of a field in a table of a flatbuffer, or None if it is not there."""
    (back,) = struct.unpack_from("<i", text, table)
    (size,) = struct.unpack_from("<H", text, table - back)
    at = 4 + 2 * number
    if at + 2 > size:
        return None
    (offset,) = struct.unpack_from("<H", text, table - back + at)
    return table + int(offset) if offset else None
