"""Work in a fresh process that has one thread and may be forked, limited and killed."""

import multiprocessing
import os
import signal
import time
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

#: Seconds after which a child hangs: it has a few milliseconds of work.
LONG = 30


def in_process(function, *args):
    """Return what a function returns in a process of its own; its exceptions come through."""
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(1, mp_context=context) as executor:
        return executor.submit(function, *args).result(timeout=300)


def ends(work):
    """Return whether a forked process comes to the end of its work."""
    child = os.fork()
    if child == 0:
        code = 1
        try:
            work()
            code = 0
        finally:
            os._exit(code)
    until = time.monotonic() + LONG
    while time.monotonic() < until:
        pid, status = os.waitpid(child, os.WNOHANG)
        if pid:
            return status == 0
        time.sleep(0.005)
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    return False
