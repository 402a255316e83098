"""``ls``: list the results of a file."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, NamedTuple

import click

from .._spelling import spelled
from ..files._contents import Contents, Labelled, Stored
from ..results._parameters import parameters_of
from ._options import as_json, one_file, progress, storage_options
from ._output import human_size, write_json, write_table


@click.command()
@one_file
@storage_options
@as_json
def ls(file: str, storage_options: dict[str, Any] | None, as_json: bool) -> None:
    """List the results of a file, one a row, with the run parameters that change.

    The index of the file is read; where it has none, each result is read and checked.
    """
    with Contents(file, storage_options) as contents:
        columns = contents.columns()
        rows = _rows(contents, columns)
        if as_json:
            for row in rows:
                write_json(row.as_json())
            return
        parameters = parameters_of([one["run_parameters"] for one in columns])
        changing = [one.name for one in parameters if one.changes]
        names = ("result", "model", *map(str, changing), *_BEHIND)
        write_table(names, (row.cells(changing) for row in rows))


#: Columns behind the run parameters.
_BEHIND = ("causes", "shape", "dtype", "compressed", "size")


class _Row(NamedTuple):
    """Facts about a result."""

    number: int
    columns: dict[str, Any]
    labels: Labelled
    stored: Stored

    def cells(self, parameters: Iterable[Any]) -> tuple[str, ...]:
        """Return the cells of a table."""
        return (
            str(self.number),
            self.columns["mname"],
            *(spelled(self.columns["run_parameters"][name]) for name in parameters),
            spelled(self.columns["causes"]),
            str(self.labels.shape),
            self.labels.dtype,
            human_size(self.stored.compressed),
            human_size(self.stored.size),
        )

    def as_json(self) -> dict[str, Any]:
        """Return it as an object for JSON."""
        return {
            "result": self.number,
            "model": self.columns["mname"],
            "type": self.columns["mtype"],
            "run_parameters": self.columns["run_parameters"],
            "causes": self.columns["causes"],
            "shape": dict(zip(self.labels.dims, self.labels.shape, strict=True)),
            "dtype": self.labels.dtype,
            "compressed": self.stored.compressed,
            "size": self.stored.size,
        }


def _rows(contents: Contents, columns: list[dict[str, Any]]) -> Iterable[_Row]:
    labels = contents.labels()
    bar = progress()
    if bar is not None:
        labels = bar(labels, total=contents.size, desc="Reading ndresults")
    stored = contents.stored_of_results()
    rows = zip(range(contents.size), columns, labels, stored, strict=True)
    return (_Row(*row) for row in rows)
