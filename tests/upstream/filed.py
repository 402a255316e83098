"""Sweeps to files, and what lies beside these."""

from skneuromsi.bayesian import Kording2007
from skneuromsi.sweep import (
    ParameterSweep,
)


def sweep(strategy, model=None, **kwargs):
    kwargs = {"range": [-20, -10, 5], "repeat": 2, "tqdm_cls": None, **kwargs}
    return ParameterSweep(
        model or Kording2007(seed=1),
        "auditory_position",
        seed=3,
        processing_strategy=strategy,
        **kwargs,
    )


def files(path):
    return sorted(file.name for file in path.parent.iterdir())


def shards(path):
    return sorted(path.parent.glob("sweep.ndc.*.partial"))


def position_of(result):
    return result.to_dict()["run_parameters"]["auditory_position"]
