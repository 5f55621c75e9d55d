"""Planned calls that do the same to several small results, made as one call on all of them.

A call on a few thousand elements costs more for being called than for what it does. So the results
are laid side by side in memory, and one call with one more dimension in front takes all. No bit
changes: the functions here round each element, or each column, for itself.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor

from framework.products import aligned_size
from framework.recording import Call, storage_of, tensors_in

if TYPE_CHECKING:
    from framework.plan import Plan

#: Functions of one tensor, by what may follow it: nothing, or dimensions counted from the end.
FUNCTIONS = {"sign": ((),), "sum": ((-2,),)}
#: Elements from which torch adds up in several threads.
PARALLEL = 32768
#: Elements up to which laying results side by side is worth the cache that it takes.
SMALL = 8192

Group = list[Call]


def bring_together(plan: Plan) -> list[Group]:
    """Move calls that are alike next to one another where nothing in between forbids it."""
    groups = []
    for members in _alike(plan):
        calls = plan.calls
        first, last = calls.index(members[0]), calls.index(members[-1])
        made = {storage_of(c.result): i for i, c in enumerate(calls) if c.target is None}
        results = {storage_of(m.result) for m in members}
        between = calls[first : last + 1]
        if _used_outside(plan, members, between):
            continue
        if all(made[plan.geometry(m.args[0])[0]] < first for m in members):
            where = first
        elif not any(plan.geometry(t)[0] in results for c in between for t in c.inputs()):
            where = last
        else:
            continue
        apart = [c for c in calls[:where] if c not in members]
        plan.calls = apart + members + [c for c in calls[where:] if c not in members]
        groups.append(members)
    return groups


def _used_outside(plan: Plan, members: Group, calls: list[Call]) -> bool:
    """Whether memory outside the plan that the members' results go to is touched meanwhile."""
    written = [_span(plan.place(m.result)) for m in members if storage_of(m.result) in plan.memory]
    touched = [
        _span(plan.place(tensor))
        for call in calls
        for tensor in tensors_in([*call.inputs(), None if call in members else call.result])
    ]
    return any(a[0] == b[0] and a[1] < b[2] and b[1] < a[2] for a in written for b in touched)


def _span(tensor: Tensor) -> tuple[int, int, int]:
    """A tensor's storage, and where in it the tensor begins and ends."""
    steps = zip(tensor.shape, tensor.stride(), strict=True)
    begin = int(tensor.storage_offset())
    return storage_of(tensor), begin, begin + sum((n - 1) * step for n, step in steps) + 1


def _alike(plan: Plan) -> list[Group]:
    """Calls of one function on results of one shape, two or more."""
    found: dict[Any, Group] = defaultdict(list)
    makers = {storage_of(c.result): c for c in plan.calls if c.target is None}
    for call in plan.calls:
        if call.target is not None or call.args[1:] not in FUNCTIONS.get(call.name, ()):
            continue
        x, y = call.args[0], call.result
        storage = plan.geometry(x)[0]
        whole = (
            storage in makers and plan.geometry(x)[1:] == plan.geometry(makers[storage].result)[1:]
        )
        written = {storage, storage_of(y)} & plan.mutated
        if whole and not written and not call.kwargs and x.numel() <= SMALL and x.is_contiguous():
            found[call.name, x.shape, x.dtype, y.is_contiguous()].append(call)
    return [members for members in found.values() if len(members) > 1 and not _is_split(members)]


def _is_split(members: Group) -> bool:
    """Whether threads would share the columns of one sum, whose rounding that changes."""
    elements = len(members) * members[0].args[0].numel()
    few = len(members) < torch.get_num_threads()
    return members[0].name == "sum" and few and elements >= PARALLEL


def make_one(plan: Plan, groups: list[Group]) -> None:
    """Replace each group by one call, if arguments and results can lie side by side."""
    outside = {storage_of(t) for t in plan.outside}
    settled: list[Tensor] = []
    for members in sorted(groups, key=lambda g: storage_of(plan.place(g[0].result)) not in outside):
        ordered = sorted(members, key=lambda m: plan.place(m.result).data_ptr())
        results = _rows(plan, [m.result for m in ordered], settled)
        arguments = None if results is None else _rows(plan, [m.args[0] for m in ordered], settled)
        if results is None or arguments is None:
            continue
        one = replace(members[0], args=(arguments, *members[0].args[1:]), result=results)
        where = plan.calls.index(members[0])
        plan.calls[where : where + len(members)] = [one]


def _rows(plan: Plan, tensors: list[Tensor], settled: list[Tensor]) -> Tensor | None:
    """All the tensors' places as one tensor, moved there if they are the plan's own.

    What has been moved once is `settled`: calls know where it is.
    """
    places = [plan.place(t) for t in tensors]
    if len({p.stride() for p in places}) > 1:
        return None
    starts = [p.data_ptr() // p.itemsize for p in places]
    steps = {b - a for a, b in pairwise(starts)}
    first = places[0]
    shape = (len(places), *first.shape)
    if len({storage_of(p) for p in places}) == len(steps) == 1 and min(steps) >= first.numel():
        return first.as_strided(shape, (*steps, *first.stride()), first.storage_offset())
    own = {id(memory) for storage, memory in plan.memory.items() if storage not in plan.kept}
    own -= {id(memory) for memory in settled}
    if not all(id(p) in own for p in places) or len({storage_of(p) for p in places}) < len(places):
        return None
    step = aligned_size(first.numel(), first.dtype)
    rows = first.new_zeros(len(places) * step).as_strided(shape, (step, *first.stride()))
    new_places = rows.unbind()
    settled += new_places
    moved = {id(old): new for old, new in zip(places, new_places, strict=True)}
    plan.memory = {s: moved.get(id(m), m) for s, m in plan.memory.items()}
    return rows
