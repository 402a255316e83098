"""Seeded nonsense in the type map and in labels: an error that names the member, or a result."""

import json
import random
import sys

import pytest
from documents import archive
from good import DIMS, RESULT, contents
from judge import Judge

pytestmark = pytest.mark.skipif(
    sys.platform != "linux", reason="memory is capped by RLIMIT_AS"
)

CASES = 600

LEAVES = (
    *(
        None,
        True,
        0,
        1,
        -1,
        3,
        1.5,
        float("nan"),
        2**70,
        10**30,
        [],
        {},
        [0, 3],
        [1, 2],
    ),
    *("x", "", "multi", "2020-01-01", "int64", "UTC", "ns", "s", "object", "string"),
    *("category", "period[D]", "AAAA", "modes", "a"),
)
NAMES = (
    *("xarray.DataArray", "xarray.Dataset", "pandas.DataFrame", "pandas.Series"),
    *("pandas.Index", "pandas.NA", "pandas.Timedelta", "pandas.Timestamp"),
)
DTYPES = (
    "<f8",
    "<i8",
    "|O",
    "<U3",
    "|b1",
    "<M8[s]",
    "<c16",
    "|S2",
    "<M8[0s]",
    "<M8",
    "bfloat16",
    "StringDType",
    "<f16",
)
PLAIN = (
    *("tuple", "set", "frozenset", "pairs", "complex", "bytes", "bytearray", "date"),
    *("time", "datetime", "timedelta"),
)
PARTS = (
    *(
        ("index", "columns", "data", "name"),
        ("dims", "data", "attrs", "coords", "name"),
    ),
    *(("range", "name"), ("codes", "categories", "ordered"), ("utc", "unit", "tz")),
    *(("values", "dtype"), ("levels", "codes", "names"), ("moment", "unit", "tz")),
    *(("data_vars", "coords", "attrs"), ("arrow",), ("values", "dtype", "storage")),
)


def value_of(rng, depth=0):
    kind = rng.randrange(4)
    if depth > 3 or kind == 0:
        return rng.choice(LEAVES)
    if kind == 1:
        return [value_of(rng, depth + 1) for _ in range(rng.randrange(4))]
    return {name: value_of(rng, depth + 1) for name in rng.choice(PARTS)}


def type_of(rng):
    kind = rng.randrange(5)
    if kind == 0:
        return rng.choice(PLAIN)
    if kind == 1:
        shape = rng.choice(([], [0], [1], [2], [2, 2], rng.choice(LEAVES)))
        return ["array", rng.choice(DTYPES), shape]
    if kind == 2:
        return [rng.choice(("scalar", "datetime", "time")), rng.choice(DTYPES)]
    if kind == 3:
        return ["keys", [rng.choice(LEAVES) for _ in range(rng.randrange(5))]]
    return ["object", rng.choice(NAMES)]


def pointers(value, path):
    yield path
    items = enumerate(value) if isinstance(value, list) else ()
    items = value.items() if isinstance(value, dict) else items
    for key, item in items:
        yield from pointers(item, f"{path}/{key}")


def case_of(rng):
    document = json.loads(contents(1)[RESULT])
    kwargs = document["object_kwargs"]
    value, root = value_of(rng), "/object_kwargs/extra/list"
    if rng.random() < 0.7:
        kwargs["extra"]["list"] = value
    elif rng.random() < 0.5:
        name = rng.choice(sorted(kwargs))
        kwargs[name], root = value, f"/object_kwargs/{name}"
    else:
        labels = {"name": "v", "dims": DIMS, "dtype": "<f8", "coords": {}, "attrs": {}}
        name = rng.choice(sorted(labels))
        document["nddata"] = labels | {name: value}
        root = f"/nddata/{name}"
    for pointer in pointers(value, root):
        if rng.random() < 0.5:
            document["types"][pointer] = type_of(rng)
    return archive(contents(1) | {RESULT: json.dumps(document).encode()})


@pytest.mark.slow
def test_nonsense_is_refused_with_its_place(tmp_path):
    path = tmp_path / "case.ndc"
    complaints = []
    with Judge() as judge:
        for seed in range(CASES):
            path.write_bytes(case_of(random.Random(seed)))
            classes, found = judge.outcome(path)
            placed = classes is None or f'{path}: member "ndr_0/' in found
            if not placed or (classes and "SkneuromsiIOError" not in classes):
                complaints.append(f"case {seed}: {classes} {found!s:.300}")
    assert complaints == []
