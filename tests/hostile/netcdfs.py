"""Cases of the NetCDF members: no NetCDF, too much of it, headers that lie."""

import io
import random
import struct
import zlib

import h5py
import numpy as np
import xarray as xr
from container import EITHER
from good import DATA, DIMS, LARGE, VALUES, a_result, contents
from zipkit import build, members_of

ERROR = "SkneuromsiIOError"


def archive(netcdf, name=VALUES):
    return build(members_of(contents(1) | {name: netcdf}))


def classic():
    """NetCDF-3 as upstream writes it through scipy, but that no value is masked."""
    array = a_result().to_xarray()
    array.encoding["_FillValue"] = None
    return bytes(array.to_netcdf(format="NETCDF3_64BIT", engine="scipy"))


def garbage():
    """Bytes that are not NetCDF."""
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
            yield f"{name}: {what}", archive(content, name), ERROR, name
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
        yield what, archive(content), ERROR, VALUES
        yield f"large array: {what}", archive(content, LARGE), ERROR, LARGE
    for name in ("external_storage", "external_link", "virtual"):
        content = (DATA / f"{name}.nc").read_bytes()
        yield name, archive(content), ERROR, VALUES
        yield f"large array: {name}", archive(content, LARGE), ERROR, LARGE
    for what, shape in {"modes": (1, 3, 4, 1), "times": (2, 2, 4, 1)}.items():
        array = xr.DataArray(np.zeros(shape), dims=DIMS, name="values")
        sink = io.BytesIO()
        array.to_netcdf(sink, engine="h5netcdf")
        yield f"fewer {what}", archive(sink.getvalue()), ERROR, None


def numbers():
    """Every 32-bit word of a NetCDF-3 file replaced, but those of its payload."""
    good = classic()
    head = good.index(np.linspace(0, 1, 24).astype(">f8").tobytes())
    yield "NetCDF-3", archive(good), "a result", None
    for at in range(4, head - head % 4, 4):
        for value in (0, 1, 0x7FFFFFFF, 0xFFFFFFFF, 0x80000000):
            content = good[:at] + struct.pack(">L", value) + good[at + 4 :]
            yield (
                f"NetCDF-3 word {at} = {value:x}",
                archive(content),
                "an error, or a result",
                None,
            )


def delegated(fill=None, **how):
    """Return an HDF5 file that libhdf5 has to read, since an attribute is boolean."""

    def make(file):
        values = file.create_dataset(
            "values", data=np.linspace(0, 1, 24).reshape(2, 3, 4, 1), **how
        )
        for axis, (dim, length) in enumerate(zip(DIMS, values.shape, strict=True)):
            file[dim] = ["multi", "visual"] if dim == "modes" else np.arange(length)
            file[dim].make_scale(dim)
            values.dims[axis].attach_scale(file[dim])
        values.attrs["flag"] = np.array([True, False])
        if fill is not None:
            fill(file, values)

    return hdf5(make)


def coordinate(**dataset):
    """Return a delegated file with this dataset as a coordinate of the modes."""

    def fill(file, values):
        added = file.create_dataset("added", **dataset)
        added.dims[0].attach_scale(file["modes"])
        values.attrs["coordinates"] = "added"

    return delegated(fill)


def texts_at_one_place(count, size):
    """Return a file with an attribute of texts, all of which are one large object in a heap."""

    def fill(file, values):
        texts = np.array(["Q" * size] + ["z"] * (count - 1), dtype=object)
        values.attrs.create("texts", texts, dtype=h5py.string_dtype())

    content = bytearray(delegated(fill))
    at = content.index(struct.pack("<L", size))
    while content[at + 16 : at + 20] != struct.pack("<L", 1):
        at = content.index(struct.pack("<L", size), at + 1)
    content[at : at + 16 * count] = content[at : at + 16] * count
    return bytes(content)


def chunks_at_one_place(count, size):
    """Return a file with a dataset whose chunks are all the same bytes."""

    def fill(file, values):
        added = file.create_dataset(
            "added", (2, count * size // 2), "u1", chunks=(1, size), compression=9
        )
        raw = zlib.compress(bytes(size), 9)
        for index in range(count):
            start = (index % 2, index // 2 * size)
            added.id.write_direct_chunk(start, raw)
        added.dims[0].attach_scale(file["modes"])
        values.attrs["coordinates"] = "added"

    content = bytearray(delegated(fill))
    with h5py.File(io.BytesIO(content)) as file:
        chunks = []
        file["added"].id.chunk_iter(chunks.append)
    for chunk in chunks:
        key = struct.pack("<LL3Q", chunk.size, 0, *chunk.chunk_offset, 0)
        at = content.index(key) + len(key)
        content[at : at + 8] = struct.pack("<Q", chunks[0].byte_offset)
    return bytes(content[: max(chunk.byte_offset for chunk in chunks[:2]) + 4096])


def libraries():
    """Files that only libhdf5 reads."""
    good = delegated()
    yield "a boolean attribute", archive(good), "a result", None
    yield "a user block", archive(bytes(512) + good), ERROR, VALUES
    text = h5py.string_dtype()
    row = [("a",), ("b",)]
    for what, content in {
        "text in a compound type": coordinate(data=np.array(row, [("t", text)])),
        "arrays of numbers": coordinate(shape=(2,), dtype=np.dtype(("i4", (3,)))),
        "sequences": coordinate(shape=(2,), dtype=h5py.vlen_dtype("i4")),
        "references": coordinate(shape=(2,), dtype=h5py.ref_dtype),
        "opaque": coordinate(data=np.zeros(2, "V8")),
    }.items():
        yield what, archive(content), "UnsupportedError", VALUES
    for name in ("DIMENSION_LIST", "REFERENCE_LIST", "_Netcdf4Dimid", "NAME", "CLASS"):
        for dim in ("values", "times"):
            value = "text" if name == "_Netcdf4Dimid" else 5
            content = delegated(
                lambda f, _, d=dim, n=name, v=value: f[d].attrs.update({n: v})
            )
            yield f"{name} of {dim}", archive(content), ERROR, VALUES
    # Kinds of variable length beyond sequence and text make libhdf5 follow null.
    at = good.index(b"\x19\0\0\0\x10\0\0\0\x17")
    for kind in (2, 0x0F, 0xFF):
        content = good[: at + 1] + bytes([kind]) + good[at + 2 :]
        yield f"variable length of kind {kind}", archive(content), ERROR, VALUES
    heap = good.index(b"GCOL")
    end = heap + struct.unpack_from("<Q", good, heap + 8)[0]
    at = next(
        p
        for p in range(end - 16, heap, -8)
        if p + struct.unpack_from("<Q", good, p + 8)[0] == end
    )
    for size in (0, 8, end, 1 << 63):
        content = good[: at + 8] + struct.pack("<Q", size) + good[at + 16 :]
        yield f"{size} bytes free in a heap", archive(content), ERROR, VALUES
    yield (
        "texts at one place",
        archive(texts_at_one_place(400, 20 << 20)),
        "LimitError",
        VALUES,
    )
    content = chunks_at_one_place(30, 32 << 20)
    yield "chunks at one place", archive(content), ERROR, VALUES

    def chunks(file, values):
        many = file.create_dataset("many", (60_000,), "u1", chunks=(1,))
        for index in range(60_000):
            many.id.write_direct_chunk((index,), b"\0")

    many = archive(delegated(chunks))
    yield "a chunk for each byte", many, "an error, or a result", None


FAMILIES = (garbage, variables, numbers, libraries)
