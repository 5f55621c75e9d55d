"""JAX, the fastest peer: one jitted call an epoch, a scan over its steps, vmap over the runs."""

import os
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import numpy as np
import torch
from torch import Tensor

os.environ.setdefault("XLA_FLAGS", "--xla_cpu_multi_thread_eigen=false")

import jax
import jax.numpy as jnp

from experiments.backends import Unsupported
from experiments.backends.jax_parts import Tree, UpdateRule, loss_function, network, update_rule
from experiments.specification import TrainingSpec


class JaxBackend:
    """Trains on the CPU in float32, at constant learning rates."""

    def start(self, training: TrainingSpec, parameters: list[dict[str, Tensor]]) -> "JaxSession":
        """Begin a training; nothing is compiled before the first epoch.

        Raises:
            Unsupported: another dtype or device, a schedule, or an entry without a counterpart.
        """
        if (training.dtype, training.device, training.schedule) != ("float32", "cpu", None):
            raise Unsupported("jax trains here in float32 on the CPU, without a schedule")
        return JaxSession(training, parameters)


class JaxSession:
    """One group in training; a single run is trained without a run dimension."""

    def __init__(self, training: TrainingSpec, parameters: list[dict[str, Tensor]]) -> None:
        self._one = len(parameters) == 1
        self._seen: dict[str, tuple[Tensor, int, Tree]] = {}
        forward, rule = network(training.layers), update_rule(training.optimizer)
        loss = loss_function(training.loss)

        def loss_of(parameters: Tree, x: Tree, target: Tree) -> Tree:
            return loss(forward(parameters, x), target)

        epoch = partial(_epoch, loss_of, rule)
        self._epoch = jax.jit(partial(self._mapped, epoch), static_argnums=0)
        self._predict = jax.jit(forward if self._one else jax.vmap(forward))
        together = {key: self._array([run[key] for run in parameters]) for key in parameters[0]}
        self._state = (together, rule.begin(together))
        self._rate = self._array([torch.tensor(rate) for rate in training.learning_rate])
        self._steps = 0

    def train_epoch(self, x: Tensor, target: Tensor, order: Tensor, batch_size: int) -> Tensor:
        """See `Session`. Points and targets handed over again are converted only once."""
        points, targets = self._converted("x", x), self._converted("target", target)
        self._state, losses = self._epoch(
            batch_size,
            self._state,
            points,
            targets,
            (order[0] if self._one else order).numpy(),  # copied by the call: the fastest way
            self._rate,
            np.float32(self._steps),
        )
        self._steps += losses.shape[-1]
        return self._tensor(losses)

    def predict(self, x: Tensor) -> Tensor:
        """See `Session`."""
        return self._tensor(self._predict(self._state[0], self._array(x)))

    def state_dicts(self) -> list[dict[str, Tensor]]:
        """See `Session`."""
        together = {key: self._tensor(value) for key, value in self._state[0].items()}
        runs = len(next(iter(together.values())))
        return [{key: value[run] for key, value in together.items()} for run in range(runs)]

    def _mapped(self, epoch: Any, batch_size: int, state: Tree, *arrays: Tree) -> Tree:
        alone = partial(epoch, batch_size)
        if self._one:
            return alone(state, *arrays)
        return jax.vmap(alone, in_axes=(0, 0, 0, 0, 0, None))(state, *arrays)

    def _array(self, runs: Tensor | Sequence[Tensor]) -> Tree:
        values = runs if isinstance(runs, Tensor) else torch.stack(list(runs))
        values = values.int() if values.dtype == torch.int64 else values
        return jnp.asarray((values[0] if self._one else values).numpy())

    def _tensor(self, values: Tree) -> Tensor:
        tensor = torch.from_numpy(np.array(values))
        return tensor.unsqueeze(0) if self._one else tensor

    def _converted(self, role: str, tensor: Tensor) -> Tree:
        held = self._seen.get(role)
        if held is None or held[0] is not tensor or held[1] != tensor._version:
            held = self._seen[role] = (tensor, tensor._version, self._array(tensor))
        return held[2]


def _epoch(
    loss: Callable[[Tree, Tree, Tree], Tree],
    rule: UpdateRule,
    batch_size: int,
    state: Tree,
    x: Tree,
    target: Tree,
    order: Tree,
    rate: Tree,
    done: Tree,
) -> tuple[Tree, Tree]:
    """One run's epoch: scan over the whole batches, then the short last one."""

    def step(carry: Tree, batch: Tree) -> tuple[Tree, Tree]:
        (parameters, kept), number = carry
        value, gradients = jax.value_and_grad(loss)(parameters, *batch)
        state = rule.update(parameters, gradients, kept, rate, number + 1)
        return (state, number + 1), value

    x, target = x[order], target[order]
    steps = len(order) // batch_size
    whole = steps * batch_size
    batches = [a[:whole].reshape(steps, batch_size, *a.shape[1:]) for a in (x, target)]
    carry, losses = jax.lax.scan(step, (state, done), tuple(batches))
    if whole < len(order):
        carry, last = step(carry, (x[whole:], target[whole:]))
        losses = jnp.append(losses, last)
    return carry[0], losses


jax_backend = JaxBackend()
