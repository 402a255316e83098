"""The opening functions, case by case: upstream's answer to sound and to spoilt files, and ours."""

import io
import json
import pathlib
import zipfile

import pytest
import skneuromsi
from same import outcome
from test_documented import Bar, assert_raises_alike, kind, quietly

import skneuromsi_io as sio


@pytest.fixture(scope="module")
def archive(theirs):
    """Members of an archive that upstream wrote."""
    stream = io.BytesIO()
    skneuromsi.to_ndc(stream, theirs, tqdm_cls=None)
    with zipfile.ZipFile(stream) as file:
        return {name: file.read(name) for name in file.namelist()}


def zipped(members):
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as file:
        for name, data in members.items():
            file.writestr(name, data)
    return stream.getvalue()


def changed(member, change):
    """An edit of the JSON document of a member."""

    def edit(members):
        document = json.loads(members[member])
        change(document)
        return {**members, member: json.dumps(document)}

    return edit


def without(name):
    return lambda members: {k: v for k, v in members.items() if k != name}


def replaced(name, data):
    return lambda members: {**members, name: data}


TOP, FIRST, DATA = "metadata.json", "ndr_0/metadata.json", "ndr_0/nddata.nc"
KW = "object_kwargs"
#: Spoilt and odd archives.
FILES = {
    "as written": lambda members: members,
    "more members": replaced("more", "x"),
    "no metadata": without(TOP),
    "no metadata of a result": without(FIRST),
    "no data": without(DATA),
    "no JSON": replaced(TOP, "{"),
    "no JSON of a result": replaced(FIRST, b"\xff\xfe{"),
    "no NetCDF": replaced(DATA, b"nothing of the kind"),
    "empty NetCDF": replaced(DATA, b""),
    "other type": changed(TOP, lambda d: d.update(object_type="ndresult")),
    "type null": changed(TOP, lambda d: d.update(object_type=None)),
    "other type alone": replaced(TOP, '{"object_type": "fake"}'),
    "other type of a result alone": replaced(FIRST, '{"object_type": "fake"}'),
    "other type of a result": changed(FIRST, lambda d: d.update(object_type="x")),
    "no type": changed(TOP, lambda d: d.pop("object_type")),
    "no type of a result": changed(FIRST, lambda d: d.pop("object_type")),
    "no kwargs": changed(TOP, lambda d: d.pop(KW)),
    "no kwargs of a result": changed(FIRST, lambda d: d.pop(KW)),
    "no size": changed(TOP, lambda d: d.pop("object_size")),
    "size 0": changed(TOP, lambda d: d.update(object_size=0)),
    "size too large": changed(TOP, lambda d: d.update(object_size=7)),
    "size smaller": changed(TOP, lambda d: d.update(object_size=2)),
    "size text": changed(TOP, lambda d: d.update(object_size="six")),
    "no name": changed(TOP, lambda d: d[KW].pop("name")),
    "number as name": changed(TOP, lambda d: d[KW].update(name=3)),
    "more keys": changed(TOP, lambda d: d.update(new=1)),
    "more keys of a result": changed(FIRST, lambda d: d.update(new=1)),
    "more kwargs": changed(TOP, lambda d: d[KW].update(new=1)),
    "more kwargs of a result": changed(FIRST, lambda d: d[KW].update(new=1)),
    "no mname": changed(FIRST, lambda d: d[KW].pop("mname")),
    "other mode": changed(FIRST, lambda d: d[KW].update(output_mode="x")),
    "other resolution": changed(FIRST, lambda d: d[KW].update(position_res=0.5)),
    "other range": changed(FIRST, lambda d: d[KW].update(time_range=[3, 1])),
    "range of text": changed(FIRST, lambda d: d[KW].update(time_range="ab")),
    "text as resolution": changed(FIRST, lambda d: d[KW].update(time_res="a")),
    "other parameters": changed(FIRST, lambda d: d[KW].update(run_parameters={})),
    "list as parameters": changed(FIRST, lambda d: d[KW].update(run_parameters=[1])),
    "text as causes": changed(FIRST, lambda d: d[KW].update(causes="two")),
    "list as document": replaced(TOP, "[]"),
    "list as a result's": replaced(FIRST, "[]"),
}


def summary(collection):
    rows = [(r.mname, dict(r.run_parameters), r.to_xarray().sum()) for r in collection]
    return collection.name, len(collection), repr(rows)


#: Metadata that make no sense, over which upstream trips with TypeError: ours raises ValueError.
NONSENSE = (
    *(
        "size text",
        "more kwargs",
        "more kwargs of a result",
        "no mname",
        "range of text",
    ),
    *("list as document", "list as a result's", "list as parameters"),
)


@pytest.mark.parametrize("case", FILES)
def test_files(archive, case):
    data = zipped(FILES[case](archive))
    ours, upstream = (
        quietly(lambda m=m: summary(m.read_ndc(io.BytesIO(data), tqdm_cls=None)))
        for m in (sio, skneuromsi)
    )
    if case in NONSENSE:
        assert (kind(ours), kind(upstream)) == (ValueError, TypeError)
    else:
        assert_raises_alike(ours, upstream)


@pytest.mark.parametrize("case", ["other type", "other type of a result"])
def test_messages_are_upstreams(archive, case):
    data = zipped(FILES[case](archive))
    ours, upstream = (
        outcome(lambda m=m: m.read_ndc(io.BytesIO(data), tqdm_cls=None))
        for m in (sio, skneuromsi)
    )
    assert upstream[1] in ours[1]


#: Calls of the opening functions: (module, path of a file of six results, of one, folder).
OPEN = {
    "path": lambda m, a, b, f: m.read_ndc(a),
    "text path": lambda m, a, b, f: m.read_ndc(str(a)),
    "stream": lambda m, a, b, f: m.read_ndc(io.BytesIO(a.read_bytes())),
    "file": lambda m, a, b, f: m.read_ndc(a.open("rb")),
    "keyword": lambda m, a, b, f: m.read_ndc(path_or_stream=a),
    "expected": lambda m, a, b, f: m.read_ndc(a, expected_size=6),
    "expected as text": lambda m, a, b, f: m.read_ndc(a, expected_size="6"),
    "expected others": lambda m, a, b, f: m.read_ndc(a, expected_size=2),
    "expected nothing": lambda m, a, b, f: m.read_ndc(a, expected_size=0),
    "expected text": lambda m, a, b, f: m.read_ndc(a, expected_size="x"),
    "expected list": lambda m, a, b, f: m.read_ndc(a, expected_size=[6]),
    "one": lambda m, a, b, f: [m.read_ndr(b).mname],
    "one of six": lambda m, a, b, f: m.read_ndr(a),
    "one, expected": lambda m, a, b, f: m.read_ndr(b, expected_size=1),
    "one, bar": lambda m, a, b, f: m.read_ndr(b, tqdm_cls=None),
    "zlib": lambda m, a, b, f: m.read_ndc(a, compression_params="zlib"),
    "level": lambda m, a, b, f: m.read_ndc(a, compression_params=3),
    "no params": lambda m, a, b, f: m.read_ndc(a, compression_params=None),
    "bad level": lambda m, a, b, f: m.read_ndc(a, compression_params=("lz4", 99)),
    "bad method": lambda m, a, b, f: m.read_ndc(a, compression_params="no"),
    "bad tuple": lambda m, a, b, f: m.read_ndc(a, compression_params=("lz4",)),
    "encoding": lambda m, a, b, f: m.read_ndc(a, metadata_encoding="utf-8"),
    "bad encoding": lambda m, a, b, f: m.read_ndc(a, metadata_encoding="no"),
    "compression": lambda m, a, b, f: m.read_ndc(a, compression=zipfile.ZIP_STORED),
    "bad compression": lambda m, a, b, f: m.read_ndc(a, compression=77),
    "unknown keyword": lambda m, a, b, f: m.read_ndc(a, level=3),
    "mode": lambda m, a, b, f: m.read_ndc(a, mode="r"),
    "positional": lambda m, a, b, f: m.read_ndc(a, None),
    "bar": lambda m, a, b, f: m.read_ndc(a, tqdm_cls=Bar),
    "bar class": lambda m, a, b, f: m.read_ndc(a, tqdm_cls=int),
    "no file": lambda m, a, b, f: m.read_ndc(f / "no"),
    "folder": lambda m, a, b, f: m.read_ndc(f),
    "empty path": lambda m, a, b, f: m.read_ndc(""),
    "path with nul": lambda m, a, b, f: m.read_ndc("a\0b"),
    "empty file": lambda m, a, b, f: m.read_ndc(io.BytesIO()),
    "no zip": lambda m, a, b, f: m.read_ndc(io.BytesIO(b"nothing" * 99)),
    "cut": lambda m, a, b, f: m.read_ndc(io.BytesIO(a.read_bytes()[:-50])),
    "closed": lambda m, a, b, f: m.read_ndc(shut(a)),
    "write-only": lambda m, a, b, f: m.read_ndc((f / "w").open("wb")),
    "no stream": lambda m, a, b, f: m.read_ndc(object()),
    "none": lambda m, a, b, f: m.read_ndc(None),
}
#: Cases in which ours raises another class: upstream trips over a missing attribute.
OPEN_DIFFERS = {
    "no stream": (TypeError, Exception),
    "none": (TypeError, Exception),
}


def shut(path):
    with pathlib.Path(path).open("rb") as stream:
        return stream


@pytest.fixture(scope="module")
def written(theirs, tmp_path_factory):
    folder = tmp_path_factory.mktemp("written")
    paths = folder / "a.ndc", folder / "b.ndr"
    skneuromsi.to_ndc(paths[0], theirs, tqdm_cls=None)
    skneuromsi.to_ndr(paths[1], theirs[0])
    return paths


@pytest.mark.parametrize("case", OPEN)
def test_opening(written, tmp_path, case):
    ours, upstream = (
        quietly(lambda m=m: OPEN[case](m, *written, tmp_path))
        for m in (sio, skneuromsi)
    )
    if case in OPEN_DIFFERS:
        assert (kind(ours), kind(upstream)) == OPEN_DIFFERS[case]
    elif kind(upstream) is None:
        assert isinstance(ours, type(upstream))
        assert repr(ours) == repr(upstream)
    else:
        assert_raises_alike(ours, upstream)


@pytest.mark.parametrize("case", ["expected others", "one of six", "bad level"])
def test_messages_of_arguments(written, tmp_path, case):
    ours, upstream = (
        outcome(lambda m=m: OPEN[case](m, *written, tmp_path))
        for m in (sio, skneuromsi)
    )
    # Ours may go on, and say what to do.
    assert ours[1].startswith(upstream[1])


def test_bars_of_opening(written):
    seen = []
    Bar.seen()
    for module in (sio, skneuromsi):
        module.read_ndc(written[0], tqdm_cls=Bar)
        seen.append(Bar.seen())
    # Ours does not open every result a second time.
    assert [*seen[0], ("Collecting metadata", 6, 6)] == seen[1]
