"""Sums of the variances of modes, equal to scikit-neuromsi's to the last bit."""

from __future__ import annotations

import importlib.util
import itertools
import math
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import numpy as np

from ..model import _names
from ..model._tables import coerce_filter, grouped, groups
from ._interface import Block, LazyResult, Results

if TYPE_CHECKING:
    import numpy.typing as npt
    import pandas as pd

    from ..arrays._frame import Frame

#: Bytes of results that pandas measures in one call: enough to spread the 100 µs that a call takes, and few enough
#: for its temporary arrays to stay in the cache.
_BATCH_BYTES = 1 << 20


def variance_sum(packed: Results) -> pd.Series:
    """Sum over results of the sample variances of their modes, as ``get_modes().var()`` gives them.

    `coerce_mode` decides by these sums: where modes tie, another last bit is another decision. pandas adds the
    values of a mode in the order in which they are in memory: it is given the same rows without their labels where
    each mode is a row, and a table made step by step as scikit-neuromsi makes it elsewhere.
    """
    total: Any
    try:
        total = _sum_of_blocks(packed)
    except _OtherTable:
        total = sum(_table(item).var() for item in packed)
    total.name = "VarSum"
    summed: pd.Series = total
    return summed


def _table(item: LazyResult) -> pd.DataFrame:
    """Make the table of modes as scikit-neuromsi makes it."""
    result = item.open()
    wanted = coerce_filter(None, result.modes_, _names.MODES)
    return grouped(result._nddata, _names.MODES, wanted)


class _OtherTable(Exception):  # noqa: N818 - no error: the table is made step by step
    """The table of a result is not its array."""


def _sum_of_blocks(packed: Results) -> pd.Series:
    """Sum the variances of results of which the table of each is its array, a mode a column.

    Raises
    ------
    _OtherTable
        If one has another table.

    """
    # bottleneck measures all columns of a table again if the variance of one is infinite.
    if importlib.util.find_spec("bottleneck"):
        raise _OtherTable
    known: dict[Frame, None] = {}
    total: Any = sum(_variances(_blocks(packed, known)))
    return _labelled(next(iter(known)), total)


def _blocks(packed: Results, known: dict[Frame, None]) -> Iterator[Block]:
    """Give the array of each result, read once, and note its frame among those that are known."""
    for item in packed:
        block = item.block()
        if block is None:
            raise _OtherTable
        if block.frame not in known:
            # Equal labels of two types give the sum an index of a third.
            first = next(iter(known), block.frame)
            types = {one.labels(_names.MODES).dtype for one in (first, block.frame)}
            if len(types) > 1 or not _is_block(block.frame):
                raise _OtherTable
            known[block.frame] = None
        yield block


def _is_block(frame: Frame) -> bool:
    """Return whether each mode is a row of the array that is summed in doubles, under a label of its own."""
    import pandas as pd

    labels = pd.Index(frame.labels(_names.MODES))
    return (
        # Smaller floats are converted while they are summed, in pieces that the shape of the block decides.
        (frame.dtype.kind in "iu" or frame.dtype == np.float64)
        and frame.dims[0] == _names.MODES
        and 0 not in frame.shape
        and labels.is_unique
        and not labels.hasnans
    )


def _variances(blocks: Iterator[Block]) -> Iterator[npt.NDArray[np.float64]]:
    """Measure the modes of each result, in the order of its array."""
    import pandas as pd

    for (shape, dtype), group in itertools.groupby(
        blocks, key=lambda block: (block.frame.shape, block.frame.dtype)
    ):
        step = max(1, _BATCH_BYTES // (math.prod(shape) * dtype.itemsize))
        while batch := [block.values for block in itertools.islice(group, step)]:
            modes = np.concatenate(batch) if len(batch) > 1 else batch[0]
            rows = modes.reshape(len(modes), -1)
            found = pd.DataFrame(rows.T, copy=False).var().to_numpy()
            yield from found.reshape(len(batch), -1)


def _labelled(frame: Frame, total: Any) -> pd.Series:
    import pandas as pd

    order, labels = groups(frame.labels(_names.MODES))
    return pd.Series(total[order], index=pd.Index(labels, name=_names.MODES))
