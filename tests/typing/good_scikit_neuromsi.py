"""A program that uses scikit-neuromsi, which has no types, and may be missing where it is checked: clean."""

from typing import assert_type

import skneuromsi  # type: ignore  # pyright: ignore
from skneuromsi.sweep import ParameterSweep  # type: ignore  # pyright: ignore

import skneuromsi_io as sio


def store(
    result: skneuromsi.NDResult, collection: skneuromsi.NDResultCollection
) -> None:
    sio.to_ndr("one.ndr", result)
    sio.to_ndc("sweep.ndc", collection, metadata={"lab": "A"})


sio.patch()
sweep = ParameterSweep(skneuromsi.Model(), "soa")
sio.store_ndresults_collection("sweep.ndc", sweep.run())
with sio.patched():
    opened = sio.open_ndresults_collection("sweep.ndc")
assert_type(opened, sio.NDResultCollection)
assert_type(opened[0], sio.NDResult)
