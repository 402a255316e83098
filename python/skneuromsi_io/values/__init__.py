"""Metadata as JSON text, and back with every type as it was (FORMAT.md, "Types").

JSON keeps what stock scikit-neuromsi can show: tuples as lists, arrays as nested lists, dates as ISO
text. What these were is written down beside them, under ``"types"``: a map from JSON pointers (RFC 6901)
to names.
"""

from ._budget import Budget
from ._decode import loads, loads_plain, put_arrays
from ._dtypes import carrier, dtype_of
from ._encode import INLINE_LIMIT, Encoded, dumps
from ._numpy import restore_array, restore_carried, restore_scalar
from ._sets import in_order
from ._type_map import TYPES
from ._unstorable import show, unstorable
from ._xarray_pandas import coords_of, indexes_come_back, restore_coords

__all__ = [
    "INLINE_LIMIT",
    "TYPES",
    "Budget",
    "Encoded",
    "carrier",
    "coords_of",
    "dtype_of",
    "dumps",
    "in_order",
    "indexes_come_back",
    "loads",
    "loads_plain",
    "put_arrays",
    "restore_array",
    "restore_carried",
    "restore_coords",
    "restore_scalar",
    "show",
    "unstorable",
]
