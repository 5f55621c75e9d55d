"""`Block`: parameters laid out flat in memory, and the numbers of an update beside them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import torch
from torch import Tensor

from framework.optimizers.scalars import Rate, Scalars
from framework.products import aligned_size
from framework.variable import Parameter, Variable

#: Elements that are updated together: the tensors of an update, each of this size, stay in a cache.
CHUNK = 262_144


class Block:
    """Parameters that are updated together, one after the other in one buffer, a row for each run.

    The parameters' data are views into it. Every parameter, and every run of a stacked one, begins
    where torch would begin a tensor of its own: the BLAS behind torch rounds by alignment. What
    lies between stays zero. A parameter that fills the cache by itself keeps its own memory.

    Attributes:
        parameters: the members, in order.
        buffer: their data. Shape (elements), or, of stacked runs, (runs, elements).
        state: the rule's tensors by name, of the buffer's shape.
        step: updates done.
        lr: the learning rate that the numbers were last found with.
    """

    def __init__(self, parameters: list[Parameter]) -> None:
        self.parameters = parameters
        self.state: dict[str, Any] = {}
        self.step = 0
        self.place()

    def place(self) -> None:
        """Move the members' data into one buffer, and let them hold views of it."""
        first = self.parameters[0]
        rows = () if first.runs is None else (first.runs,)
        self.gradients: Tensor | None = None
        self.alone = (
            len(self.parameters) == 1
            and first.data.is_contiguous()
            and (first.runs is None or _length(first) * first.runs == first.numel())
        )
        if self.alone:
            self.buffer = first.data.view(*rows, -1)
            self.lengths = [self.buffer.shape[-1]]
        else:
            self.lengths = [_length(p) for p in self.parameters]
            self.buffer = first.data.new_zeros(*rows, sum(self.lengths))
            for parameter, view in zip(self.parameters, self.split(self.buffer), strict=True):
                view.copy_(parameter.data)
                parameter.data = view
        self.scalars = Scalars(self.buffer)
        self.lr: Rate | None = None
        self.views = [p.data for p in self.parameters]
        self._moves = Parameter.moves

    def split(self, flat: Tensor) -> list[Tensor]:
        """Views of a tensor of the buffer's shape, one in the shape of each member."""
        views = []
        offset = flat.storage_offset()
        for parameter, length in zip(self.parameters, self.lengths, strict=True):
            shape = tuple(parameter.shape)
            steps = torch.empty(shape, device="meta").stride()
            if parameter.runs is not None:
                steps = (flat.stride(0), *steps[1:])
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
            return grads[0].reshape(self.buffer.shape)
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
        return value[..., offset : offset + length][..., : block.buffer.shape[-1]].clone()

    def pieces(self) -> Iterator[tuple[Tensor, Tensor, dict[str, Any], Scalars]]:
        """The block in pieces that fit the cache."""
        gradient = self.gradient()
        if self.buffer.numel() <= 2 * CHUNK:
            yield self.buffer, gradient, self.state, self.scalars
            return
        for where in self._places():
            state = {
                name: value[where]
                if isinstance(value, Tensor) and value.shape == self.buffer.shape
                else value
                for name, value in self.state.items()
            }
            scalars = self.scalars if self.buffer.dim() == 1 else self.scalars.of_runs(where[0])
            yield self.buffer[where], gradient[where], state, scalars

    def _places(self) -> Iterator[Any]:
        """Indices of the pieces: some elements; of stacked runs some runs, or some of a run's."""
        elements = self.buffer.shape[-1]
        if self.buffer.dim() == 1:
            yield from (slice(start, start + CHUNK) for start in range(0, elements, CHUNK))
            return
        together = CHUNK // elements
        for run in range(0, self.buffer.shape[0], max(together, 1)):
            if together:
                yield slice(run, run + together), slice(None)
            else:
                for start in range(0, elements, CHUNK):
                    yield run, slice(start, start + CHUNK)


def _length(parameter: Parameter) -> int:
    """Elements of a row that a parameter takes, with what lies behind it."""
    return aligned_size(parameter.numel() // (parameter.runs or 1), parameter.dtype)


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
