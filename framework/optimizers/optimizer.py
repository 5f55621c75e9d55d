"""`Optimizer`: parameters laid out flat in memory, and updated by one rule."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, ClassVar

import torch
from torch import Tensor

from framework.variable import Parameter

#: Elements that are updated together: several tensors of this size stay in a core's cache.
CHUNK = 32_768

Rate = float | Tensor


class Scalars:
    """Numbers that change from step to step, as tensors whose memory stays.

    A rule names them in `scalars` and reads them here as attributes: 0-d tensors of the parameters'
    dtype, or, where each stacked run has its own, (runs, 1). So a recorded update stays valid while
    they change.
    """

    def __init__(self, dtype: torch.dtype, device: torch.device) -> None:
        self._dtype = dtype
        self._device = device
        self._values: dict[str, Any] = {}
        self._tensors: dict[str, Tensor] = {}

    def refresh(self, values: Mapping[str, Rate]) -> None:
        """Write new values into the tensors."""
        for name, value in values.items():
            tensor = self._tensors.get(name)
            if isinstance(value, Tensor):
                column = value.reshape(-1, 1) if value.dim() else value
                if tensor is None or tensor.shape != column.shape:
                    self._tensors[name] = column.to(self._device, self._dtype, copy=True)
                else:
                    tensor.copy_(column)
            elif tensor is None or tensor.dim():
                self._tensors[name] = torch.full((), value, dtype=self._dtype, device=self._device)
            elif self._values.get(name) != value:
                tensor.fill_(value)
            self._values[name] = value

    def __getattr__(self, name: str) -> Tensor:
        try:
            return self._tensors[name]
        except KeyError:
            raise AttributeError(f"this optimizer has no scalar {name!r}") from None


class Block:
    """Parameters that are updated together, side by side in one flat buffer.

    Shape (elements) or, for stacked runs, (runs, elements). The parameters' data are views into it.

    Attributes:
        parameters: the members, in order.
        state: the rule's tensors by name, of the buffer's shape.
        step: updates done.
    """

    def __init__(self, parameters: list[Parameter]) -> None:
        self.parameters = parameters
        self.state: dict[str, Any] = {}
        self.step = 0
        first = parameters[0]
        self.scalars = Scalars(first.dtype, first.device)
        self.place()

    def place(self) -> None:
        """Move the members' data into one buffer, and let them hold views of it."""
        first = self.parameters[0]
        leading = () if first.runs is None else (first.runs,)
        self.sizes = [p.data[0].numel() if leading else p.numel() for p in self.parameters]
        if len(self.parameters) == 1 and first.data.is_contiguous():
            self.buffer = first.data.view(*leading, -1)
        else:
            self.buffer = torch.cat([p.data.reshape(*leading, -1) for p in self.parameters], -1)
            pieces = self.buffer.split(self.sizes, -1)
            for parameter, piece in zip(self.parameters, pieces, strict=True):
                parameter.data = piece.view(parameter.shape)
        self.views = [p.data for p in self.parameters]

    def is_placed(self) -> bool:
        """Whether the members still hold the views they were given."""
        return all(p._data is v for p, v in zip(self.parameters, self.views, strict=True))

    def gradient(self) -> Tensor:
        """The members' gradients in the layout of the buffer."""
        grads = [p.grad.data if isinstance(p.grad, Parameter.__base__) else p.grad
                 for p in self.parameters]  # fmt: skip
        leading = self.buffer.shape[:-1]
        if len(grads) == 1:
            return grads[0].reshape(*leading, -1)
        return torch.cat([g.reshape(*leading, -1) for g in grads], -1)

    def split(self, members: list[bool]) -> list[Block]:
        """Cut into blocks of neighbours that are all among `members`, or all not."""
        blocks: list[Block] = []
        start = offset = 0
        for end in range(1, len(members) + 1):
            if end < len(members) and members[end] == members[start]:
                continue
            block = Block(self.parameters[start:end])
            size = sum(self.sizes[start:end])
            block.step = self.step
            block.state = {
                name: self._part(tensor, offset, size) for name, tensor in self.state.items()
            }
            blocks.append(block)
            start, offset = end, offset + size
        return blocks

    def _part(self, tensor: Any, offset: int, size: int) -> Any:
        if isinstance(tensor, Tensor) and tensor.shape == self.buffer.shape:
            return tensor.narrow(-1, offset, size).clone()
        return tensor.clone() if isinstance(tensor, Tensor) else tensor


def _blocks(parameters: list[Parameter]) -> list[Block]:
    """Neighbours of one kind share a block; one that fills the cache alone has its own."""
    blocks: list[list[Parameter]] = []
    kind = None
    for parameter in parameters:
        if parameter.numel() > CHUNK:
            blocks.append([parameter])
            kind = None
            continue
        here = (parameter.dtype, parameter.device, parameter.runs)
        if here != kind:
            blocks.append([])
            kind = here
        blocks[-1].append(parameter)
    return [Block(members) for members in blocks]


class Optimizer:
    """Updates parameters from their gradients. A subclass is one update rule.

    A rule gives `update`, the tensor calls of one update; `scalars`, the Python numbers in it that
    change from step to step; `start`, its state before the first step; and `kind`, what tells
    updates of different tensor calls apart.

    Args:
        parameters: an iterable of parameters, or of dicts with "params" and arguments of their own.
        defaults: the arguments for groups that do not give them.

    Raises:
        ValueError: no parameters, an argument out of range.
        TypeError: something that is not a Parameter.
    """

    #: Smallest allowed value of numeric arguments.
    at_least_zero: ClassVar[tuple[str, ...]] = ("lr", "weight_decay", "eps", "momentum")

    def __init__(
        self,
        parameters: Iterable[Parameter] | Iterable[dict[str, Any]],
        defaults: dict[str, Any],
        **switches: Any,
    ) -> None:
        name = type(self).__name__
        for switch, value in switches.items():
            if value not in (None, False):
                raise ValueError(
                    f"{name}: {switch}={value!r} chooses one of torch's implementations, and this "
                    "framework has one only; leave it out"
                )
        given: list[Any] = list(parameters)
        if not given:
            raise ValueError(f"{name} got no parameters")
        if not isinstance(given[0], dict):
            given = [{"params": given}]
        self.defaults = defaults
        self.param_groups: list[dict[str, Any]] = []
        self._blocks: list[list[Block]] = []
        for group in given:
            self.add_param_group(group)

    def add_param_group(self, group: dict[str, Any]) -> None:
        """Add parameters with arguments of their own."""
        name = type(self).__name__
        members = group["params"]
        members = [members] if isinstance(members, Parameter) else list(members)
        for member in members:
            if not isinstance(member, Parameter):
                raise TypeError(f"{name} takes Parameters, and got {type(member).__name__}")
        known = {id(p) for g in self.param_groups for p in g["params"]}
        if len({id(p) for p in members} | known) != len(members) + len(known):
            raise ValueError(f"{name}: a parameter appears twice")
        self.param_groups.append({**self.defaults, **group, "params": members})
        self.check(self.param_groups[-1])
        self._blocks.append(_blocks(members))

    def check(self, group: dict[str, Any]) -> None:
        """Refuse arguments out of range."""
        for argument in self.at_least_zero:
            value = group.get(argument, 0.0)
            lowest = value.min() if isinstance(value, Tensor) else value
            if not lowest >= 0.0:
                raise ValueError(f"{type(self).__name__} takes {argument} ≥ 0, and got {value}")
        for index, beta in enumerate(group.get("betas", ())):
            if not 0.0 <= beta < 1.0:
                raise ValueError(
                    f"{type(self).__name__} takes betas in [0, 1), and got {beta} at {index}"
                )

    def start(self, parameter: Tensor, group: dict[str, Any]) -> dict[str, Any]:
        """The state before the first step, of the parameters' shape."""
        return {}

    def scalars(self, group: dict[str, Any], step: int) -> dict[str, Rate]:
        """Python numbers of update number `step` (from 1) that other steps do not share."""
        return {}

    def kind(self, group: dict[str, Any], step: int) -> Any:
        """Equal for two steps exactly where their tensor calls are the same."""
        return None

    def update(
        self,
        parameter: Tensor,
        gradient: Tensor,
        state: dict[str, Any],
        scalars: Scalars,
        group: dict[str, Any],
        step: int,
    ) -> None:
        """Change `parameter` and `state` in place; `gradient` stays as it is."""
        raise NotImplementedError(f"{type(self).__name__} has no update rule")

    def zero_grad(self) -> None:
        """Set every parameter's gradient to None."""
        for group in self.param_groups:
            for parameter in group["params"]:
                parameter.grad = None

    def step(self, closure: Callable[[], Any] | None = None) -> Any:
        """Update every parameter that has a gradient; leave the others alone, state included.

        Raises:
            RuntimeError: no parameter has a gradient.
        """
        value = closure() if closure is not None else None
        active = self.active()
        self.advance(active)
        self.apply(active)
        return value

    def active(self) -> list[tuple[dict[str, Any], Block]]:
        """The blocks that have gradients, cut where only some of their members do."""
        found = []
        for group, blocks in zip(self.param_groups, self._blocks, strict=True):
            for block in list(blocks):
                given = [p.grad is not None for p in block.parameters]
                if all(given):
                    found.append((group, block))
                elif any(given):
                    parts = block.split(given)
                    where = blocks.index(block)
                    blocks[where : where + 1] = parts
                    found += [(group, b) for b in parts if b.parameters[0].grad is not None]
        if not found:
            raise RuntimeError(
                f"{type(self).__name__}.step: no parameter has a gradient; "
                "run a backward before the step"
            )
        return found

    def advance(self, active: list[tuple[dict[str, Any], Block]]) -> None:
        """Count the step and refresh the numbers that change with it."""
        for group, block in active:
            if not block.is_placed():
                block.place()
            if block.step == 0 and not block.state:
                block.state = self.start(block.buffer, group)
            block.step += 1
            block.scalars.refresh(self.scalars(group, block.step))

    def apply(self, active: list[tuple[dict[str, Any], Block]]) -> None:
        """Run the update's tensor calls."""
        for group, block in active:
            for parameter, gradient, state in _chunks(block):
                if group.get("maximize"):
                    gradient = gradient.neg()
                self.update(parameter, gradient, state, block.scalars, group, block.step)

    def phase(self) -> tuple[Any, ...]:
        """What tells the next step's tensor calls from those of other steps."""
        return tuple(
            self.kind(group, block.step + 1)
            for group, blocks in zip(self.param_groups, self._blocks, strict=True)
            for block in blocks
        )

    def __repr__(self) -> str:
        lines = [f"{type(self).__name__} ("]
        for index, group in enumerate(self.param_groups):
            lines.append(f"Parameter Group {index}")
            lines += [f"    {k}: {group[k]}" for k in sorted(group) if k != "params"]
        return "\n".join([*lines, ")"])


def _chunks(block: Block) -> Iterator[tuple[Tensor, Tensor, dict[str, Any]]]:
    """The block in pieces that fit the cache."""
    gradient = block.gradient()
    elements = block.buffer.numel()
    if elements <= 2 * CHUNK or block.buffer.dim() > 1:
        yield block.buffer, gradient, block.state
        return
    for start in range(0, elements, CHUNK):
        piece = slice(start, start + CHUNK)
        state = {
            name: tensor[piece]
            if isinstance(tensor, Tensor) and tensor.shape == block.buffer.shape
            else tensor
            for name, tensor in block.state.items()
        }
        yield block.buffer[piece], gradient[piece], state
