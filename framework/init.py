"""Initial values under torch.nn.init's names. The same generator gives torch.nn.init's bits.

Every function fills a tensor or parameter in place and returns it.
"""

from __future__ import annotations

import math
from typing import TypeVar

import torch
from torch import Tensor

from framework.variable import Variable

Fillable = TypeVar("Fillable", Tensor, Variable)


def _data(tensor: Tensor | Variable) -> Tensor:
    return tensor.data


def _fans(tensor: Tensor | Variable) -> tuple[int, int]:
    data = _data(tensor)
    if data.dim() < 2:
        raise ValueError(
            "fan in and fan out need a tensor of at least two dimensions, "
            f"and got shape {tuple(data.shape)}"
        )
    field = data[0][0].numel()
    return data.shape[1] * field, data.shape[0] * field


def calculate_gain(nonlinearity: str, param: float | None = None) -> float:
    """The factor that keeps the signal's variance through a nonlinearity."""
    if nonlinearity == "leaky_relu":
        return math.sqrt(2.0 / (1 + (0.01 if param is None else param) ** 2))
    gains = {"tanh": 5.0 / 3, "relu": math.sqrt(2.0), "selu": 3.0 / 4}
    ones = ("linear", "sigmoid", "conv1d", "conv2d", "conv3d")
    if nonlinearity not in gains and nonlinearity not in ones:
        known = ", ".join([*ones, *gains, "leaky_relu"])
        raise ValueError(f"calculate_gain knows {known}, and got {nonlinearity!r}")
    return gains.get(nonlinearity, 1.0)


def uniform_(
    tensor: Fillable, a: float = 0.0, b: float = 1.0, generator: torch.Generator | None = None
) -> Fillable:
    """U(a, b)."""
    _data(tensor).uniform_(a, b, generator=generator)
    return tensor


def normal_(
    tensor: Fillable, mean: float = 0.0, std: float = 1.0, generator: torch.Generator | None = None
) -> Fillable:
    """N(mean, std²)."""
    _data(tensor).normal_(mean, std, generator=generator)
    return tensor


def constant_(tensor: Fillable, val: float) -> Fillable:
    """The same value everywhere."""
    _data(tensor).fill_(val)
    return tensor


def zeros_(tensor: Fillable) -> Fillable:
    """Zero everywhere."""
    return constant_(tensor, 0.0)


def ones_(tensor: Fillable) -> Fillable:
    """One everywhere."""
    return constant_(tensor, 1.0)


def eye_(tensor: Fillable) -> Fillable:
    """The identity matrix."""
    data = _data(tensor)
    data.copy_(torch.eye(*data.shape, dtype=data.dtype, device=data.device))
    return tensor


def xavier_uniform_(
    tensor: Fillable, gain: float = 1.0, generator: torch.Generator | None = None
) -> Fillable:
    """U(−a, a) with a = gain·√(6 / (fan_in + fan_out)) (Glorot & Bengio 2010)."""
    fan_in, fan_out = _fans(tensor)
    bound = math.sqrt(3.0) * (gain * math.sqrt(2.0 / float(fan_in + fan_out)))
    return uniform_(tensor, -bound, bound, generator)


def xavier_normal_(
    tensor: Fillable, gain: float = 1.0, generator: torch.Generator | None = None
) -> Fillable:
    """N(0, gain²·2 / (fan_in + fan_out)) (Glorot & Bengio 2010)."""
    fan_in, fan_out = _fans(tensor)
    return normal_(tensor, 0.0, gain * math.sqrt(2.0 / float(fan_in + fan_out)), generator)


def _kaiming_std(tensor: Tensor | Variable, a: float, mode: str, nonlinearity: str) -> float:
    fans = dict(zip(("fan_in", "fan_out"), _fans(tensor), strict=True))
    if mode not in fans:
        raise ValueError(f"mode is fan_in or fan_out, and got {mode!r}")
    return calculate_gain(nonlinearity, a) / math.sqrt(fans[mode])


def kaiming_uniform_(
    tensor: Fillable,
    a: float = 0,
    mode: str = "fan_in",
    nonlinearity: str = "leaky_relu",
    generator: torch.Generator | None = None,
) -> Fillable:
    """U(−b, b) with b = gain·√(3 / fan) (He et al. 2015)."""
    bound = math.sqrt(3.0) * _kaiming_std(tensor, a, mode, nonlinearity)
    return uniform_(tensor, -bound, bound, generator)


def kaiming_normal_(
    tensor: Fillable,
    a: float = 0,
    mode: str = "fan_in",
    nonlinearity: str = "leaky_relu",
    generator: torch.Generator | None = None,
) -> Fillable:
    """N(0, gain² / fan) (He et al. 2015)."""
    return normal_(tensor, 0.0, _kaiming_std(tensor, a, mode, nonlinearity), generator)
