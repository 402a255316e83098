"""Fixtures of all tests."""

import signal

import pytest
from hypothesis import HealthCheck, settings

from helpers import make_collection, make_result, stored

# A slow machine is not a failure, and every run tries the same examples.
settings.register_profile(
    "suite",
    deadline=None,
    derandomize=True,
    max_examples=60,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile("suite")

# A shell without job control ignores Ctrl-C in what it starts in the background, and processes inherit that.
signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture
def result():
    return make_result()


@pytest.fixture
def collection():
    return make_collection()


@pytest.fixture(scope="session")
def archive():
    """Bytes of a stored collection of three results."""
    return stored(make_collection())
