"""Dtypes by the names that a file gives them (FORMAT.md, section 5): one vocabulary for writer and reader."""

from __future__ import annotations

import functools
import re
from typing import Any

import numpy as np
import numpy.typing as npt

from .._errors import MissingPackageError, UnstorableError

#: Dtypes as `numpy.dtype.str` has them. NumPy divides by the zero of ``<M8[s/0]``, which ends the process, and
#: gives ``(2,)f8`` to Python's parser: it is asked about nothing else. Nine digits fit the integers that it keeps.
_DTYPE = re.compile(
    r"\|b1|\|[iu]1|[<>][iu][248]|[<>]f[248]|[<>]c(8|16)|[<>]U[0-9]{1,9}|\|S[0-9]{1,9}|\|O"
    r"|[<>][mM]8(\[([1-9][0-9]{0,8})?(Y|M|W|D|h|m|s|ms|us|ns|ps|fs|as)\])?"
)

#: Numbers of the package ml_dtypes, which JAX uses: NumPy has no text for them that tells them apart.
_SMALL_NUMBERS = frozenset(
    (
        *("bfloat16", "float4_e2m1fn", "float6_e2m3fn", "float6_e3m2fn"),
        *("float8_e3m4", "float8_e4m3", "float8_e4m3b11fnuz", "float8_e4m3fn"),
        *("float8_e4m3fnuz", "float8_e5m2", "float8_e5m2fnuz", "float8_e8m0fnu"),
        *("int2", "int4", "uint2", "uint4"),
    )
)

#: NumPy's text of any length.
STRING = "StringDType"

#: Kinds of :func:`kind_of` whose arrays may leave the JSON for a NetCDF member.
NUMBERS = "biufcmMe"


def kind_of(dtype: np.dtype[Any]) -> str:
    """Return NumPy's letter of a dtype's kind, or ``e`` for the numbers of ml_dtypes, whose letters vary."""
    return "e" if dtype.isbuiltin == 2 else dtype.kind


@functools.lru_cache(maxsize=256)
def name_of(dtype: np.dtype[Any]) -> str:
    """Return the name by which :func:`dtype_of` finds a dtype.

    Raises
    ------
    UnstorableError
        If there is none; the caller names the key.

    """
    kind = kind_of(dtype)
    if kind == "e" and dtype.type.__module__ == "ml_dtypes":
        name, known = dtype.name, dtype.name in _SMALL_NUMBERS
    elif kind == "T":
        name, known = STRING, True
    else:
        name, known = dtype.str, _DTYPE.fullmatch(dtype.str) is not None
        known = known and kind != "e" and dtype.names is None
    if not known:
        raise UnstorableError(
            f"an array of dtype {dtype} cannot be stored; convert it to integers, "
            "floats, complex numbers, text or dates"
        )
    return name


def dtype_of(name: Any, kinds: str = "biufcmMUSO") -> np.dtype[Any]:
    """Return the dtype of one of these kinds that a file names; a TypeError for others.

    Raises
    ------
    MissingPackageError
        If it is a dtype of a package, or of a version of one, that is not here.

    """
    if not isinstance(name, str):
        raise TypeError(f"{type(name).__name__} where str is due")
    dtype = _dtype(name)
    if kind_of(dtype) not in kinds:
        raise TypeError(f"dtype {name!r}")
    return dtype


@functools.lru_cache(maxsize=256)
def _dtype(name: str) -> np.dtype[Any]:
    if name in _SMALL_NUMBERS:
        return _small(name)
    if name == STRING:
        return _strings()
    if _DTYPE.fullmatch(name) is None:
        raise TypeError(f"dtype {name!r:.80}")
    return np.dtype(name)


def _strings() -> np.dtype[Any]:
    found = getattr(np.dtypes, STRING, None)
    if found is None:
        raise _unknown(STRING, "install NumPy 2 or later")
    dtype: np.dtype[Any] = found()
    return dtype


def _small(name: str) -> np.dtype[Any]:
    try:
        import ml_dtypes

        # Earlier versions have fewer.
        found = getattr(ml_dtypes, name)
    except (ImportError, AttributeError) as error:
        remedy = "install the newest version of the package ml_dtypes"
        raise _unknown(name, remedy) from error
    dtype: np.dtype[Any] = np.dtype(found)
    return dtype


def _unknown(name: str, remedy: str) -> MissingPackageError:
    expected = "a dtype that is known here"
    return MissingPackageError(expected=expected, found=repr(name), remedy=remedy)


def carrier(array: npt.NDArray[Any]) -> npt.NDArray[Any]:
    """Little-endian numbers that NetCDF can hold, with the bits of `array`.

    Booleans become uint8, half floats and the numbers of ml_dtypes unsigned integers of their size, complex
    numbers pairs of floats in a last axis of two, dates and durations int64.
    """
    array = np.asarray(array, dtype=array.dtype.newbyteorder("<"), order="C")
    kind = kind_of(array.dtype)
    if kind == "b":
        return array.view("u1")
    if kind == "e" or array.dtype == np.float16:
        return array.view(f"<u{array.dtype.itemsize}")
    if kind in "mM":
        return array.view("<i8")
    if kind == "c":
        real = np.dtype(f"<f{array.dtype.itemsize // 2}")
        return array.reshape(-1).view(real).reshape((*array.shape, 2))
    return array
