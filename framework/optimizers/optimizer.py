"""`Optimizer`: one rule that updates parameters from their gradients."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Mapping
from operator import itemgetter
from typing import Any, ClassVar

import torch
from torch import Tensor

from framework.optimizers.blocks import Block, arrange
from framework.optimizers.scalars import Rate, Scalars
from framework.optimizers.state import load, save
from framework.variable import Parameter


def rate_of(group: Mapping[str, Any]) -> Rate:
    """The learning rate as a number of double precision, or as a tensor of them, one a run."""
    lr = group["lr"]
    if not isinstance(lr, Tensor):
        return lr
    return lr.double() if lr.dim() else float(lr)


class Optimizer:
    """Updates parameters from their gradients. A subclass is one update rule.

    A rule gives `update`, the tensor calls of one update; `scalars`, the Python numbers in it that
    change from step to step; `start`, its state before the first step; and `kind`, what tells
    updates of different tensor calls apart.

    The rules here take torch.optim's arguments. In all of them `params` are parameters, or groups
    of them, and `lr` is the learning rate, or a tensor with one value a run; `maximize` ascends
    instead. `weight_decay` times the parameter p is added to the gradient; or, if it is decoupled,
    p shrinks by lr·weight_decay·p. torch's switches between its implementations, `foreach` and the
    like, are refused.

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
    #: Names of the state's tensors, where all are zero before the first step.
    from_zero: ClassVar[tuple[str, ...]] = ()

    def __init__(
        self,
        parameters: Iterable[Parameter] | Iterable[dict[str, Any]],
        defaults: dict[str, Any],
    ) -> None:
        given: list[Any] = list(parameters)
        if not given:
            raise ValueError(f"{type(self).__name__} got no parameters")
        if not isinstance(given[0], dict):
            given = [{"params": given}]
        self.defaults = defaults
        settings = [argument for argument in defaults if argument != "lr"]
        self._settings = itemgetter(*settings) if settings else lambda group: ()
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
        self._blocks.append(arrange(members))

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
        return {name: torch.zeros_like(parameter) for name in self.from_zero}

    def scalars(self, group: dict[str, Any], step: int) -> dict[str, Rate]:
        """Python numbers of update number `step` (from 1) that other steps do not share.

        Most rules need no other than the negated learning rate.
        """
        return {"negative_lr": -rate_of(group)} if "lr" in group else {}

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

    def zero_grad(self, set_to_none: bool = True) -> None:
        """Set every parameter's gradient to None, or to zeros."""
        for group in self.param_groups:
            for parameter in group["params"]:
                if set_to_none:
                    parameter.grad = None
                elif parameter.grad is not None:
                    parameter.grad = torch.zeros_like(parameter.data)

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
                blocks += arrange(parameters)
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
        only_rates = type(self).scalars is Optimizer.scalars
        numbers: Mapping[str, Rate] = {}
        found: Any = None
        for group, block in active:
            if not block.is_placed():
                block.place()
            if block.step == 0 and not block.state:
                block.state = self.start(block.buffer, group)
            block.step += 1
            lr = group.get("lr")
            if only_rates and isinstance(lr, float) and type(block.lr) is float and lr == block.lr:
                continue
            block.lr = lr
            if found != (id(group), block.step):
                found = id(group), block.step
                numbers = self.scalars(group, block.step)
            block.scalars.refresh(numbers)

    def retreat(self, active: list[tuple[dict[str, Any], Block]]) -> None:
        """Take the count of a step back that could not be done."""
        for _, block in active:
            block.step -= 1

    def apply(self, active: list[tuple[dict[str, Any], Block]]) -> None:
        """Run the update's tensor calls."""
        for group, block in active:
            for parameter, gradient, state, scalars in block.pieces():
                if group.get("maximize"):
                    gradient = gradient.neg()
                self.update(parameter, gradient, state, scalars, group, block.step)

    def phase(self) -> tuple[Any, ...]:
        """What tells the next step's tensor calls from those of other steps."""
        blocks = [
            (group, block)
            for group, blocks in zip(self.param_groups, self._blocks, strict=True)
            for block in blocks
        ]
        rates = [getattr(group.get("lr"), "shape", None) for group in self.param_groups]
        return *rates, *map(self._settings, self.param_groups), *self.kinds(blocks)

    def kinds(self, blocks: list[tuple[dict[str, Any], Block]]) -> list[Any]:
        """The part of `phase` that changes by itself, of these blocks."""
        if type(self).kind is Optimizer.kind:
            return []
        return [self.kind(group, block.step + 1) for group, block in blocks]

    def __repr__(self) -> str:
        lines = [f"{type(self).__name__} ("]
        for index, group in enumerate(self.param_groups):
            lines.append(f"Parameter Group {index}")
            lines += [f"    {k}: {group[k]}" for k in sorted(group) if k != "params"]
        return "\n".join([*lines, ")"])
