"""Errors of damage name `repair` where it helps, and only there."""

import re

import pytest
import xarray as xr

import skneuromsi_io as sio
from helpers import edited, make_collection, members, stored, zipped
from skneuromsi_io.files._reader import ArchiveReader
from skneuromsi_io.results._index import Index

SAVES = "skneuromsi_io.repair(path, out) saves the results that are whole"
COPY = "copy or download it again"
UPGRADE = "upgrade skneuromsi-io"

#: Archives by the number of their results.
ARCHIVES = {size: stored(make_collection(size)) for size in (1, 3)}


def with_member(archive, name, content):
    """The archive with another member of this name, or without it."""
    rest = {key: value for key, value in members(archive).items() if key != name}
    return zipped(rest if content is None else {**rest, name: content})


def with_keys(name, **changes):
    """A change of keys of a document; None takes one out."""

    def change(document):
        document.update(changes)
        for key in [key for key, value in changes.items() if value is None]:
            del document[key]

    return lambda archive: edited(archive, name, change)


def with_arguments(**changes):
    """A change of constructor arguments of the first result."""

    def change(document):
        document["object_kwargs"].update(changes)

    return lambda archive: edited(archive, "ndr_0/metadata.json", change)


def replacing(name, content):
    """A change of the content of a member."""
    return lambda archive: with_member(archive, name, content)


#: Damage to what is about all results.
OF_ALL = {
    "no JSON": replacing("metadata.json", b"not JSON"),
    "no text": replacing("metadata.json", b""),
    "UTF-16": replacing("metadata.json", "{}".encode("utf-16")),
    "a list": replacing("metadata.json", b"[]"),
    "no member": replacing("metadata.json", None),
    "another type": with_keys("metadata.json", object_type="X"),
    "no type": with_keys("metadata.json", object_type=None),
    "a wrong size": with_keys("metadata.json", object_size=-1),
    "more results than members": with_keys("metadata.json", object_size=99),
    "no size": with_keys("metadata.json", object_size=None),
    "a wrong version": with_keys("metadata.json", format_version="x"),
    "no version": with_keys("metadata.json", format_version=None),
    "wrong arguments": with_keys("metadata.json", object_kwargs={"a": 1}),
    "a wrong type map": with_keys("metadata.json", types={"/extra/q": "tuple"}),
}

#: Damage to the first result.
OF_ONE = {
    "no JSON": replacing("ndr_0/metadata.json", b"{"),
    "no metadata": replacing("ndr_0/metadata.json", None),
    "no NetCDF": replacing("ndr_0/nddata.nc", b"text"),
    "no data": replacing("ndr_0/nddata.nc", None),
    "a wrong argument": with_arguments(time_res="x"),
    "a wrong output mode": with_arguments(output_mode="X"),
}


def errors(path):
    """Errors of the functions that look at everything."""
    for read in (
        lambda: sio.read_ndc(path, tqdm_cls=None),
        lambda: [*sio.scan_ndc(path)],
        lambda: sio.scan_ndc(path).to_xarray(),
        lambda: xr.open_dataset(path, engine="skneuromsi").load(),
    ):
        with pytest.raises(sio.SkneuromsiIOError) as raised:
            read()
        yield raised.value


@pytest.mark.parametrize("size", ARCHIVES)
@pytest.mark.parametrize("what", OF_ALL)
def test_damage_to_what_is_about_all_results(tmp_path, what, size):
    path = tmp_path / "damaged.ndc"
    path.write_bytes(OF_ALL[what](ARCHIVES[size]))
    assert {error.remedy for error in errors(path)} == {SAVES}
    assert sio.verify(path).remedy == SAVES
    assert len(sio.repair(path, tmp_path / "saved.ndc").kept) == size


@pytest.mark.parametrize("size", ARCHIVES)
@pytest.mark.parametrize("what", OF_ONE)
def test_damage_to_one_result(tmp_path, what, size):
    path = tmp_path / "damaged.ndc"
    path.write_bytes(with_member(OF_ONE[what](ARCHIVES[size]), "index.json", None))
    remedy = COPY if size == 1 else SAVES
    assert {error.remedy for error in errors(path)} == {remedy}
    report = sio.verify(path)
    assert report.remedy == remedy
    assert str(report).count(remedy) == 1
    assert remedy in report._repr_html_()
    if size == 1:
        with pytest.raises(sio.BadArchiveError) as raised:
            sio.repair(path, tmp_path / "saved.ndc")
        assert raised.value.remedy == COPY
    else:
        assert sio.repair(path, tmp_path / "saved.ndc").kept == (1, 2)


def test_damage_that_is_found_when_a_value_is_decoded(tmp_path):
    path = tmp_path / "damaged.ndc"
    types = with_keys("ndr_0/metadata.json", types={"/object_kwargs/extra/q": "tuple"})
    for size, remedy in ((1, COPY), (3, SAVES)):
        damaged = with_member(types(ARCHIVES[size]), "index.json", None)
        path.write_bytes(damaged)
        with sio.scan_ndc(path) as scanned:
            with pytest.raises(sio.BadMetadataError) as raised:
                scanned[0]
            assert raised.value.remedy == remedy


def test_damage_that_columns_find(tmp_path):
    path = tmp_path / "damaged.ndc"
    for size, remedy in ((1, COPY), (3, SAVES)):
        damaged = OF_ONE["no JSON"](ARCHIVES[size])
        path.write_bytes(with_member(damaged, "index.json", None))
        with (
            sio.scan_ndc(path) as scanned,
            pytest.raises(sio.BadMetadataError) as raised,
        ):
            scanned.disparity_matrix()
        assert raised.value.remedy == remedy


def test_damage_that_a_lazy_dataset_finds(tmp_path):
    """The index opens the file, in which two results are missing."""
    damaged = members(OF_ONE["no NetCDF"](ARCHIVES[3]))
    first = ("metadata.json", "index.json", "ndr_0/metadata.json", "ndr_0/nddata.nc")
    path = tmp_path / "damaged.ndc"
    path.write_bytes(zipped({name: damaged[name] for name in first}))
    with xr.open_dataset(path, engine="skneuromsi") as dataset:
        with pytest.raises(sio.BadNetCDFError) as raised:
            dataset["values"][0].load()
        assert raised.value.remedy == COPY


def test_an_archive_without_results(tmp_path):
    path = tmp_path / "empty.ndc"
    path.write_bytes(zipped({"metadata.json": members(ARCHIVES[3])["metadata.json"]}))
    assert {error.remedy for error in errors(path)} == {COPY}


def test_damage_that_is_found_when_the_file_is_closed():
    """The damage is told, although nobody can ask the file any more what would help."""
    reader = ArchiveReader(OF_ONE["no NetCDF"](ARCHIVES[1]))

    def read_while_another_thread_closes():
        with reader.advising():
            try:
                reader.load_checked(0)
            finally:
                reader.close()

    with pytest.raises(sio.BadNetCDFError) as raised:
        read_while_another_thread_closes()
    assert raised.value.remedy == SAVES


def test_damage_that_is_in_no_archive():
    """Nothing is there that could be repaired, until somebody says which archive it is in."""
    error = sio.BadMetadataError(expected="a number", found="a text")
    assert (error.remedy, str(error)) == (None, "expected a number, found a text")
    error.fill(archive="sweep.ndc")
    assert error.remedy == SAVES
    error = sio.BadMetadataError(expected="a", found="b", archive="https://a.org/b.ndc")
    assert error.remedy == f"download it, then {SAVES}"


def test_a_wrong_index_alone():
    """Each problem says what helps, and the report not once more."""

    def change(document):
        column = document["templates"][0]["numbers"]
        column[next(n for n, one in enumerate(column) if isinstance(one, list))][0] += 1

    wrong = edited(ARCHIVES[3], "index.json", change)
    report = sio.verify(wrong)
    assert {problem.member for problem in report.problems} == {"index.json"}
    assert all("makes the index anew" in one.message for one in report.problems)
    assert report.remedy is None
    both = sio.verify(with_member(wrong, "ndr_1/nddata.nc", b"text"))
    assert both.remedy == SAVES
    cut = sio.verify(with_member(ARCHIVES[3], "index.json", b"{"))
    assert (len(cut.problems), cut.remedy) == (1, None)


def test_a_wrong_index_behind_a_url():
    with pytest.raises(sio.BadMetadataError) as raised:
        Index(b"{", "https://a.org/b.ndc", 3)
    begins = "download it, then skneuromsi_io.repair makes the index anew"
    assert raised.value.remedy.startswith(begins)


def test_a_newer_format_is_not_repaired(tmp_path):
    newer = with_keys("metadata.json", format_version=9.0)(ARCHIVES[3])
    with pytest.raises(sio.UnsupportedError) as raised:
        sio.repair(newer, tmp_path / "saved.ndc")
    assert (raised.value.remedy, raised.value.is_newer) == (UPGRADE, True)
    assert [*tmp_path.iterdir()] == []
    report = sio.verify(newer)
    assert (report.ok, report.remedy) == (False, None)
    assert str(report).endswith(UPGRADE)


def test_what_is_not_served_is_not_newer(tmp_path):
    """Metadata of a method that nobody knows are lost, and the results are not."""
    archive = ARCHIVES[3]
    # In its own header and in the directory (APPNOTE 4.3.7, 4.3.12); names of others begin otherwise.
    for header in (
        rb"PK\x03\x04.{4}(..).{20}metadata",
        rb"PK\x01\x02.{6}(..).{34}metadata",
    ):
        (at,) = (found.start(1) for found in re.finditer(header, archive, re.DOTALL))
        archive = archive[:at] + b"\x63\0" + archive[at + 2 :]
    with pytest.raises(sio.UnsupportedError) as raised:
        sio.read_metadata(archive)
    assert not raised.value.is_newer
    assert sio.verify(archive).remedy == SAVES
    report = sio.repair(archive, tmp_path / "saved.ndc")
    assert (report.kept, report.metadata) == ((0, 1, 2), False)


def test_a_sound_archive_has_no_remedy():
    assert sio.verify(ARCHIVES[3]).remedy is None


def test_words_of_who_finds_a_wrong_argument():
    """`verify` says it as `open` does, not as Python where it stumbles."""
    damaged = with_arguments(time_res="x")(ARCHIVES[1])
    with pytest.raises(sio.BadMetadataError) as raised:
        sio.read_ndc(damaged, tqdm_cls=None)
    (problem,) = sio.verify(damaged).problems
    assert problem.message == f"expected {raised.value.expected}, found 'x'"
