"""Results whose metadata differ in some numbers only are checked once, and no other result is spared."""

import json

import pytest

from helpers import assert_same, make_collection, members, opened, stored, zipped
from skneuromsi_io import _native
from skneuromsi_io._packed import PackedResult

TEXT = "ndr_1/metadata.json"


@pytest.fixture
def checked(monkeypatch):
    """Labels of the results whose metadata are parsed to check them."""
    labels = []
    parse = PackedResult._plain_document

    def counted(self):
        labels.append(self.label.rpartition(" ")[2])
        return parse(self)

    monkeypatch.setattr(PackedResult, "_plain_document", counted)
    return labels


def replaced(archive, old, new):
    """Return the archive with the text of a result changed in one place, and in nothing else."""
    contents = members(archive)
    text = contents[TEXT].decode()
    assert text.count(old) == 1, text
    return zipped({**contents, TEXT: text.replace(old, new)})


def test_a_sweep_is_checked_once(archive, checked):
    collection = opened(archive)
    assert checked == ["ndr_0"]
    parameters = [result.run_parameters.soa for result in collection]
    assert parameters == [0, 10, 20]
    assert_same(collection[2], make_collection()[2])


def test_texts_and_shapes_make_a_kind_of_their_own(checked):
    collection = make_collection(size=2)
    texts = make_collection(size=2, extra={"note": "other"})
    mixed = type(collection)("mixed", [*collection._packed, *texts._packed])
    checked.clear()
    opened(stored(mixed))
    assert checked == ["ndr_0", "ndr_2"]


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ('"soa": 10', '"soa": 010', "ndr_1/metadata.json: expected JSON"),
        ('"soa": 10', '"soa": 1_0', "ndr_1/metadata.json: expected JSON"),
        ('"soa": 10', '"soa": -', "ndr_1/metadata.json: expected JSON"),
        ('"soa": 10', '"soa": 10]', "ndr_1/metadata.json: expected JSON"),
        ('"soa": 10', '"sob": 10', "Result 1: expected .*'soa'.*found .*'sob'"),
        ('"soa": 10', '"soa": ' + "9" * 5000, "ndr_1/metadata.json: expected JSON"),
        ('"time_res": 1.0', '"time_res": 0.0', "ndr_1/metadata.json: .*'time_res'"),
        (
            '"time_res": 1.0',
            '"time_res": 3.0',
            "ndr_1/metadata.json: .*Expected 1 times",
        ),
        ('"output_mode": "multi"', '"output_mode": "m1"', "Result 1: .*'m1'"),
        ('"causes": 1', '"causes": "1"', "ndr_1/metadata.json: causes must be"),
        ('"ndresult"', '"ndcollection"', "ndr_1/metadata.json: 'object_type'"),
    ],
)
def test_what_is_wrong_with_another_result_is_told(archive, old, new, message):
    with pytest.raises(ValueError, match=message):
        opened(replaced(archive, old, new))


def test_numbers_of_any_kind_come_back(archive):
    for number in ("-0.0", "1e400", "123456789012345678901234567890", "5E-3"):
        found = opened(replaced(archive, '"soa": 10', f'"soa": {number}'))
        assert_same(found[1].run_parameters.soa, json.loads(number))


def test_kinds_are_told_apart_natively(archive):
    kinds = _native.Kinds("object_kwargs", ["run_parameters"])
    natives = [packed.native for packed in opened(archive)._packed]
    others = [packed.native for packed in make_collection(extra={"note": "n"})._packed]
    assert kinds.of([natives[0], others[0], natives[1]], threads=2) == [0, 1, 0]
    assert kinds.of([others[1], natives[2]], threads=1) == [1, 0]


def test_beyond_64_kinds_results_are_on_their_own():
    kinds = _native.Kinds("object_kwargs", ["run_parameters"])
    packed = [
        make_collection(size=1, extra={"note": str(number)})._packed[0].native
        for number in range(70)
    ]
    assert kinds.of(packed, threads=2) == [*range(64), *[None] * 6]
