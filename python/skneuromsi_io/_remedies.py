"""Remedies that name functions, and what the command line says in their place."""

REPAIR = "skneuromsi_io.repair(path, out) saves the results that are whole"
RESUME = (
    "NDCWriter(..., resume=True) goes on with it, and merge takes its whole results"
)
MERGE = "skneuromsi_io.merge takes whole results of such files"
TREE = 'select results of one kind, or open all with xarray.open_datatree(..., engine="skneuromsi")'
INDEX = "skneuromsi_io.repair makes the index anew; skneuromsi_io.verify tells all that is wrong"
UPSTREAM = "pip install scikit-neuromsi"
OPTIONS = "'storage_options'"
EXPAND = "pass pathlib.Path(path).expanduser()"
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
    EXPAND: "let the shell expand it, without quotes",
    GZIP: "unpack it: gunzip",
    BZIP2: "unpack it: bunzip2",
    XZ: "unpack it: unxz",
    INNER: "unpack it",
}


def in_verbs(text: str) -> str:
    """Say in the words of the command line what a message says in those of a program."""
    for function, verb in _VERBS.items():
        text = text.replace(function, verb)
    return text
