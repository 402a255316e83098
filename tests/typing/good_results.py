"""A script that opens, looks at and stores results: clean."""

from pathlib import Path
from typing import Any, assert_type

import numpy as np
import numpy.typing as npt
import pandas as pd
import xarray as xr

import skneuromsi_io as sio


def mean_of(result: sio.NDResult) -> float:
    modes = result.get_modes(include="multi")
    assert_type(modes, pd.DataFrame)
    return float(modes.to_numpy().mean())


def names_of(collection: sio.NDResultCollection) -> list[str]:
    return [result.mname for result in collection]


collection = sio.open_ndresults_collection("sweep.ndc")
assert_type(collection, sio.NDResultCollection)
assert_type(collection[0], sio.NDResult)
assert_type(collection[np.int64(1)], sio.NDResult)
assert_type(collection[1:], npt.NDArray[np.object_])
assert_type(collection.name, str)
assert_type(collection.disparity_matrix(), pd.DataFrame)
assert_type(collection.to_xarray(), xr.Dataset)
assert_type(collection.select([0, 1]), sio.NDResultCollection)
means = [mean_of(result) for result in collection]
names = names_of(collection)

single = sio.open_ndresult(Path("one.ndr"), classes="light")
assert_type(single, sio.NDResult)
assert_type(single.to_xarray(), xr.DataArray)
assert_type(single.causes_, int | float | None)
assert_type(single.astype(np.float32), sio.NDResult)
soa = single.run_parameters.soa

# The accessors are there where scikit-neuromsi is installed.
single.plot.line_positions()
collection.bias.bias(0)

sio.to_ndc("copy.ndc", collection, metadata={"lab": "A"}, compresslevel=1)
sio.to_ndr("copy.ndr", single, tqdm_cls=None)
single.to_ndr("again.ndr", {"lab": "A"}, format_version=0.1)
collection.to_ndc("again.ndc", quiet=True, allowZip64=False)
both = sio.NDResultCollection.from_ndresults("both", [single, *collection])
sio.store_ndresults_collection("both.ndc", both, tqdm_cls=False)

with sio.scan_ndc("sweep.ndc", limits={"members": 10_000_000}) as lazy:
    assert_type(lazy, sio.NDResultCollection)
with sio.NDCWriter("new.ndc", name="new", resume=True) as writer:
    writer.append(single)
assert_type(sio.merge([Path("a.ndc"), "b.ndc"], "out.ndc"), int)
assert_type(sio.read_metadata("out.ndc"), dict[str, Any])
assert_type(sio.verify("out.ndc").ok, bool)
assert_type(sio.repair("out.ndc", "saved.ndc").kept, tuple[int, ...])
assert_type(sio.as_light(single), sio.NDResult)
assert_type(sio.as_light(collection), sio.NDResultCollection)
assert_type(sio.as_upstream(single), sio.NDResult)
assert_type(sio.as_upstream(collection), sio.NDResultCollection)

made = sio.NDResult.from_modes_dict(
    modes_dict={"a": np.zeros((1, 3)), "b": np.zeros((1, 3))},
    mname="model",
    mtype="test",
    output_mode="a",
    nmap={"a": "a"},
    time_range=(0, 1),
    position_range=np.asarray([0, 3]),
    time_res=1,
    position_res=1,
    causes=None,
    run_parameters={"soa": 50},
    extra={},
)
assert_type(made, sio.NDResult)
