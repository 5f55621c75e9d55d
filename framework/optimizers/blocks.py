"""`Block`: parameters laid out flat in memory, and the numbers of an update beside them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import torch
from torch import Tensor

from framework.products import aligned_size
from framework.variable import Parameter, Variable

#: Elements that are updated together: several tensors of this size stay in a core's cache.
CHUNK = 65_536

#: A number, or a tensor with one number a run.
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
    where torch would begin a tensor of its own: the BLAS behind torch rounds by alignment. What
    lies between stays zero. A parameter that fills the cache by itself keeps its own memory.

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

    def pieces(self) -> Iterator[tuple[Tensor, Tensor, dict[str, Any], Scalars]]:
        """The block in pieces that fit the cache."""
        gradient = self.gradient()
        elements = self.buffer.numel()
        if elements <= 2 * CHUNK:
            yield self.buffer, gradient, self.state, self.scalars
            return
        for start in range(0, elements, CHUNK):
            piece = slice(start, start + CHUNK)
            state = {
                name: value[piece]
                if isinstance(value, Tensor) and value.shape == self.buffer.shape
                else value
                for name, value in self.state.items()
            }
            yield self.buffer[piece], gradient[piece], state, self.scalars.piece(piece)


def _length(parameter: Parameter) -> int:
    """Elements of the buffer that a parameter takes, with what lies between its runs."""
    runs = parameter.runs or 1
    return runs * aligned_size(parameter.numel() // runs, parameter.dtype)


def arrange(parameters: list[Parameter]) -> list[Block]:
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
