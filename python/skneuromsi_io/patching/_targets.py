"""Targets of the patch inside scikit-neuromsi, their signatures, and what goes there."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any, NamedTuple

from ..files import _open, _store


class Target(NamedTuple):
    """A module of scikit-neuromsi, and a name in it; that of a method has a dot."""

    module: str
    name: str

    def __str__(self) -> str:
        return f"{self.module}.{self.name}"


#: The modules that hold the functions: `skneuromsi` copies them from `skneuromsi.io` when it is imported.
_MODULES = ("skneuromsi", "skneuromsi.io")

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

#: The replacement of each.
_FUNCTIONS: dict[str, Callable[..., Any]] = {
    "store_ndresults_collection": _store.store_ndresults_collection,
    "store_ndresult": _store.store_ndresult,
    "open_ndresults_collection": _open.open_ndresults_collection,
    "open_ndresult": _open.open_ndresult,
    "to_ndc": _store.to_ndc,
    "to_ndr": _store.to_ndr,
    "read_ndc": _open.read_ndc,
    "read_ndr": _open.read_ndr,
}

#: The default of `processing_strategy` is made here, not in the signature.
SWEEP = Target("skneuromsi.sweep", "ParameterSweep.__init__")

#: All targets, each with the signature that is expected there.
TARGETS = {
    **{
        Target(module, name): SIGNATURES[name]
        for module in _MODULES
        for name in SIGNATURES
    },
    SWEEP: "(self, model, target, *, range=None, repeat=2, n_jobs=None, seed=None, "
    "processing_strategy=None, mem_warning_ratio=0.8, mem_error_ratio=1.0, tqdm_cls=tqdm)",
}


def replacement(target: Target, original: Callable[..., Any]) -> Callable[..., Any]:
    """Return what goes into a target."""
    return _native_default(original) if target == SWEEP else _FUNCTIONS[target.name]


def _native_default(init: Callable[..., None]) -> Callable[..., None]:
    """Make our strategy the default of a sweep; `inspect.signature` shows that of upstream's."""

    @functools.wraps(init)
    def with_default(
        self: Any, *args: Any, processing_strategy: Any = None, **kwargs: Any
    ) -> None:
        if processing_strategy is None:
            # It imports scikit-neuromsi, which the import of this package must not.
            from ..upstream._sweep import DefaultStrategy

            processing_strategy = DefaultStrategy()
        init(self, *args, processing_strategy=processing_strategy, **kwargs)

    return with_default
