"""Scan, access and columns of a collection that stays in its file, with an index and without."""

from __future__ import annotations

import random
import time
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import _digests
import _works

#: A name of the same length that means nothing: an archive in which the index has it has none.
INDEX, OTHER = b"index.json", b"other.json"
#: Results that are read at random.
READ = 50


def measure(job: dict[str, Any]) -> dict[str, Any]:
    """Store a sweep in which every result has a position of its own, and scan it in both ways."""
    import skneuromsi_io

    count, path = job["count"], Path(job["path"])
    works = _works.load("kording2007", job["made"])
    made = (skneuromsi_io.NDResult(**kwargs) for kwargs in _sweep(works, count))
    collection = skneuromsi_io.NDResultCollection.from_ndresults("bench", made)
    skneuromsi_io.store_ndresults_collection(path, collection, tqdm_cls=None)
    with zipfile.ZipFile(path) as archive:
        info = archive.getinfo(INDEX.decode())
    found = {"count": count, "size": path.stat().st_size, "index": info.compress_size}
    found["make index"] = _fastest(job, lambda: _make_index(collection))
    columns = _columns(collection)
    found["with"] = _scanned(job, path, columns)
    content = path.read_bytes()
    if content.count(INDEX) != 2:
        raise AssertionError("the name of the index is not in its two headers alone")
    path.write_bytes(content.replace(INDEX, OTHER))
    found["without"] = _scanned(job, path, columns)
    path.unlink()
    return found


def _sweep(works: list[dict[str, Any]], count: int) -> Iterator[dict[str, Any]]:
    for number in range(count):
        kwargs = works[number % len(works)]
        own = {"auditory_position": -20 + 40 * number / count}
        yield kwargs | {"run_parameters": kwargs["run_parameters"] | own}


def _make_index(collection: Any) -> None:
    """Do what storing does for the index, beside the rest of it."""
    from skneuromsi_io.results import _index

    columns = _index.new_columns()
    columns.add([packed.native for packed in collection._packed])
    _index.index_text(columns, len(collection))


def _columns(collection: Any) -> list[Any]:
    return [
        [*collection.run_parameters_values],
        collection.causes_.tolist(),
        collection.changing_parameters().to_dict(),
        collection.coerce_parameter(),
    ]


def _fastest(job: dict[str, Any], work: Callable[[], Any]) -> float:
    """Return the least processor time of some runs."""
    times = []
    for _ in range(job["runs"]):
        start = time.process_time()
        work()
        times.append(time.process_time() - start)
    return min(times)


def _scanned(job: dict[str, Any], path: Path, columns: list[Any]) -> dict[str, float]:
    import skneuromsi_io

    def scan() -> Any:
        return skneuromsi_io.scan_ndc(path, classes="light")

    times = {"scan": _fastest(job, lambda: scan().close())}
    for name, work in {
        "modes": lambda collection: collection.modes_,
        "parameters": lambda collection: collection.run_parameters_values,
        "causes": lambda collection: collection.causes_,
        "matrix": lambda collection: collection.disparity_matrix(),
    }.items():
        scanned = [scan() for _ in range(job["runs"])]
        times[name] = _fastest(job, lambda w=work, s=scanned: w(s.pop()))
    collection = scan()
    if _columns(collection) != columns:
        raise AssertionError("columns of a scan are not those of the collection")
    times |= _accessed(job, collection, columns[0])
    collection.close()
    return times


def _accessed(
    job: dict[str, Any], collection: Any, parameters: list[dict[str, Any]]
) -> dict[str, float]:
    """Read results at random, each once, and compare them with what the model gave."""
    digests = _works.digests("kording2007", job["made"])
    chosen = random.Random(1).sample(range(job["count"]), READ)
    start = time.process_time()
    results = [collection[index] for index in chosen]
    each = (time.process_time() - start) / READ
    for index, result in zip(chosen, results, strict=True):
        found, expected = _digests.of_result(result), digests[index % job["made"]]
        # The position is another one.
        expected |= {"run": _digests.of_parameters(parameters[index])}
        differing = {name for name in expected if found[name] != expected[name]}
        if differing:
            raise AssertionError(
                f"result {index} is not that of the model: {differing}"
            )
    return {"access": each}
