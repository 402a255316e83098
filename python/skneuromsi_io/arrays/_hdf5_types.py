"""Types of datasets and attributes that libhdf5 may read from a file, looked at without reading a value.

Of a damaged type libhdf5 makes wild pointers; of compound types and arrays that hold text, more memory than can be
told beforehand.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .._errors import UnsupportedError

if TYPE_CHECKING:
    import h5py

#: Padding (three kinds) and character set (two) of text.
_TEXT_FLAGS = {padding | charset << 4 for padding in range(3) for charset in range(2)}


def check_type(dataset: h5py.Dataset, name: str) -> Any:
    """Return the type of a dataset if it is one of those that may be read.

    Raises
    ------
    UnsupportedError
        If it is another one.

    """
    found = dataset.id.get_type()
    if not (_is_value(found) or _is_complex(found)):
        raise UnsupportedError(
            expected="numbers, complex numbers, text or booleans",
            found=f"an HDF5 type of class {found.get_class()} in {name!r}",
        )
    return found


def is_varying(found: Any) -> bool:
    """Return whether elements of this type are pointers into a heap."""
    import h5py

    kind = found.get_class()
    if kind == h5py.h5t.STRING:
        return bool(found.is_variable_str())
    return bool(kind == h5py.h5t.VLEN)


def check_attributes(item: h5py.HLObject, name: str, most: int) -> int:
    """Return the number of pointers into a heap in the attributes of a group or dataset.

    Parameters
    ----------
    item : h5py.Group or h5py.Dataset
    name : str
        What messages call it.
    most : int
        Bytes that an attribute may have: the size of the file.

    Raises
    ------
    UnsupportedError
        If one has a type that it may not have, or more bytes.

    """
    import h5py

    pointers = 0
    for index in range(h5py.h5a.get_num_attrs(item.id)):
        attribute = h5py.h5a.open(item.id, index=index)
        found, space = attribute.get_type(), attribute.get_space()
        count = space.get_simple_extent_npoints()
        fits = _ATTRIBUTES.get(attribute.name, _is_value)
        if not fits(found) or count * found.get_size() > most:
            raise UnsupportedError(
                expected="attributes of numbers or text",
                found=f"an HDF5 type of class {found.get_class()} in "
                f"{attribute.name!r} of {name!r}",
            )
        pointers += count * is_varying(found)
    return pointers


def _is_value(found: Any) -> bool:
    import h5py

    if found.get_class() == h5py.h5t.ENUM:
        return _is_integer(found.get_super())
    return _is_text(found) or _is_number(found)


def _is_number(found: Any) -> bool:
    """Return whether it is a number as computers have it: HDF5 knows others, of any number of bits."""
    from h5py import h5t

    widths = [(f"STD_{sign}", bits) for sign in "IU" for bits in (8, 16, 32, 64)]
    widths += [("IEEE_F", bits) for bits in (16, 32, 64)]
    return any(
        found.equal(getattr(h5t, f"{prefix}{bits}{order}"))
        for prefix, bits in widths
        for order in ("LE", "BE")
    )


def _is_integer(found: Any) -> bool:
    import h5py

    return found.get_class() == h5py.h5t.INTEGER and _is_number(found)


def _is_complex(found: Any) -> bool:
    return _members(found) == [b"r", b"i"] and all(
        _is_number(found.get_member_type(i)) for i in (0, 1)
    )


def _members(found: Any) -> list[bytes]:
    import h5py

    if found.get_class() != h5py.h5t.COMPOUND:
        return []
    return [found.get_member_name(i) for i in range(found.get_nmembers())]


def _flags(found: Any) -> int:
    """Return the bits of a type's class (HDF5 specification, section IV.A.2.d), which libhdf5 does not check."""
    return int.from_bytes(found.encode()[3:6], "little")


def _is_text(found: Any) -> bool:
    import h5py

    if found.get_class() != h5py.h5t.STRING:
        return False
    flags = _flags(found) >> 4 if found.is_variable_str() else _flags(found)
    return flags in _TEXT_FLAGS


def _is_reference(found: Any) -> bool:
    import h5py

    return bool(found.equal(h5py.h5t.STD_REF_OBJ)) and _flags(found) == 0


def _is_dimension_list(found: Any) -> bool:
    import h5py

    return (
        found.get_class() == h5py.h5t.VLEN
        and _flags(found) == 0
        and _is_reference(found.get_super())
    )


def _is_reference_list(found: Any) -> bool:
    return (
        _members(found) == [b"dataset", b"dimension"]
        and _is_reference(found.get_member_type(0))
        and _is_integer(found.get_member_type(1))
    )


#: Attributes of libhdf5's dimension scales and of the netCDF-4 libraries.
_ATTRIBUTES = {
    b"DIMENSION_LIST": _is_dimension_list,
    b"REFERENCE_LIST": _is_reference_list,
    b"CLASS": _is_text,
    b"NAME": _is_text,
    b"_Netcdf4Dimid": _is_integer,
    b"_Netcdf4Coordinates": _is_integer,
}
