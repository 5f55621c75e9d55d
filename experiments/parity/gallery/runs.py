"""Bugs beyond the single step: in the recorded step, in stacked runs, and in the harness itself."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import torch

from experiments.backends.stacked import Stack
from experiments.parity.gallery.patches import Bug, around, attribute, fw
from experiments.specification import RunSpec, TrainingSpec
from experiments.training import initialisation, loop
from framework.optimizers.scalars import Scalars
from framework.training_step import Recording

MODELS, RUNS = "models/", "runs/"


def _never_arrives(right: Any, group: Sequence[RunSpec]) -> TrainingSpec:
    """Every run trains at the optimizer's default rate."""
    spec: TrainingSpec = right(group)
    return replace(spec, learning_rate=(1e-3,) * spec.runs)


def _first_of_group(right: Any, group: Sequence[RunSpec]) -> TrainingSpec:
    spec: TrainingSpec = right(group)
    return replace(spec, learning_rate=spec.learning_rate[:1] * spec.runs)


def _test_is_train(right: Any, group: Sequence[RunSpec]) -> Any:
    parts = right(group)
    return parts | {"test": parts["train"]}


def _once(right: Any, self: Any, values: Any) -> None:
    """Numbers that change from step to step are written at the first step only."""
    if not self._values:
        right(self, values)


def _after_update(right: Any, self: Any, x: Any, target: Any) -> Any:
    right(self, x, target)
    return self.loss(self.model(x), target)


def _rounded_by_place(right: Any, self: Any, x: Any) -> Any:
    """Every other run loses its last bit, as where the BLAS rounds by alignment."""
    value = right(self, x)
    value[1::2] = value[1::2] * (1 + torch.finfo(value.dtype).eps)
    return value


def _epoch(change: Any) -> Any:
    """Whoever trains an epoch is handed `change(x, target, order, batch_size)`."""
    return around(
        Stack,
        "train_epoch",
        lambda right, self, x, target, order, size: right(self, *change(x, target, order, size)),
    )


BUGS = (
    Bug("the learning rate never arrives", RUNS,
        around(loop, "training_spec", _never_arrives), "deschenaux-2021"),
    Bug("all runs of a group train at the first one's rate", RUNS,
        around(loop, "training_spec", _first_of_group)),
    Bug("every run starts from the first seed's parameters", RUNS,
        around(initialisation, "draw", lambda right, run: right(run.changed(seed=0)))),
    Bug("the test error is measured on the training data", RUNS,
        around(loop, "_stacked_parts", _test_is_train)),
    Bug("the schedule never arrives", RUNS,
        around(loop, "training_spec",
               lambda right, group: replace(right(group), schedule=None))),
    Bug("predictions are made in training mode", MODELS,
        attribute(fw.Module, "eval", lambda self: self)),
    Bug("the order of the points is ignored", MODELS,
        _epoch(lambda x, t, order, size: (x, t, order.sort(1).values, size))),
    Bug("targets are not permuted with their points", MODELS,
        _epoch(lambda x, t, order, size: (x, t.gather(1, order.argsort(1).view(
            *order.shape, *(1,) * (t.dim() - 2)).expand_as(t)), order, size))),
    Bug("the short last batch is dropped", MODELS,
        _epoch(lambda x, t, order, size: (x, t, order[:, : order.shape[1] // size * size], size))),
    Bug("a batch is one point longer than asked for", MODELS,
        _epoch(lambda x, t, order, size: (x, t, order, size + 1))),
    Bug("all runs are trained on the first run's points", MODELS,
        _epoch(lambda x, t, order, size: (x[:1].expand_as(x), t, order, size))),
    Bug("the given parameters are not loaded", MODELS,
        attribute(fw.Module, "load_state_dict", lambda self, state: None)),
    Bug("the loss is that after the update", MODELS,
        around(fw.TrainingStep, "__call__", _after_update)),
    Bug("a replayed step sees the recorded input", MODELS,
        around(Recording, "run", lambda right, self, x, target: right(self, self.x, target))),
    Bug("a replayed step keeps the first step's bias correction", MODELS,
        around(Scalars, "refresh", _once)),
    Bug("stacked runs share the gradient of one loss", MODELS,
        around(fw.Variable, "_seed", lambda right, self, g: right(self, g) / max(
            1, self.runs or 1))),
    Bug("stacked runs are handed back in the wrong order", MODELS,
        around(Stack, "state_dicts", lambda right, self: right(self)[::-1])),
    Bug("the rounding of a run depends on its place among the others", "companions/",
        around(Stack, "predict", _rounded_by_place)),
    Bug("a step goes on with a stale gradient", MODELS,
        around(Recording, "run", lambda right, self, x, target: None)),
    Bug("training on half precision inside", MODELS,
        around(fw.TrainingStep, "__call__", lambda right, self, x, target:
               right(self, x.to(torch.bfloat16).to(x.dtype), target))),
)  # fmt: skip
