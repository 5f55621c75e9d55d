"""`Recorder`, which watches the tensor calls of ordinary eager code and writes them down."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from torch import Tensor
from torch.overrides import TorchFunctionMode

from framework.state import state
from framework.variable import Variable

#: What may be asked of a tensor without looking at its elements.
METADATA = frozenset(
    (  # noqa: SIM905
        "shape size dim ndim ndimension numel nelement dtype device layout stride is_contiguous "
        "storage_offset data_ptr is_floating_point is_complex element_size itemsize "
        "requires_grad is_leaf is_sparse is_cuda is_cpu get_device is_inference untyped_storage "
        "__len__ __hash__ is_same_size result_type is_tensor _version names type __format__ "
        "__repr__"
    ).split()
)
#: Functions whose result's shape depends on elements.
SHAPED_BY_DATA = frozenset(
    (  # noqa: SIM905
        "nonzero masked_select unique unique_consecutive bincount histc argwhere repeat_interleave"
    ).split()
)
IN_PLACE = frozenset(
    [
        "__iadd__",
        "__isub__",
        "__imul__",
        "__idiv__",
        "__itruediv__",
        "__ifloordiv__",
        "__imod__",
        "__ipow__",
        "__iand__",
        "__ior__",
        "__ixor__",
        "__ilshift__",
        "__irshift__",
    ]
)
RANDOM = frozenset(
    (  # noqa: SIM905
        "rand randn randint randperm rand_like randn_like randint_like bernoulli multinomial "
        "normal poisson bernoulli_ uniform_ normal_ random_ exponential_ geometric_ log_normal_ "
        "cauchy_"
    ).split()
)


@dataclass(eq=False)
class Call:
    """One tensor call: its plain name, what it was called with, and the tensor it gave.

    `target` is the tensor it wrote into, if it did; `view` says that it only gave another view
    of an argument.
    """

    name: str
    function: Callable[..., Any]
    args: tuple[Any, ...]
    kwargs: dict[str, Any]
    result: Any
    target: Tensor | None = None
    view: bool = False

    @property
    def random(self) -> bool:
        """Whether the call draws random numbers."""
        return self.name in RANDOM

    def inputs(self) -> Iterator[Tensor]:
        """The tensors among the arguments."""
        yield from tensors_in(self.args)
        yield from tensors_in(list(self.kwargs.values()))


def tensors_in(value: Any) -> Iterator[Tensor]:
    """The tensors in nested lists and tuples."""
    if isinstance(value, Tensor):
        yield value
    elif isinstance(value, (list, tuple)):
        for element in value:
            yield from tensors_in(element)
    elif isinstance(value, slice):
        yield from tensors_in([value.start, value.stop, value.step])


def storage_of(tensor: Tensor) -> int:
    """A key that tensors share exactly where they share memory."""
    return tensor.untyped_storage().data_ptr() or -id(tensor)


class Recorder(TorchFunctionMode):
    """A context in which every tensor call is carried out as usual and written down.

    Attributes:
        calls: in order.
        obstacle: the first call that a replay could not repeat, because what follows depends on the
            elements of a tensor; None if there was none.
    """

    def __init__(self) -> None:
        super().__init__()
        self.calls: list[Call] = []
        self.obstacle: str | None = None

    def __torch_function__(
        self,
        function: Callable[..., Any],
        types: Any,
        args: tuple[Any, ...] = (),
        kwargs: dict[str, Any] | None = None,
    ) -> Any:
        kwargs = kwargs or {}
        if any(issubclass(t, Variable) for t in types):
            with self:
                return Variable.__torch_function__(function, types, args, kwargs)
        if kwargs.get("out", self) is None:
            del kwargs["out"]
        result = function(*args, **kwargs)
        if state.watched:
            self._write_down(_plain_name(function), function, args, kwargs, result)
        return result

    def _write_down(
        self, name: str, function: Any, args: tuple[Any, ...], kwargs: dict[str, Any], result: Any
    ) -> None:
        call = Call(name, function, args, kwargs, result)
        inputs = list(call.inputs())
        if _writes(name):
            call.target = args[0]
        elif "out" in kwargs:
            call.target = kwargs["out"]
        elif not list(tensors_in(result)):
            if inputs and name not in METADATA:
                self.obstacle = self.obstacle or name
            return
        elif name in SHAPED_BY_DATA or _masks(call):
            self.obstacle = self.obstacle or name
        else:
            shared = {storage_of(i) for i in inputs}
            call.view = all(storage_of(r) in shared for r in tensors_in(result))
            if not call.view and not isinstance(result, Tensor):
                self.obstacle = self.obstacle or name
        self.calls.append(call)


def _plain_name(function: Any) -> str:
    name = getattr(function, "__name__", type(function).__name__)
    if name == "__get__":
        return getattr(function.__self__, "__name__", "attribute")
    return name


def _writes(name: str) -> bool:
    if name.startswith("__"):
        return name == "__setitem__" or name in IN_PLACE
    return name.endswith("_")


def _masks(call: Call) -> bool:
    """Whether an index is a mask, so that the result's shape depends on its elements."""
    if call.name != "__getitem__":
        return call.name == "where" and len(call.args) == 1
    return any(not t.is_floating_point() and t.dtype.itemsize == 1 and t.dim() > 0
               for t in tensors_in(call.args[1:]))  # fmt: skip
