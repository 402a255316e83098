"""The six models that scikit-neuromsi ships, at sizes that run in milliseconds.

All are seeded: some draw random numbers when they run, and some runs of Zhu2024 (four of the seeds 0 to 599) have
NaN in `extra`. Files of format 0.1 hold `extra` as lists, and scikit-neuromsi's comparison finds lists with NaN
unequal to themselves.
"""

from skneuromsi.bayesian import Kording2007, Zhu2024
from skneuromsi.mle import AlaisBurr2004
from skneuromsi.neural import Cuppini2014, Cuppini2017, Paredes2025

SMALL = {"time_range": (0, 130), "time_res": 0.5, "neurons": 20, "seed": 1}
MODELS = {
    "alais": lambda: AlaisBurr2004(seed=1, position_range=(-5, 5)),
    "kording": lambda: Kording2007(seed=1),
    "zhu": lambda: Zhu2024(seed=1, position_range=(0, 30)),
    "cuppini2014": lambda: Cuppini2014(**SMALL, position_range=(0, 20)),
    "cuppini2017": lambda: Cuppini2017(**SMALL, position_range=(0, 20)),
    "paredes2025": lambda: Paredes2025(**SMALL, position_range=(0, 20)),
}


def zhu_with_nan():
    """Return a result with a NaN in `extra`: one of Zhu2024's histograms has no counts."""
    return Zhu2024(seed=13, position_range=(0, 30)).run()
