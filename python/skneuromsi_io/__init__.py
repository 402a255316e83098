"""Fast, lossless storage of scikit-neuromsi results: a drop-in for `skneuromsi.io`.

Examples
--------
>>> import skneuromsi_io as sio
>>> from skneuromsi_io.examples import sweep
>>> sio.store_ndresults_collection("sweep.ndc", sweep(), tqdm_cls=None)
>>> collection = sio.open_ndresults_collection("sweep.ndc", tqdm_cls=None)
>>> collection[0].get_modes().shape
(20, 3)

"""

from ._errors import (
    ArgumentError,
    ArgumentTypeError,
    BadArchiveError,
    BadMemberError,
    BadMetadataError,
    BadNetCDFError,
    BadStreamError,
    InternalError,
    LargeArchiveError,
    LimitError,
    LockedError,
    MissingMemberError,
    MissingPackageError,
    NotAtomicWarning,
    RemoteError,
    SkneuromsiIOError,
    UnstorableError,
    UnsupportedError,
    WriterError,
)
from ._native import constants as _constants
from .files._merge import merge
from .files._open import (
    open_ndresult,
    open_ndresults_collection,
    read_metadata,
    read_ndc,
    read_ndr,
)
from .files._repair import repair
from .files._report import Problem, RepairReport, VerifyReport
from .files._scan import scan_ndc
from .files._store import store_ndresult, store_ndresults_collection, to_ndc, to_ndr
from .files._stream import NDCWriter
from .files._verify import verify
from .model import NDResult
from .patching import (
    is_patched,
    load_ipython_extension,
    patch,
    patched,
    unload_ipython_extension,
    unpatch,
)
from .results._collection import NDResultCollection
from .upstream import as_light, as_upstream

# Not from the metadata of the installation: to read them takes a tenth of the import.
__version__ = _constants()["version"]

__all__ = [
    "ArgumentError",
    "ArgumentTypeError",
    "BadArchiveError",
    "BadMemberError",
    "BadMetadataError",
    "BadNetCDFError",
    "BadStreamError",
    "InternalError",
    "LargeArchiveError",
    "LimitError",
    "LockedError",
    "MissingMemberError",
    "MissingPackageError",
    "NDCWriter",
    "NDResult",
    "NDResultCollection",
    "NotAtomicWarning",
    "Problem",
    "RemoteError",
    "RepairReport",
    "SkneuromsiIOError",
    "UnstorableError",
    "UnsupportedError",
    "VerifyReport",
    "WriterError",
    "as_light",
    "as_upstream",
    "is_patched",
    "load_ipython_extension",
    "merge",
    "open_ndresult",
    "open_ndresults_collection",
    "patch",
    "patched",
    "read_metadata",
    "read_ndc",
    "read_ndr",
    "repair",
    "scan_ndc",
    "store_ndresult",
    "store_ndresults_collection",
    "to_ndc",
    "to_ndr",
    "unload_ipython_extension",
    "unpatch",
    "verify",
]


def __dir__() -> list[str]:
    return sorted([*__all__, *(name for name in globals() if name.startswith("__"))])
