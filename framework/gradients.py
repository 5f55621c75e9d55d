"""Gradients that are returned instead of stored."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from framework.variable import Variable


def grad(
    output: Variable,
    inputs: Variable | Iterable[Variable],
    grad_output: Any = None,
    create_graph: bool = False,
) -> tuple[Any, ...]:
    """The gradients of `output` with respect to leaves, as torch.autograd.grad.

    No leaf's `grad` is touched, and none needs `requires_grad`. An optimizer takes the gradients:
    `optimizer.step(gradients=…)`.

    Args:
        output: a recorded value.
        inputs: leaves, such as parameters.
        grad_output: gradient with respect to the output; may be left out where that is a scalar.
        create_graph: record the gradients, so that they can be differentiated again.

    Returns:
        One gradient for each input; None for one that the output does not depend on.

    Raises:
        RuntimeError: no `grad_output` for an output that is not a scalar.
        ValueError: an input that is not a leaf.

    >>> import torch
    >>> x = Variable(torch.tensor(3.0))
    >>> grad(x * x, x)
    (tensor(6.),)
    """
    wanted = [inputs] if isinstance(inputs, Variable) else list(inputs)
    for leaf in wanted:
        if leaf.function is not None:
            raise ValueError(f"grad takes leaves, and got a computed variable, by {leaf.function}")
    unasked = [leaf for leaf in wanted if not leaf._requires_grad]
    try:
        for leaf in unasked:
            leaf._requires_grad = True
        found = output._walk(output._seed(grad_output), create_graph)
    finally:
        for leaf in unasked:
            leaf._requires_grad = False
    return tuple(found.get(leaf) for leaf in wanted)
