"""Update rules of published frameworks that torch.optim lacks."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from torch import Tensor

from framework.optimizers.optimizer import Optimizer
from framework.optimizers.parts import follow_square
from framework.optimizers.scalars import Rate, Scalars


class ExponentialMovingAverageSGD(Optimizer):
    """v ← μ v + (1 − μ) g, p ← p − lr·v, with v = 0 at the start.

    A steady gradient gives plain descent's step, where torch's momentum gives 1 / (1 − μ) times it.
    Source: minigrad (Deschenaux & Follonier 2021).

    Args:
        momentum: μ.

    For the other arguments see `Optimizer`.
    """

    counts_steps = False
    from_zero = ("momentum_buffer",)

    def __init__(self, params: Iterable[Any], lr: Rate = 1e-3, momentum: float = 0.0) -> None:
        super().__init__(params, {"lr": lr, "momentum": momentum})

    def check(self, group: dict[str, Any]) -> None:
        """Refuse arguments out of range."""
        super().check(group)
        if not group["momentum"] < 1.0:
            raise ValueError(
                f"ExponentialMovingAverageSGD takes momentum in [0, 1), and got {group['momentum']}"
            )

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
        momentum = group["momentum"]
        average = state["momentum_buffer"].mul_(momentum).add_(gradient, alpha=1 - momentum)
        parameter.addcmul_(average, scalars.negative_lr)


class UncorrectedAdam(Optimizer):
    """p ← p − lr·m / (√v + ε), or lr·m / √(v + ε): Adam without bias correction.

    m ← β₁ m + (1 − β₁) g, v ← β₂ v + (1 − β₂) g², both 0 at the start. Source: minigrad
    (Deschenaux & Follonier 2021), whose report has ε inside the root and whose code outside.

    Args:
        betas: β₁ and β₂.
        eps: ε.
        eps_inside_root: add ε to v instead of to its root.

    For the other arguments see `Optimizer`.
    """

    counts_steps = False
    from_zero = ("exp_avg", "exp_avg_sq")

    def __init__(
        self,
        params: Iterable[Any],
        lr: Rate = 1e-3,
        betas: tuple[float, float] = (0.9, 0.999),
        eps: float = 1e-8,
        eps_inside_root: bool = False,
    ) -> None:
        super().__init__(
            params, {"lr": lr, "betas": betas, "eps": eps, "eps_inside_root": eps_inside_root}
        )

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
        average = state["exp_avg"].mul_(first).add_(gradient, alpha=1 - first)
        square = follow_square(state["exp_avg_sq"], gradient, second)
        if group["eps_inside_root"]:
            root = square.add(group["eps"]).sqrt_()
        else:
            root = square.sqrt().add_(group["eps"])
        scalars.add_quotient(parameter, "negative_lr", average, root)
