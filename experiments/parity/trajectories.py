"""Whole trainings in lock-step: where, at which step, tensor and operation, two backends part.

Both sides start from the harness's parameters and take its batches. After every epoch each loss of
each step and every parameter are compared; where something differs, the epoch is trained again step
by step to find the first one, and the pieces of that step are compared one after the other.
"""

from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass

import torch
from torch import Tensor

from experiments.backends import resolve
from experiments.parity.cells import EARLY, EPOCHS, REFEREE, Cell
from experiments.parity.exponential import swapped
from experiments.parity.measures import ulp_distance
from experiments.specification import RunSpec
from experiments.training import data, initialisation, loop


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
        self.session = resolve(backend).start(loop.training_spec(group), states)

    def epoch(self, order: Tensor) -> Tensor:
        """Train on these points; the losses (runs, steps)."""
        return self.session.train_epoch(self.x, self.target, order, self.batch_size)

    def state(self) -> dict[str, Tensor]:
        """Every parameter, stacked over runs, by name."""
        states = self.session.state_dicts()
        return {name: torch.stack([each[name] for each in states]) for name in states[0]}


def follow(backend: str, together: Sequence[Cell], epochs: int = EPOCHS) -> list[Trajectory]:
    """Train cells that differ in `rebuilt` alone, and the referee once, epoch by epoch."""
    with loop.threads(1):
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


def _inside(cell: Cell) -> AbstractContextManager[None]:
    return swapped() if cell.rebuilt else nullcontext()


def _orders(cell: Cell) -> Iterator[Tensor]:
    each = [loop.orders(run) for run in cell.group]
    while True:
        yield torch.stack([next(order) for order in each])


def _apart(ours: dict[str, Tensor], theirs: dict[str, Tensor]) -> tuple[float, float]:
    """Largest difference and largest distance in ULP over all parameters."""
    pairs = [(ours[name], theirs[name]) for name in theirs]
    return (
        float(torch.stack([(a - b).abs().max() for a, b in pairs]).max()),  # NaN, where one is
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
