"""Schedules along a cosine."""

from __future__ import annotations

import math

from framework.optimizers.optimizer import Optimizer
from framework.optimizers.scalars import Rate
from framework.schedules.schedule import LRScheduler


class CosineAnnealingLR(LRScheduler):
    """lr = eta_min + (initial − eta_min)(1 + cos(π epoch / T_max)) / 2.

    As torch's CosineAnnealingLR. Source: Loshchilov & Hutter 2017.
    """

    def __init__(
        self,
        optimizer: Optimizer,
        T_max: int,  # noqa: N803
        eta_min: float = 0.0,
        last_epoch: int = -1,
    ) -> None:
        self.T_max = T_max
        self.eta_min = eta_min
        super().__init__(optimizer, last_epoch)

    def rate(self, lr: Rate, base: Rate, index: int) -> Rate:
        """See the class."""
        if self.initial:
            return lr
        epoch, half = self.last_epoch, self.T_max
        if (epoch - 1 - half) % (2 * half) == 0:
            return lr + (base - self.eta_min) * (1 - math.cos(math.pi / half)) / 2
        now, before = (1 + math.cos(math.pi * e / half) for e in (epoch, epoch - 1))
        return now / before * (lr - self.eta_min) + self.eta_min


class CosineAnnealingWarmRestarts(LRScheduler):
    """Half a cosine from initial to eta_min, again and again, as torch's of that name.

    The first lasts T_0 epochs, each further one T_mult times as long. Source: Loshchilov & Hutter
    2017.
    """

    def __init__(
        self,
        optimizer: Optimizer,
        T_0: int,  # noqa: N803
        T_mult: int = 1,  # noqa: N803
        eta_min: float = 0.0,
        last_epoch: int = -1,
    ) -> None:
        if T_0 <= 0 or T_mult < 1:
            raise ValueError(
                f"CosineAnnealingWarmRestarts takes T_0 > 0 and T_mult ≥ 1, and got {T_0} and "
                f"{T_mult}"
            )
        self.T_0 = T_0
        self.T_mult = T_mult
        self.eta_min = eta_min
        super().__init__(optimizer, last_epoch)

    def rate(self, lr: Rate, base: Rate, index: int) -> Rate:
        """See the class."""
        since, lasts = self.last_epoch, self.T_0
        while since >= lasts:
            since, lasts = since - lasts, lasts * self.T_mult
        return self.eta_min + (base - self.eta_min) * (1 + math.cos(math.pi * since / lasts)) / 2
