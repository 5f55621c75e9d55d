"""`Loss`, what every loss is."""

from __future__ import annotations

from typing import Any, ClassVar

import torch
from torch import Tensor

from framework.module import Module, from_recording
from framework.state import using
from framework.variable import Variable


class Loss(Module):
    """A function of a prediction and a target, `loss(prediction, target)`.

    Of stacked runs it takes (runs, n, …) and gives one value a run.

    Args:
        size_average: an old name of torch's; use `reduction`.
        reduce: likewise.
        reduction: "mean" over all elements, their "sum", or "none".

    Raises:
        ValueError: an unknown reduction.
    """

    #: What `reduction` may be.
    reductions: ClassVar[tuple[str, ...]] = ("mean", "sum", "none")
    #: Whether prediction and target must have the same shape, and the same dtype.
    same_shape: ClassVar[bool] = True
    same_dtype: ClassVar[bool] = True

    def __init__(
        self,
        size_average: bool | None = None,
        reduce: bool | None = None,
        reduction: str = "mean",
    ) -> None:
        name = type(self).__name__
        if size_average is not None or reduce is not None:
            raise ValueError(f"{name}: size_average and reduce are not supported; use reduction=")
        if reduction not in self.reductions:
            raise ValueError(
                f"{name} takes reduction {', '.join(self.reductions)}, and got {reduction!r}"
            )
        self.reduction = reduction

    def __call__(self, *inputs: Any, **arguments: Any) -> Any:
        """Check the inputs, then compute the loss."""
        if len(inputs) >= 2:
            self.check(*inputs)
        return super().__call__(*inputs, **arguments)

    def check(self, prediction: Any, target: Any, *others: Any) -> None:
        """Refuse what the loss is not defined for, before anything is computed."""
        name = type(self).__name__
        shape, wanted = prediction.shape, target.shape
        if 0 in shape and self.reduction != "none" and 0 in shape[: 1 + (self.runs is not None)]:
            raise ValueError(f"{name}: the batch is empty, and nothing has no loss")
        if self.same_shape and shape != wanted:
            raise ValueError(
                f"{name} takes prediction and target of one shape, and got "
                f"{tuple(shape)} and {tuple(wanted)}"
            )
        if self.same_shape and self.same_dtype and prediction.dtype != target.dtype:
            raise TypeError(
                f"{name} takes prediction and target of one dtype, and got "
                f"{prediction.dtype} and {target.dtype}"
            )

    @from_recording
    def backward(
        self, prediction: Tensor, target: Tensor, grad_output: Tensor | None = None
    ) -> Tensor:
        """The gradient with respect to the prediction.

        Args:
            prediction: what the loss was called with.
            target: likewise.
            grad_output: gradient with respect to the loss' value; may be left out where that is a
                scalar (stacked: one scalar per run).

        Raises:
            RuntimeError: no `grad_output` for a loss with reduction "none".
        """
        return self._gradients((prediction, target), (0,), grad_output)[0]

    def _gradients(
        self, inputs: tuple[Tensor, ...], wanted: tuple[int, ...], grad_output: Tensor | None
    ) -> tuple[Tensor, ...]:
        """The gradients with respect to the inputs at the wanted positions."""
        leaves = {position: Variable(inputs[position]) for position in wanted}
        with using(recording=True, inside_module=False):
            value = self(*[leaves.get(i, x) for i, x in enumerate(inputs)])
            value.backward(grad_output)
        return tuple(
            torch.zeros_like(leaf.data) if leaf.grad is None else leaf.grad
            for leaf in leaves.values()
        )

    @property
    def by_run(self) -> bool:
        """Whether each run has a value of its own."""
        return self.runs is not None

    def reduce(self, values: Any) -> Any:
        """Reduce element-wise values as `reduction` says, each run by itself."""
        if self.reduction == "none":
            return values
        if self.reduction == "sum":
            return self.total(values)
        return values.reshape(values.shape[0], -1).mean(1) if self.by_run else values.mean()

    def total(self, values: Any) -> Any:
        """The sum of element-wise values, each run by itself."""
        return values.reshape(values.shape[0], -1).sum(1) if self.by_run else values.sum()

    def extra_repr(self) -> str:
        """Nothing, as in torch."""
        return ""


class WeightedLoss(Loss):
    """A loss with a factor for elements or classes, `weight`."""

    weight: Tensor | None

    def __init__(
        self,
        weight: Tensor | None = None,
        size_average: bool | None = None,
        reduce: bool | None = None,
        reduction: str = "mean",
    ) -> None:
        super().__init__(size_average, reduce, reduction)
        self.register_buffer("weight", weight)

    def broadcast(self, factor: Tensor, x: Any) -> Tensor:
        """A factor so that it broadcasts against x, also where each run has its own."""
        if not self.by_run:
            return factor
        ones = (1,) * (x.dim() - factor.dim())
        return factor.reshape(factor.shape[0], *ones, *factor.shape[1:])
