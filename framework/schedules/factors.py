"""Schedules that multiply the learning rate."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any

from framework.optimizers.optimizer import Optimizer
from framework.optimizers.scalars import Rate
from framework.schedules.schedule import LRScheduler


class LambdaLR(LRScheduler):
    """lr = initial·f(epoch), as torch's LambdaLR; one f for all groups, or one each."""

    def __init__(
        self,
        optimizer: Optimizer,
        lr_lambda: Callable[[int], float] | Sequence[Callable[[int], float]],
        last_epoch: int = -1,
    ) -> None:
        self.lr_lambdas = _one_each(self, optimizer, lr_lambda)
        super().__init__(optimizer, last_epoch)

    def rate(self, lr: Rate, base: Rate, index: int) -> Rate:
        """See the class."""
        return base * self.lr_lambdas[index](self.last_epoch)


class MultiplicativeLR(LRScheduler):
    """lr ← lr·f(epoch), as torch's MultiplicativeLR; one f for all groups, or one each."""

    begins_at_base = False

    def __init__(
        self,
        optimizer: Optimizer,
        lr_lambda: Callable[[int], float] | Sequence[Callable[[int], float]],
        last_epoch: int = -1,
    ) -> None:
        self.lr_lambdas = _one_each(self, optimizer, lr_lambda)
        super().__init__(optimizer, last_epoch)

    def rate(self, lr: Rate, base: Rate, index: int) -> Rate:
        """See the class."""
        return lr if self.initial else lr * self.lr_lambdas[index](self.last_epoch)


def _one_each(schedule: LRScheduler, optimizer: Optimizer, functions: Any) -> list[Any]:
    groups = len(optimizer.param_groups)
    if not isinstance(functions, (list, tuple)):
        return [functions] * groups
    if len(functions) != groups:
        raise ValueError(
            f"{type(schedule).__name__} takes one function or {groups}, and got {len(functions)}"
        )
    return list(functions)


class StepLR(LRScheduler):
    """lr ← lr·gamma every `step_size` epochs, as torch's StepLR.

    >>> from framework import Linear, SGD
    >>> optimizer = SGD(Linear(1, 1).parameters(), lr=1.0)
    >>> schedule = StepLR(optimizer, step_size=2, gamma=0.5)
    >>> for epoch in range(3):
    ...     schedule.step()
    >>> optimizer.param_groups[0]["lr"]
    0.5
    """

    def __init__(
        self, optimizer: Optimizer, step_size: int, gamma: float = 0.1, last_epoch: int = -1
    ) -> None:
        self.step_size = step_size
        self.gamma = gamma
        super().__init__(optimizer, last_epoch)

    def rate(self, lr: Rate, base: Rate, index: int) -> Rate:
        """See the class."""
        stays = self.initial or self.last_epoch % self.step_size != 0
        return lr if stays else lr * self.gamma


class MultiStepLR(LRScheduler):
    """lr ← lr·gamma at every milestone, an epoch, as torch's MultiStepLR."""

    def __init__(
        self,
        optimizer: Optimizer,
        milestones: Sequence[int],
        gamma: float = 0.1,
        last_epoch: int = -1,
    ) -> None:
        self.milestones = Counter(milestones)
        self.gamma = gamma
        super().__init__(optimizer, last_epoch)

    def rate(self, lr: Rate, base: Rate, index: int) -> Rate:
        """See the class."""
        times = 0 if self.initial else self.milestones[self.last_epoch]
        return lr * self.gamma**times if times else lr


class ConstantLR(LRScheduler):
    """lr = initial·factor before epoch `total_iters`, as torch's ConstantLR."""

    def __init__(
        self,
        optimizer: Optimizer,
        factor: float = 1.0 / 3,
        total_iters: int = 5,
        last_epoch: int = -1,
    ) -> None:
        if not 0 <= factor <= 1:
            raise ValueError(f"ConstantLR takes factor from 0 to 1, and got {factor}")
        self.factor = factor
        self.total_iters = total_iters
        super().__init__(optimizer, last_epoch)

    def rate(self, lr: Rate, base: Rate, index: int) -> Rate:
        """See the class."""
        if self.initial:
            return lr * self.factor
        return lr * (1.0 / self.factor) if self.last_epoch == self.total_iters else lr


class LinearLR(LRScheduler):
    """lr = initial times a factor that moves evenly from start to end, as torch's LinearLR.

    It reaches `end_factor` in epoch `total_iters` and stays: a warm-up.
    """

    def __init__(
        self,
        optimizer: Optimizer,
        start_factor: float = 1.0 / 3,
        end_factor: float = 1.0,
        total_iters: int = 5,
        last_epoch: int = -1,
    ) -> None:
        if not 0 < start_factor <= 1 or not 0 <= end_factor <= 1:
            raise ValueError(
                "LinearLR takes start_factor in (0, 1] and end_factor in [0, 1], and got "
                f"{start_factor} and {end_factor}"
            )
        self.start_factor = start_factor
        self.end_factor = end_factor
        self.total_iters = total_iters
        super().__init__(optimizer, last_epoch)

    def rate(self, lr: Rate, base: Rate, index: int) -> Rate:
        """See the class."""
        if self.initial:
            return lr * self.start_factor
        if self.last_epoch > self.total_iters:
            return lr
        change = self.end_factor - self.start_factor
        before = self.total_iters * self.start_factor + (self.last_epoch - 1) * change
        return lr * (1.0 + change / before)


class ExponentialLR(LRScheduler):
    """lr ← lr·gamma, as torch's ExponentialLR."""

    def __init__(self, optimizer: Optimizer, gamma: float, last_epoch: int = -1) -> None:
        self.gamma = gamma
        super().__init__(optimizer, last_epoch)

    def rate(self, lr: Rate, base: Rate, index: int) -> Rate:
        """See the class."""
        return lr if self.initial else lr * self.gamma


class PolynomialLR(LRScheduler):
    """lr = initial·(1 − epoch / total_iters)^power, then 0, as torch's PolynomialLR."""

    def __init__(
        self,
        optimizer: Optimizer,
        total_iters: int = 5,
        power: float = 1.0,
        last_epoch: int = -1,
    ) -> None:
        self.total_iters = total_iters
        self.power = power
        super().__init__(optimizer, last_epoch)

    def rate(self, lr: Rate, base: Rate, index: int) -> Rate:
        """See the class."""
        if self.initial or self.last_epoch > self.total_iters:
            return lr
        left = 1.0 - self.last_epoch / self.total_iters
        return lr * (left / (1.0 - (self.last_epoch - 1) / self.total_iters)) ** self.power
