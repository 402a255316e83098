"""Seeded damage of files that libhdf5 reads: no crash and no hang, an error that names the member, or a result.

The result has the arrays that h5py finds in the file.
"""

import random
import sys

import pytest
from judge import Judge
from mutations import damaged
from netcdfs import archive, delegated

pytestmark = pytest.mark.skipif(
    sys.platform != "linux", reason="memory is capped by RLIMIT_AS"
)

CASES = 200


@pytest.mark.slow
def test_damage_of_delegated_files(tmp_path):
    path = tmp_path / "case.ndc"
    files = (delegated(), delegated(chunks=(2, 3, 4, 1), compression=1))
    complaints = []
    with Judge() as judge:
        for seed in range(CASES):
            rng = random.Random(seed)
            path.write_bytes(archive(damaged(rng.choice(files), rng)))
            classes, found = judge.outcome(path)
            # Dimensions and sizes that differ are told of the metadata, which state them too.
            placed = classes is None or (str(path) in found and "ndr_0/" in found)
            if not placed or (classes and "SkneuromsiIOError" not in classes):
                complaints.append(f"case {seed}: {classes} {found!s:.300}")
    assert complaints == []
