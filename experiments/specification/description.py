"""A setting in words."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from experiments.specification import Data, RunSpec
    from experiments.specification.entry import Entry


def widths(layers: Sequence[Entry]) -> str:
    """The shape of a network of linear layers, as in "2-25-25-2"."""
    linear = [entry.arguments for entry in layers if entry.name == "Linear"]
    sizes = [size["in_features"] for size in linear[:1]]
    return "-".join(map(str, sizes + [size["out_features"] for size in linear]))


def describe(thing: RunSpec | Data | Entry | None) -> str:
    """A setting in a few words, for a person."""
    from experiments.specification import Data, RunSpec

    if isinstance(thing, RunSpec):
        return _describe_run(thing)
    if isinstance(thing, Data):
        return f"{thing.name} ({thing.train} + {thing.test} points, {thing.target})"
    if thing is None:
        return "none"
    return str(thing) if thing.arguments else str(thing).removesuffix("()")


def _describe_run(run: RunSpec) -> str:
    between = {describe(entry): None for entry in run.layers if entry.name != "Linear"}
    model = " ".join([widths(run.layers), *between]).strip()
    words = [
        describe(run.data),
        model,
        describe(run.loss),
        f"{describe(run.optimizer)} at {run.learning_rate:g}",
        f"batch {run.batch_size}",
        f"{run.epochs} epochs",
        f"seed {run.seed}",
        run.backend,
    ]
    return " · ".join(words)
