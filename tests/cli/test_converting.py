"""`convert`."""

import csv
import errno
import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import xarray as xr

import skneuromsi_io as sio
from helpers import (
    UPSTREAM_FILES,
    assert_same,
    make_array,
    make_collection,
    make_result,
)

KORDING = next(path for path in UPSTREAM_FILES if path.stem == "kording-netcdf4")


def read(path):
    return sio.read_ndc(path, classes="light", tqdm_cls=None)


#: An xarray that writes Zarr with zarr 3, as the extra `zarr` asks for.
HAS_ZARR = tuple(map(int, xr.__version__.split(".")[:2])) >= (2024, 11)
needs_zarr = pytest.mark.skipif(not HAS_ZARR, reason="this xarray has no zarr 3")
SUFFIXES = [".nc", pytest.param(".zarr", marks=needs_zarr)]


def saved(path, *results):
    collection = sio.NDResultCollection.from_ndresults("some", results)
    sio.to_ndc(path, collection, tqdm_cls=None)
    return path


@pytest.mark.parametrize("source", ["sweep", "kording"])
def test_the_current_format_loses_nothing(command, sweep, tmp_path, source):
    file = sweep if source == "sweep" else KORDING
    out = tmp_path / "out.ndc"
    done = command("convert", file, out)
    assert done == (0, f"{out}: {len(read(file))} results as ndc\n", "")
    assert_same(read(out), read(file))
    found, before = sio.read_metadata(out), sio.read_metadata(file)
    assert found["extra"] == before["extra"]
    assert found["format_version"] == 0.2


def test_format_0_1(command, sweep, tmp_path):
    out = tmp_path / "out.ndc"
    done = command("convert", "--json", sweep, out, "--to", "ndc-0.1")
    assert done.objects == [{"out": str(out), "format": "ndc-0.1", "results": 3}]
    found = sio.read_metadata(out)
    assert (found["format_version"], found["extra"]) == (0.1, {"subject": "S01"})
    for one, other in zip(read(out), read(sweep), strict=True):
        assert_same(one.to_xarray().values, other.to_xarray().values)


def test_format_0_1_refuses_what_it_cannot_hold(command, tmp_path):
    file = saved(tmp_path / "in.ndc", make_result(extra={"z": 1j}))
    done = command("convert", file, tmp_path / "out.ndc", "--to", "ndc-0.1")
    assert done.status == 1
    assert "extra['z']" in done.err
    assert not (tmp_path / "out.ndc").exists()


def opened(path):
    if path.suffix == ".nc":
        return xr.load_dataset(path, engine="h5netcdf")
    with xr.open_zarr(path) as dataset:
        return dataset.load()


@pytest.mark.parametrize("suffix", SUFFIXES)
@pytest.mark.parametrize(
    "path", [path for path in UPSTREAM_FILES if path.stem.endswith("netcdf4")]
)
def test_the_dataset_of_all_results(command, tmp_path, path, suffix):
    out = tmp_path / f"out{suffix}"
    done = command("convert", path, out)
    assert (done.status, done.err) == (0, "")
    found, expected = opened(out), read(path).to_xarray()
    assert {*found.variables} == {*expected.variables}
    for name, variable in expected.variables.items():
        assert found[name].dims == variable.dims
        if variable.dtype.hasobject:
            # Values that are neither numbers nor text become text.
            assert found[name].values.tolist() == [*map(str, variable.values)]
        else:
            assert found[name].dtype.kind in (variable.dtype.kind, "O", "T")
            np.testing.assert_array_equal(found[name].values, variable.values)
    metadata = sio.read_metadata(path)["extra"]
    assert json.loads(found.attrs.pop("metadata")) == metadata
    assert found.attrs == expected.attrs


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_results_of_different_shapes_are_refused(command, tmp_path, suffix):
    arrays = [make_array(shape=(2, times, 4, 1)) for times in (3, 5)]
    file = saved(tmp_path / "in.ndc", *map(make_result, arrays))
    done = command("convert", file, tmp_path / f"out{suffix}")
    assert done.status == 1
    assert "expected results of one shape" in done.err
    assert [*tmp_path.iterdir()] == [file]


def test_float16_is_float32_in_netcdf(command, tmp_path):
    array = make_array()
    array = array.copy(data=np.arange(array.size).reshape(array.shape)).astype("f2")
    file = saved(tmp_path / "in.ndc", make_result(array), make_result(array))
    assert command("convert", file, tmp_path / "out.nc").status == 0
    found = opened(tmp_path / "out.nc")["values"]
    assert found.dtype == "float32"
    np.testing.assert_array_equal(found[0], array)


def test_what_netcdf_cannot_hold(command, tmp_path):
    results = [make_result(run_parameters={"a/b": n}) for n in range(2)]
    file = saved(tmp_path / "in.ndc", *results)
    done = command("convert", file, tmp_path / "out.nc")
    assert done.status == 1
    assert "out.nc: NetCDF cannot hold it: " in done.err
    assert "a/b" in done.err
    assert [*tmp_path.iterdir()] == [file]


def test_the_table_of_parameters(command, tmp_path):
    parameters = (
        {"x": float("nan"), "why": 'a "b", c', "gain": None},
        {
            "x": np.datetime64("2024-01-01T10:00", "ns"),
            "why": "line\nbreak",
            "gain": np.float32(0.1),
        },
    )
    results = [make_result(run_parameters=one, causes=2) for one in parameters]
    file = saved(tmp_path / "in.ndc", *results)
    assert command("convert", file, tmp_path / "out.csv").status == 0
    with (tmp_path / "out.csv").open(newline="", encoding="utf-8") as text:
        rows = [*csv.reader(text)]
    assert rows == [
        ["result", "model", "type", "x", "why", "gain", "causes"],
        ["0", "model", "test", "nan", 'a "b", c', "", "2"],
        [
            *("1", "model", "test", "2024-01-01T10:00:00.000000000"),
            *("line\nbreak", "0.1", "2"),
        ],
    ]


def test_an_extension_that_says_nothing(command, sweep, tmp_path):
    done = command("convert", sweep, tmp_path / "out.xyz")
    assert done.status == 2
    assert "say with --to what to write" in done.err
    done = command("convert", sweep, tmp_path / "out.xyz", "--to", "csv")
    assert done.status == 0
    assert (tmp_path / "out.xyz").read_text().startswith("result,model,")
    assert command("convert", sweep, tmp_path / "out.csv", "--to", "x").status == 2


@pytest.mark.parametrize("suffix", [".ndc", ".csv", *SUFFIXES])
def test_nothing_is_replaced_unasked(command, sweep, tmp_path, suffix):
    out = tmp_path / f"out{suffix}"
    out.write_text("dear")
    done = command("convert", sweep, out)
    assert (done.status, out.read_text()) == (1, "dear")
    assert "pass --overwrite" in done.err
    for _ in range(2):
        assert command("convert", sweep, out, "--overwrite").status == 0
    assert {one.name for one in tmp_path.iterdir()} == {"sweep.ndc", out.name}


@pytest.mark.parametrize("verb", ["convert", "repair"])
def test_standard_output_is_named_as_a_path(
    command, sweep, tmp_path, verb, monkeypatch
):
    monkeypatch.chdir(tmp_path)
    done = command(verb, sweep, "-")
    assert done.status == 2
    assert "/dev/stdout" in done.err
    assert not (tmp_path / "-").exists()


def test_a_full_disk_names_the_output(command, sweep, tmp_path, monkeypatch):
    def full(path, content):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(Path, "write_bytes", full)
    out = tmp_path / "table.csv"
    done = command("convert", sweep, out)
    assert (done.status, out.exists()) == (1, False)
    assert done.err == f"Error: {out}: No space left on device\n"


#: A command line whose output is /dev/stdout, by verb; the file comes behind the verb.
TO_STDOUT = {
    "convert": ("convert", "/dev/stdout", "--to", "csv"),
    "merge": ("merge", "--out", "/dev/stdout"),
    "repair": ("repair", "/dev/stdout"),
    "plot": ("plot", "--out", "/dev/stdout"),
}


@pytest.mark.skipif(os.name == "nt", reason="no descriptors with names")
@pytest.mark.parametrize("verb", TO_STDOUT)
@pytest.mark.parametrize("into", ["a file", "a pipe"])
def test_standard_output_gets_the_output_alone(sweep, tmp_path, verb, into):
    if verb == "plot":
        pytest.importorskip("matplotlib")
    name, *rest = TO_STDOUT[verb]
    line = [sys.executable, "-m", "skneuromsi_io", name, str(sweep), *rest]
    out = tmp_path / "out"
    with out.open("wb") as file:
        done = subprocess.run(
            line,
            stdout=file if into == "a file" else subprocess.PIPE,
            stderr=subprocess.PIPE,
            env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
            check=True,
        )
    content = out.read_bytes() if into == "a file" else done.stdout
    assert b"/dev/stdout" in done.stderr
    if verb == "convert":
        assert content.startswith(b"result,model,")
        assert len(content.splitlines()) == 4
    elif verb == "plot":
        assert content.startswith(b"\x89PNG")
        assert content.endswith(b"IEND\xaeB`\x82")
    else:
        assert sio.verify(content).ok


@pytest.mark.skipif(os.name == "nt", reason="no descriptors with names")
@pytest.mark.parametrize("verb", TO_STDOUT)
def test_content_of_standard_output_is_kept(sweep, tmp_path, verb):
    """The shell opens it so for `>>`, which /dev/stdout does not know."""
    if verb == "plot":
        pytest.importorskip("matplotlib")
    name, *rest = TO_STDOUT[verb]
    line = [sys.executable, "-m", "skneuromsi_io", name, str(sweep), *rest]
    out = tmp_path / "out"
    out.write_bytes(b"dear")

    def run(*options):
        with out.open("ab") as file:
            return subprocess.run(
                [*line, *options],
                stdout=file,
                stderr=subprocess.PIPE,
                env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
                check=False,
            )

    refused = run()
    assert (refused.returncode, out.read_bytes()) == (1, b"dear")
    assert b"append through a pipe" in refused.stderr
    assert run("--overwrite").returncode == 0
    assert not out.read_bytes().startswith(b"dear")


@pytest.mark.skipif(os.name == "nt", reason="no descriptors with names")
@pytest.mark.parametrize("kind", ["netcdf", "zarr"])
def test_a_descriptor_is_refused_before_results_are_read(
    command, damaged, tmp_path, kind
):
    if kind == "zarr":
        pytest.importorskip("zarr")
    with (tmp_path / "out").open("wb") as file:
        done = command(*("convert", damaged, f"/dev/fd/{file.fileno()}", "--to", kind))
    assert "write to a path, and copy it from there" in done.err


@pytest.mark.skipif(os.name == "nt", reason="no descriptors with names")
@pytest.mark.parametrize("kind", ["netcdf", "zarr"])
def test_what_takes_a_path_is_not_written_to_a_descriptor(
    command, sweep, tmp_path, kind
):
    if kind == "zarr":
        pytest.importorskip("zarr")
    out = tmp_path / "out"
    with out.open("wb") as file:
        done = command(
            *("convert", sweep, f"/dev/fd/{file.fileno()}", "--to", kind, "--overwrite")
        )
    assert done.status == 1
    assert "write to a path, and copy it from there" in done.err
    assert out.read_bytes() == b""


@pytest.mark.parametrize("suffix", [".ndc", ".csv", *SUFFIXES])
def test_a_folder_that_is_not_there(command, sweep, tmp_path, suffix):
    done = command("convert", sweep, tmp_path / "no" / f"out{suffix}")
    assert done.status == 1
    assert f"There is no folder {str(tmp_path / 'no')!r}" in done.err


def test_a_folder_that_is_not_a_zarr_store_stays(command, sweep, tmp_path):
    out = tmp_path / "home.zarr"
    out.mkdir()
    (out / "thesis.tex").write_text("dear")
    done = command("convert", sweep, out, "--overwrite")
    assert done.status == 1
    assert "expected a Zarr store, found another folder" in done.err
    assert (out / "thesis.tex").read_text() == "dear"


@needs_zarr
def test_a_failure_keeps_the_old_store(command, sweep, tmp_path, monkeypatch):
    out = tmp_path / "out.zarr"
    assert command("convert", sweep, out).status == 0

    def fail(*args, **kwargs):
        raise OSError(28, "No space left on device", "chunk")

    monkeypatch.setattr(xr.Dataset, "to_zarr", fail)
    done = command("convert", sweep, out, "--overwrite")
    assert done == (1, "", "Error: chunk: No space left on device\n")
    assert opened(out).sizes["run"] == 3
    assert {one.name for one in tmp_path.iterdir()} == {"sweep.ndc", "out.zarr"}


@needs_zarr
@pytest.mark.parametrize("is_after", [False, True])
@pytest.mark.parametrize(("number", "kept"), [(1, "old"), (2, "old"), (2, "file")])
@pytest.mark.parametrize("error", [KeyboardInterrupt(), PermissionError(13, "no")])
def test_a_rename_that_fails_keeps_one_store(
    command, sweep, tmp_path, monkeypatch, is_after, number, kept, error
):
    """Before a rename, or right after one: the old store is in its place, or the new one after the last."""
    out = tmp_path / "out.zarr"
    if kept == "file":
        out.write_text("dear")
    else:
        out.mkdir()
        (out / "zarr.json").write_text("dear")
    original, calls = Path.rename, []

    def rename(self, target):
        calls.append(self)
        if len(calls) != number:
            return original(self, target)
        if is_after:
            original(self, target)
        raise error

    monkeypatch.setattr(Path, "rename", rename)
    assert command("convert", sweep, out, "--overwrite").status != 0
    assert {one.name for one in tmp_path.iterdir()} == {"sweep.ndc", "out.zarr"}
    if is_after and number == 2:
        assert opened(out).sizes["run"] == 3
    else:
        assert (out if kept == "file" else out / "zarr.json").read_text() == "dear"


@needs_zarr
def test_a_link_to_a_store_stays_a_link(command, sweep, tmp_path):
    out, link = tmp_path / "disk" / "out.zarr", tmp_path / "link.zarr"
    out.mkdir(parents=True)
    (out / "zarr.json").write_text("old")
    link.symlink_to(out)
    assert command("convert", sweep, link, "--overwrite").status == 0
    assert link.is_symlink()
    assert opened(out).sizes["run"] == 3
    assert [*out.parent.iterdir()] == [out]


def test_a_file_is_not_converted_into_itself(command, sweep):
    done = command("convert", sweep, sweep, "--overwrite")
    assert done.status == 1
    assert "expected another file than the one that is read" in done.err
    assert len(read(sweep)) == 3


@pytest.mark.parametrize(
    ("package", "args"),
    [
        ("zarr", ["convert", "FILE", "o.zarr"]),
        ("matplotlib", ["plot", "FILE", "--out", "o.png"]),
    ],
)
def test_a_missing_package_is_named(command, sweep, monkeypatch, package, args):
    monkeypatch.setitem(sys.modules, package, None)
    done = command(*[sweep if arg == "FILE" else arg for arg in args])
    assert done.status == 1
    extra = "plot" if package == "matplotlib" else package
    assert f'no package {package}; pip install "skneuromsi-io[{extra}]"' in done.err


def test_scanned_results_are_stored_one_by_one(command, tmp_path):
    """A sweep may be larger than memory."""
    path = tmp_path / "in.ndc"
    sio.to_ndc(path, make_collection(5), tqdm_cls=None)
    assert command("convert", path, tmp_path / "out.ndc").status == 0
    assert_same(read(tmp_path / "out.ndc"), read(path))
