"""The contenders that are compared.

Nothing but a contender's own packages is imported on its behalf: peak memory is that of the whole process.
"""

from __future__ import annotations

from _contender import Contender
from _packages import Bridge, BridgeUpstreamFile, Light, LightUpstreamFile, Upstream
from _peers import JoblibLz4, JoblibResults, NetCDF, Pickle, Zarr
from _stacking import Scanned

OURS = ("light", "bridge")
PEERS = ("pickle", "joblib", "joblib-results", "zarr", "netcdf")
CONTENDERS: dict[str, Contender] = {
    "upstream": Upstream(),
    "light": Light(),
    "bridge": Bridge(),
    "light-of-upstream": LightUpstreamFile(),
    "bridge-of-upstream": BridgeUpstreamFile(),
    "pickle": Pickle(),
    "joblib": JoblibLz4(),
    "joblib-results": JoblibResults(),
    "zarr": Zarr(),
    "netcdf": NetCDF(),
    "scanned": Scanned(),
}
#: Those that read all values of a file into one array of each kind.
STACKING = ("scanned", "zarr", "netcdf")
