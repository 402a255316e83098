"""Progress bars: one step a result, in order, closed at the end and on errors."""

import io
import os
import subprocess
import sys
from typing import ClassVar

import pytest
import tqdm

import skneuromsi_io as sio
from helpers import make_collection, make_result, members, stored, zipped
from skneuromsi_io._batches import batches, thread_count


class Bar(tqdm.tqdm):
    """A bar that draws nothing visible and can be asked afterwards."""

    made: ClassVar[list] = []

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **{**kwargs, "file": io.StringIO()})
        self.closed = False
        Bar.made.append(self)

    def close(self):
        super().close()
        self.closed = True


@pytest.fixture(autouse=True)
def no_bars():
    Bar.made = []


def test_a_notebook_without_widgets_shows_text_and_no_warning():
    program = """
import sys, types, warnings
warnings.simplefilter("always")
# By these, versions of tqdm find a notebook.
kernel = types.SimpleNamespace(config={"IPKernelApp": {}})
sys.modules["IPython"] = types.SimpleNamespace(get_ipython=lambda: kernel)
sys.modules["ipykernel.zmqshell"] = types.ModuleType("ipykernel.zmqshell")
sys.modules["ipywidgets"] = None
import skneuromsi_io as s
from skneuromsi_io._progress import tqdm_class
print(s.read_ndc.__kwdefaults__["tqdm_cls"], tqdm_class(True))
"""
    done = subprocess.run(
        [sys.executable, "-c", program],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
        capture_output=True,
        text=True,
        check=True,
    )
    text = "<class 'tqdm.asyncio.tqdm_asyncio'>"
    assert (done.stdout, done.stderr) == (f"{text} {text}\n", "")


def test_verify_repair_and_merge_count(archive, tmp_path):
    sio.verify(archive, tqdm_cls=Bar)
    sio.repair(archive, tmp_path / "saved.ndc", tqdm_cls=Bar)
    sio.merge([archive, archive], tmp_path / "both.ndc", tqdm_cls=Bar)
    assert [(bar.n, bar.total, bar.closed) for bar in Bar.made] == [(3, 3, True)] * 4
    begun = [bar.desc.split()[0] for bar in Bar.made]
    assert begun == ["Checking", "Checking", "Joining", "Joining"]


def test_storing_counts(collection):
    stored(collection, tqdm_cls=Bar)
    (bar,) = Bar.made
    assert (bar.n, bar.total, bar.closed) == (3, 3, True)
    assert bar.desc.startswith("Saving '")


def test_opening_counts(archive):
    sio.read_ndc(archive, tqdm_cls=Bar)
    (bar,) = Bar.made
    assert (bar.n, bar.total, bar.closed) == (3, 3, True)
    assert bar.desc.startswith("Reading ndresults")


def test_storing_a_single_result_counts_when_asked(result):
    stored(result, tqdm_cls=Bar)
    assert [(bar.n, bar.total) for bar in Bar.made] == [(1, 1)]


@pytest.mark.parametrize("shown", [True, tqdm.auto.tqdm])
def test_shown(collection, capsys, shown):
    archive = stored(collection, tqdm_cls=shown)
    assert "3/3" in capsys.readouterr().err
    sio.read_ndc(archive, tqdm_cls=shown)
    assert "3/3" in capsys.readouterr().err


@pytest.mark.parametrize("hidden", [None, False])
def test_hidden(collection, capsys, hidden):
    sio.read_ndc(stored(collection, tqdm_cls=hidden), tqdm_cls=hidden)
    sio.read_ndr(stored(collection[0]))
    assert capsys.readouterr() == ("", "")


def test_shown_by_default(collection, capsys):
    stream = io.BytesIO()
    sio.to_ndc(stream, collection)
    assert "3/3" in capsys.readouterr().err
    sio.read_ndc(stream)
    assert "3/3" in capsys.readouterr().err


@pytest.mark.parametrize("wrong", [1, "tqdm", dict, object()], ids=repr)
def test_wrong_when_opening(archive, wrong):
    with pytest.raises(TypeError, match="'tqdm_cls' must be an instance of"):
        sio.read_ndc(archive, tqdm_cls=wrong)


def test_any_callable_when_storing(collection):
    """As upstream: what wraps an iterable serves."""
    seen = []

    def bar(items, *, total, desc):
        seen.append((total, desc))
        for item in items:
            yield item
            seen.append(item)

    stored(collection, tqdm_cls=bar)
    assert seen[0][0] == 3
    assert seen[1:] == [0, 1, 2]


def test_collections_remember_their_bar(collection, archive):
    sio.read_ndc(archive, tqdm_cls=Bar).to_ndc(io.BytesIO())
    assert [bar.n for bar in Bar.made] == [3, 3]
    sio.read_ndc(archive, tqdm_cls=Bar).to_ndc(io.BytesIO(), quiet=True)
    assert [bar.n for bar in Bar.made] == [3, 3, 3]


def test_closed_on_errors(archive):
    contents = members(archive)
    contents["ndr_2/metadata.json"] = b"{"
    with pytest.raises(ValueError, match="ndr_2"):
        sio.read_ndc(zipped(contents), tqdm_cls=Bar)
    bad = [make_result(), make_result(extra={"bad": object()})]
    with pytest.raises(TypeError):
        stored(sio.NDResultCollection.from_ndresults("n", bad), tqdm_cls=Bar)
    assert all(bar.closed for bar in Bar.made)


def test_batches_hold_a_result_for_each_thread():
    sizes = [32 << 20] * 5
    assert [len(b) for b in batches(sizes, int, 2)] == [2, 2, 1]
    assert [len(b) for b in batches([1] * 2500, int, 2)] == [1024, 1024, 452]
    assert list(batches([], int, 2)) == []


def test_thread_count(monkeypatch):
    monkeypatch.setenv("SKNEUROMSI_IO_NUM_THREADS", "3")
    assert thread_count() == 3
    monkeypatch.delenv("SKNEUROMSI_IO_NUM_THREADS")
    unset = thread_count()
    assert unset >= 1
    # As it is after `export SKNEUROMSI_IO_NUM_THREADS=`.
    monkeypatch.setenv("SKNEUROMSI_IO_NUM_THREADS", "")
    assert thread_count() == unset


@pytest.mark.parametrize(
    "wrong", ["0", "-1", "two", "1.5", " 2", " ", "9" * 20, "9" * 5000]
)
def test_wrong_thread_count(monkeypatch, wrong):
    monkeypatch.setenv("SKNEUROMSI_IO_NUM_THREADS", wrong)
    expected = (
        "'SKNEUROMSI_IO_NUM_THREADS': expected an integer from 1 to 999999999, found"
    )
    with pytest.raises(sio.ArgumentError, match=expected):
        stored(make_collection(1))


@pytest.mark.parametrize("threads", [1, 2, 5])
def test_any_number_of_threads_writes_the_same(collection, monkeypatch, threads):
    monkeypatch.setenv("SKNEUROMSI_IO_NUM_THREADS", "2")
    expected = members(stored(collection))
    monkeypatch.setenv("SKNEUROMSI_IO_NUM_THREADS", str(threads))
    found = members(stored(collection))
    del found["metadata.json"], expected["metadata.json"]  # they hold the time
    assert found == expected
