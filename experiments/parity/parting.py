"""The operation at which one training step of a backend departs from torch.nn's.

The pieces of the step are compared in the order they are computed, each from torch.nn's own
intermediate values, so that the first one that differs is the cause and not a consequence.
"""

from typing import Any

import torch
from torch import Tensor

from experiments.parity import referee
from experiments.parity.case import Case
from experiments.parity.cases_of_layers import LayerCase
from experiments.parity.cases_of_losses import LossCase
from experiments.parity.judge import EXACT, SILENT, judge
from experiments.specification import Entry, RunSpec


def operation(
    backend: Any, spec: RunSpec, state: dict[str, Tensor], x: Tensor, target: Tensor
) -> str:
    """Which piece of one step from `state` on the batch (x, target) differs first."""
    inputs, cotangents, prediction, slope = _pieces(spec, state, x, target)
    forward = [
        _layer(spec, place, state, inputs[place], cotangents[place])
        for place in range(len(spec.layers))
    ]
    for case, layer in zip(forward, spec.layers, strict=True):
        if found := _differs(case, backend, ("value",)):
            return f"forward of {layer}: {found}"
    loss = LossCase("given", spec.dtype, loss=spec.loss, targets="indices",
                    outputs=prediction.shape[1],
                    given={"prediction": prediction, "target": target, "g": slope})  # fmt: skip
    for piece in ("loss", "gradient", "update"):
        if found := _differs(loss, backend, (piece,)):
            return f"{'value' if piece == 'loss' else 'gradient'} of {spec.loss}: {found}"
    for case, layer in zip(reversed(forward), reversed(spec.layers), strict=True):
        if found := _differs(case, backend, ("gradient of",)):
            return f"backward of {layer}: {found}"
    return f"update of {spec.optimizer}"


def _pieces(
    spec: RunSpec, state: dict[str, Tensor], x: Tensor, target: Tensor
) -> tuple[list[Tensor], list[Tensor], Tensor, Tensor]:
    """Every layer's input and cotangent, the prediction, and one as the loss's cotangent."""
    model = referee.model(spec.layers, state, x.dtype)
    values = [x.clone().requires_grad_()]
    for layer in model:
        values.append(layer(values[-1]))
        values[-1].retain_grad()
    value = referee.loss(spec.loss, values[-1], target)
    value.backward()
    cotangents = [referee.gradient(each) for each in values[1:]]
    return (
        [each.detach() for each in values],
        cotangents,
        values[-1].detach(),
        torch.ones_like(value),
    )


def _layer(
    spec: RunSpec, place: int, state: dict[str, Tensor], x: Tensor, cotangent: Tensor
) -> Case:
    start = f"{place}."
    own = {
        f"state.0.{name.removeprefix(start)}": value
        for name, value in state.items()
        if name.startswith(start)
    }
    layer: Entry = spec.layers[place]
    given = {"x": x, "other": x, "g": cotangent, "h": cotangent, **own}
    return LayerCase("given", spec.dtype, layers=(layer,), features=tuple(x.shape[1:]), given=given)


def _differs(case: Case, backend: Any, pieces: tuple[str, ...]) -> str:
    """The first observation of these pieces that is not exact, with its distance."""
    for finding in judge(case, backend, with_truth=False):
        if not finding.observation.startswith(pieces) or finding.verdict in {EXACT, *SILENT}:
            continue
        found = finding.measure
        distance = f"{found.max_ulp:g} ULP" if found else finding.verdict
        return f"{finding.observation}, {distance}"
    return ""
