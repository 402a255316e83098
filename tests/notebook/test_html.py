"""HTML of results, collections and reports."""

import html.parser
import io

import numpy as np
import pytest

import skneuromsi_io as sio
from skneuromsi_io.examples import sweep

VOID = {"br", "hr", "img", "input", "meta", "link", "path", "use"}
NASTY = "<script>alert('x')</script>&amp;\"'"


class Page(html.parser.HTMLParser):
    """Collects the tags and the text of a page, and checks that tags are closed in order."""

    def __init__(self, text):
        super().__init__()
        self.open, self.tags, self.text = [], [], []
        self.feed(text)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.tags.append(tag)

    def handle_endtag(self, tag):
        if tag not in VOID:
            assert self.open.pop() == tag

    def handle_data(self, data):
        if "style" not in self.open:
            self.text.append(data)


def page(obj):
    return Page(obj._repr_html_())


def named(name, **changes):
    result = next(iter(sweep()))
    arguments = {**result.to_dict(), "mname": name, **changes}
    return sio.NDResult(**arguments)


def test_a_result_is_summed_up_with_the_view_of_xarray():
    shown = page(sweep()[0])
    text = " ".join(shown.text)
    for part in (
        "TwoCues (MLE)",
        "auditory, visual, multi; output mode multi",
        "float64",
    ):
        assert part in text
    assert "positions: 20" in text
    assert "xarray.DataArray" in text
    assert shown.tags.count("details") >= 3


def test_a_collection_tells_what_changes():
    text = " ".join(page(sweep(4)).text)
    assert (
        "changing parameter values visual_position 6.0 to 12.0, 4 values"
        in " ".join(text.split())
    )
    assert "constant parameters (1)" in text
    assert "auditory_position" in text


@pytest.mark.parametrize(
    "changes",
    [
        {"run_parameters": {NASTY: NASTY}},
        {"extra": {NASTY: [NASTY]}},
        {"mtype": NASTY},
        {},
    ],
)
def test_everything_is_escaped(changes):
    result = named(NASTY, **changes)
    collection = sio.NDResultCollection.from_ndresults(NASTY, [result])
    for obj in (result, collection):
        shown = page(obj)
        assert "script" not in shown.tags
        assert NASTY in "".join(shown.text)


def test_reports_show_their_problems():
    stored = io.BytesIO()
    sio.store_ndresults_collection(stored, sweep(), tqdm_cls=None)
    sound = page(sio.verify(stored.getvalue()))
    assert "sound" in "".join(sound.text)
    report = sio.verify(stored.getvalue()[:-30])
    text = "".join(page(report).text)
    assert report.problems[0].message in text
    many = sio.VerifyReport(NASTY, 1, 0, (sio.Problem(NASTY, NASTY),) * 25)
    shown = page(many)
    assert shown.tags.count("tr") == 3 + 1 + 20
    assert "and 5 more" in "".join(shown.text)
    assert "script" not in shown.tags


def test_a_repair_says_what_it_saved(tmp_path):
    path = tmp_path / "sweep.ndc"
    sio.store_ndresults_collection(path, sweep(), tqdm_cls=None)
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    report = sio.repair(path, tmp_path / "saved.ndc")
    text = "".join(page(report).text)
    assert "saved.ndc" in text
    assert report.problems[0].message in text


class Recording(io.BytesIO):
    """A stream that remembers which bytes were read."""

    def __init__(self, content):
        super().__init__(content)
        self.ranges = []

    def read(self, size=-1):
        start = self.tell()
        content = super().read(size)
        self.ranges.append((start, start + len(content)))
        return content


def test_no_array_of_a_scanned_file_is_read():
    """Arrays of noise do not compress: their bytes are most of the file, and few of them are read."""
    rng = np.random.default_rng(4)
    results = []
    for result in sweep(6):
        arguments = result.to_dict()
        del arguments["nddata"]
        arguments["position_range"] = (0, 20_000)
        noise = {mode: rng.normal(size=(1, 20_000)) for mode in result.modes_}
        results.append(sio.NDResult.from_modes_dict(modes_dict=noise, **arguments))
    stored = io.BytesIO()
    collection = sio.NDResultCollection.from_ndresults("wide", results)
    sio.store_ndresults_collection(stored, collection, tqdm_cls=None)
    stream = Recording(stored.getvalue())
    scanned = sio.scan_ndc(stream, classes="light")
    assert "wide" in scanned._repr_html_()
    read = {
        position for start, stop in stream.ranges for position in range(start, stop)
    }
    assert len(read) < len(stored.getvalue()) / 6
