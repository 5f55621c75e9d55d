"""`Optimizer`: parameters laid out flat in memory, and updated by one rule."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, ClassVar

import torch
from torch import Tensor

from framework.optimizers.state import load, save
from framework.products import aligned_size
from framework.variable import Parameter, Variable

#: Elements that are updated together: several tensors of this size stay in a core's cache.
CHUNK = 32_768

Rate = float | Tensor


class Scalars:
    """Numbers that change from step to step, as tensors whose memory stays.

    A rule names them in `scalars` and reads them here as attributes: 0-d tensors of the parameters'
    dtype, or, where each stacked run has its own, one value for every element of the buffer. So a
    recorded update stays valid while they change.

    Attributes:
        smallest: about the smallest number whose root is as fast as any other's.
    """

    def __init__(self, block: Block) -> None:
        self._block = block
        smallest = max(torch.finfo(block.buffer.dtype).tiny, 1e-290)
        self.smallest = block.buffer.new_full((), smallest)
        self._values: dict[str, Any] = {}
        self._tensors: dict[str, Tensor] = {}

    def refresh(self, values: Mapping[str, Rate]) -> None:
        """Write new values into the tensors."""
        buffer = self._block.buffer
        for name, value in values.items():
            if isinstance(value, Tensor) and value.dim():
                value = value.to(buffer.device, buffer.dtype)
                self._spread(name, value)
                continue
            tensor = self._tensors.get(name)
            if tensor is None or tensor.dim():
                self._tensors[name] = buffer.new_full((), float(value))
            elif self._values.get(name) != value:
                tensor.fill_(value)
            self._values[name] = value

    def _spread(self, name: str, values: Tensor) -> None:
        """Give every element of the buffer its run's value."""
        tensor = self._tensors.get(name)
        if tensor is None or tensor.shape != self._block.buffer.shape:
            tensor = self._tensors[name] = torch.zeros_like(self._block.buffer)
        elif torch.equal(values, self._values[name]):
            return
        for view in self._block.split(tensor):
            view.copy_(values.reshape(-1, *[1] * (view.dim() - 1)))
        self._values[name] = values.clone()

    def piece(self, piece: slice) -> Scalars:
        """The same numbers for a part of the buffer."""
        if not any(t.dim() for t in self._tensors.values()):
            return self
        part = Scalars(self._block)
        part._tensors = {n: t[piece] if t.dim() else t for n, t in self._tensors.items()}
        return part

    def __getattr__(self, name: str) -> Tensor:
        try:
            return self.__dict__["_tensors"][name]
        except KeyError:
            raise AttributeError(f"this optimizer has no scalar {name!r}") from None


class Block:
    """Parameters that are updated together, one after the other in one flat buffer.

    The parameters' data are views into it. Every parameter, and every run of a stacked one, begins
    where torch would begin a tensor of its own: the BLAS behind torch rounds by alignment. What lies
    between stays zero. A parameter that fills the cache by itself keeps its own memory.

    Attributes:
        parameters: the members, in order.
        buffer: their data. Shape (elements).
        state: the rule's tensors by name, of the buffer's shape.
        step: updates done.
    """

    def __init__(self, parameters: list[Parameter]) -> None:
        self.parameters = parameters
        self.state: dict[str, Any] = {}
        self.step = 0
        self.place()
        self.scalars = Scalars(self)

    def place(self) -> None:
        """Move the members' data into one buffer, and let them hold views of it."""
        first = self.parameters[0]
        self.gradients: Tensor | None = None
        self.alone = (
            len(self.parameters) == 1
            and first.data.is_contiguous()
            and (first.runs is None or _length(first) == first.numel())
        )
        self.lengths = [p.numel() if self.alone else _length(p) for p in self.parameters]
        if self.alone:
            self.buffer = first.data.view(-1)
        else:
            self.buffer = first.data.new_zeros(sum(self.lengths))
            for parameter, view in zip(self.parameters, self.split(self.buffer), strict=True):
                view.copy_(parameter.data)
                parameter.data = view
        self.views = [p.data for p in self.parameters]
        self._moves = Parameter.moves

    def split(self, flat: Tensor) -> list[Tensor]:
        """Views of a tensor of the buffer's shape, one in the shape of each member."""
        views = []
        offset = flat.storage_offset()
        for parameter, length in zip(self.parameters, self.lengths, strict=True):
            shape = tuple(parameter.shape)
            steps = torch.empty(shape, device="meta").stride()
            if parameter.runs is not None and not self.alone:
                steps = (length // parameter.runs, *steps[1:])
            views.append(flat.as_strided(shape, steps, offset))
            offset += length
        return views

    def is_placed(self) -> bool:
        """Whether the members still hold the views they were given."""
        if self._moves != Parameter.moves:
            if any(p.data is not v for p, v in zip(self.parameters, self.views, strict=True)):
                return False
            self._moves = Parameter.moves
        return True

    def gradient(self) -> Tensor:
        """The members' gradients in the layout of the buffer."""
        grads = [p.grad.data if isinstance(p.grad, Variable) else p.grad for p in self.parameters]
        if self.alone:
            return grads[0].reshape(-1)
        if self.gradients is None:
            self.gradients = torch.zeros_like(self.buffer)
            self.gradient_views = self.split(self.gradients)
        for view, grad in zip(self.gradient_views, grads, strict=True):
            view.copy_(grad)
        return self.gradients

    def cut(self, members: list[bool]) -> list[Block]:
        """Cut into blocks of neighbours that are all among `members`, or all not."""
        blocks: list[Block] = []
        start = offset = 0
        for end in range(1, len(members) + 1):
            if end < len(members) and members[end] == members[start]:
                continue
            length = sum(self.lengths[start:end])
            block = Block(self.parameters[start:end])
            block.step = self.step
            block.state = {
                name: self._part(value, block, offset, length) for name, value in self.state.items()
            }
            blocks.append(block)
            start, offset = end, offset + length
        return blocks

    def _part(self, value: Any, block: Block, offset: int, length: int) -> Any:
        if not isinstance(value, Tensor) or value.shape != self.buffer.shape:
            return value.clone() if isinstance(value, Tensor) else value
        return value[offset : offset + length][: block.buffer.numel()].clone()


def _length(parameter: Parameter) -> int:
    """Elements of the buffer that a parameter takes, with what lies between its runs."""
    runs = parameter.runs or 1
    return runs * aligned_size(parameter.numel() // runs, parameter.dtype)


def rate_of(group: Mapping[str, Any]) -> Rate:
    """The learning rate as a number of double precision, or as a tensor of them, one a run."""
    lr = group["lr"]
    if not isinstance(lr, Tensor):
        return lr
    return lr.double() if lr.dim() else float(lr)


def _blocks(parameters: list[Parameter]) -> list[Block]:
    """Neighbours of one kind share a block; one that fills the cache alone has its own."""
    blocks: list[list[Parameter]] = []
    kind = None
    for parameter in parameters:
        if parameter.numel() > CHUNK and parameter.runs is None:
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

    #: Whether a saved state holds the number of updates, as torch's does for this rule.
    counts_steps: ClassVar[bool] = True
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

    def numbers_to_save(self, group: dict[str, Any], step: int) -> dict[str, Tensor]:
        """Numbers that torch keeps in the state, and this framework finds from the step."""
        return {}

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

    def step(
        self,
        closure: Callable[[], Any] | None = None,
        *,
        gradients: Iterable[Tensor | None] | None = None,
    ) -> Any:
        """Update every parameter that has a gradient; leave the others alone, state included.

        Args:
            closure: called first; its value is returned.
            gradients: handed over instead of the parameters' own, one for each in order, as `grad`
                gives them. The parameters' own stay as they are.

        Raises:
            RuntimeError: no parameter has a gradient.
            ValueError: other gradients than parameters, or of other shapes.
        """
        value = closure() if closure is not None else None
        if gradients is not None:
            self._step_along(list(gradients))
            return value
        active = self.active()
        self.advance(active)
        self.apply(active)
        return value

    def _step_along(self, gradients: list[Tensor | None]) -> None:
        """A step with gradients that were handed over."""
        parameters = [p for group in self.param_groups for p in group["params"]]
        shapes = [tuple(p.shape) for p in parameters]
        given = [
            s if g is None else tuple(g.shape) for g, s in zip(gradients, shapes, strict=False)
        ]
        if len(gradients) != len(parameters) or given != shapes:
            raise ValueError(
                f"{type(self).__name__}.step takes gradients of shapes {shapes}, and got "
                f"{[None if g is None else tuple(g.shape) for g in gradients]}"
            )
        own = [p.grad for p in parameters]
        try:
            for parameter, gradient in zip(parameters, gradients, strict=True):
                parameter.grad = gradient
            self.step()
        finally:
            for parameter, gradient in zip(parameters, own, strict=True):
                parameter.grad = gradient

    def state_dict(self) -> dict[str, Any]:
        """The state in torch.optim's format, in tensors of its own."""
        return save(self)

    def load_state_dict(self, state_dict: Mapping[str, Any]) -> None:
        """Take over a state that this framework or torch.optim has saved.

        Raises:
            ValueError: other groups, or state that is missing or of another shape.
        """
        load(self, state_dict)

    def cut_by(self, key: Callable[[Parameter], Any]) -> list[list[Block]]:
        """New blocks of neighbours that are equal in `key`; recordings of steps become stale."""
        found = []
        for group in self.param_groups:
            blocks = []
            for _, members in itertools.groupby(group["params"], key):
                parameters = list(members)
                for parameter in parameters:
                    parameter.data = parameter.data.detach()
                blocks += _blocks(parameters)
            found.append(blocks)
        return found

    def active(self) -> list[tuple[dict[str, Any], Block]]:
        """The blocks that have gradients, cut where only some of their members do."""
        found = []
        for group, blocks in zip(self.param_groups, self._blocks, strict=True):
            for block in list(blocks):
                missing = [p for p in block.parameters if p.grad is None]
                if not missing:
                    found.append((group, block))
                elif len(missing) < len(block.parameters):
                    parts = block.cut([p.grad is not None for p in block.parameters])
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
        known: dict[tuple[int, int], Mapping[str, Rate]] = {}
        for group, block in active:
            if not block.is_placed():
                block.place()
            if block.step == 0 and not block.state:
                block.state = self.start(block.buffer, group)
            block.step += 1
            key = id(group), block.step
            if key not in known:
                known[key] = self.scalars(group, block.step)
            block.scalars.refresh(known[key])

    def retreat(self, active: list[tuple[dict[str, Any], Block]]) -> None:
        """Take the count of a step back that could not be done."""
        for _, block in active:
            block.step -= 1

    def apply(self, active: list[tuple[dict[str, Any], Block]]) -> None:
        """Run the update's tensor calls."""
        for group, block in active:
            for parameter, gradient, state, scalars in _chunks(block):
                if group.get("maximize"):
                    gradient = gradient.neg()
                self.update(parameter, gradient, state, scalars, group, block.step)

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


def _chunks(block: Block) -> Iterator[tuple[Tensor, Tensor, dict[str, Any], Scalars]]:
    """The block in pieces that fit the cache."""
    gradient = block.gradient()
    elements = block.buffer.numel()
    if elements <= 2 * CHUNK:
        yield block.buffer, gradient, block.state, block.scalars
        return
    for start in range(0, elements, CHUNK):
        piece = slice(start, start + CHUNK)
        state = {
            name: value[piece]
            if isinstance(value, Tensor) and value.shape == block.buffer.shape
            else value
            for name, value in block.state.items()
        }
        yield block.buffer[piece], gradient[piece], state, block.scalars.piece(piece)
