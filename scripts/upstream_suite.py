"""Run scikit-neuromsi's own test suite without and with `patch()`, and compare the outcome of every test.

Runs in an environment that has both packages. The suite is that of the tag v1.0.2 (commit 0ed01fc) of
https://github.com/renatoparedes/scikit-neuromsi, with its licence; the sdist leaves it out. Made by
`git archive --prefix=scikit-neuromsi-1.0.2/ v1.0.2 tests pyproject.toml LICENSE.txt | xz -9e`.
"""

from __future__ import annotations

import subprocess
import sys
import tarfile
import tempfile
from collections import Counter
from pathlib import Path
from xml.etree import ElementTree

SUITE = Path(__file__).parent.parent / "tests/data/scikit-neuromsi-1.0.2-tests.tar.xz"

#: Patches before anything of the suite is imported, and fails where a test has undone it.
PLUGIN = """
import skneuromsi_io

skneuromsi_io.patch()


def pytest_sessionfinish():
    assert skneuromsi_io.is_patched()
"""

#: Exit codes of pytest that mean that all tests ran: all passed, or some failed.
RAN = (0, 1)


def outcomes(folder: Path, name: str, *options: str) -> dict[str, str]:
    """Run the suite in `folder`; return the outcome of each test by its name."""
    report = folder / f"{name}.xml"
    command = [sys.executable, "-m", "pytest", "--quiet", "-p", "no:cacheprovider"]
    done = subprocess.run(
        [*command, f"--junitxml={report}", *options],
        cwd=folder,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    if done.returncode not in RAN:
        sys.exit(f"upstream suite, {name}: pytest ended with {done.stdout}")
    return {
        f"{case.get('classname')}::{case.get('name')}": next(
            (part.tag for part in case if part.tag in ("failure", "error", "skipped")),
            "passed",
        )
        for case in ElementTree.parse(report).getroot().iter("testcase")
    }


def main() -> int:
    """Compare both runs; return 1 if a test differs."""
    with tempfile.TemporaryDirectory() as name, tarfile.open(SUITE) as archive:
        archive.extractall(name, filter="data")
        (folder,) = Path(name).iterdir()
        (folder / "patched_plugin.py").write_text(PLUGIN)
        without = outcomes(folder, "without")
        patched = outcomes(folder, "patched", "-p", "patched_plugin")
    for title, found in (("without patch()", without), ("with patch()", patched)):
        print(f"upstream suite, {title}: {dict(Counter(found.values()))}")
    tests = sorted(without.keys() | patched.keys())
    differing = [test for test in tests if without.get(test) != patched.get(test)]
    for test in differing:
        print(f"  {test}: {without.get(test)}, with patch() {patched.get(test)}")
    for test in tests:
        if test not in differing and without[test] != "passed":
            print(f"  {test}: {without[test]} in both")
    print(f"upstream suite: {len(differing)} of {len(tests)} tests differ")
    return bool(differing)


if __name__ == "__main__":
    sys.exit(main())
