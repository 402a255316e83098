"""The command line itself: its ends, its output, what it imports."""

import importlib
import importlib.metadata
import json
import os
import signal
import subprocess
import sys
import tomllib
from pathlib import Path

import numpy as np
import pytest

import skneuromsi_io as sio
from helpers import UPSTREAM_FILES, make_collection
from skneuromsi_io import cli
from skneuromsi_io.cli import _options, _output, _verbs

#: Packages that the command line must not import where it has no need to.
HEAVY = {
    *("skneuromsi", "pandas", "xarray", "h5py", "h5netcdf", "netCDF4", "scipy"),
    *("matplotlib", "zarr", "tabulate", "fsspec", "dask"),
    # Progress bars in a notebook need these.
    *("asyncio", "IPython"),
}


def process(*args, code=None, **kwargs):
    """Begin a command line in a process of its own."""
    program = ["-m", "skneuromsi_io"] if code is None else ["-c", code]
    return subprocess.Popen(
        [sys.executable, *program, *map(str, args)],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        **kwargs,
    )


def test_version_in_a_process():
    with process("--version") as running:
        out, err = running.communicate()
    version = importlib.metadata.version("skneuromsi-io")
    assert (running.returncode, out, err) == (0, f"skneuromsi-io {version}\n", "")


def test_the_entry_point_is_there():
    project = Path(__file__).parents[2] / "pyproject.toml"
    if not project.is_file():
        pytest.skip("the project file is not here")
    scripts = tomllib.loads(project.read_text(encoding="utf-8"))["project"]["scripts"]
    module, name = scripts["skneuromsi-io"].split(":")
    assert getattr(importlib.import_module(module), name) is cli.main


@pytest.mark.parametrize("args", [["--help"], ["-h"], ["info", "-h"]])
def test_help(command, args):
    done = command(*args)
    assert done.status == 0
    assert done.out.startswith("Usage: ")


@pytest.mark.parametrize(
    "args",
    [
        [],
        ["walk"],
        ["info"],
        ["ls"],
        ["ls", "a", "b"],
        ["merge", "a"],
        ["verify", "-x"],
    ],
)
def test_a_wrong_command_line(command, args):
    done = command(*args)
    assert (done.status, done.out) == (2, "")
    assert done.err.startswith("Usage: ")


@pytest.mark.parametrize(
    "args",
    [["--version"], ["--help"], ["info", "FILE"], ["ls", "FILE"], ["verify", "FILE"]],
)
def test_little_is_imported(args):
    file = next(path for path in UPSTREAM_FILES if path.stem == "kording-netcdf4")
    args = [str(file) if arg == "FILE" else arg for arg in args]
    code = (
        "import sys; from skneuromsi_io.cli import main; status = main(sys.argv[1:]); "
        f"print(*sorted({HEAVY!r} & set(sys.modules))); sys.exit(status)"
    )
    with process(*args, code=code) as running:
        out, err = running.communicate()
    assert (running.returncode, err) == (0, "")
    # Results are decoded by `verify`, some of which only xarray can read: pandas comes with it.
    assert out.splitlines()[-1].strip() == ""


@pytest.mark.parametrize("args", [["--version"], ["--help"], ["walk"]])
def test_no_verb_is_imported_to_list_them(args):
    code = (
        "import sys; from skneuromsi_io.cli import main; main(sys.argv[1:]); "
        "verbs = [n for n in sys.modules if n.startswith('skneuromsi_io.cli._')]; "
        "print(*sorted({'numpy', 'tqdm'} & set(sys.modules)), *verbs)"
    )
    with process(*args, code=code) as running:
        out, _ = running.communicate()
    names = ("failures", "main", "output", "verbs")
    found = sorted(out.splitlines()[-1].split())
    assert found == [f"skneuromsi_io.cli._{name}" for name in names]


def test_verbs_are_listed_with_their_first_lines():
    for name, line in _verbs.VERBS.items():
        command = _verbs.command_of(name)
        assert command.name == name
        assert command.help.partition("\n\n")[0].replace("\n", " ") == line


@pytest.mark.skipif(os.name == "nt", reason="pipes of Windows have no signal")
def test_a_closed_pipe_ends_quietly(tmp_path):
    path = tmp_path / "many.ndc"
    sio.to_ndc(path, make_collection(2000), tqdm_cls=None)
    with process("ls", path) as running:
        running.stdout.readline()
        running.stdout.close()
        assert running.wait() == 141
        assert running.stderr.read() == ""


@pytest.mark.skipif(os.name == "nt", reason="signals of Windows are others")
def test_ctrl_c_ends_quietly(tmp_path):
    code = """
import sys
from skneuromsi_io import cli
from skneuromsi_io.cli import _verify

def slow(*args, **kwargs):
    print("begun", flush=True)
    while True:
        pass

_verify.verified = slow
sys.exit(cli.main(["verify", "x.ndc"]))
"""
    with process(code=code) as running:
        assert running.stdout.readline() == "begun\n"
        running.send_signal(signal.SIGINT)
        _, err = running.communicate()
    assert running.returncode == 130
    assert err.strip() == ""


def test_a_fault_of_this_package_keeps_its_traceback(monkeypatch, sweep):
    def fail(*args, **kwargs):
        raise ZeroDivisionError

    monkeypatch.setattr("skneuromsi_io.cli._verify.verified", fail)
    with pytest.raises(ZeroDivisionError):
        cli.main(["verify", str(sweep)])


@pytest.mark.parametrize(
    ("error", "text"),
    [
        (MemoryError(), "not enough memory"),
        (OSError("no number"), "no number"),
        (PermissionError(13, "Permission denied", "x.ndc"), "x.ndc: Permission denied"),
        (sio.LimitError("too \x1b much", archive="x.ndc"), "x.ndc: too \\x1b much"),
    ],
)
def test_errors_are_told_in_a_line(command, monkeypatch, error, text):
    def fail(*args, **kwargs):
        error.add_note("and a note")
        raise error

    monkeypatch.setattr("skneuromsi_io.cli._merge.merged", fail)
    done = command("merge", "a", "--out", "b")
    assert done == (1, "", f"Error: {text}\nand a note\n")


def test_warnings_are_told_in_a_line(command, monkeypatch):
    code = (
        "import warnings, sys; from skneuromsi_io.cli import _merge, main\n"
        "import skneuromsi_io as sio\n"
        "_merge.merged = lambda *a, **k: warnings.warn('copied', sio.NotAtomicWarning) or 1\n"
        "sys.exit(main(['merge', 'a', '--out', 'b']))"
    )
    with process(code=code) as running:
        out, err = running.communicate()
    assert (running.returncode, out, err) == (0, "b: 1 results\n", "Warning: copied\n")


def test_letters_that_the_output_has_not_are_escaped(sweep, tmp_path):
    path = tmp_path / "name.ndc"
    sio.to_ndc(path, make_collection(name="ñ"), tqdm_cls=None)
    code = (
        "import sys; from skneuromsi_io.cli import main; sys.exit(main(sys.argv[1:]))"
    )
    environ = {
        **os.environ,
        "PYTHONIOENCODING": "ascii",
        "PYTHONPATH": os.pathsep.join(sys.path),
    }
    done = subprocess.run(
        [sys.executable, "-c", code, "info", path],
        env=environ,
        capture_output=True,
        text=True,
        check=True,
    )
    assert "name\t\\xf1\n" in done.stdout


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_shells_complete(shell):
    code = (
        "from skneuromsi_io.cli._verbs import verbs; verbs(prog_name='skneuromsi-io')"
    )
    variable = "_SKNEUROMSI_IO_COMPLETE"
    environ = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    words = {"COMP_WORDS": "skneuromsi-io ver", "COMP_CWORD": "1"}
    if shell == "fish":
        words = {"COMP_WORDS": "skneuromsi-io", "COMP_CWORD": "ver"}
    done = subprocess.run(
        [sys.executable, "-c", code],
        env={**environ, **words, variable: f"{shell}_complete"},
        capture_output=True,
        text=True,
        check=True,
    )
    assert "verify" in done.stdout
    assert "merge" not in done.stdout


@pytest.mark.parametrize(
    ("size", "text"),
    [
        (0, "0 B"),
        (999, "999 B"),
        (1000, "1.0 kB"),
        (999_949, "999.9 kB"),
        (999_960, "1.0 MB"),
        (2_500_000_000, "2.5 GB"),
        (10**16, "10.0 PB"),
        (10**19, "10000.0 PB"),
    ],
)
def test_human_sizes(size, text):
    assert _output.human_size(size) == text


def test_numbers_and_sizes_are_aligned_by_their_ends(capsys, monkeypatch):
    monkeypatch.setattr(_output, "in_terminal", lambda: True)
    rows = [("-7", "683 B", "a"), ("12", "1.4 kB", "5 cm"), ("3", "10.0 PB", "4")]
    _output.write_table(("n", "size", "text"), rows)
    assert capsys.readouterr().out.splitlines() == [
        " n     size  text",
        "-7    683 B  a",
        "12   1.4 kB  5 cm",
        " 3  10.0 PB  4",
    ]


def test_json_has_no_nan():
    value = {"a": float("nan"), 1: (float("inf"), {2}), "b": b"x"}
    assert json.loads(json.dumps(_output.plain(value), allow_nan=False)) == {
        "a": None,
        "1": [None, [2]],
        "b": "b'x'",
    }


@pytest.mark.parametrize(
    ("value", "plain"),
    [
        (np.bool_(True), True),
        (np.array([1.5, np.nan]), [1.5, None]),
        (np.int8(3), 3),
        (np.complex64(1j), "1j"),
        (np.datetime64("2020-01-01T00:00:00", "ns"), "2020-01-01T00:00:00.000000000"),
        (np.array(["2020-01-01"], "M8[D]"), ["2020-01-01"]),
        (np.clongdouble(1j), "1j"),
    ],
)
def test_json_of_numpy(value, plain):
    assert _output.plain(value) == plain


def test_bars_are_for_a_person(monkeypatch):
    assert _options.progress() is None
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True, raising=False)
    bar = _options.progress()(range(3))
    assert [*bar] == [0, 1, 2]


@pytest.mark.skipif(os.name != "nt", reason="other shells expand patterns")
def test_patterns_where_the_shell_does_not_expand_them(sweep):
    with process("verify", sweep.parent / "*.ndc") as running:
        out, _ = running.communicate()
    assert running.returncode == 0
    assert "3 sound results" in out


def test_run_without_scikit_neuromsi(command, monkeypatch, tmp_path):
    monkeypatch.setitem(sys.modules, "skneuromsi", None)
    script = tmp_path / "script.py"
    script.write_text("print('ran')")
    done = command("run", script)
    assert (done.status, done.out) == (1, "")
    assert done.err.startswith("Error: scikit-neuromsi cannot be patched because it ")
    assert done.err.endswith("pip install scikit-neuromsi==1.0.2\n")
    assert done.err.count("\n") == 1
