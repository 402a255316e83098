"""A collection in a notebook: no array is read for it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .. import _html
from ._parameters import column, parameters_of

if TYPE_CHECKING:
    from ._summary import Summary


def of_collection(title: str, size: int, summary: Summary) -> str:
    """Show what the results have in common, and what changes from result to result."""
    names = summary.column("mname"), summary.column("mtype")
    models = dict.fromkeys(zip(*(one.tolist() for one in names), strict=True))
    modes = ", ".join(map(str, summary.modes))
    rows = [
        ("results", size),
        *(("model", f"{name} ({kind})") for name, kind in models),
        ("modes", f"{modes}; output mode {summary.output_mode}"),
        ("causes", column("causes", summary.column("causes")).spread),
    ]
    parameters = parameters_of(list(summary.column("run_parameters")))
    changing = [(str(one.name), one.spread) for one in parameters if one.changes]
    constant = [(str(one.name), one.spread) for one in parameters if not one.changes]
    parts = [_html.pairs(rows)]
    if changing:
        parts.append(_html.table(("changing parameter", "values"), changing))
    if constant:
        title_of = f"constant parameters ({len(constant)})"
        parts.append(_html.details(title_of, _html.pairs(constant)))
    return _html.page(title, *parts)
