"""Bugs in layers with parameters, and in those that behave otherwise while training."""

from typing import Any

import torch

from experiments.parity.gallery.patches import Bug, around, attribute, forward, fw, value, vjp
from framework import derivatives
from framework.layers.batch_norm import BatchNorm1d
from framework.layers.random import Dropout

LINEAR = "layers/Linear(in_features=7"
NETWORK = "layers/Linear(in_features=4, out_features=6) Tanh()"


def _stale(right: Any, self: Any, grad_output: Any, x: Any) -> Any:
    """Backward with the first input that was ever seen."""
    kept = self.__dict__.setdefault("_seen", x)
    return right(self, grad_output, kept if kept.shape == x.shape else x)


def _biased(x: Any, dim: Any, eps: float) -> Any:
    """Normalise by the unbiased variance."""
    return (x - x.mean(dim, True)) * torch.rsqrt(x.var(dim, keepdim=True) + eps)


def _eps_outside(x: Any, dim: Any, eps: float) -> Any:
    """Eps added to the standard deviation in place of the variance."""
    centred = x - x.mean(dim, True)
    return centred / ((centred * centred).mean(dim, True).sqrt() + eps)


def _statistics_as_constants(g: Any, y: Any, x: Any, dim: Any, eps: float) -> Any:
    """The derivative of mean and variance is forgotten."""
    return g * torch.rsqrt(x.var(dim, keepdim=True, correction=0) + eps)


BUGS = (
    Bug("Linear: a square weight is used transposed", NETWORK,
        value("linear", lambda x, w, b=None: x @ (w if w.shape[-1] == w.shape[-2] else w.mT)
              + (0 if b is None else b.unsqueeze(-2)))),
    Bug("Linear: the bias is not added", LINEAR, value("linear", lambda x, w, b=None: x @ w.mT)),
    Bug("Linear: the gradient of a square weight is transposed", NETWORK,
        vjp("linear", lambda g, y, x, w, b=None: x.mT @ g if w.shape[-1] == w.shape[-2]
            else g.mT @ x, 1)),
    Bug("Linear: the gradient of the weight is a mean over the batch", LINEAR,
        vjp("linear", lambda g, y, x, w, b=None: g.mT @ x / x.shape[-2], 1)),
    Bug("Linear: the gradient of the bias is a mean over the batch", LINEAR,
        vjp("linear", lambda g, *_: g.mean(-2), 2)),
    Bug("Linear: the gradient of the bias is that of the first example", LINEAR,
        vjp("linear", lambda g, *_: g[..., 0, :], 2)),
    Bug("Linear: no gradient flows back to the input", LINEAR,
        vjp("linear", lambda g, y, x, w, b=None: torch.zeros_like(x))),
    Bug("Linear: backward uses a stale input", LINEAR,
        around(fw.Sequential, "backward", _stale), backend="framework-explicit"),
    Bug("LayerNorm: the unbiased variance", "layers/LayerNorm", value("standardize", _biased)),
    Bug("LayerNorm: eps outside the root", "layers/LayerNorm",
        value("standardize", _eps_outside)),
    Bug("LayerNorm: mean and variance taken for constants in the derivative", "layers/LayerNorm",
        vjp("standardize", _statistics_as_constants)),
    Bug("BatchNorm: statistics of the batch also in evaluation", "layers/BatchNorm1d",
        around(BatchNorm1d, "forward",
               lambda right, self, x: derivatives.standardize(x, dim=-2, eps=self.eps))),
    Bug("BatchNorm: momentum weighs the old statistics instead of the new", "models/Linear",
        around(BatchNorm1d, "weight_of_newest", lambda right, self: 1 - right(self))),
    Bug("BatchNorm: running statistics are never updated", "models/Linear",
        attribute(BatchNorm1d, "_follow", lambda *_: None)),
    Bug("Dropout: drops in evaluation too", "layers/Dropout",
        forward(Dropout, lambda self, x: x * torch.empty_like(derivatives.constant(x))
                .bernoulli_(1 - self.p))),
    Bug("Dropout: scales in evaluation instead of in training", "layers/Dropout",
        forward(Dropout, lambda self, x: x * (1 - self.p))),
    Bug("Flatten: the batch is flattened too", "layers/Flatten",
        forward(fw.Flatten, lambda self, x: x.reshape(-1))),
)  # fmt: skip
