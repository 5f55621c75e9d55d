"""Contestants: sessions that train some epochs, or from start to end, when their turn comes."""

from itertools import cycle
from typing import Protocol

import torch
from torch import Tensor

from experiments.backends import Backend
from experiments.timing.cases import Start
from experiments.timing.harness import Clock


class Timed(Protocol):
    """A contestant that trains.

    `epochs` is how many a turn has; `losses` are those of the last turn so far, (runs, steps).
    """

    start: Start
    epochs: int
    losses: Tensor

    def first(self, epochs: int) -> Tensor:
        """The losses (runs, steps) of the first epochs from the start."""
        ...

    def __call__(self, clock: Clock) -> dict[str, float]:
        """Train, and say how long it took."""
        ...


class Trainee:
    """Trains so many epochs of one session whenever its turn comes; `epochs` may be set late."""

    def __init__(self, start: Start, backend: Backend, epochs: int = 1) -> None:
        self.start, self.epochs = start, epochs
        self._session = start.session(backend)
        self._orders = cycle(start.orders)
        self.losses: Tensor = torch.empty(0)

    def first(self, epochs: int) -> Tensor:
        """See `Timed`; the session goes on from there."""
        return torch.cat([self._epoch() for _ in range(epochs)], dim=1)

    def __call__(self, clock: Clock) -> dict[str, float]:
        """See `Timed`."""
        begin = clock()
        losses = [self._epoch() for _ in range(self.epochs)]
        seconds = clock() - begin
        self.losses = torch.cat(losses, dim=1)
        return {"step": seconds}

    def _epoch(self) -> Tensor:
        start, order = self.start, next(self._orders)
        return self._session.train_epoch(start.x, start.target, order, start.case.batch_size)


class WholeTraining:
    """Trains from the start to the end whenever its turn comes, setting up included."""

    def __init__(self, start: Start, backend: Backend, epochs: int) -> None:
        self.start, self.epochs, self._backend = start, epochs, backend
        self.losses: Tensor = torch.empty(0)

    def first(self, epochs: int) -> Tensor:
        """See `Timed`; in a session of its own."""
        return Trainee(self.start, self._backend).first(epochs)

    def __call__(self, clock: Clock) -> dict[str, float]:
        """See `Timed`."""
        begin = clock()
        trainee = Trainee(self.start, self._backend, self.epochs)
        trainee(clock)
        seconds = clock() - begin
        self.losses = trainee.losses
        return {"training": seconds}
