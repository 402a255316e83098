"""Errors say as attributes where they happened: archive, member, key, result."""

import io
import pickle
import re

import pytest
from broken import ARCHIVE

import skneuromsi_io as sio
from helpers import make_result
from skneuromsi_io import _errors


def test_places_are_filled_in_from_within_to_without():
    with (
        pytest.raises(sio.LimitError) as raised,
        _errors.at(archive="a.ndc", member="outer", key="outer"),
        _errors.at(member="inner"),
    ):
        raise sio.LimitError(expected="x", found="y")
    assert str(raised.value) == "a.ndc: member \"inner\": 'outer': expected x, found y"
    with pytest.raises(ValueError, match=r"^words$"), _errors.at(archive="a.ndc"):
        raise ValueError("words")


def test_errors_of_libraries_become_ours():
    library = ValueError("two\nlines")
    library.add_note("A note.")
    own = sio.LimitError(expected="x", found="y")
    for error, cls, text in (
        (
            library,
            sio.BadNetCDFError,
            "expected a file, found another (ValueError: two lines)",
        ),
        (MemoryError(), sio.LimitError, "too much for the memory"),
        (own, sio.LimitError, "expected x, found y"),
        (KeyboardInterrupt("C"), KeyboardInterrupt, "C"),
    ):
        with (
            pytest.raises(cls, match=re.escape(text)) as raised,
            _errors.translating(sio.BadNetCDFError, "a file", "another"),
        ):
            raise error
        assert (raised.value is error) == isinstance(error, (cls, KeyboardInterrupt))
    with (
        pytest.raises(sio.BadMetadataError, match=r"two\nlines A note\."),
        _errors.translating(sio.BadMetadataError),
    ):
        raise library


def test_names_from_a_file_are_shown_on_one_line():
    error = sio.MissingMemberError(
        member="a\nb", key="c\n" * 999, expected="", found=""
    )
    assert "\n" not in str(error)
    assert len(str(error)) < 320


def test_where_an_object_cannot_be_stored():
    results = [make_result(), make_result(extra={"a": [1, {"b": object()}]})]
    for format_version in (0.1, 0.2):
        with pytest.raises(sio.UnstorableError) as raised:
            sio.to_ndc(
                io.BytesIO(),
                sio.NDResultCollection.from_ndresults("name", results),
                tqdm_cls=None,
                format_version=format_version,
            )
        error = raised.value
        assert (error.result, error.key) == (1, "extra['a'][1]['b']")
        assert str(error).startswith("result 1: extra['a'][1]['b']: an object of type ")
        assert pickle.loads(pickle.dumps(error)).result == 1


def test_arguments_are_named():
    for call, key in (
        (lambda: sio.read_ndc(ARCHIVE, classes="none"), "classes"),
        (lambda: sio.read_ndc(ARCHIVE, limits={"none": 1}), "limits"),
        (lambda: sio.read_ndc(ARCHIVE, limits={"members": -1}), "limits"),
        (
            lambda: sio.to_ndr(io.BytesIO(), make_result(), compresslevel=77),
            "compresslevel",
        ),
    ):
        with pytest.raises(sio.ArgumentError) as raised:
            call()
        assert raised.value.key == key
        assert str(raised.value).startswith(f"'{key}': expected ")
