"""What losses are made of. A loss of stacked runs reduces each run to a scalar.

`dim` counts from the end, `runs` says whether the first dimension is that of stacked runs.
"""

from __future__ import annotations

import torch
from torch import Tensor

from framework.derivatives.activations import log_sigmoid, sigmoid
from framework.derivatives.arithmetic import addcmul, clamp
from framework.derivatives.common import Tensors, count, spread
from framework.derivatives.elementwise import exp, log
from framework.derivatives.shapes import scatter_add
from framework.number import number_like
from framework.variable import Function


def _log_softmax(x: Tensor, dim: int = -1) -> Tensor:
    """As torch.log_softmax, to the bit: few classes of many rows are three times as fast by class.

    Rows are whole vectors there (torch computes a rest by other means), and classes fewer than any
    vector holds (torch adds more of them in another order). Half precision it rounds otherwise.
    """
    rows, classes = x.shape[:-1].numel(), x.shape[-1:].numel()
    few = classes <= 3 and rows >= 256 and rows % 16 == 0
    if dim != -1 or not few or x.dtype.itemsize < 4 or x.device.type != "cpu":
        return torch.log_softmax(x, dim)
    by_class = torch.log_softmax(x.reshape(rows, classes).mT, 0)
    return by_class.mT.contiguous().view(x.shape)


log_softmax = Function(
    "log_softmax",
    _log_softmax,
    lambda g, y, x, dim=-1: addcmul(g, exp(y), g.sum(dim, keepdim=True), value=-1),
)


#: torch's bound of p(1 − p): 1e-12 rounded to float32.
SMALLEST_VARIANCE = 9.999999960041972e-13


def _mean(x: Tensor, runs: bool, sign: int = 1) -> Tensor:
    """As x.mean(), or −x.mean(): a sum and a division, which take half of its time."""
    total = x.flatten(1).sum(1) if runs else x.sum()
    return total / number_like(x, sign * (x[0].numel() if runs else x.numel()))


def _reduce(x: Tensor, reduction: str, runs: bool) -> Tensor:
    if reduction == "mean":
        return _mean(x, runs)
    if reduction == "sum":
        return x.flatten(1).sum(1) if runs else x.sum()
    return x


def _weigh(slope: Tensors, g: Tensors, y: Tensors, reduction: str) -> Tensors:
    """The slope of each element times the gradient it has from the reduced value; divided last."""
    weighed = slope * spread(g, slope)
    return weighed / count(slope, y) if reduction == "mean" else weighed


#: mean of (x − t)², over everything or over each run.
mse_loss = Function(
    "mse_loss",
    lambda x, t, runs=False: _mean((x - t).square(), runs),
    lambda g, y, x, t, runs=False: (x - t) * spread(g * number_like(x, 2 / count(x, y)), x),
    lambda g, y, x, t, runs=False: (t - x) * spread(g * number_like(x, 2 / count(x, y)), x),
)
#: (1 − t)·x − log σ(x), the binary cross-entropy of σ(x), reduced.
binary_cross_entropy_with_logits = Function(
    "binary_cross_entropy_with_logits",
    lambda x, t, reduction="mean", runs=False: _reduce(
        (1 - t) * x - log_sigmoid(x), reduction, runs
    ),
    lambda g, y, x, t, reduction="mean", runs=False: _weigh(sigmoid(x) - t, g, y, reduction),
    lambda g, y, x, t, reduction="mean", runs=False: _weigh(-x, g, y, reduction),
)
#: −t log p − (1 − t) log(1 − p), where no logarithm is below −100, reduced.
binary_cross_entropy = Function(
    "binary_cross_entropy",
    lambda p, t, reduction="mean", runs=False: _reduce(
        (t - 1) * torch.log1p(-p).clamp_min(-100) - t * torch.log(p).clamp_min(-100),
        reduction,
        runs,
    ),
    lambda g, y, p, t, reduction="mean", runs=False: _weigh(
        (p - t) / clamp((1 - p) * p, min=SMALLEST_VARIANCE), g, y, reduction
    ),
    lambda g, y, p, t, reduction="mean", runs=False: _weigh(
        clamp(log(1 - p), min=-100.0) - clamp(log(p), min=-100.0), g, y, reduction
    ),
)
#: The negated mean of the entries of log-probabilities x (…, n, C) at class indices (…, n).
nll_mean = Function(
    "nll_mean",
    lambda x, index, runs=False: _mean(x.gather(-1, index.unsqueeze(-1)), runs, sign=-1),
    lambda g, y, x, index, runs=False: scatter_add(
        spread(-(g / (count(index, y))), x).expand(index.unsqueeze(-1).shape),
        x.shape,
        -1,
        index.unsqueeze(-1),
    ),
)


def _slope_of_cross_entropy(g: Tensors, y: Tensors, x: Tensors, index: Tensor) -> Tensors:
    """(softmax(x) − one-hot) · g/n, as torch rounds it.

    It is the gradient of `nll_mean` through that of `log_softmax`, where each row of the first has
    one entry and so sums to that entry.
    """
    share = spread(g / number_like(x, count(index, y)), x)
    places = index.unsqueeze(-1)
    picked = scatter_add((-share).expand(places.shape), x.shape, -1, places)
    return addcmul(picked, exp(log_softmax(x, dim=-1)), share)


#: The negated mean of the entries of log softmax(x) at class indices, for scores x (…, n, C).
cross_entropy = Function(
    "cross_entropy",
    lambda x, index, runs=False: nll_mean(log_softmax(x, dim=-1), index, runs=runs),
    lambda g, y, x, index, runs=False: _slope_of_cross_entropy(g, y, x, index),
)
