"""Hostile and odd archives, each with the outcome that it must have.

A case is opened, and every result and array in it decoded, in a process that may take 1 GiB beyond what it has
after its imports, and a few seconds. It must come back equal to what was stored, or raise one error of our family
that names the archive and, where there is one to blame, the member. Where any result will do, its arrays must be
what scipy or h5py read of the same member.
"""

import sys

import claims
import container
import documents
import netcdfs
import pytest
from good import contents, digest
from judge import Judge
from zipkit import build, members_of

import skneuromsi_io as sio

pytestmark = pytest.mark.skipif(
    sys.platform != "linux", reason="memory is capped by RLIMIT_AS"
)

FAMILIES = [
    pytest.param(family, id=f"{module.__name__}-{family.__name__}")
    for module in (container, documents, netcdfs, claims)
    for family in module.FAMILIES
]


@pytest.fixture(scope="module")
def judge():
    with Judge() as judge:
        yield judge


def read_whole(count):
    archive = build(members_of(contents(count)))
    return digest(
        sio.open_ndresults_collection(archive, tqdm_cls=None, classes="light")
    )


@pytest.fixture(scope="module")
def good():
    return [read_whole(1), read_whole(2)]


def complaint(path, expected, member, outcome, good):
    """Say what is wrong with the outcome of a case, if anything."""
    classes, found = outcome
    if classes is None:
        any_result = expected in ("an error, or a result", "a result")
        loads = any_result or expected in ("equal", "either")
        equal = any_result or found in good
        return None if loads and equal else "loaded" if equal else "different"
    if expected in ("equal", "a result"):
        return f"refused: {found}"
    wanted = expected if isinstance(expected, tuple) else (expected,)
    if expected in ("an error, or a result", "either"):
        wanted = ("SkneuromsiIOError",)
    if "SkneuromsiIOError" not in classes or not set(wanted) & set(classes):
        return f"{classes[0]} instead of {wanted}: {found}"
    if str(path) not in found:
        return f"does not name the archive: {found}"
    if member is not None and member not in found:
        return f"does not name {member!r}: {found}"
    return None


@pytest.mark.slow
@pytest.mark.parametrize("family", FAMILIES)
def test_corpus(family, judge, good, tmp_path, record_property):
    path = tmp_path / "case.ndc"
    complaints, count = [], 0
    for name, archive, expected, member in family():
        path.write_bytes(archive)
        problem = complaint(path, expected, member, judge.outcome(path), good)
        if problem is not None:
            complaints.append(f"{name}: {problem[:300]}")
        count += 1
    record_property("cases", count)
    assert count > 0
    assert not complaints, f"{len(complaints)} of {count}:\n" + "\n".join(complaints)


def test_the_judge_notices(tmp_path, good):
    """The corpus relies on this: a crash, exhausted memory and a difference are seen."""
    case = ("p", "equal", None)
    assert "refused" in complaint(*case, (("BadArchiveError",), "no"), good)
    assert complaint(*case, (None, ["other"]), good) == "different"
    assert complaint(*case, (None, good[0]), good) is None
    other = ("AssertionError",), "values"
    assert "values" in complaint("p", "an error, or a result", None, other, good)
    bad = ("p", "BadArchiveError", None)
    assert complaint(*bad, (None, good[0]), good) == "loaded"
    family = ("BadArchiveError", "SkneuromsiIOError")
    assert complaint(*bad, (family, "p: no"), good) is None
    assert "name the archive" in complaint(*bad, (family, "no"), good)
    assert "name 'm'" in complaint("p", bad[1], "m", (family, "p: no"), good)
    for classes in (("Crash",), ("Hang",), ("MemoryError",), ("RecursionError",)):
        assert classes[0] in complaint(*bad, (classes, "p"), good)
