"""`Loss`, what every loss is."""

from __future__ import annotations

from typing import Any, ClassVar

import torch
from torch import Tensor

from framework.module import Module, from_recording
from framework.variable import Variable, using

REDUCTIONS = ("mean", "sum", "none")


class Loss(Module):
    """A function of a prediction and a target, `loss(prediction, target)`.

    Of stacked runs it takes (runs, n, …) and gives one value a run.

    Args:
        reduction: "mean" over all elements, their "sum", or "none".

    Raises:
        ValueError: an unknown reduction.
    """

    #: Whether prediction and target must have the same shape and dtype.
    same_shape: ClassVar[bool] = True

    def __init__(self, reduction: str = "mean") -> None:
        if reduction not in REDUCTIONS:
            raise ValueError(
                f"{type(self).__name__} takes reduction mean, sum or none, and got {reduction!r}"
            )
        self.reduction = reduction

    def __call__(self, *inputs: Any) -> Any:
        if len(inputs) >= 2:
            self.check(*inputs)
        return super().__call__(*inputs)

    def check(self, prediction: Any, target: Any, *others: Any) -> None:
        """Refuse what the loss is not defined for, before anything is computed."""
        name = type(self).__name__
        if prediction.shape[:1] == (0,) and self.reduction == "mean":
            raise ValueError(f"{name}: the batch is empty, and a mean over nothing has no value")
        if self.same_shape and prediction.shape != target.shape:
            raise ValueError(
                f"{name} takes prediction and target of one shape, and got "
                f"{tuple(prediction.shape)} and {tuple(target.shape)}"
            )
        if self.same_shape and prediction.dtype != target.dtype:
            raise TypeError(
                f"{name} takes prediction and target of one dtype, and got "
                f"{prediction.dtype} and {target.dtype}"
            )

    @from_recording
    def backward(  # type: ignore[override]
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
        leaf = Variable(prediction)
        with using(recording=True, inside_module=False):
            self(leaf, target).backward(grad_output)
        return torch.zeros_like(prediction) if leaf.grad is None else leaf.grad

    @property
    def by_run(self) -> bool:
        """Whether each run has a value of its own."""
        return self.runs is not None

    def reduce(self, values: Any) -> Any:
        """Reduce element-wise values as `reduction` says, each run by itself."""
        if self.reduction == "none":
            return values
        if self.by_run:
            values = values.reshape(values.shape[0], -1)
            return values.mean(1) if self.reduction == "mean" else values.sum(1)
        return values.mean() if self.reduction == "mean" else values.sum()

    def extra_repr(self) -> str:
        """Nothing, as in torch."""
        return ""
