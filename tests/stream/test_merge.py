"""Files and shards are joined as they are, or not at all."""

import io
import os
import random
import zipfile
from pathlib import Path

import numpy as np
import pytest
from left import left_behind

import skneuromsi_io as sio
from helpers import (
    UPSTREAM_FILES,
    assert_same,
    make_array,
    make_collection,
    make_result,
    opened,
    stored,
)
from processes import in_process

POSIX = pytest.mark.skipif(os.name == "nt", reason="POSIX locks and links")


def put(folder, name, obj, **arguments):
    path = folder / name
    path.write_bytes(stored(obj, **arguments))
    return path


def parts(collection, *ends):
    results = [*collection]
    for start, end in zip((0, *ends), (*ends, len(results)), strict=True):
        yield sio.NDResultCollection.from_ndresults(collection.name, results[start:end])


@pytest.fixture
def out(tmp_path):
    folder = tmp_path / "out"
    folder.mkdir()
    path = folder / "sweep.ndc"
    path.write_bytes(b"old")
    return path


def assert_untouched(out):
    assert out.read_bytes() == b"old"
    assert [*out.parent.iterdir()] == [out]


def compressed(archive, name):
    """Return method and compressed bytes of a member."""
    with zipfile.ZipFile(archive) as opened_zip:
        info = opened_zip.getinfo(name)
        raw = opened_zip.fp
        raw.seek(info.header_offset + 30 + len(name))
        return info.compress_type, raw.read(info.compress_size)


def test_results_keep_their_order_and_their_bytes(tmp_path, out):
    collection = make_collection(7, extra={"large": np.arange(1500.0)})
    methods = [zipfile.ZIP_DEFLATED, zipfile.ZIP_LZMA, zipfile.ZIP_STORED]
    paths = [
        put(tmp_path, f"{number}.ndc", part, compression=method)
        for number, (part, method) in enumerate(
            zip(parts(collection, 2, 5), methods, strict=True)
        )
    ]
    assert sio.merge(paths, out) == 7
    assert_same(opened(out), collection)
    assert sio.verify(out).ok
    for number, (source, index) in enumerate(
        [(0, 0), (0, 1), (1, 0), (1, 1), (1, 2), (2, 0), (2, 1)]
    ):
        for member in ("metadata.json", "nddata.nc", "extra_0.nc"):
            found = compressed(out, f"ndr_{number}/{member}")
            assert found == compressed(paths[source], f"ndr_{index}/{member}")
            assert found[0] == methods[source]


def test_bytes_streams_and_generators(out, collection):
    sources = (stored(collection), io.BytesIO(stored(collection)))
    assert sio.merge((source for source in sources), out) == 6
    assert_same([*opened(out)], [*collection, *collection])


def test_partial_files_of_killed_writers(tmp_path, out):
    collection = make_collection(5)
    results = [*collection]
    whole = put(tmp_path, "a.ndc", next(parts(collection, 2)))
    partial, sizes = left_behind(tmp_path / "b.ndc", results[2:])
    partial.write_bytes(partial.read_bytes()[: sizes[-1] - 1])
    before = partial.read_bytes()
    assert sio.merge([whole, partial], out) == 4
    assert_same([*opened(out)], results[:4])
    assert opened(out).name == "sweep"
    assert partial.read_bytes() == before
    assert sio.merge([partial], out) == 2
    assert opened(out).name == "<UNKNOW>"
    assert sio.merge([partial], out, name="saved") == 2
    assert opened(out).name == "saved"


def kill_writers(folder, limits):
    """Append in processes that the kernel kills where their file grows beyond a limit; return what was merged."""
    import resource
    import signal

    results = [*make_collection(5)]
    for limit in limits:
        child = os.fork()
        if child == 0:
            signal.signal(signal.SIGXFSZ, signal.SIG_DFL)
            resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
            resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
            with sio.NDCWriter(folder / f"{limit:06}.ndc", name="sweep") as writer:
                for result in results:
                    writer.append(result)
            os._exit(0)
        assert os.WTERMSIG(os.waitpid(child, 0)[1]) == signal.SIGXFSZ
    return sio.merge(sorted(folder.glob("*.partial")), folder / "saved.ndc")


@POSIX
def test_writers_killed_while_they_append(tmp_path):
    """Every result whose bytes were written is there, and no part of another."""
    _, sizes = left_behind(tmp_path / "measured.ndc", make_collection(5))
    folder = tmp_path / "killed"
    folder.mkdir()
    limits = sorted(random.Random(7).sample(range(1, sizes[-1]), 25))
    whole = [sum(size <= limit for size in sizes) - 1 for limit in limits]
    assert {*whole} == {0, 1, 2, 3, 4}
    assert in_process(kill_writers, folder, limits) == sum(whole)
    results = [*make_collection(5)]
    expected = [results[number] for count in whole for number in range(count)]
    assert_same([*opened(folder / "saved.ndc")], expected)


@POSIX
def test_a_partial_file_with_a_writer_is_refused(tmp_path, out, collection):
    with sio.NDCWriter(tmp_path / "b.ndc", name="sweep") as writer:
        writer.append(collection[0])
        with pytest.raises(sio.LockedError):
            sio.merge([writer.partial], out)
        writer.append(collection[1])
    assert_untouched(out)


def test_limits_are_those_of_every_file(tmp_path, out, collection):
    partial, _ = left_behind(tmp_path / "b.ndc", [*collection])
    for source in (stored(collection), partial):
        with pytest.raises(sio.LimitError, match=r"limit members\)"):
            sio.merge([source], out, limits={"members": 4})
        assert_untouched(out)
        assert sio.merge([source], out, limits={"members": 9}) == 3
        out.write_bytes(b"old")


def test_a_truncated_file_is_no_partial_file(tmp_path, out, collection):
    path = tmp_path / "cut.ndc"
    path.write_bytes(stored(collection)[:-100])
    with pytest.raises(sio.BadArchiveError):
        sio.merge([stored(collection), path], out)
    assert_untouched(out)


def damaged(collection):
    archive = bytearray(stored(collection, compression=0))
    place = archive.index(b"multi", archive.index(b"ndr_1/metadata.json"))
    archive[place] ^= 1
    return bytes(archive)


def test_a_damaged_result_is_not_copied(out, collection):
    with pytest.raises(sio.BadMemberError, match=r"ndr_1/metadata\.json"):
        sio.merge([stored(collection), damaged(collection)], out)
    assert_untouched(out)


LISTS = {
    "short": [1.5, 2.5],
    "long": [0.5 * number for number in range(1200)],
    "mixed": [1, *(0.5 * number for number in range(1200))],
    "nested": [[number, number] for number in range(600)],
    "array": np.arange(3.0),
}


def test_files_of_format_0_1_are_encoded_anew(out):
    collection = make_collection(3, extra=LISTS)
    old = stored(collection, format_version=0.1)
    assert sio.merge([old, stored(opened(old))], out) == 6
    assert sio.read_metadata(out)["format_version"] == 0.2
    assert_same([*opened(out)], 2 * [*opened(old)])
    extra = opened(out)[0].to_dict()["extra"]
    assert [type(extra[key]) for key in LISTS] == [
        list,
        np.ndarray,
        list,
        np.ndarray,
        list,
    ]
    assert sio.verify(out).ok


@pytest.mark.parametrize("path", UPSTREAM_FILES, ids=lambda path: path.stem)
def test_files_of_scikit_neuromsi(path, out):
    count = len(opened(path))
    assert sio.merge([path, path], out) == 2 * count
    assert_same([*opened(out)], 2 * [*opened(path)])
    assert opened(out).name == opened(path).name


@pytest.mark.parametrize(
    "other",
    [
        make_result(make_array(modes=["multi", "other"])),
        make_result(output_mode="m1"),
        make_result(run_parameters={"soa": 50}),
    ],
)
@pytest.mark.parametrize("version", [0.2, 0.1])
def test_results_that_differ_are_refused(tmp_path, out, collection, other, version):
    path = put(tmp_path, "other.ndc", other, format_version=version)
    with pytest.raises(sio.BadMetadataError, match="same metadata") as raised:
        sio.merge([stored(collection), path], out, name="sweep")
    assert (raised.value.archive, raised.value.member) == (
        str(path),
        "ndr_0/metadata.json",
    )
    assert_untouched(out)


def test_names_and_metadata_that_all_have_are_kept(out, collection):
    extra = {"subject": "S01", "ages": (20, 30), "table": np.arange(4)}
    archive = stored(collection, metadata=extra)
    sio.merge([archive, archive], out)
    assert opened(out).name == collection.name
    assert_same(sio.read_metadata(out)["extra"], extra)


@pytest.mark.parametrize(
    ("key", "given", "arguments"),
    [
        ("name", "both", ({"name": "one"}, {}, {"name": "two"}, {})),
        ("metadata", {"n": 3}, ({}, {"n": 1}, {}, {"n": 1.0})),
        ("metadata", {}, ({}, {"n": [1]}, {}, {"n": (1,)})),
    ],
)
def test_names_and_metadata_that_differ_have_to_be_given(out, key, given, arguments):
    first, first_extra, second, second_extra = arguments
    archives = [
        stored(make_collection(2, **first), metadata=first_extra),
        stored(make_collection(2, **second), metadata=second_extra),
    ]
    with pytest.raises(sio.ArgumentError, match=f"one {key} in all files") as raised:
        sio.merge(archives, out)
    assert raised.value.key == key
    assert_untouched(out)
    sio.merge(archives, out, **{key: given})
    found = opened(out).name if key == "name" else sio.read_metadata(out)["extra"]
    assert found == given


@POSIX
def test_the_result_is_none_of_the_files(tmp_path, collection):
    path = put(tmp_path, "a.ndc", collection)
    link, hard = tmp_path / "link.ndc", tmp_path / "hard.ndc"
    link.symlink_to(path)
    hard.hardlink_to(path)
    for out in (path, link, hard):
        with pytest.raises(sio.ArgumentError, match="another file"):
            sio.merge([stored(collection), path], out)
    assert_same(opened(path), collection)


def test_wrong_arguments(tmp_path, out, collection):
    path = put(tmp_path, "a.ndc", collection)
    archive = stored(collection)
    with path.open("rb") as file:
        singles = (path, str(path), file, io.BytesIO(archive), archive, 5)
        objects = (bytearray(archive), memoryview(archive), collection, collection[0])
        for paths in (*singles, *objects):
            with pytest.raises(sio.ArgumentTypeError, match=r"'paths'.* list of paths"):
                sio.merge(paths, out)
    for name in (5, ["x"], b"x"):
        with pytest.raises(sio.ArgumentTypeError, match="'name': expected text"):
            sio.merge([path], out, name=name)
    with pytest.raises(TypeError, match="'out'"):
        sio.merge([path], io.BytesIO())
    with pytest.raises(sio.ArgumentError, match="at least one"):
        sio.merge([], out)
    with pytest.raises(sio.UnstorableError):
        # Before a file is read to its end.
        sio.merge([damaged(collection)], out, metadata={"bad": object()})
    with pytest.raises(FileNotFoundError):
        sio.merge([path, tmp_path / "none.ndc"], out)
    assert_untouched(out)


def merge_with_few_files(paths, out):
    import resource

    opened_now = len([*Path("/dev/fd").iterdir()])
    resource.setrlimit(resource.RLIMIT_NOFILE, (opened_now + 8, opened_now + 8))
    return sio.merge(paths, out)


@POSIX
def test_one_file_is_open_at_a_time(tmp_path, out, collection):
    path = put(tmp_path, "a.ndc", collection)
    assert in_process(merge_with_few_files, [path] * 40, out) == 120
