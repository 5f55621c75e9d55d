"""The update rules as on paper, in 140 bits.

Each takes the parameter, its gradient, what it remembers and torch's arguments, and returns the new
parameter. Sources: the algorithms in torch.optim's documentation. Arrays stand on the left of
numbers, as mpmath takes long to find that it cannot multiply a number with an array.
"""

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from experiments.parity.exact import context


class State(dict[str, Any]):
    """What an optimizer remembers of a parameter by name, the step k from 1 and the rate."""

    def __init__(self, lr: float) -> None:
        super().__init__()
        self.k = 0
        self.lr = context.mpf(lr)


root = np.vectorize(context.sqrt, otypes=[object])
sign = np.vectorize(context.sign, otypes=[object])


def average(s: State, name: str, value: Any, decay: float) -> Any:
    """s[name] <- decay s[name] + (1 - decay) value, from zero."""
    decay = context.mpf(decay)
    s[name] = s.get(name, value * 0) * decay + value * (1 - decay)
    return s[name]


def sgd(
    w: Any,
    g: Any,
    s: State,
    momentum: Any = 0.0,
    dampening: Any = 0.0,
    nesterov: Any = False,
) -> Any:
    """Velocity v <- mu v + (1 - dampening) g, at first g."""
    if not momentum:
        return w - g * s.lr
    fresh = g * (1 - context.mpf(dampening))
    s["v"] = g if s.k == 1 else s["v"] * momentum + fresh
    return w - (g + s["v"] * momentum if nesterov else s["v"]) * s.lr


def adam(
    w: Any,
    g: Any,
    s: State,
    betas: Any = (0.9, 0.999),
    eps: Any = 1e-8,
    amsgrad: Any = False,
) -> Any:
    """m / (1 - b1^k) over sqrt(v / (1 - b2^k)) + eps."""
    first, second = map(context.mpf, betas)
    m, v = average(s, "m", g, first), average(s, "v", g * g, second)
    if amsgrad:
        v = s["max"] = np.maximum(s.get("max", v), v)
    return w - m * (s.lr / (1 - first**s.k)) / (root(v / (1 - second**s.k)) + eps)


def rmsprop(
    w: Any,
    g: Any,
    s: State,
    alpha: Any = 0.99,
    eps: Any = 1e-8,
    momentum: Any = 0.0,
    centered: Any = False,
) -> Any:
    """g over sqrt(v) + eps, v centred or not."""
    v = average(s, "v", g * g, alpha)
    if centered:
        v = v - average(s, "g", g, alpha) ** 2
    step = g / (root(v) + eps)
    if momentum:
        step = s["b"] = s.get("b", g * 0) * momentum + step
    return w - step * s.lr


def adagrad(
    w: Any,
    g: Any,
    s: State,
    lr_decay: Any = 0.0,
    eps: Any = 1e-10,
    initial_accumulator_value: Any = 0.0,
) -> Any:
    """g over the root of the sum of its squares."""
    s["sum"] = g * g + s.get("sum", context.mpf(initial_accumulator_value))
    return w - g * (s.lr / (1 + (s.k - 1) * context.mpf(lr_decay))) / (root(s["sum"]) + eps)


def adadelta(w: Any, g: Any, s: State, rho: Any = 0.9, eps: Any = 1e-6) -> Any:
    """g scaled by the ratio of root mean squares of updates and gradients."""
    v = average(s, "v", g * g, rho)
    step = root(s.get("u", 0 * g) + eps) / root(v + eps) * g
    average(s, "u", step * step, rho)
    return w - step * s.lr


def adamax(w: Any, g: Any, s: State, betas: Any = (0.9, 0.999), eps: Any = 1e-8) -> Any:
    """Adam with the infinity norm."""
    first, second = map(context.mpf, betas)
    m = average(s, "m", g, first)
    s["u"] = np.maximum(s.get("u", g * 0) * second, abs(g) + eps)
    return w - m * (s.lr / (1 - first**s.k)) / s["u"]


def nadam(
    w: Any,
    g: Any,
    s: State,
    betas: Any = (0.9, 0.999),
    eps: Any = 1e-8,
    momentum_decay: Any = 0.004,
) -> Any:
    """Adam with Nesterov's momentum; mu_k = b1 (1 - 0.96^(k decay) / 2)."""
    first, second = map(context.mpf, betas)
    m, v = average(s, "m", g, first), average(s, "v", g * g, second)
    now, after = (
        first * (1 - context.mpf(0.5) * context.mpf(0.96) ** (each * context.mpf(momentum_decay)))
        for each in (s.k, s.k + 1)
    )
    s["product"] = s.get("product", context.one) * now
    root_v = root(v / (1 - second**s.k)) + eps
    step = g * ((1 - now) / (1 - s["product"])) + m * (after / (1 - s["product"] * after))
    return w - step * s.lr / root_v


def radam(w: Any, g: Any, s: State, betas: Any = (0.9, 0.999), eps: Any = 1e-8) -> Any:
    """Adam whose denominator waits until its variance is known (rho > 5)."""
    first, second = map(context.mpf, betas)
    m, v = average(s, "m", g, first), average(s, "v", g * g, second)
    limit = 2 / (1 - second) - 1
    rho = limit - 2 * s.k * second**s.k / (1 - second**s.k)
    if rho <= 5:
        return w - m * (s.lr / (1 - first**s.k))
    numerator = (rho - 4) * (rho - 2) * limit
    rectified = context.sqrt(numerator / ((limit - 4) * (limit - 2) * rho))
    length = s.lr / (1 - first**s.k) * rectified * context.sqrt(1 - second**s.k)
    return w - m * length / (root(v) + eps)


def rprop(w: Any, g: Any, s: State, etas: Any = (0.5, 1.2), step_sizes: Any = (1e-6, 50)) -> Any:
    """Steps of the gradient's sign, longer while it stays, shorter and skipped when it turns."""
    turned = sign(g * s.get("g", g * 0))
    factor = np.where(turned > 0, context.mpf(etas[1]), np.where(turned < 0, etas[0], 1))
    size = s.get("size", g * 0 + s.lr) * factor
    s["size"] = np.minimum(np.maximum(size, step_sizes[0]), step_sizes[1])
    s["g"] = np.where(turned < 0, g * 0, g)
    return w - sign(s["g"]) * s["size"]


def asgd(w: Any, g: Any, s: State, lambd: Any = 1e-4, alpha: Any = 0.75) -> Any:
    """w (1 - lambd eta) - eta g with eta = lr / (1 + lambd lr k)^alpha; at first, lr."""
    eta = s.get("eta", s.lr)
    s["eta"] = s.lr / (1 + context.mpf(lambd) * s.lr * s.k) ** context.mpf(alpha)
    return w * (1 - context.mpf(lambd) * eta) - g * eta


def moving_average(w: Any, g: Any, s: State, momentum: Any = 0.0) -> Any:
    """v <- rho v + (1 - rho) g from zero."""
    return w - average(s, "v", g, momentum) * s.lr


def uncorrected(
    w: Any,
    g: Any,
    s: State,
    betas: Any = (0.9, 0.999),
    eps: Any = 1e-8,
    eps_inside_root: Any = False,
) -> Any:
    """Adam without bias correction."""
    m, v = average(s, "m", g, betas[0]), average(s, "v", g * g, betas[1])
    return w - m * s.lr / (root(v + eps) if eps_inside_root else root(v) + eps)


RULES: dict[str, Callable[..., Any]] = {
    "SGD": sgd,
    "Adam": adam,
    "AdamW": adam,
    "RMSprop": rmsprop,
    "Adagrad": adagrad,
    "Adadelta": adadelta,
    "Adamax": adamax,
    "NAdam": nadam,
    "RAdam": radam,
    "Rprop": rprop,
    "ASGD": asgd,
    "ExponentialMovingAverageSGD": moving_average,
    "UncorrectedAdam": uncorrected,
}
DECOUPLED = {"AdamW": 0.01}
"""Rules whose weight decay shrinks the parameter instead of joining the gradient; its default."""


def step(name: str, w: Any, g: Any, s: State, options: Mapping[str, Any]) -> Any:
    """The parameter after the next step of the optimizer called `name`."""
    s.k += 1
    options = dict(options)
    decay = context.mpf(options.pop("weight_decay", DECOUPLED.get(name, 0)))
    g = -g if options.pop("maximize", False) else g
    if options.pop("decoupled_weight_decay", name in DECOUPLED):
        w = w * (1 - s.lr * decay)
    elif decay:
        g = g + w * decay
    return RULES[name](w, g, s, **options)
