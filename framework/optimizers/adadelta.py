"""Adadelta."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from torch import Tensor

from framework.optimizers.optimizer import Optimizer
from framework.optimizers.parts import decayed, defaults_of, follow_square
from framework.optimizers.scalars import Rate, Scalars


class Adadelta(Optimizer):
    """p ← p − lr·Δ, Δ = g·√(d + ε) / √(v + ε), as torch.optim.Adadelta (Zeiler 2012).

    v ← ρ v + (1 − ρ) g² before, d ← ρ d + (1 − ρ) Δ² after.

    Args:
        rho: ρ.
        eps: ε.

    For the other arguments see `Optimizer`.
    """

    from_zero = ("square_avg", "acc_delta")

    def __init__(
        self,
        params: Iterable[Any],
        lr: Rate = 1.0,
        rho: float = 0.9,
        eps: float = 1e-6,
        weight_decay: float = 0,
        foreach: bool | None = None,
        *,
        capturable: bool = False,
        maximize: bool = False,
        differentiable: bool = False,
    ) -> None:
        super().__init__(params, defaults_of(
            self, lr=lr, rho=rho, eps=eps, weight_decay=weight_decay, maximize=maximize,
            foreach=foreach, capturable=capturable, differentiable=differentiable,
        ))  # fmt: skip

    def check(self, group: dict[str, Any]) -> None:
        """Refuse arguments out of range."""
        super().check(group)
        if not 0.0 <= group["rho"] <= 1.0:
            raise ValueError(f"Adadelta takes rho from 0 to 1, and got {group['rho']}")

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
        rho, eps = group["rho"], group["eps"]
        gradient = decayed(parameter, gradient, group, scalars)
        square = follow_square(state["square_avg"], gradient, rho)
        root = square.add(eps).sqrt_()
        change = state["acc_delta"].add(eps).sqrt_().div_(root).mul_(gradient)
        follow_square(state["acc_delta"], change, rho)
        parameter.addcmul_(change, scalars.negative_lr)
