"""Update rules of the reports that torch.optim lacks, in torch.optim's own manner."""

from collections.abc import Callable, Iterable
from typing import Any

import torch
from torch import Tensor
from torch.optim import Optimizer


class ExponentialMovingAverageSGD(Optimizer):
    """Gradient descent along an exponential moving average of the gradients.

    v <- momentum v + (1 - momentum) g, w <- w - lr v, with v = 0 at the start. A steady gradient
    gives plain gradient descent's step, where torch's momentum gives 1 / (1 - momentum) times it.

    Source: minigrad (Deschenaux and Follonier, 2021).
    """

    def __init__(self, params: Iterable[Any], lr: float = 1e-3, momentum: float = 0.0) -> None:
        _require_non_negative("learning rate", lr)
        _require_fraction("momentum", momentum)
        super().__init__(params, {"lr": lr, "momentum": momentum})

    @torch.no_grad()
    def step(self, closure: Callable[[], float] | None = None) -> float | None:  # type: ignore[override]
        """Update every parameter that has a gradient; return what `closure` returns."""
        loss = _evaluate(closure)
        for group in self.param_groups:
            momentum = group["momentum"]
            for parameter, gradient in _with_gradient(group):
                average = _average(self.state[parameter], "momentum_buffer", parameter)
                average.mul_(momentum).add_(gradient, alpha=1 - momentum)
                parameter.add_(average, alpha=-group["lr"])
        return loss


class UncorrectedAdam(Optimizer):
    """Adam without bias correction, with epsilon outside or inside the square root.

    m <- b1 m + (1 - b1) g, v <- b2 v + (1 - b2) g^2, both 0 at the start, then
    w <- w - lr m / (sqrt(v) + eps), or w <- w - lr m / sqrt(v + eps) with `eps_inside_root`.

    Source: minigrad (Deschenaux and Follonier, 2021); the report has epsilon inside, its code
    outside.
    """

    def __init__(
        self,
        params: Iterable[Any],
        lr: float = 1e-3,
        betas: tuple[float, float] = (0.9, 0.999),
        eps: float = 1e-8,
        eps_inside_root: bool = False,
    ) -> None:
        _require_non_negative("learning rate", lr)
        _require_non_negative("epsilon", eps)
        _require_fraction("beta parameter at index 0", betas[0])
        _require_fraction("beta parameter at index 1", betas[1])
        super().__init__(
            params, {"lr": lr, "betas": betas, "eps": eps, "eps_inside_root": eps_inside_root}
        )

    @torch.no_grad()
    def step(self, closure: Callable[[], float] | None = None) -> float | None:  # type: ignore[override]
        """Update every parameter that has a gradient; return what `closure` returns."""
        loss = _evaluate(closure)
        for group in self.param_groups:
            beta1, beta2 = group["betas"]
            for parameter, gradient in _with_gradient(group):
                state = self.state[parameter]
                first = _average(state, "exp_avg", parameter)
                second = _average(state, "exp_avg_sq", parameter)
                first.mul_(beta1).add_(gradient, alpha=1 - beta1)
                second.mul_(beta2).addcmul_(gradient, gradient, value=1 - beta2)
                if group["eps_inside_root"]:
                    denominator = second.add(group["eps"]).sqrt_()
                else:
                    denominator = second.sqrt().add_(group["eps"])
                parameter.addcdiv_(first, denominator, value=-group["lr"])
        return loss


def _evaluate(closure: Callable[[], float] | None) -> float | None:
    if closure is None:
        return None
    with torch.enable_grad():
        return closure()


def _with_gradient(group: dict[str, Any]) -> list[tuple[Tensor, Tensor]]:
    return [(each, each.grad) for each in group["params"] if each.grad is not None]


def _average(state: dict[str, Tensor], name: str, parameter: Tensor) -> Tensor:
    """The moving average `name` of this parameter, zero before the first step."""
    if name not in state:
        state[name] = torch.zeros_like(parameter)
    return state[name]


def _require_non_negative(name: str, value: float) -> None:
    if not value >= 0.0:
        raise ValueError(f"Invalid {name}: {value}: it must be 0 or more")


def _require_fraction(name: str, value: float) -> None:
    if not 0.0 <= value < 1.0:
        raise ValueError(f"Invalid {name}: {value}: it must be at least 0 and below 1")
