"""Names in the archive and keys in its metadata, as upstream's ``skneuromsi.io`` defines them."""

import datetime as dt
import platform
import re
import sys
from collections.abc import Iterable, Sequence
from typing import Any

from ._errors import BadMetadataError, MissingMemberError, UnsupportedError

METADATA = "metadata.json"
NDDATA = "nddata.nc"

OBJECT_TYPE = "object_type"
OBJECT_KWARGS = "object_kwargs"
OBJECT_SIZE = "object_size"
UTC_TIMESTAMP = "utc_timestamp"
EXTRA = "extra"
#: Labels of an array that is not plain, beside the arguments of its result.
LABELS = "nddata"
#: Arguments of a result that say nothing of what it shares with others, but for the names in them.
VARYING = ("run_parameters", "extra")
FORMAT_VERSION = "format_version"

NDRESULT = "ndresult"
NDCOLLECTION = "ndcollection"

#: The format that upstream writes (`_DEFAULT_METADATA` of scikit-neuromsi 1.0.2).
UPSTREAM_FORMAT = 0.1
#: The format that we write by default (FORMAT.md).
FORMAT = 0.2

#: A number in a name. Python turns no more than 4,300 digits into an integer.
_NUMBER = "(?:0|[1-9][0-9]{0,17})"
#: A result's large arrays lie beside its data: ``ndr_{i}/extra_{k}.nc``.
_EXTRA_MEMBER = re.compile(rf"ndr_({_NUMBER})/(extra_{_NUMBER}\.nc)")
#: A member of a result, of any kind.
_RESULT_MEMBER = re.compile(
    rf"ndr_({_NUMBER})/(?:metadata\.json|nddata\.nc|extra_{_NUMBER}\.nc)"
)

#: What upstream writes into every archive (`_DEFAULT_METADATA` of scikit-neuromsi 1.0.2, where the
#: version is joined character by character). Stock readers show it, so it stays.
_UPSTREAM_METADATA: dict[str, Any] = {
    "skneuromsi": "1...0...2",
    "authors": "Paredes, Cabral & Seriès",
    "author_email": "paredesrenato92@gmail.com",
    "affiliation": [
        "Cognitive Science Group, Instituto de Investigaciones Psicológicas, "
        "Facultad de Psicología - UNC-CONICET. Córdoba, Córdoba, Argentina.",
        "Department of Psychology, Pontifical Catholic University of Peru, Lima, Peru.",
        "The University of Edinburgh, School of Informatics, "
        "Edinburgh, United Kingdom.",
        "Gerencia De Vinculacion Tecnológica "
        "Comisión Nacional de Actividades Espaciales (CONAE), "
        "Falda del Cañete, Córdoba, Argentina.",
        "Instituto De Astronomía Teorica y Experimental - "
        "Observatorio Astronómico Córdoba (IATE-OAC-UNC-CONICET), "
        "Cordoba, Argentina.",
    ],
    "url": "https://github.com/renatoparedes/scikit-neuromsi",
}


#: Members of a result: metadata, data, and each large array with the name by which the metadata refer to it.
Plan = tuple[str, str, Sequence[tuple[str, str]]]


def plan(index: int, arrays: Sequence[str]) -> Plan:
    """Members of result `index`, `arrays` being the names of its large arrays."""
    text, data = result_names(index)
    # Nearly all results have none; an empty list each would be work for the garbage collector.
    extra = [(extra_name(index, name), name) for name in arrays] if arrays else ()
    return text, data, extra


def result_names(index: int) -> tuple[str, str]:
    """Names of the metadata and of the data member of result `index`."""
    return f"ndr_{index}/{METADATA}", f"ndr_{index}/{NDDATA}"


def extra_name(index: int, name: str) -> str:
    """Name of the member that holds the array `name` of result `index`."""
    return f"ndr_{index}/{name}"


def extra_members(names: list[str]) -> dict[int, list[str]]:
    """Group the extra array members of an archive by the result that they belong to."""
    found: dict[int, list[str]] = {}
    for name in names:
        # Nearly no name has it, and to look for it takes a tenth of matching.
        match = "/extra_" in name and _EXTRA_MEMBER.fullmatch(name)
        if match:
            found.setdefault(int(match[1]), []).append(match[2])
    return found


def result_indices(names: Iterable[str]) -> list[int]:
    """Numbers of the results of which at least one member is among `names`, ascending."""
    matches = map(_RESULT_MEMBER.fullmatch, names)
    return sorted({int(match[1]) for match in matches if match})


def is_known(name: str) -> bool:
    """Whether FORMAT.md says what a member of this name holds."""
    return name == METADATA or _RESULT_MEMBER.fullmatch(name) is not None


def collection_metadata(
    *, name: str, size: int, extra: dict[str, Any], format_version: float
) -> dict[str, Any]:
    """Metadata of a collection, keys in upstream's order."""
    # Upstream writes a naive UTC time (datetime.utcnow, deprecated since Python 3.12).
    now = dt.datetime.now(dt.UTC).replace(tzinfo=None)
    return {
        **_UPSTREAM_METADATA,
        "platform": platform.platform(),
        "system_encoding": sys.getfilesystemencoding(),
        "Python": sys.version,
        FORMAT_VERSION: format_version,
        OBJECT_SIZE: size,
        UTC_TIMESTAMP: now.isoformat(),
        OBJECT_TYPE: NDCOLLECTION,
        OBJECT_KWARGS: {"name": name},
        EXTRA: extra,
    }


def is_ours(document: dict[str, Any]) -> bool:
    """Whether the metadata of a collection are of the format that we write, not of upstream's."""
    version = document.get(FORMAT_VERSION)
    return type(version) is float and version == FORMAT


def check_version(document: dict[str, Any], place: str) -> None:
    """Check that the format is not newer than this package, which would take it for upstream's.

    Raises
    ------
    UnsupportedError
        If it is.

    """
    version = document.get(FORMAT_VERSION)
    if isinstance(version, (int, float)) and version > FORMAT:
        raise UnsupportedError(
            f"{place}: expected {FORMAT_VERSION!r} {FORMAT} or older, found {version}; "
            "upgrade skneuromsi-io"
        )


def check_document(document: dict[str, Any], expected: str, place: str) -> None:
    """Check the type of a document, in upstream's words, and that it has arguments.

    Raises
    ------
    MissingMemberError
        If one of the two keys is missing.
    BadMetadataError
        If `object_type` is another one, or `object_kwargs` no object.

    """
    for key in (OBJECT_TYPE, OBJECT_KWARGS):
        if key not in document:
            raise MissingMemberError(
                f"{place}: expected the key {key!r}, found {list(document)!r:.200}"
            )
    found = document[OBJECT_TYPE]
    if not isinstance(found, str) or found != expected:
        raise BadMetadataError(
            f"{place}: 'object_type' != {expected!r}. Found {found!r:.200}"
        )
    kwargs = document[OBJECT_KWARGS]
    if not isinstance(kwargs, dict):
        raise BadMetadataError(
            f"{place}: expected an object as 'object_kwargs', found {kwargs!r:.200}"
        )
