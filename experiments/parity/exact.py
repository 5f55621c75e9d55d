"""Numbers of 140 bits that remember where they came from: the truth about values and gradients.

An `Exact` is what a `Variable` is, for single numbers of mpmath and with nothing spared for
speed. NumPy arrays of them (dtype object) take NumPy's arithmetic, sums and products, and
`np.exp`, `np.tanh`, ... call the methods of the same name, so a formula is written as on paper.
"""

from collections.abc import Callable, Iterable
from itertools import count
from typing import Any

import numpy as np
import torch
from mpmath import MPContext
from torch import Tensor

from experiments.parity.measures import Truth

context = MPContext()
context.prec = 140
_created = count()


def _of_numbers(operation: Callable[[Any, Any], Any]) -> Callable[[Any, Any], Any]:
    """The operation on two `Exact`s; NumPy takes it over where the other is an array."""

    def apply(number: Any, other: Any) -> Any:
        return NotImplemented if isinstance(other, np.ndarray) else operation(number, exact(other))

    return apply


class Exact:
    """A number, and the derivatives of it with respect to the numbers it was made of."""

    __slots__ = ("gradient", "parents", "position", "value")

    def __init__(self, value: Any, *parents: "tuple[Exact, Any]") -> None:
        self.value = value
        self.parents = parents
        self.gradient: Any = context.zero
        self.position = next(_created)

    def __neg__(self) -> "Exact":
        return Exact(-self.value, (self, -1))

    @_of_numbers
    def __add__(self, other: Any) -> Any:
        return Exact(self.value + other.value, (self, 1), (other, 1))

    @_of_numbers
    def __mul__(self, other: Any) -> Any:
        return Exact(self.value * other.value, (self, other.value), (other, self.value))

    @_of_numbers
    def __truediv__(self, other: Any) -> Any:
        return self * other.power(-1)

    @_of_numbers
    def __rtruediv__(self, other: Any) -> Any:
        return other * self.power(-1)

    @_of_numbers
    def __sub__(self, other: Any) -> Any:
        return self + -other

    @_of_numbers
    def __rsub__(self, other: Any) -> Any:
        return other + -self

    def __pow__(self, exponent: Any) -> Any:
        return self.power(exponent)

    __radd__, __rmul__ = __add__, __mul__

    def __abs__(self) -> "Exact":
        return Exact(abs(self.value), (self, context.sign(self.value)))

    def __lt__(self, other: Any) -> bool:
        return bool(self.value < exact(other).value)

    def __le__(self, other: Any) -> bool:
        return bool(self.value <= exact(other).value)

    def __gt__(self, other: Any) -> bool:
        return bool(self.value > exact(other).value)

    def __ge__(self, other: Any) -> bool:
        return bool(self.value >= exact(other).value)

    def power(self, exponent: Any) -> "Exact":
        """self ** exponent, the exponent a plain number; the derivative at 0 ** 0.5 is infinite."""
        value = self.value**exponent
        slope = (
            exponent * self.value ** (exponent - 1) if self.value else context.mpf(exponent == 1)
        )
        return Exact(value, (self, slope))

    def sqrt(self) -> "Exact":
        """The square root."""
        return self.power(context.mpf(0.5))

    def exp(self) -> "Exact":
        """e to the power of self."""
        value = context.exp(self.value)
        return Exact(value, (self, value))

    def log(self) -> "Exact":
        """The natural logarithm; of zero, minus infinity."""
        if self.value == 0:
            return Exact(-context.inf, (self, context.inf))
        return Exact(context.log(self.value), (self, 1 / self.value))

    def tanh(self) -> "Exact":
        """The hyperbolic tangent."""
        value = context.tanh(self.value)
        return Exact(value, (self, context.sech(self.value) ** 2))

    def erf(self) -> "Exact":
        """The error function."""
        slope = 2 / context.sqrt(context.pi) * context.exp(-(self.value**2))
        return Exact(context.erf(self.value), (self, slope))

    def backward(self) -> None:
        """Add the derivative of self with respect to every number it came from."""
        self.gradient = context.one
        for number in sorted(_ancestors(self), key=lambda each: -each.position):
            for parent, slope in number.parents:
                parent.gradient += number.gradient * slope


def exact(value: Any) -> Exact:
    """An `Exact` of a plain number, or the one given."""
    if isinstance(value, Exact):
        return value
    return Exact(context.mpf(value.item() if isinstance(value, np.generic) else value))


def from_tensor(tensor: Tensor) -> np.ndarray:
    """An array of fresh `Exact`s with the values of a tensor."""
    flat = np.array([exact(value) for value in tensor.flatten().tolist()], dtype=object)
    return flat.reshape(tuple(tensor.shape))


def values(numbers: np.ndarray) -> np.ndarray:
    """The plain numbers of mpmath in an array of `Exact`s."""
    flat = np.array([number.value for number in numbers.flatten()], dtype=object)
    return flat.reshape(numbers.shape)


def truth(numbers: Any) -> Truth:
    """The values of an array of `Exact`s or of mpmath's numbers, in two float64 tensors."""
    array = np.asarray(numbers, dtype=object)
    values = [getattr(number, "value", number) for number in array.flatten()]
    high = [float(value) for value in values]
    low = [float(value - rounded) for value, rounded in zip(values, high, strict=True)]
    return Truth(
        *(
            torch.tensor(part, dtype=torch.float64).reshape(array.shape)
            for part in (high, [each if each == each else 0.0 for each in low])
        )
    )


def gradients(numbers: np.ndarray) -> np.ndarray:
    """What `backward` left in an array of `Exact`s."""
    flat = np.array([number.gradient for number in numbers.flatten()], dtype=object)
    return flat.reshape(numbers.shape)


def pull_back(value: Any, cotangent: Tensor) -> None:
    """Leave the gradients of the sum of value · cotangent in all that `value` came from."""
    exact(np.asarray(value * from_tensor(cotangent), dtype=object).sum()).backward()


def _ancestors(number: Exact) -> Iterable[Exact]:
    found, waiting = {id(number): number}, [number]
    while waiting:
        for parent, _ in waiting.pop().parents:
            if id(parent) not in found:
                found[id(parent)] = parent
                waiting.append(parent)
    return found.values()
