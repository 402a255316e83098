"""Cases of the metadata: text that is not JSON, values of wrong types, type maps that lie."""

import json

from container import EITHER, EQUAL, META, MISSING
from good import DIMS, LARGE, RESULT, contents, with_document
from zipkit import build, members_of

ERROR = "SkneuromsiIOError"
WRONG = (None, True, -1, 0, 2**70, 1.5, float("nan"), "x", "", [], [1], {}, {"a": 1})


def archive(contents):
    return build(members_of(contents))


def texts():
    """Members that are not a JSON object."""
    for name in ("metadata.json", RESULT):
        good = contents(1)[name]
        for what, text in {
            "empty": b"",
            "blank": b" \n",
            "binary": bytes(range(256)),
            "no JSON": b"{'a': 1}",
            "cut": good[:-9],
            "with more after it": good + b"{}",
            "a list": b"[]",
            "a number": b"1",
            "null": b"null",
            "deep lists": b"[" * 100_000 + b"]" * 100_000,
            "deep objects": b'{"a":' * 100_000 + b"1" + b"}" * 100_000,
            "deep and never closed": b"[" * 5_000_000,
            "an endless string": b'{"a": "' + b"x" * 1_000_000,
            "a control character": good.replace(b"model", b"mo\1el", 1) + b"\1",
            "invalid UTF-8": good[:-3] + b'\xff"}',
        }.items():
            yield f"{name}: {what}", archive(contents(1) | {name: text}), META, name
        for encoding in ("utf-16", "utf-32", "utf-8-sig"):
            text = good.decode().encode(encoding)
            yield (
                f"{name}: {encoding}",
                archive(contents(1) | {name: text}),
                EITHER,
                None,
            )
        number = b'{"x": ' + b"9" * 5000 + b"," + good.lstrip()[1:]
        yield (
            f"{name}: a huge integer",
            archive(contents(1) | {name: number}),
            EITHER,
            None,
        )
        twice = good.replace(b"{", b'{"object_type": "x",', 1)
        yield f"{name}: a key twice", archive(contents(1) | {name: twice}), EITHER, None


def collections():
    """Values of the collection's metadata."""
    name = "metadata.json"
    keys = ("object_type", "object_size", "object_kwargs", "format_version")
    for key in keys:
        case = with_document(name, lambda d, key=key: d.pop(key) and None)
        yield f"without {key}", archive(case), MISSING, name
    for key in (
        "object_type",
        "object_size",
        "object_kwargs",
        "format_version",
        "extra",
    ):
        for value in WRONG:
            good = key == "extra" or (key, value) == ("object_size", True)
            case = with_document(name, lambda d, k=key, v=value: d.update({k: v}))
            expected = EITHER if good or key == "object_kwargs" else ERROR
            yield f"{key} = {value!r}", archive(case), expected, None
    for size in (2, 3, 10**6, 2**31, 2**62, 2**64, 10**30):
        case = with_document(name, lambda d, s=size: d.update(object_size=s))
        yield f"object_size = {size}", archive(case), ERROR, None
    fewer = with_document(name, lambda d: d.update(object_size=1), count=2)
    yield "object_size too small", archive(fewer), EITHER, None


def results():
    """Values of a result's metadata."""
    for key in ("object_type", "object_kwargs"):
        case = with_document(RESULT, lambda d, key=key: d.pop(key) and None)
        yield f"result without {key}", archive(case), MISSING, RESULT
        for value in WRONG:
            case = with_document(RESULT, lambda d, k=key, v=value: d.update({k: v}))
            yield f"result's {key} = {value!r}", archive(case), ERROR, None
    for key in json.loads(contents(1)[RESULT])["object_kwargs"]:
        case = with_document(
            RESULT, lambda d, k=key: d["object_kwargs"].pop(k) and None
        )
        yield f"result without {key}", archive(case), ERROR, RESULT
        for value in WRONG:
            case = with_document(
                RESULT, lambda d, k=key, v=value: d["object_kwargs"].update({k: v})
            )
            # Many fields take any value: it is an error, or comes back as it stands there.
            yield f"{key} = {value!r}", archive(case), "an error, or a result", None
    other = with_document(
        "ndr_1/metadata.json",
        lambda d: d["object_kwargs"].update(run_parameters={"q": 1}),
        count=2,
    )
    yield "results that differ", archive(other), "ValueError", None


def types():
    """Type maps."""
    where = "/object_kwargs/extra/list"
    rows = [
        *WRONG,
        ["scalar", "<f8"],
        ["scalar", "V8"],
        ["scalar"],
        ["array", "<f8", [3]],
        ["array", "<f8", [2**40]],
        ["array", "<f8", [-1, -3]],
        ["array", "O", [3]],
        ["array", "<U2000000000", [3]],
        ["array", "<f8", "3"],
        ["external", "<f8", [3]],
        ["keys", [1, 2, 3]],
        ["object", "builtins.eval"],
        ["object", "pandas.DataFrame"],
        ["object", ["pandas.Series"]],
        ["datetime", "../../etc/passwd", 0],
        "complex",
        "bytes",
        "date",
        "timedelta",
        "pairs",
        "frozenset",
    ]
    for row in rows:
        case = with_document(RESULT, lambda d, r=row: d["types"].update({where: r}))
        expected = EITHER if row in ({"a": 1},) else ERROR
        if row == "frozenset":
            expected = "an error, or a result"
        yield f"type {row!r}", archive(case), expected, None
    for pointer in ("", "x", "/x", "/object_kwargs/extra/list/9", "/object_kwargs/extra/x/y",
                    "/object_kwargs/mname/0", "/" * 10_000):  # fmt: skip
        case = with_document(
            RESULT, lambda d, p=pointer: d["types"].update({p: "tuple"})
        )
        yield f"pointer {pointer[:40]!r}", archive(case), ERROR, None
    for table in WRONG:
        case = with_document(RESULT, lambda d, t=table: d.update(types=t))
        yield f"types = {table!r}", archive(case), "an error, or a result", None
    for member in (
        "extra_1.nc",
        "../nddata.nc",
        "nddata.nc",
        "",
        7,
        None,
        "extra_0.nc/",
    ):
        descriptor = {"netcdf": member, "dtype": "<f8", "shape": [1001]}
        case = with_document(
            RESULT, lambda d, x=descriptor: d["object_kwargs"]["extra"].update(large=x)
        )
        yield f"descriptor of {member!r}", archive(case), ERROR, None
    for dtype, shape in (
        ("<f4", [1001]),
        ("<f8", [1002]),
        ("<f8", [7, 143]),
        ("<i8", [1001]),
    ):
        row = ["external", dtype, shape]
        case = with_document(
            RESULT,
            lambda d, r=row: d["types"].update({"/object_kwargs/extra/large": r}),
        )
        yield f"an array said to be {dtype} {shape}", archive(case), ERROR, None
    surplus = dict(contents(1)) | {"ndr_0/extra_1.nc": contents(1)[LARGE]}
    yield "an array that nobody names", archive(surplus), EQUAL, None


def restored(value, row, inner=None):
    """Return an archive in which `value` has this type, and its parts those of `inner`."""

    def change(document):
        document["object_kwargs"]["extra"]["list"] = value
        rows = {"": row, **(inner or {})}
        document["types"] |= {
            f"/object_kwargs/extra/list{pointer}": name
            for pointer, name in rows.items()
        }

    return archive(with_document(RESULT, change))


#: Text that NumPy or pandas would divide by, parse as Python or allocate for.
DTYPES = (
    *("<M8[s/0]", "<m8[ns/0]", "<M8[0s]", "<M8[4294967296s]", "datetime64[s/0]"),
    *("(,,)f8,f8", "(2,)f8", "f8,(", "{", "a\0", "\ud800", "f" * 100_000),
    *("V8", "<U99999999999999999999", "<U2147483647"),
)


def dtypes():
    """Dtypes wherever a file names one."""
    series, index = ["object", "pandas.Series"], ["object", "pandas.Index"]
    for dtype in DTYPES:
        numbers = {"/data": ["array", "<i8", [1]]}
        utc = {"utc": [1], "unit": dtype.removesuffix("]")[4:], "tz": "UTC"}
        column = {"values": [1], "dtype": dtype}
        cases = {
            "array": restored([1], ["array", dtype, [1]]),
            "scalar": restored(1, ["scalar", dtype]),
            "external": restored({"netcdf": "extra_0.nc"}, ["external", dtype, [1]]),
            "column": restored({"data": column, "name": None}, index),
            "moments": restored(
                {"index": [0], "data": utc, "name": None},
                series,
                {"/data/utc": numbers["/data"]},
            ),
            "labels": archive(with_labels(dtype=dtype)),
        }
        for what, case in cases.items():
            yield f"{what} of {dtype[:40]!r}", case, META, RESULT
    for dtype in (
        *("Sparse[float64, (,)]", "period[D]", "interval[int64]", "category"),
        *("datetime64[ns, dateutil//etc/passwd]", "timestamp[ns, tz=x][pyarrow]"),
        *("S2000000000", "complex256", ["a"], 5, None, {}),
    ):
        column = {"data": {"values": [1], "dtype": dtype}, "name": None}
        yield f"a column of {dtype!r}", restored(column, index), META, RESULT


#: Names of zones that are paths, folders, of this machine, or of pandas alone.
ZONES = (
    *("dateutil//tmp/x", "dateutil/Europe/Berlin", "/etc/passwd", "../../etc/passwd"),
    *(
        "Africa",
        "America/",
        "zone.tab",
        "tzlocal()",
        "",
        ".",
        "a\0b",
        "\ud800",
        "x" * 5000,
    ),
    *(5, [], {}, True, "leapseconds"),
)


def zones():
    """Zones and moments wherever a file names one."""
    stamp = ["object", "pandas.Timestamp"]
    good = {"moment": "2020-01-01T00:00:00+00:00", "unit": "s", "tz": "UTC"}
    moment = "2020-01-01T00:00:00"
    for zone in ZONES:
        utc = {"utc": [1], "unit": "s", "tz": zone}
        cases = {
            "datetime": restored(moment, ["datetime", zone, 0]),
            "time": restored("00:00:00", ["time", zone, 0]),
            "Timestamp": restored(good | {"tz": zone}, stamp),
            "column": restored(
                {"data": utc, "name": None},
                ["object", "pandas.Index"],
                {"/data/utc": ["array", "<i8", [1]]},
            ),
        }
        for what, case in cases.items():
            yield f"{what} in {zone!r:.40}", case, META, RESULT
    for text in ("now", "today", "", "NaT", None, 5, [], "9" * 100_000, "2020", moment[:-3]):  # fmt: skip
        case = restored(good | {"moment": text}, stamp)
        yield f"the moment {text!r:.40}", case, META, RESULT
    for unit in ("D", "ns/0", "", None, 5, "generic"):
        case = restored(good | {"unit": unit}, stamp)
        yield f"the unit {unit!r}", case, META, RESULT
    for name, value in (
        ("Timedelta", None),
        ("Timedelta", {"duration": "now"}),
        ("NA", {}),
        ("NaT", 1),
    ):
        case = restored(value, ["object", f"pandas.{name}"])
        yield f"pandas.{name} of {value!r}", case, META, RESULT


def with_labels(**changes):
    """Return the members of an archive with labels beside the data."""
    labels = {"name": "v", "dims": DIMS, "dtype": "<f8", "coords": {}, "attrs": {}}
    return with_document(RESULT, lambda d: d.update(nddata=labels | changes))


FAMILIES = (texts, collections, results, types, dtypes, zones)
