"""`plot`: what it draws, and that it draws."""

import numpy as np
import pytest
import xarray as xr

import skneuromsi_io as sio
from helpers import DIMS, UPSTREAM_FILES, make_result
from skneuromsi_io.cli import _drawing

PNG = b"\x89PNG\r\n\x1a\n"


def drawn_result(values, **changed):
    """Return a result of a mode for each row of `values`: mode, time, position."""
    values = np.asarray(values, dtype=float)[..., None]
    labels = {
        "modes": ["multi", "visual"][: len(values)],
        "times": np.arange(values.shape[1]),
        "positions": np.arange(values.shape[2]),
        "positions_coordinates": ["x0"],
    }
    array = xr.DataArray(values, dims=DIMS, coords=labels, name="values")
    for name, count in (("time", values.shape[1]), ("position", values.shape[2])):
        low, high = changed.get(f"{name}_range", (0, count))
        changed[f"{name}_res"] = (high - low) / count
    return make_result(array, **changed)


def sweep_of(path, *results):
    collection = sio.NDResultCollection.from_ndresults("some", results)
    sio.to_ndc(path, collection, tqdm_cls=None)
    return path


VALUES = [[[0, 1, 2, 9], [3, 4, 5, 6]], [[1, 1, 1, 1], [2, 8, 2, 2]]]


def test_modes_over_positions_at_the_time_of_the_greatest_value():
    result = drawn_result(VALUES, position_range=(10, 40), time_range=(100, 200))
    multi, visual = _drawing.curves_of_result(result, None)
    assert (multi.mode, visual.mode) == ("multi", "visual")
    assert multi.panel == "value at time 100"
    assert multi.x.tolist() == [10, 20, 30, 40]
    assert (multi.y.tolist(), visual.y.tolist()) == ([0, 1, 2, 9], [1, 1, 1, 1])


def test_modes_over_times_at_the_position_of_the_greatest_value():
    result = drawn_result(VALUES, position_range=(10, 40), time_range=(100, 200))
    multi, visual = _drawing.curves_of_result(result, "times")
    assert multi.panel == "value at position 40"
    assert (multi.x.tolist(), multi.xlabel) == ([100, 200], "times")
    assert (multi.y.tolist(), visual.y.tolist()) == ([9, 6], [1, 2])


def test_one_position_is_drawn_over_times():
    multi, _ = _drawing.curves_of_result(drawn_result([[[1], [2]], [[3], [4]]]), None)
    assert (multi.xlabel, multi.y.tolist()) == ("times", [1, 2])


def test_the_response_of_a_sweep():
    results = [
        drawn_result(
            np.roll(VALUES, n, axis=2),
            run_parameters={"soa": soa},
            position_range=(0, 3),
        )
        for n, soa in ((0, 20), (1, 0), (2, 20))
    ]
    curves = _drawing.curves_of_sweep(results, "soa")
    found = {(curve.panel, curve.mode): (curve.x, curve.y) for curve in curves}
    # Two results have soa 20; their positions of 9 are 3 and 1.
    assert found == {
        ("greatest value", "multi"): ([0, 20], [9, 9]),
        ("greatest value", "visual"): ([0, 20], [8, 8]),
        ("position of the greatest value", "multi"): ([0, 20], [0, 2]),
        ("position of the greatest value", "visual"): ([0, 20], [2, 2]),
    }


def test_a_parameter_of_text_and_values_that_are_nan():
    nan = np.full((2, 1, 3), np.nan)
    results = [
        drawn_result(VALUES, run_parameters={"how": "b"}),
        drawn_result(nan, run_parameters={"how": "a"}),
    ]
    curve = _drawing.curves_of_sweep(results, "how")[2]
    assert curve.panel == "position of the greatest value"
    assert curve.x == ["b", "a"]
    np.testing.assert_array_equal(curve.y, [4, np.nan])


@pytest.mark.parametrize("path", UPSTREAM_FILES, ids=lambda path: path.stem)
def test_files_of_scikit_neuromsi(command, tmp_path, path):
    out = tmp_path / "out.png"
    parameters = sio.read_ndc(path, classes="light", tqdm_cls=None)
    changing = parameters.changing_parameters()
    names = [*changing[changing].index]
    over = ["--over", names[0]] if len(names) > 1 else []
    done = command("plot", path, "--out", out, *over)
    assert (done.status, done.err) == (0, "")
    assert out.read_bytes().startswith(PNG)


def test_other_pictures(command, sweep, tmp_path):
    for suffix, start in (("svg", b"<?xml"), ("pdf", b"%PDF")):
        out = tmp_path / f"out.{suffix}"
        assert command("plot", sweep, "--out", out).status == 0
        assert out.read_bytes().startswith(start)


def test_names_are_no_formulas(command, tmp_path):
    results = [
        drawn_result(VALUES, run_parameters={"$\\broken{": n}, mname="$x^{")
        for n in (1, 2)
    ]
    path = sweep_of(tmp_path / "in.ndc", *results)
    for args in ((), ("--result", 1)):
        out = tmp_path / f"{len(args)}.png"
        done = command("plot", path, "--out", out, *args)
        assert (done.status, done.err) == (0, "")


def test_titles(command, sweep, tmp_path):
    out = tmp_path / "out.png"
    args = ["plot", sweep, "--overwrite", "--out", out]
    assert command(*args).out == f"{out}: sweep, 3 results over soa\n"
    assert command(*args, "--result", 2).out == f"{out}: sweep, result 2: model\n"
    assert command(*args, "--over", "times").out == f"{out}: sweep, result 0: model\n"
    assert command(*args, "--over", "noise").out == (
        f"{out}: sweep, 3 results over noise\n"
    )


@pytest.mark.parametrize(
    ("args", "text"),
    [
        (["--result", "3"], "there is no result 3; results are 0 to 2"),
        (["--result", "-1"], "-1 is not in the range"),
        (["--over", "so"], "'so' is none of positions, times"),
        (["--over", "soa", "--result", "1"], "drawn over positions or times"),
    ],
)
def test_what_cannot_be_drawn(command, sweep, tmp_path, args, text):
    done = command("plot", sweep, "--out", tmp_path / "out.png", *args)
    assert done.status == 2
    assert text in " ".join(done.err.split())


def test_an_unknown_picture(command, sweep, tmp_path):
    done = command("plot", sweep, "--out", tmp_path / "out.xyz")
    assert done.status == 2
    assert "png" in done.err
    assert [*tmp_path.iterdir()] == [sweep]


def test_several_parameters_that_change(command, tmp_path):
    results = [drawn_result(VALUES, run_parameters={"a": n, "b": -n}) for n in range(3)]
    path = sweep_of(tmp_path / "in.ndc", *results)
    done = command("plot", path, "--out", tmp_path / "out.png")
    assert done.status == 2
    assert "choose with --over: a, b" in " ".join(done.err.split())


def test_complex_numbers_are_not_drawn(command, tmp_path):
    array = drawn_result(VALUES).to_xarray().astype("c16")
    path = sweep_of(tmp_path / "in.ndc", make_result(array))
    done = command("plot", path, "--out", tmp_path / "out.png")
    assert done.status == 1
    assert "needs real numbers, found complex128" in done.err


def test_a_picture_that_is_there_stays(command, sweep, tmp_path):
    out = tmp_path / "out.png"
    out.write_text("dear")
    done = command("plot", sweep, "--out", out)
    assert (done.status, out.read_text()) == (1, "dear")
