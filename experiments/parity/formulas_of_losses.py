"""The losses as on paper, for arrays of exact numbers; each returns what is still to be reduced.

Sources: torch.nn's documentation. The weighted means divide by the weights' sum, as torch does.
"""

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from experiments.parity.exact import exact
from experiments.parity.formulas_of_layers import log_softmax, softplus


def huber(p: Any, t: Any, delta: float = 1.0) -> Any:
    """e²/2 up to delta, then delta (|e| - delta/2)."""
    error = p - t
    outside = exact(delta) * (abs(error) - exact(delta) / 2)
    return np.where(abs(error) <= delta, error * error / 2, outside)


def smooth_l1(p: Any, t: Any, beta: float = 1.0) -> Any:
    """Huber divided by beta; for beta 0, |e|."""
    error = p - t
    if beta == 0:
        return abs(error)
    inside = error * error / (2 * exact(beta))
    return np.where(abs(error) < beta, inside, abs(error) - exact(beta) / 2)


def binary_cross_entropy(p: Any, t: Any, weight: Any = None) -> Any:
    """-(t log p + (1 - t) log(1 - p))."""
    loss = -(t * np.log(p) + (1 - t) * np.log(1 - p))
    return loss if weight is None else loss * _numbers(weight)


def with_logits(x: Any, t: Any, weight: Any = None, pos_weight: Any = None) -> Any:
    """(1 - t) x + (1 + (w - 1) t) log(1 + e^-x)."""
    factor = 1 if pos_weight is None else 1 + (_numbers(pos_weight) - 1) * t
    loss = (1 - t) * x + factor * softplus(-x)
    return loss if weight is None else loss * _numbers(weight)


def kl_divergence(p: Any, t: Any, log_target: bool = False) -> Any:
    """t (log t - p), zero where t is."""
    if log_target:
        return np.exp(t) * (t - p)
    positive = np.where(t > 0, t, 1)
    return np.where(t > 0, t * (np.log(positive) - p), 0 * p)


def poisson(p: Any, t: Any, log_input: bool = True, eps: float = 1e-8) -> Any:
    """e^p - t p, or p - t log(p + eps)."""
    return np.exp(p) - t * p if log_input else p - t * np.log(p + exact(eps))


ELEMENTWISE: dict[str, Callable[..., Any]] = {
    "MSELoss": lambda p, t: (p - t) * (p - t),
    "L1Loss": lambda p, t: abs(p - t),
    "SmoothL1Loss": smooth_l1,
    "HuberLoss": huber,
    "BCELoss": binary_cross_entropy,
    "BCEWithLogitsLoss": with_logits,
    "KLDivLoss": kl_divergence,
    "PoissonNLLLoss": poisson,
    "SoftMarginLoss": lambda p, t: softplus(-t * p),
}


def loss_value(name: str, prediction: Any, target: Any, arguments: Mapping[str, Any]) -> Any:
    """The reduced loss as one exact number, or an array of them for reduction "none".

    Raises:
        KeyError: there is no formula for this loss.
    """
    options = dict(arguments)
    reduction = options.pop("reduction", "mean")
    if name in ("CrossEntropyLoss", "NLLLoss"):
        log_probability = log_softmax(prediction) if name == "CrossEntropyLoss" else prediction
        each, count = _nll(log_probability, target, **options)
    else:
        each = ELEMENTWISE[name](prediction, target, **options)
        count = each.size
    if reduction == "none":
        return each
    return each.sum() / {"mean": count, "sum": 1, "batchmean": len(prediction)}[reduction]


def _nll(
    log_probability: Any,
    target: Any,
    weight: Any = None,
    ignore_index: int = -100,
    label_smoothing: float = 0.0,
) -> tuple[Any, Any]:
    """Each example's loss, and what a mean divides by."""
    classes = log_probability.shape[-1]
    weights = np.array([exact(1)] * classes) if weight is None else _numbers(weight)
    if target.dtype == object:
        smoothed = target * (1 - exact(label_smoothing)) + exact(label_smoothing) / classes
        return -(smoothed * weights * log_probability).sum(axis=-1), len(target)
    kept = target != ignore_index
    index = np.where(kept, target, 0)
    picked = weights[index] * log_probability[np.arange(len(index)), index]
    spread = (weights * log_probability).sum(axis=-1) / classes
    smooth = exact(label_smoothing)
    each = -(picked * (1 - smooth) + spread * smooth) * kept.astype(int)
    return each, (weights[index] * kept.astype(int)).sum()


def _numbers(values: Any) -> Any:
    return np.array([exact(value) for value in values], dtype=object)
