"""FORMAT.md names the tests of this folder, and no others."""

import re
from pathlib import Path

from plain import FORMAT


def test_every_must_has_its_test():
    here = [
        name
        for path in Path(__file__).parent.glob("test_*.py")
        for name in re.findall(r"^def test_(\w+)", path.read_text(), re.MULTILINE)
    ]
    here.remove("every_must_has_its_test")
    assert sorted(here) == sorted(set(re.findall(r"→ `(\w+)`", FORMAT)))
