"""Data sets: points and labels, split, standardised, with the targets a loss wants.

Points are drawn in float64 and converted last, so runs of either dtype see the same points.
"""

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import torch
from torch import Tensor

from experiments.specification.building import attribute
from experiments.specification.checks import facts, is_file
from experiments.specification.files_of_points import read
from experiments.training import seeds

if TYPE_CHECKING:
    from experiments.specification import Data

SPLITS = ("train", "test", "validation")
RADIUS_SQUARED = 1 / (2 * math.pi)


@dataclass(frozen=True)
class Points:
    """Points x (n, features) float64 and their classes, labels (n,) int64."""

    x: Tensor
    labels: Tensor

    def __getitem__(self, index: slice | Tensor) -> "Points":
        return Points(self.x[index], self.labels[index])


@dataclass(frozen=True)
class Part:
    """What a split of a data set is trained on or evaluated with.

    `target` is (n,) class indices or (n, outputs) in the dtype of `x` (n, features).
    """

    x: Tensor
    target: Tensor
    labels: Tensor


Split = dict[str, Part]
"""By name: "train", "test" and, where there is one, "validation"."""


def load(data: "Data", run_seed: int, dtype: torch.dtype = torch.float32) -> Split:
    """The data set as a run with this seed sees it; `data.seed`, where given, decides instead.

    Raises:
        ValueError: a file has changed, has too few points or cannot be read as points.
    """
    seed = run_seed if data.seed is None else data.seed
    raw = _draw(data, seed)
    # Of the whole set: the last class may have no point in any of the splits.
    known = facts(data)
    classes = known.classes if known else _classes(raw)
    mean, deviation = _scale(data.standardise, raw["train"].x)
    return {
        name: Part(
            x=((points.x - mean) / deviation).to(dtype),
            target=encode(points.labels, data.target, max(classes, 2), dtype),
            labels=points.labels,
        )
        for name, points in raw.items()
    }


def _classes(raw: dict[str, Points]) -> int:
    return int(max(points.labels.max() for points in raw.values())) + 1


def encode(labels: Tensor, target: str, classes: int, dtype: torch.dtype) -> Tensor:
    """Labels (n,) as a loss wants them: see `specification.Data.target`.

    Raises:
        ValueError: a single column was asked for more than two classes.
    """
    if target == "index":
        return labels
    if target == "scalar":
        if classes > 2:
            raise ValueError(f"target 'scalar' is for two classes, there are {classes}")
        return labels[:, None].to(dtype)
    one_hot = torch.nn.functional.one_hot(labels, classes).to(dtype)
    return one_hot if target == "one-hot" else 2 * one_hot - 1


def _draw(data: "Data", seed: int) -> dict[str, Points]:
    sizes = {name: getattr(data, name) for name in SPLITS if getattr(data, name)}
    if ":" in data.name and not is_file(data.name):
        drawn: dict[str, Points] = attribute(data.name)(data, seed)
        _check_sizes(data.name, drawn, sizes)
        return drawn
    generator = seeds.generator("data", seed)
    if data.name in GENERATED:
        # Split by split, so that a validation split leaves the other two as they are.
        return {
            name: GENERATED[data.name](size, generator, data.noise) for name, size in sizes.items()
        }
    points = _whole(data)
    return _divide(points, sizes, generator, data.name)


def _check_sizes(name: str, drawn: dict[str, Points], sizes: dict[str, int]) -> None:
    """Raise ValueError where a user's function left a split out or has other training points."""
    found = {split: len(points.labels) for split, points in drawn.items()}
    if not sizes.keys() <= found.keys() or found["train"] != sizes["train"]:
        raise ValueError(f"{name} returned {_listed(found)}: asked for were {_listed(sizes)}")


def _listed(sizes: dict[str, int]) -> str:
    return ", ".join(f"{split}={size}" for split, size in sizes.items())


def _divide(
    points: Points, sizes: dict[str, int], generator: torch.Generator, name: str
) -> dict[str, Points]:
    count = len(points.labels)
    if sum(sizes.values()) > count:
        raise ValueError(f"{name} has {count} points: too few for {_listed(sizes)}")
    parts = torch.randperm(count, generator=generator)[: sum(sizes.values())].split(
        list(sizes.values())
    )
    return {key: points[part] for key, part in zip(sizes, parts, strict=True)}


def _scale(standardise: str, x: Tensor) -> tuple[Tensor, Tensor]:
    """What to subtract and what to divide by, from the training points alone."""
    if standardise == "none":
        return torch.zeros(1, dtype=x.dtype), torch.ones(1, dtype=x.dtype)
    if standardise == "scalar":
        return x.mean(), x.std()
    deviation = x.std(0)
    return x.mean(0), torch.where(deviation > 0, deviation, torch.ones_like(deviation))


def _disk(count: int, generator: torch.Generator, _: float) -> Points:
    """Uniform in the unit square; class 1 inside a disk of half its area around the centre."""
    x = torch.rand(count, 2, generator=generator, dtype=torch.float64)
    inside = (x - 0.5).square().sum(1) < RADIUS_SQUARED
    return Points(x, inside.long())


def _moons(count: int, generator: torch.Generator, noise: float) -> Points:
    """Two interleaved half circles with normal noise of deviation `noise`."""
    from sklearn.datasets import make_moons

    x, labels = make_moons(count, shuffle=False)
    points = Points(torch.from_numpy(x), torch.from_numpy(labels))
    shift = noise * torch.randn(count, 2, generator=generator, dtype=torch.float64)
    shuffle = torch.randperm(count, generator=generator)
    return Points(points.x + shift, points.labels)[shuffle]


GENERATED = {"disk": _disk, "moons": _moons}


def _whole(data: "Data") -> Points:
    """All points of a data set that is not generated."""
    if data.name in ("digits", "breast_cancer"):
        from sklearn import datasets

        x, labels = getattr(datasets, f"load_{data.name}")(return_X_y=True)
        return Points(torch.from_numpy(x).double(), torch.from_numpy(labels).long())
    return Points(*map(torch.from_numpy, read(data.name, data.digest)))
