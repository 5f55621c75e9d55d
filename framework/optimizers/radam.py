"""RAdam."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from torch import Tensor

from framework.optimizers.optimizer import Optimizer, rate_of
from framework.optimizers.parts import decay_of, decayed, defaults_of, moments
from framework.optimizers.scalars import Rate, Scalars


class RAdam(Optimizer):
    """Adam whose step is rectified while v is uncertain, as torch.optim.RAdam (Liu et al. 2020).

    With ρ∞ = 2 / (1 − β₂) − 1 and ρ = ρ∞ − 2 k β₂ᵏ / (1 − β₂ᵏ) at step k: where ρ > 5, Adam's step
    times √((ρ − 4)(ρ − 2) ρ∞ / ((ρ∞ − 4)(ρ∞ − 2) ρ)); else p ← p − lr·m̂.

    Args:
        betas: β₁ and β₂.
        eps: ε.

    For the other arguments see `Optimizer`.
    """

    from_zero = ("exp_avg", "exp_avg_sq")

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
        super().__init__(params, defaults_of(
            self, lr=lr, betas=betas, eps=eps, weight_decay=weight_decay, maximize=maximize,
            decoupled_weight_decay=decoupled_weight_decay, foreach=foreach, capturable=capturable,
            differentiable=differentiable,
        ))  # fmt: skip

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
        numbers: dict[str, Rate] = {
            "lr": rate_of(group),
            "correction": 1 - first**step,
            "root_correction": (1 - second**step) ** 0.5,
            **decay_of(group),
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
        gradient = decayed(parameter, gradient, group, scalars)
        average, square = moments(gradient, state, group)
        change = average.div(scalars.correction).mul_(scalars.lr)
        if self.kind(group, step):
            inverse = square.sqrt().add_(group["eps"]).reciprocal_()
            change.mul_(inverse.mul_(scalars.root_correction)).mul_(scalars.rectification)
        parameter.sub_(change)
