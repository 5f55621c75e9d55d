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


def trunc_normal_(
    tensor: Fillable,
    mean: float = 0.0,
    std: float = 1.0,
    a: float = -2.0,
    b: float = 2.0,
    generator: torch.Generator | None = None,
) -> Fillable:
    """N(mean, std²) where it lies in [a, b]: what lies outside is drawn again."""
    data = _data(tensor)

    def below(x: float) -> float:
        return (1.0 + math.erf((x - mean) / std / math.sqrt(2.0))) / 2.0

    if below(b) - below(a) > 0.3:
        data.normal_(mean, std, generator=generator)
        low, high = data.new_tensor(a).item(), data.new_tensor(b).item()
        while (outside := (data < low) | (data > high)).any():
            again = torch.empty_like(data).normal_(mean, std, generator=generator)
            data.copy_(torch.where(outside, again, data))
        return tensor
    _reject(data, mean, std, a, b, generator)
    return tensor


def _reject(
    data: Tensor, mean: float, std: float, a: float, b: float, generator: torch.Generator | None
) -> None:
    """Draw from U(a, b), and keep each with the probability its density has beside the highest."""
    log_peak = -0.5 * ((max(a, min(mean, b)) - mean) / std) ** 2
    drawn, heights = torch.empty_like(data), torch.empty_like(data)
    pending = torch.ones_like(data, dtype=torch.bool)
    while pending.any():
        drawn.uniform_(a, b, generator=generator)
        data.copy_(torch.where(pending, drawn, data))
        log_density = drawn.sub(mean).div_(std).pow_(2).mul_(-0.5).sub_(log_peak)
        pending &= heights.uniform_(generator=generator).log_().gt(log_density)


def orthogonal_(
    tensor: Fillable, gain: float = 1, generator: torch.Generator | None = None
) -> Fillable:
    """A matrix with orthonormal rows or columns, times gain (Saxe et al. 2013).

    Dimensions after the first are joined.
    """
    data = _data(tensor)
    _fans(tensor)
    rows, columns = data.shape[0], data[0].numel()
    drawn = data.new_empty((rows, columns)).normal_(0, 1, generator=generator)
    q, r = torch.linalg.qr(drawn.mT if rows < columns else drawn)
    q = q * torch.diag(r, 0).sign()
    data.copy_((q.mT if rows < columns else q).reshape(data.shape)).mul_(gain)
    return tensor


def sparse_(
    tensor: Fillable, sparsity: float, std: float = 0.01, generator: torch.Generator | None = None
) -> Fillable:
    """N(0, std²), with a fraction `sparsity` of each column set to zero (Martens 2010)."""
    data = _data(tensor)
    if data.dim() != 2:
        raise ValueError(f"sparse_ takes a matrix, and got shape {tuple(data.shape)}")
    data.normal_(0, std, generator=generator)
    zeros = math.ceil(sparsity * data.shape[0])
    for column in range(data.shape[1]):
        data[torch.randperm(data.shape[0])[:zeros], column] = 0
    return tensor


def dirac_(tensor: Fillable, groups: int = 1) -> Fillable:
    """A convolution's weight that gives back its input, as far as there are channels."""
    data = _data(tensor)
    if data.dim() not in (3, 4, 5) or data.shape[0] % groups:
        raise ValueError(
            "dirac_ takes a convolution's weight whose channels divide into groups, and got shape "
            f"{tuple(data.shape)} with groups={groups}"
        )
    data.zero_()
    middle: tuple[int, ...] = tuple(length // 2 for length in data.shape[2:])
    each = data.shape[0] // groups
    for group in range(groups):
        for channel in range(min(each, data.shape[1])):
            data[(group * each + channel, channel, *middle)] = 1
    return tensor
