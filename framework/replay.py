"""`bind`: planned calls as functions without arguments, each by the fastest way to call it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import partial
from typing import Any

import torch
from torch import Tensor

from framework.number import Number
from framework.plan import EMPTY, FILLS, OPERATORS, Plan
from framework.recording import Call

#: Functions whose result may be a copy of their argument.
COPIES = frozenset(["clone", "contiguous", "to", "reshape", "flatten", "repeat", "expand"])
#: Functions in place whose number may as well be a tensor.
TAKES_TENSOR = frozenset(["add_", "sub_", "mul_", "div_", "lerp_"])


def bind(plan: Plan) -> list[Callable[[], Any]]:
    """The planned calls, each with its arguments and the place of its result.

    Every call is tried once, apart from those that change something outside the recording; what is
    computed straight into outside memory is put back.
    """
    before = [(outside, outside.clone()) for outside in plan.outside]
    bound = []
    for call in plan.calls:
        if call.name in EMPTY:
            continue
        args, kwargs = plan.place(call.args), {k: plan.place(v) for k, v in call.kwargs.items()}
        if call.target is not None:
            run = _writing(call, args, kwargs)
            if plan.geometry(call.target)[0] in plan.memory and not call.random:
                run()
        else:
            run = _computing(call, args, kwargs, plan.place(call.result))
        bound.append(run)
    for outside, value in before:
        outside.copy_(value)
    return bound


def _writing(call: Call, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Callable[[], Any]:
    method = getattr(args[0], call.name, None) if args else None
    if call.name in TAKES_TENSOR and args[0].is_floating_point():
        args = (args[0], *(_as_tensor(a, args[0]) for a in args[1:]))
    if "out" in kwargs or method is None:
        return partial(call.function, *args, **kwargs)
    if isinstance(kwargs.get("value"), Number):
        return _renewing(partial(method, *args[1:]), kwargs["value"])
    return partial(method, *args[1:], **kwargs)


def _renewing(call: Callable[..., Any], number: Number) -> Callable[[], Any]:
    """The call with the number as it is when it is made."""
    values, name = number.values, number.name

    def run() -> None:
        call(value=values[name])

    return run


def _computing(
    call: Call, args: tuple[Any, ...], kwargs: dict[str, Any], out: Tensor
) -> Callable[[], Any]:
    """The fastest way to call that works: in place, into the result's memory, or by copying."""
    copying = partial(_copy, call.function, args, kwargs, out)
    if call.random:
        return copying
    for run in _ways(call, args, kwargs, out):
        try:
            run()
        except (TypeError, RuntimeError, AttributeError):
            continue
        return run
    copying()
    return copying


def _copy(function: Any, args: tuple[Any, ...], kwargs: dict[str, Any], out: Tensor) -> None:
    out.copy_(function(*args, **kwargs))


def _ways(
    call: Call, args: tuple[Any, ...], kwargs: dict[str, Any], out: Tensor
) -> Iterable[Callable[[], Any]]:
    name = OPERATORS.get(call.name, call.name)
    if name in FILLS:
        yield out.zero_ if FILLS[name] == 0 else partial(out.fill_, FILLS[name])
        return
    if name in COPIES and args[0].numel() == out.numel() and out.is_contiguous():
        yield partial(out.view(args[0].shape).copy_, args[0])
        return
    if name in ("rsub", "rdiv"):
        name, args = {"rsub": "sub", "rdiv": "div"}[name], (args[1], args[0])
    if name in ("add", "sub", "mul", "div") and out.is_floating_point() and not kwargs:
        args = tuple(_as_tensor(a, out) for a in args)
    if name == "sum" and len(args) == 1 and not kwargs and args[0].is_contiguous():
        args = (args[0].view(-1), 0)
    if name == "matmul" and not kwargs and args[0].dim() == args[1].dim() in (2, 3):
        name = {2: "mm", 3: "bmm"}[out.dim()]
    if name in ("addmm", "baddbmm"):
        args = (args[0].expand(out.shape), *args[1:])
    if kwargs.get("value") == 1:
        kwargs = {k: v for k, v in kwargs.items() if k != "value"}
    if args and args[0] is out and hasattr(out, f"{name}_"):
        yield partial(getattr(out, f"{name}_"), *args[1:], **kwargs)
    if len(args) == 2 and args[1] is out and name in ("add", "mul"):
        yield partial(getattr(out, f"{name}_"), args[0], **kwargs)
    function = getattr(torch, name, None)
    if function is not None:
        yield partial(function, *args, **kwargs, out=out)


def _as_tensor(value: Any, out: Tensor) -> Any:
    """A number as a 0-d tensor, which is cheaper to pass and gives the same bits."""
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return torch.full((), value, dtype=out.dtype, device=out.device)
    return value
