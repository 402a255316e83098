"""Stores results with stock scikit-neuromsi and opens files with it: ``python written.py store|open FOLDER``.

It runs in an installation without this package, and without pytest.
"""

import pickle
import sys
import warnings
from pathlib import Path

import skneuromsi
import xarray as xr
from skneuromsi.testing import assert_ndresult_collection_allclose


def parts_of(result):
    """Return a result as what every version of xarray unpickles."""
    kwargs = result.to_dict()
    array = kwargs.pop("nddata")
    coords = {
        name: (coord.dims, coord.values, dict(coord.attrs))
        for name, coord in array.coords.items()
    }
    labels = {
        "dims": array.dims,
        "coords": coords,
        "attrs": dict(array.attrs),
        "name": array.name,
    }
    return kwargs, array.values, labels


def store(folder):
    for path in sorted(folder.glob("*.pickle")):
        kwargs, values, labels = pickle.loads(path.read_bytes())
        result = skneuromsi.NDResult(nddata=xr.DataArray(values, **labels), **kwargs)
        skneuromsi.store_ndresult(path.with_suffix(".theirs"), result, metadata=META)
        print(path.stem)


def open_both(folder):
    for path in sorted(folder.glob("*.theirs")):
        theirs, ours = (
            skneuromsi.read_ndc(file, tqdm_cls=None)
            for file in (path, path.with_suffix(".ours"))
        )
        if path.stem not in ("json", "nan"):
            # Upstream finds ragged lists, and NaN in lists, unequal to themselves.
            assert_ndresult_collection_allclose(theirs, ours)
        for left, right in zip(theirs, ours, strict=True):
            xr.testing.assert_identical(left.to_xarray(), right.to_xarray())
            assert left.to_xarray().dtype == right.to_xarray().dtype
            assert repr(left.extra_.to_dict()) == repr(right.extra_.to_dict())
        print(path.stem)


#: The user's metadata of every file.
META = {"subject": "S01", "ages": (31, 2.5)}

if __name__ == "__main__":
    warnings.simplefilter("error", UserWarning)
    {"store": store, "open": open_both}[sys.argv[1]](Path(sys.argv[2]))
