"""What the reports' runs have in common: the network, and the two sides."""

from collections.abc import Iterable
from itertools import pairwise

from experiments.specification import Entry, RunSpec

SIDES = {"framework": "framework", "torch": "torch.nn"}
"""What a backend is called in tables and figures."""


def network(
    hidden: str | Entry = "ReLU", outputs: int = 2, last: str | Entry | None = None
) -> tuple[Entry, ...]:
    """2-25-25-25-`outputs`, `hidden` after each hidden layer and `last` after the last."""
    sizes = (2, 25, 25, 25, outputs)
    layers: list[Entry] = []
    for inputs, units in pairwise(sizes):
        layers += [Entry("Linear", in_features=inputs, out_features=units), _entry(hidden)]
    return tuple(layers[:-1] if last is None else [*layers[:-1], _entry(last)])


def repeated(run: RunSpec, seeds: Iterable[int], backend: str = "framework") -> tuple[RunSpec, ...]:
    """`run` in `backend`, once for each seed."""
    return tuple(run.changed(seed=seed, backend=backend) for seed in seeds)


def _entry(layer: str | Entry) -> Entry:
    return layer if isinstance(layer, Entry) else Entry(layer)
