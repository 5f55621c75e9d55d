"""Activations, and the parts that losses are made of, in torch's order of operations."""

from __future__ import annotations

import struct

import torch

from framework.derivatives.arithmetic import addcmul, clamp, where
from framework.derivatives.common import Tensors, constant
from framework.derivatives.elementwise import exp
from framework.variable import Function

# The value is never negative, so its sign tells where x > 0, and is cheaper than comparing.
relu = Function("relu", torch.relu, lambda g, y, _: g * torch.sign(y))
tanh = Function("tanh", torch.tanh, lambda g, y, _: g * addcmul(1.0, y, y, value=-1))
sigmoid = Function("sigmoid", torch.sigmoid, lambda g, y, _: g * (1 - y) * y, elementwise_tail=True)
log_sigmoid = Function(
    "logsigmoid",
    lambda x: x.clamp_max(0) - torch.log1p(torch.exp(-x.abs())),
    lambda g, _, x: g * sigmoid(-x),
)
#: x where it is positive, slope·x elsewhere.
leaky_relu = Function(
    "leaky_relu",
    lambda x, slope=0.01: torch.where(x > 0, x, x * slope),
    lambda g, _, x, slope=0.01: where(torch.gt(constant(x), 0), g, g * slope),
)
#: x where it is positive, α(eˣ − 1) elsewhere.
elu = Function(
    "elu",
    lambda x, alpha=1.0: (
        torch.celu(x, 1.0) if alpha == 1 else torch.where(x > 0, x, alpha * torch.expm1(x))
    ),
    lambda g, _, x, alpha=1.0: where(
        torch.gt(constant(x), 0), g, g * alpha * exp(clamp(x, max=0.0))
    ),
    elementwise_tail=True,
)
#: x where it is positive, α(e^(x/α) − 1) elsewhere.
celu = Function(
    "celu",
    lambda x, alpha=1.0: torch.celu(x, alpha),
    lambda g, _, x, alpha=1.0: where(
        torch.gt(constant(x), 0),
        g,
        g * _inverse(alpha) * alpha * exp(clamp(x, max=0.0) * _inverse(alpha)),
    ),
    elementwise_tail=True,
)
SELU_ALPHA = 1.6732632423543772848170429916717
SELU_SCALE = 1.0507009873554804934193349852946
#: scale·x where x is positive, scale·α(eˣ − 1) elsewhere.
selu = Function(
    "selu",
    torch.selu,
    lambda g, _, x: where(
        torch.gt(constant(x), 0),
        g * SELU_SCALE,
        g * (SELU_ALPHA * SELU_SCALE) * exp(clamp(x, max=0.0)),
    ),
    elementwise_tail=True,
)
#: x·σ(x).
silu = Function(
    "silu",
    lambda x: x / (1 + torch.exp(-x)),
    lambda g, _, x: g * sigmoid(x) * addcmul(1.0, x, 1 - sigmoid(x)),
)
#: log(1 + e^(βx)) / β; x itself where βx exceeds the threshold.
softplus = Function(
    "softplus",
    lambda x, beta=1.0, threshold=20.0: torch.where(
        x * beta > threshold, x, torch.log1p(torch.exp(x * beta)) / beta
    ),
    lambda g, _, x, beta=1.0, threshold=20.0: where(
        torch.gt(constant(x) * beta, threshold),
        g,
        _of_softplus(g, exp(clamp(x * beta, max=threshold))),
    ),
)
#: x between low and high, and these outside; at low and high itself the derivative is 0.
hardtanh = Function(
    "hardtanh",
    lambda x, low=-1.0, high=1.0: x.clamp(low, high),
    lambda g, _, x, low=-1.0, high=1.0: where(_between(x, low, high), g, 0.0),
)
#: torch's 1/6, which is that of single precision also in double.
SIXTH = 0.1666666716337204
#: The line x/6 + 1/2 between 0 and 1.
hardsigmoid = Function(
    "hardsigmoid",
    lambda x: (x + 3).clamp(0, 6) / 6,
    lambda g, _, x: where(_between(x, -3, 3), g * SIXTH, 0.0),
)
#: x times the line x/6 + 1/2 between 0 and 1.
hardswish = Function(
    "hardswish",
    lambda x: x * (x + 3).clamp(0, 6) / 6,
    lambda g, _, x: where(
        torch.le(constant(x), -3),
        0.0,
        where(torch.lt(constant(x), 3), g * (x / 3 + 0.5), g),
    ),
)
#: e²/2 where |e| ≤ δ, δ(|e| − δ/2) elsewhere.
huber = Function(
    "huber",
    lambda e, delta=1.0: torch.where(
        e.abs() <= delta, 0.5 * e * e, delta * (e.abs() - 0.5 * delta)
    ),
    lambda g, _, e, delta=1.0: g * clamp(e, min=-delta, max=delta),
)
#: e²/(2β) where |e| < β, |e| − β/2 elsewhere.
smooth_l1 = Function(
    "smooth_l1",
    lambda e, beta=1.0: torch.where(e.abs() < beta, 0.5 * e * e / beta, e.abs() - 0.5 * beta),
    lambda g, _, e, beta=1.0: g * clamp(e / beta, min=-1.0, max=1.0),
)


def _inverse(alpha: float) -> float:
    """1/α of α in single precision, as torch takes it when it goes back through CELU."""
    return 1 / struct.unpack("f", struct.pack("f", alpha))[0]


def _of_softplus(g: Tensors, z: Tensors) -> Tensors:
    return g * z / (z + 1)


def _between(x: Tensors, low: float, high: float) -> torch.Tensor:
    x = constant(x)
    return torch.gt(x, low) & torch.lt(x, high)
