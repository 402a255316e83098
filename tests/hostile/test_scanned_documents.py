"""Metadata of scanned results, of which no result is made: each way to read them tells what is wrong with them."""

import pytest
import xarray as xr
from documents import WRONG

import skneuromsi_io as sio
from helpers import edited, make_collection, stored, without_index

ARCHIVE = without_index(stored(make_collection(4)))
ARGUMENTS = ("run_parameters", "extra", "nmap", "causes", "time_range", "position_res")


def opened_by_xarray(path):
    with xr.open_dataset(path, engine="skneuromsi") as dataset:
        return dataset.load()


def scanned(read):
    def of_path(path):
        with sio.scan_ndc(path, classes="light") as collection:
            return read(collection)

    return of_path


#: Ways to columns of all results.
WAYS = {
    "causes_": scanned(lambda collection: collection.causes_),
    "parameters": scanned(lambda collection: collection.run_parameters_values),
    "stacked": scanned(lambda collection: collection.to_xarray()),
    "notebook": scanned(lambda collection: collection._repr_html_()),
    "engine": opened_by_xarray,
}


def changes():
    """Give what is changed in a document of a result, and whether it is wrong for certain."""
    for key in ("object_type", "object_kwargs"):
        yield f"without {key}", lambda d, k=key: d.pop(k), True
        for value in WRONG:
            yield f"{key} = {value!r}", lambda d, k=key, v=value: d.update({k: v}), True
    for key in ARGUMENTS:
        yield f"without {key}", lambda d, k=key: d["object_kwargs"].pop(k), True
        for value in WRONG:
            yield (
                f"{key} = {value!r}",
                lambda d, k=key, v=value: d["object_kwargs"].update({k: v}),
                False,
            )


def outcome(read, path):
    """Return what is wrong with an archive; None if nothing is."""
    try:
        read(path)
    except sio.SkneuromsiIOError as error:
        return error
    return None


@pytest.mark.parametrize("which", [[2], [0, 1, 2, 3]], ids=["one", "all"])
@pytest.mark.parametrize("way", WAYS)
def test_wrong_metadata_are_told(way, which, tmp_path):
    path = tmp_path / "sweep.ndc"
    for what, change, is_wrong in changes():
        archive = ARCHIVE
        for index in which:
            archive = edited(archive, f"ndr_{index}/metadata.json", change)
        path.write_bytes(archive)
        error = outcome(WAYS[way], path)
        if is_wrong:
            assert error is not None, what
            assert error.member == f"ndr_{which[0]}/metadata.json", what
