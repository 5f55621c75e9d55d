"""Cases of small programs: what a recorded graph must get right beyond the layers."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, ClassVar

import torch
from torch import Tensor

from experiments.parity import inputs
from experiments.parity.case import Case, Observations


@dataclass(frozen=True)
class ProgramCase(Case):
    """A function of arrays, written with operators that every framework has.

    Its first argument is a namespace with `exp`, `log`, `tanh`, `maximum` and the like. A backend
    shows it by `differentiate(function, inputs, grad_output)`.
    """

    kind: ClassVar[str] = "programs"
    program: str

    @property
    def what(self) -> str:
        """The program's name in `PROGRAMS`."""
        return self.program

    def draw(self) -> dict[str, Tensor]:
        """The inputs, of the shapes the program is listed with, and a cotangent."""
        source = inputs.generator(self.name)
        function, *shapes = PROGRAMS[self.program]
        drawn = {
            f"input {place}": inputs.positive(shape, self.number, source) + 0.5
            for place, shape in enumerate(shapes)
        }
        value = function(torch, *drawn.values())
        return drawn | {"g": inputs.normal(tuple(value.shape), self.number, source)}

    def observe(self, backend: Any) -> Observations:
        """Value and gradients, if the backend can differentiate a function."""
        if not hasattr(backend, "differentiate"):
            return {}
        given, g = self._inputs(), self.take("g")
        value, gradients = backend.differentiate(PROGRAMS[self.program][0], given, g)
        return self._named(value, gradients) | {
            f"input {place} afterwards": tensor for place, tensor in enumerate(given)
        }

    def referee(self, dtype: torch.dtype) -> Observations:
        """The same by torch.autograd."""
        leaves = [tensor.requires_grad_() for tensor in self._inputs(dtype)]
        value = PROGRAMS[self.program][0](torch, *leaves)
        found = torch.autograd.grad(value, leaves, self.take("g", dtype), allow_unused=True)
        filled = [
            torch.zeros_like(leaf) if gradient is None else gradient
            for leaf, gradient in zip(leaves, found, strict=True)
        ]
        return self._named(value.detach(), filled) | {
            f"input {place} afterwards": leaf.detach() for place, leaf in enumerate(leaves)
        }

    def _inputs(self, dtype: torch.dtype | None = None) -> list[Tensor]:
        return [self.take(name, dtype) for name in self.tensors if name.startswith("input")]

    def _named(self, value: Any, gradients: Any) -> Observations:
        named = {f"gradient of input {place}": each for place, each in enumerate(gradients)}
        return {"value": value, **named}


def _chain(_: Any, a: Any) -> Any:
    for _step in range(300):
        a = a * 0.5 + 0.25
    return a


def _doublings(_: Any, a: Any) -> Any:
    for _step in range(30):
        a = (a + a) * 0.5
    return a


def _shared_features(m: Any, w: Any, x: Any, y: Any) -> Any:
    """One feature extractor used on two inputs."""
    return (m.tanh(x @ w * 0.125) * m.tanh(y @ w * 0.125)).sum()


def _recurrent(m: Any, w: Any, x: Any) -> Any:
    """The same weight at each of four steps."""
    for _step in range(4):
        x = m.tanh(x @ w * 0.125)
    return x


Program = Callable[..., Any]
PROGRAMS: dict[str, tuple[Program, *tuple[tuple[int, ...], ...]]] = {
    "a shared node, a * a + a": (lambda _, a: a * a + a, (3, 4)),
    "a diamond": (lambda m, a: m.exp(a) * a + m.exp(a) / a, (3, 4)),
    "a variable minus itself": (lambda _, a: (a - a * 0.5) * (a - 1), (3, 4)),
    "a row added to a matrix": (lambda _, a, b: a + b * a, (3, 4), (4,)),
    "a column times a row": (lambda _, a, b: a * b, (3, 1), (1, 4)),
    "a column divided by a matrix": (lambda _, a, b: a / b, (3, 1), (3, 4)),
    "a scalar minus a matrix": (lambda _, a, b: a - b, (), (3, 4)),
    "a row divided by a column": (lambda _, a, b: a / b, (4,), (3, 1)),
    "numbers on the left": (lambda _, a: 2 - 3 * a + 1 / a, (3, 4)),
    "numbers on the right": (lambda _, a: (a - 2) * 3 / 4 + 1, (3, 4)),
    "a negated variable": (lambda _, a: -a * a, (3, 4)),
    "a cube": (lambda _, a: a**3, (3, 4)),
    "a power of 1.5": (lambda _, a: a**1.5, (3, 4)),
    "a power of -2": (lambda _, a: a**-2, (3, 4)),
    "a root": (lambda m, a: m.sqrt(a * a + 1), (3, 4)),
    "a logarithm": (lambda m, a: m.log(a) * a, (3, 4)),
    "a hyperbolic tangent": (lambda m, a: m.tanh(a) * m.tanh(a), (3, 4)),
    "an exponential of an exponential": (lambda m, a: m.exp(-m.exp(a)), (3, 4)),
    "sines and cosines": (lambda m, a: m.sin(a) * m.cos(2 * a) + m.tan(a / 2), (3, 4)),
    "hyperbolic sines and cosines": (lambda m, a: m.sinh(a) - m.cosh(a) * a, (3, 4)),
    "exponential less one, logarithm of one more": (lambda m, a: m.expm1(a) * m.log1p(a), (3, 4)),
    "a variable to the power of another": (lambda _, a, b: a**b, (3, 4), (3, 4)),
    "the larger and the smaller": (
        lambda m, a, b: m.maximum(a, b) * m.minimum(a, b) + m.maximum(a, a),
        (3, 4),
        (4,),
    ),
    "rows and parts of rows": (lambda _, a: a[0] * a[1:] + a[1], (3, 4)),
    "an element picked twice": (lambda _, a: a[1, 2] * a[1, 2] + a[0, 0], (3, 4)),
    "a product of matrices": (lambda _, a, b: a @ b, (3, 4), (4, 2)),
    "a matrix times a vector": (lambda _, a, b: a @ b, (3, 4), (4,)),
    "a vector times a matrix": (lambda _, a, b: a @ b, (3,), (3, 4)),
    "a matrix times its transpose": (lambda _, a: a @ a.T, (3, 4)),
    "products of batches": (lambda _, a, b: a @ b, (2, 3, 4), (2, 4, 5)),
    "a batch times one matrix": (lambda _, a, b: a @ b, (2, 3, 4), (4, 5)),
    "a sum over rows": (lambda _, a: a.sum(0) * a, (3, 4)),
    "a mean over columns": (lambda _, a: a.mean(1) * a.mean(1), (3, 4)),
    "a mean of everything": (lambda _, a: (a * a).mean(), (3, 4)),
    "a reshaped matrix": (lambda _, a: a.reshape(2, 6) @ a.reshape(6, 2), (3, 4)),
    "an input that is not used": (lambda _, a, b: a * 2, (3, 4), (2,)),
    "the expression of carlier-2018": (lambda m, x: ((x.T - m.exp(x)) ** 2).sum(), (3, 3)),
    "one feature extractor on two inputs": (_shared_features, (4, 3), (5, 4), (5, 4)),
    "one weight at four steps": (_recurrent, (4, 4), (3, 4)),
    "300 nodes in a chain": (_chain, (2,)),
    "30 doublings": (_doublings, (2,)),
}
