"""Whole trainings in lock-step: where, at which step, tensor and operation, two backends part.

Both sides start from the harness's parameters and take its batches. After every epoch each loss of
each step and every parameter are compared; where something differs, the epoch is trained again step
by step to find the first one, and the pieces of that step are compared one after the other.
"""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, replace
from itertools import pairwise, product
from typing import Any, Literal

import torch
from torch import Tensor

from experiments import data, initialisation, training
from experiments.backends import resolve
from experiments.parity.exponential import swapped
from experiments.parity.measures import ulp_distance
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


@dataclass(frozen=True)
class Trajectory:
    """How far the two sides were apart.

    Args:
        epochs: how many were trained.
        first: the first step (from 1) at which anything differs; None if nothing ever does.
        where: tensor and operation at which they part there.
        early: largest difference of a parameter after `EARLY` epochs; `late` after the last.
        max_ulp: largest distance of any loss or parameter, ever.
        curve: largest difference of a parameter after each epoch.
    """

    cell: Cell
    epochs: int
    first: int | None
    where: str
    early: float
    late: float
    max_ulp: float
    curve: tuple[float, ...] = ()

    @property
    def verdict(self) -> str:
        """What became of what was expected."""
        if self.first is None:
            return "exact"
        if self.cell.expected == "exact":
            return "differs"
        if self.cell.expected is None:
            return "reported"
        return "bounded" if self.early <= self.cell.expected else "differs"


class Side:
    """One backend in training on the runs of a cell."""

    def __init__(self, backend: str, group: Sequence[RunSpec]) -> None:
        dtype = getattr(torch, group[0].dtype)
        parts = [data.load(run.data, run.seed, dtype)["train"] for run in group]
        self.x = torch.stack([part.x for part in parts])
        self.target = torch.stack([part.target for part in parts])
        self.batch_size = group[0].batch_size
        states = [initialisation.draw(run) for run in group]
        self.session = resolve(backend).start(training.training_spec(group), states)

    def epoch(self, order: Tensor) -> Tensor:
        """Train on these points; the losses (runs, steps)."""
        return self.session.train_epoch(self.x, self.target, order, self.batch_size)

    def state(self) -> dict[str, Tensor]:
        """Every parameter, stacked over runs, by name."""
        states = self.session.state_dicts()
        return {name: torch.stack([each[name] for each in states]) for name in states[0]}


def cells(backend: str = "framework", quick: bool = False) -> list[Cell]:
    """The trainings to compare; of other people's backends nothing is promised, torch's apart."""
    every = [*_mean_squares(), *_cross_entropies()]
    if backend.startswith("framework"):
        every += [*_rebuilt(), *_stacked()]
    elif backend != REFEREE:
        every = [replace(cell, expected=None) for cell in every]
    return every[:: max(1, len(every) // 6)] if quick else every


def follow(backend: str, together: Sequence[Cell], epochs: int = EPOCHS) -> list[Trajectory]:
    """Train cells that differ in `rebuilt` alone, and the referee once, epoch by epoch."""
    with training.threads(1):
        theirs = Side(REFEREE, together[0].group)
        ours = [Followed(backend, cell) for cell in together]
        for epoch, order in zip(range(1, epochs + 1), _orders(together[0]), strict=False):
            losses, state = theirs.epoch(order), theirs.state()
            for each in ours:
                each.epoch(epoch, order, losses, state)
        return [each.trajectory(epochs) for each in ours]


class Followed:
    """The measured side of a cell, and how far it has been from the referee."""

    def __init__(self, backend: str, cell: Cell) -> None:
        self.backend, self.cell = backend, cell
        self.side = Side(backend, cell.group)
        self.first_epoch: int | None = None
        self.max_ulp = 0.0
        self.curve: list[float] = []

    def epoch(self, epoch: int, order: Tensor, losses: Tensor, state: dict[str, Tensor]) -> None:
        """Train one epoch, and compare every loss and parameter."""
        with _inside(self.cell):
            ours = self.side.epoch(order)
        distance, worst = _apart(self.side.state(), state)
        worst = max(worst, float(ulp_distance(ours, losses).max()))
        if worst and self.first_epoch is None:
            self.first_epoch = epoch
        self.max_ulp = max(self.max_ulp, worst)
        self.curve.append(distance)

    def trajectory(self, epochs: int) -> Trajectory:
        """What came of it, with the step and the operation at which the sides part."""
        first, where = None, ""
        if self.first_epoch is not None:
            with _inside(self.cell):
                first, where = _locate(self.backend, self.cell, self.first_epoch)
        early = self.curve[min(EARLY, epochs) - 1]
        return Trajectory(self.cell, epochs, first, where, early, self.curve[-1], self.max_ulp,
                          tuple(self.curve))  # fmt: skip


def together(cells: Iterable[Cell]) -> list[tuple[Cell, ...]]:
    """Cells that share their referee's training, together."""
    alike: dict[tuple[RunSpec, int], list[Cell]] = {}
    for cell in cells:
        alike.setdefault((cell.spec, cell.runs), []).append(cell)
    return [tuple(each) for each in alike.values()]


def _inside(cell: Cell) -> AbstractContextManager[None]:
    return swapped() if cell.rebuilt else nullcontext()


def _orders(cell: Cell) -> Iterator[Tensor]:
    each = [training.orders(run) for run in cell.group]
    while True:
        yield torch.stack([next(order) for order in each])


def _apart(ours: dict[str, Tensor], theirs: dict[str, Tensor]) -> tuple[float, float]:
    """Largest difference and largest distance in ULP over all parameters."""
    pairs = [(ours[name], theirs[name]) for name in theirs]
    return (
        max(float((a - b).abs().max()) for a, b in pairs),
        max(float(ulp_distance(a, b).max()) for a, b in pairs),
    )


def _locate(backend: str, cell: Cell, epoch: int) -> tuple[int, str]:
    """The first step, from 1, at which the sides part, and the operation."""
    from experiments.parity.parting import operation

    ours, theirs = Side(backend, cell.group), Side(REFEREE, cell.group)
    orders, size = _orders(cell), cell.spec.batch_size
    for _ in range(epoch - 1):
        order = next(orders)
        ours.epoch(order)
        theirs.epoch(order)
    batches = next(orders).split(size, 1)
    before = (epoch - 1) * len(batches)
    for step, batch in enumerate(batches, 1):
        start = theirs.state()
        losses = ours.epoch(batch), theirs.epoch(batch)
        distance = float(ulp_distance(*losses).max())
        states = ours.state(), theirs.state()
        if distance or _apart(*states)[1]:
            run = _first_run(states)
            state = {name: value[run] for name, value in start.items()}
            chosen = batch[run]
            x, target = theirs.x[run][chosen], theirs.target[run][chosen]
            return before + step, operation(resolve(backend), cell.spec, state, x, target)
    return before + len(batches), "an epoch at once, and not step by step"


def _first_run(states: tuple[dict[str, Tensor], dict[str, Tensor]]) -> int:
    """The first run in which a parameter differs."""
    ours, theirs = states
    apart = [(ours[name] != theirs[name]).flatten(1).any(1) for name in theirs]
    return int(torch.stack(apart).any(0).long().argmax())


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
