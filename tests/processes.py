"""Work in a fresh process that has one thread and may be forked, limited and killed."""

import multiprocessing
from concurrent.futures import ProcessPoolExecutor


def in_process(function, *args):
    """Return what a function returns in a process of its own; its exceptions come through."""
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(1, mp_context=context) as executor:
        return executor.submit(function, *args).result(timeout=300)
