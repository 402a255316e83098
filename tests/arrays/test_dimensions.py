"""Arrays have the four dimensions, each as long as its coordinate, whoever reads and writes them."""

import io

import h5py
import numpy as np
import pytest
from scipy.io import netcdf_file

import skneuromsi_io as sio
from helpers import (
    DIMS,
    assert_same,
    edited,
    make_array,
    make_result,
    members,
    stored,
    zipped,
)

DATA = "ndr_0/nddata.nc"
LABELS = {
    "modes": np.array([b"multi", b"m1"]),
    "times": np.arange(3),
    "positions": np.arange(4),
    "positions_coordinates": np.array([b"x0"]),
    "other": np.arange(5),
}


def netcdf4(dims, labels, *, further=False):
    """Return HDF5 as h5py writes it; xarray has to read it if it has a further coordinate."""
    sink = io.BytesIO()
    with h5py.File(sink, "w") as file:
        for dim, values in labels.items():
            kind = h5py.string_dtype() if values.dtype.kind == "S" else None
            file.create_dataset(dim, data=values, dtype=kind).make_scale(dim)
        shape = [len(LABELS[dim]) for dim in dims]
        array = file.create_dataset("values", data=np.ones(shape))
        for axis, dim in enumerate(dims):
            array.dims[axis].attach_scale(file[dim])
        if further:
            array.attrs["coordinates"] = "run"
            file["run"] = 3
    return sink.getvalue()


def netcdf3(dims, labels):
    """Return NetCDF-3 as scipy writes it; lengths of labels are those of dimensions in it."""
    sink = io.BytesIO()
    with netcdf_file(sink, "w") as file:
        file.createDimension("width", 5)
        for dim, values in LABELS.items():
            file.createDimension(dim, len(values))
        for dim, values in labels.items():
            text = values.dtype.kind == "S"
            axes = (dim, "width") if text else (dim,)
            array = file.createVariable(dim, "c" if text else "i4", axes)
            array[:] = values.astype("S5").view("S1").reshape(-1, 5) if text else values
            if text:
                array._Encoding = "utf-8"
        shape = [len(LABELS[dim]) for dim in dims]
        file.createVariable("values", "f8", dims)[:] = np.ones(shape)
        file.flush()
        return sink.getvalue()


WRITERS = {
    "NetCDF-4": netcdf4,
    "NetCDF-4 for xarray": lambda *args: netcdf4(*args, further=True),
    "NetCDF-3": netcdf3,
}

#: Dimensions of an array, its labels, and what is told.
FOUND = "expected the dimensions ['modes', 'times', 'positions', 'positions_coordinates'], found "
DIMENSIONS = {
    "one missing": (("modes", "positions", "positions_coordinates"), (), True),
    "one missing with labels": (
        ("modes", "positions", "positions_coordinates"),
        DIMS,
        True,
    ),
    "one missing of each kind": (("times",), DIMS, True),
    "another": (("modes", "other", "positions", "positions_coordinates"), (), True),
    "another, labels of all": (
        *(("modes", "other", "positions", "positions_coordinates"), LABELS, True),
    ),
    "a fifth": ((*DIMS, "other"), LABELS, True),
    "a fifth without labels": ((*DIMS, "other"), DIMS, True),
    "a fifth of labels alone": (DIMS, LABELS, False),
    "twice the same": (("modes", "positions", "positions", *DIMS[2:]), DIMS, True),
    "the same instead": (("modes", "positions", *DIMS[2:]), DIMS, True),
}


def archive_of(netcdf, version):
    """Return an archive whose one result has these data."""
    result = make_result()
    content = members(stored(result, format_version=version))
    return zipped({**content, DATA: netcdf})


def assert_refused(archive, member, told, error=sio.BadNetCDFError):
    with pytest.raises(error) as raised:
        sio.open_ndresult(archive, classes="light")
    assert str(raised.value).startswith(f"<{len(archive)} bytes>: ")
    assert f'member "{member}": {told}' in str(raised.value)
    [problem] = sio.verify(archive).problems
    assert (problem.member, problem.message[: len(told)]) == (member, told)


@pytest.mark.filterwarnings("ignore:.*duplicate dim:UserWarning")
@pytest.mark.parametrize("version", [0.2, 0.1])
@pytest.mark.parametrize("case", DIMENSIONS)
@pytest.mark.parametrize("writer", WRITERS)
def test_other_dimensions(writer, case, version):
    dims, named, told = DIMENSIONS[case]
    labelled = {dim: LABELS[dim] for dim in named}
    if writer != "NetCDF-3":
        # Each dimension is an array there.
        labelled |= {dim: LABELS[dim] for dim in dims}
    netcdf = WRITERS[writer](dims, labelled)
    found = [*dims] if told else [*DIMS, "other"]
    assert_refused(archive_of(netcdf, version), DATA, FOUND + f"{found!r:.200}")


def test_netcdf3_that_is_not_served_is_no_matter_of_hdf5():
    netcdf = netcdf3(DIMS, {dim: LABELS[dim] for dim in DIMS})
    other = netcdf.replace(b"utf-8", b"utf-9")
    told = 'expected chars "modes" with _Encoding "utf-8" and no fill value'
    assert_refused(archive_of(other, 0.1), DATA, told, sio.UnsupportedError)


@pytest.mark.parametrize("writer", WRITERS)
def test_the_four_dimensions(writer):
    netcdf = WRITERS[writer](DIMS, {dim: LABELS[dim] for dim in DIMS})
    archive = archive_of(netcdf, 0.2)
    assert sio.verify(archive).ok
    found = sio.open_ndresult(archive, classes="light").to_xarray()
    assert found.dims == DIMS
    assert found.modes.values.tolist() == ["multi", "m1"]
    assert np.array_equal(found.values, np.ones((2, 3, 4, 1)))


@pytest.mark.parametrize("further", [False, True])
@pytest.mark.parametrize("length", [0, 1, 3, 5, 9])
def test_labels_of_another_number(length, further):
    """HDF5 keeps both lengths: h5netcdf would cut the array, or fill it with zeros."""
    labels = {dim: LABELS[dim] for dim in DIMS} | {"positions": np.arange(length)}
    netcdf = netcdf4(DIMS, labels, further=further)
    told = (
        "expected one length of the dimension 'positions', found "
        f"{length} in 'positions' and 4 in 'values'"
    )
    assert_refused(archive_of(netcdf, 0.2), DATA, told)


def test_a_further_coordinate_of_another_length():
    netcdf = io.BytesIO(netcdf4(DIMS, {dim: LABELS[dim] for dim in DIMS}))
    with h5py.File(netcdf, "r+") as file:
        file["label"] = np.arange(2)
        file["label"].dims[0].attach_scale(file["times"])
        file["values"].attrs["coordinates"] = "label"
    told = "expected one length of the dimension 'times', found 2 in 'label' and 3 in "
    assert_refused(archive_of(netcdf.getvalue(), 0.2), DATA, told)


def with_labels(**changed):
    """Return an archive whose metadata have labels of the array, some of them changed."""
    archive = stored(make_result(make_array().rename("a/b")))

    def change(document):
        labels = document["nddata"]
        labels["coords"].update(changed.pop("coords", {}))
        labels.update(changed)

    return edited(archive, "ndr_0/metadata.json", change)


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"dims": DIMS[:3]}, FOUND + f"{[*DIMS[:3]]}"),
        ({"dims": [*DIMS[:3], "a"]}, FOUND + f"{[*DIMS[:3], 'a']}"),
        ({"dims": [*DIMS, "a"]}, FOUND + f"{[*DIMS, 'a']!r:.200}"),
        ({"dims": ["modes", *DIMS[:3]]}, FOUND + f"{['modes', *DIMS[:3]]}"),
        (
            {"coords": {"run": {"dims": ["a"], "data": [1], "attrs": {}}}},
            FOUND + f"{[*DIMS, 'a']!r:.200}",
        ),
        (
            {"coords": {"times": {"dims": ["times"], "data": [1, 2], "attrs": {}}}},
            "expected one length of the dimension 'times', found 3 in 'nddata' and 2 in ",
        ),
        (
            {"dims": ["times", "modes", *DIMS[2:]]},
            "expected one length of the dimension 'modes', found 3 in 'nddata' and 2 in ",
        ),
    ],
    ids=str,
)
def test_labels_beside_the_data(changed, told):
    for name, coord in changed.get("coords", {}).items():
        types = {f"/nddata/coords/{name}/data": ["array", "<i8", [len(coord["data"])]]}
    archive = with_labels(**changed)
    if "coords" in changed:
        archive = edited(
            archive, "ndr_0/metadata.json", lambda d: d["types"].update(types)
        )
    assert_refused(archive, "ndr_0/metadata.json", told, sio.BadMetadataError)


def test_data_under_labels_have_the_dimensions_too():
    netcdf = netcdf4((*DIMS[:3], "other"), LABELS)
    archive = zipped({**members(with_labels()), DATA: netcdf})
    assert_refused(archive, DATA, FOUND)


@pytest.mark.parametrize(
    "array",
    [
        make_array().rename(positions_coordinates="other"),
        make_array().expand_dims("other"),
        make_array().expand_dims("other").assign_coords(run=3),
        make_array().isel(positions_coordinates=0),
        make_array().isel(positions_coordinates=0).rename("a/b"),
    ],
    ids=lambda array: str((*array.dims, array.name)),
)
@pytest.mark.parametrize("version", [0.2, 0.1])
def test_what_could_not_be_opened_is_not_stored(array, version):
    result = make_result()
    result._nddata = array
    with pytest.raises(sio.UnstorableError, match="nddata: expected the dimensions"):
        stored(result, format_version=version)


def test_memory_keeps_what_files_cannot():
    array = make_array().rename(positions_coordinates="other")
    result = make_result(array)
    collection = sio.NDResultCollection.from_ndresults("name", [result, result])
    assert_same(collection[1].to_xarray(), array)


def test_an_array_at_odds_with_its_labels_is_not_stored():
    """As h5netcdf gives it of a file whose labels are fewer; other versions of it do not open such a file."""
    odd = make_array()
    odd._coords["positions"] = odd.positions.variable[:3]
    assert odd.shape != tuple(len(odd[dim]) for dim in odd.dims)
    result = make_result(make_array())
    result._nddata = odd
    with pytest.raises(sio.UnstorableError, match="one length of the dimension"):
        stored(result)
