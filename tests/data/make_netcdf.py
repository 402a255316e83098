"""Make the NetCDF files here that test single features of the formats.

The ``kording-*.nc`` files are members of archives that scikit-neuromsi 1.0.2 wrote with xarray and
scipy, netCDF4-C and h5netcdf; they are not made here.
"""

from pathlib import Path

import h5py
import netCDF4
import numpy as np

HERE = Path(__file__).parent
VALUES = np.arange(24.0).reshape(4, 6) / 2

#: Keywords of ``h5py.Group.create_dataset``, by the name of the variable.
LAYOUTS = {
    "contiguous": {},
    "compact": {},
    "whole_chunk": {"chunks": (4, 6)},
    "shuffled": {"chunks": (4, 6), "shuffle": True},
    "edges": {"chunks": (3, 4)},
    "deflated": {"chunks": (3, 4), "shuffle": True, "compression": 9},
    "checked": {"chunks": (4, 6), "compression": 9, "fletcher32": True},
}


def make_layouts() -> None:
    """HDF5 of the oldest version (symbol tables, B-trees) with each storage layout."""
    with h5py.File(HERE / "layouts.nc", "w", libver="earliest") as file:
        for name, length in (("x", 4), ("y", 6)):
            file[name] = np.arange(length)
            file[name].make_scale(name)
        for name, keywords in LAYOUTS.items():
            if name == "compact":
                plist = h5py.h5p.create(h5py.h5p.DATASET_CREATE)
                plist.set_layout(h5py.h5d.COMPACT)
                space = h5py.h5s.create_simple(VALUES.shape)
                kind = h5py.h5t.IEEE_F64LE
                h5py.h5d.create(file.id, name.encode(), kind, space, plist)
                file[name][...] = VALUES
            else:
                file.create_dataset(name, data=VALUES, **keywords)
            file[name].dims[0].attach_scale(file["x"])
            file[name].dims[1].attach_scale(file["y"])


def make_records() -> None:
    """CDF-5 with a record dimension and every type."""
    with netCDF4.Dataset(HERE / "records.nc", "w", format="NETCDF3_64BIT_DATA") as file:
        file.createDimension("t", None)
        file.createDimension("x", 3)
        file.numbers = np.arange(3, dtype="u2")
        for code in ("i1", "i2", "i4", "i8", "u1", "u2", "u4", "u8", "f4", "f8"):
            file.createVariable(f"record_{code}", code, ("t", "x"))[:] = np.arange(
                15
            ).reshape(5, 3)
            file.createVariable(f"fixed_{code}", code, ("x",))[:] = np.arange(3)


def make_strangers() -> None:
    """HDF5 files that refer to another file, each in one of the three ways to do so."""
    with h5py.File(HERE / "external_storage.nc", "w", libver="v110") as file:
        file.create_dataset("x", (4,), "i8", external=[("elsewhere", 0, 32)])
        file["x"].make_scale("x")
    with h5py.File(HERE / "external_link.nc", "w", libver="v110") as file:
        file["x"] = h5py.ExternalLink("elsewhere", "/x")
    with h5py.File(HERE / "virtual.nc", "w", libver="v110") as file:
        layout = h5py.VirtualLayout((4,), "i8")
        layout[:] = h5py.VirtualSource("elsewhere", "/x", (4,))
        file.create_virtual_dataset("x", layout)
        file["x"].make_scale("x")


if __name__ == "__main__":
    make_layouts()
    make_strangers()
    make_records()
