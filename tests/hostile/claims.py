"""Cases of metadata that claim more memory or time than they have bytes, and of parts that are at odds."""

from container import META
from documents import archive, restored, with_labels
from good import RESULT, contents, with_document

#: Multiples of it hash alike.
MODULUS = 2**61 - 1

INDEX = ["object", "pandas.Index"]
SERIES = ["object", "pandas.Series"]
ARRAY = ["object", "xarray.DataArray"]
RANGE = {"range": [0, 10**8, 1], "name": None}


def memory():
    """Values that a library would repeat as often as their labels are long."""

    def widths(document):
        for index in range(15):
            document["object_kwargs"]["extra"][f"w{index}"] = ["x"]
            row = ["array", "<U16000000", [1]]
            document["types"][f"/object_kwargs/extra/w{index}"] = row

    yield "15 wide texts", archive(with_document(RESULT, widths)), META, RESULT
    axis = {"data": list(range(8000)), "attrs": {}}
    coords = {dim: axis | {"dims": [dim]} for dim in "ab"}
    labelled = {"name": None, "dims": ["a", "b"], "data": 0, "attrs": {}}
    inner = {f"/coords/{dim}/data": ["array", "<i8", [8000]] for dim in "ab"}
    for what, rows in {"0": {}, "0-d array": {"/data": ["array", "<i8", []]}}.items():
        case = restored(labelled | {"coords": coords}, ARRAY, inner | rows)
        yield f"labels for a {what}", case, META, RESULT
    whole = {"name": None, "dims": ["a"], "data": RANGE, "attrs": {}, "coords": {}}
    yield "a range as data", restored(whole, ARRAY, {"/data": INDEX}), META, RESULT
    for values in (RANGE, "a", {"0": 1}, [1], 1, None):
        column = {"values": values, "dtype": "object"}
        series = {"index": RANGE, "data": column, "name": None}
        rows = {"/index": INDEX} | ({"/data/values": INDEX} if values is RANGE else {})
        case = restored(series, SERIES, rows)
        yield f"a column of {values!r}", case, META, RESULT


def time():
    """Values that take quadratic time."""
    alike = [(index + 1) * MODULUS for index in range(20_000)]
    for name in ("set", "frozenset"):
        yield f"a {name} that hashes alike", restored(alike, name), META, RESULT
    pairs = [[key, 0] for key in alike]
    yield "pairs that hash alike", restored(pairs, "pairs"), META, RESULT
    keys = restored({str(key): 0 for key in alike}, ["keys", alike])
    yield "keys that hash alike", keys, META, RESULT
    for shape in (
        [10**18 - 1] * 80_000,
        [1] * 65,
        [2**32, 2**32],
        [10**5000 % 7] * 100,
    ):
        case = restored([], ["array", "<f8", shape])
        yield f"a shape of {len(shape)}", case, META, RESULT


def contradictions():
    """Parts of which some library raises something of its own."""
    for key in ("object_kwargs", "nddata"):
        for row in ("tuple", ["array", "|O", []], ["keys", list(range(11))]):
            case = with_document(
                RESULT, lambda d, k=key, r=row: d["types"].update({f"/{k}": r})
            )
            yield f"{key} as {row!r}", archive(case), META, RESULT
    for key in ("extra", "run_parameters", "nmap", "time_range", "causes"):
        rows = {f"/object_kwargs/{key}": ["array", "|O", []]}
        case = with_document(RESULT, lambda d, r=rows: d["types"].update(r))
        yield f"{key} in an array", archive(case), "an error, or a result", None
    for key, values in {
        "dims": (None, [], "x", [[]], [1, 2, 3, 4], ["a"] * 4, {"a": 1}),
        "dtype": (None, 2**70, [["a", "<f8"]], {"a": 1}, [], "<f8,<f8", "<i8", "O"),
        "coords": (
            None,
            [],
            {"modes": None},
            {"modes": {"dims": ["modes"]}},
            {"modes": 5},
        ),
        "attrs": (5, [1], [[1, 2]], "x"),
        "name": ([], {}),
    }.items():
        for value in values:
            case = archive(with_labels(**{key: value}))
            expected = (
                "an error, or a result"
                if (key, value) == ("dims", [1, 2, 3, 4])
                else META
            )
            yield f"labels with {key} = {value!r}", case, expected, None
    for labels in (None, 5, [], "x", {}, [1]):
        case = with_document(RESULT, lambda d, x=labels: d.update(nddata=x))
        yield f"labels = {labels!r}", archive(case), META, RESULT
    version = {"/format_version": ["array", "<f8", [2]]}
    case = with_document(
        "metadata.json", lambda d: d.update(format_version=[0.2, 0.2], types=version)
    )
    yield "an array as format_version", archive(case), "an error, or a result", None
    for depth in (300, 400, 900):
        for brackets in (("[", "]"), ('{"a":', "}")):
            text = contents(1)[RESULT].decode()
            deep = brackets[0] * depth + "1" + brackets[1] * depth
            text = text.replace('"mname": "model"', f'"mname": {deep}')
            case = archive(contents(1) | {RESULT: text.encode()})
            yield f"{depth} times {brackets[0]}", case, "an error, or a result", None


FAMILIES = (memory, time, contradictions)
