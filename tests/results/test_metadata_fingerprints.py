"""Results whose metadata differ in some numbers only are checked once, and no other result is spared."""

import json
import pickle

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import skneuromsi_io as sio
from helpers import (
    assert_same,
    make_array,
    make_collection,
    make_result,
    members,
    opened,
    stored,
    zipped,
)
from skneuromsi_io import _native
from skneuromsi_io.archive import _members
from skneuromsi_io.results._packed import PackedResult

TEXT = "ndr_1/metadata.json"


@pytest.fixture
def checked(monkeypatch):
    """Labels of the results whose metadata are parsed to check them."""
    labels = []
    parse = PackedResult._plain_document

    def counted(self):
        labels.append(f"ndr_{self.index}")
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


def test_a_long_number_is_no_two_numbers():
    """Without `-5`, text that is not JSON would be the text of the others."""
    long = "1" * 70
    results = [make_result(extra={"a": int(long + "0"), "b": i}) for i in range(2)]
    collection = sio.NDResultCollection.from_ndresults("long", results)
    archive = stored(collection)
    assert_same(opened(archive)[1], results[1])
    damaged = replaced(archive, long + "0", long + "-5")
    with pytest.raises(sio.BadMetadataError, match=TEXT):
        opened(damaged)
    contents = members(damaged)
    del contents["index.json"]
    with pytest.raises(sio.BadMetadataError, match=TEXT):
        sio.scan_ndc(zipped(contents)).to_xarray()


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
        ('"soa": 10', '"soa": 010', 'ndr_1/metadata.json": expected JSON'),
        ('"soa": 10', '"soa": 1_0', 'ndr_1/metadata.json": expected JSON'),
        ('"soa": 10', '"soa": -', 'ndr_1/metadata.json": expected JSON'),
        ('"soa": 10', '"soa": 10]', 'ndr_1/metadata.json": expected JSON'),
        ('"soa": 10', '"sob": 10', "Result 1: expected .*'soa'.*found .*'sob'"),
        ('"soa": 10', '"soa": ' + "9" * 5000, 'ndr_1/metadata.json": expected JSON'),
        ('"time_res": 1.0', '"time_res": 0.0', "ndr_1/metadata.json\": .*'time_res'"),
        (
            '"time_res": 1.0',
            '"time_res": 3.0',
            'ndr_1/metadata.json": .*Expected 1 times',
        ),
        ('"output_mode": "multi"', '"output_mode": "m1"', "Result 1: .*'m1'"),
        ('"causes": 1', '"causes": "1"', 'ndr_1/metadata.json": causes must be'),
        ("      3\n", "      7\n", 'ndr_1/metadata.json": .*Expected 7 times'),
        ('"ndresult"', '"ndcollection"', "ndr_1/metadata.json\": 'object_type'"),
    ],
)
def test_what_is_wrong_with_another_result_is_told(archive, old, new, message):
    with pytest.raises(ValueError, match=message):
        opened(replaced(archive, old, new))


def test_numbers_of_any_kind_come_back(archive):
    for number in ("-0.0", "1e400", "123456789012345678901234567890", "5E-3"):
        found = opened(replaced(archive, '"soa": 10', f'"soa": {number}'))
        assert_same(found[1].run_parameters.soa, json.loads(number))


def spliced(first, second, **kwargs):
    """Return an archive of the only result of one collection and that of another."""
    contents, others = (
        members(stored(type(c)("spliced", [c._packed[0]] * 2), **kwargs))
        for c in (first, second)
    )
    changed = {name: data for name, data in others.items() if "ndr_1" in name}
    return zipped(contents | changed)


def single(array=None, **changed):
    """Return a collection of one result."""
    result = make_result(array, **changed)
    return sio.NDResultCollection.from_ndresults("single", [result])


@pytest.mark.parametrize("version", [0.1, 0.2])
def test_modes_that_only_xarray_can_read_are_compared(version):
    first, second = (
        single(make_array("?", modes=["multi", mode])) for mode in ("m1", "other")
    )
    with pytest.raises(ValueError, match="Result 1: expected"):
        opened(spliced(first, second, format_version=version))


def test_names_that_are_numbers_are_compared():
    """Keys that are not text are numbers of a list in JSON."""
    first, second = (single(run_parameters={key: 5}) for key in ((1, 2), (3, 4)))
    with pytest.raises(ValueError, match="Result 1: expected"):
        opened(spliced(first, second))


def test_long_texts_are_on_their_own():
    note = {"note": "long" * 20_000}
    long, other = single(extra=note), single(extra=note, run_parameters={"other": 1})
    with pytest.raises(ValueError, match=r"Result 1: expected .*'soa'.*'other'"):
        opened(spliced(long, other))
    sweep = make_collection(size=2, extra=note)
    assert [packed.kind for packed in opened(stored(sweep))._packed] == [None, None]


def test_results_of_any_number_of_kinds_are_checked():
    many = [single(extra={"note": f"{number:03}"}) for number in range(70)]
    wrong = single(extra={"note": "wrong"}, run_parameters={"other": 1})
    packed = [collection._packed[0] for collection in many]
    file = stored(sio.NDResultCollection("many", packed))
    assert len({packed.kind for packed in opened(file)._packed}) == 70
    contents = members(file)
    contents["ndr_69/metadata.json"] = members(stored(wrong))["ndr_0/metadata.json"]
    with pytest.raises(ValueError, match=r"Result 69: expected .*'soa'.*'other'"):
        opened(zipped(contents))


#: A document of the shape of a result's metadata, and places in it where something is put.
DOCUMENT = (
    '{"size": 7, "object_kwargs": {"res": 1.5, "run": {"a": 1, "b": [2, "3", 0.5]}, "limits": [0, 5],'
    ' "extra": {"k": {"m": 4}}}, "types": {"/object_kwargs/run/a": ["scalar", 8]}}'
)
BITS = st.sampled_from(
    [
        *(
            "0",
            "-1",
            "1e5",
            "NaN",
            "-",
            ".",
            '"',
            "\\",
            "{",
            "}",
            "[",
            "]",
            ",",
            ":",
            " ",
        ),
        *("1" * 64, "1" * 65, "0." + "1" * 70),
        *('"run": 5, ', '"extra"', '"\\u0072un": {"a": 3}, '),
        '"object_kwargs": {"run": {"z": 9}}, ',
    ]
)


def tree(text):
    """Return what Python reads of a text, numbers below the keys forgotten; an error as None."""
    try:
        pairs = json.loads(text, object_pairs_hook=list, parse_constant=str)
    except ValueError:
        return None

    def forget(value, path):
        if isinstance(value, list) and value and isinstance(value[0], tuple):
            return [(key, forget(item, (*path, key))) for key, item in value]
        if isinstance(value, list):
            return [forget(item, (*path, "*")) for item in value]
        below = (
            len(path) > 2 and path[0] == "object_kwargs" and path[1] in ("run", "extra")
        )
        return "number" if below and type(value) in (int, float) else value

    return forget(pairs, ())


def texts():
    edit = st.tuples(st.integers(0, len(DOCUMENT)), st.integers(0, 6), BITS)
    return st.lists(edit, max_size=3)


def fingerprints(texts, varying):
    """Return the fingerprints of results of these texts."""
    contents = members(stored(make_collection(size=1)))
    data = contents["ndr_0/nddata.nc"]
    file = zipped(
        {
            f"ndr_{i}/{name}": value
            for i, text in enumerate(texts)
            for name, value in (("nddata.nc", data), ("metadata.json", text.encode()))
        }
    )
    results = _native.Archive(file, "file").results(
        [_members.plan(i, ()) for i in range(len(texts))],
        compression=("none", 0),
        lift=None,
        varying=varying,
        threads=2,
    )
    return [packed.fingerprint for packed in results]


@pytest.mark.slow
@settings(max_examples=300)
@given(texts(), texts())
def test_texts_of_one_fingerprint_are_alike_to_python(first, second):
    found = []
    for edits in (first, second):
        text = DOCUMENT
        for at, cut, bit in edits:
            text = text[:at] + bit + text[at + cut :]
        found.append(text)
    prints = fingerprints(found, ("object_kwargs", ["run", "extra"], ["nddata"]))
    if prints[0] is not None and prints[0] == prints[1]:
        assert tree(found[0]) == tree(found[1])


def test_fingerprints_hold_from_call_to_call_and_are_made_where_asked_for():
    varying = ("object_kwargs", ["run"], [])
    first = fingerprints([DOCUMENT, DOCUMENT.replace('"a": 1', '"a": 25')], varying)
    other = fingerprints(
        [DOCUMENT.replace('"res": 1.5', '"res": 2'), DOCUMENT], varying
    )
    assert first[0] == first[1] == other[1] != other[0]
    assert fingerprints([DOCUMENT], None) == [None]


def test_a_fingerprint_holds_in_one_process(archive):
    packed = opened(archive)._packed[0]
    assert packed.kind is not None
    assert pickle.loads(pickle.dumps(packed)).kind is None
