"""Use an installed package as a user's first minutes do: store, open, verify, and compare to the last bit."""

import tempfile
from importlib.metadata import files
from pathlib import Path

import numpy as np
import xarray as xr

import skneuromsi_io as sio
from skneuromsi_io.cli import main as command_line


def _result(position: float) -> sio.NDResult:
    """Make a result of two modes, 20 times and 30 positions."""
    rng = np.random.default_rng(int(position))
    shape = {"modes": 2, "times": 20, "positions": 30, "positions_coordinates": 1}
    labels = {name: np.arange(size) for name, size in shape.items()}
    labels |= {
        "modes": np.array(["auditory", "visual"]),
        "positions_coordinates": np.array(["x0"]),
    }
    return sio.NDResult(
        mname="Try",
        mtype="test",
        output_mode="visual",
        nmap={},
        time_range=(0, 20),
        position_range=(0, 30),
        time_res=1,
        position_res=1,
        causes=1,
        run_parameters={"auditory_position": position},
        extra={"noise": rng.normal(size=2000), "pair": (1, 2.5)},
        nddata=xr.DataArray(
            rng.normal(size=tuple(shape.values())), coords=labels, dims=list(shape)
        ),
        ensure_dtype=None,
    )


def main() -> None:
    """Store and open; print what was tried."""
    results = [_result(position) for position in (1.0, 2.0, 3.0)]
    collection = sio.NDResultCollection.from_ndresults("tried", results)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "tried.ndc"
        sio.store_ndresults_collection(path, collection, tqdm_cls=None)
        assert sio.verify(path).ok
        assert command_line(["info", str(path)]) == 0
        opened = sio.open_ndresults_collection(path, tqdm_cls=None)
    for found, expected in zip(opened, results, strict=True):
        assert found.to_xarray().identical(expected.to_xarray())
        assert np.array_equal(found.e_["noise"], expected.e_["noise"])
        assert found.e_["pair"] == (1, 2.5)
    names = {path.name for path in files("skneuromsi-io") or ()}
    assert {"LICENSE", "THIRD-PARTY-LICENSES.txt", "py.typed"} <= names, names
    print(
        f"skneuromsi-io {sio.__version__}, numpy {np.__version__}, xarray {xr.__version__}: tried"
    )


if __name__ == "__main__":
    main()
