"""Remedies that name functions, for archives by name or URL, and what the command line says in their place."""

import re

#: A URL, or several that fsspec chains: ``simplecache::https://...``.
URL = re.compile(r"[A-Za-z][A-Za-z0-9+.-]+(?:::|://)")

REPAIR = "skneuromsi_io.repair(path, out) saves the results that are whole"
#: The remedy where nothing would be left to save.
COPY_AGAIN = "copy or download it again"
UPGRADE = "upgrade skneuromsi-io"
RESUME = (
    "NDCWriter(..., resume=True) goes on with it, and merge takes its whole results"
)
MERGE = "skneuromsi_io.merge takes whole results of such files"
TREE = 'select results of one kind, or open all with xarray.open_datatree(..., engine="skneuromsi")'
INDEX = "skneuromsi_io.repair makes the index anew; skneuromsi_io.verify tells all that is wrong"
UPSTREAM = "pip install scikit-neuromsi"
OPTIONS = "'storage_options'"
NAME = "the argument 'name'"
METADATA = "the argument 'metadata'"
EXPAND = "pass pathlib.Path(path).expanduser()"
EACH = "pass each of glob.glob(path)"
READ_WHOLE = "read its bytes into memory and open these"
GZIP = "pass gzip.open(path), or unpack it"
BZIP2 = "pass bz2.open(path), or unpack it"
XZ = "pass lzma.open(path), or unpack it"
INNER = "unpack it, or pass what zipfile.ZipFile(path).open(name) returns"

#: Words of a verb, by those of a function.
_VERBS = {
    REPAIR: "skneuromsi-io repair IN OUT saves the results that are whole",
    RESUME: "skneuromsi-io merge IN --out OUT takes its whole results",
    MERGE: "skneuromsi-io merge IN... --out OUT takes whole results of such files",
    TREE: 'convert to .ndc or .csv, or open all in Python: xarray.open_datatree(..., engine="skneuromsi")',
    INDEX: "skneuromsi-io repair IN OUT makes the index anew; skneuromsi-io verify FILE tells all that is wrong",
    OPTIONS: "--storage-option",
    NAME: "--name",
    METADATA: "--metadata",
    EXPAND: "let the shell expand it, without quotes",
    EACH: "let the shell expand it, without quotes",
    READ_WHOLE: "write it to a file, and pass the path of that",
    GZIP: "unpack it: gunzip",
    BZIP2: "unpack it: bunzip2",
    XZ: "unpack it: unxz",
    INNER: "unpack it",
}


def of_archive(remedy: str | None, archive: str | None) -> str | None:
    """Return a remedy for an archive by its name: what is in none, or behind a URL, is not repaired there."""
    if remedy is None or not remedy.startswith("skneuromsi_io.repair"):
        return remedy
    if archive is None:
        return None
    return f"download it, then {remedy}" if URL.match(archive) else remedy


def in_verbs(text: str) -> str:
    """Say in the words of the command line what a message says in those of a program."""
    for function, verb in _VERBS.items():
        text = text.replace(function, verb)
    return text
