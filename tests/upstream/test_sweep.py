"""Sweeps with our strategy against sweeps with upstream's."""

import pickle

import pytest
import skneuromsi
from models import MODELS
from pympler import asizeof
from same import assert_same, outcome
from skneuromsi.bayesian import Kording2007
from skneuromsi.neural import Cuppini2017
from skneuromsi.sweep import (
    NDCollectionProcessingStrategy,
    ParameterSweep,
    ProcessingStrategyABC,
    ToBigForAvailableMemoryError,
)
from skneuromsi.testing import assert_ndresult_collection_allclose
from tqdm import tqdm

import skneuromsi_io as sio
from skneuromsi_io.sweep import NativeCollectionStrategy


def sweep(model=None, **kwargs):
    kwargs = {"range": [-20, -10, 5], "repeat": 2, "tqdm_cls": None, **kwargs}
    return ParameterSweep(
        model or Kording2007(seed=1), "auditory_position", seed=3, **kwargs
    )


@pytest.mark.parametrize("n_jobs", [None, 1, 2])
def test_equals_upstreams(theirs, n_jobs):
    strategy = NativeCollectionStrategy()
    found = sweep(n_jobs=n_jobs, processing_strategy=strategy).run(visual_position=8)
    assert isinstance(found, skneuromsi.NDResultCollection)
    assert repr(found) == repr(theirs)
    assert found.name == "ParameterSweep"
    assert_ndresult_collection_allclose(found, theirs)
    assert_same(found.disparity_matrix(), theirs.disparity_matrix())
    assert_same(found.causes_, theirs.causes_)
    assert_same(found.modes_variance_sum(), theirs.modes_variance_sum())


@pytest.mark.parametrize("name", ["cuppini2017", "paredes2025"])
def test_of_other_models(name):
    found, expected = (
        sweep(MODELS[name](), range=[3, 5], processing_strategy=strategy).run()
        for strategy in (NativeCollectionStrategy(), NDCollectionProcessingStrategy())
    )
    assert_ndresult_collection_allclose(found, expected)


def test_its_collections_store_and_pickle(tmp_path):
    found = sweep(processing_strategy=NativeCollectionStrategy()).run()
    found.to_ndc(tmp_path / "a.ndc", quiet=True)
    sio.to_ndc(tmp_path / "b.ndc", found, tqdm_cls=None)
    for name in ("a.ndc", "b.ndc"):
        again = sio.read_ndc(tmp_path / name, tqdm_cls=None)
        assert again.disparity_matrix().equals(found.disparity_matrix())
    assert_ndresult_collection_allclose(pickle.loads(pickle.dumps(found)), found)


def test_kind():
    strategy = NativeCollectionStrategy()
    assert isinstance(strategy, ProcessingStrategyABC)
    assert repr(sweep(processing_strategy=strategy)).endswith(
        "processing_strategy=NativeCollectionStrategy>"
    )


@pytest.mark.parametrize(
    "params", [None, True, 0, 3, "zlib", ("lz4", 9), ("lz4", 99), "no", ("lz4",)]
)
def test_compression_params(params):
    ours, theirs = (
        outcome(lambda cls=cls: repr(cls(compression_params=params)) and "fine")
        for cls in (NativeCollectionStrategy, NDCollectionProcessingStrategy)
    )
    if theirs == "fine" or ours == "fine":
        assert ours == theirs
    else:
        assert issubclass(ours[0], theirs[0])


def test_what_is_no_result_is_refused():
    ours, theirs = (
        outcome(lambda s=strategy: s.map("text"))
        for strategy in (NativeCollectionStrategy(), NDCollectionProcessingStrategy())
    )
    assert theirs[0] is TypeError
    assert issubclass(ours[0], TypeError)


def test_bars(capsys):
    sweep(processing_strategy=NativeCollectionStrategy(), tqdm_cls=tqdm).run()
    text = capsys.readouterr().err
    assert "Sweeping 'auditory_position'" in text
    assert "6/6" in text


def test_memory_census_sees_native_memory():
    """Upstream weighs the first result to tell whether the sweep will fit."""
    model = Cuppini2017(seed=1, neurons=20, position_range=(0, 20), time_range=(0, 20))
    result = model.run()
    packed = NativeCollectionStrategy(compression_params=0).map(result)
    assert result.to_xarray().nbytes < asizeof.asizeof(packed) < 10_000_000
    with pytest.raises(ToBigForAvailableMemoryError):
        sweep(
            model,
            range=[3],
            processing_strategy=NativeCollectionStrategy(),
            mem_warning_ratio=0,
            mem_error_ratio=0,
        ).run()
