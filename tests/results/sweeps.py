"""Collections of one content, kept in every way there is."""

import pickle
import tempfile
from pathlib import Path

import numpy as np

import skneuromsi_io as sio
from helpers import make_array, make_result, opened, stored

MODES = ["visual", "auditory", "multi"]
SOAS = [30, 10, 20, 10]
DATES = np.array(["2020-01-01", "2021-01-01", "1999-01-01"], "M8[ns]")
VALUES = np.random.default_rng(8).normal(size=(len(SOAS), 3, 3, 4, 2))


class Text(str):
    """An object that no JSON carries exactly."""

    __slots__ = ()


def array_of(number, **coords):
    array = make_array("f8", (3, 3, 4, 2), modes=MODES, **coords)
    return array.copy(data=VALUES[number].copy())


def result_of(number, array=None, extra=None):
    return make_result(
        array_of(number) if array is None else array,
        mname=f"model {number}",
        run_parameters={"soa": SOAS[number], "noise": 0.5, "name": "a"},
        causes=[None, 1, 2.5, 2][number],
        extra={"number": number, **(extra or {})},
    )


def collection_of(make=result_of):
    results = [make(number) for number in range(len(SOAS))]
    return sio.NDResultCollection.from_ndresults("sweep", results)


#: Every way in which a collection keeps its results.
#: A file that is scanned by its path can be opened again, so that such a collection pickles.
FOLDER = tempfile.TemporaryDirectory()


def scanned():
    path = Path(FOLDER.name) / "scanned.ndc"
    if not path.exists():
        path.write_bytes(stored(collection_of()))
    return sio.scan_ndc(path, classes="light")


KINDS = {
    "built": collection_of,
    "opened": lambda: opened(stored(collection_of())),
    "pickled": lambda: pickle.loads(pickle.dumps(collection_of())),
    "not compressed": lambda: opened(stored(collection_of()), compression_params=None),
    "as they are": lambda: collection_of(
        lambda n: result_of(n, extra={"text": Text("a")})
    ),
    "scanned": scanned,
    "selected": lambda: scanned().select(slice(None)),
    "not plain": lambda: opened(
        stored(collection_of(lambda n: result_of(n, array_of(n, times=DATES))))
    ),
}


def numbers(results):
    """Which results these are, by their values too."""
    found = [result.extra_["number"] for result in results]
    for result, number in zip(results, found, strict=True):
        assert type(result) is sio.NDResult
        assert result.to_xarray().values.tobytes() == VALUES[number].tobytes()
    return found
