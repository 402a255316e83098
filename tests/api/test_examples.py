"""Results to try the functions on are sound, however many are asked for."""

import numpy as np

from skneuromsi_io.examples import sweep


def test_a_long_sweep_has_densities_only():
    for result in sweep(100):
        sums = result.to_xarray().sum(["times", "positions", "positions_coordinates"])
        np.testing.assert_allclose(sums, 1)
