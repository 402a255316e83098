"""Every public docstring has examples, which run as they are printed."""

import doctest
import importlib.util
import inspect

import pytest

import skneuromsi_io as sio
from skneuromsi_io import examples

HAS_UPSTREAM = importlib.util.find_spec("skneuromsi") is not None


def methods_of(cls):
    for name, value in inspect.getmembers(cls):
        own = str(getattr(value, "__module__", "")).startswith("skneuromsi_io")
        if callable(value) and own and not name.startswith("_"):
            yield f"{cls.__name__}.{name}", value


def public():
    for name in sio.__all__:
        value = getattr(sio, name)
        yield name, value
        if inspect.isclass(value):
            yield from methods_of(value)
    yield "skneuromsi_io", sio
    yield "examples.sweep", examples.sweep


PUBLIC = dict(public())


def test_methods_are_among_them():
    assert {"NDResult.get_modes", "NDResultCollection.select"} <= PUBLIC.keys()
    assert {"NDCWriter.append", "SkneuromsiIOError.fill"} <= PUBLIC.keys()


@pytest.mark.parametrize("name", PUBLIC)
def test_examples(name, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    obj = PUBLIC[name]
    finder = doctest.DocTestFinder(recurse=False)
    (test,) = finder.find(obj, name, globs={})
    assert "Examples\n" in inspect.getdoc(obj)
    assert test.examples
    if not HAS_UPSTREAM and "needs scikit-neuromsi" in test.docstring:
        pytest.skip("needs scikit-neuromsi")
    outcome = doctest.DocTestRunner(optionflags=doctest.ELLIPSIS).run(test)
    assert (outcome.failed, outcome.attempted) == (0, len(test.examples))
