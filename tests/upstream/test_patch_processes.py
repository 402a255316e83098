"""The patch in other processes: `run`, and workers of joblib and multiprocessing."""

import pytest

pytestmark = pytest.mark.slow

#: Prints, for a process: patched or not, and which module's function `skneuromsi.read_ndc` is.
STATE = """
import os, sys
import skneuromsi, skneuromsi_io

def state(_=None):
    return f"{skneuromsi_io.is_patched()},{skneuromsi.io.to_ndr.__module__}"
"""
PATCHED, STOCK = "True,skneuromsi_io.files._store", "False,skneuromsi.io"


def run(python, code, *args, before=(), check=True, path=()):
    (path[0] / "subject.py").write_text(code)
    given = ["-m", "skneuromsi_io", *before, *args]
    return python("", *given, check=check)


SEEN = """
import atexit, pickle, sys, threading
import skneuromsi
class Here: pass
def seen():
    pickle.dumps(Here())
    print(vars(sys.modules["__main__"]) is globals(), __name__)
print(sys.argv, sys.path, __file__, __package__, __spec__, type(__loader__).__name__)
seen()
threading.Timer(0.2, seen).start()
atexit.register(seen)
"""


@pytest.mark.parametrize("flags", [(), ("-P",)])
@pytest.mark.parametrize("name", ["subject.py", "folder", "folder/__main__.py"])
def test_run_is_as_python(python, tmp_path, flags, name):
    """Script or folder: `__main__`, arguments and path are those that Python itself gives."""
    (tmp_path / "folder").mkdir()
    (tmp_path / "folder" / "__main__.py").write_text("import sys; print(sys.path)")
    (tmp_path / "subject.py").write_text(SEEN)
    if name == "folder":
        name = str(tmp_path / name)
    args = (name, "-x", "--help", "last")
    expected = python("", *flags, *args)
    assert python("", *flags, "-m", "skneuromsi_io", "run", *args) == expected
    assert expected


def test_run_patches(python, tmp_path):
    code = STATE + "print(state())"
    assert run(python, code, "run", "subject.py", path=[tmp_path]) == [PATCHED]


@pytest.mark.parametrize("code", ["def f(): 1/0\nf()", "a b", "import no_such_module"])
def test_tracebacks_are_the_programs(python, tmp_path, code):
    found = run(python, code, "run", "subject.py", check=False, path=[tmp_path])
    expected = python("", "subject.py", check=False)
    assert (found.returncode, found.stderr) == (1, expected.stderr)


def test_a_missing_script(python):
    done = python("", "-m", "skneuromsi_io", "run", "no.py", check=False)
    assert done.returncode == 2
    assert done.stderr.endswith("[Errno 2] No such file or directory: 'no.py'\n")
    assert done.stderr.count("\n") == 1


def test_run_a_module(python, tmp_path):
    code = STATE + "print(__name__, sys.argv[1:], sys.path[0], state())"
    found = run(python, code, "run", "-m", "subject", "a", path=[tmp_path])
    assert found == ["__main__", "['a']", str(tmp_path), PATCHED]


@pytest.mark.parametrize(
    ("code", "status"),
    [("raise SystemExit(3)", 3), ("1/0", 1), ("raise SystemExit", 0)],
)
def test_exit_status_is_the_programs(python, tmp_path, code, status):
    done = run(python, code, "run", "subject.py", check=False, path=[tmp_path])
    assert done.returncode == status
    assert ("ZeroDivisionError" in done.stderr) == (code == "1/0")


@pytest.mark.parametrize("args", [(), ("run",), ("run", "-m"), ("walk", "x.py")])
def test_usage(python, tmp_path, args):
    done = run(python, "", *args, check=False, path=[tmp_path])
    assert done.returncode == 2
    assert done.stderr.startswith("Usage: python -m skneuromsi_io ")
    assert done.stdout == ""


def test_help(python, tmp_path):
    assert run(python, "", "--help", path=[tmp_path])[0] == "Usage:"


LOKY = """
import joblib
if __name__ == "__main__":
    with joblib.parallel_config("loky", n_jobs=2, initializer={initializer}):
        print(*set(joblib.Parallel()(joblib.delayed(state)() for _ in range(4))))
    print(*set(joblib.Parallel(n_jobs=1)(joblib.delayed(state)() for _ in range(2))))
"""


@pytest.mark.parametrize(
    ("initializer", "expected"), [("skneuromsi_io.patch", PATCHED), ("None", STOCK)]
)
def test_workers_of_loky(python, initializer, expected):
    code = STATE + LOKY.format(initializer=initializer)
    assert python(code) == [expected, STOCK]


POOL = """
import multiprocessing
if __name__ == "__main__":
    {before}
    context = multiprocessing.get_context({method!r})
    with context.Pool(2, initializer={initializer}) as pool:
        print(*set(pool.map(state, range(4))))
"""


@pytest.mark.parametrize(
    ("method", "before", "initializer", "expected"),
    [
        ("fork", "skneuromsi_io.patch()", None, PATCHED),
        ("fork", "", "skneuromsi_io.patch", PATCHED),
        ("spawn", "", "skneuromsi_io.patch", PATCHED),
        ("spawn", "skneuromsi_io.patch()", "skneuromsi_io.patch", PATCHED),
        ("spawn", "skneuromsi_io.patch()", None, STOCK),
        ("forkserver", "", "skneuromsi_io.patch", PATCHED),
    ],
)
def test_workers_of_multiprocessing(python, method, before, initializer, expected):
    code = POOL.format(method=method, before=before, initializer=initializer)
    assert python(STATE + code) == [expected]


def test_workers_of_a_program_that_does_not_know_of_us(python, tmp_path):
    """As the README says: `run` patches the process, and workers that fork from it, but no others."""
    code = """
import multiprocessing, skneuromsi
def work(_): return skneuromsi.read_ndc.__module__
if __name__ == "__main__":
    for method in ("fork", "spawn"):
        with multiprocessing.get_context(method).Pool(1) as pool:
            print(*pool.map(work, [0]))
"""
    found = run(python, code, "run", "subject.py", path=[tmp_path])
    assert found == ["skneuromsi_io.files._open", "skneuromsi.io"]


STORING = """
import multiprocessing, threading
from skneuromsi.mle import AlaisBurr2004
def work(number):
    model = AlaisBurr2004(seed=1, position_range=(-5, 5))
    skneuromsi.to_ndr(f"{number}.ndr", model.run())
    return skneuromsi.read_ndr(f"{number}.ndr").mname
if __name__ == "__main__":
    skneuromsi_io.patch()
    work("parent")
    with multiprocessing.get_context("fork").Pool(2) as pool:
        print(*pool.map(work, range(4)))
"""


def test_forked_workers_store_and_open_after_their_parent_did(python):
    """No pool or lock of the native core outlives a call, so a fork finds none held."""
    assert python(STATE + STORING) == ["AlaisBurr2004"] * 4


@pytest.mark.parametrize("method", ["fork", "spawn"])
def test_programs_with_workers_run(python, tmp_path, method):
    """A spawned worker imports the script anew, and is patched where the program says so."""
    code = STATE + POOL.format(
        method=method, before="", initializer="skneuromsi_io.patch"
    )
    assert run(python, code, "run", "subject.py", path=[tmp_path]) == [PATCHED]
