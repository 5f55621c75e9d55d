"""Bugs in losses: reductions, factors, signs, ranges, and what counts in a mean."""

from typing import Any

import torch

from experiments.parity.gallery.patches import Bug, around, constructed, forward, fw, value, vjp
from framework import derivatives
from framework.losses.loss import Loss

MSE, CROSS = "losses/MSELoss()", "losses/CrossEntropyLoss()"


def _per_example(x: Any, t: Any, runs: bool = False) -> Any:
    """The mean over the batch alone, of sums over the outputs."""
    return (x - t).square().sum((-2, -1)) / x.shape[-2]


def _all_equal(right: Any, self: Any, values: Any, weights: Any) -> Any:
    """The mean divides by the number of examples whatever their weights."""
    return right(self, values, torch.ones_like(weights))


def _smoothed_over_others(right: Any, self: Any, x: Any, index: Any) -> Any:
    before, self.label_smoothing = self.label_smoothing, self.label_smoothing * 1.5
    try:
        return right(self, x, index)
    finally:
        self.label_smoothing = before


def _summed(self: Any, x: Any) -> Any:
    return self.total(x) if self.reduction == "mean" else x


BUGS = (
    Bug("MSELoss: 1/N is missing in the gradient", MSE,
        vjp("mse_loss", lambda g, y, x, t, runs=False: 2 * (x - t))),
    Bug("MSELoss: the factor 2 is missing in the gradient", MSE,
        vjp("mse_loss", lambda g, y, x, t, runs=False: (x - t) * (y.numel() / x.numel()))),
    Bug("MSELoss: the gradient has the wrong sign", MSE,
        vjp("mse_loss", lambda g, y, x, t, runs=False: (t - x) * (2 * y.numel() / x.numel()))),
    Bug("MSELoss: divided by the batch size instead of all elements", MSE,
        value("mse_loss", _per_example)),
    Bug("MSELoss: the incoming gradient is ignored", MSE,
        vjp("mse_loss", lambda g, y, x, t, runs=False: (x - t) * (2 * y.numel() / x.numel()))),
    Bug("every loss: a sum where a mean was asked for", "losses/L1Loss()",
        around(Loss, "reduce", lambda right, self, x: _summed(self, x))),
    Bug("every loss: a mean where a sum was asked for", "losses/NLLLoss(reduction='sum')",
        around(Loss, "total",
               lambda right, self, x: right(self, x) * (self.runs or 1) / x.numel())),
    Bug("L1Loss: the derivative at 0 is 1", "losses/L1Loss()",
        vjp("abs", lambda g, y, x: torch.where(x >= 0, g, -g))),
    Bug("SmoothL1Loss: beta is ignored", "losses/SmoothL1Loss(beta",
        constructed(fw.SmoothL1Loss, beta=1.0)),
    Bug("SmoothL1Loss: beta is used as HuberLoss uses delta", "losses/SmoothL1Loss(beta",
        forward(fw.SmoothL1Loss,
                lambda self, p, t: self.reduce(derivatives.huber(p - t, delta=self.beta)))),
    Bug("HuberLoss: half delta is missing outside", "losses/HuberLoss()",
        value("huber", lambda e, delta=1.0: torch.where(e.abs() <= delta, 0.5 * e * e,
                                                        delta * e.abs()))),
    Bug("HuberLoss: delta is missing in the derivative", "losses/HuberLoss(delta",
        vjp("huber", lambda g, y, e, delta=1.0: g * e.clamp(-1, 1))),
    Bug("BCELoss: an infinite logarithm at 0 and 1", "losses/BCELoss()",
        value("binary_cross_entropy", lambda p, t, reduction="mean", runs=False:
              derivatives.losses._reduce(-t * p.log() - (1 - t) * (-p).log1p(), reduction, runs))),
    Bug("BCELoss: the sign of the second term", "losses/BCELoss()",
        vjp("binary_cross_entropy", lambda g, y, p, t, reduction="mean", runs=False:
            derivatives.losses._weigh(-t / p - (1 - t) / (1 - p), g, y, reduction))),
    Bug("BCEWithLogitsLoss: the logarithm of a sigmoid that has become 0",
        "losses/BCEWithLogitsLoss()",
        value("binary_cross_entropy_with_logits", lambda x, t, reduction="mean", runs=False:
              derivatives.losses._reduce(-t * x.sigmoid().log() - (1 - t) * (1 - x.sigmoid()).log(),
                                         reduction, runs))),
    Bug("BCEWithLogitsLoss: pos_weight is ignored", "losses/BCEWithLogitsLoss(pos",
        constructed(fw.BCEWithLogitsLoss, pos_weight=None)),
    Bug("CrossEntropyLoss: softmax applied twice", CROSS,
        around(fw.CrossEntropyLoss, "forward",
               lambda right, self, p, t: right(self, derivatives.softmax(p, dim=-1), t))),
    Bug("CrossEntropyLoss: the logarithm of a softmax that has become 0",
        "layers/LogSoftmax(dim=1)/huge",
        value("log_softmax", lambda x, dim=-1: x.softmax(dim).log())),
    Bug("CrossEntropyLoss: 1/n is missing in the gradient", CROSS,
        vjp("cross_entropy", lambda g, y, x, i, runs=False:
            x.softmax(-1).scatter_add(-1, i.unsqueeze(-1), -torch.ones_like(x)))),
    Bug("CrossEntropyLoss: the mean divides by the number of classes too", CROSS,
        value("cross_entropy", lambda x, i, runs=False:
              -x.log_softmax(-1).gather(-1, i.unsqueeze(-1)).mean((-2, -1)) / x.shape[-1])),
    Bug("CrossEntropyLoss: the gradient of every class but the target's is 0", CROSS,
        vjp("cross_entropy", lambda g, y, x, i, runs=False: torch.zeros_like(x).scatter_(
            -1, i.unsqueeze(-1), (x.softmax(-1).gather(-1, i.unsqueeze(-1)) - 1) / i.shape[-1]))),
    Bug("CrossEntropyLoss: the weighted mean divides by n", "losses/CrossEntropyLoss(weight",
        around(fw.NLLLoss, "weighted", _all_equal)),
    Bug("CrossEntropyLoss: the class weights are ignored", "losses/CrossEntropyLoss(weight",
        constructed(fw.CrossEntropyLoss, weight=None)),
    Bug("CrossEntropyLoss: label smoothing over the other classes only",
        "losses/CrossEntropyLoss(label_smoothing=0.1) of 3 indices",
        around(fw.CrossEntropyLoss, "_smoothed", _smoothed_over_others)),
    Bug("CrossEntropyLoss: ignored targets count in the mean",
        "losses/CrossEntropyLoss() of 3 partly",
        around(fw.NLLLoss, "weighted", _all_equal)),
    Bug("NLLLoss: 1/n is missing in the gradient", "losses/NLLLoss()",
        vjp("nll_mean", lambda g, y, x, i, runs=False:
            torch.zeros_like(x).scatter_(-1, i.unsqueeze(-1), -1.0))),
    Bug("NLLLoss: the sign is forgotten", "losses/NLLLoss()",
        value("nll_mean", lambda x, i, runs=False: x.gather(-1, i.unsqueeze(-1)).mean((-2, -1)))),
    Bug("KLDivLoss: the logarithm of the target is missing", "losses/KLDivLoss()",
        value("xlogy", lambda x, y: torch.zeros_like(x))),
    Bug("KLDivLoss: batchmean is the mean over all elements", "losses/KLDivLoss(reduction='batchm",
        constructed(fw.KLDivLoss, reduction=lambda r: "mean" if r == "batchmean" else r)),
    Bug("PoissonNLLLoss: the exponential is missing", "losses/PoissonNLLLoss(",
        constructed(fw.PoissonNLLLoss, log_input=False)),
)  # fmt: skip
