"""The eight functions inside an installed scikit-neuromsi, swapped for ours and back."""

from __future__ import annotations

import contextlib
import importlib
import importlib.metadata
import inspect
import sys
import threading
from collections.abc import Callable, Iterator
from typing import Any

from ._warn import warn_user

#: Version of scikit-neuromsi that the tests run against.
TESTED_VERSION = "1.0.2"

#: The modules that hold the functions: `skneuromsi` copies them from `skneuromsi.io` when it is imported.
MODULES = ("skneuromsi", "skneuromsi.io")

_STORE = "(path_or_stream, {}, *, metadata=None, {}**kwargs)"

#: The eight names and upstream's signatures; the default of `tqdm_cls` is compared by name.
SIGNATURES = {
    "store_ndresults_collection": _STORE.format("ndrcollection", "tqdm_cls=tqdm, "),
    "store_ndresult": _STORE.format("ndresult", ""),
    "open_ndresults_collection": "(path_or_stream, *, compression_params=('lz4', 9), "
    "expected_size=None, tqdm_cls=tqdm, **kwargs)",
    "open_ndresult": "(path_or_stream, **kwargs)",
}
SIGNATURES["to_ndc"] = SIGNATURES["store_ndresults_collection"]
SIGNATURES["to_ndr"] = SIGNATURES["store_ndresult"]
SIGNATURES["read_ndc"] = SIGNATURES["open_ndresults_collection"]
SIGNATURES["read_ndr"] = SIGNATURES["open_ndresult"]

#: What each of the 16 names held before the patch: (module, name) -> function. Empty while not patched.
_originals: dict[tuple[str, str], Callable[..., Any]] = {}
_lock = threading.Lock()


def patch() -> None:
    """Make scikit-neuromsi store and open with this package.

    The eight functions are swapped in `skneuromsi` and in `skneuromsi.io`, 16 names in all; `NDResult.to_ndr` and
    `NDResultCollection.to_ndc` follow, since they look the functions up when they are called. Patching twice
    changes nothing. Workers of `multiprocessing` started by fork are patched with their parent; spawned and
    loky workers need ``initializer=skneuromsi_io.patch``.

    Raises
    ------
    RuntimeError
        If scikit-neuromsi is missing, or its functions are not those that this package replaces.

    Warns
    -----
    UserWarning
        Once, if `__main__` holds a function that was imported before the patch and stays slow.

    """
    import skneuromsi_io

    with _lock:
        if _originals:
            return
        originals = _checked_originals()
        for (module, name), original in originals.items():
            setattr(sys.modules[module], name, getattr(skneuromsi_io, name))
            _originals[module, name] = original
    _warn_of_early_imports(originals)


def unpatch() -> None:
    """Give scikit-neuromsi its own functions back; does nothing if it is not patched."""
    with _lock:
        for (module, name), original in _originals.items():
            setattr(sys.modules[module], name, original)
        _originals.clear()


def is_patched() -> bool:
    """Whether scikit-neuromsi uses this package's functions."""
    return bool(_originals)


@contextlib.contextmanager
def patched() -> Iterator[None]:
    """Patch within a ``with`` block; a patch from before stays."""
    before = is_patched()
    patch()
    try:
        yield
    finally:
        if not before:
            unpatch()


def _checked_originals() -> dict[tuple[str, str], Callable[..., Any]]:
    """Upstream's functions, if they are the ones that we replace."""
    try:
        modules = [importlib.import_module(name) for name in MODULES]
        version = importlib.metadata.version("scikit-neuromsi")
    except ImportError as error:
        raise RuntimeError(
            "scikit-neuromsi cannot be patched because it cannot be imported "
            f"({error}); pip install scikit-neuromsi=={TESTED_VERSION}"
        ) from error
    originals = {}
    for module in modules:
        for name, expected in SIGNATURES.items():
            function: Any = getattr(module, name, None)
            found = _signature(function) if callable(function) else "nothing"
            if found != expected:
                raise RuntimeError(
                    f"scikit-neuromsi {version} cannot be patched: expected "
                    f"{module.__name__}.{name}{expected}, found {found}; "
                    f"version {TESTED_VERSION} is known to work"
                )
            originals[module.__name__, name] = function
    return originals


def _signature(function: Callable[..., Any]) -> str:
    signature = inspect.signature(function)
    parameters = []
    for parameter in signature.parameters.values():
        text = str(parameter)
        if parameter.name == "tqdm_cls":
            text = "tqdm_cls=tqdm"
        parameters.append((parameter.kind, text))
    # inspect writes the bare star itself; it is lost when parameters are replaced by text.
    texts, starred = [], False
    for kind, text in parameters:
        if kind is inspect.Parameter.KEYWORD_ONLY and not starred:
            texts.append("*")
            starred = True
        texts.append(text)
    return f"({', '.join(texts)})"


def _warn_of_early_imports(originals: dict[tuple[str, str], Any]) -> None:
    main = getattr(sys.modules.get("__main__"), "__dict__", {})
    known = set(map(id, originals.values()))
    names = sorted(name for name, value in main.items() if id(value) in known)
    if names:
        warn_user(
            f"{', '.join(names)} in __main__ were imported before skneuromsi_io.patch() "
            "and stay scikit-neuromsi's; patch before importing them",
            UserWarning,
        )
