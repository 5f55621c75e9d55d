"""The whole trainings that are followed: networks, losses, optimizers and dtypes."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import pairwise, product
from typing import Any, Literal

from experiments.specification import Data, Entry, RunSpec

REFEREE = "torch"
OPTIMIZERS = (Entry("SGD"), Entry("SGD", momentum=0.9), Entry("Adam"))
RATES = {"SGD": 0.1, "Adam": 0.01}
DTYPES: tuple[Literal["float32", "float64"], ...] = ("float32", "float64")
EPOCHS = 200
EARLY = 10
"""The epoch after which cross-entropy trainings are bounded; later ones are only reported."""


@dataclass(frozen=True)
class Cell:
    """One training of the comparison.

    `expected` is "exact" (0 ULP at every step) or the largest difference of any parameter in
    float64 after `EARLY` epochs; None where nothing is promised. `rebuilt` swaps torch's inner
    exponential into the framework. `runs` train together on the measured side, and one by one on
    the referee's.
    """

    spec: RunSpec
    expected: Literal["exact"] | float | None
    rebuilt: bool = False
    runs: int = 1

    @property
    def name(self) -> str:
        """Activation, loss, optimizer, dtype and what else tells cells apart."""
        spec = self.spec
        classes = dict(spec.layers[-1].arguments)["out_features"]
        more = [f"{self.runs} runs stacked"] * (self.runs > 1) + [
            "inner exp rebuilt"
        ] * self.rebuilt
        parts = (spec.layers[1].name, f"{spec.loss.name} of {classes}", spec.optimizer, spec.dtype)
        return " · ".join(map(str, (*parts, *more)))

    @property
    def group(self) -> tuple[RunSpec, ...]:
        """The runs, which differ in their seed."""
        return tuple(self.spec.changed(seed=seed) for seed in range(self.runs))


def cells(backend: str = "framework", quick: bool = False) -> list[Cell]:
    """The trainings to compare; of other people's backends nothing is promised, torch's apart."""
    every = [*_mean_squares(), *_cross_entropies()]
    if backend.startswith("framework"):
        every += [*_rebuilt(), *_stacked()]
    elif backend != REFEREE:
        every = [replace(cell, expected=None) for cell in every]
    return every[:: max(1, len(every) // 6)] if quick else every


def together(cells: Iterable[Cell]) -> list[tuple[Cell, ...]]:
    """Cells that share their referee's training, together."""
    alike: dict[tuple[RunSpec, int], list[Cell]] = {}
    for cell in cells:
        alike.setdefault((cell.spec, cell.runs), []).append(cell)
    return [tuple(each) for each in alike.values()]


def _cell(
    activation: str,
    loss: str,
    optimizer: Entry,
    dtype: Literal["float32", "float64"],
    classes: int = 2,
    **more: Any,
) -> Cell:
    """A 2-25-25-25-2 network on the disk, or a 64-25-25-25-10 one on digits."""
    features = 2 if classes == 2 else 64
    sizes = (features, 25, 25, 25, classes)
    layers: list[Entry] = []
    for gives, takes in pairwise(sizes):
        layers += [Entry("Linear", in_features=gives, out_features=takes), Entry(activation)]
    target: Literal["index", "one-hot"] = "index" if loss == "CrossEntropyLoss" else "one-hot"
    points = {"name": "disk"} if classes == 2 else {"name": "digits", "test": 100}
    spec = RunSpec(
        data=Data(target=target, **points),
        layers=tuple(layers[:-1]),
        loss=Entry(loss),
        optimizer=optimizer,
        learning_rate=RATES[optimizer.name],
        epochs=EPOCHS,
        order="each epoch",
        dtype=dtype,
    )
    return Cell(spec, **more)


def _mean_squares() -> Iterator[Cell]:
    for activation, optimizer, dtype in product(("ReLU", "Tanh", "Sigmoid"), OPTIMIZERS, DTYPES):
        yield _cell(activation, "MSELoss", optimizer, dtype, expected="exact")


def _cross_entropies() -> Iterator[Cell]:
    """Within 1e-12 in float64 with SGD, 1e-10 with Adam or momentum."""
    for activation, optimizer, dtype in product(("ReLU", "Tanh"), OPTIMIZERS, DTYPES):
        bound = 1e-12 if optimizer == OPTIMIZERS[0] else 1e-10
        expected = bound if dtype == "float64" else None
        yield _cell(activation, "CrossEntropyLoss", optimizer, dtype, expected=expected)


def _rebuilt() -> Iterator[Cell]:
    for activation, optimizer, dtype in product(("ReLU", "Tanh"), OPTIMIZERS, DTYPES):
        for classes in (2, 10):
            yield _cell(activation, "CrossEntropyLoss", optimizer, dtype, classes,
                        expected="exact", rebuilt=True)  # fmt: skip


def _stacked() -> Iterator[Cell]:
    for activation, dtype in product(("ReLU", "Tanh"), DTYPES):
        yield _cell(activation, "MSELoss", OPTIMIZERS[2], dtype, expected="exact", runs=2)
