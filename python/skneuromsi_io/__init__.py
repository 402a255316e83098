"""Fast, lossless storage of scikit-neuromsi results: a drop-in for `skneuromsi.io`."""

from importlib.metadata import version as _version

from ._errors import SkneuromsiIOError
from ._open import (
    open_ndresult,
    open_ndresults_collection,
    read_metadata,
    read_ndc,
    read_ndr,
)
from ._store import store_ndresult, store_ndresults_collection, to_ndc, to_ndr
from .model import NDResult, NDResultCollection

__version__ = _version("skneuromsi-io")

__all__ = [
    "NDResult",
    "NDResultCollection",
    "SkneuromsiIOError",
    "open_ndresult",
    "open_ndresults_collection",
    "read_metadata",
    "read_ndc",
    "read_ndr",
    "store_ndresult",
    "store_ndresults_collection",
    "to_ndc",
    "to_ndr",
]
