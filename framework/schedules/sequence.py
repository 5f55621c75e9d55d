"""One schedule after the other."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence

from framework.optimizers.optimizer import Optimizer
from framework.schedules.schedule import LRScheduler, copied


class SequentialLR(LRScheduler):
    """One schedule after the other, each from its milestone on, as torch's SequentialLR.

    Raises:
        ValueError: not one milestone fewer than schedules; schedules of another optimizer.
    """

    def __init__(
        self,
        optimizer: Optimizer,
        schedulers: Sequence[LRScheduler],
        milestones: Sequence[int],
        last_epoch: int = -1,
    ) -> None:
        if not schedulers or len(milestones) != len(schedulers) - 1:
            raise ValueError(
                f"SequentialLR takes a milestone between two schedules, and got {len(milestones)} "
                f"for {len(schedulers)}"
            )
        if any(schedule.optimizer is not optimizer for schedule in schedulers):
            raise ValueError("SequentialLR takes schedules of its own optimizer")
        self.schedulers = list(schedulers)
        self.milestones = list(milestones)
        self.optimizer = optimizer
        self.last_epoch = last_epoch + 1
        for group in optimizer.param_groups:
            group["lr"] = copied(group["initial_lr"])
        for schedule in schedulers:
            schedule.last_epoch -= 1
        self.schedulers[bisect_right(self.milestones, 0)].restart()

    def step(self) -> None:
        """Begin the next epoch."""
        self.last_epoch += 1
        index = bisect_right(self.milestones, self.last_epoch)
        if index and self.milestones[index - 1] == self.last_epoch:
            self.schedulers[index].restart()
        else:
            self.schedulers[index].step()
