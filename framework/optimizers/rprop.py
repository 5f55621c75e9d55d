"""Rprop."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import torch
from torch import Tensor

from framework.optimizers.optimizer import Optimizer, rate_of
from framework.optimizers.parts import defaults_of
from framework.optimizers.scalars import Rate, Scalars


class Rprop(Optimizer):
    """p ← p − sign(g)·z, as torch.optim.Rprop (Riedmiller & Braun 1993).

    The step z grows by η⁺ where the gradient keeps its sign. Where the sign changes, z shrinks by
    η⁻ and the element waits for one step.

    Args:
        lr: z at the start, or a tensor with one value a run.
        etas: η⁻ and η⁺.
        step_sizes: smallest and largest z.

    For the other arguments see `Optimizer`.
    """

    from_zero = ("prev", "step_size")

    def __init__(
        self,
        params: Iterable[Any],
        lr: Rate = 1e-2,
        etas: tuple[float, float] = (0.5, 1.2),
        step_sizes: tuple[float, float] = (1e-6, 50),
        *,
        capturable: bool = False,
        foreach: bool | None = None,
        maximize: bool = False,
        differentiable: bool = False,
    ) -> None:
        super().__init__(params, defaults_of(
            self, lr=lr, etas=etas, step_sizes=step_sizes, maximize=maximize, capturable=capturable,
            foreach=foreach, differentiable=differentiable,
        ))  # fmt: skip

    def check(self, group: dict[str, Any]) -> None:
        """Refuse arguments out of range."""
        super().check(group)
        if not 0.0 < group["etas"][0] < 1.0 < group["etas"][1]:
            raise ValueError(f"Rprop takes etas with 0 < η⁻ < 1 < η⁺, and got {group['etas']}")

    def kind(self, group: dict[str, Any], step: int) -> Any:
        """The first step sets the step sizes."""
        return step == 1

    def scalars(self, group: dict[str, Any], step: int) -> dict[str, Rate]:
        """The step size at the start, and its factors."""
        shrink, grow = group["etas"]
        numbers: dict[str, Rate] = {"shrink": shrink, "grow": grow, "stay": 1.0}
        return {**numbers, "lr": rate_of(group)} if step == 1 else numbers

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
        size = state["step_size"]
        if step == 1:
            size.zero_().add_(scalars.lr)
        turn = gradient.mul(state["prev"])
        factor = torch.where(turn > 0, scalars.grow, scalars.stay)
        factor = torch.where(turn < 0, scalars.shrink, factor)
        size.mul_(factor).clamp_(*group["step_sizes"])
        gradient = torch.where(turn < 0, 0.0, gradient)
        parameter.addcmul_(gradient.sign(), size, value=-1)
        state["prev"].copy_(gradient)
