"""The constructor's arguments of a result except `nddata`: one list for all that goes through them."""

from typing import Any

#: Names of all, in upstream's order, which is that of files.
ARGUMENTS = (
    *("mname", "mtype", "output_mode", "nmap", "time_range", "position_range"),
    *("time_res", "position_res", "causes", "run_parameters", "extra"),
)

#: Names of the mappings, of the limits (two numbers) and of the steps (one) among them.
MAPPINGS = ("nmap", "run_parameters", "extra")
LIMITS = ("time_range", "position_range")
STEPS = ("time_res", "position_res")


def by_names(result: Any) -> dict[str, Any]:
    """Return the attributes of a result by the names of the arguments that they are made of."""
    return {name.removeprefix("_"): value for name, value in vars(result).items()}
