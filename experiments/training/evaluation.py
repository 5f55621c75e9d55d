"""How good outputs are: losses, confusion counts, accuracy, F1. One implementation for all."""

from typing import TYPE_CHECKING

import torch
from torch import Tensor

from experiments.specification import building

if TYPE_CHECKING:
    from experiments.specification import Entry


def losses(loss: "Entry", outputs: Tensor, target: Tensor) -> Tensor:
    """The loss of each run, (runs,), for outputs (runs, n, outputs); torch computes it for all."""
    compute = building.build_loss(building.reference(), loss).to(outputs.dtype)
    return torch.stack([compute(*each) for each in zip(outputs, target, strict=True)])


def decide(outputs: Tensor, decision: str, threshold: float = 0.5) -> Tensor:
    """The classes (runs, n) that outputs (runs, n, outputs) stand for.

    "argmax": the largest output's; "threshold": 1 where the only output is above `threshold`.
    """
    if decision == "threshold":
        return (outputs[..., 0] > threshold).long()
    return outputs.argmax(-1)


def confusion(predicted: Tensor, labels: Tensor, classes: int) -> Tensor:
    """Counts (runs, true class, predicted class) of predicted and labels, both (runs, n).

    Raises:
        ValueError: one of them is no class.
    """
    largest = int(torch.maximum(predicted, labels).max())
    if largest >= classes:
        raise ValueError(f"class {largest} (from 0) is none of the model's {classes}")
    runs = torch.arange(len(labels))[:, None]
    cells = (runs * classes + labels) * classes + predicted
    counts = torch.bincount(cells.flatten(), minlength=len(labels) * classes * classes)
    return counts.view(len(labels), classes, classes)


def accuracy(counts: Tensor) -> Tensor:
    """The fraction of points on the diagonal of counts (..., classes, classes)."""
    return counts.diagonal(dim1=-2, dim2=-1).sum(-1).double() / counts.sum((-2, -1))


def f1(counts: Tensor) -> Tensor:
    """F1 = 2 tp / (2 tp + fp + fn) of counts (..., classes, classes), 0 without true positives.

    Of class 1 where there are two classes, else the mean over all classes (macro).
    """
    right = counts.diagonal(dim1=-2, dim2=-1).double()
    # A class that is neither there nor predicted has 0 / 0: the clamp makes it 0.
    each = 2 * right / (counts.sum(-1) + counts.sum(-2)).clamp(min=1)
    return each[..., 1] if counts.shape[-1] == 2 else each.mean(-1)
