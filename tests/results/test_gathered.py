"""Columns gathered from results of a file: as the results have them, or an error that names result and field."""

import numpy as np
import pytest

import skneuromsi_io as sio
from helpers import (
    assert_same,
    edited,
    make_collection,
    make_result,
    opened,
    stored,
)
from skneuromsi_io.results._summary import GATHERED

ARCHIVE = stored(make_collection())
KWARGS = "/object_kwargs/"


def collection(types=None, **changed):
    """Return a collection whose second result says something else."""

    def change(document):
        document["object_kwargs"].update(changed)
        document.setdefault("types", {}).update(types or {})

    return opened(edited(ARCHIVE, "ndr_1/metadata.json", change))


def columns(found):
    return {name: found._summary.column(name) for name in GATHERED.values()}


@pytest.mark.parametrize(
    "odd",
    [
        {"mtype": [1, 2, 3]},
        {"mname": None},
        {"mtype": "tQ==", "types": {f"{KWARGS}mtype": "bytes"}},
        {"time_res": 1, "position_res": "1"},
        {"causes": float("nan")},
        {"types": {f"{KWARGS}time_range": "tuple"}},
        {"types": {f"{KWARGS}time_range": ["array", "<i4", [2]]}},
        {"nmap": [[1, 2]], "types": {f"{KWARGS}nmap": "pairs"}},
    ],
    ids=repr,
)
def test_columns_are_what_results_say(odd):
    found = collection(**odd)
    expected = [vars(result) for result in found]
    for name, column in columns(found).items():
        values = [one[f"_{name}"] for one in expected]
        assert_same(column, np.asarray(values), name)


@pytest.mark.parametrize(
    ("field", "odd"),
    [
        ("time_range", {"types": {f"{KWARGS}time_range": "set"}}),
        ("position_range", {"types": {f"{KWARGS}position_range": "complex"}}),
        ("time_range", {"types": {f"{KWARGS}time_range": ["array", "<M8[s]", [2]]}}),
        ("nmap", {"nmap": [], "types": {f"{KWARGS}nmap": "tuple"}}),
        (
            "run_parameters",
            {
                "run_parameters": [["soa", 1], ["noise", 1]],
                "types": {f"{KWARGS}run_parameters": ["array", "|O", [2, 2]]},
            },
        ),
        (
            "causes",
            {"causes": [1, 2], "types": {f"{KWARGS}causes": "complex"}},
        ),
    ],
    ids=repr,
)
def test_what_does_not_fit_is_told(field, odd):
    with pytest.raises(sio.BadMetadataError) as raised:
        _ = collection(**odd).causes_
    assert raised.value.member == "ndr_1/metadata.json"
    assert field in str(raised.value)
    with pytest.raises(sio.BadMetadataError, match=field):
        collection(**odd)[1]


#: Lists that format 0.1 spells out, and reads as arrays.
LARGE = np.arange(3000).reshape(2, 1500)


@pytest.mark.parametrize("version", [0.1, 0.2])
@pytest.mark.parametrize("way", ["opened", "scanned"])
def test_large_arrays_are_gathered(version, way):
    """Arrays outside of `extra` are those of the results, whichever format carries them."""
    parameters = {"small": 1, "large": LARGE, "within": [{"x": LARGE[0] / 7}]}
    results = [
        make_result(
            run_parameters={**parameters, "soa": soa},
            nmap={"auditory": LARGE * soa},
            extra={"also": LARGE + soa},
        )
        for soa in range(3)
    ]
    archive = stored(
        sio.NDResultCollection.from_ndresults("large", results), format_version=version
    )
    found = (
        opened(archive) if way == "opened" else sio.scan_ndc(archive, classes="light")
    )
    expected = [vars(result) for result in results]
    for name in ("run_parameters", "nmap"):
        assert_same(
            list(found._summary.column(name)),
            [one[f"_{name}"] for one in expected],
            name,
        )
    for soa, result in enumerate(found):
        assert_same(result.extra_["also"], LARGE + soa)
