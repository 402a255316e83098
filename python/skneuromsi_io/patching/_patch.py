"""Functions inside an installed scikit-neuromsi, swapped for ours and back."""

from __future__ import annotations

import contextlib
import functools
import importlib
import inspect
import operator
import sys
from collections.abc import Callable, Iterator
from typing import Any

from .._errors import PatchError
from .._locks import Lock
from .._remedies import UPSTREAM
from .._warn import warn_user
from ._targets import TARGETS, Target, replacement

#: Version of scikit-neuromsi that the tests run against.
TESTED_VERSION = "1.0.2"

#: Functions that each target held before the patch, and those that it holds since.
_originals: dict[Target, Callable[..., Any]] = {}
_replacements: dict[Target, Callable[..., Any]] = {}


class _Holders:
    """Holders of the patch: a call of `patch`, and the ``with`` blocks of all threads."""

    explicit = False
    blocks = 0


_holders = _Holders()
_lock = Lock()


def patch() -> None:
    """Make scikit-neuromsi store and open with this package.

    The eight functions are swapped in `skneuromsi` and in `skneuromsi.io`; `NDResult.to_ndr` and
    `NDResultCollection.to_ndc` follow, since they look the functions up when they are called. A `ParameterSweep`
    that is given no strategy uses :class:`skneuromsi_io.sweep.NativeCollectionStrategy`. Patching twice changes
    nothing. Workers of `multiprocessing` started by fork are patched with their parent; spawned and loky workers
    need ``initializer=skneuromsi_io.patch``, but for the strategy, which they get with their work.

    Raises
    ------
    PatchError
        An ImportError and a RuntimeError, if scikit-neuromsi is missing, or its functions are not those that this
        package replaces.

    Warns
    -----
    UserWarning
        Once, if `__main__` holds a function that was imported before the patch and stays slow.

    Examples
    --------
    >>> import skneuromsi_io as sio
    >>> sio.patch()  # needs scikit-neuromsi
    >>> import skneuromsi
    >>> skneuromsi.read_ndc is sio.read_ndc
    True
    >>> sio.unpatch()

    """
    with _lock:
        replaced = _replace()
        _holders.explicit = True
    _warn_of_early_imports(replaced)


def unpatch() -> None:
    """Give scikit-neuromsi its own functions back; does nothing if it is not patched.

    Within a block of :func:`patched`, at the end of the block.

    Examples
    --------
    >>> import skneuromsi_io as sio
    >>> sio.patch()  # needs scikit-neuromsi
    >>> sio.unpatch()
    >>> sio.is_patched()
    False

    """
    with _lock:
        _holders.explicit = False
        _restore_if_unheld()


def is_patched() -> bool:
    """Return whether scikit-neuromsi uses this package's functions, under all of their names.

    Examples
    --------
    >>> import skneuromsi_io as sio
    >>> sio.is_patched()
    False

    """
    return bool(_originals) and all(map(_is_ours, _originals))


@contextlib.contextmanager
def patched() -> Iterator[None]:
    """Patch within a ``with`` block; a patch from before, or of another block, stays.

    Examples
    --------
    >>> import skneuromsi_io as sio
    >>> with sio.patched():  # needs scikit-neuromsi
    ...     sio.is_patched()
    True
    >>> sio.is_patched()
    False

    """
    with _lock:
        replaced = _replace()
        _holders.blocks += 1
    try:
        _warn_of_early_imports(replaced)
        yield
    finally:
        with _lock:
            _holders.blocks -= 1
            _restore_if_unheld()


def _replace() -> list[Callable[..., Any]]:
    """Put our functions into all targets; return what they held, nothing if they are ours already."""
    if is_patched():
        return []
    # Also where scikit-neuromsi was imported anew after a patch, and has its own functions again.
    originals = _checked_originals()
    for target, original in originals.items():
        _replacements[target] = replacement(target, original)
        _put(target, _replacements[target])
    _originals.update(originals)
    return list(originals.values())


def _restore_if_unheld() -> None:
    if _holders.explicit or _holders.blocks:
        return
    for target, original in _originals.items():
        # A function that somebody else put there after us stays.
        if _is_ours(target):
            _put(target, original)
    _originals.clear()
    _replacements.clear()


def _held(target: Target) -> Any:
    """Return what is in a target, or None."""
    try:
        return operator.attrgetter(target.name)(sys.modules[target.module])
    except (KeyError, AttributeError):
        return None


def _put(target: Target, function: Callable[..., Any]) -> None:
    *holders, name = target.name.split(".")
    setattr(
        functools.reduce(getattr, holders, sys.modules[target.module]), name, function
    )


def _is_ours(target: Target) -> bool:
    return target in _replacements and _held(target) is _replacements[target]


def _checked_originals() -> dict[Target, Callable[..., Any]]:
    """Upstream's functions that are not replaced yet, if they are the ones that we replace."""
    try:
        modules = [importlib.import_module(target.module) for target in TARGETS]
    except Exception as error:
        raise PatchError(
            "scikit-neuromsi cannot be patched because it cannot be imported "
            f"({type(error).__name__}: {error})",
            remedy=f"{UPSTREAM}=={TESTED_VERSION}",
        ) from error
    # Not `__version__`, which is "1...0...2", and no metadata, which a checkout of the sources has not.
    version = getattr(modules[0], "VERSION", "of unknown version")
    originals = {}
    for target, expected in TARGETS.items():
        if _is_ours(target):
            continue
        function = _held(target)
        found = _signature(function) if callable(function) else "nothing"
        if found != expected:
            raise PatchError(
                f"scikit-neuromsi {version} cannot be patched: expected "
                f"{target}{expected}, found {found}",
                expected=f"{target}{expected}",
                found=found,
                remedy=f"version {TESTED_VERSION} is known to work",
            )
        originals[target] = function
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


def _warn_of_early_imports(replaced: list[Callable[..., Any]]) -> None:
    main = getattr(sys.modules.get("__main__"), "__dict__", {})
    known = set(map(id, replaced))
    names = sorted(name for name, value in main.items() if id(value) in known)
    if names:
        warn_user(
            f"{', '.join(names)} in __main__ were imported before skneuromsi_io.patch() "
            "and stay scikit-neuromsi's; patch before importing them",
            UserWarning,
        )
