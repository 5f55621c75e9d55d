"""`TrainingStep`, one step of training recorded once and replayed."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from functools import partial
from typing import Any

import torch
from torch import Tensor

from framework.module import Module
from framework.optimizers.blocks import Block
from framework.optimizers.optimizer import Optimizer
from framework.plan import Plan
from framework.recording import Recorder
from framework.replay import bind
from framework.variable import Parameter, Variable


@dataclass
class Recording:
    """A step's calls in their own memory, with what they read and leave behind.

    `random` holds the state of the random numbers before the last step, of one that draws any.
    """

    calls: list[Callable[[], Any]]
    x: Tensor
    target: Tensor
    value: Tensor
    gradients: list[tuple[Parameter, Tensor | None]]
    active: list[tuple[dict[str, Any], Block]]
    statistics: list[tuple[Tensor, Tensor]]
    random: list[Tensor]

    def run(self, x: Tensor, target: Tensor) -> None:
        """One step on other data, in inference mode."""
        for buffer, before in self.statistics:
            before.copy_(buffer)
        self.x.copy_(x)
        self.target.copy_(target)
        for call in self.calls:
            call()

    def undo(self) -> None:
        """Put back what the forward of a step that failed has changed."""
        for buffer, before in self.statistics:
            buffer.copy_(before)
        for state in self.random:
            torch.set_rng_state(state)


class TrainingStep:
    """Zero gradients, forward, loss, backward and update, as one call.

    `step(x, target)` does what the eager lines do, to the same bit:

        optimizer.zero_grad()
        value = loss(model(Variable(x)), target)
        value.backward()
        optimizer.step()

    Those lines are what runs first, watched by a recorder; from then on their tensor calls are
    replayed into the memory of the recording. There is one recording for each combination of
    shapes, dtypes, training mode and kind of update. What `forward` decides from Python values is
    decided when recording. Where it decides from elements of tensors, the step stays eager.

    Args:
        model: called with x.
        loss: called with the prediction and the target.
        optimizer: of the model's parameters.

    Shapes: as the model and the loss take them. The value is the loss before the update, in a
    tensor of its own.
    """

    def __init__(self, model: Module, loss: Module, optimizer: Optimizer) -> None:
        self.model = model
        self.loss = loss
        self.optimizer = optimizer
        self._recordings: dict[Any, Recording | None] = {}
        self._seen: set[Any] = set()
        self._moves = -1
        self._placed: list[Tensor | bool] = []
        self._parameters: list[Parameter] = []
        self._modules: list[Module] = []
        self._without_autograd = torch.inference_mode()

    def __call__(self, x: Tensor, target: Tensor) -> Tensor:
        """Do one step; return the loss before the update."""
        key = self._key(x, target)
        recording = self._recordings.get(key)
        if recording is not None:
            if self._replay(recording, [(x, target)], [None]):
                return recording.value.clone()
            del self._recordings[key]
            return self._eager(x, target)
        if key in self._seen and key not in self._recordings:
            return self._record(key, x, target)
        self._seen.add(key)
        return self._eager(x, target)

    def epoch(self, x: Tensor, target: Tensor, batch_size: int) -> Tensor:
        """Step through the batches of x and target in order, the short last one included.

        The same as calling the step for each, with less between the steps.

        Shapes: x and target with n examples in their first dimension, or, stacked, their second.
        The losses before each update have shape (steps), or (runs, steps).

        Raises:
            ValueError: no examples, other targets than examples, or a batch size below 1.
        """
        dimension = 0 if self.model.runs is None else 1
        examples, targets = x.shape[dimension], target.shape[dimension]
        if examples != targets or examples < 1 or batch_size < 1:
            raise ValueError(
                "TrainingStep.epoch takes as many targets as examples, at least one, and a batch "
                f"size ≥ 1, and got {examples} examples, {targets} targets and "
                f"batch_size={batch_size}"
            )
        full, rest = divmod(examples, batch_size)
        sizes = [batch_size] * full + [rest] * (rest > 0)
        pieces = (x.split_with_sizes(sizes, dimension), target.split_with_sizes(sizes, dimension))
        batches = list(zip(*pieces, strict=True))
        values: list[Tensor] = []
        done = 0
        while done < len(batches):
            recording = self._recordings.get(self._key(*batches[done]))
            replayed = 0
            if recording is not None:
                alike = batches[done:full] or batches[full:]
                room = recording.value.new_empty(len(alike), *recording.value.shape)
                replayed = self._replay(recording, alike, room.unbind())
                values.append(room if replayed == len(alike) else room[:replayed])
            if not replayed:
                values.append(self(*batches[done]).unsqueeze(0))
            done += replayed or 1
        losses = values[0] if len(values) == 1 else torch.cat(values)
        return losses if losses.dim() == 1 else losses.movedim(0, -1).contiguous()

    def _key(self, x: Tensor, target: Tensor) -> Any:
        """Equal for two steps exactly where one recording serves both."""
        if self._moves != Parameter.moves:
            self._look_around()
        return (
            x.shape, x.dtype, x.device, target.shape, target.dtype, target.device,
            tuple([m.training for m in self._modules]), self.optimizer.phase(),
        )  # fmt: skip

    def _replay(
        self,
        recording: Recording,
        batches: list[tuple[Tensor, Tensor]],
        values: Sequence[Tensor | None],
    ) -> int:
        """Replay for each batch, write each value where there is room, and say how many it was.

        Stops before a step of another kind, and at one that cannot be done: the eager lines will
        say why.
        """
        optimizer = self.optimizer
        kinds = optimizer.kinds(recording.active)
        done = 0
        try:
            with self._without_autograd:
                for (x, target), value in zip(batches, values, strict=True):
                    if done and optimizer.kinds(recording.active) != kinds:
                        break
                    optimizer.advance(recording.active)
                    recording.run(x, target)
                    if value is not None:
                        value.copy_(recording.value)
                    done += 1
        except (RuntimeError, IndexError):
            optimizer.retreat(recording.active)
            recording.undo()
        for parameter, gradient in recording.gradients:
            parameter.grad = gradient
        return done

    def _eager(self, x: Tensor, target: Tensor, watched: Any = None) -> Tensor:
        """The four lines themselves; what `watched` sees is all but the step's Python numbers."""
        watched = watched or nullcontext()
        with watched:
            self.optimizer.zero_grad()
            value = self.loss(self.model(Variable(x, requires_grad=False)), target)
            value.backward()
        active = self.optimizer.active()
        self.optimizer.advance(active)
        with watched:
            self.optimizer.apply(active)
        return value.data

    def _record(self, key: Any, x: Tensor, target: Tensor) -> Tensor:
        x, target = x.clone(), target.clone()
        recorder = Recorder()
        self._look_around()
        moves = Parameter.moves
        updated = {id(p) for group in self.optimizer.param_groups for p in group["params"]}
        others = [(p, p.grad) for p in self._parameters if id(p) not in updated]
        try:
            for parameter, _ in others:
                parameter.grad = None
            value = self._eager(x, target, recorder)
            gradients = [(p, p.grad) for p in self._parameters]
        finally:
            for parameter, before in others:
                gradient, parameter.grad = parameter.grad, before
                _add_to_gradient(parameter, gradient)
        if moves != Parameter.moves:
            # The forward has read memory that the update has then given up.
            return value
        if recorder.obstacle is not None:
            self._recordings[key] = None
            return value
        result = value.clone()
        plan = Plan(recorder.calls, [value, *(g for _, g in gradients if g is not None)])
        calls = bind(plan)
        placed = [(p, None if g is None else plan.place(g)) for p, g in gradients]
        calls += [
            partial(_add_to_gradient, p, g)
            for p, g in placed
            if id(p) not in updated and g is not None
        ]
        random: list[Tensor] = []
        if any(call.random for call in plan.calls):
            calls.insert(0, partial(_note_random_state, random))
        self._recordings[key] = Recording(
            calls,
            x,
            target,
            plan.place(value),
            [(p, g) for p, g in placed if id(p) in updated],
            self.optimizer.active(),
            [(b, b.clone()) for b in self._buffers() if plan.writes(b)],
            random,
        )
        return result

    def _buffers(self) -> list[Tensor]:
        held = [getattr(m, name) for m in self._modules for name in m._buffer_names]
        return [buffer for buffer in held if buffer is not None]

    def _look_around(self) -> None:
        """Drop the recordings if a parameter has been given other memory, or frozen or freed."""
        modules = [m for m in (self.model, self.loss) if isinstance(m, Module)]
        parameters = [p for m in modules for p in m.parameters()]
        parameters += [p for group in self.optimizer.param_groups for p in group["params"]]
        self._parameters = list(dict.fromkeys(parameters))
        self._modules = [below for m in modules for below in m.modules()]
        placed = [held for p in self._parameters for held in (p.data, p.requires_grad)]
        unmoved = len(placed) == len(self._placed) and all(
            now is before for now, before in zip(placed, self._placed, strict=True)
        )
        if not unmoved:
            self._recordings.clear()
        self._placed = placed
        self._moves = Parameter.moves


def _note_random_state(noted: list[Tensor]) -> None:
    noted[:] = [torch.get_rng_state()]


def _add_to_gradient(parameter: Parameter, gradient: Any) -> None:
    """Add to what a parameter's `grad` holds; the tensor stays the caller's."""
    if gradient is not None:
        held = parameter.grad
        parameter.grad = gradient.clone() if held is None else held + gradient
