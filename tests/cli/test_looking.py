"""`info` and `ls`."""

import re

import numpy as np
import pytest

import skneuromsi_io as sio
from helpers import (
    UPSTREAM_FILES,
    edited,
    make_array,
    make_collection,
    make_result,
    stored,
)


def pairs(done):
    """Return what `info` wrote, as a dict of lists."""
    found = {}
    for name, value in done.rows:
        found.setdefault(name, []).append(value)
    return found


def test_info_tells_what_a_file_holds(command, sweep):
    found = pairs(command("info", sweep))
    assert found["file"] == [str(sweep)]
    assert found["name"] == ["sweep"]
    assert found["model"] == ["model (test)"]
    assert found["results"] == ["3"]
    assert found["modes"] == ["multi, m1; output mode multi"]
    assert found["shape"] == ["modes 2, times 3, positions 4, positions_coordinates 1"]
    assert found["dtype"] == ["float64"]
    assert found["changing"] == ["soa: 0 to 20, 3 values"]
    assert found["constant"] == ["noise: False"]
    assert found["causes"] == ["1"]
    assert found["format"] == ["0.2"]
    assert found["metadata"] == ["subject: S01"]
    assert re.match(r"\d{4}-\d\d-\d\dT", found["written"][0])
    assert re.fullmatch(r"data: [\d.]+ kB of [\d.]+ kB, members 3", found["size"][0])


def test_info_as_json(command, sweep):
    (found,) = command("info", "--json", sweep).objects
    shape = {"modes": 2, "times": 3, "positions": 4, "positions_coordinates": 1}
    assert found["arrays"] == [{"shape": shape, "dtype": "float64", "results": 3}]
    assert found["models"] == [{"name": "model", "type": "test"}]
    assert found["parameters"][0] == {
        "name": "soa",
        "changes": True,
        "distinct": 3,
        "min": 0,
        "max": 20,
    }
    assert found["parameters"][1]["values"] == [False]
    assert found["sizes"]["data"]["members"] == 3
    assert found["sizes"]["metadata"]["members"] == 4
    assert found["sizes"]["index"]["members"] == 1
    assert found["metadata"] == {"subject": "S01"}


def test_info_names_compression_methods_and_kinds_of_members(command, tmp_path):
    path = tmp_path / "large.ndc"
    extra = {"weights": np.arange(2000.0)}
    sio.to_ndr(path, make_result(extra=extra), compression=14)
    (found,) = command("info", "--json", path).objects
    assert "LZMA" in found["compression"]
    assert found["sizes"]["arrays"]["members"] == 1
    assert found["sizes"]["arrays"]["size"] > 16_000


@pytest.mark.parametrize("path", UPSTREAM_FILES, ids=lambda path: path.stem)
def test_files_of_scikit_neuromsi(command, path):
    (found,) = command("info", "--json", path).objects
    collection = sio.read_ndc(path, classes="light", tqdm_cls=None)
    array = collection[0].to_xarray()
    assert found["results"] == len(collection)
    assert found["arrays"] == [
        {"shape": dict(array.sizes), "dtype": str(array.dtype), "results": None}
    ]
    changing = collection.changing_parameters()
    assert {one["name"]: one["changes"] for one in found["parameters"]} == dict(
        changing
    )
    rows = command("ls", "--json", path).objects
    assert [row["causes"] for row in rows] == list(collection.causes_)
    assert [row["shape"] for row in rows] == [
        dict(one.to_xarray().sizes) for one in collection
    ]


def test_ls_has_a_row_for_each_result(command, sweep):
    header, *rows = command("ls", sweep).rows
    assert header == [
        *("result", "model", "soa", "causes", "shape"),
        *("dtype", "compressed", "size"),
    ]
    assert [row[:6] for row in rows] == [
        [str(number), "model", str(10 * number), "1", "(2, 3, 4, 1)", "float64"]
        for number in range(3)
    ]


def test_ls_as_json_has_all_parameters(command, sweep):
    rows = command("ls", "--json", sweep).objects
    assert rows[2]["run_parameters"] == {"soa": 20, "noise": False}
    assert [row["result"] for row in rows] == [0, 1, 2]
    (found,) = command("info", "--json", sweep).objects
    assert sum(row["compressed"] for row in rows) < sum(
        kind["compressed"] for kind in found["sizes"].values()
    )


def test_results_of_different_shapes(command, tmp_path):
    results = [make_result(make_array(shape=(2, times, 4, 1))) for times in (3, 5)]
    path = tmp_path / "shapes.ndc"
    sio.to_ndc(path, sio.NDResultCollection.from_ndresults("s", results), tqdm_cls=None)
    _, *rows = command("ls", path).rows
    assert [row[3] for row in rows] == ["(2, 3, 4, 1)", "(2, 5, 4, 1)"]
    found = pairs(command("info", path))["shape"]
    assert found == [
        f"modes 2, times {times}, positions 4, positions_coordinates 1 (results: 1)"
        for times in (3, 5)
    ]


def test_values_that_are_not_numbers(command, tmp_path):
    values = [float("nan"), np.float32(0.5), "fast", None, (1, 2), np.arange(3)]
    results = [make_result(run_parameters={"mode": value}) for value in values]
    path = tmp_path / "mixed.ndc"
    sio.to_ndc(path, sio.NDResultCollection.from_ndresults("m", results), tqdm_cls=None)
    found = [
        row["run_parameters"]["mode"] for row in command("ls", "--json", path).objects
    ]
    assert found == [None, 0.5, "fast", None, [1, 2], [0, 1, 2]]
    _, *rows = command("ls", path).rows
    shown = [row[2] for row in rows]
    assert shown == ["nan", "0.5", "fast", "None", "(1, 2)", "[0, 1, 2]"]
    assert pairs(command("info", path))["changing"] == ["mode: 6 values"]


def test_nan_is_one_value(command, tmp_path):
    results = [make_result(run_parameters={"x": float("nan")}) for _ in range(2)]
    path = tmp_path / "nan.ndc"
    sio.to_ndc(path, sio.NDResultCollection.from_ndresults("n", results), tqdm_cls=None)
    assert pairs(command("info", path))["constant"] == ["x: nan"]


def test_a_terminal_gets_aligned_columns(command, sweep, terminal):
    header, first, *_ = command("ls", sweep).out.splitlines()
    assert header == (
        "result  model  soa  causes  shape         dtype    compressed    size"
    )
    start = "     0  model    0       1  (2, 3, 4, 1)  float64  "
    assert re.fullmatch(re.escape(start) + r"    \d\.\d kB  \d\.\d kB", first)
    lines = command("info", sweep).out.splitlines()
    assert lines[1] == "name         sweep"
    # A name that comes again is not shown again.
    assert sum(line.startswith("size") for line in lines) == 1


def test_what_a_terminal_obeys_is_escaped(command, tmp_path, terminal):
    path = tmp_path / "escape.ndc"
    results = [make_result(mname="a\x1b[2J\tb\n")]
    collection = sio.NDResultCollection.from_ndresults("\x9b\udc80", results)
    sio.to_ndc(path, collection, metadata={"\x07": "\x1b"}, tqdm_cls=None)
    for verb in ("info", "ls"):
        out = command(verb, path).out
        assert "a\\x1b[2J\\tb\\n" in out
        assert not any(ord(letter) < 32 and letter != "\n" for letter in out)
    out = command("info", path).out
    assert "\\x9b\\udc80" in out
    assert "\\x07: \\x1b" in out


def test_results_that_differ_in_their_parameters(command, tmp_path):
    """`verify` says so of the archive; here it must be no KeyError."""

    def change(document):
        document["object_kwargs"]["run_parameters"] = {"other": 1}

    path = tmp_path / "other.ndc"
    path.write_bytes(edited(stored(make_collection()), "ndr_1/metadata.json", change))
    for verb in ("info", "ls"):
        done = command(verb, path)
        assert done.status == 1
        assert 'member "ndr_1/metadata.json"' in done.err
        assert "expected run parameters ['soa', 'noise'], found ['other']" in done.err


def test_several_files_and_one_that_is_missing(command, sweep, tmp_path):
    done = command("info", sweep, tmp_path / "no.ndc", sweep)
    assert done.status == 1
    assert done.err == f"Error: {tmp_path / 'no.ndc'}: No such file or directory\n"
    assert done.out.count("results\t3") == 2
    assert "\n\nfile\t" in done.out


def test_labels_that_are_in_the_metadata(command, tmp_path):
    """The index has the labels of the NetCDF file, which carries float16 as float32."""
    results = [make_result(make_array("f2")), make_result(make_array("?"))]
    path = tmp_path / "half.ndc"
    sio.to_ndc(path, sio.NDResultCollection.from_ndresults("h", results), tqdm_cls=None)
    (found,) = command("info", "--json", path).objects
    assert [one["dtype"] for one in found["arrays"]] == ["float16", "bool"]
    assert [row["dtype"] for row in command("ls", "--json", path).objects] == [
        "float16",
        "bool",
    ]


def test_more_shapes_than_are_listed(command, tmp_path):
    results = [make_result(make_array(shape=(2, n, 4, 1))) for n in range(1, 8)]
    path = tmp_path / "shapes.ndc"
    sio.to_ndc(path, sio.NDResultCollection.from_ndresults("s", results), tqdm_cls=None)
    found = pairs(command("info", path))
    assert (len(found["shape"]), found["shape"][-1]) == (6, "and 2 more")


def test_ls_of_a_damaged_file_reads_the_index(command, damaged):
    assert command("ls", damaged).status == 0


def test_ls_of_a_damaged_file_without_index_stops_at_the_damage(
    command, damaged, tmp_path
):
    data = damaged.read_bytes()
    path = tmp_path / "no index.ndc"
    path.write_bytes(data.replace(b"index.json", b"other.json"))
    done = command("ls", path)
    assert done.status == 1
    assert 'member "ndr_1/nddata.nc"' in done.err
    assert "Traceback" not in done.err
