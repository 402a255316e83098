"""Work in a fresh process that has one thread and may be forked, limited and killed."""

import multiprocessing
from concurrent.futures import ProcessPoolExecutor

#: Source of `peak`, for scripts: the most bytes that the process had. Not getrusage, whose peak Linux
#: carries over from the parent process.
PEAK = r"""
import re
from pathlib import Path

def peak():
    status = Path("/proc/self/status").read_text()
    return int(re.search(r"VmHWM:\s+(\d+) kB", status)[1]) << 10
"""


def in_process(function, *args):
    """Return what a function returns in a process of its own; its exceptions come through."""
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(1, mp_context=context) as executor:
        return executor.submit(function, *args).result(timeout=300)
