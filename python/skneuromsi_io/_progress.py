"""Progress bars that advance one step a result."""

from collections.abc import Iterable
from typing import Any

from ._errors import ArgumentTypeError


def tqdm_class(tqdm_cls: Any) -> Any:
    """Resolve the ``tqdm_cls`` argument: False means None, True ``tqdm.auto.tqdm``.

    Raises
    ------
    ArgumentTypeError
        If it cannot be called.

    """
    resolved = _resolved(tqdm_cls)
    if not (resolved is None or callable(resolved)):
        raise ArgumentTypeError(
            key="tqdm_cls",
            expected="a progress bar such as tqdm.tqdm, a bool or None",
            found=f"{resolved!r:.80}",
        )
    return resolved


def _resolved(tqdm_cls: Any) -> Any:
    if tqdm_cls is True:
        from ._automatic import tqdm

        return tqdm
    return tqdm_cls or None


def check_tqdm(tqdm_cls: Any) -> Any:
    """Return the tqdm class that a collection keeps, or None.

    A collection that is opened or made gives its bar to upstream's accessors, which use more of tqdm than that it
    wraps an iterable; storing needs no more, and takes any callable, as upstream does.

    Raises
    ------
    TypeError
        If it is anything else.

    """
    resolved = _resolved(tqdm_cls)
    if resolved is None:
        return None
    import tqdm

    if not (isinstance(resolved, type) and issubclass(resolved, tqdm.tqdm)):
        raise ArgumentTypeError(
            f"'tqdm_cls' must be an instance of tqdm.tqdm or None, found {resolved!r:.80}",
            key="tqdm_cls",
            expected="a class of tqdm, a bool or None",
            found=f"{resolved!r:.80}",
            remedy="pass tqdm.tqdm, True or None",
        )
    return resolved


class Steps:
    """A progress bar over ``total`` results, advanced by :meth:`done`.

    The bar is driven as an iterator, as upstream drives it, so that any callable that wraps an iterable
    serves as `tqdm_cls`.
    """

    def __init__(self, tqdm_cls: Any, total: int, desc: str):
        steps: Iterable[int] = range(total)
        if tqdm_cls:
            steps = tqdm_cls(steps, total=total, desc=desc)
        self._bar = steps
        self._steps = iter(steps)

    def done(self, count: int) -> None:
        """Say that ``count`` more results are through."""
        for _ in range(count):
            next(self._steps, None)

    def __enter__(self) -> "Steps":
        return self

    def __exit__(self, kind: Any, *_: object) -> None:
        if kind is None:
            next(self._steps, None)
        else:
            # The bar too: closing an iterator that never began leaves it open.
            for closing in (self._steps, self._bar):
                if hasattr(closing, "close"):
                    closing.close()
