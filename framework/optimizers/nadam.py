"""NAdam."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import torch
from torch import Tensor

from framework.optimizers.optimizer import Optimizer, rate_of
from framework.optimizers.parts import decay_of, decayed, defaults_of, moments
from framework.optimizers.scalars import Rate, Scalars


class NAdam(Optimizer):
    """Adam with Nesterov's momentum, as torch.optim.NAdam (Dozat 2016).

    p ← p − lr·((1 − μₖ) g / (1 − Πμ) + μₖ₊₁ m / (1 − μₖ₊₁ Πμ)) / (√v̂ + ε), where m and v are
    Adam's, μₖ = β₁ (1 − 0.96^(k ψ) / 2), ψ the momentum decay, and Πμ = μ₁ … μₖ, kept in single
    precision as torch keeps it.

    Args:
        betas: β₁ and β₂.
        eps: ε.
        momentum_decay: ψ.

    For the other arguments see `Optimizer`.
    """

    at_least_zero = ("lr", "eps", "weight_decay", "momentum_decay")
    from_zero = ("exp_avg", "exp_avg_sq")

    def __init__(
        self,
        params: Iterable[Any],
        lr: Rate = 2e-3,
        betas: tuple[float, float] = (0.9, 0.999),
        eps: float = 1e-8,
        weight_decay: float = 0,
        momentum_decay: float = 4e-3,
        decoupled_weight_decay: bool = False,
        *,
        foreach: bool | None = None,
        maximize: bool = False,
        capturable: bool = False,
        differentiable: bool = False,
    ) -> None:
        self._products: dict[tuple[float, float], list[float]] = {}
        super().__init__(params, defaults_of(
            self, lr=lr, betas=betas, eps=eps, weight_decay=weight_decay,
            momentum_decay=momentum_decay, decoupled_weight_decay=decoupled_weight_decay,
            maximize=maximize, foreach=foreach, capturable=capturable,
            differentiable=differentiable,
        ))  # fmt: skip

    def _momentum(self, group: dict[str, Any], step: int) -> float:
        return group["betas"][0] * (1.0 - 0.5 * (0.96 ** (step * group["momentum_decay"])))

    def _product(self, group: dict[str, Any], step: int) -> float:
        """μ₁ … μₖ, each product rounded to single precision."""
        key = group["betas"][0], group["momentum_decay"]
        known = self._products.setdefault(key, [1.0])
        while len(known) <= step:
            product = torch.tensor(known[-1], dtype=torch.float32)
            known.append(product.mul_(self._momentum(group, len(known))).item())
        return known[step]

    def numbers_to_save(self, group: dict[str, Any], step: int) -> dict[str, Tensor]:
        """The product of the momenta."""
        return {"mu_product": torch.tensor(self._product(group, step))}

    def scalars(self, group: dict[str, Any], step: int) -> dict[str, Rate]:
        """The factors of gradient and average, and v's correction."""
        lr, product = rate_of(group), self._product(group, step)
        now, following = self._momentum(group, step), self._momentum(group, step + 1)
        return {
            "of_gradient": -lr * (1.0 - now) / (1.0 - product),
            "of_average": (-lr * following) / (1.0 - product * following),
            "correction": 1 - group["betas"][1] ** step,
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
        root = square.div(scalars.correction).sqrt_().add_(group["eps"])
        scalars.add_quotient(parameter, "of_gradient", gradient, root)
        scalars.add_quotient(parameter, "of_average", average, root)
