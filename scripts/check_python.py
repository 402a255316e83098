"""Say clearly that a newer Python is needed, before pip says it obscurely."""

import sys

if sys.version_info < (3, 11):  # noqa: UP036 - the reason this file exists
    sys.exit(
        "skneuromsi-io needs Python 3.11 or newer, found "
        f"{sys.version.split()[0]}; try: make PYTHON=python3.12 ..."
    )
