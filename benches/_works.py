"""The works: results of scikit-neuromsi's real models, made once and cached."""

from __future__ import annotations

import json
import pickle
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

import _digests

CACHE = Path(__file__).parents[1] / ".envs" / "bench-cache"

#: Model, number of results, that number in quick mode, and the auditory positions of the sweep.
WORKS: dict[str, tuple[str, int, int, tuple[float, float]]] = {
    "kording2007": ("Kording2007", 1000, 100, (-20.0, 20.0)),
    "alaisburr2004": ("AlaisBurr2004", 200, 20, (-10.0, 10.0)),
    "cuppini2017": ("Cuppini2017", 4, 1, (80.0, 110.0)),
    "cuppini2014": ("Cuppini2014", 1, 1, (90.0, 90.0)),
}


def size_of(work: str, quick: bool) -> int:
    """Return the number of results of a work."""
    return WORKS[work][2 if quick else 1]


def title(work: str, count: int) -> str:
    """Name of a work for tables."""
    return f"{count:,} {WORKS[work][0]}"


def folder(work: str, count: int) -> Path:
    """Return the cached work: its results pickled, and their digests. Runs the model if need be."""
    folder = CACHE / f"{work}-{count}"
    if not folder.exists():
        part = CACHE / f"{work}-{count}.part"
        shutil.rmtree(part, ignore_errors=True)
        part.mkdir(parents=True)
        results = list(_run(work, count))
        with (part / "results.pickle").open("wb") as file:
            pickle.dump([result.to_dict() for result in results], file, protocol=5)
        digests = [_digests.of_result(result) for result in results]
        (part / "digests.json").write_text(json.dumps(digests))
        part.rename(folder)
    return folder


def load(work: str, count: int) -> list[dict[str, Any]]:
    """Load the results of a work as constructor arguments of `NDResult`, of either kind."""
    with (folder(work, count) / "results.pickle").open("rb") as file:
        results: list[dict[str, Any]] = pickle.load(file)
    return results


def digests(work: str, count: int) -> list[dict[str, str]]:
    """Load the digests of the results of a work."""
    found: list[dict[str, str]] = json.loads(
        (folder(work, count) / "digests.json").read_text()
    )
    return found


def _run(work: str, count: int) -> Iterator[Any]:
    """Sweep the position of the auditory stimulus; every result has its own seed."""
    from skneuromsi.bayesian import Kording2007
    from skneuromsi.mle import AlaisBurr2004
    from skneuromsi.neural import Cuppini2014, Cuppini2017

    name, _, _, limits = WORKS[work]
    classes = (Kording2007, AlaisBurr2004, Cuppini2017, Cuppini2014)
    model = {cls.__name__: cls for cls in classes}[name]()
    for seed, position in enumerate(np.linspace(*limits, count)):
        model.set_random(np.random.default_rng(seed))
        yield model.run(auditory_position=float(position))
