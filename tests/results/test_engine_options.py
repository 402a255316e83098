"""Options of xarray's for trees, as `open_datatree` and `open_groups` hand them to the engine."""

import pytest
import xarray as xr
from sweeps import collection_of

import skneuromsi_io as sio
from skneuromsi_io._engine import SkneuromsiEntrypoint


@pytest.mark.parametrize("function", ["open_datatree", "open_groups"])
def test_decoding_and_dropping(tmp_path, function):
    sio.to_ndc(tmp_path / "sweep.ndc", collection_of(), tqdm_cls=None)
    found = getattr(xr, function)(
        tmp_path / "sweep.ndc",
        engine=SkneuromsiEntrypoint,
        decode_times=False,
        mask_and_scale=False,
        drop_variables="values",
    )
    node = found["/kind_0"]
    assert "values" not in node
    assert node["run"].size == node["mname"].size > 1
    (found if function == "open_datatree" else node).close()
