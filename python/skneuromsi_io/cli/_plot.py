"""``plot``: draw a result, or the response of a sweep."""

from __future__ import annotations

import io
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from ..results._parameters import parameters_of
from ._drawing import Curve, curves_of_result, curves_of_sweep
from ._export import Source, write_bytes
from ._failures import without_package
from ._options import one_file, overwrite, progress, settle_output, storage_options
from ._output import say

if TYPE_CHECKING:
    from ..results._collection import NDResultCollection

#: Dimensions over which a result is drawn.
_DIMENSIONS = ("positions", "times")

#: Inches of a panel.
_SIZE = (6.4, 4.4)


@click.command()
@one_file
@click.option(
    "--out", metavar="PNG", required=True, type=click.Path(), help="The picture."
)
@click.option(
    "--over",
    metavar="NAME",
    help="A run parameter that changes, for the response of the sweep; positions or "
    "times, for a result.",
)
@click.option(
    "--result", type=click.IntRange(min=0), help="Number of the result to draw."
)
@storage_options
@overwrite
def plot(
    file: str,
    out: str,
    over: str | None,
    result: int | None,
    storage_options: dict[str, Any] | None,
    overwrite: bool,
) -> None:
    """Draw the response of a sweep over the parameter that changes, or the modes of a result.

    The response of a mode is its greatest value, and the position of that.
    """
    settle_output(out, overwrite)
    with Source(file, storage_options).scan() as collection:
        curves, title = _curves(collection, over, result)
    write_bytes(out, _picture(curves, title, out))
    say(f"{out}: {title}")


def _curves(
    collection: NDResultCollection, over: str | None, result: int | None
) -> tuple[list[Curve], str]:
    """Return what to draw, and its title."""
    size = len(collection)
    if result is None and over not in _DIMENSIONS:
        parameter = _parameter(collection, over)
        if parameter is not None:
            bar = progress()
            results = bar(collection, total=size) if bar else collection
            curves = curves_of_sweep(results, parameter)
            return curves, f"{collection.name}, {size} results over {parameter}"
    number = result or 0
    if number >= size:
        raise click.UsageError(
            f"there is no result {number}; results are 0 to {size - 1}"
        )
    if over is not None and over not in _DIMENSIONS:
        raise click.UsageError("a result is drawn over positions or times")
    one = collection[number]
    curves = curves_of_result(one, over)
    return curves, f"{collection.name}, result {number}: {one.mname}"


def _parameter(collection: NDResultCollection, over: str | None) -> Any:
    """Return the run parameter that changes; None where none does, and none is asked for."""
    parameters = parameters_of(list(collection.run_parameters_values))
    if over is not None:
        for one in parameters:
            if str(one.name) == over:
                return one.name
        names = ", ".join(str(one.name) for one in parameters)
        raise click.UsageError(
            f"{over!r} is none of positions, times and the run parameters {names}"
        )
    changing = [one.name for one in parameters if one.changes]
    if len(changing) > 1:
        names = ", ".join(map(str, changing))
        raise click.UsageError(
            f"several run parameters change; choose with --over: {names}"
        )
    return changing[0] if changing else None


def _picture(curves: list[Curve], title: str, out: str) -> bytes:
    try:
        import matplotlib as mpl
        from matplotlib.figure import Figure
    except ImportError as error:
        raise without_package(out, "matplotlib", "draws", "plot") from error
    panels = list(dict.fromkeys(curve.panel for curve in curves))
    # A name with a $ is not a formula.
    with mpl.rc_context({"text.parse_math": False}):
        size = _SIZE[0] * len(panels), _SIZE[1]
        figure = Figure(figsize=size, layout="constrained")
        axes = figure.subplots(1, len(panels), squeeze=False)[0]
        for ax, panel in zip(axes, panels, strict=True):
            for curve in curves:
                if curve.panel == panel:
                    ax.plot(curve.x, curve.y, curve.style, label=curve.mode, alpha=0.75)
                    ax.set(xlabel=curve.xlabel, ylabel=panel)
        axes[-1].legend()
        figure.suptitle(title)
        picture = io.BytesIO()
        try:
            figure.savefig(picture, format=Path(out).suffix[1:] or "png", dpi=150)
        except ValueError as error:
            # It names the formats that there are.
            raise click.UsageError(str(error)) from error
    return picture.getvalue()
