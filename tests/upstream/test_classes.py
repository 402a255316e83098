"""Which classes come back, and from one kind to the other."""

import io

import pytest
import skneuromsi
from same import assert_same_result

import skneuromsi_io as sio

BROKEN = "raise OSError('no libjax')"


@pytest.fixture
def stored(theirs):
    stream = io.BytesIO()
    sio.to_ndc(stream, theirs, tqdm_cls=None)
    return stream


def test_upstreams_where_it_is_installed(stored):
    found = sio.read_ndc(stored, tqdm_cls=None)
    assert isinstance(found, skneuromsi.NDResultCollection)
    assert type(found) is type(sio.as_upstream(sio.as_light(found)))
    assert type(found[0]) is skneuromsi.NDResult


@pytest.mark.parametrize(
    ("classes", "kind"),
    [("light", sio), ("upstream", skneuromsi), ("auto", skneuromsi)],
)
def test_either_can_be_asked_for(stored, theirs, classes, kind):
    collection = sio.read_ndc(stored, tqdm_cls=None, classes=classes)
    assert isinstance(collection, kind.NDResultCollection)
    stream = io.BytesIO()
    sio.to_ndr(stream, theirs[0])
    result = sio.read_ndr(stream, classes=classes)
    assert type(result) is type(collection[0]) is kind.NDResult
    assert_same_result(result, theirs[0])


def test_another_word_is_refused(stored):
    with pytest.raises(ValueError, match="'auto', 'light' or 'upstream', found 'mine'"):
        sio.read_ndc(stored, classes="mine")


def test_from_one_kind_to_the_other(theirs):
    light = sio.as_light(theirs)
    assert type(light) is sio.NDResultCollection
    back = sio.as_upstream(light)
    assert isinstance(back, skneuromsi.NDResultCollection)
    assert sio.as_light(back)._packed is not None
    assert type(sio.as_light(back)) is sio.NDResultCollection
    for obj in (light, light[0]):
        assert sio.as_light(obj) is obj
    for obj in (back, theirs, theirs[0]):
        assert sio.as_upstream(obj) is obj
    result = sio.as_light(theirs[0])
    assert type(result) is sio.NDResult
    assert type(sio.as_upstream(result)) is skneuromsi.NDResult
    assert_same_result(sio.as_upstream(result), theirs[0])


@pytest.mark.parametrize("convert", [sio.as_light, sio.as_upstream])
def test_other_things_have_no_other_kind(convert):
    with pytest.raises(TypeError, match=r"found builtins\.list"):
        convert([])


READ = """
import sys, types, warnings, skneuromsi_io as sio
{before}
with warnings.catch_warnings(record=True) as caught:
    warnings.simplefilter("always")
    for _ in "123":
        print(type(sio.{call}).__module__)  # reads
for w in caught:
    print(f"{{w.category.__name__}}|{{w.message}}|{{w.filename}}:{{w.lineno}}".replace(" ", "_"))
"""
LINE = 1 + next(i for i, line in enumerate(READ.splitlines()) if "# reads" in line)
LIGHT = {
    "read_ndc('a', tqdm_cls=None)": "skneuromsi_io.results._collection",
    "read_ndr('a')": "skneuromsi_io.model._ndresult",
}
STUB = "sys.modules['skneuromsi'] = types.ModuleType('skneuromsi')"


@pytest.fixture(params=LIGHT)
def reading(request, python, theirs, tmp_path):
    """Read a file where `skneuromsi` is something else; gives the warnings."""
    sio.to_ndr(tmp_path / "a", theirs[0])

    def read(before="", path=()):
        script = tmp_path / "read.py"
        script.write_text(READ.format(before=before, call=request.param))
        found = python("", str(script), path=path)
        assert found[:3] == [LIGHT[request.param]] * 3
        return found[3:]

    return read


@pytest.mark.parametrize(
    ("code", "before", "cause"),
    [
        (BROKEN, "", "OSError:_no_libjax"),
        ("class NDResult: pass", "", "No_module_named_'skneuromsi.core'"),
        ("", STUB, "No_module_named_'skneuromsi.core'"),
    ],
    ids=["broken", "old", "stub"],
)
def test_an_installation_that_cannot_be_used_is_none(
    reading, tmp_path, code, before, cause
):
    """One warning with the cause, not an error; nothing forces scikit-neuromsi on the user."""
    package = tmp_path / "other" / "skneuromsi"
    package.mkdir(parents=True)
    (package / "__init__.py").write_text(code)
    (warning,) = reading(before, path=[package.parent])
    assert warning.startswith("RuntimeWarning|")
    assert cause in warning
    assert warning.endswith(f"read.py:{LINE}")


@pytest.mark.parametrize(
    "finder",
    ["lambda name: None", "lambda name: spec('skneuromsi', None, is_package=True)"],
    ids=["none", "folder"],
)
def test_no_installation_is_silent(reading, finder):
    """A folder of that name without `__init__.py` is a namespace package: a spec without origin."""
    before = f"""
import importlib.util
spec = importlib.util.spec_from_loader
importlib.util.find_spec = {finder}
"""
    assert reading(before) == []


def test_a_broken_installation_cannot_be_forced(python, tmp_path, theirs):
    sio.to_ndc(tmp_path / "a.ndc", theirs, tqdm_cls=None)
    package = tmp_path / "broken" / "skneuromsi"
    package.mkdir(parents=True)
    (package / "__init__.py").write_text(BROKEN)
    done = python(
        "import skneuromsi_io as s; s.read_ndc('a.ndc', classes='upstream')",
        path=[package.parent],
        check=False,
    )
    assert done.returncode == 1
    assert done.stderr.splitlines()[-1] == "OSError: no libjax"


def test_importing_us_does_not_import_it(python):
    code = "import skneuromsi_io, sys; print('skneuromsi' in sys.modules)"
    assert python(code) == ["False"]


def test_storing_does_not_import_it(python, tmp_path, theirs):
    sio.to_ndc(tmp_path / "a.ndc", theirs, tqdm_cls=None)
    code = """
    import sys, skneuromsi_io as sio
    collection = sio.read_ndc("a.ndc", classes="light", tqdm_cls=None)
    sio.to_ndc("b.ndc", collection, tqdm_cls=None)
    print("skneuromsi" in sys.modules)
    """
    assert python(code) == ["False"]


def test_objects_of_neither_kind_are_not_converted():
    with pytest.raises(
        sio.ArgumentTypeError, match=r"a light NDResult or .*found buil"
    ):
        sio.as_upstream(5)
