"""A schedule that watches a metric."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from framework.optimizers.optimizer import Optimizer
from framework.schedules.schedule import LRScheduler


class ReduceLROnPlateau(LRScheduler):
    """lr ← lr·factor once a metric has not improved for more than `patience` epochs.

    As torch's ReduceLROnPlateau: `step(metric)`.

    Args:
        optimizer: whose groups' "lr" is set.
        mode: "min" where smaller is better, "max" where larger is.
        factor: below 1.
        patience: epochs without improvement that are let pass.
        threshold: what counts as an improvement, …
        threshold_mode: … relative to the best ("rel") or as a difference ("abs").
        cooldown: epochs after a change that do not count.
        min_lr: a lower bound, for all groups or one each.
        eps: a smaller change is left out.

    Raises:
        ValueError: an argument out of range.
    """

    def __init__(
        self,
        optimizer: Optimizer,
        mode: str = "min",
        factor: float = 0.1,
        patience: int = 10,
        threshold: float = 1e-4,
        threshold_mode: str = "rel",
        cooldown: int = 0,
        min_lr: float | Sequence[float] = 0,
        eps: float = 1e-8,
    ) -> None:
        if factor >= 1.0:
            raise ValueError(f"ReduceLROnPlateau takes factor < 1, and got {factor}")
        if mode not in ("min", "max") or threshold_mode not in ("rel", "abs"):
            raise ValueError(
                "ReduceLROnPlateau takes mode min or max and threshold_mode rel or abs, and got "
                f"{mode!r} and {threshold_mode!r}"
            )
        self.optimizer = optimizer
        self.mode = mode
        self.factor = factor
        self.patience = patience
        self.threshold = threshold
        self.threshold_mode = threshold_mode
        self.cooldown = cooldown
        groups = len(optimizer.param_groups)
        self.min_lrs = list(min_lr) if isinstance(min_lr, Sequence) else [min_lr] * groups
        self.eps = eps
        self.last_epoch = 0
        self.best = math.inf if mode == "min" else -math.inf
        self.num_bad_epochs = 0
        self.cooldown_counter = 0

    def step(self, metrics: Any = None) -> None:
        """Begin the next epoch, given the metric of this one.

        Raises:
            TypeError: no metric.
        """
        if metrics is None:
            raise TypeError("ReduceLROnPlateau.step takes the metric of the epoch")
        self.last_epoch += 1
        current = float(metrics)
        improved = self._improves(current)
        self.best = current if improved else self.best
        self.num_bad_epochs = 0 if improved else self.num_bad_epochs + 1
        if self.cooldown_counter > 0:
            self.cooldown_counter -= 1
            self.num_bad_epochs = 0
        if self.num_bad_epochs > self.patience:
            self._reduce()
            self.cooldown_counter = self.cooldown
            self.num_bad_epochs = 0

    def _improves(self, current: float) -> bool:
        sign = 1 if self.mode == "min" else -1
        if self.threshold_mode == "rel":
            return sign * current < sign * self.best * (1 - sign * self.threshold)
        return sign * current < sign * self.best - self.threshold

    def _reduce(self) -> None:
        for group, lowest in zip(self.optimizer.param_groups, self.min_lrs, strict=True):
            reduced = max(float(group["lr"]) * self.factor, lowest)
            if float(group["lr"]) - reduced > self.eps:
                group["lr"] = reduced
