"""Validation of a result's raw JSON, before Python types are restored."""

import sys
from typing import Any

import numpy as np

from .._errors import BadMetadataError
from ..model._arguments import ARGUMENTS, LIMITS, MAPPINGS, STEPS
from ..values import TYPES
from ._document import NDRESULT, OBJECT_KWARGS, check_document

#: Names of the mappings by the JSON pointers at which each may have a type.
_POINTERS = {f"/{OBJECT_KWARGS}/{name}": name for name in MAPPINGS}

_KEYS = frozenset(ARGUMENTS)


class Claims:
    """The attributes that `validate` reads of a result, taken from plain JSON values."""

    __slots__ = (
        "_causes",
        "_output_mode",
        "_position_range",
        "_position_res",
        "_time_range",
        "_time_res",
    )

    def __init__(self, kwargs: dict[str, Any]):
        self._output_mode = str(kwargs["output_mode"])
        self._time_range = kwargs["time_range"]
        self._position_range = kwargs["position_range"]
        self._time_res = float(kwargs["time_res"])
        self._position_res = float(kwargs["position_res"])
        self._causes = kwargs["causes"]


def typed_mappings(document: dict[str, Any]) -> set[str]:
    """Return which of the arguments that must be mappings have a type, that is, were something else."""
    types = document.get(TYPES)
    pointers = types.keys() & _POINTERS.keys() if isinstance(types, dict) else ()
    return {_POINTERS[pointer] for pointer in pointers}


def check_result(document: dict[str, Any]) -> None:
    """Check that a document is the metadata of a result, with all arguments of its constructor.

    Parameters
    ----------
    document : dict
        As JSON has it.

    Raises
    ------
    MissingMemberError, BadMetadataError
        As :func:`check_document` and :func:`check_kwargs`.

    """
    check_document(document, NDRESULT)
    check_kwargs(document[OBJECT_KWARGS], typed_mappings(document))


def check_kwargs(kwargs: dict[str, Any], typed: set[str]) -> None:
    """Check that there are all constructor arguments, and of the kinds that they must be.

    Parameters
    ----------
    kwargs : dict
        The arguments as JSON has them.
    typed : set of str
        What :func:`typed_mappings` gives.

    Raises
    ------
    BadMetadataError
        With what was expected and found; the caller names the place.

    """
    if kwargs.keys() != _KEYS:
        raise BadMetadataError(
            expected=f"{OBJECT_KWARGS!r} with the keys {sorted(ARGUMENTS)}",
            found=f"{sorted(kwargs)!r:.200}",
        )
    for name in MAPPINGS:
        if not isinstance(kwargs[name], dict) and name not in typed:
            raise _unexpected("an object", kwargs, name)
    for name in STEPS:
        if not _is_step(kwargs[name]):
            raise _unexpected("a number other than 0", kwargs, name)
    for name in LIMITS:
        limits = kwargs[name]
        if not (isinstance(limits, list) and all(map(_is_finite, limits))):
            raise _unexpected("two finite numbers", kwargs, name)


def check_restored(kwargs: dict[str, Any], *, skip: str | None) -> None:
    """Check that mappings and limits still are what they must be, their types restored.

    Parameters
    ----------
    kwargs : dict
        The arguments.
    skip : str, optional
        JSON pointer to the value whose types were not restored.

    Raises
    ------
    BadMetadataError
        As :func:`check_kwargs`.

    """
    for pointer, name in _POINTERS.items():
        if not isinstance(kwargs[name], dict) and pointer != skip:
            raise _unexpected("an object", kwargs, name)
    for name in LIMITS:
        # JSON's own list was looked into by `check_kwargs`.
        if type(kwargs[name]) is not list and not _are_numbers(kwargs[name]):
            raise _unexpected("two finite numbers", kwargs, name)


def _unexpected(expected: str, kwargs: dict[str, Any], name: str) -> BadMetadataError:
    return BadMetadataError(
        expected=f"{expected} as {name!r}", found=f"{kwargs[name]!r:.200}"
    )


def _is_step(value: Any) -> bool:
    try:
        return abs(float(value)) > 0  # NaN is not
    except (TypeError, ValueError, OverflowError):
        return False


def _is_finite(value: Any) -> bool:
    return isinstance(value, (int, float)) and abs(value) <= sys.float_info.max


def _are_numbers(limits: Any) -> bool:
    array = np.asarray(limits)
    return array.ndim == 1 and array.dtype.kind in "biufO"
