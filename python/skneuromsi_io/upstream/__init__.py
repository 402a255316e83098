"""The bridge to scikit-neuromsi: the only room that imports `skneuromsi`, and only when it is used."""

from __future__ import annotations

import contextlib
import functools
import importlib.util
from collections.abc import Iterator
from typing import Any, overload

from .._errors import ArgumentTypeError, MissingPackageError
from .._remedies import UPSTREAM
from .._types import NDResultCollectionLike, NDResultLike
from .._warn import warn_user
from ..model import NDResult
from ..results import _pack
from ..results._additions import Additions, sharing
from ..results._collection import NDResultCollection, is_collection

__all__ = [
    "as_light",
    "as_upstream",
    "available",
    "collection_class",
]


@functools.cache
def available() -> bool:
    """Return whether scikit-neuromsi is installed and has what the bridge needs.

    A broken or old installation counts as none, with one RuntimeWarning that names the cause.
    """
    if not _is_installed():
        return False
    try:
        collection_class()
    except Exception as error:  # noqa: BLE001 - a broken installation may raise anything
        warn_user(
            "scikit-neuromsi is installed but cannot be used "
            f"({type(error).__name__}: {error}); the light classes of skneuromsi_io "
            "are used instead",
            RuntimeWarning,
        )
        return False
    return True


def _is_installed() -> bool:
    try:
        spec = importlib.util.find_spec("skneuromsi")
    except ValueError:  # somebody put a module without a spec into sys.modules
        return True
    # A mere folder of that name is a namespace package, which has no origin.
    return spec is not None and spec.origin is not None


def collection_class() -> type[Any]:
    """Return the subclass of upstream's `NDResultCollection` on native storage.

    Raises
    ------
    ImportError
        If scikit-neuromsi cannot be imported.

    """
    cls: type[Any] = _bridge().NDResultCollection
    return cls


def _bridge() -> Any:
    """Return the module of the bridge, which imports scikit-neuromsi."""
    remedy = f"{UPSTREAM}, or use the light classes"
    with importing("whose classes are asked for", remedy):
        from . import _collection
    return _collection


@contextlib.contextmanager
def importing(use: str, remedy: str = UPSTREAM) -> Iterator[None]:
    """Say what scikit-neuromsi is needed for, where the block cannot import it.

    Raises
    ------
    MissingPackageError
        If it is not installed.

    """
    try:
        yield
    except ModuleNotFoundError as error:
        if error.name != "skneuromsi":
            raise
        raise MissingPackageError(
            expected=f"scikit-neuromsi, {use}",
            found="no package skneuromsi",
            remedy=remedy,
        ) from error


@overload
def as_upstream(obj: NDResultLike) -> NDResult: ...


@overload
def as_upstream(obj: NDResultCollectionLike) -> NDResultCollection: ...


def as_upstream(obj: Any) -> Any:
    """Convert a light result or collection into scikit-neuromsi's kind.

    Parameters
    ----------
    obj : NDResult or NDResultCollection
        Of this package; scikit-neuromsi's own come back as they are. The packed results of a collection
        are shared, not copied.

    Raises
    ------
    TypeError
        If it is neither.
    ImportError
        If scikit-neuromsi cannot be imported.

    Examples
    --------
    >>> import skneuromsi_io as sio
    >>> from skneuromsi_io.examples import sweep
    >>> result = sio.as_upstream(sweep()[0])  # needs scikit-neuromsi
    >>> type(result).__module__
    'skneuromsi.core.ndresult.result'
    >>> float(round(result.stats.mean(), 3))
    0.05

    """
    return _bridge().as_upstream(obj)


@overload
def as_light(obj: NDResultLike) -> NDResult: ...


@overload
def as_light(obj: NDResultCollectionLike) -> NDResultCollection: ...


def as_light(obj: Any) -> Any:
    """Convert a result or collection of scikit-neuromsi into the light kind.

    Parameters
    ----------
    obj : skneuromsi.NDResult or skneuromsi.NDResultCollection
        Light ones come back as they are.

    Raises
    ------
    TypeError
        If it is neither.

    Examples
    --------
    >>> import skneuromsi_io as sio
    >>> from skneuromsi_io.examples import sweep
    >>> type(sio.as_light(sweep()[0]))
    <class 'skneuromsi_io.model._ndresult.NDResult'>

    """
    if isinstance(obj, (NDResult, NDResultCollection)):
        return obj
    if _pack.is_ndresult(obj):
        return NDResult(nddata=obj._nddata, **_pack.kwargs_of(obj))
    if not is_collection(obj):
        raise ArgumentTypeError(
            expected="an NDResult or an NDResultCollection",
            found=f"{type(obj).__module__}.{type(obj).__qualname__}",
        )
    if isinstance(obj, Additions):
        return sharing(NDResultCollection, obj)
    return NDResultCollection.from_ndresults(obj.name, obj, tqdm_cls=obj.tqdm_cls)
