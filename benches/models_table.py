"""One result of every model that scikit-neuromsi ships, through its own functions and through ours.

Writes `docs/models.md`. Upstream takes minutes for its larger models, so everything is measured once; what comes
back is compared with upstream's own `assert_ndresult_allclose`, and ours must be equal.
"""

from __future__ import annotations

import tempfile
import time
import warnings
from collections import Counter
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import skneuromsi
from skneuromsi.bayesian import Kording2007, Zhu2024
from skneuromsi.mle import AlaisBurr2004
from skneuromsi.neural import Cuppini2014, Cuppini2017, Paredes2025
from skneuromsi.testing import assert_ndresult_allclose

import skneuromsi_io
from _report import machine
from _tables import megabytes, ratio, seconds, table

PAGE = Path(__file__).parents[1] / "docs" / "models.md"
MODELS = (AlaisBurr2004, Kording2007, Zhu2024, Cuppini2014, Cuppini2017, Paredes2025)
HEAD = (
    *("model", "MB", "scikit-neuromsi", "store s", "open s", "file MB"),
    *("skneuromsi-io", "store s", "open s", "file MB", "store ratio", "open ratio"),
)
TEXT = """\
# The models of scikit-neuromsi

One result of each shipped model, with its default parameters, stored and opened again by scikit-neuromsi (with
h5netcdf) and by this package, in one run (`make models`). "Equal" is what scikit-neuromsi's own
`assert_ndresult_allclose` says; where it is not, the values of `extra` follow that came back as another type. A
result counts as open when its array is a NumPy array in memory.

{table}
{machine}
"""


class Trip(NamedTuple):
    """A result's way through a file."""

    store: float
    open: float
    size: int
    #: The verdict of `assert_ndresult_allclose`, in a few words.
    verdict: str


def main() -> None:
    """Measure all models and write the page."""
    warnings.simplefilter("ignore")
    lines = []
    with tempfile.TemporaryDirectory(prefix="skneuromsi-io-models-") as folder:
        path = Path(folder) / "result.ndr"
        warm = Kording2007(seed=1).run()
        for package in (skneuromsi, skneuromsi_io):
            _trip(package, warm, path)
        for model in MODELS:
            print(f"  {model.__name__}")
            result = model(seed=1).run()
            ours = _trip(skneuromsi_io, result, path)
            if ours.verdict != "equal":
                raise AssertionError(f"{model.__name__}: {ours.verdict}")
            lines.append(_line(result, _trip(skneuromsi, result, path), ours))
    page = TEXT.format(table=table("|".join(HEAD), lines), machine=_machine())
    PAGE.parent.mkdir(exist_ok=True)
    PAGE.write_text(page)
    print(page)


def _trip(package: Any, result: Any, path: Path) -> Trip:
    start = time.perf_counter()
    package.store_ndresult(path, result)
    stored = time.perf_counter()
    found = package.open_ndresult(path)
    found.to_xarray().values  # noqa: B018
    opened = time.perf_counter()
    size = path.stat().st_size
    return Trip(stored - start, opened - stored, size, _verdict(result, found))


def _verdict(result: Any, found: Any) -> str:
    try:
        assert_ndresult_allclose(result, found)
    except AssertionError as error:
        return f"**not equal**: {_changed(result, found) or error}"
    return "equal"


def _changed(result: Any, found: Any) -> str:
    """Say which types of values changed in `extra`."""
    before, after = result.extra_.to_dict(), found.extra_.to_dict()
    changed = Counter(
        f"{_kind(value)} to {_kind(after[key])}"
        for key, value in before.items()
        if _kind(value) != _kind(after[key])
    )
    return ", ".join(f"{n} {what}" for what, n in changed.items())


def _kind(value: Any) -> str:
    if isinstance(value, np.ndarray):
        return "array" if value.ndim else "0-d array"
    return type(value).__name__


def _line(result: Any, theirs: Trip, ours: Trip) -> list[str]:
    arrays = [v for v in result.extra_.to_dict().values() if isinstance(v, np.ndarray)]
    nbytes = result.to_xarray().nbytes + sum(array.nbytes for array in arrays)
    cells = [result.mname, megabytes(nbytes)]
    for trip in (theirs, ours):
        cells += [trip.verdict, seconds(trip.store), seconds(trip.open)]
        cells.append(megabytes(trip.size))
    cells.append(ratio(theirs.store, ours.store))
    cells.append(ratio(theirs.open, ours.open))
    return cells


def _machine() -> str:
    here = machine()
    return f"{here['cores']} cores, Python {here['python']}, {here['packages']}."


if __name__ == "__main__":
    main()
