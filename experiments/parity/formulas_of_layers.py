"""The layers as on paper, for arrays of exact numbers: what `exact` is asked for the truth.

Each takes the input, the layer's parameters by name, and torch's arguments. Pieces are chosen with
`np.where`, which also chooses torch's derivative at a kink. Sources: torch.nn's documentation.
"""

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from experiments.parity.exact import context, exact

erf = np.vectorize(lambda number: number.erf(), otypes=[object])
ALPHA = 1.6732632423543772848170429916717
SCALE = 1.0507009873554804934193349852946


def sigmoid(x: Any) -> Any:
    """1 / (1 + e^-x)."""
    return 1 / (1 + np.exp(-x))


def softplus(x: Any) -> Any:
    """log(1 + e^x)."""
    return np.log(1 + np.exp(x))


def log_softmax(x: Any, axis: int = -1) -> Any:
    """x - log sum e^x."""
    return x - np.log(np.exp(x).sum(axis=axis, keepdims=True))


def clip(x: Any, low: Any, high: Any) -> Any:
    """x between low and high; slope 0 at both ends, as in torch."""
    return np.where((x > low) & (x < high), x, np.where(x <= low, 0 * x + low, 0 * x + high))


def elu(x: Any, alpha: Any = 1.0) -> Any:
    """alpha (e^x - 1) below zero; the slope at zero is the left one, as in torch."""
    return np.where(x > 0, x, alpha * (np.exp(x) - 1))


def selu(x: Any) -> Any:
    """scale · elu(x, alpha)."""
    return exact(SCALE) * elu(x, exact(ALPHA))


def hardsigmoid(x: Any) -> Any:
    """clip(x + 3, 0, 6) / 6."""
    return clip(x + 3, 0, 6) / 6


def hardswish(x: Any) -> Any:
    """x · hardsigmoid(x); the slope is 0 at -3 and 1 at 3, as in torch."""
    return np.where(x <= -3, 0 * x, np.where(x < 3, x * (x + 3) / 6, x))


def gelu(x: Any, approximate: str = "none") -> Any:
    """x Φ(x), or its approximation by tanh."""
    if approximate == "none":
        return x * (1 + erf(x / context.sqrt(2))) / 2
    inner = context.sqrt(2 / context.pi) * (x + exact(0.044715) * x * x * x)
    return x * (1 + np.tanh(inner)) / 2


def linear(x: Any, state: Mapping[str, Any]) -> Any:
    """x Wᵀ + b."""
    return x @ state["weight"].T + state.get("bias", 0)


def normalise(x: Any, axes: tuple[int, ...], eps: float) -> Any:
    """(x - mean) / sqrt(variance + eps)."""
    centred = x - x.mean(axis=axes, keepdims=True)
    variance = (centred * centred).mean(axis=axes, keepdims=True)
    return centred / np.sqrt(variance + exact(eps))


def layer_norm(x: Any, state: Mapping[str, Any], normalized_shape: Any, eps: float = 1e-5) -> Any:
    """Normalise over the trailing dimensions, then scale and shift."""
    axes = _trailing(normalized_shape)
    return normalise(x, axes, eps) * state.get("weight", 1) + state.get("bias", 0)


def rms_norm(x: Any, state: Mapping[str, Any], normalized_shape: Any, eps: float) -> Any:
    """x / sqrt(mean x² + eps), scaled."""
    mean = (x * x).mean(axis=_trailing(normalized_shape), keepdims=True)
    return x / np.sqrt(mean + exact(eps)) * state.get("weight", 1)


def batch_norm(x: Any, state: Mapping[str, Any], eps: float = 1e-5) -> Any:
    """Evaluation mode: (x - running mean) / sqrt(running variance + eps), scaled and shifted."""
    scaled = (x - state["running_mean"]) / np.sqrt(state["running_var"] + exact(eps))
    return scaled * state.get("weight", 1) + state.get("bias", 0)


def convolution(x: Any, state: Mapping[str, Any], padding: int = 0, stride: int = 1) -> Any:
    """Conv1d: y[n, o, t] = b[o] + sum over i, k of W[o, i, k] x[n, i, t·stride + k]."""
    weight = state["weight"]
    if padding:
        edge = np.full((*x.shape[:2], padding), exact(0))
        x = np.concatenate((edge, x, edge), axis=-1)
    starts = range(0, x.shape[-1] - weight.shape[-1] + 1, stride)
    windows = [x[..., t : t + weight.shape[-1]] for t in starts]
    columns = [np.tensordot(window, weight, axes=((1, 2), (1, 2))) for window in windows]
    return np.stack(columns, axis=-1) + state["bias"][:, None]


def _trailing(shape: Any) -> tuple[int, ...]:
    dimensions = len(shape) if isinstance(shape, tuple) else 1
    return tuple(range(-dimensions, 0))


def _elementwise(function: Callable[..., Any]) -> Callable[..., Any]:
    return lambda x, _, **arguments: function(x, **arguments)


ACTIVATIONS: dict[str, Callable[..., Any]] = {
    "Identity": lambda x: x,
    "ReLU": lambda x: np.where(x > 0, x, 0 * x),
    "ReLU6": lambda x: clip(x, 0, 6),
    "Hardtanh": lambda x, min_val=-1.0, max_val=1.0: clip(x, min_val, max_val),
    "Tanh": np.tanh,
    "Tanhshrink": lambda x: x - np.tanh(x),
    "Sigmoid": sigmoid,
    "LogSigmoid": lambda x: -softplus(-x),
    "SiLU": lambda x: x * sigmoid(x),
    "Mish": lambda x: x * np.tanh(softplus(x)),
    "Softplus": lambda x, beta=1.0, threshold=20.0: np.where(
        x * beta > threshold, x, softplus(x * exact(beta)) / exact(beta)
    ),
    "Softsign": lambda x: x / (1 + abs(x)),
    "ELU": lambda x, alpha=1.0: elu(x, exact(alpha)),
    "CELU": lambda x, alpha=1.0: np.where(x > 0, x, exact(alpha) * (np.exp(x / exact(alpha)) - 1)),
    "SELU": selu,
    "GELU": gelu,
    "LeakyReLU": lambda x, negative_slope=0.01: np.where(x > 0, x, exact(negative_slope) * x),
    "Hardsigmoid": hardsigmoid,
    "Hardswish": hardswish,
    "Hardshrink": lambda x, lambd=0.5: np.where(abs(x) > lambd, x, 0 * x),
    "Softshrink": lambda x, lambd=0.5: np.where(
        x > lambd, x - exact(lambd), np.where(x < -lambd, x + exact(lambd), 0 * x)
    ),
    "Threshold": lambda x, threshold, value: np.where(x > threshold, x, 0 * x + exact(value)),
    "Softmax": lambda x, dim=-1: np.exp(log_softmax(x, dim)),
    "Softmin": lambda x, dim=-1: np.exp(log_softmax(-x, dim)),
    "LogSoftmax": lambda x, dim=-1: log_softmax(x, dim),
    "Flatten": lambda x: x.reshape(len(x), int(np.prod(x.shape[1:]))),
}

LAYERS: dict[str, Callable[..., Any]] = {
    **{name: _elementwise(function) for name, function in ACTIVATIONS.items()},
    "Linear": lambda x, state, **_: linear(x, state),
    "PReLU": lambda x, state, **_: np.where(x > 0, x, state["weight"] * x),
    "LayerNorm": lambda x, state, normalized_shape, eps=1e-5, **_: layer_norm(
        x, state, normalized_shape, eps
    ),
    "RMSNorm": lambda x, state, normalized_shape, eps, **_: rms_norm(
        x, state, normalized_shape, eps
    ),
    "BatchNorm1d": lambda x, state, eps=1e-5, **_: batch_norm(x, state, eps),
    "Conv1d": lambda x, state, padding=0, stride=1, **_: convolution(x, state, padding, stride),
}
