"""Settings of Sphinx: `make docs`."""

import os
from importlib.metadata import version as _version
from pathlib import Path

project = "skneuromsi-io"
author = "the skneuromsi-io developers"
copyright = f"2026, {author}"  # noqa: A001 - the name that Sphinx reads
release = version = _version(project)

extensions = [
    "myst_nb",
    "numpydoc",
    "sphinx.ext.autodoc",
    "sphinx.ext.autosummary",
    "sphinx.ext.intersphinx",
]
exclude_patterns = ["_build"]

html_theme = "pydata_sphinx_theme"
html_title = f"{project} {version}"
html_theme_options = {
    "github_url": "https://github.com/skneuromsi-io/skneuromsi-io",
    "navigation_with_keys": False,
    "show_toc_level": 2,
}

myst_enable_extensions = ["colon_fence"]
myst_heading_anchors = 3
# A notebook runs whenever the site is built, and an exception in it fails the build.
nb_execution_mode = "force"
nb_execution_raise_on_error = True
nb_execution_timeout = 300

numpydoc_show_class_members = False
autosummary_generate = True
autodoc_typehints = "none"

# Offline, a build does without the indexes of other projects: SPHINX_OFFLINE=1.
intersphinx_mapping = (
    {}
    if os.environ.get("SPHINX_OFFLINE")
    else {
        "python": ("https://docs.python.org/3", None),
        "numpy": ("https://numpy.org/doc/stable", None),
        "xarray": ("https://docs.xarray.dev/en/stable", None),
        "pandas": ("https://pandas.pydata.org/docs", None),
    }
)

#: Pages that stand at the top of the repository, where GitHub and package indexes look for them.
_TOP = ("CHANGELOG", "CONTRIBUTING", "CODE_OF_CONDUCT", "DESIGN", "FORMAT", "SECURITY")
_DOCS = Path(__file__).parent


def _copy_top(app: object) -> None:
    """Copy the pages of the top to `docs/top`, whose links to `docs/` go one folder up."""
    del app
    (_DOCS / "top").mkdir(exist_ok=True)
    for name in _TOP:
        text = (_DOCS.parent / f"{name}.md").read_text(encoding="utf-8")
        text = text.replace("](docs/", "](../")
        (_DOCS / "top" / f"{name}.md").write_text(text, encoding="utf-8")


def _link_top(app: object, page: str, source: list[str]) -> None:
    """Let links to the pages of the top go to their copies."""
    del app
    if not page.startswith("top/"):
        for name in _TOP:
            source[0] = source[0].replace(f"](../{name}.md", f"](top/{name}.md")


def setup(app: object) -> None:
    """Connect the two to the build."""
    app.connect("builder-inited", _copy_top)  # type: ignore[attr-defined]
    app.connect("source-read", _link_top)  # type: ignore[attr-defined]
