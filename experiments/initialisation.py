"""Schemes of initial parameters: what a scheme is called, and what it draws."""

from typing import TYPE_CHECKING

from experiments.checks import did_you_mean

if TYPE_CHECKING:
    from experiments.specification import Entry

SCHEMES = (
    "torch",
    "own",
    "xavier-normal",
    "xavier-normal-zero-bias",
    "xavier-uniform",
    "xavier-uniform-zero-bias",
    "kaiming-normal-zero-bias",
    "kaiming-uniform-zero-bias",
    "uniform",
    "uniform-zero-bias",
)


def check(entry: "Entry") -> None:
    """Raise ValueError unless there is a scheme of that name that takes these arguments."""
    if ":" in entry.name:
        return
    if entry.name not in SCHEMES:
        raise ValueError(
            f"unknown initialisation {entry.name!r}: {did_you_mean(entry.name, SCHEMES)}"
        )
    takes = {"gain"} if "normal" in entry.name or "uniform" in entry.name else set()
    unknown = set(entry.arguments) - takes
    if unknown:
        raise ValueError(f"{entry}: unknown argument {sorted(unknown)[0]!r}")
