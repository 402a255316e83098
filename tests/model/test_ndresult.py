"""The light result: what it takes and what it tells."""

import inspect

import numpy as np
import pytest
import xarray as xr
from labelled import KINDS, KWARGS, LABELS, MODES, VALUES, array_of

import skneuromsi_io as sio
from helpers import DIMS, assert_same, make_result
from skneuromsi_io.model._arguments import ARGUMENTS, LIMITS, MAPPINGS, STEPS
from skneuromsi_io.results._summary import GATHERED


@pytest.fixture(params=KINDS)
def result(request):
    return KINDS[request.param](sio.NDResult(nddata=array_of(), **KWARGS))


def test_metadata(result):
    assert_same(result.mname, "model")
    assert_same(result.mtype, "MLE")
    assert_same(result.output_mode, "multi")
    assert_same(result.nmap_, {"a": "auditory"})
    assert_same(result.time_range, np.array([0, 3]))
    assert_same(result.position_range, np.array([10.0, 12.0]))
    assert_same((result.time_res, result.position_res), (1.0, 0.5))
    assert_same(result.causes_, 2)
    assert_same(result.dims, np.array(DIMS))
    assert_same(result.run_parameters.to_dict(), KWARGS["run_parameters"])
    assert_same(result.rp.to_dict(), KWARGS["run_parameters"])
    assert_same(result.extra_.to_dict(), KWARGS["extra"])
    assert_same(result.e_.to_dict(), KWARGS["extra"])


def test_labels(result):
    for name, labels in LABELS.items():
        assert_same(getattr(result, f"{name}_"), np.array(labels))
    assert_same(result.pcoords_, np.array(["x0", "x1"]))


def test_repr(result):
    assert repr(result) == (
        "<NDResult 'model', modes=['visual' 'auditory' 'multi'], times=3, "
        "positions=4, positions_coordinates=2, causes=2>"
    )
    assert repr(make_result(causes=None)).endswith(", causes=False>")
    assert repr(make_result(causes=0)).endswith(", causes=0>")


def test_parameters_are_attributes(result):
    assert result.rp.soa == result.rp["soa"] == 50
    assert set(result.rp) == {"soa", "positions"}
    assert len(result.rp) == 2
    assert "soa" in result.rp
    assert {"soa", "positions"} <= set(dir(result.rp))
    assert repr(result.rp) in (
        "<run_parameters {'soa', 'positions'}>",
        "<run_parameters {'positions', 'soa'}>",
    )
    assert repr(make_result(extra={}).e_) == "<extra {}>"
    with pytest.raises(AttributeError, match=r"^nope$"):
        _ = result.rp.nope
    with pytest.raises(KeyError, match=r"^'nope'$"):
        _ = result.rp["nope"]
    result.rp.to_dict()["positions"].append(3)
    assert result.rp.positions == [1, 2]


def test_to_xarray_is_a_copy(result):
    xr.testing.assert_identical(result.to_xarray(), array_of())
    result.to_xarray()[:] = 0
    xr.testing.assert_identical(result.to_xarray(), array_of())


def test_to_dict(result):
    found = result.to_dict()
    assert list(found) == [*KWARGS, "nddata"]
    again = sio.NDResult(**found)
    assert_same(again, result)
    found["run_parameters"]["positions"].append(3)
    found["extra"]["weights"][:] = 9
    found["nmap"].clear()
    found["nddata"][:] = 0
    assert_same(again.rp.positions, [1, 2, 3])
    assert_same(result.to_dict()["run_parameters"], KWARGS["run_parameters"])
    assert_same(result.to_dict()["extra"], KWARGS["extra"])
    assert_same(result.nmap_, KWARGS["nmap"])
    xr.testing.assert_identical(result.to_xarray(), array_of())


def test_to_ndr(result, tmp_path):
    path = tmp_path / "r.ndr"
    result.to_ndr(path, {"subject": 1}, compresslevel=1)
    assert_same(sio.read_ndr(path, classes="light"), result)
    assert sio.read_metadata(path)["extra"] == {"subject": 1}


def test_astype(result):
    found = result.astype("f4")
    assert_same(found.to_xarray().values, VALUES.astype("f4"))
    assert_same(found.extra_.weights, np.arange(4, dtype="f4"))
    assert_same(found.time_range, np.array([0, 3], "f4"))
    assert_same(found.extra_.nested, {"a": [1, 2]})
    assert result.to_xarray().dtype == "f8"
    some = result.astype("f4", attributes=["extra"])
    assert (some.to_xarray().dtype, some.extra_.weights.dtype) == ("f8", "f4")


def test_dtypes(result):
    found = result.dtypes()
    assert found.index.name == "Attribute"
    assert list(found.index) == list(result.to_dict())
    assert list(found.columns) == ["Type", "DType", "Size"]
    assert set(found["Size"]) == {"?"}
    assert found.Type["nddata"] is xr.DataArray
    assert found.DType["nddata"] == np.dtype("f8")
    assert (found.Type["mname"], found.DType["mname"]) == (str, "-")
    assert found.DType["time_range"] == np.dtype("i8")
    sizes = result.dtypes(memory_usage=True)["Size"]
    assert all(size.split()[1] in ("Byte", "Bytes", "kB") for size in sizes)


def test_deep_dtypes(result):
    found = result.deep_dtypes()
    assert found["nddata"] == (xr.DataArray, np.dtype("f8"))
    assert found["mname"] == (str, None)
    assert found["extra"][0] is dict
    assert found["extra"][1]["weights"] == (np.ndarray, np.dtype("f8"))
    assert found["extra"][1]["nested"] == (dict, None)
    deeper = result.deep_dtypes(max_deep=3)["extra"][1]["nested"]
    assert deeper == (dict, {"a": (list, None)})
    assert result.deep_dtypes(max_deep=1)["extra"] == (dict, None)
    kind, dtype, memory = result.deep_dtypes(memory_usage=True)["nddata"]
    assert (kind, dtype) == (xr.DataArray, np.dtype("f8"))
    assert VALUES.nbytes < memory.size < VALUES.nbytes + 2000


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"output_mode": "nope"}, r"^Output mode 'nope' not found\.$"),
        ({"time_range": (3, 0)}, "^The time_range must be"),
        ({"time_range": (0, 1, 2)}, "^The time_range must be"),
        ({"time_range": (0, 9)}, r"Expected 9 times, got 3$"),
        ({"time_res": 0.5}, r"Expected 6 times, got 3$"),
        ({"position_range": (4, 0)}, "^The position_range must be"),
        ({"position_res": 0.25}, r"Expected 8 positions, got 4$"),
        ({"causes": "two"}, r"^causes must be, int, float or None, got <class 'str'>$"),
        ({"time_res": "x"}, "could not convert string to float"),
        ({"nddata": array_of().isel(modes=[2])}, r"^At least two modes are required\."),
    ],
    ids=lambda value: str(list(value)) if isinstance(value, dict) else "",
)
def test_contradictions(changed, message):
    with pytest.raises(ValueError, match=message):
        sio.NDResult(**{"nddata": array_of(), **KWARGS, **changed})


@pytest.mark.parametrize("missing", [*KWARGS, "nddata"])
def test_every_argument_is_needed(missing):
    kwargs = {"nddata": array_of(), **KWARGS}
    del kwargs[missing]
    with pytest.raises(TypeError, match=f"required keyword-only argument: '{missing}'"):
        sio.NDResult(**kwargs)


def test_ensured_dtype():
    found = sio.NDResult(nddata=array_of(), ensure_dtype="f4", **KWARGS)
    assert_same(found.to_xarray().values, VALUES.astype("f4"))
    assert_same(found.time_range, np.array([0, 3], "f4"))
    assert_same(found.extra_.weights, np.arange(4, dtype="f4"))


def modes_dict(coordinates):
    """Times by positions for each mode, for each coordinate."""
    return {
        mode: tuple(VALUES[index, ..., c] for c in range(coordinates))
        for index, mode in enumerate(MODES)
    }


@pytest.mark.parametrize("coordinates", [1, 2])
@pytest.mark.parametrize("dtype", [None, "f4"])
def test_from_modes_dict(coordinates, dtype):
    found = sio.NDResult.from_modes_dict(
        modes_dict=modes_dict(coordinates), ensure_dtype=dtype, **KWARGS
    )
    expected = xr.DataArray(
        VALUES[..., :coordinates].astype(dtype),
        dims=DIMS,
        coords=[MODES, range(3), range(4), [f"x{i}" for i in range(coordinates)]],
        name="values",
    )
    xr.testing.assert_identical(found.to_xarray(), expected)
    assert found.to_xarray().dtype == expected.dtype


def test_one_coordinate_needs_no_tuple():
    plain = {mode: arrays[0] for mode, arrays in modes_dict(1).items()}
    found, expected = (
        sio.NDResult.from_modes_dict(modes_dict=modes, **KWARGS)
        for modes in (plain, modes_dict(1))
    )
    assert_same(found, expected)


@pytest.mark.parametrize(
    ("modes", "message"),
    [
        ({"multi": np.zeros((3, 4))}, "^At least two modes are required"),
        ({"multi": np.zeros((3, 4)), "a": np.zeros((3, 5))}, "dimensions"),
        ({"a": np.zeros((3, 4)), "b": np.zeros((3, 4))}, "^Output mode 'multi' not"),
        ({"multi": np.zeros((2, 4)), "a": np.zeros((2, 4))}, "Expected 3 times, got 2"),
    ],
    ids=lambda value: str(list(value)) if isinstance(value, dict) else "",
)
def test_wrong_modes_dict(modes, message):
    with pytest.raises(ValueError, match=message):
        sio.NDResult.from_modes_dict(modes_dict=modes, **KWARGS)


def test_arguments_are_listed_once():
    """The signature, the attributes and what upstream gathers agree with the one list."""
    parameters = [*inspect.signature(sio.NDResult).parameters]
    assert sorted(parameters) == sorted([*ARGUMENTS, "nddata", "ensure_dtype"])
    attributes = {name.removeprefix("_") for name in vars(make_result())}
    assert attributes == {*ARGUMENTS, "array"}
    assert set(GATHERED.values()) < set(ARGUMENTS)
    for names in (MAPPINGS, LIMITS, STEPS):
        assert set(names) < set(ARGUMENTS)
    assert [*make_result().to_dict()] == [*ARGUMENTS, "nddata"]
