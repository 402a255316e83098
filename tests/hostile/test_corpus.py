"""Hostile and odd archives, each with the outcome that it must have.

Every case runs in a process that may take 1 GiB beyond what it has after its imports, and a few seconds.
"""

import multiprocessing
import time

import pytest

import container
import documents
import netcdfs
from good import a_result, contents, digest
from zipkit import build, members_of

#: Seconds that a case may take; loading 70,000 members or refusing a bomb takes half a second.
SECONDS = 20

CASES = {
    f"{module.__name__}: {family.__name__}: {case[0]}": (family, index)
    for module in (container, documents, netcdfs)
    for family in module.FAMILIES
    for index, case in enumerate(family())
}
