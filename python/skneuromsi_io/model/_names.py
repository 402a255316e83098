"""Names of the dimensions, as scikit-neuromsi's `core.constants` defines them."""

import numpy as np

MODES = "modes"
TIMES = "times"
POSITIONS = "positions"
POSITIONS_COORDINATES = "positions_coordinates"

#: All dimensions of a result, slowest first; an array as upstream has it.
DIMENSIONS = np.array([MODES, TIMES, POSITIONS, POSITIONS_COORDINATES])

#: Name of the labelled array of a result.
ARRAY_NAME = "values"
