"""Compression of results in memory: the arguments of ``joblib.dump(compress=...)``, judged as joblib does."""

from typing import Any, Literal

from .._errors import ArgumentError

#: Upstream's default (`core.DEFAULT_COMPRESSION_PARAMS`); here it is fast LZ4 of shuffled bytes.
DEFAULT_COMPRESSION_PARAMS: tuple[Literal["lz4"], int] = ("lz4", 9)

#: Native codec of each of joblib's names, and its level where none is given. Nobody sees the bytes in memory:
#: deflate serves the names that ask for less memory than LZ4 takes.
_CODECS = {
    "zlib": ("deflate", 3),
    "gzip": ("deflate", 3),
    "bz2": ("deflate", 6),
    "lzma": ("deflate", 6),
    "xz": ("deflate", 6),
    "lz4": ("lz4", 0),
    "lz4hc": ("lz4hc", 9),
}


def memory_codec(compression_params: Any) -> tuple[str, int]:
    """Translate `compression_params` into the native codec and its level.

    Parameters
    ----------
    compression_params : None, bool, int, str or (str, int)
        None, False and 0 keep results uncompressed; True and integers are deflate. Of joblib's names, ``"lz4"``
        is fast LZ4 (the level is ignored), ``"lz4hc"`` high-compression LZ4; ``"zlib"``, ``"gzip"``, ``"bz2"``,
        ``"lzma"`` and ``"xz"`` are deflate.

    Raises
    ------
    ValueError
        In joblib's words, for a wrong level, name or tuple.

    """
    name, level = _split(compression_params)
    if level is not None and level is not False and not _is_level(level):
        raise ArgumentError(
            f'Non valid compress level given: "{level}". '
            f"Possible values are {list(range(10))}.",
        )
    if name not in _CODECS:
        raise ArgumentError(
            f'Non valid compression method given: "{name}". '
            f"Possible values are {sorted(_CODECS)}.",
        )
    if level is not None and int(level) == 0:
        return "none", 0
    codec, default = _CODECS[name]
    return codec, default if level is None else int(level)


def _is_level(level: Any) -> bool:
    # 3.0 is in the range too, but no codec takes it.
    return level in range(10) and hasattr(level, "__index__")


def _split(params: Any) -> tuple[Any, Any]:
    if params is None or params is False:
        return "zlib", 0
    if params is True:
        return "zlib", None
    if isinstance(params, str):
        return params, None
    if isinstance(params, tuple):
        if len(params) != 2:
            raise ArgumentError(
                "Compress argument tuple should contain exactly 2 elements: "
                f"(compress method, compress level), you passed {params}",
            )
        return params
    return "zlib", params
