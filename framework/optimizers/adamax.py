"""Adamax."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import torch
from torch import Tensor

from framework.optimizers.optimizer import Optimizer, rate_of
from framework.optimizers.parts import decayed, defaults_of
from framework.optimizers.scalars import Rate, Scalars


class Adamax(Optimizer):
    """p ← p − lr / (1 − β₁ᵏ)·m / u, as torch.optim.Adamax (Kingma & Ba 2015, algorithm 2).

    m ← β₁ m + (1 − β₁) g, u ← max(β₂ u, |g| + ε) at step k.

    Args:
        betas: β₁ and β₂.
        eps: ε.

    For the other arguments see `Optimizer`.
    """

    from_zero = ("exp_avg", "exp_inf")

    def __init__(
        self,
        params: Iterable[Any],
        lr: Rate = 2e-3,
        betas: tuple[float, float] = (0.9, 0.999),
        eps: float = 1e-8,
        weight_decay: float = 0,
        foreach: bool | None = None,
        *,
        maximize: bool = False,
        differentiable: bool = False,
        capturable: bool = False,
    ) -> None:
        super().__init__(params, defaults_of(
            self, lr=lr, betas=betas, eps=eps, weight_decay=weight_decay, maximize=maximize,
            foreach=foreach, differentiable=differentiable, capturable=capturable,
        ))  # fmt: skip

    def scalars(self, group: dict[str, Any], step: int) -> dict[str, Rate]:
        """The negated step size."""
        return {"negative_step_size": rate_of(group) / (group["betas"][0] ** step - 1)}

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
        first, second = group["betas"]
        gradient = decayed(parameter, gradient, group, scalars)
        average = state["exp_avg"].lerp_(gradient, 1 - first)
        norm = state["exp_inf"].mul_(second)
        torch.maximum(norm, gradient.abs().add_(group["eps"]), out=norm)
        scalars.add_quotient(parameter, "negative_step_size", average, norm)
