"""The good archives that everything hostile is made of, and what they hold."""

import functools
import io
import json
import zipfile
from pathlib import Path

import numpy as np
import xarray as xr

import skneuromsi_io as sio

DATA = Path(__file__).parents[1] / "data"
DIMS = ("modes", "times", "positions", "positions_coordinates")
RESULT = "ndr_0/metadata.json"
VALUES = "ndr_0/nddata.nc"
LARGE = "ndr_0/extra_0.nc"


def a_result(number=0):
    """Return a small result with a type map and a large array."""
    nddata = xr.DataArray(
        np.linspace(number, 1, 24).reshape(2, 3, 4, 1),
        dims=DIMS,
        coords={
            "modes": ["multi", "visual"],
            "times": range(3),
            "positions": range(4),
            "positions_coordinates": ["x0"],
        },
        name="values",
    )
    return sio.NDResult(
        mname="model",
        mtype="test",
        output_mode="multi",
        nmap={"a": "visual"},
        nddata=nddata,
        time_range=(0, 3),
        position_range=(0, 4),
        time_res=1,
        position_res=1,
        causes=None,
        run_parameters={"p": number},
        extra={"pair": (1, 2), "large": np.arange(1001.0), "list": [1, 2.5, None]},
    )


@functools.cache
def contents(count=2):
    """Return the members of an archive of so many results; do not change them."""
    results = [a_result(number) for number in range(count)]
    collection = sio.NDResultCollection.from_ndresults("good", results)
    sink = io.BytesIO()
    sio.to_ndc(sink, collection, tqdm_cls=None, metadata={"note": "x"})
    with zipfile.ZipFile(sink) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def with_document(name, change, count=1):
    """Return members whose JSON document `name` was changed."""
    members = dict(contents(count))
    document = json.loads(members[name])
    changed = change(document)
    document = document if changed is None else changed
    members[name] = json.dumps(document).encode()
    return members


def digest(collection):
    """Return all that a collection holds, comparable."""
    return [
        (
            name,
            value.values.tobytes() + repr(value.coords).encode()
            if name == "nddata"
            else np.asarray(value["large"]).tobytes()
            + repr({k: v for k, v in value.items() if k != "large"}).encode()
            if name == "extra" and "large" in value
            else repr(value),
        )
        for result in collection
        for name, value in sorted(result.to_dict().items())
    ]
