"""Adadelta."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import torch
from torch import Tensor

from framework.optimizers.blocks import Rate, Scalars
from framework.optimizers.optimizer import Optimizer, rate_of


class Adadelta(Optimizer):
    """p ← p − lr·Δ, Δ = g·√(d + ε) / √(v + ε), as torch.optim.Adadelta (Zeiler 2012).

    v ← ρ v + (1 − ρ) g² before, d ← ρ d + (1 − ρ) Δ² after.

    Args:
        params: parameters, or groups of them.
        lr: learning rate, or a tensor with one value a run.
        rho: ρ.
        eps: ε.
        weight_decay: factor of the parameter that is added to the gradient.
        maximize: ascend instead.

    Raises:
        ValueError: an argument out of range.
    """

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
        defaults = {
            "lr": lr,
            "rho": rho,
            "eps": eps,
            "weight_decay": weight_decay,
            "maximize": maximize,
        }
        super().__init__(
            params, defaults, foreach=foreach, capturable=capturable, differentiable=differentiable
        )

    def check(self, group: dict[str, Any]) -> None:
        """Refuse arguments out of range."""
        super().check(group)
        if not 0.0 <= group["rho"] <= 1.0:
            raise ValueError(f"Adadelta takes rho from 0 to 1, and got {group['rho']}")

    def start(self, parameter: Tensor, group: dict[str, Any]) -> dict[str, Any]:
        """Both averages at zero."""
        return {name: torch.zeros_like(parameter) for name in ("square_avg", "acc_delta")}

    def scalars(self, group: dict[str, Any], step: int) -> dict[str, Rate]:
        """The negated learning rate."""
        return {"negative_lr": -rate_of(group)}

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
        if group["weight_decay"]:
            gradient = gradient.add(parameter, alpha=group["weight_decay"])
        square = state["square_avg"].mul_(rho).addcmul_(gradient, gradient, value=1 - rho)
        root = square.add(eps).sqrt_()
        change = state["acc_delta"].add(eps).sqrt_().div_(root).mul_(gradient)
        state["acc_delta"].mul_(rho).addcmul_(change, change, value=1 - rho)
        parameter.addcmul_(change, scalars.negative_lr)
