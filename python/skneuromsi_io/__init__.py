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

import importlib
import logging as _logging  # noqa: F401 - it holds a lock in forks too, and is to know of ours
import os
import sys
import threading
from typing import TYPE_CHECKING

from ._native import constants as _constants

if TYPE_CHECKING:
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
        PatchError,
        RemoteError,
        SkneuromsiIOError,
        UnstorableError,
        UnsupportedError,
        WriterError,
    )
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

#: Modules of the names. All are imported when one is first used: the command line imports what a verb takes, no
#: more. Checkers of types, and who looks for arrows, read the imports above.
_MODULES = (
    *("_errors", "files._merge", "files._open", "files._repair", "files._report"),
    *("files._scan", "files._store", "files._stream", "files._verify", "model"),
    *("patching", "results._collection", "upstream"),
)

#: Modules that are imported by their own names, and what is in them.
_MODULE_OF = {
    "examples": "examples",
    **dict.fromkeys(("sweep", "NDCFileStrategy", "NativeCollectionStrategy"), "sweep"),
}

#: Held while names are imported, and when a process is forked: the child would find modules that nobody finishes.
_importing = threading.RLock()
if hasattr(os, "register_at_fork"):
    os.register_at_fork(
        before=_importing.acquire,
        after_in_parent=_importing.release,
        after_in_child=_importing.release,
    )

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
    "PatchError",
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


if not TYPE_CHECKING:  # to a checker, any name would be one of the package

    def __getattr__(name):
        if name not in __all__:
            told = f"module {__name__!r} has no attribute {name!r}"
            if name in _MODULE_OF:
                told = f"{told}: import {__name__}.{_MODULE_OF[name]}"
            raise AttributeError(told, name=name, obj=sys.modules[__name__])
        with _importing:
            for module in _MODULES:
                values = vars(importlib.import_module(f".{module}", __name__))
                for public in values.keys() & set(__all__):
                    # Somebody may have put another one there.
                    globals().setdefault(public, values[public])
        return globals()[name]


def __dir__() -> list[str]:
    return sorted([*__all__, *(name for name in globals() if name.startswith("__"))])
