"""Averaged stochastic gradient descent."""

from __future__ import annotations

import struct
from collections.abc import Iterable
from typing import Any

import torch
from torch import Tensor

from framework.optimizers.optimizer import Optimizer, rate_of
from framework.optimizers.parts import decayed, defaults_of
from framework.optimizers.scalars import Rate, Scalars


class ASGD(Optimizer):
    """p ← (1 − λη) p − η g, and a ← a + (p − a)·μ, as torch.optim.ASGD (Polyak & Juditsky 1992).

    After step k, η = lr / (1 + λ lr k)^α and μ = 1 / max(1, k − t₀); at the start η = lr and μ = 1.
    The averages a are in the state, under "ax".

    Args:
        lambd: λ.
        alpha: α.
        t0: t₀, the step from which on the parameters are averaged.

    For the other arguments see `Optimizer`.
    """

    from_zero = ("ax",)

    def __init__(
        self,
        params: Iterable[Any],
        lr: Rate = 1e-2,
        lambd: float = 1e-4,
        alpha: float = 0.75,
        t0: float = 1e6,
        weight_decay: float = 0,
        foreach: bool | None = None,
        maximize: bool = False,
        differentiable: bool = False,
        capturable: bool = False,
    ) -> None:
        super().__init__(params, defaults_of(
            self, lr=lr, lambd=lambd, alpha=alpha, t0=t0, weight_decay=weight_decay,
            maximize=maximize, foreach=foreach, differentiable=differentiable,
            capturable=capturable,
        ))  # fmt: skip

    def _eta(self, group: dict[str, Any], done: int) -> Rate:
        """η after so many steps, rounded to single precision, as torch keeps it."""
        lr = rate_of(group)
        eta = lr / ((1 + group["lambd"] * lr * done) ** group["alpha"]) if done else lr
        single = torch.as_tensor(eta, dtype=torch.float32)
        return single.double() if single.dim() else single.item()

    def _mu(self, group: dict[str, Any], done: int) -> float:
        return _single(1 / max(1, done - group["t0"]))

    def numbers_to_save(self, group: dict[str, Any], step: int) -> dict[str, Tensor]:
        """η and μ of the next step."""
        eta, mu = self._eta(group, step), self._mu(group, step)
        return {"eta": torch.as_tensor(eta), "mu": torch.tensor(mu)}

    def kind(self, group: dict[str, Any], step: int) -> Any:
        """Until μ falls, the average is the parameter itself."""
        return self._mu(group, step - 1) == 1

    def scalars(self, group: dict[str, Any], step: int) -> dict[str, Rate]:
        """η and μ of this step."""
        eta = self._eta(group, step - 1)
        return {
            "decay": 1 - group["lambd"] * eta,
            "negative_eta": -eta,
            "mu": self._mu(group, step - 1),
        }

    def update(
        self,
        parameter: Tensor,
        gradient: Tensor,
        state: dict[str, Any],
        scalars: Scalars,
        group: dict[str, Any],
        step: int,
    ) -> None:
        """One step."""
        gradient = decayed(parameter, gradient, group, scalars)
        parameter.mul_(scalars.decay)
        parameter.addcmul_(gradient, scalars.negative_eta)
        if self.kind(group, step):
            state["ax"].copy_(parameter)
        else:
            state["ax"].add_(parameter.sub(state["ax"]).mul_(scalars.mu))


def _single(number: float) -> float:
    """A number rounded to single precision."""
    return struct.unpack("f", struct.pack("f", number))[0]
