"""Fixtures of the tests of repair."""

import numpy as np
import pytest

from helpers import make_collection, stored


@pytest.fixture
def out(tmp_path):
    return tmp_path / "saved.ndc"


@pytest.fixture(scope="module")
def ours():
    """Bytes of an archive of ten results."""
    extra = {"pair": (1, 2), "large": np.arange(2000.0), "list": [1] * 1500}
    return stored(make_collection(10, extra=extra), metadata={"pair": (1, 2)})
