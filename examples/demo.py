"""Open a file that stock scikit-neuromsi wrote, store it again, and check that nothing changed."""

from __future__ import annotations

import contextlib
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np

import skneuromsi_io as sio

SOURCE = Path(__file__).parent / "alais-netcdf4.ndc"
OUT = Path("demo-out")

_times: list[tuple[str, float]] = []


@contextlib.contextmanager
def step(title: str) -> Iterator[None]:
    """Time a step and announce it."""
    print(f"\n{title}\n{'-' * len(title)}")
    start = time.perf_counter()
    yield
    _times.append((title, time.perf_counter() - start))


def show(collection: sio.NDResultCollection, metadata: dict) -> None:
    """Print what a collection holds."""
    first = collection[0]
    changing = collection.changing_parameters()
    rows = {
        "name": collection.name,
        "results": len(collection),
        "model": f"{first.mname} ({first.mtype})",
        "modes": ", ".join(first.modes_),
        "shape": " x ".join(map(str, first.to_xarray().shape)),
        "dtype": first.to_xarray().dtype,
        "output mode": collection.output_mode_,
        "changing": ", ".join(changing[changing].index),
        "written by": f"skneuromsi {metadata['skneuromsi'].replace('...', '.')}, "
        f"{metadata['utc_timestamp'][:16]}",
        "user metadata": metadata["extra"],
    }
    for name, value in rows.items():
        print(f"  {name:<14}{value}")


def require(holds: bool, what: str) -> None:
    """Stop the demo where something is not as it must be."""
    if not holds:
        sys.exit(f"expected {what} after storing and opening again")


def check(left: sio.NDResultCollection, right: sio.NDResultCollection) -> None:
    """Compare two collections: values to the bit, labels, dtypes, metadata and types."""
    numbers = 0
    for one, other in zip(left, right, strict=True):
        a, b = one.to_xarray(), other.to_xarray()
        require(a.identical(b), "equal labels and values")
        require(a.dtype == b.dtype, "equal dtypes")
        require(a.values.tobytes() == b.values.tobytes(), "equal bits")
        for name, value in one.to_dict().items():
            if name != "nddata":
                np.testing.assert_equal(other.to_dict()[name], value)
                require(type(other.to_dict()[name]) is type(value), f"type of {name}")
        numbers += a.size
    print(f"  {len(left)} results, {numbers:,} numbers, all equal to the bit")


def draw(collection: sio.NDResultCollection, path: Path) -> None:
    """Draw the output mode of every result, and all modes of the first."""
    import matplotlib as mpl

    mpl.use("agg")
    import matplotlib.pyplot as plt

    parameter = collection.coerce_parameter()
    figure, (left, right) = plt.subplots(1, 2, figsize=(11, 4), layout="constrained")
    first = collection[0]
    low, high = first.position_range
    for mode in first.modes_:
        values = first.get_modes(include=mode)[mode].to_numpy()
        left.plot(np.linspace(low, high, len(values)), values, label=mode)
    left.set(title=f"{first.mname}: modes", xlabel="position (deg)", ylabel="value")
    left.legend(frameon=False)
    colors = plt.colormaps["viridis"](np.linspace(0, 0.9, len(collection)))
    for color, result in zip(colors, collection, strict=True):
        values = result.get_modes(include=result.output_mode).to_numpy().ravel()
        label = f"{result.run_parameters[parameter]:g}"
        right.plot(
            np.linspace(low, high, len(values)), values, color=color, label=label
        )
    right.set(title=f"output mode by {parameter}", xlabel="position (deg)")
    right.legend(title=parameter, frameon=False, fontsize="small")
    figure.savefig(path, dpi=120)
    print(f"  {path}")


def main() -> None:
    """Run the demonstration."""
    OUT.mkdir(exist_ok=True)
    copy = OUT / "copy.ndc"
    print(f"skneuromsi-io {sio.__version__}")
    with step(f"Open {SOURCE.name}"):
        collection = sio.open_ndresults_collection(
            SOURCE, classes="light", tqdm_cls=None
        )
        print(f"  {SOURCE.stat().st_size:,} bytes")
    with step("What is in it"):
        metadata = sio.read_metadata(SOURCE)
        show(collection, metadata)
    with step("Store it again"):
        sio.store_ndresults_collection(
            copy, collection, metadata=metadata["extra"], tqdm_cls=None
        )
        print(f"  {copy.stat().st_size:,} bytes")
    with step("Reopen the copy"):
        again = sio.open_ndresults_collection(copy, classes="light", tqdm_cls=None)
        print(f"  {again!r}")
    with step("Check that both are equal"):
        check(collection, again)
        stored = sio.read_metadata(copy)["extra"]
        require(stored == metadata["extra"], "equal metadata")
    with step("Draw a picture"):
        draw(collection, OUT / "demo.png")
    print(
        "\nTime of each step, with the imports of the first\n------------------------------------------------"
    )
    for title, seconds in _times:
        print(f"  {title:<28}{1e3 * seconds:>9.2f} ms")


if __name__ == "__main__":
    main()
