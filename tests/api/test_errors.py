"""Faults of a file are reported in one way: which file, which member, what was expected, what was found."""

import copy
import io
import pickle
import zipfile

import pytest
from broken import ARCHIVE, CASES, DATA, HEAD, with_member, without

import skneuromsi_io as sio
from helpers import (
    edited,
    make_array,
    make_collection,
    make_result,
    opened,
    stored,
)
from skneuromsi_io import _errors, _native


class Stream:
    """Has no more than a reader needs, and a name."""

    def __init__(self, data):
        stream = io.BytesIO(data)
        self.read, self.seek, self.tell = stream.read, stream.seek, stream.tell

    def __str__(self):
        return "<stream (a) \\ of mine>"


def path_of(folder, data):
    path = folder / "Datei ñ.ndc"
    path.write_bytes(data)
    return path


SOURCES = {
    "path": path_of,
    "text": lambda folder, data: str(path_of(folder, data)),
    "bytes": lambda folder, data: data,
    "stream": lambda folder, data: Stream(data),
}


def all_of(source):
    for result in sio.read_ndc(source, tqdm_cls=None, classes="light"):
        result.to_dict()


@pytest.mark.parametrize("source", SOURCES)
@pytest.mark.parametrize("name", CASES)
def test_what_is_wrong(name, source, tmp_path):
    archive, builtin, member, told = CASES[name]
    origin = SOURCES[source](tmp_path, archive)
    with pytest.raises(builtin, match=told) as raised:
        all_of(origin)
    error = raised.value
    assert isinstance(error, sio.SkneuromsiIOError)
    label = f"<{len(archive)} bytes>" if source == "bytes" else str(origin)
    message = str(error)
    place = f'{label}: member "{member}": ' if member else f"{label}: "
    assert message == place + error.message
    assert (error.archive, error.member) == (label, member or None)
    assert "\n" not in message
    assert len(message) < 900
    if error.expected is not None and "Found" not in message:
        assert f"expected {error.expected}, found {error.found}" in message
    if "expected " in told:
        assert error.expected is not None


#: Changes of the collection's own document; its size matters to those who read results.
OF_METADATA = [
    name
    for name, (_, _, member, told) in CASES.items()
    if member == HEAD and "object_size" not in told and "alone" not in told
]


@pytest.mark.parametrize("name", OF_METADATA)
def test_metadata_alone(name, tmp_path):
    archive, builtin, _, told = CASES[name]
    path = path_of(tmp_path, archive)
    with pytest.raises(builtin, match=told) as raised:
        sio.read_metadata(path)
    assert isinstance(raised.value, sio.SkneuromsiIOError)
    assert str(raised.value).startswith(f'{path}: member "metadata.json": ')
    assert raised.value.member == HEAD


def test_metadata_need_no_sound_results():
    assert sio.read_metadata(without(DATA))["object_size"] == 3


def test_another_number_of_results(tmp_path):
    path = path_of(tmp_path, ARCHIVE)
    for call, expected, remedy in (
        (lambda: sio.read_ndc(path, expected_size=4, tqdm_cls=None), 4, ""),
        (
            lambda: sio.read_ndr(path),
            *(1, "; open_ndresults_collection opens all of them"),
        ),
    ):
        with pytest.raises(ValueError, match="Expected") as raised:
            call()
        assert str(raised.value) == (
            f"{path}: Expected {expected} results, but 3 were found{remedy}"
        )
        assert isinstance(raised.value, sio.SkneuromsiIOError)
        assert (raised.value.expected, raised.value.found) == (str(expected), "3")


def test_the_cause_is_kept():
    with pytest.raises(sio.SkneuromsiIOError) as raised:
        all_of(with_member(HEAD, b"{"))
    assert raised.value.__cause__ is not None


@pytest.mark.parametrize("call", [sio.read_ndc, sio.read_ndr, sio.read_metadata])
def test_the_operating_system_speaks_for_itself(call, tmp_path):
    missing = tmp_path / "missing.ndc"
    with pytest.raises(FileNotFoundError) as raised:
        call(missing)
    assert raised.value.filename == str(missing)
    with pytest.raises(IsADirectoryError) as raised:
        call(tmp_path)
    assert raised.value.filename == str(tmp_path)
    assert not isinstance(raised.value, sio.SkneuromsiIOError)


def test_the_operating_system_refuses_to_write(tmp_path):
    for path, error in (
        (tmp_path / "no folder" / "new.ndc", FileNotFoundError),
        (tmp_path, IsADirectoryError),
    ):
        with pytest.raises(error) as raised:
            sio.to_ndr(path, make_result())
        assert raised.value.filename == str(path)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.slow
def test_zip64_that_is_not_allowed(tmp_path):
    packed = make_collection(1)._packed * 32_768
    path = tmp_path / "new.ndc"
    with pytest.raises(zipfile.LargeZipFile) as raised:
        sio.to_ndc(
            path,
            sio.NDResultCollection("many", packed),
            tqdm_cls=None,
            allowZip64=False,
            compression=zipfile.ZIP_STORED,
        )
    assert isinstance(raised.value, sio.SkneuromsiIOError)
    assert str(raised.value).startswith(f"{path}: ")
    assert list(tmp_path.iterdir()) == []


OURS = [
    cls
    for cls in vars(_errors).values()
    if isinstance(cls, type) and issubclass(cls, sio.SkneuromsiIOError)
]


def test_one_family():
    assert len(OURS) == 19
    for cls in OURS:
        builtins = [
            base for base in cls.__mro__ if base.__module__ in ("builtins", "zipfile")
        ]
        # Each but the base is also what a caller of upstream would catch.
        assert (builtins[0] is Exception) == (cls is sio.SkneuromsiIOError)
        # As users import it.
        assert cls.__module__ == "skneuromsi_io"
        assert getattr(sio, cls.__name__) is cls
    assert set(_native.error_kinds()) == set(_errors.BY_KIND)


def test_a_frame_has_a_length_for_each_dimension():
    with pytest.raises(sio.ArgumentError, match=r"each of 2 dim.* found shape \[3\]"):
        _native.Frame("values", ["a", "b"], [3], "<f8", [], {})


def test_a_fault_of_the_package_asks_to_be_reported():
    error = sio.InternalError(expected="x", found="y")
    assert str(error) == f"expected x, found y; {error.remedy}"
    assert "please report" in error.remedy
    assert str(pickle.loads(pickle.dumps(error))) == str(error)


FIELDS = {
    "archive": "a.ndc",
    "member": "ndr_1/metadata.json",
    "key": "k",
    "expected": "'x'",
    "found": '"y"',
    "remedy": "try z",
}
COPIES = {
    **{
        f"pickle {protocol}": lambda error, protocol=protocol: pickle.loads(
            pickle.dumps(error, protocol)
        )
        for protocol in range(pickle.HIGHEST_PROTOCOL + 1)
    },
    "copy": copy.copy,
    "deepcopy": copy.deepcopy,
}


@pytest.mark.parametrize("copied", COPIES.values(), ids=COPIES)
@pytest.mark.parametrize("cls", OURS)
def test_errors_travel_between_processes(cls, copied):
    key = "k" if cls is sio.UnstorableError else "'k'"
    text = (
        f'a.ndc: member "ndr_1/metadata.json": {key}: expected \'x\', found "y"; try z'
    )
    for words, told in (
        ((), text),
        (("words",), f"{text.partition(key)[0]}{key}: words; try z"),
    ):
        error = copied(cls(*words, **FIELDS))
        assert type(error) is cls
        assert {name: getattr(error, name) for name in FIELDS} == FIELDS
        assert str(error) == told
        assert repr(error) == f"{cls.__name__}({told!r})"


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        *(("time_res", v, "a number other than 0") for v in (0, float("nan"), None)),
        *(("position_res", v, "a number other than 0") for v in ("x", [1], 10**400)),
        *(("time_range", v, "two finite numbers") for v in (None, 3, {}, ["a", "b"])),
        ("position_range", [0, float("nan")], "two finite numbers"),
        ("position_range", [0, float("inf")], "two finite numbers"),
        ("position_range", [0, 10**400], "two finite numbers"),
    ],
    ids=lambda value: f"{value!r:.20}",
)
@pytest.mark.parametrize("attrs", [None, {"odd": (1, 2)}], ids=["plain", "labelled"])
def test_numbers_that_are_none(name, value, expected, attrs):
    archive = edited(
        stored(make_result(make_array(attrs=attrs))),
        "ndr_0/metadata.json",
        lambda document: document["object_kwargs"].update({name: value}),
    )
    place = r'^<\d+ bytes>: member "ndr_0/metadata\.json": '
    message = rf"{place}expected {expected} as '{name}', found"
    with pytest.raises(sio.BadMetadataError, match=message):
        opened(archive)
