"""Losses for one of several classes."""

from __future__ import annotations

from typing import Any, ClassVar

import torch
from torch import Tensor

from framework import derivatives
from framework.layers.arguments import own_shape, run_dims
from framework.losses.loss import WeightedLoss
from framework.state import using
from framework.variable import Function


class NLLLoss(WeightedLoss):
    """−w[t]·x[t], reduced, as torch.nn.NLLLoss: x holds log-probabilities.

    The mean is weighted: the sum of the values divided by that of the weights w[t].

    Args:
        weight: w, one factor a class.
        size_average: an old name of torch's; use `reduction`.
        ignore_index: a target that does not count.
        reduce: as `size_average`.
        reduction: "mean", "sum" or "none".

    Shapes: x (n, C, *) or (C), t (n, *) or () of int64.

    Raises:
        ValueError: an index below 0 or not below C; shapes that do not belong together.
        TypeError: targets of another dtype.
    """

    same_shape = False
    #: The loss where every target counts alike, as one function.
    plain_mean: ClassVar[Function] = derivatives.nll_mean

    def __init__(
        self,
        weight: Tensor | None = None,
        size_average: bool | None = None,
        ignore_index: int = -100,
        reduce: bool | None = None,
        reduction: str = "mean",
    ) -> None:
        super().__init__(weight, size_average, reduce, reduction)
        self.ignore_index = ignore_index
        # Once a target was ignored, more are expected, and looked for at once.
        self._ignores = ignore_index >= 0

    def check(self, prediction: Any, target: Any, *others: Any) -> None:
        """Look at shapes, dtype and, where the device would not, at the indices."""
        super().check(prediction, target)
        name, shape = type(self).__name__, own_shape(self, prediction)
        if target.dtype != torch.int64:
            raise TypeError(f"{name} takes class indices of int64, and got {target.dtype}")
        wanted = shape[:1] + shape[2:] if len(shape) > 1 else ()
        if not shape or own_shape(self, target) != wanted:
            raise ValueError(
                f"{name} takes a prediction (n, classes, …) and a target (n, …), and got "
                f"{shape} and {own_shape(self, target)}"
            )
        if target.device.type != "cpu":
            with using(watched=False):
                self._refuse_outside(derivatives.constant(target), shape[min(1, len(shape) - 1)])

    def forward(self, prediction: Any, target: Any) -> Any:
        """Compute the loss."""
        return self.of_indices(self.classes_last(prediction), derivatives.constant(target))

    def classes_last(self, x: Any) -> Any:
        """x with the classes in its last dimension."""
        first = run_dims(self)
        if x.dim() - first <= 2:
            return x
        rest = range(first + 2, x.dim())
        return derivatives.permute(x, [*range(first + 1), *rest, first + 1])

    def of_indices(self, x: Any, index: Tensor) -> Any:
        """The loss of x (…, C) at indices (…)."""
        plain = self.weight is None and self.reduction == "mean" and not self._ignores
        if plain and index.dim() == 1 + run_dims(self) and index.device.type == "cpu":
            try:
                return self.plain_mean(x, index, runs=self.by_run)
            except (RuntimeError, IndexError):
                self._ignores = bool((index == self.ignore_index).any())
        return self.weighted(*self._picked(self.log_probabilities(x), index))

    def log_probabilities(self, x: Any) -> Any:
        """Of a prediction with the classes in its last dimension."""
        return x

    def _picked(self, x: Any, index: Tensor) -> tuple[Any, Tensor]:
        """−w[t]·x[t] and w[t], both 0 where the target is ignored."""
        counts = index != self.ignore_index
        places = torch.where(counts, index, 0).unsqueeze(-1)
        try:
            values = -derivatives.gather(x, -1, places).squeeze(-1)
        except (RuntimeError, IndexError):
            self._refuse_outside(index, x.shape[-1])
            raise
        weights = counts.to(x.dtype)
        if self.weight is not None:
            per_class = self.broadcast(self.weight, x).expand(x.shape)
            weights = weights * per_class.gather(-1, places).squeeze(-1)
            values = values * weights
        return derivatives.where(counts, values, 0.0), weights

    def weighted(self, values: Any, weights: Tensor) -> Any:
        """Reduce values; the mean is divided by the sum of the weights."""
        if self.reduction == "mean":
            return self.total(values) / self.total(weights)
        return self.reduce(values)

    def _refuse_outside(self, index: Tensor, classes: int) -> None:
        outside = index[((index < 0) | (index >= classes)) & (index != self.ignore_index)]
        if outside.numel():
            raise ValueError(
                f"{type(self).__name__} takes class indices from 0 to {classes - 1}, "
                f"and got {outside.flatten()[0].item()}"
            ) from None


class CrossEntropyLoss(NLLLoss):
    """−log softmax(x)[t], reduced, as torch.nn.CrossEntropyLoss.

    Args:
        weight: one factor a class.
        size_average: an old name of torch's; use `reduction`.
        ignore_index: a target index that does not count.
        reduce: as `size_average`.
        reduction: "mean", "sum" or "none".
        label_smoothing: e; the target becomes (1 − e) times itself plus e/C for every class.

    Shapes: x (n, C, *) or (C) scores; t (n, *) or () class indices of int64, or, of x's shape,
    probabilities: then the loss is −Σ t·log softmax(x) over the classes.

    Raises:
        ValueError: an index below 0 or not below C; shapes that do not belong together.
        TypeError: targets of another dtype.

    >>> CrossEntropyLoss()(torch.zeros(3, 4), torch.tensor([0, 1, 3]))
    tensor(1.3863)
    """

    plain_mean = derivatives.cross_entropy

    def __init__(
        self,
        weight: Tensor | None = None,
        size_average: bool | None = None,
        ignore_index: int = -100,
        reduce: bool | None = None,
        reduction: str = "mean",
        label_smoothing: float = 0.0,
    ) -> None:
        super().__init__(weight, size_average, ignore_index, reduce, reduction)
        if not 0 <= label_smoothing <= 1:
            raise ValueError(
                f"CrossEntropyLoss takes label_smoothing from 0 to 1, and got {label_smoothing}"
            )
        self.label_smoothing = label_smoothing

    def check(self, prediction: Any, target: Any, *others: Any) -> None:
        """Probabilities have the shape of the scores."""
        if not derivatives.constant(target).is_floating_point():
            super().check(prediction, target)
        elif prediction.shape != target.shape or prediction.dtype != target.dtype:
            raise ValueError(
                "CrossEntropyLoss takes probabilities of the scores' shape and dtype, and got "
                f"{tuple(target.shape)} of {target.dtype} for {tuple(prediction.shape)} of "
                f"{prediction.dtype}"
            )

    def forward(self, prediction: Any, target: Any) -> Any:
        """Compute the loss."""
        x, index = self.classes_last(prediction), derivatives.constant(target)
        if index.is_floating_point():
            return self._of_probabilities(self.log_probabilities(x), self.classes_last(target))
        if self.label_smoothing == 0:
            return self.of_indices(x, index)
        return self._smoothed(self.log_probabilities(x), index)

    def log_probabilities(self, x: Any) -> Any:
        """Of a prediction with the classes in its last dimension."""
        return derivatives.log_softmax(x, dim=-1)

    def _per_class(self, x: Any) -> Any:
        """x times the classes' weights."""
        return x if self.weight is None else x * self.broadcast(self.weight, x)

    def _smoothed(self, x: Any, index: Tensor) -> Any:
        values, weights = self._picked(x, index)
        spread = -self._per_class(x).sum(-1)
        spread = derivatives.where(index != self.ignore_index, spread, 0.0)
        of_each = self.label_smoothing / x.shape[-1]
        sharp = self.weighted(values, weights)
        return sharp * (1 - self.label_smoothing) + self.weighted(spread, weights) * of_each

    def _of_probabilities(self, x: Any, target: Any) -> Any:
        if self.label_smoothing:
            target = target * (1 - self.label_smoothing) + self.label_smoothing / x.shape[-1]
        values = -self._per_class(x * target)
        if self.reduction == "none":
            return values.sum(-1)
        total = self.total(values)
        if self.reduction == "sum":
            return total
        return total / (x.numel() // (x.shape[-1] * total.numel()))
