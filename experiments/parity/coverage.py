"""How much of PyTorch's own conformance database a backend covers, by name and number.

All in float64. A backend that has `evaluate` (see `experiments.backends.observing`) is asked every
input; another one what its sessions can be asked: modules of one input, losses of a batch of rows.
"""

import inspect
import warnings
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import torch
from torch import Tensor
from torch.nn.parameter import UninitializedParameter

from experiments.backends import Unsupported, resolve
from experiments.parity import inputs as patterns
from experiments.parity import referee
from experiments.parity.case import Case
from experiments.parity.cases_of_layers import IndexCase, LayerCase
from experiments.parity.cases_of_losses import LossCase
from experiments.parity.cases_of_optimizers import OptimizerCase
from experiments.parity.database import (
    CannotAsk,
    by_torch,
    first_line,
    inputs,
    modules,
    optimizers,
)
from experiments.parity.judge import PASSES, SILENT, Finding, judge
from experiments.specification import Entry

RELATIVE, ABSOLUTE = 1e-9, 1e-12
EPSILON = torch.finfo(torch.float64).eps


@dataclass(frozen=True)
class Covered:
    """One module or optimizer: inputs in the database, asked, and agreed; why not more."""

    kind: str
    name: str
    inputs: int
    asked: int
    agreed: int
    reason: str = ""

    @property
    def whole(self) -> bool:
        """Whether every input agreed."""
        return self.agreed == self.inputs


class Disagrees(Exception):  # noqa: N818
    """A result is not torch.nn's."""


def module(backend: str, name: str) -> Covered:
    """How many inputs of a module a backend agrees on."""
    found = resolve(backend)
    given = inputs(name)
    ask = _evaluate if hasattr(found, "evaluate") else _through_session
    return _count("module", name, len(given), (partial(ask, found, name, one) for one in given))


def optimizer(backend: str, name: str) -> Covered:
    """How many settings of an optimizer a backend agrees on."""
    found = resolve(backend)
    settings = optimizers()[name].optim_inputs_func("cpu")
    asks = (partial(_ask_optimizer, found, name, one.kwargs) for one in settings)
    return _count("optimizer", name, len(settings), asks)


def _count(kind: str, name: str, inputs: int, asks: Iterator[Any]) -> Covered:
    asked = agreed = 0
    reasons: Counter[str] = Counter()
    for ask in asks:
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                ask()
            asked, agreed = asked + 1, agreed + 1
        except (Unsupported, CannotAsk) as reason:
            reasons[str(reason)] += 1
        except Exception as error:
            asked += 1
            reasons[first_line(error)] += 1
    most = reasons.most_common(1)
    return Covered(kind, name, inputs, asked, agreed, most[0][0] if most else "")


def _evaluate(backend: Any, name: str, given: Any) -> None:
    """Value, gradients and state of a module in training mode, whatever its inputs."""
    constructor = given.constructor_input
    theirs = modules()[name].module_cls(*constructor.args, **constructor.kwargs).double().train()
    if any(isinstance(each, UninitializedParameter) for each in theirs.parameters()):
        raise CannotAsk("its parameters have no shape before it is called")
    state = {key: value.clone() for key, value in theirs.state_dict().items()}
    called = [*given.forward_input.args, *given.forward_input.kwargs.values()]
    try:
        cotangents, wanted = by_torch(theirs, called)
    except Exception as error:
        raise CannotAsk(f"torch.nn itself raises: {first_line(error)}") from error
    with torch.random.fork_rng(devices=[]):
        shown = backend.evaluate(
            name, constructor.args, constructor.kwargs, state, called, cotangents
        )
    for mine, expected in zip(shown, wanted, strict=True):
        _agree(mine, expected)


def _through_session(backend: Any, name: str, given: Any) -> None:
    """One input through a session: as a layer, or as a loss."""
    called = [*given.forward_input.args, *given.forward_input.kwargs.values()]
    entry = _entry(modules()[name].module_cls, name, given.constructor_input)
    tensors = [each.detach() for each in called if isinstance(each, Tensor)]
    if len(tensors) != len(called):
        raise CannotAsk("an input is no tensor")
    if name.endswith("Loss") and len(tensors) == 2 and tensors[0].dim() == 2:
        case: Case = _loss_case(entry, *tensors)
    elif len(tensors) == 1 and tensors[0].dim() >= 2 and not name.endswith("Loss"):
        case = _layer_case(entry, tensors[0])
    else:
        raise CannotAsk("sessions take one batch, and for a loss a batch of rows and its target")
    _settle(case, backend)


def _ask_optimizer(backend: Any, name: str, keywords: dict[str, Any]) -> None:
    _settle(_optimizer_case(name, keywords), backend)


def _settle(case: Case, backend: Any) -> None:
    """Raise unless the backend passes the case; Unsupported where it shows nothing of it."""
    try:
        assert case.expected
    except Exception as error:
        raise CannotAsk(f"needs more than a session asks torch.nn: {first_line(error)}") from error
    found = judge(case, backend, with_truth=False)
    for finding in found:
        close = finding.measure is not None and finding.measure.scaled < RELATIVE / EPSILON
        if finding.verdict not in PASSES | SILENT and not close:
            raise Disagrees(f"{finding.observation}: {finding.verdict} {finding.reason}".strip())
    if not any(each.verdict in PASSES and _of_value(each) for each in found):
        raise Unsupported(found[0].reason or "not observable")


def _of_value(finding: Finding) -> bool:
    return not finding.observation.endswith("afterwards")


def _entry(cls: Any, name: str, constructor: Any) -> Entry:
    """The module's arguments by name, as a specification has them."""
    try:
        bound = inspect.signature(cls.__init__).bind(None, *constructor.args, **constructor.kwargs)
        arguments = {k: _plain(v) for k, v in list(bound.arguments.items())[1:]}
        arguments |= {k: _plain(v) for k, v in arguments.pop("kwargs", {}).items()}
        return Entry(name, arguments)
    except (TypeError, ValueError) as error:
        raise CannotAsk("an argument is no plain value") from error


def _plain(value: Any) -> Any:
    return tuple(value.tolist()) if isinstance(value, Tensor) else value


def _layer_case(entry: Entry, x: Tensor) -> LayerCase:
    """A case on this very input, at random parameters."""
    kind = LayerCase if x.is_floating_point() else IndexCase
    case = kind("given", "float64", layers=(entry,))
    try:
        state = case.draw_state(patterns.generator(str(entry)))
        with torch.no_grad():
            shape = referee.model((entry,), dict(state), torch.float64)(x).shape
    except Exception as error:
        raise CannotAsk(f"needs more than a session asks torch.nn: {first_line(error)}") from error
    g, h = (torch.randn(shape, dtype=torch.float64) for _ in range(2))
    named = {f"state.{name}": value for name, value in state.items()}
    return replace(case, given={"x": x, "other": x, "g": g, "h": h, **named})


def _loss_case(entry: Entry, prediction: Tensor, target: Tensor) -> LossCase:
    g = torch.randn_like(referee.loss(entry, prediction, target))
    return LossCase("given", "float64", loss=entry, targets="given", outputs=prediction.shape[1],
                    given={"prediction": prediction, "target": target, "g": g})  # fmt: skip


def _optimizer_case(name: str, keywords: dict[str, Any]) -> OptimizerCase:
    defaults = inspect.signature(optimizers()[name].optim_cls).parameters
    options = {key: value for key, value in keywords.items() if key != "lr"}
    rate = keywords.get("lr", defaults["lr"].default)
    try:
        entry = Entry(name, {key: _plain(value) for key, value in options.items()})
    except ValueError as error:
        raise CannotAsk("an argument is no plain value") from error
    return OptimizerCase("ordinary", "float64", optimizer=entry, learning_rate=float(rate))


def _agree(mine: Any, expected: Any) -> None:
    """Compare tensors, in lists or dictionaries."""
    if isinstance(expected, Tensor):
        if not isinstance(mine, Tensor) or mine.shape != expected.shape:
            raise Disagrees(f"expected a tensor of shape {tuple(expected.shape)}")
        close = torch.isclose(
            mine.double(), expected.double(), RELATIVE, ABSOLUTE, equal_nan=True
        ).all()
        if not close:
            worst = float((mine.double() - expected.double()).abs().max())
            raise Disagrees(f"differs from torch.nn by up to {worst:.2g}")
    elif isinstance(expected, dict):
        if list(mine) != list(expected):
            raise Disagrees(f"expected the names {', '.join(expected)}")
        _agree(list(mine.values()), list(expected.values()))
    else:
        for one, other in zip(mine, expected, strict=True):
            _agree(one, other)
