"""Each MUST of FORMAT.md, section 9: the index."""

import re

import pytest

import skneuromsi_io as sio
from helpers import (
    assert_same,
    edited,
    make_collection,
    members,
    opened,
    stored,
    zipped,
)
from indexes import INDEX, assert_index_of

COLLECTION = make_collection(5)
ARCHIVE = stored(COLLECTION)


def test_an_index_is_ignored():
    """As by readers before it, by those of a single result and of all results."""
    contents = members(ARCHIVE)
    for index in (b"", b"?", b'{"object_type": "ndindex", "object_size": 7}'):
        assert_same(opened(zipped(contents | {INDEX: index})), COLLECTION)
    del contents[INDEX]
    archive = zipped(contents)
    assert_same(opened(archive), COLLECTION)
    assert sio.verify(archive).ok


def said(change):
    return edited(ARCHIVE, INDEX, change)


def of_template(key, value):
    def change(index):
        index["templates"][0][key] = value

    return change


def of_array(**changes):
    def change(index):
        index["arrays"][0].update(changes)

    return change


def numbers(*columns):
    return of_template("numbers", [*columns])


SOAS = [0, 10, 20, 30, 40]
#: Wrong claims of an index, the result that differs, and what is told of it.
WRONG = {
    "a run parameter": (numbers(1, [0, 10, 21, 30, 40]), 2, "expected 21.*found 20 "),
    "its type": (numbers(1, [0, 10, 20.0, 30, 40]), 2, r"expected 20\.0.*found 20 "),
    "all": (numbers(1, 10), 0, "expected 10 .*found 0 "),
    "causes": (numbers([1, 1, 1, 2, 1], SOAS), 3, "expected 2 .*found 1 "),
    "a mode": (
        of_array(coords=[["modes", ["multi", "m2"], {}]]),
        *(0, "expected.*m2.*found"),
    ),
    "a shape": (of_array(shape=[2, 3, 5, 1]), 0, "expected .*5, 1].*found .*4, 1]"),
}


@pytest.mark.parametrize("case", WRONG)
def test_an_index_is_a_claim(case):
    change, number, told = WRONG[case]
    archive = said(change)
    # A result is made of its own members.
    assert_same(opened(archive), COLLECTION)
    report = sio.verify(archive)
    assert report.results == len(COLLECTION)
    problem = report.problems[0]
    assert problem.member == INDEX
    kind = "nddata.nc" if case in ("a mode", "a shape") else "metadata.json"
    assert problem.message.startswith(f"'ndr_{number}/{kind}'")
    assert re.search(told, problem.message, re.DOTALL)
    assert "repair" in problem.message


def replaced(key, value):
    return lambda index: index.update({key: value})


MALFORMED = {
    "another type": (replaced("object_type", "ndcollection"), "ndindex"),
    "another size": (replaced("object_size", 4), "expected 5, found 4"),
    "a size that is true": (replaced("object_size", True), "expected 5, found True"),
    "no templates": (lambda index: index.pop("templates"), "/templates"),
    "no arrays": (replaced("arrays", {}), "/arrays.*an array"),
    "arrays that are numbers": (replaced("arrays", [1]), "/arrays.*objects"),
    "text as a column": (replaced("template", "0"), "/template.*numbers below 1"),
    "a template that is not there": (replaced("template", 1), "numbers below 1"),
    "a negative one": (replaced("array", [0, 0, -1, 0, 0]), "numbers below 1"),
    "a fraction": (replaced("array", [0, 0, 0.0, 0, 0]), "numbers below 1"),
    "a short column": (replaced("template", [0, 0]), "expected 5 items, found 2"),
    "numbers of fewer results": (numbers(1, [0, 10]), "5 items, found 2 items"),
    "a column too few": (numbers(SOAS), "2 items, found 1 items"),
    "text as a number": (numbers(1, ["0", 1, 2, 3, 4]), "expected numbers"),
    "true as a number": (numbers(1, True), "expected numbers"),
    "no text": (of_template("text", None), "'text' and 'numbers'"),
    "a template that is text": (replaced("templates", ["x"]), "an object"),
    "numbers that are not 0": (
        lambda index: index["templates"][0].update(
            text=index["templates"][0]["text"].replace('"soa": 0', '"soa": 10')
        ),
        "0 for numbers",
    ),
}  # fmt: skip


NO_JSON = {
    f"{content!r}": (zipped(members(ARCHIVE) | {INDEX: content}), "expected")
    for content in (b"", b"[]", b"{", b'{"a": 1', b"\xff")
}


@pytest.mark.parametrize("case", MALFORMED | NO_JSON)
def test_a_wrong_index_is_refused(case):
    change, told = (MALFORMED | NO_JSON)[case]
    archive = said(change) if callable(change) else change
    (problem,) = sio.verify(archive).problems
    assert problem.member == INDEX
    assert re.search(told, problem.message), problem.message
    assert "repair" in problem.message


def test_writers_renew_the_index(tmp_path):
    wrong = said(numbers(1, 10))
    out = tmp_path / "out.ndc"
    sio.repair(wrong, out)
    assert_index_of(out.read_bytes())
    assert sio.verify(out).ok
    sio.repair(zipped({k: v for k, v in members(wrong).items() if "_3/" not in k}), out)
    assert_index_of(out.read_bytes())
    one, other = tmp_path / "one.ndc", tmp_path / "other.ndc"
    one.write_bytes(wrong)
    other.write_bytes(stored(make_collection(3, extra={"x": [1.5]})))
    sio.merge([one, other], out)
    assert_index_of(out.read_bytes())
    with sio.NDCWriter(out, name="s") as writer:
        for result in COLLECTION:
            writer.append(result)
    assert members(out.read_bytes())[INDEX] == members(ARCHIVE)[INDEX]
