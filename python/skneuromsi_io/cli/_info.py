"""``info``: tell what files hold."""

from __future__ import annotations

import functools
import itertools
import operator
from collections.abc import Iterable, Iterator
from typing import Any

import click

from .._spelling import spelled
from ..files._contents import Contents
from ..results._parameters import column, parameters_of
from ._failures import each
from ._options import as_json, files, storage_options
from ._output import human_size, say, write_json, write_pairs

#: Names of compression methods (APPNOTE 4.4.5).
_METHODS = {0: "stored", 8: "deflate", 12: "bzip2", 14: "LZMA", 93: "Zstandard"}

#: Shapes that are listed; of more, the number is told.
_LISTED = 5

#: Facts about the writer of a file, by their key in the metadata.
_VERSIONS = {"written": "utc_timestamp", "python": "Python", "platform": "platform"}


@click.command()
@files
@storage_options
@as_json
def info(
    files: tuple[str, ...], storage_options: dict[str, Any] | None, as_json: bool
) -> int:
    """Tell what files hold: results, shapes, parameters, sizes, versions, your metadata.

    Metadata are read; of a file without index, the array of the first result too.
    """
    first = True

    def tell(file: str) -> bool:
        nonlocal first
        with Contents(file, storage_options) as contents:
            summary = _Summary(contents)
        if as_json:
            write_json({"file": summary.display_name, **summary.as_json()})
        else:
            if not first:
                say("")
            write_pairs([("file", summary.display_name), *summary.pairs()])
        first = False
        return True

    return each(files, tell)


class _Summary:
    """The lines of `info` about one file."""

    def __init__(self, contents: Contents):
        rows = contents.columns()
        self.display_name = contents.display_name
        self.name = contents.name
        self.size = contents.size
        self.metadata = contents.metadata
        self.stored = contents.stored()
        self.kinds = contents.kinds()
        self.modes = [*next(iter(self.kinds)).modes]
        self.output_mode = rows[0]["output_mode"]
        self.models = [*dict.fromkeys((row["mname"], row["mtype"]) for row in rows)]
        self.parameters = parameters_of([row["run_parameters"] for row in rows])
        self.causes = column("causes", (row["causes"] for row in rows))
        self.total = functools.reduce(operator.or_, self.stored.values())

    @property
    def methods(self) -> list[str]:
        """Names of the compression methods."""
        return [_METHODS.get(one, str(one)) for one in sorted(self.total.methods)]

    def pairs(self) -> Iterator[tuple[str, str]]:
        """Give names and values to show."""
        yield "name", self.name
        for name, kind in self.models:
            yield "model", f"{name} ({kind})"
        yield "results", str(self.size)
        yield "modes", f"{', '.join(self.modes)}; output mode {self.output_mode}"
        for labels, count in itertools.islice(self.kinds.items(), _LISTED):
            of = _share(count, self.size)
            yield "shape", _pairs(labels.dims, labels.shape) + of
            yield "dtype", labels.dtype + of
        if len(self.kinds) > _LISTED:
            yield "shape", f"and {len(self.kinds) - _LISTED} more"
        for one in sorted(self.parameters, key=lambda one: not one.changes):
            kind = "changing" if one.changes else "constant"
            yield kind, f"{one.name}: {one.spread}"
        yield "causes", self.causes.spread
        yield from self._sizes()
        yield from self._versions()
        extra = self.metadata.get("extra")
        for key, value in extra.items() if isinstance(extra, dict) else ():
            yield "metadata", f"{key}: {spelled(value)}"

    def _sizes(self) -> Iterator[tuple[str, str]]:
        for kind, stored in (*self.stored.items(), ("all", self.total)):
            sizes = f"{human_size(stored.compressed)} of {human_size(stored.size)}"
            yield "size", f"{kind}: {sizes}, members {stored.members}"
        yield "compression", ", ".join(self.methods)

    def _versions(self) -> Iterator[tuple[str, str]]:
        yield "format", spelled(self.metadata.get("format_version"))
        for name, key in _VERSIONS.items():
            if key in self.metadata:
                yield name, spelled(self.metadata[key])

    def as_json(self) -> dict[str, Any]:
        """Return it as an object for JSON."""
        return {
            "name": self.name,
            "models": [{"name": name, "type": kind} for name, kind in self.models],
            "results": self.size,
            "modes": self.modes,
            "output_mode": self.output_mode,
            "arrays": [
                {
                    "shape": dict(zip(labels.dims, labels.shape, strict=True)),
                    "dtype": labels.dtype,
                    "results": count,
                }
                for labels, count in self.kinds.items()
            ],
            "parameters": [one.as_json() for one in self.parameters],
            "causes": self.causes.values,
            "sizes": {
                kind: {
                    "members": stored.members,
                    "compressed": stored.compressed,
                    "size": stored.size,
                }
                for kind, stored in self.stored.items()
            },
            "compression": self.methods,
            "format": self.metadata.get("format_version"),
            **{name: self.metadata.get(key) for name, key in _VERSIONS.items()},
            "metadata": self.metadata.get("extra"),
        }


def _share(count: int | None, size: int) -> str:
    """Say of how many results something is told; nothing where it is of all."""
    if count is None:
        return " (first result)"
    return "" if count == size else f" (results: {count})"


def _pairs(names: Iterable[str], numbers: Iterable[int]) -> str:
    pairs = zip(names, numbers, strict=True)
    return ", ".join(f"{name} {number}" for name, number in pairs)
