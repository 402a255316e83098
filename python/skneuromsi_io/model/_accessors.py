"""Accessors that only scikit-neuromsi's classes have, in the place where a user looks for them."""

from __future__ import annotations

from typing import Any

from .._remedies import UPSTREAM


class UpstreamAccessor:
    """An attribute that the class of scikit-neuromsi has and the light one has not.

    A checker of types takes it for one, since functions return either class. Asking for it raises an
    AttributeError, as for any other missing attribute: ``hasattr`` says no.
    """

    def __set_name__(self, owner: type, name: str) -> None:
        self._name = name

    def __get__(self, obj: object, cls: type) -> Any:
        if obj is None:
            return self
        raise AttributeError(
            f"{cls.__name__!r} object has no attribute {self._name!r}: it is an accessor of scikit-neuromsi's "
            f"class; with that installed ({UPSTREAM}), skneuromsi_io.as_upstream(object) has it"
        )
