"""Errors of damage name `repair` where it helps, and only there."""

import pytest

import skneuromsi_io as sio
from helpers import edited, make_collection, members, stored, zipped

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
    """What functions that look at everything raise."""
    for read in (
        lambda: sio.read_ndc(path, tqdm_cls=None),
        lambda: [*sio.scan_ndc(path)],
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


def test_a_newer_format_is_not_repaired(tmp_path):
    newer = with_keys("metadata.json", format_version=9.0)(ARCHIVES[3])
    with pytest.raises(sio.UnsupportedError) as raised:
        sio.repair(newer, tmp_path / "saved.ndc")
    assert raised.value.remedy == UPGRADE
    assert [*tmp_path.iterdir()] == []
    report = sio.verify(newer)
    assert (report.ok, report.remedy) == (False, None)
    assert str(report).endswith(UPGRADE)


def test_a_sound_archive_has_no_remedy():
    assert sio.verify(ARCHIVES[3]).remedy is None


def test_words_of_who_finds_a_wrong_argument():
    """`verify` says it as `open` does, not as Python where it stumbles."""
    damaged = with_arguments(time_res="x")(ARCHIVES[1])
    with pytest.raises(sio.BadMetadataError) as raised:
        sio.read_ndc(damaged, tqdm_cls=None)
    (problem,) = sio.verify(damaged).problems
    assert problem.message == f"expected {raised.value.expected}, found 'x'"
