"""Format 0.1 as we write it, against the files that stock scikit-neuromsi writes of the same results."""

import datetime as dt
import io
import json
import os
import pickle
import subprocess
import zipfile

import numpy as np
import pytest
import skneuromsi
import written
from models import MODELS, zhu_with_nan
from same import assert_same, assert_same_result
from test_exchanged_files import make_array, result_of
from written import META, parts_of

import skneuromsi_io as sio

pytestmark = pytest.mark.slow

#: Keys in which the two packages differ: when, by what and where the file was written.
WHEN_AND_WHERE = {"utc_timestamp", "Python", "platform"}
RESULTS = {
    **{name: lambda make=make: make().run() for name, make in MODELS.items()},
    "nan": zhu_with_nan,
    **{
        f"data {dtype}": lambda dtype=dtype: result_of(make_array(dtype))
        for dtype in ("f8", "f4", "i8", "i4", "i2", "i1", "u4", "u2", "u1", "?", ">f8")
    },
    **{
        f"labels {number}": lambda labels=labels: result_of(make_array("f8", **labels))
        for number, labels in enumerate(
            (
                {"times": np.array([0.5, 1, 2], "f4")},
                {"times": np.array(["2020-01-01", "2021", "2022"], "M8[ns]")},
                {"positions": np.arange(4, dtype="u2")},
                {"positions_coordinates": ["ñ" * 9]},
                {"run": 3},
                {"label": ("modes", [1.5, 2.5])},
            )
        )
    },
    "attributes": lambda: result_of(attributed()),
    "transposed": lambda: result_of(make_array("i2").T),
    "json": lambda: result_of(
        make_array("f8"),
        array=np.arange(6, dtype="f4").reshape(2, 3) / 7,
        deep={"er": [{"array": np.ones((1, 2, 1), "u1")}]},
        empty=[[], {}, (), np.zeros(0), np.zeros((2, 0)), np.zeros((0, 2))],
        numbers=[1 << 70, -0.0, 1e16, 1e-5, 1e22, float("nan"), float("-inf"), 5e-324],
        scalars=[np.float32(0.1), np.int8(-3), np.bool_(True), np.float64(2), np.array(5)],
        half=np.array([0.1, 65504], "f2"),
        arrays=[np.array([True, False]), np.array(["a", "ñ"]), np.array([1, "x"], object)],
        dates=[dt.datetime(2020, 1, 2, 3), np.array(["2020-01-01"], "M8[s]")],
        sequences=(1, (2, [3]), {4}, frozenset({5})),
        keys={2: "a", 2.5: "b", True: "c", None: "d", np.float64(0.5): "e"},
        text='"\\\n\x7f\u2028😀\ud800',
    ),
    "large": lambda: result_of(
        make_array("f8"),
        random=np.random.default_rng(1).normal(size=(70_001, 3)),
        small="between",
        nested=[{"whole": np.arange(-200_000, 200_000).reshape(2, 1, 200_000)}],
    ),
}  # fmt: skip


def attributed():
    array = make_array("f4")
    array.attrs = {"units": "Hz", "n": 3, "list": np.array([1.5, 2]), "empty": ""}
    array.coords["times"].attrs = {"long_name": "tíme", "big": np.int64(7)}
    return array


@pytest.fixture(scope="session")
def results():
    return {name: make() for name, make in RESULTS.items()}


@pytest.fixture(scope="session")
def stock():
    """Run scikit-neuromsi as it was installed in the days of NetCDF-3."""
    executable = os.environ.get("NETCDF3_PYTHON")
    assert executable, "NETCDF3_PYTHON names no interpreter; `make test` sets it"

    def run(what, folder):
        done = subprocess.run(
            [executable, "-I", written.__file__, what, str(folder)],
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout.splitlines()

    return run


@pytest.fixture(scope="session")
def folder(results, stock, tmp_path_factory):
    """Files of all results: `.theirs`, written by the stock installation, and `.ours`."""
    place = tmp_path_factory.mktemp("files")
    for name, result in results.items():
        (place / f"{name}.pickle").write_bytes(pickle.dumps(parts_of(result)))
        path = place / f"{name}.ours"
        sio.to_ndr(path, result, metadata=META, format_version=0.1)
    assert stock("store", place) == sorted(results)
    return place


@pytest.fixture(params=RESULTS)
def name(request):
    return request.param


@pytest.fixture
def both(folder, name):
    """Members of our file and of theirs."""
    archives = [zipfile.ZipFile(folder / f"{name}.{of}") for of in ("ours", "theirs")]
    ours, theirs = ({n: a.read(n) for n in a.namelist()} for a in archives)
    return ours, theirs


def test_members_have_the_same_names_in_the_same_order(both):
    ours, theirs = both
    assert list(ours) == list(theirs)


def test_the_data_are_the_same_bytes(both):
    ours, theirs = (members["ndr_0/nddata.nc"] for members in both)
    assert theirs.startswith(b"CDF\x02")
    assert ours == theirs


def test_the_metadata_are_the_same_bytes(both):
    ours, theirs = (members["ndr_0/metadata.json"] for members in both)
    assert ours == theirs


def test_the_collections_metadata_are_the_same_text(both):
    """Line by line, but for the lines that say when and where."""
    ours, theirs = (members["metadata.json"].decode().splitlines() for members in both)
    for mine, upstream in zip(ours, theirs, strict=True):
        key = mine.split('"')[1] if '": ' in mine else ""
        if key in WHEN_AND_WHERE:
            assert upstream.startswith(f'  "{key}": ')
        else:
            assert mine == upstream
    assert json.loads("\n".join(ours))["format_version"] == 0.1


def test_a_stock_installation_without_h5netcdf_opens_both_alike(stock, folder, results):
    assert stock("open", folder) == sorted(results)


def test_a_stock_installation_of_today_opens_both_alike(folder, results, capsys):
    written.open_both(folder)
    assert capsys.readouterr().out.splitlines() == sorted(results)


def test_we_open_both_alike(folder, name):
    ours, theirs = (sio.read_ndr(folder / f"{name}.{of}") for of in ("ours", "theirs"))
    assert_same_result(ours, theirs)


def test_what_has_no_place_in_netcdf_3_is_netcdf_4():
    """As upstream does where h5netcdf is installed."""
    for array in (
        make_array("f8", times=np.array([0, 1, 2**40])),
        make_array("f2"),
        make_array("i8") + 2**40,
        make_array("f8", times=np.array(["2020-01-01T00:00:00.1", "2021", "2022"], "M8[ns]")),
    ):  # fmt: skip
        result = result_of(array)
        stream = io.BytesIO()
        sio.to_ndr(stream, result, format_version=0.1)
        with zipfile.ZipFile(stream) as archive:
            assert archive.read("ndr_0/nddata.nc").startswith(b"\x89HDF")
        for opened in (skneuromsi.read_ndr(stream), sio.read_ndr(stream)):
            np.testing.assert_array_equal(opened.to_xarray(), array, strict=True)
            assert opened.to_xarray().equals(array)


@pytest.mark.parametrize(
    "value",
    [
        1j,
        np.complex64(1),
        np.array([1j]),
        b"bytes",
        dt.date(2020, 1, 2),
        object(),
        {(1, 2): 3},
        {np.int64(1): 2},
        make_array("f8"),
        make_array("f8").to_series(),
    ],
    ids=lambda value: type(value).__name__,
)
def test_what_upstream_cannot_store_is_refused(value):
    result = result_of(make_array("f8"), deep=[{"key": value}])
    with pytest.raises(TypeError):
        skneuromsi.to_ndr(io.BytesIO(), result)
    where = r"result 0: extra\['deep'\]\[0\]\['key'\]"
    with pytest.raises(sio.SkneuromsiIOError, match=where) as caught:
        sio.to_ndr(io.BytesIO(), result, format_version=0.1)
    assert isinstance(caught.value, TypeError)


def test_collections_of_every_kind(theirs, ours, tmp_path):
    """Upstream's and ours, in memory or from a file of either format, give one text."""
    sio.to_ndc(tmp_path / "0.2", theirs, tqdm_cls=None)
    skneuromsi.to_ndc(tmp_path / "0.1", theirs, tqdm_cls=None)
    files = [sio.read_ndc(tmp_path / name, tqdm_cls=None) for name in ("0.2", "0.1")]
    expected = zipfile.ZipFile(tmp_path / "0.1")
    for collection in (theirs, ours, sio.as_light(theirs), *files):
        path = tmp_path / "ours"
        sio.to_ndc(path, collection, tqdm_cls=None, format_version=0.1)
        with zipfile.ZipFile(path) as found:
            assert found.namelist() == expected.namelist()
            for member in found.namelist():
                if member.endswith("/metadata.json"):
                    assert found.read(member) == expected.read(member)
        again = skneuromsi.read_ndc(path, tqdm_cls=None)
        assert_same(again.disparity_matrix(), theirs.disparity_matrix())
