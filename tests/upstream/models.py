"""The six models that scikit-neuromsi ships, at sizes that run in milliseconds."""

from skneuromsi.bayesian import Kording2007, Zhu2024
from skneuromsi.mle import AlaisBurr2004
from skneuromsi.neural import Cuppini2014, Cuppini2017, Paredes2025

SMALL = {"time_range": (0, 130), "time_res": 0.5, "neurons": 20}
MODELS = {
    "alais": lambda: AlaisBurr2004(position_range=(-5, 5)),
    "kording": lambda: Kording2007(),
    "zhu": lambda: Zhu2024(position_range=(0, 30)),
    "cuppini2014": lambda: Cuppini2014(**SMALL, position_range=(0, 20)),
    "cuppini2017": lambda: Cuppini2017(**SMALL, position_range=(0, 20)),
    "paredes2025": lambda: Paredes2025(**SMALL, position_range=(0, 20)),
}
