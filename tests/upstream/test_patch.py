"""The patch: targets inside scikit-neuromsi, swapped and given back."""

import importlib.metadata
import inspect
import io
import pickle
import threading

import pytest
import skneuromsi
from skneuromsi import io as upstream_io
from skneuromsi.bayesian import Kording2007
from skneuromsi.sweep import NDCollectionProcessingStrategy, ParameterSweep
from skneuromsi.testing import assert_ndresult_collection_allclose

import skneuromsi_io as sio
from skneuromsi_io.patching import _targets
from skneuromsi_io.sweep import NativeCollectionStrategy
from skneuromsi_io.upstream._sweep import DefaultStrategy

NAMES = (
    *("store_ndresults_collection", "store_ndresult", "to_ndc", "to_ndr"),
    *("open_ndresults_collection", "open_ndresult", "read_ndc", "read_ndr"),
)
PLACES = [(module, name) for module in (skneuromsi, upstream_io) for name in NAMES]
#: The default of a sweep's strategy is chosen there.
SWEEP = (ParameterSweep, "__init__")
ORIGINALS = {(owner, name): getattr(owner, name) for owner, name in (*PLACES, SWEEP)}

pytestmark = pytest.mark.usefixtures("unpatched")


def held():
    return {(owner, name): getattr(owner, name) for owner, name in ORIGINALS}


def test_seventeen_places_and_no_others():
    owners = (skneuromsi, upstream_io, skneuromsi.sweep, ParameterSweep)
    before = [dict(vars(owner)) for owner in owners]
    sio.patch()
    for module, name in PLACES:
        assert getattr(module, name) is getattr(sio, name)
    changed = {
        (owner, name)
        for owner, old in zip(owners, before, strict=True)
        for name, value in vars(owner).items()
        if old.get(name) is not value
    }
    assert changed == {*ORIGINALS}
    assert len(changed) == len(_targets.TARGETS) == 17


def test_idempotent_and_reversible():
    assert not sio.is_patched()
    for _ in range(2):
        sio.patch()
        assert sio.is_patched()
    for _ in range(2):
        sio.unpatch()
        assert not sio.is_patched()
        assert held() == ORIGINALS


def test_the_targets_are_all_of_upstreams_interface():
    functions = {
        name
        for name, value in vars(upstream_io).items()
        if inspect.isfunction(value) and not name.startswith("_")
    }
    assert functions == set(NAMES) == set(_targets.SIGNATURES)


def test_within_a_block():
    with sio.patched():
        assert sio.is_patched()
        with sio.patched():
            pass
        assert sio.is_patched()
    assert held() == ORIGINALS
    with pytest.raises(KeyError), sio.patched():
        raise KeyError
    assert held() == ORIGINALS
    sio.patch()
    with sio.patched():
        pass
    assert sio.is_patched()


def test_patch_within_a_block_outlives_it():
    with sio.patched():
        sio.patch()
    assert sio.is_patched()
    with sio.patched():
        sio.unpatch()
        assert sio.is_patched()
    assert held() == ORIGINALS


def test_blocks_of_threads():
    """The one that began first ends first; the other one stays patched until its own end."""
    first_ends = threading.Event()

    def first(began):
        with sio.patched():
            began.set()
            assert first_ends.wait(10)

    began = threading.Event()
    thread = threading.Thread(target=first, args=[began])
    thread.start()
    assert began.wait(10)
    with sio.patched():
        first_ends.set()
        thread.join()
        assert sio.is_patched()
    assert held() == ORIGINALS


def test_what_somebody_else_put_there_stays(monkeypatch):
    def theirs(path_or_stream, **kwargs):
        """A function with upstream's signature."""

    monkeypatch.setattr(skneuromsi, "read_ndr", skneuromsi.read_ndr)
    sio.patch()
    skneuromsi.read_ndr = theirs
    assert not sio.is_patched()
    sio.unpatch()
    assert held() == {**ORIGINALS, (skneuromsi, "read_ndr"): theirs}
    sio.patch()
    skneuromsi.read_ndr = theirs
    sio.patch()
    assert sio.is_patched()
    sio.unpatch()
    assert held() == {**ORIGINALS, (skneuromsi, "read_ndr"): theirs}


def test_a_reloaded_scikit_neuromsi_is_patched_again(python):
    done = python(
        """
        import importlib, skneuromsi, skneuromsi_io as sio
        def state():
            print(sio.is_patched(), skneuromsi.read_ndc is sio.read_ndc)
        sio.patch()
        importlib.reload(skneuromsi.io)
        importlib.reload(skneuromsi)
        state()
        sio.patch()
        state()
        sio.unpatch()
        state()
        """
    )
    assert done == ["False", "False", "True", "True", "False", "False"]


def test_silent(capfd, recwarn):
    with sio.patched():
        pass
    assert capfd.readouterr() == ("", "")
    assert not recwarn.list


def test_methods_follow(theirs):
    with sio.patched():
        for store in (theirs.to_ndc, theirs[0].to_ndr):
            stream = io.BytesIO()
            store(stream)
            assert sio.read_metadata(stream)["format_version"] == 0.2
    for store in (theirs.to_ndc, theirs[0].to_ndr):
        stream = io.BytesIO()
        store(stream)
        assert sio.read_metadata(stream)["format_version"] == 0.1


def strategy_of(**arguments):
    sweep = ParameterSweep(Kording2007(), "auditory_position", **arguments)
    return type(sweep.processing_strategy)


def test_the_default_strategy_of_a_sweep():
    theirs, ours = NDCollectionProcessingStrategy, DefaultStrategy
    assert issubclass(ours, NativeCollectionStrategy)
    assert issubclass(ours, theirs)
    before = inspect.signature(ParameterSweep)
    shown = repr(ParameterSweep(Kording2007(), "auditory_position"))
    with sio.patched():
        assert strategy_of() is ours
        assert strategy_of(processing_strategy=None) is ours
        assert inspect.signature(ParameterSweep) == before
        assert repr(ParameterSweep(Kording2007(), "auditory_position")) == shown
        assert ParameterSweep.__init__.__doc__ == ORIGINALS[SWEEP].__doc__
        # One that is given always wins.
        assert strategy_of(processing_strategy=theirs()) is theirs
        # Arguments and their errors are upstream's.
        with pytest.raises(ValueError, match="'repeat' must be >= 1"):
            strategy_of(repeat=0)
        with pytest.raises(TypeError, match="unexpected keyword argument 'no'"):
            strategy_of(no=1)
    assert strategy_of() is theirs
    assert held() == ORIGINALS


def test_a_subclass_of_a_sweep_follows():
    class Sweep(ParameterSweep):
        def __init__(self, model):
            super().__init__(model, "auditory_position")

    with sio.patched():
        assert type(Sweep(Kording2007()).processing_strategy) is DefaultStrategy
    strategy = Sweep(Kording2007()).processing_strategy
    assert type(strategy) is NDCollectionProcessingStrategy


@pytest.mark.parametrize("n_jobs", [None, 2])
def test_a_patched_sweep_equals_upstreams(theirs, n_jobs):
    """Workers that are not patched use the strategy too: it comes with their work."""
    with sio.patched():
        sweep = ParameterSweep(
            Kording2007(seed=1),
            "auditory_position",
            range=[-20, -10, 5],
            repeat=2,
            n_jobs=n_jobs,
            seed=3,
            tqdm_cls=None,
        )
    found = sweep.run(visual_position=8)
    assert hasattr(found, "_packed_results")
    assert_ndresult_collection_allclose(found, theirs)


@pytest.mark.parametrize("module", [skneuromsi, upstream_io])
@pytest.mark.parametrize(
    ("name", "function", "found"),
    [
        ("read_ndr", lambda path, **kwargs: None, "found (path, **kwargs)"),
        ("to_ndc", None, "found nothing"),
        (
            "store_ndresult",
            lambda path_or_stream, ndresult, metadata=None, **kwargs: None,
            "found (path_or_stream, ndresult, metadata=None, **kwargs)",
        ),
        (
            "open_ndresults_collection",
            lambda path_or_stream, *, compression_params=("lz4", 1), **kwargs: None,
            "compression_params=('lz4', 1)",
        ),
    ],
)
def test_other_signatures_are_refused(monkeypatch, module, name, function, found):
    monkeypatch.setattr(module, name, function)
    with pytest.raises(RuntimeError) as caught:
        sio.patch()
    assert isinstance(caught.value, sio.PatchError)
    assert isinstance(caught.value, ImportError)
    message = str(caught.value)
    assert "scikit-neuromsi 1.0.2 cannot be patched" in message
    assert f"expected {module.__name__}.{name}(" in message
    assert found in message
    monkeypatch.undo()
    assert not sio.is_patched()
    assert held() == ORIGINALS


def test_another_sweep_is_refused(monkeypatch):
    def another(self, model, target, *, strategy=None):
        """A constructor of another version."""

    monkeypatch.setattr(ParameterSweep, "__init__", another)
    told = r"expected skneuromsi.sweep.ParameterSweep.__init__\(self, model, target, "
    with pytest.raises(RuntimeError, match=told):
        sio.patch()
    monkeypatch.undo()
    assert held() == ORIGINALS


@pytest.mark.parametrize(
    ("before", "cause"),
    [
        ("sys.modules['skneuromsi'] = None", "ModuleNotFoundError: "),
        ("sys.path_hooks.insert(0, lambda path: 1 / 0)", "ZeroDivisionError: "),
        ("sys.modules['skneuromsi'] = sys", "ModuleNotFoundError: "),
    ],
    ids=["missing", "broken", "another"],
)
def test_a_missing_or_broken_installation_is_refused(python, before, cause):
    done = python(
        f"""
        import sys
        from skneuromsi_io import patch
        {before}
        sys.path_importer_cache.clear()
        patch()
        """,
        check=False,
    )
    expected = "skneuromsi_io.PatchError: scikit-neuromsi cannot be patched because it cannot be "
    assert f"{expected}imported ({cause}" in done.stderr


def test_a_checkout_without_metadata_is_patched(monkeypatch):
    def version(name):
        raise importlib.metadata.PackageNotFoundError(name)

    monkeypatch.setattr(importlib.metadata, "version", version)
    sio.patch()
    assert sio.is_patched()
    sio.unpatch()
    monkeypatch.delattr(skneuromsi, "VERSION")
    monkeypatch.delattr(skneuromsi, "read_ndr")
    with pytest.raises(RuntimeError, match="scikit-neuromsi of unknown version cannot"):
        sio.patch()


@pytest.mark.parametrize(
    "way",
    [
        "skneuromsi_io.patch()",
        "stack.enter_context(skneuromsi_io.patched())",
        "skneuromsi_io.load_ipython_extension(None)",
    ],
)
def test_names_that_main_holds_are_named_once(python, way):
    done = python(
        f"""
        from skneuromsi import read_ndc, to_ndr as store
        import contextlib, skneuromsi_io, warnings
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            stack = contextlib.ExitStack()
            {way}
            skneuromsi_io.patch()
        for warning in caught:
            print(warning.category.__name__, warning.filename, warning.message)
        """,
    )
    category, place, *message = done
    assert (category, place.endswith("program.py")) == ("UserWarning", True)
    assert " ".join(message) == (
        "read_ndc, store in __main__ were imported before skneuromsi_io.patch() and "
        "stay scikit-neuromsi's; patch before importing them"
    )


def test_in_ipython():
    sio.load_ipython_extension(None)
    assert sio.is_patched()
    sio.unload_ipython_extension(None)
    assert held() == ORIGINALS


def test_functions_pickle_by_their_name():
    """As tasks of workers do: what arrives is what the worker's own process holds."""
    sio.patch()
    assert pickle.loads(pickle.dumps(skneuromsi.read_ndc)) is sio.read_ndc
    assert pickle.loads(pickle.dumps(sio.patch)) is sio.patch
