"""Names of the members of an archive, as upstream's ``skneuromsi.io`` and FORMAT.md define them."""

import re
from collections.abc import Iterable, Sequence

METADATA = "metadata.json"
INDEX = "index.json"
NDDATA = "nddata.nc"

#: A number in a name. Python turns no more than 4,300 digits into an integer.
_NUMBER = "(?:0|[1-9][0-9]{0,17})"
#: A member of a result, of any kind.
_RESULT_MEMBER = re.compile(
    rf"ndr_({_NUMBER})/(?:metadata\.json|nddata\.nc|extra_{_NUMBER}\.nc)"
)

#: Members of a result: metadata, data, and each large array with the name by which the metadata refer to it.
Plan = tuple[str, str, Sequence[tuple[str, str]]]

#: Members of a result in an archive: metadata, data, and what is before and behind the number in the names of its
#: large arrays, ``ndr_{i}/extra_{k}.nc``. Of a million of these no list is made before they are read.
ReadPlan = tuple[str, str, tuple[str, str]]


def plan(index: int, arrays: Sequence[str]) -> Plan:
    """Members of result `index`, `arrays` being the names of its large arrays."""
    text, data = result_names(index)
    # Nearly all results have none; an empty list each would be work for the garbage collector.
    extra = [(of_result(index, name), name) for name in arrays] if arrays else ()
    return text, data, extra


def plan_to_read(index: int) -> ReadPlan:
    """Members of result `index` in an archive, to be read."""
    text, data = result_names(index)
    return text, data, (of_result(index, "extra_"), ".nc")


def result_names(index: int) -> tuple[str, str]:
    """Names of the metadata and of the data member of result `index`."""
    return of_result(index, METADATA), of_result(index, NDDATA)


def of_result(index: int, name: str) -> str:
    """Name of the member `name` of result `index`."""
    return f"ndr_{index}/{name}"


def of_results(indices: Iterable[int], name: str) -> list[str]:
    """Names of the member `name` of some results."""
    return [of_result(index, name) for index in indices]


def result_indices(names: Iterable[str]) -> list[int]:
    """Numbers of the results of which at least one member is among `names`, ascending."""
    matches = map(_RESULT_MEMBER.fullmatch, names)
    return sorted({int(match[1]) for match in matches if match})


def result_index(name: str) -> int | None:
    """Return the number of the result that a member belongs to, or None."""
    match = _RESULT_MEMBER.fullmatch(name)
    return int(match[1]) if match else None


def is_required(name: str) -> bool:
    """Return whether a collection cannot be opened without it: its metadata, or a member of a result.

    The index is none.
    """
    return name == METADATA or _RESULT_MEMBER.fullmatch(name) is not None
