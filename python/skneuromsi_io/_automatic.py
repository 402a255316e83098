"""tqdm's bar that fits where it is shown: in a notebook with ipywidgets a widget, elsewhere text."""

import warnings

from tqdm import TqdmWarning

__all__ = ["tqdm"]

with warnings.catch_warnings():
    # In a notebook without ipywidgets tqdm warns, and shows text: all that is lost is a look.
    warnings.simplefilter("ignore", TqdmWarning)
    from tqdm.auto import tqdm
