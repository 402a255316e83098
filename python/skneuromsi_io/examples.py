"""Small results to try the functions on, without scikit-neuromsi."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from .model import NDResult
from .results._collection import NDResultCollection

#: Positions in degrees, and the standard deviation of what either sense tells of one.
_POSITIONS = np.arange(20.0)
_SIGMA = 3.0


def sweep(size: int = 3) -> NDResultCollection:
    """Return a sweep of a model of two cues: where a sound and a light seem to be, and both together.

    The estimates are combined by maximum likelihood, as of Ernst and Banks (2002): the multisensory density is the
    normalized product of the two unisensory ones. From result to result, the light moves on by 2 degrees. After 18
    degrees comes 0.

    Parameters
    ----------
    size : int, optional
        Number of results.

    Returns
    -------
    NDResultCollection
        Of light classes, named "sweep".

    Examples
    --------
    >>> from skneuromsi_io.examples import sweep
    >>> collection = sweep()
    >>> collection
    <NDResultCollection 'sweep' len=3>
    >>> collection.disparity_matrix()["visual_position"].tolist()
    [6.0, 8.0, 10.0]

    """
    lights = [(6.0 + 2 * number) % len(_POSITIONS) for number in range(size)]
    results = [_result(6.0, light) for light in lights]
    return NDResultCollection.from_ndresults("sweep", results)


def _result(auditory: float, visual: float) -> NDResult:
    modes = {"auditory": _density(auditory), "visual": _density(visual)}
    both = modes["auditory"] * modes["visual"]
    modes["multi"] = both / both.sum()
    return NDResult.from_modes_dict(
        modes_dict={name: values[np.newaxis] for name, values in modes.items()},
        mname="TwoCues",
        mtype="MLE",
        output_mode="multi",
        nmap={"auditory": "auditory", "visual": "visual"},
        time_range=(0, 1),
        position_range=(0, len(_POSITIONS)),
        time_res=1.0,
        position_res=1.0,
        causes=None,
        run_parameters={"auditory_position": auditory, "visual_position": visual},
        extra={"sigma": _SIGMA},
    )


def _density(position: float) -> npt.NDArray[np.float64]:
    values = np.exp(-(((_POSITIONS - position) / _SIGMA) ** 2) / 2)
    density: npt.NDArray[np.float64] = values / values.sum()
    return density
