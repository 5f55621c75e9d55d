"""Adam."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import torch
from torch import Tensor

from framework.optimizers.optimizer import Optimizer, rate_of
from framework.optimizers.parts import decay_of, decayed, defaults_of, moments
from framework.optimizers.scalars import Rate, Scalars


class Adam(Optimizer):
    """p ← p − lr·m̂ / (√v̂ + ε), as torch.optim.Adam (Kingma & Ba 2015, algorithm 1).

    m ← β₁ m + (1 − β₁) g, v ← β₂ v + (1 − β₂) g², m̂ = m / (1 − β₁ᵏ), v̂ = v / (1 − β₂ᵏ) at step k.

    Args:
        betas: β₁ and β₂.
        eps: ε.
        amsgrad: use the largest v̂ so far (Reddi et al. 2018).

    For the other arguments see `Optimizer`.
    """

    def __init__(
        self,
        params: Iterable[Any],
        lr: Rate = 1e-3,
        betas: tuple[float, float] = (0.9, 0.999),
        eps: float = 1e-8,
        weight_decay: float = 0,
        amsgrad: bool = False,
        *,
        foreach: bool | None = None,
        maximize: bool = False,
        capturable: bool = False,
        differentiable: bool = False,
        fused: bool | None = None,
        decoupled_weight_decay: bool = False,
    ) -> None:
        super().__init__(params, defaults_of(
            self, lr=lr, betas=betas, eps=eps, weight_decay=weight_decay, amsgrad=amsgrad,
            maximize=maximize, decoupled_weight_decay=decoupled_weight_decay, foreach=foreach,
            capturable=capturable, differentiable=differentiable, fused=fused,
        ))  # fmt: skip

    def start(self, parameter: Tensor, group: dict[str, Any]) -> dict[str, Any]:
        """Both averages at zero."""
        names = ["exp_avg", "exp_avg_sq"] + ["max_exp_avg_sq"] * group["amsgrad"]
        return {name: torch.zeros_like(parameter) for name in names}

    def scalars(self, group: dict[str, Any], step: int) -> dict[str, Rate]:
        """The step size and the root of v's correction."""
        first, second = group["betas"]
        return {
            "negative_step_size": rate_of(group) / (first**step - 1),
            "root_correction": (1 - second**step) ** 0.5,
            **decay_of(group),
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
        average, square = moments(gradient, state, group)
        if group["amsgrad"]:
            square = torch.maximum(state["max_exp_avg_sq"], square, out=state["max_exp_avg_sq"])
        # The root of an exact zero, which units that are off leave, takes many times longer than
        # that of the smallest normal number, and next to eps both leave no bit.
        if group["eps"] >= 1e-9:
            square = torch.maximum(square, scalars.smallest)
        denominator = square.sqrt().div_(scalars.root_correction).add_(group["eps"])
        scalars.add_quotient(parameter, "negative_step_size", average, denominator)
