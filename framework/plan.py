"""`Plan`: recorded calls, made ready to run again and again into the same memory.

What is planned, and why it changes no bit: calls whose results nobody uses are dropped; calls that
depend on nothing that varies keep their result; a call that repeats an earlier one takes its
result; views are made once; what is only computed to be copied elsewhere is computed there; results
share memory once it is free, element-wise ones that of an argument they are the last to need; small
calls that are alike become one.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import torch
from torch import Tensor

from framework.number import constants
from framework.recording import Call, storage_of, tensors_in
from framework.together import bring_together, make_one

#: Element-wise functions: their result may take an argument's memory.
ELEMENTWISE = frozenset(
    (  # noqa: SIM905
        "add sub mul div neg square pow exp log log1p expm1 sqrt rsqrt abs sign relu tanh "
        "sigmoid clamp clamp_min clamp_max reciprocal addcmul addcdiv maximum minimum sin cos "
        "erf where lerp"
    ).split()
)
#: What operators are called as functions.
OPERATORS = {
    "__add__": "add", "__radd__": "add", "__sub__": "sub", "__rsub__": "rsub", "rsub": "rsub",
    "__mul__": "mul", "__rmul__": "mul", "__truediv__": "div", "__div__": "div",
    "__rtruediv__": "rdiv", "__rdiv__": "rdiv", "__matmul__": "matmul", "__neg__": "neg",
    "__pow__": "pow", "true_divide": "div", "divide": "div", "multiply": "mul",
    "subtract": "sub", "negative": "neg", "absolute": "abs",
}  # fmt: skip
FILLS = {"zeros": 0, "zeros_like": 0, "new_zeros": 0, "ones": 1, "ones_like": 1, "new_ones": 1}
EMPTY = frozenset(["empty", "empty_like", "empty_strided", "new_empty"])
#: Written into memory with gaps between the runs, these lose the path that is fast for many runs.
PRODUCTS = frozenset(["bmm", "baddbmm", "matmul", "__matmul__", "__rmatmul__"])

Geometry = tuple[int, int, tuple[int, ...], tuple[int, ...]]


class Plan:
    """Which calls are needed, where their results lie, and how they are called."""

    def __init__(self, calls: list[Call], keep: Iterable[Tensor]) -> None:
        self.calls = calls
        self.fresh = {storage_of(c.result) for c in calls if c.target is None and not c.view}
        self.mutated = {storage_of(c.target) for c in calls if c.target is not None}
        self.same: dict[int, int] = {}
        self.memory: dict[int, Tensor] = {}
        self.outside: list[Tensor] = []
        #: The strides with which a result was recorded, where its memory has others.
        self.recorded_strides: dict[int, tuple[int, ...]] = {}
        self.kept = {storage_of(t) for t in keep}
        self.calls = self._needed()
        self.calls = self._varying()
        self.calls = self._distinct()
        self.calls = self._direct()
        self.groups = bring_together(self)
        self._allocate()
        make_one(self, self.groups)

    def _needed(self) -> list[Call]:
        """Drop views, and calls whose results nobody uses."""
        used = set(self.kept)
        needed = []
        for call in reversed(self.calls):
            if call.view:
                continue
            written = storage_of(call.result if call.target is None else call.target)
            if written in used or written not in self.fresh or call.random:
                used.update(map(storage_of, call.inputs()))
                needed.append(call)
        return needed[::-1]

    def _varying(self) -> list[Call]:
        """Leave out calls that give the same in every replay; their result stays as it is."""
        constant = {storage_of(number) for number in constants.values()}
        varying = []
        for call in self.calls:
            inputs = set() if call.name in FILLS else set(map(storage_of, call.inputs()))
            result = storage_of(call.result) if call.target is None else None
            if result is None or result in self.mutated or call.random or inputs - constant:
                varying.append(call)
            else:
                constant.add(result)
        self.fresh -= constant
        return varying

    def _distinct(self) -> list[Call]:
        """Leave out calls that repeat an earlier one on arguments nothing has written into."""
        known: dict[Any, int] = {}
        distinct = []
        for call in self.calls:
            key = self._key(call)
            if key is not None and key in known:
                self.same[storage_of(call.result)] = known[key]
                continue
            if key is not None:
                known[key] = storage_of(call.result)
            distinct.append(call)
        return distinct

    def _key(self, call: Call) -> Any:
        """Equal for two calls exactly where they give the same; None where that is not known."""
        touched = [*call.inputs(), call.result]
        if call.target is not None or call.random or not isinstance(call.result, Tensor):
            return None
        if any(storage_of(t) in self.mutated for t in touched):
            return None
        key = (
            OPERATORS.get(call.name, call.name),
            self._described(call.args),
            self._described(sorted(call.kwargs.items())),
            call.result.stride(),
        )
        try:
            hash(key)
        except TypeError:
            return None
        return key

    def _described(self, value: Any) -> Any:
        if isinstance(value, Tensor):
            return self.geometry(value)
        if isinstance(value, (list, tuple)):
            return tuple(self._described(v) for v in value)
        # As text, because 0.0 and -0.0 are equal.
        return (type(value), repr(value) if isinstance(value, float) else value)

    def _direct(self) -> list[Call]:
        """Leave out copies of what can be computed where it would be copied to."""
        direct = []
        for index, call in enumerate(self.calls):
            source = self._copied(index, call)
            if source is None:
                direct.append(call)
                continue
            assert call.target is not None
            made = self._made(source)
            laid_out_alike = call.args[1].stride() == call.target.stride()
            steps = made.stride() if laid_out_alike else call.target.stride()
            self.memory[source] = call.target.as_strided(
                made.shape, steps, call.target.storage_offset()
            )
            self.recorded_strides[source] = made.stride()
            self.kept.add(source)
            self.outside.append(call.target)
        return direct

    def _made(self, storage: int) -> Tensor:
        return next(c.result for c in self.calls if storage in self._results(c))

    def _results(self, call: Call) -> set[int]:
        return set() if call.target is not None else {storage_of(call.result)}

    def _copied(self, index: int, call: Call) -> int | None:
        """The storage that `call` copies from, if its maker can write to the copy instead."""
        if call.name != "copy_" or len(call.args) != 2 or not isinstance(call.args[1], Tensor):
            return None
        target, value = call.args
        source, offset, size, steps = self.geometry(value)
        writers = [
            i for i, c in enumerate(self.calls)
            if c.name not in EMPTY and source in (self._results(c) | self._written(c))
        ]  # fmt: skip
        if source not in self.fresh or source in self.memory or len(writers) != 1 or offset:
            return None
        if size != tuple(target.shape) or value.dtype != target.dtype:
            return None
        between = self.calls[writers[0] : index]
        goal = storage_of(target)
        if goal in self.fresh or any(goal in map(storage_of, c.inputs()) for c in between
                                     if c.name != "copy_" or c.args[0].storage_offset()
                                     == target.storage_offset()):  # fmt: skip
            return None
        used = [c for c in self.calls if any(self.geometry(t)[0] == source for t in c.inputs())]
        if any(c in self.calls[index + 1 :] for c in used):
            return None
        maker = self.calls[writers[0]]
        if steps == target.stride():
            room = target.untyped_storage().nbytes() // target.dtype.itemsize
            fits = target.storage_offset() + self._made(source).numel() <= room
            return source if fits else None
        alone = len(used) == 1 and maker.name not in PRODUCTS and maker.target is None
        # torch takes runs and columns as one dimension where both lie so, and then adds otherwise.
        alone = alone and all(map(_runs_lie_apart, maker.inputs()))
        return source if alone and self._made(source).shape == target.shape else None

    def _written(self, call: Call) -> set[int]:
        return set() if call.target is None else {storage_of(call.target)}

    def writes(self, tensor: Tensor) -> bool:
        """Whether a planned call writes into the tensor."""
        return any(storage_of(tensor) in self._written(call) for call in self.calls)

    def geometry(self, tensor: Tensor) -> Geometry:
        """Storage, offset, size and strides: what a tensor is, apart from its elements."""
        storage = storage_of(tensor)
        return (
            self.same.get(storage, storage),
            int(tensor.storage_offset()),
            tuple(tensor.shape),
            tensor.stride(),
        )

    def _allocate(self) -> None:
        """Give every result memory, and use memory again once nobody needs what it holds."""
        to_follow = {id(call): len(g) - i - 1 for g in self.groups for i, call in enumerate(g)}
        last: dict[int, int] = {}
        for index, call in enumerate(self.calls):
            for tensor in [*call.inputs(), *tensors_in(call.result)]:
                last[self.geometry(tensor)[0]] = index + to_follow.get(id(call), 0)
        free: dict[Any, list[Tensor]] = {}
        pinned = self.kept
        for index, call in enumerate(self.calls):
            if call.target is not None:
                self._release(index, call, last, pinned, free)
                continue
            storage = storage_of(call.result)
            if storage in self.memory:
                self._release(index, call, last, pinned, free)
                continue
            taken = None
            if id(call) not in to_follow:
                taken = self._taken_over(index, call, last, pinned)
            if taken is not None:
                self.memory[storage] = self.memory[taken]
                last[taken] = -1
            else:
                spare = free.get(_kind(call.result))
                self.memory[storage] = spare.pop() if spare else _like(call.result)
            self._release(index, call, last, pinned, free)

    def _taken_over(
        self, index: int, call: Call, last: dict[int, int], pinned: set[int]
    ) -> int | None:
        """The storage of an argument whose memory the result can have."""
        if OPERATORS.get(call.name, call.name) not in ELEMENTWISE:
            return None
        shape = call.result.shape, call.result.stride()
        beside = {storage_of(c.result) for group in self.groups for c in group}
        inputs = sorted(call.inputs(), key=lambda t: self.geometry(t)[0] not in beside)
        for tensor in inputs:
            storage = self.geometry(tensor)[0]
            sharing = [t for t in inputs if self.geometry(t)[0] == storage]
            if (
                storage in self.memory
                and storage not in pinned
                and storage not in self.mutated
                and last[storage] == index
                and all((t.shape, t.stride()) == shape for t in sharing)
                and tensor.dtype == call.result.dtype
                and self.memory[storage].shape == call.result.shape
                and self.memory[storage].stride() == call.result.stride()
            ):
                return storage
        return None

    def _release(
        self,
        index: int,
        call: Call,
        last: dict[int, int],
        pinned: set[int],
        free: dict[Any, list[Tensor]],
    ) -> None:
        for storage in {self.geometry(t)[0] for t in call.inputs()}:
            if last.get(storage) == index and storage in self.memory and storage not in pinned:
                memory = self.memory[storage]
                free.setdefault(_kind(memory), []).append(memory)

    def place(self, value: Any) -> Any:
        """The same view, of the memory that the replay uses."""
        if isinstance(value, Tensor):
            storage, offset, size, stride = self.geometry(value)
            if storage not in self.memory:
                return value
            memory = self.memory[storage]
            # A square matrix has the shape of its transpose: only the strides tell them apart.
            whole = self.recorded_strides.get(storage, memory.stride())
            if size == tuple(memory.shape) and offset == 0 and stride == whole:
                return memory
            return memory.as_strided(size, stride, memory.storage_offset() + offset)
        if isinstance(value, (list, tuple)):
            return type(value)(map(self.place, value)) if type(value) in (list, tuple) else value
        if isinstance(value, slice):
            return slice(*map(self.place, (value.start, value.stop, value.step)))
        return value


def _runs_lie_apart(tensor: Tensor) -> bool:
    """Whether earlier dimensions take longer steps, and none is expanded."""
    steps = list(tensor.stride())
    return 0 not in steps and steps == sorted(steps, reverse=True)


def _like(tensor: Tensor) -> Tensor:
    return torch.empty_strided(
        tensor.shape, tensor.stride(), dtype=tensor.dtype, device=tensor.device
    )


def _kind(tensor: Tensor) -> Any:
    return tuple(tensor.shape), tensor.stride(), tensor.dtype, tensor.device
