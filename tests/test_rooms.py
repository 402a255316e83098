"""The arrows between the rooms of the source (DESIGN.md, section 3)."""

import ast
import graphlib
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
RUST, PYTHON = ROOT / "rust" / "src", ROOT / "python" / "skneuromsi_io"

pytestmark = pytest.mark.skipif(
    not (RUST.is_dir() and PYTHON.is_dir()), reason="the sources are not here"
)


def rust_files():
    return {path.relative_to(RUST): path.read_text() for path in RUST.rglob("*.rs")}


def code_of(text):
    """Rust without its comments, and without the module of tests at its end."""
    return re.sub(r"//.*", "", re.split(r"#\[cfg\(test\)\]\nmod tests \{", text)[0])


def room_of(path):
    return path.parts[0].removesuffix(".rs")


def python_files():
    return {path.relative_to(PYTHON): path for path in PYTHON.rglob("*.py")}


def module_of(path):
    parts = ("skneuromsi_io", *path.with_suffix("").parts)
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def names_imported_by(path):
    """Dotted names that a file imports anywhere: on import, in functions, and for the checker of types."""
    package = ("skneuromsi_io", *path.parent.parts)
    for node in ast.walk(ast.parse((PYTHON / path).read_text())):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield alias.name
        elif isinstance(node, ast.ImportFrom):
            above = package[: len(package) - node.level + 1] if node.level else ()
            base = ".".join([*above, *([node.module] if node.module else [])])
            for alias in node.names:
                yield f"{base}.{alias.name}"


#: Methods of scikit-neuromsi's classes that store the object: the functions that do so use the classes.
POINTING_BACK = {
    ("skneuromsi_io.model._ndresult", "skneuromsi_io"),  # to_ndr
    ("skneuromsi_io.results._collection", "skneuromsi_io"),  # to_ndc
}


def python_arrows():
    """Modules of the package, each with those that it imports."""
    modules = {module_of(path): path for path in python_files()}
    known = {*modules, "skneuromsi_io._native"}
    arrows = {"skneuromsi_io._native": set()}
    for module, path in modules.items():
        # "a.b.c" is a module, or a name of the module "a.b".
        names = set(names_imported_by(path))
        found = {name if name in known else name.rpartition(".")[0] for name in names}
        arrows[module] = found & known
    return arrows


def test_only_the_bridge_imports_scikit_neuromsi():
    importing = {
        path.parts[0]
        for path in python_files()
        for name in names_imported_by(path)
        if name.split(".")[0] == "skneuromsi"
    }
    assert importing == {"upstream"}


def test_two_imports_point_back():
    arrows = python_arrows()
    assert all(target in arrows[module] for module, target in POINTING_BACK)


def test_python_modules_do_not_import_in_circles():
    arrows = python_arrows()
    for module, target in POINTING_BACK:
        arrows[module].discard(target)
    assert set(graphlib.TopologicalSorter(arrows).static_order()) == set(arrows)


#: Rooms of the package, from the top: each imports from those below it.
FLOORS = (
    ("__main__",),
    ("cli",),
    ("__init__", "_engine", "examples", "sweep"),
    ("patching",),
    ("files",),
    ("upstream",),
    ("results",),
    ("arrays", "archive"),
    ("values",),
    ("model",),
    ("_batches", "_html", "_keywords", "_progress"),
    (
        "_cached",
        "_errors",
        "_locks",
        "_native",
        "_scratch",
        "_spelling",
        "_types",
        "_warn",
    ),
    ("_automatic", "_imported", "_remedies"),
)


def test_python_rooms_import_from_those_below():
    floor_of = {room: floor for floor, rooms in enumerate(FLOORS) for room in rooms}

    def room(module):
        return [*module.split("."), "__init__"][1]

    for module, targets in python_arrows().items():
        for target in targets:
            if (module, target) in POINTING_BACK or room(module) == room(target):
                continue
            above, below = floor_of[room(module)], floor_of[room(target)]
            assert above < below, (module, target)


def test_the_light_result_needs_nothing():
    arrows = python_arrows()
    ground = {
        f"skneuromsi_io{name}"
        for name in (
            "",
            "._errors",
            "._html",
            "._imported",
            "._keywords",
            "._remedies",
            "._types",
        )
    }
    for module, targets in arrows.items():
        if module.startswith("skneuromsi_io.model"):
            outside = {t for t in targets if not t.startswith("skneuromsi_io.model")}
            assert outside <= ground, module


def test_pyo3_is_named_in_one_room():
    files = rust_files()
    naming = {room_of(path) for path, text in files.items() if "pyo3" in code_of(text)}
    assert naming == {"py"}
    assert any("numpy" in text.lower() for text in files.values())


def test_unsafe_is_in_one_file():
    found = {
        path.as_posix()
        for path, text in rust_files().items()
        if re.search(r"\bunsafe\b(?!_)", code_of(text))
    }
    assert found == {"py/buffer.rs"}


def names_after(prefix, code):
    """First names after a prefix of a path, those in braces too."""
    for match in re.finditer(rf"(?<!::)\b{prefix}(?:(\w+)|\{{)", code):
        if match[1]:
            yield match[1]
            continue
        depth, start = 1, match.end()
        for place in range(start, len(code)):
            depth += {"{": 1, "}": -1}.get(code[place], 0)
            if depth == 1 and code[place - 1] in "{, \n" and code[place].isalpha():
                yield re.match(r"\w+", code[place:])[0]
            if depth == 0:
                break


def test_rust_modules_do_not_point_back():
    files = rust_files()
    rooms = {room_of(path) for path in files} - {"lib"}
    graph = {room: set() for room in rooms}
    for path, text in files.items():
        if path.name != "lib.rs":
            room = room_of(path)
            graph[room] |= set(names_after("crate::", code_of(text))) & rooms - {room}
    assert graph["py"] >= {"archive", "results"}
    assert graph["results"] >= {"archive", "netcdf", "codec"}
    assert set(graphlib.TopologicalSorter(graph).static_order()) == rooms
    pointing = {
        target: {room for room, names in graph.items() if target in names}
        for target in ("py", "results")
    }
    assert pointing == {"py": set(), "results": {"py"}}
    base = {"source", "limits", "error"}
    for room in base:
        assert graph[room] <= base
    ground = {*base, "dtype", "memory", "work"}
    for room in ground:
        assert graph[room] <= ground


def test_rust_files_of_a_room_do_not_import_in_circles():
    files = {
        p: code_of(text) for p, text in rust_files().items() if "tests" not in p.parts
    }
    files = {path: code for path, code in files.items() if path.stem != "tests"}
    for folder in {parent for path in files for parent in path.parents} - {Path()}:
        inside = {
            p.relative_to(folder): c for p, c in files.items() if folder in p.parents
        }
        graph = {
            room_of(path): set()
            for path in inside
            if path.name != "mod.rs" or path.parent.name
        }
        for path, code in inside.items():
            up = len(path.parts) - (path.name == "mod.rs")
            if up:
                prefixes = "super::" * up, "::".join(("crate", *folder.parts, ""))
                names = {
                    name for prefix in prefixes for name in names_after(prefix, code)
                }
                graph[room_of(path)] |= names & set(graph) - {room_of(path)}
        assert set(graphlib.TopologicalSorter(graph).static_order()) == set(graph), (
            folder
        )


@pytest.mark.parametrize("room", ["archive", "codec", "netcdf"])
def test_general_rooms_know_nothing_of_results(room):
    words = r"ndresult|nddata|ndr_|metadata\.json|object_(type|kwargs|size)"
    for path, text in rust_files().items():
        if room_of(path) == room and "tests" not in path.with_suffix("").parts:
            assert not re.search(words, code_of(text), re.IGNORECASE), path


def test_long_files_are_looked_at():
    """Over 400 lines is where to ask whether a room is missing: one idea a file, and no idea is cut to fit."""
    folders = (RUST, PYTHON, ROOT / "tests", ROOT / "benches")
    files = (path for folder in folders for path in folder.rglob("*"))
    sources = [path for path in files if path.suffix in (".rs", ".py")]
    lengths = {str(path): len(path.read_text().splitlines()) for path in sources}
    assert {path: length for path, length in lengths.items() if length > 400} == {}
    assert len(lengths) > 100


def test_names_of_test_files_are_unique():
    """Their folders are not packages, so that pytest imports each by its name alone, and its helpers beside it."""
    names = [path.name for path in (ROOT / "tests").rglob("*.py")]
    twice = {name for name in names if names.count(name) > 1}
    assert twice <= {"conftest.py"}
