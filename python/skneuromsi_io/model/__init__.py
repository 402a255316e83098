"""Light `NDResult` and `NDResultCollection`: upstream's interface without its accessors."""

from ._collection import NDResultCollection
from ._ndresult import NDResult

__all__ = ["NDResult", "NDResultCollection"]
