"""Seeded damage of good files: an error of our family, or what another reader gives."""

import sys

import pytest

pytestmark = pytest.mark.skipif(
    sys.platform != "linux", reason="memory is capped by RLIMIT_AS"
)

CASES = 6000


@pytest.mark.slow
def test_damage_is_refused_or_read_as_others_do():
    from mutations import complaints

    assert list(complaints(0, CASES)) == []
