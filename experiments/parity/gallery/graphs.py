"""Bugs in the recorded graph: what is counted how often, in what order, in what shape."""

from typing import Any

import torch

import framework.variable
from experiments.parity.gallery.patches import Bug, around, attribute, fw, vjp
from framework.state import using

PROGRAMS = "programs/"


class Forgetful(dict[Any, Any]):
    """Gradients on their way, of which the last to arrive replaces the others."""

    def __getitem__(self, key: Any) -> Any:
        """Claim that nothing has arrived yet."""
        return 0.0


class Doubling(dict[Any, Any]):
    """Gradients on their way, counted once more whenever there is more than one."""

    def __setitem__(self, key: Any, total: Any) -> None:
        more = total - self[key] if key in self else 0.0
        super().__setitem__(key, total + more)


def _through(kind: Any) -> Any:
    """`_pass_on` with another dictionary between."""

    def pass_on(right: Any, self: Any, gradient: Any, gradients: Any, *more: Any) -> None:
        between = kind(gradients)
        right(self, gradient, between, *more)
        gradients.update(between)

    return pass_on


def _overwriting(right: Any, self: Any, *arguments: Any, **named: Any) -> None:
    for variable in self.history():
        variable.grad = None
    right(self, *arguments, **named)


def _oldest_first(right: Any, self: Any, seed: Any, create_graph: bool) -> dict[Any, Any]:
    gradients = {self: seed}
    with using(runs=self.runs, recording=create_graph, inside_module=False):
        for variable in [self, *reversed(self.history()[1:])]:
            if variable.function is not None and variable in gradients:
                variable._pass_on(gradients.pop(variable), gradients, [], create_graph)
    return gradients


def _averaged(right: Any, gradient: Any, shape: Any) -> Any:
    return right(gradient, shape) * (shape.numel() / gradient.numel())


def _of_everything(g: Any, y: Any, x: Any, dim: Any = None, keepdim: bool = False) -> Any:
    """A reduction's gradient without the division by the number of elements."""
    for d in [] if dim is None else [dim]:
        g = g if keepdim else g.unsqueeze(d)
    return g.expand(x.shape)


BUGS = (
    Bug("a gradient is overwritten instead of accumulated", "layers/Linear",
        around(fw.Variable, "backward", _overwriting), "wang-2021"),
    Bug("a shared node keeps the last gradient only", PROGRAMS,
        around(fw.Variable, "_pass_on", _through(Forgetful))),
    Bug("a shared node is counted twice", PROGRAMS,
        around(fw.Variable, "_pass_on", _through(Doubling))),
    Bug("nodes are visited oldest first", PROGRAMS,
        around(fw.Variable, "_walk", _oldest_first)),
    Bug("broadcasting is not undone", PROGRAMS,
        attribute(framework.variable, "undo_broadcasting", lambda gradient, shape: gradient)),
    Bug("broadcasting is undone by a mean", PROGRAMS,
        around(framework.variable, "undo_broadcasting", _averaged)),
    Bug("the seed of a backward pass is ignored", PROGRAMS,
        around(fw.Variable, "_seed", lambda right, self, g: torch.ones_like(right(self, g)))),
    Bug("power: n x g, right for squares only", PROGRAMS,
        vjp("pow", lambda g, y, x, n: g * n * x), "carlier-2018"),
    Bug("division: the denominator's gradient has the wrong sign", PROGRAMS,
        vjp("div", lambda g, y, a, b: g * a / (b * b), 1)),
    Bug("division: the denominator is not squared", PROGRAMS,
        vjp("div", lambda g, y, a, b: -g * a / b, 1)),
    Bug("subtraction: the second gradient has the wrong sign", PROGRAMS,
        vjp("sub", lambda g, *_: g, 1)),
    Bug("multiplication: the wrong factor", PROGRAMS, vjp("mul", lambda g, y, a, b: g * a)),
    Bug("a number on the left is subtracted the other way round", PROGRAMS,
        attribute(fw.Variable, "__rsub__", lambda self, other: self - other)),
    Bug("exponential: the derivative is that of the argument", PROGRAMS,
        vjp("exp", lambda g, y, x: g * x)),
    Bug("square root: the factor 2 is missing", PROGRAMS, vjp("sqrt", lambda g, y, x: g / y)),
    Bug("logarithm: the derivative is the value", PROGRAMS, vjp("log", lambda g, y, x: g * y)),
    Bug("matrix product: the second gradient lacks a transposition", PROGRAMS,
        vjp("matmul", lambda g, y, a, b: a @ g, 1)),
    Bug("matrix product: the gradients are exchanged", PROGRAMS,
        vjp("matmul", lambda g, y, a, b: a.mT @ g)),
    Bug("mean: 1/n is missing in the gradient", PROGRAMS, vjp("mean", _of_everything)),
    Bug("transpose: the gradient is not transposed back", PROGRAMS, vjp("t", lambda g, *_: g)),
    Bug("reshape: rows and columns are exchanged on the way back", PROGRAMS,
        vjp("reshape", lambda g, y, x, *s: g.mT.reshape(x.shape))),
)  # fmt: skip
