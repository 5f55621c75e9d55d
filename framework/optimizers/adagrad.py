"""Adagrad."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import torch
from torch import Tensor

from framework.optimizers.optimizer import Optimizer, rate_of
from framework.optimizers.parts import decayed, defaults_of
from framework.optimizers.scalars import Rate, Scalars


class Adagrad(Optimizer):
    """p ← p − lr′·g / (√s + ε), s ← s + g², as torch.optim.Adagrad (Duchi et al. 2011).

    lr′ = lr / (1 + (k − 1) lr_decay) at step k.

    Args:
        lr_decay: how fast the learning rate falls.
        initial_accumulator_value: s at the start.
        eps: ε.

    For the other arguments see `Optimizer`.
    """

    at_least_zero = ("lr", "lr_decay", "weight_decay", "initial_accumulator_value", "eps")

    def __init__(
        self,
        params: Iterable[Any],
        lr: Rate = 1e-2,
        lr_decay: float = 0,
        weight_decay: float = 0,
        initial_accumulator_value: float = 0,
        eps: float = 1e-10,
        foreach: bool | None = None,
        *,
        maximize: bool = False,
        differentiable: bool = False,
        fused: bool | None = None,
    ) -> None:
        super().__init__(params, defaults_of(
            self, lr=lr, lr_decay=lr_decay, eps=eps, weight_decay=weight_decay,
            initial_accumulator_value=initial_accumulator_value, maximize=maximize, foreach=foreach,
            differentiable=differentiable, fused=fused,
        ))  # fmt: skip

    def start(self, parameter: Tensor, group: dict[str, Any]) -> dict[str, Any]:
        """The sum of squares at its initial value."""
        return {"sum": torch.full_like(parameter, group["initial_accumulator_value"])}

    def scalars(self, group: dict[str, Any], step: int) -> dict[str, Rate]:
        """The negated learning rate of this step."""
        return {"negative_lr": -(rate_of(group) / (1 + (step - 1) * group["lr_decay"]))}

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
        root = state["sum"].addcmul_(gradient, gradient).sqrt().add_(group["eps"])
        scalars.add_quotient(parameter, "negative_lr", gradient, root)
