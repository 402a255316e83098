"""Make zstandard.ndc: an archive with Zstandard members, which zipfile writes from Python 3.14 on.

Run with the path of an archive; needs the command zstd.
"""

import struct
import subprocess
import sys
import zipfile
import zlib
from pathlib import Path

ZSTANDARD = 93
HERE = Path(__file__).parent

with zipfile.ZipFile(sys.argv[1]) as archive:
    members = {name: archive.read(name) for name in archive.namelist()}
body, directory = b"", b""
for name, content in members.items():
    command = ["zstd", "--stdout", "--ultra", "-22"]
    packed = subprocess.run(command, input=content, capture_output=True, check=True)
    data = packed.stdout
    # APPNOTE 4.3.7 and 4.3.12; version 6.3 to extract.
    common = struct.pack("<5H", 63, 0, ZSTANDARD, 0, 0x5B78) + struct.pack(
        "<3L2H", zlib.crc32(content), len(data), len(content), len(name), 0
    )
    directory += struct.pack("<4sH", b"PK\1\2", 63) + common
    directory += struct.pack("<3H2L", 0, 0, 0, 0, len(body)) + name.encode()
    body += b"PK\3\4" + common + name.encode() + data
end = struct.pack(
    "<4s4H2LH",
    b"PK\5\6",
    0,
    0,
    len(members),
    len(members),
    len(directory),
    len(body),
    0,
)
(HERE / "zstandard.ndc").write_bytes(body + directory + end)
