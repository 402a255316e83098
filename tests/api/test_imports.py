"""Imports: the names, their signatures, and no package that was not asked for."""

import ast
import importlib.metadata
import importlib.resources
import inspect
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

import skneuromsi_io as sio
from helpers import UPSTREAM_FILES
from skneuromsi_io import _native

#: Take a second or more to import, or must not be imported at all.
HEAVY = {
    *("skneuromsi", "pandas", "xarray", "h5py", "h5netcdf", "netCDF4", "scipy"),
    *("matplotlib", "seaborn", "joblib", "IPython"),
}
KORDING = next(path for path in UPSTREAM_FILES if path.stem == "kording-netcdf4")


def imported_by(program, *more_paths):
    """Names of the heavy packages that a program has imported at its end."""
    report = f"import sys; print(*sorted({HEAVY!r} & set(sys.modules)))"
    done = subprocess.run(
        [sys.executable, "-c", f"{program}\n{report}"],
        env={**os.environ, "PYTHONPATH": os.pathsep.join([*more_paths, *sys.path])},
        capture_output=True,
        text=True,
        check=True,
    )
    return set(done.stdout.split())


def test_importing_is_light():
    assert imported_by("import skneuromsi_io") == set()
    assert imported_by("import xarray, skneuromsi_io") >= {"xarray", "pandas"}


def test_reading_metadata_is_light():
    program = f"import skneuromsi_io as s; s.read_metadata({str(KORDING)!r})"
    assert imported_by(program) == set()


def test_opening_builds_nothing_of_xarray():
    """Results are decoded when they are asked for; their numbers need NumPy only."""
    program = f"""
import skneuromsi_io as s
c = s.read_ndc({str(KORDING)!r}, classes="light", tqdm_cls=None)
assert c[0].modes_.tolist() == c.modes_.tolist()
s.to_ndc({os.devnull!r}, c, tqdm_cls=None)
"""
    assert imported_by(program) == set()


@pytest.fixture
def trap(tmp_path):
    """A folder with a scikit-neuromsi that nobody may import."""
    package = tmp_path / "skneuromsi"
    package.mkdir()
    (package / "__init__.py").write_text("raise SystemExit('was imported')")
    return str(tmp_path)


def test_scikit_neuromsi_is_not_imported(trap):
    program = f"""
import io, skneuromsi_io as s
c = s.read_ndc({str(KORDING)!r}, classes="light", tqdm_cls=None)
s.to_ndr(io.BytesIO(), c[0])
s.read_metadata({str(KORDING)!r})
s.as_light(c), s.is_patched(), repr(c), c[0].get_modes()
"""
    assert "skneuromsi" not in imported_by(program, trap)
    with pytest.raises(subprocess.CalledProcessError):
        imported_by("import skneuromsi", trap)


def test_all_names_every_public_name():
    """Checkers of types read the names that Python finds."""
    imported = [
        (f"skneuromsi_io.{node.module}", alias.name)
        for node in ast.walk(ast.parse(Path(sio.__file__).read_text(encoding="utf-8")))
        if isinstance(node, ast.ImportFrom) and node.module not in ("_native", "typing")
        for alias in node.names
    ]
    assert sorted(name for _, name in imported) == sorted(sio.__all__)
    for module, name in imported:
        assert getattr(sio, name) is vars(sys.modules[module])[name]


def test_names_are_imported_when_one_is_used():
    program = """
import sys, skneuromsi_io as s
s.verify = 3
assert "numpy" not in sys.modules
from skneuromsi_io import *
assert merge is s.merge is s.files._merge.merge
assert verify is s.verify == 3
"""
    assert imported_by(program) == set()


def test_a_name_that_is_not_there():
    with pytest.raises(AttributeError, match="'skneuromsi_io' has no attribute 'opne'"):
        sio.opne  # noqa: B018
    # Python suggests a name by these, where nobody catches the error.
    with pytest.raises(AttributeError) as raised:
        sio.open_ndresult_collection  # noqa: B018
    assert (raised.value.name, raised.value.obj) == ("open_ndresult_collection", sio)


def test_modules_that_are_imported_by_their_own_names():
    program = """
import skneuromsi_io as s
told = []
for name in ("sweep", "NDCFileStrategy", "NativeCollectionStrategy", "examples"):
    try:
        getattr(s, name)
    except AttributeError as error:
        told.append(str(error).rpartition(": ")[2])
assert told == [*["import skneuromsi_io.sweep"] * 3, "import skneuromsi_io.examples"]
"""
    assert imported_by(program) == set()


def test_public_names_are_documented():
    for name in sio.__all__:
        assert inspect.getdoc(getattr(sio, name)), name


def test_version():
    assert sio.__version__ == importlib.metadata.version("skneuromsi-io")


def test_the_package_is_typed():
    files = importlib.resources.files(sio)
    assert (files / "py.typed").is_file()
    stub = ast.parse((files / "_native.pyi").read_text(encoding="utf-8"))
    defined = {
        node.name
        for node in stub.body
        if isinstance(node, (ast.ClassDef, ast.FunctionDef))
        and not node.name.startswith("_")
    }
    public = {name for name in vars(_native) if not name.startswith("_")}
    assert defined == set(_native.__all__) == public


#: As scikit-neuromsi 1.0.2 has them; a bar parts the keyword-only arguments.
SIGNATURES = {
    "NDResult": "| mname mtype output_mode nmap nddata time_range position_range "
    "time_res position_res causes run_parameters extra ensure_dtype=None",
    "NDResult.from_modes_dict": "| modes_dict ensure_dtype=None **kwargs",
    "NDResult.get_modes": "self | include=None",
    "NDResult.get_times": "self | include=None",
    "NDResult.get_positions": "self | include=None",
    "NDResult.get_positions_coordinates": "self | include=None",
    "NDResult.to_xarray": "self",
    "NDResult.to_dict": "self",
    "NDResult.to_ndr": "self path_or_stream metadata=None **kwargs",
    "NDResult.astype": "self dtype | attributes=None",
    "NDResult.dtypes": "self | memory_usage=False",
    "NDResult.deep_dtypes": "self | max_deep=2 memory_usage=False",
    "NDResultCollection": "name compressed_results | tqdm_cls=None",
    "NDResultCollection.from_ndresults": "name results | "
    "compression_params=('lz4',9) tqdm_cls=None",
    "NDResultCollection.coerce_parameter": "self prefer=None",
    "NDResultCollection.coerce_mode": "self prefer=None",
    "NDResultCollection.coerce_dimension": "self prefer=None",
    "NDResultCollection.to_ndc": "self path_or_stream metadata=None quiet=False "
    "**kwargs",
    "read_metadata": "path_or_stream | limits=None storage_options=None **kwargs",
    "patch": "",
    "unpatch": "",
    "patched": "",
    "is_patched": "",
    "as_light": "obj",
    "as_upstream": "obj",
}


def shape(signature):
    """A signature in short."""
    words = []
    for parameter in signature.parameters.values():
        if parameter.kind is parameter.KEYWORD_ONLY and "|" not in words:
            words.append("|")
        default = parameter.default
        given = "" if default is parameter.empty else f"={default!r}".replace(" ", "")
        rest = "**" if parameter.kind is parameter.VAR_KEYWORD else ""
        words.append(f"{rest}{parameter.name}{given}")
    return " ".join(words)


@pytest.mark.parametrize("name", SIGNATURES)
def test_signatures(name):
    obj = sio
    for part in name.split("."):
        obj = getattr(obj, part)
    assert shape(inspect.signature(obj)) == SIGNATURES[name]


def test_help_finds_the_module():
    """Pickles and tracebacks name modules that exist, whatever module a name was taken from."""
    for name in sio.__all__:
        module = sys.modules[getattr(sio, name).__module__]
        assert Path(module.__file__).is_relative_to(Path(sio.__file__).parent)


def test_dir_shows_the_public_names():
    shown = {name for name in dir(sio) if not name.startswith("__")}
    assert shown == set(sio.__all__)
    assert "__version__" in dir(sio)


def test_the_reference_lists_every_public_name():
    page = Path(__file__).parents[2] / "docs" / "api.md"
    if not page.is_file():
        pytest.skip("the documentation is not here")
    listed = set(re.findall(r"[\w.]+", page.read_text(encoding="utf-8")))
    assert set(sio.__all__) <= listed
