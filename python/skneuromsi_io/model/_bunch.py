"""A mapping whose keys are attributes too."""

from __future__ import annotations

import copy
from collections.abc import Iterator, Mapping
from typing import Any


class Bunch(Mapping[Any, Any]):
    """Read-only view of a dict whose keys are attributes too, as upstream's `utils.Bunch`.

    Parameters
    ----------
    name : str
        What the repr calls it.
    data : dict
        The mapping; it is not copied.

    Examples
    --------
    >>> b = Bunch("data", {"a": 1})
    >>> b.a, b["a"]
    (1, 1)

    """

    def __init__(self, name: str, data: dict[Any, Any]):
        self._name = str(name)
        self._data = data

    def __getitem__(self, key: Any) -> Any:
        return self._data[key]

    def __getattr__(self, name: str) -> Any:
        try:
            # Through `vars`: copy and pickle ask instances that have no data yet.
            return vars(self)["_data"][name]
        except KeyError:
            raise AttributeError(name) from None

    def __copy__(self) -> Bunch:
        return type(self)(self._name, self._data)

    def __deepcopy__(self, memo: dict[int, Any]) -> Bunch:
        clone = memo[id(self)] = type(self)(self._name, {})
        clone._data = copy.deepcopy(self._data, memo)
        return clone

    def __iter__(self) -> Iterator[Any]:
        return iter(self._data)

    def __len__(self) -> int:
        return len(self._data)

    def __repr__(self) -> str:
        content = repr(set(self._data)) if self._data else "{}"
        return f"<{self._name} {content}>"

    def __dir__(self) -> list[str]:
        return [*super().__dir__(), *self._data]

    def to_dict(self) -> dict[Any, Any]:
        """Return a deep copy as a plain dict."""
        return copy.deepcopy(self._data)
