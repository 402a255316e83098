"""A plain result, its members to be changed, and the result that they make."""

import json
from pathlib import Path

import numpy as np

import skneuromsi_io as sio
from helpers import make_array, make_result, members, stored, zipped

FORMAT = (Path(__file__).parents[2] / "FORMAT.md").read_text()


def a_result(extra=None, values=None):
    values = np.arange(24.0).reshape(2, 3, 4, 1) if values is None else values
    array = make_array(values.dtype, values.shape, modes=["multi", "visual"])
    return make_result(array.copy(data=values), extra=extra or {})


def members_of(result, **kwargs):
    return members(stored(result, **kwargs))


def opened(members):
    return sio.open_ndresult(zipped(members), classes="light")


def edited(members, name, **changes):
    document = json.loads(members[name])
    document.update(changes)
    return members | {name: json.dumps(document)}
