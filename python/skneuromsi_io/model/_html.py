"""A result in a notebook."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from .. import _html


def of_result(result: Any) -> str:
    """Show a result, of this package or of scikit-neuromsi: what describes it, and xarray's view of the values."""
    data = result.to_xarray()
    parts = [_html.pairs(_description(result, data))]
    for title, values in (
        ("run parameters", result._run_parameters),
        ("extra", result._extra),
    ):
        parts.append(_html.details(f"{title} ({len(values)})", _mapping(values)))
    parts.append(_html.details("values", data._repr_html_()))
    return _html.page(f"NDResult: {result._mname} ({result._mtype})", *parts)


def _description(result: Any, data: Any) -> Iterator[tuple[str, object]]:
    modes = ", ".join(map(str, data.modes.to_numpy()))
    yield "modes", f"{modes}; output mode {result._output_mode}"
    yield (
        "shape",
        ", ".join(
            f"{dim}: {size}" for dim, size in zip(data.dims, data.shape, strict=True)
        ),
    )
    yield "dtype", str(data.dtype)
    for name in ("time", "position"):
        first, last = vars(result)[f"_{name}_range"].tolist()
        step = vars(result)[f"_{name}_res"]
        yield f"{name}s", f"{first} to {last}, step {step}"
    yield "causes", "not told" if result._causes is None else result._causes


def _mapping(values: Mapping[Any, Any]) -> str:
    return _html.pairs((str(name), value) for name, value in values.items())
