"""The light `NDResult`: upstream's interface without its accessors."""

from ._ndresult import NDResult

__all__ = ["NDResult"]
