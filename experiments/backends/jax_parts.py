"""torch's layers, losses and update rules as pure functions of JAX arrays."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import jax
import jax.numpy as jnp

from experiments.backends import Unsupported
from experiments.specification import Entry

Array = Any
Tree = Any
Parameters = dict[str, Array]
Forward = Callable[[Parameters, Array], Array]
Loss = Callable[[Array, Array], Array]

ACTIVATIONS: dict[str, Callable[[Array], Array]] = {
    "ReLU": jax.nn.relu,
    "Tanh": jnp.tanh,
    "Sigmoid": jax.nn.sigmoid,
    "SELU": jax.nn.selu,
    "SiLU": jax.nn.silu,
    "Softplus": jax.nn.softplus,
    "Identity": lambda x: x,
}


def _cross_entropy(prediction: Array, target: Array) -> Array:
    logarithms = jax.nn.log_softmax(prediction)
    if target.ndim == prediction.ndim:  # probabilities instead of classes
        return -(target * logarithms).sum(-1)
    return -jnp.take_along_axis(logarithms, target[:, None], axis=-1)


POINTWISE: dict[str, Loss] = {
    "MSELoss": lambda prediction, target: jnp.square(prediction - target),
    "L1Loss": lambda prediction, target: jnp.abs(prediction - target),
    "BCEWithLogitsLoss": lambda x, target: (
        jnp.maximum(x, 0) - x * target + jnp.log1p(jnp.exp(-jnp.abs(x)))
    ),
    "CrossEntropyLoss": _cross_entropy,
}


def network(layers: Sequence[Entry]) -> Forward:
    """The layers, one after the other, as a function of (parameters, x)."""
    functions = [_layer(str(index), entry) for index, entry in enumerate(layers)]

    def forward(parameters: Parameters, x: Array) -> Array:
        for function in functions:
            x = function(parameters, x)
        return x

    return forward


def _layer(index: str, entry: Entry) -> Forward:
    if entry.name == "Linear":
        _known(entry, "in_features", "out_features", "bias")
        weight, bias = f"{index}.weight", f"{index}.bias"
        if entry.arguments.get("bias", True):
            return lambda parameters, x: x @ parameters[weight].T + parameters[bias]
        return lambda parameters, x: x @ parameters[weight].T
    if entry.name in ("Softmax", "LogSoftmax"):
        _known(entry, "dim")
        normalise = jax.nn.softmax if entry.name == "Softmax" else jax.nn.log_softmax
        axis = entry.arguments.get("dim", -1)
        return lambda _, x: normalise(x, axis=axis)
    if entry.name in ACTIVATIONS:
        _known(entry)
        activation = ACTIVATIONS[entry.name]
        return lambda _, x: activation(x)
    raise Unsupported(f"jax has no {entry} here")


def loss_function(entry: Entry) -> Loss:
    """A loss as a function of (prediction, target) with a single value."""
    _known(entry, "reduction")
    reduction = entry.arguments.get("reduction", "mean")
    if entry.name not in POINTWISE:
        raise Unsupported(f"jax has no {entry} here")
    pointwise = POINTWISE[entry.name]
    if reduction == "mean":
        return lambda prediction, target: pointwise(prediction, target).mean()
    divisor = {"sum": lambda _: 1, "batchmean": len}.get(reduction)
    if divisor is None:
        raise Unsupported(f"jax has no {entry} here")
    return lambda prediction, target: pointwise(prediction, target).sum() / divisor(prediction)


@dataclass(frozen=True)
class UpdateRule:
    """What an optimizer keeps beside the parameters, and its update.

    `begin(parameters)` gives what is kept; `update(parameters, gradients, kept, rate, step)`, with
    `step` counted from 1, gives the parameters and what is kept from then on.
    """

    begin: Callable[[Parameters], Tree]
    update: Callable[[Parameters, Parameters, Tree, Array, Array], tuple[Parameters, Tree]]


def update_rule(entry: Entry) -> UpdateRule:
    """SGD and Adam with torch's formulas."""
    if entry.name == "SGD":
        _known(entry, "momentum", "nesterov", "weight_decay")
        return _gradient_descent(**entry.arguments)
    if entry.name == "Adam":
        _known(entry, "betas", "eps", "weight_decay")
        return _adam(**entry.arguments)
    raise Unsupported(f"jax has no {entry} here")


def _gradient_descent(
    momentum: float = 0.0, nesterov: bool = False, weight_decay: float = 0.0
) -> UpdateRule:
    def update(
        parameters: Parameters, gradients: Parameters, kept: Tree, rate: Array, _: Array
    ) -> tuple[Parameters, Tree]:
        moves = _decayed(gradients, parameters, weight_decay)
        if momentum:
            kept = jax.tree.map(lambda v, g: momentum * v + g, kept, moves)
            moves = jax.tree.map(lambda g, v: g + momentum * v, moves, kept) if nesterov else kept
        return jax.tree.map(lambda w, d: w - rate * d, parameters, moves), kept

    return UpdateRule(_zeros if momentum else lambda _: None, update)


def _adam(
    betas: tuple[float, float] = (0.9, 0.999), eps: float = 1e-8, weight_decay: float = 0.0
) -> UpdateRule:
    first, second = betas

    def update(
        parameters: Parameters, gradients: Parameters, kept: Tree, rate: Array, step: Array
    ) -> tuple[Parameters, Tree]:
        gradients = _decayed(gradients, parameters, weight_decay)
        m = jax.tree.map(lambda m, g: m + (1 - first) * (g - m), kept[0], gradients)
        v = jax.tree.map(lambda v, g: second * v + (1 - second) * g * g, kept[1], gradients)
        size, root = rate / (1 - first**step), jnp.sqrt(1 - second**step)
        moved = jax.tree.map(
            lambda w, m, v: w - size * m / (jnp.sqrt(v) / root + eps), parameters, m, v
        )
        return moved, (m, v)

    return UpdateRule(lambda parameters: (_zeros(parameters), _zeros(parameters)), update)


def _decayed(gradients: Parameters, parameters: Parameters, weight_decay: float) -> Parameters:
    if not weight_decay:
        return gradients
    return jax.tree.map(lambda g, w: g + weight_decay * w, gradients, parameters)


def _zeros(parameters: Parameters) -> Parameters:
    return jax.tree.map(jnp.zeros_like, parameters)


def _known(entry: Entry, *names: str) -> None:
    arguments: Mapping[str, Any] = entry.arguments
    unknown = [name for name in arguments if name not in names]
    if unknown:
        raise Unsupported(f"jax knows no {unknown[0]}= of {entry.name} here")
