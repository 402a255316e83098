"""Write THIRD-PARTY-LICENSES.txt: the licences of everything that is linked into the wheel.

The crates are those that `cargo tree` names for any system. `--check` compares and writes nothing.
"""

import json
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]
TARGET = ROOT / "THIRD-PARTY-LICENSES.txt"

#: Licences of the C libraries that crates carry in their sources. Every crate whose name ends in `-sys` is here.
C_LIBRARIES = {
    "libbz2-rs-sys": (),  # bzip2 in Rust: the licence of the crate is that of bzip2
    "libdeflate-sys": ("libdeflate/COPYING",),
    "liblzma-sys": ("xz/COPYING.0BSD",),
    "lz4-sys": ("liblz4/lib/LICENSE",),
    "zstd-sys": ("zstd/LICENSE",),
}

HEAD = """\
The native module of skneuromsi-io contains the libraries below, and Rust's standard library (MIT or
Apache-2.0, https://github.com/rust-lang/rust). Of a library that may be used under several licences, MIT's text
is given where it is one of them. Written by scripts/licenses.py.
"""


def _cargo(*arguments: str) -> str:
    command = ["cargo", *arguments, "--locked", "--features", "python"]
    return subprocess.run(
        command, check=True, cwd=ROOT, stdout=subprocess.PIPE, text=True
    ).stdout


def _linked() -> list[tuple[str, str]]:
    """Name and version of each crate that is linked, on whatever system."""
    tree = _cargo(
        "tree", "--edges=normal,no-proc-macro", "--target=all", "--prefix=none"
    )
    lines = {tuple(line.split()[:2]) for line in tree.splitlines() if line}
    crates = sorted((name, version.removeprefix("v")) for name, version in lines)
    return [crate for crate in crates if crate[0] != "skneuromsi-io"]


def _texts(name: str, folder: Path) -> list[str]:
    """Texts of a crate's licence, and of the C library in it."""
    own = [folder / "LICENSE-MIT"]
    if not own[0].exists():
        own = sorted(folder.glob("LICENSE*"))
    if name.endswith("-sys") and name not in C_LIBRARIES:
        sys.exit(f"{name}: name the licences of its C library in {__file__}")
    files = own + [folder / path for path in C_LIBRARIES.get(name, ())]
    if not files:
        sys.exit(f"{name}: no licence in {folder}")
    return [file.read_text(encoding="utf-8").strip() for file in files]


def _page() -> str:
    packages = json.loads(_cargo("metadata", "--format-version=1"))["packages"]
    known = {(package["name"], package["version"]): package for package in packages}
    parts = [HEAD]
    for name, version in _linked():
        package = known[name, version]
        title = f"{name} {version} ({package['license']})"
        parts += [f"{'=' * 79}\n{title}\n{'=' * 79}"]
        parts += _texts(name, Path(package["manifest_path"]).parent)
    text = "\n\n".join(parts) + "\n"
    return "\n".join(line.rstrip() for line in text.splitlines()) + "\n"


def main() -> None:
    """Write the file, or compare it."""
    page = _page()
    if "--check" not in sys.argv:
        TARGET.write_text(page, encoding="utf-8")
    elif not TARGET.exists() or TARGET.read_text(encoding="utf-8") != page:
        sys.exit(f"{TARGET.name} is not what is linked: run `make licenses`")


if __name__ == "__main__":
    main()
