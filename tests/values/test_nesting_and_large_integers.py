"""Nesting and integers beyond all limits are refused, with their key."""

import pandas as pd
import pytest

import skneuromsi_io as sio
from helpers import make_result, stored

DEEP = r"k'\]\[0\].*\.\.\.: more than 500 levels of nesting, or a value that contains"
DIGITS = r"integer of more than \d+ digits cannot be stored"


class Number(int):
    pass


def nested(depth, wrap):
    value = 1
    for _ in range(depth):
        value = wrap(value)
    return value


def loop():
    value = []
    value.append(value)
    return value


BEYOND = {
    "lists": (lambda: nested(600, lambda v: [v]), DEEP),
    "just too deep": (lambda: nested(500, lambda v: [v]), DEEP),
    "tuples": (lambda: nested(600, lambda v: (v,)), DEEP),
    "a loop": (loop, DEEP),
    "integer": (lambda: 10**5000, rf"k'\]: an {DIGITS}"),
    "own integer": (lambda: Number(10**5000), rf"k'\]: an {DIGITS}"),
    "further in": (lambda: [1, {"a": -(10**5000)}], rf"k'\]\[1\]\['a'\]: an {DIGITS}"),
    "key": (lambda: {10**5000: 1}, rf"k.*: an {DIGITS}"),
    "in a column": (
        lambda: pd.Series([10**5000, 1], dtype=object),
        rf"k.*: an {DIGITS}",
    ),
}


@pytest.mark.parametrize("name", BEYOND)
def test_beyond_all_limits(name):
    make, message = BEYOND[name]
    good, bad = make_result(), make_result(extra={"k": make()})
    with pytest.raises(sio.UnstorableError, match=rf"^result 0: extra\['{message}"):
        stored(bad)
    if name != "in a column":
        with pytest.raises(sio.UnstorableError, match=r"^result 0: extra"):
            stored(bad, format_version=0.1)
    with pytest.raises(sio.UnstorableError, match=r"^extra"):
        stored(good, metadata={"k": make()})


@pytest.mark.parametrize("wrap", [lambda v: [v], lambda v: {"a": v}, lambda v: (v,)])
def test_far_too_deep(wrap):
    value = nested(100_000, wrap)
    with pytest.raises(sio.UnstorableError, match="nest"):
        stored(make_result(), metadata={"deep": value})
    while not isinstance(value, int):  # a deep tuple's own destructor may recurse
        value = next(iter(value.values() if isinstance(value, dict) else value))
