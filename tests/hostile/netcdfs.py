"""Cases of the NetCDF members: no NetCDF, too much of it, headers that lie."""

import io
import random
import struct

import h5py
import numpy as np
import xarray as xr
from container import EITHER
from good import DATA, DIMS, LARGE, VALUES, a_result, contents
from scipy.io import netcdf_file
from zipkit import build, members_of

ERROR = "SkneuromsiIOError"


def archive(netcdf, name=VALUES):
    return build(members_of(contents(1) | {name: netcdf}))


def classic(array=None):
    """NetCDF-3 as upstream writes it through scipy."""
    array = a_result().to_xarray() if array is None else array
    sink = io.BytesIO()
    file = netcdf_file(sink, "w", version=2)
    for dim, length in zip(array.dims, array.shape, strict=True):
        file.createDimension(dim, length)
    file.createVariable("values", "f8", array.dims)[:] = array.values
    file.flush()
    return sink.getvalue()


def garbage():
    """Bytes that are no NetCDF."""
    for name in (VALUES, LARGE):
        good = contents(1)[name]
        for what, content in {
            "empty": b"",
            "one byte": b"\x89",
            "text": b"no NetCDF" * 50,
            "zeros": bytes(5000),
            "noise": random.Random(1).randbytes(5000),
            "HDF5 signature": good[:8],
            "HDF5 signature and noise": good[:8] + random.Random(2).randbytes(5000),
            "CDF signature": b"CDF\2",
            "CDF signature and noise": b"CDF\2" + random.Random(3).randbytes(5000),
            "CDF of ones": b"CDF\2" + b"\xff" * 5000,
            "cut by one": good[:-1],
            "cut in half": good[: len(good) // 2],
            "the other member": contents(1)[LARGE if name == VALUES else VALUES],
            "another archive": build(members_of(contents(1))),
        }.items():
            yield f"{name}: {what}", archive(content, name), ERROR, None
        yield f"{name}: with more after it", archive(good + b"more", name), EITHER, None


def hdf5(fill):
    sink = io.BytesIO()
    with h5py.File(sink, "w") as file:
        fill(file)
    return sink.getvalue()


def variables():
    """Files with no, several or other variables."""

    def short_chunk(file):
        chunked = file.create_dataset("values", (1000,), "f8", chunks=(1000,))
        chunked.id.write_direct_chunk((0,), b"short")

    def bomb(file):
        import zlib

        chunked = file.create_dataset(
            "values", (100,), "f8", chunks=(100,), compression=9
        )
        chunked.id.write_direct_chunk((0,), zlib.compress(bytes(300 << 20)))

    def cycle(file):
        group = file.create_group("a")
        group["b"] = group

    cases = {
        "no variable": hdf5(lambda file: None),
        "two arrays": hdf5(
            lambda f: [f.create_dataset(n, (2, 3, 4, 1), "f8") for n in ("a", "b")]
        ),
        "another rank": hdf5(lambda f: f.create_dataset("values", (2, 3), "f8")),
        "text": hdf5(lambda f: f.create_dataset("values", data="text")),
        "a compound type": hdf5(
            lambda f: f.create_dataset("values", (3,), np.dtype([("a", "f8")]))
        ),
        "never written": hdf5(lambda f: f.create_dataset("values", (1 << 40,), "f8")),
        "never written chunks": hdf5(
            lambda f: f.create_dataset("values", (1 << 40,), "f8", chunks=(1 << 20,))
        ),
        "a short chunk": hdf5(short_chunk),
        "a chunk that expands": hdf5(bomb),
        "a group in itself": hdf5(cycle),
    }
    for what, content in cases.items():
        yield what, archive(content), ERROR, None
        yield f"large array: {what}", archive(content, LARGE), ERROR, None
    for name in ("external_storage", "external_link", "virtual"):
        content = (DATA / f"{name}.nc").read_bytes()
        yield name, archive(content), ERROR, None
        yield f"large array: {name}", archive(content, LARGE), ERROR, None
    for what, shape in {"modes": (1, 3, 4, 1), "times": (2, 2, 4, 1)}.items():
        array = xr.DataArray(np.zeros(shape), dims=DIMS, name="values")
        sink = io.BytesIO()
        array.to_netcdf(sink, engine="h5netcdf")
        yield f"fewer {what}", archive(sink.getvalue()), ERROR, None


def numbers():
    """Every 32-bit word of a NetCDF-3 header replaced."""
    good = classic()
    head = good.index(np.linspace(0, 1, 24).astype(">f8").tobytes()[8:16]) - 8
    yield "NetCDF-3 without labels", archive(good), "an error, or a result", None
    for at in range(4, head - head % 4, 4):
        for value in (0, 1, 0x7FFFFFFF, 0xFFFFFFFF, 0x80000000):
            content = good[:at] + struct.pack(">L", value) + good[at + 4 :]
            yield (
                f"NetCDF-3 word {at} = {value:x}",
                archive(content),
                "an error, or a result",
                None,
            )


FAMILIES = (garbage, variables, numbers)
