"""For ``ParameterSweep(processing_strategy=...)``; importing this module imports scikit-neuromsi."""

from .upstream._sweep import NativeCollectionStrategy

__all__ = ["NativeCollectionStrategy"]
