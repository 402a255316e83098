"""Results of scikit-neuromsi in a notebook, which has no HTML of its own for them."""

from __future__ import annotations

from typing import Any

from .._imported import imported
from ..model._html import of_result


def show_results(cls: type) -> None:
    """Let IPython, where it runs, show results of a class as HTML; the class stays as it is."""
    shell = _shell()
    if shell is not None and not hasattr(cls, "_repr_html_"):
        shell.display_formatter.formatters["text/html"].for_type(cls, of_result)


def _shell() -> Any:
    """Return the running IPython; None where there is none, and IPython is not imported for it."""
    ipython = imported("IPython")
    return None if ipython is None else ipython.get_ipython()
