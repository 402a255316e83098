"""Digests of a result: values that were read must equal those that the model gave."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np


def of_array(values: Any, dims: Iterable[str], labels: Iterable[Any]) -> str:
    """Digest of a labelled array: dtype, shape, dimensions, labels and bytes."""
    facts = (str(values.dtype), values.shape, [str(dim) for dim in dims], list(labels))
    found = hashlib.sha256(repr(facts).encode())
    found.update(np.ascontiguousarray(values))
    return found.hexdigest()


def of_nddata(array: Any) -> str:
    """Digest of a DataArray."""
    labels = [array[dim].values.tolist() for dim in array.dims]
    return of_array(array.values, array.dims, labels)


def of_extra(extra: Mapping[str, Any]) -> str:
    """Digest of the arrays of `extra`, to the bit."""
    found = hashlib.sha256()
    for name, array in extra.items():
        if isinstance(array, np.ndarray):
            found.update(repr((name, str(array.dtype), array.shape)).encode())
            found.update(np.ascontiguousarray(array))
    return found.hexdigest()


def of_numbers(extra: Mapping[str, Any], names: Iterable[str]) -> str:
    """Digest of arrays of `extra` as numbers: upstream's files have lists in their place."""
    found = hashlib.sha256()
    for name in names:
        numbers = np.array(extra[name], dtype=np.float64)
        numbers[np.isnan(numbers)] = np.nan
        found.update(repr((name, numbers.shape)).encode())
        found.update(np.ascontiguousarray(numbers))
    return found.hexdigest()


def of_parameters(parameters: Mapping[str, Any]) -> str:
    """Digest of the parameters of a run, as JSON text."""
    text = json.dumps(dict(parameters), sort_keys=True, default=lambda v: v.tolist())
    return hashlib.sha256(text.encode()).hexdigest()


def of_result(result: Any) -> dict[str, Any]:
    """All digests of a result of either kind."""
    extra = result._extra
    arrays = [name for name, value in extra.items() if isinstance(value, np.ndarray)]
    return {
        "nddata": of_nddata(result._nddata),
        "run": of_parameters(result._run_parameters),
        "extra": of_extra(extra),
        "arrays": arrays,
        "numbers": of_numbers(extra, arrays),
    }
