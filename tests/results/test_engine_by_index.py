"""xarray's engine on a file whose index tells the types of all numbers in `extra`."""

import pickle
import zipfile

import numpy as np
import pytest
import xarray as xr
from sweeps import array_of

import skneuromsi_io as sio
from helpers import edited, make_result
from skneuromsi_io._engine import SkneuromsiEntrypoint

LARGE = np.random.default_rng(5).normal(size=(40, 50))


def opened(path):
    return xr.open_dataset(path, engine=SkneuromsiEntrypoint)


def typed():
    """Numbers in `extra` have NumPy's types, as models give them."""
    results = []
    for n in range(4):
        extra = {
            "number": np.float64(n) / 3,
            "small": np.array([[n, -0.0], [1, 2]], "f4"),
            "counts": np.int16(n),
            "flag": True,
            "large": LARGE + n,
            "odd": np.float32(n) if n else np.float64(n),
        }
        soa = {"soa": n * 10}
        results.append(make_result(array_of(n), run_parameters=soa, extra=extra))
    return sio.NDResultCollection.from_ndresults("typed", results)


@pytest.fixture
def typed_path(tmp_path):
    path = tmp_path / "typed.ndc"
    sio.to_ndc(path, typed(), tqdm_cls=None)
    return path


def test_an_index_is_all_that_is_read_when_a_file_is_opened(typed_path):
    with zipfile.ZipFile(typed_path) as file:
        places = [i.header_offset for i in file.infolist() if "ndr_" in i.filename]
    content = bytearray(typed_path.read_bytes())
    for place in places:
        content[place + 60] ^= 0xFF
    typed_path.write_bytes(content)
    with opened(typed_path) as found:
        assert found["soa"].values.tolist() == [0, 10, 20, 30]
        assert (found["number"].dtype, found["small"].dtype) == ("f8", "f4")
        assert found["small"].shape == (4, 2, 2)
        assert "odd" not in found
        for name in ("number", "small", "counts", "large", "values"):
            with pytest.raises(sio.SkneuromsiIOError, match="ndr_"):
                found[name].load()


def test_numbers_of_extra_are_read_when_they_are_indexed(typed_path):
    expected = typed().to_xarray()
    with opened(typed_path) as found, opened(typed_path) as other:
        for name in ("number", "small", "counts"):
            assert not found[name].variable._in_memory
            for chosen in ([2, 0, 2], slice(1, 3), []):
                part = found[name].isel(run=chosen)
                xr.testing.assert_identical(
                    part.load(), expected[name].isel(run=chosen)
                )
                assert part.dtype == expected[name].dtype
        one = found["small"][:, 1, 0].values
        np.testing.assert_array_equal(one, expected["small"][:, 1, 0])
        xr.testing.assert_identical(pickle.loads(pickle.dumps(other)).load(), expected)


@pytest.mark.parametrize("name", ["values", "large", "number"])
def test_a_result_that_differs_from_the_index_is_told_when_it_is_read(typed_path, name):
    def change(document):
        document["object_kwargs"]["run_parameters"]["soa"] = 77

    content = edited(typed_path.read_bytes(), "ndr_3/metadata.json", change)
    typed_path.write_bytes(content)
    with opened(typed_path) as found:
        found[name][:3].load()
        with pytest.raises(sio.BadMetadataError, match=r"index\.json.*ndr_3"):
            found[name][3:].load()
