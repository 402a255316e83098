"""The `_cache` of the bridge's collection against upstream's, which notebooks look into."""

import copy
import pickle

import pytest
import skneuromsi
from parity import KWARGS, make_array
from same import assert_same

from skneuromsi_io import upstream


@pytest.fixture(scope="module")
def caches():
    found = [
        skneuromsi.NDResult(
            nddata=make_array() * number, **{**KWARGS, "causes": number}
        )
        for number in (1, 2)
    ]
    bridge = upstream.collection_class()
    return [
        cls.from_ndresults("name", found)._cache
        for cls in (bridge, skneuromsi.NDResultCollection)
    ]


def test_keys_are_attributes(caches):
    ours, theirs = caches
    assert isinstance(ours, skneuromsi.utils.Bunch)
    assert list(ours) == list(theirs)
    # Pickling leaves `__slotnames__` in the class that it met.
    assert {*dir(ours), "__slotnames__"} == {*dir(theirs), "__slotnames__"}
    for name in theirs:
        assert_same(getattr(ours, name), getattr(theirs, name))
        assert_same(ours[name], theirs[name])
    with pytest.raises(AttributeError, match=r"^nope$"):
        _ = ours.nope


@pytest.mark.parametrize(
    "kept", [copy.copy, copy.deepcopy, lambda cache: pickle.loads(pickle.dumps(cache))]
)
def test_copies(caches, kept):
    ours, theirs = caches
    assert_same(dict(kept(ours)), dict(theirs))


def test_a_plain_dict(caches):
    ours, theirs = (cache.to_dict() for cache in caches)
    assert type(ours) is dict
    assert_same(ours, theirs)
    assert repr(caches[0]).startswith("<_cache {")
