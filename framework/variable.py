"""`Variable`, a tensor in a recorded graph, and `Function`, one line of the derivative table."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from heapq import heappop, heappush
from operator import attrgetter
from typing import Any, ClassVar

import torch
from torch import Tensor

from framework.state import state

_positions = itertools.count()


class Function:
    """A function of tensors: its value, and its vjp with respect to each input.

    A vjp is called as `vjp(grad_output, value, *inputs, **arguments)` and returns
    (grad_output)ᵀ ∂value/∂input, before broadcasting is undone. It is written with the functions of
    this same table, so that derivatives can themselves be recorded. `None` stands for an input that
    nothing flows back to. Entries work on trailing dimensions and never write into their inputs.

    Args:
        name: torch's name for the function.
        value: the function itself, of tensors or numbers.
        vjps: one per input; the last one serves all further inputs where `variadic` is set, and is
            then called with the input's position as keyword `position`.
        always_back: the vjps do more than give gradients, and are called for inputs that need none.
        elementwise_tail: torch computes the last elements of the *whole* tensor by another kernel,
            so that stacked runs must be computed run by run to stay independent of each other.
    """

    table: ClassVar[dict[str, Function]] = {}

    def __init__(
        self,
        name: str,
        value: Callable[..., Any],
        *vjps: Callable[..., Any] | None,
        variadic: bool = False,
        always_back: bool = False,
        elementwise_tail: bool = False,
    ) -> None:
        self.name = name
        self.value = value
        self.vjps = vjps
        self.variadic = variadic
        self.always_back = always_back
        self.elementwise_tail = elementwise_tail
        self.table[name] = self

    def __repr__(self) -> str:
        return f"Function({self.name})"

    def __call__(self, *inputs: Any, **arguments: Any) -> Any:
        """Compute the value; record it if an input is a `Variable` and recording is on."""
        values = []
        recorded = False
        for source in inputs:
            if isinstance(source, Variable):
                values.append(source._data)
                recorded = True
            else:
                values.append(source)
        if self.elementwise_tail and state.runs is not None:
            value = torch.stack([self.value(run, **arguments) for run in values[0]])
        else:
            value = self.value(*values, **arguments)
        if recorded and state.recording:
            return Variable._computed(value, self, inputs, values, arguments)
        return value

    def vjps_for(self, inputs: Sequence[Any]) -> Sequence[Callable[..., Any] | None]:
        """One vjp for each input."""
        if not self.variadic:
            return self.vjps
        *single, shared = self.vjps
        assert shared is not None
        return [*single, *(partial(shared, position=i) for i in range(len(single), len(inputs)))]


def undo_broadcasting(gradient: Any, shape: torch.Size) -> Any:
    """Sum a gradient over the dimensions along which an input of `shape` was repeated."""
    extra = len(gradient.shape) - len(shape)
    repeated = [
        d for d, n in enumerate(gradient.shape) if d < extra or (shape[d - extra] == 1 and n != 1)
    ]
    return gradient.sum(dim=repeated, keepdim=True).reshape(shape)


class Variable:
    """A tensor in a directed acyclic graph, recorded as it is computed with.

    Every operation on a variable gives a new variable that remembers the function and the inputs it
    came from. `backward` walks from there to the leaves, the variables nothing computed, and adds
    the gradient to each leaf's `grad`.

    Args:
        data: the value. Nothing is copied.
        name: shown in `repr` and in drawings.
        requires_grad: whether `backward` finds this leaf's gradient, which a network's input seldom
            needs.

    >>> x = Variable(torch.tensor([1.0, 2.0]))
    >>> (x * x).sum().backward()
    >>> x.grad
    tensor([2., 4.])
    """

    __slots__ = ("__weakref__", "_data", "_requires_grad", "_values", "arguments", "function",
                 "grad", "inputs", "name", "position", "runs")  # fmt: skip

    def __init__(self, data: Tensor, name: str | None = None, requires_grad: bool = True) -> None:
        if isinstance(data, Variable):
            data = data.data
        if not isinstance(data, Tensor):
            raise TypeError(f"Variable takes a tensor, and got {type(data).__name__}")
        self._data = data
        self.grad: Any = None
        self.name = name
        self.function: Function | None = None
        self.inputs: Sequence[Any] = ()
        self._values: Sequence[Any] = ()
        self._requires_grad = requires_grad
        self.arguments: dict[str, Any] = {}
        self.position = next(_positions)
        self.runs: int | None = None

    @classmethod
    def _computed(
        cls,
        value: Tensor,
        function: Function,
        inputs: Sequence[Any],
        values: Sequence[Any],
        arguments: dict[str, Any],
    ) -> Variable:
        self = Variable.__new__(Variable)
        self._data = value
        self.grad = None
        self.name = None
        self.function = function
        self.inputs = inputs
        self._values = values
        self._requires_grad = True
        self.arguments = arguments
        self.position = next(_positions)
        self.runs = state.runs
        return self

    @property
    def data(self) -> Tensor:
        """The tensor itself."""
        return self._data

    @data.setter
    def data(self, data: Tensor) -> None:
        self._data = data
        self._note_change()

    @property
    def requires_grad(self) -> bool:
        """Whether `backward` finds the gradient of this leaf; True of what was computed."""
        return self._requires_grad

    @requires_grad.setter
    def requires_grad(self, requires_grad: bool) -> None:
        self._requires_grad = requires_grad
        self._note_change()

    def _note_change(self) -> None:
        """Called when this is given other memory, or frozen or freed."""

    def backward(self, gradient: Any = None, create_graph: bool = False) -> None:
        """Add d(self)/d(leaf), weighted by `gradient`, to every leaf's `grad`.

        Args:
            gradient: of the shape of this variable. It may be left out only where the variable is a
                scalar (a loss of stacked runs: one scalar per run).
            create_graph: record the gradients as well, so that they can be differentiated again;
                leaves then hold Variables in `grad`.

        Raises:
            RuntimeError: no `gradient` for a variable that is not a scalar.
            ValueError: a `gradient` of another shape.
        """
        for leaf, grad in self._walk(self._seed(gradient), create_graph).items():
            leaf.grad = grad if leaf.grad is None else leaf.grad + grad

    def _seed(self, gradient: Any) -> Any:
        if gradient is None:
            if self._data.dim() != 0 and self._data.shape != (self.runs,):
                raise RuntimeError(
                    f"backward of a variable of shape {tuple(self._data.shape)} needs a gradient: "
                    "only a scalar has one by itself; pass backward(gradient) or reduce it first"
                )
            return torch.ones_like(self._data)
        if isinstance(gradient, (Tensor, Variable)) and gradient.shape == self._data.shape:
            return gradient
        came = tuple(gradient.shape) if hasattr(gradient, "shape") else gradient
        raise ValueError(
            f"backward takes a gradient of shape {tuple(self._data.shape)}, and got {came}"
        )

    def _walk(self, seed: Any, create_graph: bool) -> dict[Variable, Any]:
        """Go back through what this was computed from, newest first, to the leaves' gradients."""
        gradients: dict[Variable, Any] = {self: seed}
        waiting = [] if self.function is None else [(-self.position, self)]
        before = state.runs, state.recording, state.inside_module
        state.runs, state.recording, state.inside_module = self.runs, create_graph, False
        try:
            while waiting:
                newest = heappop(waiting)[1]
                newest._pass_on(gradients.pop(newest), gradients, waiting, create_graph)
        finally:
            state.runs, state.recording, state.inside_module = before
        return gradients

    def _pass_on(
        self,
        gradient: Any,
        gradients: dict[Variable, Any],
        waiting: list[tuple[int, Variable]],
        create_graph: bool,
    ) -> None:
        """Add to each input's gradient what it gets of this variable's.

        Inputs that were computed themselves join those `waiting` to pass on theirs.
        """
        function, inputs, arguments = self.function, self.inputs, self.arguments
        assert function is not None
        value, values = (self, inputs) if create_graph else (self._data, self._values)
        for source, vjp in zip(inputs, function.vjps_for(inputs), strict=False):
            if vjp is None or not isinstance(source, Variable):
                continue
            wanted = source._requires_grad
            if not (wanted or function.always_back):
                continue
            share = vjp(gradient, value, *values, **arguments)
            if share is None or not wanted:
                continue
            shape = source._data.shape
            if share.shape != shape:
                share = undo_broadcasting(share, shape)
            if source in gradients:
                share = gradients[source] + share
            elif source.function is not None:
                heappush(waiting, (-source.position, source))
            gradients[source] = share

    def history(self) -> list[Variable]:
        """This variable and all it was computed from, newest first (a topological order)."""
        found, waiting = {self}, [self]
        while waiting:
            for source in waiting.pop().inputs:
                if isinstance(source, Variable) and source not in found:
                    found.add(source)
                    waiting.append(source)
        return sorted(found, key=attrgetter("position"), reverse=True)

    def draw_graph(self) -> Any:
        """The recorded graph behind this variable, as a `Graph` that can be drawn."""
        from framework.graph import Graph

        return Graph.of(self)

    def detach(self) -> Variable:
        """A leaf with the same data: nothing flows back through it."""
        return Variable(self._data)

    def zero_grad(self) -> None:
        """Forget the gradient."""
        self.grad = None

    @property
    def shape(self) -> torch.Size:
        """The shape of the data."""
        return self._data.shape

    @property
    def dtype(self) -> torch.dtype:
        """The dtype of the data."""
        return self._data.dtype

    @property
    def device(self) -> torch.device:
        """The device the data is on."""
        return self._data.device

    @property
    def mT(self) -> Variable:
        """The last two dimensions exchanged."""
        return Function.table["transpose"](self, -2, -1)

    @property
    def T(self) -> Variable:
        """The transpose of a matrix."""
        return Function.table["t"](self)

    def size(self, dim: int | None = None) -> Any:
        """The shape of the data, or its length along one dimension."""
        return self._data.shape if dim is None else self._data.shape[dim]

    def dim(self) -> int:
        """The number of dimensions."""
        return self._data.dim()

    def numel(self) -> int:
        """The number of elements."""
        return self._data.numel()

    def item(self) -> float:
        """The one element, as a Python number."""
        return self._data.item()

    def __len__(self) -> int:
        return len(self._data)

    def __bool__(self) -> bool:
        return bool(self._data)

    def __float__(self) -> float:
        return float(self._data)

    def __repr__(self) -> str:
        name = f", name={self.name!r}" if self.name else ""
        function = f", function={self.function.name}" if self.function else ""
        return f"{type(self).__name__}({self._data}{name}{function})"

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):
            raise AttributeError(name)
        from framework.operators import function_named

        return partial(function_named(name), self)

    @classmethod
    def __torch_function__(
        cls,
        function: Callable[..., Any],
        types: Iterable[type],
        args: tuple[Any, ...] = (),
        kwargs: dict[str, Any] | None = None,
    ) -> Any:
        """Record `torch.exp(v)`, `tensor * v` and the like by the function's name."""
        from framework.operators import function_named

        return function_named(function.__name__)(*args, **(kwargs or {}))


class Parameter(Variable):
    """A leaf that a module learns, as torch.nn.Parameter.

    `runs` is the length of the leading run dimension where several runs are stacked, else None.
    """

    __slots__ = ()

    #: Counts how often any parameter was given other memory, or frozen or freed: recordings are
    #: checked when it moves.
    moves: ClassVar[int] = 0

    def _note_change(self) -> None:
        Parameter.moves += 1
