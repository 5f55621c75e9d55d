"""RAdam."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import torch
from torch import Tensor

from framework.optimizers.blocks import Rate, Scalars
from framework.optimizers.optimizer import Optimizer, rate_of


class RAdam(Optimizer):
    """Adam whose step is rectified while v is uncertain, as torch.optim.RAdam (Liu et al. 2020).

    With ρ∞ = 2 / (1 − β₂) − 1 and ρ = ρ∞ − 2 k β₂ᵏ / (1 − β₂ᵏ) at step k: where ρ > 5, Adam's step
    times √((ρ − 4)(ρ − 2) ρ∞ / ((ρ∞ − 4)(ρ∞ − 2) ρ)); else p ← p − lr·m̂.

    Args:
        params: parameters, or groups of them.
        lr: learning rate, or a tensor with one value a run.
        betas: β₁ and β₂.
        eps: ε.
        weight_decay: factor of the parameter that is added to the gradient.
        decoupled_weight_decay: shrink the parameter by lr·weight_decay·p instead.
        maximize: ascend instead.

    Raises:
        ValueError: an argument out of range.
    """

    def __init__(
        self,
        params: Iterable[Any],
        lr: Rate = 1e-3,
        betas: tuple[float, float] = (0.9, 0.999),
        eps: float = 1e-8,
        weight_decay: float = 0,
        decoupled_weight_decay: bool = False,
        *,
        foreach: bool | None = None,
        maximize: bool = False,
        capturable: bool = False,
        differentiable: bool = False,
    ) -> None:
        defaults = {
            "lr": lr,
            "betas": betas,
            "eps": eps,
            "weight_decay": weight_decay,
            "maximize": maximize,
            "decoupled_weight_decay": decoupled_weight_decay,
        }
        super().__init__(
            params, defaults, foreach=foreach, capturable=capturable, differentiable=differentiable
        )

    def start(self, parameter: Tensor, group: dict[str, Any]) -> dict[str, Any]:
        """Both averages at zero."""
        return {name: torch.zeros_like(parameter) for name in ("exp_avg", "exp_avg_sq")}

    def _lengths(self, group: dict[str, Any], step: int) -> tuple[float, float]:
        """ρ and ρ∞, how many gradients v averages over."""
        second = group["betas"][1]
        longest = 2 / (1 - second) - 1
        return longest - 2 * step * (second**step) / (1 - second**step), longest

    def kind(self, group: dict[str, Any], step: int) -> Any:
        """Whether v enters."""
        return self._lengths(group, step)[0] > 5.0

    def scalars(self, group: dict[str, Any], step: int) -> dict[str, Rate]:
        """Learning rate, corrections and rectification."""
        first, second = group["betas"]
        length, longest = self._lengths(group, step)
        lr = rate_of(group)
        numbers: dict[str, Rate] = {
            "lr": lr,
            "correction": 1 - first**step,
            "root_correction": (1 - second**step) ** 0.5,
            "decay": 1 - lr * group["weight_decay"],
        }
        if length > 5.0:
            above = (length - 4) * (length - 2) * longest
            numbers["rectification"] = (above / ((longest - 4) * (longest - 2) * length)) ** 0.5
        return numbers

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
        if group["weight_decay"]:
            if group["decoupled_weight_decay"]:
                parameter.mul_(scalars.decay)
            else:
                gradient = gradient.add(parameter, alpha=group["weight_decay"])
        average = state["exp_avg"].lerp_(gradient, 1 - first)
        square = state["exp_avg_sq"].mul_(second).addcmul_(gradient, gradient, value=1 - second)
        change = average.div(scalars.correction).mul_(scalars.lr)
        if self.kind(group, step):
            inverse = square.sqrt().add_(group["eps"]).reciprocal_()
            change.mul_(inverse.mul_(scalars.root_correction)).mul_(scalars.rectification)
        parameter.sub_(change)
