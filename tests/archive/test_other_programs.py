"""Other programs read our archives, and we read theirs."""

import io
import shutil
import struct
import subprocess
import sys
import warnings
import zipfile
import zlib

import numpy as np
import pytest
from test_streams import Sink
from test_zip_arguments import METHODS

import skneuromsi_io as sio
from helpers import (
    DATA,
    UPSTREAM_FILES,
    assert_same,
    make_array,
    make_result,
    members,
    opened,
    stored,
)

KORDING = next(path for path in UPSTREAM_FILES if path.stem == "kording-netcdf3")


@pytest.fixture(scope="module")
def collection():
    """A large array in `extra`, a payload with filters, one without, and text of all kinds."""
    results = [
        make_result(
            make_array("f8", (2, *shape, 1), modes=["multi", "auditív 视"]),
            extra={"large": np.arange(1500.0).reshape(3, 500), "tuple": (1, "ñ")},
        )
        for shape in ((3, 4), (40, 50))
    ]
    return sio.NDResultCollection.from_ndresults("Größe", results)


def run(*command, **kwargs):
    """Run a program if it is installed; it must succeed and complain of nothing."""
    if shutil.which(command[0]) is None:
        pytest.skip(f"{command[0]} is not installed")
    done = subprocess.run(command, capture_output=True, **kwargs)
    output = (done.stdout + done.stderr).decode(errors="replace")
    assert done.returncode == 0, output
    assert "warning" not in output.lower(), output
    assert "error" not in output.lower().replace("no errors", ""), output
    return output


#: A command that checks or lists an archive, and the compression methods that it knows.
CHECKERS = {
    "unzip": (("unzip", "-t"), (0, 8, 12)),
    "zipinfo": (("zipinfo", "-v"), (0, 8, 12, 14)),
    "zip": (("zip", "-T"), (0, 8, 12)),
    "python": ((sys.executable, "-m", "zipfile", "-t"), (0, 8, 12, 14)),
    "7z": (("7z", "t"), (0, 8, 12, 14)),
    "jar": (("jar", "tf"), (0, 8)),
}


@pytest.mark.parametrize(
    ("checker", "method"),
    [(name, method) for name, (_, known) in CHECKERS.items() for method in known],
)
def test_others_check_our_archives(collection, tmp_path, checker, method):
    path = tmp_path / "ours.zip"
    sio.to_ndc(path, collection, tqdm_cls=None, compression=method)
    output = run(*CHECKERS[checker][0], path)
    if checker in ("unzip", "zipinfo", "jar"):
        assert "ndr_1/extra_0.nc" in output


@pytest.mark.parametrize("checker", CHECKERS)
def test_the_checkers_see_damage(collection, tmp_path, checker):
    """So that the test above can fail."""
    archive = bytearray(stored(collection, compression=zipfile.ZIP_STORED))
    if checker in ("zipinfo", "jar"):  # read the directory only
        del archive[-40:]
    else:
        archive[archive.index(b"\x89HDF") + 3000] ^= 1
    path = tmp_path / "damaged.zip"
    path.write_bytes(archive)
    if checker == "python":
        # Tells the name of the damaged member and succeeds.
        assert "ndr_0/nddata.nc" in run(*CHECKERS[checker][0], path)
        return
    with pytest.raises(AssertionError):
        run(*CHECKERS[checker][0], path)


@pytest.mark.parametrize("program", ["unzip", "7z", "jar", "zipfile"])
def test_others_extract_our_members(collection, tmp_path, program):
    archive = tmp_path / "ours.zip"
    sio.to_ndc(archive, collection, tqdm_cls=None)
    folder = tmp_path / "members"
    folder.mkdir()
    commands = {
        "unzip": ("unzip", "-q", archive, "-d", folder),
        "7z": ("7z", "x", f"-o{folder}", archive),
        "jar": ("jar", "xf", archive),
        "zipfile": (sys.executable, "-m", "zipfile", "-e", archive, folder),
    }
    run(*commands[program], cwd=folder)
    found = {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file()
    }
    assert found == members(archive.read_bytes())


@pytest.fixture(scope="module", params=["nddata.nc", "extra_0.nc"])
def netcdf(request, collection, tmp_path_factory):
    path = tmp_path_factory.mktemp("netcdf") / request.param
    path.write_bytes(members(stored(collection))[f"ndr_1/{request.param}"])
    return path


def test_ncdump(netcdf):
    output = run("ncdump", "-h", netcdf)
    expected = {
        "nddata.nc": [
            *("modes = 2 ;", "times = 40 ;", "positions = 50 ;"),
            "double values(modes, times, positions, positions_coordinates) ;",
        ],
        "extra_0.nc": ["dim_0 = 3 ;", "dim_1 = 500 ;", "double values(dim_0, dim_1) ;"],
    }[netcdf.name]
    assert [line for line in expected if line not in output] == []


def test_ncdump_reads_the_values(netcdf):
    if netcdf.name == "nddata.nc":
        assert '"multi", "auditív 视" ;' in run("ncdump", "-v", "modes", netcdf)
        return
    _, values = run("ncdump", "-v", "values", netcdf).split("values =")
    numbers = [float(word.strip(" ;}\n")) for word in values.split(",")]
    assert numbers == list(range(1500))


def test_h5dump(netcdf):
    assert 'DATASET "values"' in run("h5dump", "-H", netcdf)
    assert 'CLASS "DIMENSION_SCALE"' not in run("h5dump", "-H", netcdf)
    assert "DIMENSION_SCALE" in run("h5dump", netcdf)


# --- archives of others


@pytest.fixture
def folder(collection, tmp_path):
    """The members of an archive as files."""
    folder = tmp_path / "members"
    for name, content in members(stored(collection)).items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    return folder


#: Commands that make ../made.zip of the files in their folder.
MAKERS = {
    **{f"zip -{level}": f"zip -q -r -{level} ../made.zip ." for level in (0, 1, 9)},
    "zip, bzip2": "zip -q -r -Z bzip2 ../made.zip .",
    "zip, no folders": "zip -q -r -D ../made.zip .",
    "zip, no times": "zip -q -r -X ../made.zip .",
    "zip, forced zip64": "zip -q -r -fz ../made.zip .",
    "zip, streamed": "zip -q -r - . | cat > ../made.zip",
    "zip, of a stream": "zip -q -r -fz- - . | cat > ../made.zip",
    "zip, self-extracting": "zip -q -r ../raw.zip . && "
    "cat $(command -v cat) ../raw.zip > ../made.zip && zip -q -A ../made.zip",
    "zip, prefixed": "zip -q -r ../raw.zip . && "
    "cat $(command -v cat) ../raw.zip > ../made.zip",
    **{
        f"7z, {method}": f"7z a -bd -tzip -mm={method} ../made.zip ."
        for method in ("Copy", "Deflate", "BZip2", "LZMA")
    },
    "7z, folder by folder": "for d in *; do 7z a -bd -tzip ../made.zip $d; done",
    "jar": "jar cf ../made.zip .",
    "jar, stored": "jar cf0M ../made.zip .",
    "python": f"{sys.executable} -m zipfile -c ../made.zip *",
}


@pytest.mark.parametrize("maker", MAKERS)
def test_archives_of_other_programs(collection, folder, maker):
    command = MAKERS[maker]
    program = "7z" if "7z" in command else command.split()[0]
    if shutil.which(program) is None:
        pytest.skip(f"{program} is not installed")
    run("sh", "-e", "-c", command, cwd=folder)
    assert_same(opened(folder.parent / "made.zip"), collection)


@pytest.mark.parametrize(
    ("command", "what"),
    [
        ("7z a -bd -tzip -mm=Deflate64 ../made.zip .", "found method 9"),
        ("7z a -bd -tzip -mm=PPMd ../made.zip .", "found method 98"),
        ("7z a -bd -tzip -psecret ../made.zip .", "encrypted"),
        ("7z a -bd -tzip -psecret -mem=AES256 ../made.zip .", "encrypted|method 99"),
        ("zip -q -r -P secret ../made.zip .", "encrypted"),
    ],
)
def test_what_we_do_not_read(folder, command, what):
    program = command.split()[0]
    if shutil.which(program) is None:
        pytest.skip(f"{program} is not installed")
    run("sh", "-c", command, cwd=folder)
    with pytest.raises(NotImplementedError, match=what) as raised:
        opened(folder.parent / "made.zip")
    assert isinstance(raised.value, sio.SkneuromsiIOError)


def test_java():
    """Sizes behind the data, a folder, a comment; see data/MakeJava.java."""
    assert_same(opened(DATA / "java.ndc"), opened(KORDING))


def as_go_writes(contents, modified):
    """An archive as `archive/zip` of Go lays it out: sizes behind the data, and in the directory."""
    body, directory = b"", b""
    for name, content in contents.items():
        deflate = zlib.compressobj(-1, zlib.DEFLATED, -15)
        data = deflate.compress(content) + deflate.flush()
        # An extended time stamp, where the caller gave a time.
        extra = struct.pack("<2HBL", 0x5455, 5, 1, modified) if modified else b""
        flags = 0x8 if name.isascii() else 0x808
        head = struct.pack("<3H2H", 20, flags, zipfile.ZIP_DEFLATED, 0, 0)
        sizes = struct.pack("<3L", zlib.crc32(content), len(data), len(content))
        names = struct.pack("<2H", len(name.encode()), len(extra))
        directory += b"PK\1\2" + struct.pack("<H", 20) + head + sizes + names
        directory += struct.pack("<3H2L", 0, 0, 0, 0, len(body))
        directory += name.encode() + extra
        body += b"PK\3\4" + head + bytes(12) + names + name.encode() + extra
        body += data + b"PK\7\10" + sizes
    count = len(contents)
    end = (0, 0, count, count, len(directory), len(body), 0)
    return body + directory + b"PK\5\6" + struct.pack("<4H2LH", *end)


@pytest.mark.parametrize("modified", [0, 1_700_000_000])
def test_go(collection, modified):
    contents = {"ünused.txt": b"1", **members(stored(collection))}
    archive = as_go_writes(contents, modified)
    assert members(archive) == contents
    assert_same(opened(archive), collection)


@pytest.mark.parametrize("seekable", [True, False])
@pytest.mark.parametrize("zip64", [True, False])
@pytest.mark.parametrize("method", METHODS)
def test_zipfile(collection, method, zip64, seekable):
    sink = io.BytesIO() if seekable else Sink()
    sink.flush = lambda: None
    with zipfile.ZipFile(sink, "w", method) as archive:
        archive.comment = b"written by Python"
        for name, content in members(stored(collection)).items():
            with archive.open(name, "w", force_zip64=zip64) as member:
                member.write(content)
    data = sink.getvalue() if seekable else sink.data
    assert_same(opened(data), collection)


def test_zipfile_appends(collection):
    """A member that replaces an older one makes two of a name: which is meant?"""
    sink = io.BytesIO(stored(collection))
    with zipfile.ZipFile(sink, "a") as archive:
        archive.writestr("notes.txt", "a member more")
    assert_same(opened(sink.getvalue()), collection)
    with warnings.catch_warnings(), zipfile.ZipFile(sink, "a") as archive:
        warnings.simplefilter("ignore")
        archive.writestr("ndr_0/metadata.json", "{}")
    with pytest.raises(zipfile.BadZipFile, match=r"ndr_0/metadata\.json"):
        opened(sink.getvalue())


def test_shutil(collection, folder):
    made = shutil.make_archive(folder.parent / "made", "zip", folder)
    assert_same(opened(made), collection)
