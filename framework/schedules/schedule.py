"""`LRScheduler`, what every schedule is."""

from __future__ import annotations

from typing import Any, ClassVar

from torch import Tensor

from framework.optimizers.optimizer import Optimizer
from framework.optimizers.scalars import Rate


class LRScheduler:
    """Sets an optimizer's learning rates epoch by epoch. A subclass gives `rate`.

    Args:
        optimizer: whose groups' "lr" is set; what it is now is kept as "initial_lr".
        last_epoch: the epoch to go on from; −1 begins.

    Raises:
        TypeError: something that is not an optimizer.
        ValueError: going on without "initial_lr" in the groups.
    """

    #: Whether epoch 0 is that of the initial learning rate, also when it comes again.
    begins_at_base: ClassVar[bool] = True

    def __init__(self, optimizer: Optimizer, last_epoch: int = -1) -> None:
        if not isinstance(optimizer, Optimizer):
            raise TypeError(
                f"{type(self).__name__} takes an optimizer, and got {type(optimizer).__name__}"
            )
        self.optimizer = optimizer
        for group in optimizer.param_groups:
            if last_epoch == -1:
                group.setdefault("initial_lr", copied(group["lr"]))
            elif "initial_lr" not in group:
                raise ValueError(
                    f"{type(self).__name__} goes on from last_epoch={last_epoch} only where the "
                    "groups hold initial_lr: load the optimizer's state first"
                )
        self.base_lrs = [copied(group["initial_lr"]) for group in optimizer.param_groups]
        self.last_epoch = last_epoch
        self.initial = True
        self.step()
        self.initial = False

    def rate(self, lr: Rate, base: Rate, index: int) -> Rate:
        """The rate of group `index` in epoch `last_epoch`; `lr` is that of the epoch before."""
        raise NotImplementedError(f"{type(self).__name__} has no rate")

    def step(self) -> None:
        """Begin the next epoch."""
        self.last_epoch += 1
        self._set()

    def restart(self) -> None:
        """Begin at epoch 0 again."""
        self.last_epoch = 0
        if self.begins_at_base:
            for group, base in zip(self.optimizer.param_groups, self.base_lrs, strict=True):
                group["lr"] = copied(base)
        self.initial = self.begins_at_base
        self._set()
        self.initial = False

    def _set(self) -> None:
        groups = self.optimizer.param_groups
        for index, (group, base) in enumerate(zip(groups, self.base_lrs, strict=True)):
            group["lr"] = self.rate(group["lr"], base, index)

    def get_last_lr(self) -> list[Rate]:
        """The groups' learning rates."""
        return [copied(group["lr"]) for group in self.optimizer.param_groups]

    def state_dict(self) -> dict[str, Any]:
        """Everything but the optimizer."""
        return {name: value for name, value in vars(self).items() if name != "optimizer"}

    def load_state_dict(self, state_dict: dict[str, Any]) -> None:
        """Take over a saved state."""
        vars(self).update(state_dict)


def copied(rate: Rate) -> Rate:
    """A number as it is, a tensor in memory of its own."""
    return rate.clone() if isinstance(rate, Tensor) else rate
