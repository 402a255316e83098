"""HTML that notebooks show: every text is escaped, colours are those of the page, in light and dark."""

from __future__ import annotations

import html
from collections.abc import Iterable, Sequence

from ._spelling import spelled

#: Notebooks style tables of their own accord: stripes, and text to the right.
_STYLE = """\
<style>
.skneuromsi-io table { border-collapse: collapse; margin: 0.4em 0; color: inherit; }
.skneuromsi-io th, .skneuromsi-io td {
  text-align: left !important; vertical-align: top; padding: 0.15em 0.9em 0.15em 0; border: none;
  background: none; color: inherit; overflow-wrap: anywhere; max-width: 40em;
}
.skneuromsi-io th { font-weight: 600; opacity: 0.75; white-space: nowrap; }
.skneuromsi-io summary { cursor: pointer; }
</style>"""

#: Characters of a value that are shown.
_WIDEST = 300


def escaped(value: object) -> str:
    """Spell a value, no longer than fits, for the text of a page."""
    text = spelled(value)
    if len(text) > _WIDEST:
        text = f"{text[: _WIDEST - 3]}..."
    return html.escape(text)


def pairs(rows: Iterable[tuple[str, object]]) -> str:
    """Make a table of names and values."""
    cells = (
        f"<tr><th>{escaped(name)}</th><td>{escaped(value)}</td></tr>"
        for name, value in rows
    )
    return f"<table>{''.join(cells)}</table>"


def table(header: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """Make a table with a header."""
    lines = [_row("th", header), *(_row("td", row) for row in rows)]
    return f"<table>{''.join(lines)}</table>"


def _row(tag: str, values: Sequence[object]) -> str:
    cells = "".join(f"<{tag}>{escaped(value)}</{tag}>" for value in values)
    return f"<tr>{cells}</tr>"


def details(title: str, content: str) -> str:
    """Hide HTML until it is asked for."""
    return f"<details><summary>{escaped(title)}</summary>{content}</details>"


def page(title: str, *parts: str) -> str:
    """Put parts of HTML under a title."""
    head = f"<div><strong>{escaped(title)}</strong></div>"
    return f'{_STYLE}<div class="skneuromsi-io">{head}{"".join(parts)}</div>'
