"""Keys of the metadata documents, as upstream's ``skneuromsi.io`` defines them, and their versions."""

import math
import os
import platform
import sys
from typing import Any

from .. import _native
from .._errors import BadMetadataError, MissingMemberError, UnsupportedError
from .._remedies import UPGRADE
from ..values import TYPES, loads
from ._members import METADATA
from ._moment import utc_moment

OBJECT_TYPE = "object_type"
OBJECT_KWARGS = "object_kwargs"
OBJECT_SIZE = "object_size"
UTC_TIMESTAMP = "utc_timestamp"
EXTRA = "extra"
#: Labels of an array that is not plain, beside the arguments of its result.
LABELS = "nddata"
#: Numbers that say nothing of what a result shares with others: those in these arguments. A result is on
#: its own if its metadata have its modes, or if names of its run parameters may be numbers.
VARYING = (
    OBJECT_KWARGS,
    ("run_parameters", "causes", "extra"),
    (LABELS, f"/{OBJECT_KWARGS}/run_parameters"),
)
#: Arguments whose numbers have columns in an index.
LISTED = ("run_parameters", "causes")
#: Keys of a result that only format 0.2 writes.
OURS = (TYPES, LABELS)
FORMAT_VERSION = "format_version"

NDRESULT = "ndresult"
NDCOLLECTION = "ndcollection"
NDINDEX = "ndindex"

#: The format that upstream writes (`_DEFAULT_METADATA` of scikit-neuromsi 1.0.2).
UPSTREAM_FORMAT = 0.1
#: The format that we write by default (FORMAT.md).
FORMAT = 0.2
#: Upstream's name for a collection without one.
UNNAMED = "<UNKNOW>"

#: Metadata that upstream writes into every archive (`_DEFAULT_METADATA` of scikit-neuromsi 1.0.2, where the
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


def collection_metadata(
    *, name: str, size: int, extra: dict[str, Any], format_version: float
) -> dict[str, Any]:
    """Metadata of a collection, keys in upstream's order."""
    # Upstream writes a naive UTC time (datetime.utcnow, deprecated since Python 3.12).
    now = utc_moment().replace(tzinfo=None)
    return {
        **_UPSTREAM_METADATA,
        "platform": _platform(),
        "system_encoding": sys.getfilesystemencoding(),
        "Python": sys.version,
        FORMAT_VERSION: format_version,
        OBJECT_SIZE: size,
        UTC_TIMESTAMP: now.isoformat(),
        OBJECT_TYPE: NDCOLLECTION,
        OBJECT_KWARGS: {"name": name},
        EXTRA: extra,
    }


def _platform() -> str:
    """Name the machine as `platform.platform` does on Linux.

    That runs a program the first time, under a lock: a process that forks meanwhile hangs at it for ever.
    """
    if not hasattr(os, "fork"):
        return platform.platform()
    system = os.uname()
    libc = "".join(platform.libc_ver())
    with_libc = ["with", libc] if libc else []
    return "-".join([system.sysname, system.release, system.machine, *with_libc])


def is_ours(document: dict[str, Any]) -> bool:
    """Return whether the metadata of a collection are of the format that we write, not of upstream's."""
    return bool(document[FORMAT_VERSION] == FORMAT)


def check_version(document: dict[str, Any]) -> None:
    """Check that the format is one of the two that there are.

    Raises
    ------
    MissingMemberError
        If the metadata do not say which it is.
    UnsupportedError
        If it is newer than this package, which would take it for upstream's.
    BadMetadataError
        If it is nothing that a version could be.

    """
    version = _value(document, FORMAT_VERSION)
    is_number = type(version) in (int, float)
    if is_number and FORMAT < version < math.inf:
        error = UnsupportedError(
            expected=f"{FORMAT_VERSION!r} {FORMAT} or older",
            found=str(version),
            remedy=UPGRADE,
        )
        error.is_newer = True
        raise error
    if not is_number or version not in (UPSTREAM_FORMAT, FORMAT):
        raise BadMetadataError(
            expected=f"{FORMAT_VERSION!r} {UPSTREAM_FORMAT} or {FORMAT}",
            found=f"{version!r:.80}",
        )


def check_document(document: dict[str, Any], expected: str) -> None:
    """Check the type of a document, in upstream's words, and that it has arguments.

    Raises
    ------
    MissingMemberError
        If one of the two keys is missing.
    BadMetadataError
        If `object_type` is another one, or `object_kwargs` not an object.

    """
    found = _value(document, OBJECT_TYPE)
    # As upstream, before other keys are asked for: those of another object may be others.
    if not isinstance(found, str) or found != expected:
        raise BadMetadataError(
            f"'object_type' != {expected!r}. Found {found!r:.200}",
            expected=repr(expected),
            found=f"{found!r:.200}",
        )
    kwargs = _value(document, OBJECT_KWARGS)
    if not isinstance(kwargs, dict):
        raise BadMetadataError(
            expected="an object as 'object_kwargs'", found=f"{kwargs!r:.200}"
        )


def collection_document(archive: _native.Archive) -> dict[str, Any]:
    """Read the metadata of the collection, types restored; of whatever version."""
    document = loads(archive.text(METADATA), _no_arrays)
    check_document(document, NDCOLLECTION)
    return document


def _no_arrays(name: str) -> Any:
    raise MissingMemberError(
        expected="no arrays beside the metadata of a collection", found=repr(name)
    )


def _value(document: dict[str, Any], key: str) -> Any:
    if key not in document:
        raise MissingMemberError(
            expected=f"the key {key!r}", found=f"{list(document)!r:.200}"
        )
    return document[key]


def size_of(document: dict[str, Any]) -> int:
    """Return the number of results that the metadata state."""
    size = _value(document, OBJECT_SIZE)
    if type(size) is not int or size < 1:
        raise BadMetadataError(
            expected=f"a positive integer as {OBJECT_SIZE!r}", found=f"{size!r:.200}"
        )
    return size


def name_of(document: dict[str, Any]) -> Any:
    """Return the name of the collection."""
    kwargs = document[OBJECT_KWARGS]
    if not kwargs.keys() <= {"name"}:
        raise BadMetadataError(
            expected=f"'name' alone in {OBJECT_KWARGS!r}",
            found=f"{list(kwargs)!r:.200}",
        )
    return kwargs.get("name", UNNAMED)
