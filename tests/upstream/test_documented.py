"""The eight documented functions, case by case: what upstream's take, return and raise, ours do too."""

import inspect
import io
import json
import tempfile
import warnings
import zipfile

import pytest
import skneuromsi
from same import assert_same, outcome
from tqdm import tqdm

import skneuromsi_io as sio

# Upstream's own time of day, which Python 3.12 deprecates.
pytestmark = pytest.mark.filterwarnings("ignore:datetime.datetime.utcnow")

NAMES = (
    *("store_ndresults_collection", "store_ndresult", "to_ndc", "to_ndr"),
    *("open_ndresults_collection", "open_ndresult", "read_ndc", "read_ndr"),
)


@pytest.mark.parametrize("name", NAMES)
def test_signatures(name):
    """Upstream's parameters in upstream's order with upstream's defaults; ours have more keywords."""
    ours, theirs = (
        inspect.signature(getattr(module, name)) for module in (sio, skneuromsi)
    )
    shared = [ours.parameters[parameter] for parameter in theirs.parameters]
    assert [(p.name, p.kind, p.default) for p in shared] == [
        (p.name, p.kind, p.default) for p in theirs.parameters.values()
    ]
    for name in set(ours.parameters) - set(theirs.parameters):
        assert ours.parameters[name].kind is inspect.Parameter.KEYWORD_ONLY
        assert ours.parameters[name].default is not inspect.Parameter.empty


@pytest.mark.parametrize("name", NAMES)
def test_aliases(name):
    long = {
        "to_ndc": "store_ndresults_collection",
        "to_ndr": "store_ndresult",
        "read_ndc": "open_ndresults_collection",
        "read_ndr": "open_ndresult",
    }
    assert getattr(sio, name) is getattr(sio, long.get(name, name))


class Unseekable(io.RawIOBase):
    def __init__(self):
        self.bytes = bytearray()

    def writable(self):
        return True

    def write(self, data):
        self.bytes += data
        return len(data)


class Bar(tqdm):
    """Notes what bars were made, and how far they came."""

    made: list = []  # noqa: RUF012 - shared by all bars

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs, file=io.StringIO())
        Bar.made.append(self)

    @classmethod
    def seen(cls):
        bars, cls.made = cls.made, []
        return [(bar.desc, bar.total, bar.n) for bar in bars]


#: Calls of the storing functions: (module, folder, collection).
STORE = {
    "path": lambda m, f, c: m.to_ndc(f / "a", c),
    "text path": lambda m, f, c: m.to_ndc(str(f / "a"), c),
    "stream": lambda m, f, c: m.to_ndc(io.BytesIO(), c),
    "file": lambda m, f, c: m.to_ndc((f / "a").open("wb"), c),
    "unseekable": lambda m, f, c: m.to_ndc(Unseekable(), c),
    "spooled": lambda m, f, c: m.to_ndc(tempfile.SpooledTemporaryFile(), c),  # noqa: SIM115
    "keywords": lambda m, f, c: m.to_ndc(path_or_stream=f / "a", ndrcollection=c),
    "stored": lambda m, f, c: m.to_ndc(f / "a", c, compression=zipfile.ZIP_STORED),
    "bzip2": lambda m, f, c: m.to_ndc(f / "a", c, compression=zipfile.ZIP_BZIP2),
    "level 1": lambda m, f, c: m.to_ndc(f / "a", c, compresslevel=1),
    "no zip64": lambda m, f, c: m.to_ndc(f / "a", c, allowZip64=False),
    "timestamps": lambda m, f, c: m.to_ndc(f / "a", c, strict_timestamps=False),
    "metadata": lambda m, f, c: m.to_ndc(f / "a", c, metadata={"a": [1, (2,)]}),
    "a list as metadata": lambda m, f, c: m.to_ndc(f / "a", c, metadata=[1, 2]),
    "one result": lambda m, f, c: m.to_ndr(f / "a", c[0]),
    "one with metadata": lambda m, f, c: m.to_ndr(f / "a", c[0], metadata={"a": 1}),
    "one positional": lambda m, f, c: m.to_ndr(f / "a", c[0], {"a": 1}),
    "positional": lambda m, f, c: m.to_ndc(f / "a", c, {"a": 1}),
    "no collection": lambda m, f, c: m.to_ndc(f / "a", c[0]),
    "list": lambda m, f, c: m.to_ndc(f / "a", list(c)),
    "no result": lambda m, f, c: m.to_ndr(f / "a", c),
    "nothing": lambda m, f, c: m.to_ndr(f / "a", None),
    "no folder": lambda m, f, c: m.to_ndc(f / "no" / "a", c),
    "folder": lambda m, f, c: m.to_ndc(f, c),
    "empty path": lambda m, f, c: m.to_ndc("", c),
    "path with nul": lambda m, f, c: m.to_ndc("a\0b", c),
    "unknown method": lambda m, f, c: m.to_ndc(f / "a", c, compression=77),
    "text method": lambda m, f, c: m.to_ndc(f / "a", c, compression="deflate"),
    "unknown keyword": lambda m, f, c: m.to_ndc(f / "a", c, level=3),
    "mode": lambda m, f, c: m.to_ndc(f / "a", c, mode="a"),
    "one, mode": lambda m, f, c: m.to_ndr(f / "a", c[0], mode="a"),
    "closed stream": lambda m, f, c: m.to_ndc(closed(), c),
    "read-only file": lambda m, f, c: m.to_ndc(readable(f), c),
    "no stream": lambda m, f, c: m.to_ndc(object(), c),
    "number": lambda m, f, c: m.to_ndc(3.5, c),
    "text stream": lambda m, f, c: m.to_ndc(io.StringIO(), c),
    "bad metadata": lambda m, f, c: m.to_ndc(f / "a", c, metadata={"a": object()}),
    "no bar": lambda m, f, c: m.to_ndc(f / "a", c, tqdm_cls=None),
    "false bar": lambda m, f, c: m.to_ndc(f / "a", c, tqdm_cls=False),
    "no bar class": lambda m, f, c: m.to_ndc(f / "a", c, tqdm_cls=int),
}
#: Cases in which ours raises another class.
STORE_DIFFERS = {
    # Upstream trips over a missing attribute.
    "no stream": (TypeError, Exception),
    "number": (TypeError, Exception),
}


def closed():
    stream = io.BytesIO()
    stream.close()
    return stream


def readable(folder):
    (folder / "r").write_bytes(b"")
    return (folder / "r").open("rb")


#: Exceptions that callers of upstream catch; its others are kinds of these.
CAUGHT = (zipfile.BadZipFile, KeyError, ValueError, TypeError, OSError)


def kind(found):
    """Class of what was raised, as a caller would catch it; None if nothing was."""
    if not (isinstance(found, tuple) and isinstance(found[0], type)):
        return None
    bases = [cls for cls in (*CAUGHT, Exception) if issubclass(found[0], cls)]
    return found[0] if issubclass(found[0], (OSError, *CAUGHT[:1])) else bases[0]


def assert_raises_alike(ours, upstream):
    if kind(upstream) is None or kind(ours) is None:
        assert ours == upstream
    else:
        assert issubclass(ours[0], kind(upstream)), (ours, upstream)


def quietly(call):
    with warnings.catch_warnings():
        # Files that a case leaves open.
        warnings.simplefilter("ignore", ResourceWarning)
        return outcome(call)


def both(tmp_path, call):
    """Outcomes of a call with either module, in folders of the same content."""
    found = []
    for module in (sio, skneuromsi):
        folder = tmp_path / module.__name__
        folder.mkdir()
        found.append(quietly(lambda m=module, f=folder: call(m, f)))
    return found


@pytest.mark.parametrize("case", STORE)
def test_storing(tmp_path, theirs, case):
    ours, upstream = both(tmp_path, lambda m, f: STORE[case](m, f, theirs))
    if case in STORE_DIFFERS:
        assert (kind(ours), kind(upstream)) == STORE_DIFFERS[case]
    else:
        assert_raises_alike(ours, upstream)


@pytest.mark.parametrize("case", [n for n in STORE if "metadata" in n or "posit" in n])
def test_extra_metadata(tmp_path, theirs, case):
    both(tmp_path, lambda m, f: STORE[case](m, f, theirs))
    paths = [tmp_path / name / "a" for name in ("skneuromsi_io", "skneuromsi")]
    found = [sio.read_metadata(path)["extra"] for path in paths if path.exists()]
    assert json.dumps(found[:1]) == json.dumps(found[1:])


def test_bars_of_storing(tmp_path, theirs):
    def call(m, f):
        m.to_ndc("a.ndc", theirs, tqdm_cls=Bar)
        m.to_ndr("a.ndr", theirs[0])
        return Bar.seen()

    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(tmp_path)
        ours, upstream = both(tmp_path, call)
    assert ours == upstream == [("Saving 'a.ndc'", 6, 6)]


def test_streams_are_continued(theirs):
    """An archive begins where the stream stands, and the stream stays open."""
    for module in (sio, skneuromsi):
        stream = io.BytesIO()
        stream.write(b"before")
        module.to_ndc(stream, theirs, tqdm_cls=None)
        end = stream.tell()
        assert stream.getvalue().startswith(b"beforePK")
        assert end == len(stream.getvalue())
        for other in (sio, skneuromsi):
            stream.seek(3)
            found = other.read_ndc(stream, tqdm_cls=None)
            assert_same(found.disparity_matrix(), theirs.disparity_matrix())
            assert not stream.closed
