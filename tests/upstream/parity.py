"""Arguments of which the light classes and scikit-neuromsi's make results."""

import numpy as np
import xarray as xr

KWARGS = {
    "mname": "model",
    "mtype": "test",
    "output_mode": "multi",
    "nmap": {"a": "auditory"},
    "time_range": (0, 3),
    "position_range": (0, 4),
    "time_res": 1,
    "position_res": 1,
    "causes": None,
    "run_parameters": {"p": 1},
    "extra": {"vector": np.arange(3), "nested": {"x": [1, 2.5]}},
}
DIMS = ("modes", "times", "positions", "positions_coordinates")


def make_array(dtype="f8", modes=("visual", "auditory", "multi"), dims=DIMS, **coords):
    sizes = dict(zip(DIMS, (len(modes), 3, 4, 2), strict=True))
    shape = [sizes[dim] for dim in dims]
    numbers = np.random.default_rng(5).integers(0, 9, shape)
    values = numbers % 2 == 0 if dtype == "?" else numbers.astype(dtype)
    labels = {
        "modes": list(modes),
        "times": np.arange(3),
        "positions": np.arange(4),
        "positions_coordinates": ["x0", "x1"],
        **coords,
    }
    return xr.DataArray(values, dims=dims, coords=labels, name="values")


def with_nan():
    array = make_array()
    array[0, 1] = np.nan
    array[1] = np.nan
    return array
