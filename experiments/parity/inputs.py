"""Inputs by name: ordinary ones, and those on which frameworks part.

Each pattern draws a tensor of a shape and dtype from a generator; the same name, shape and seed
give the same numbers on every machine.
"""

from collections.abc import Callable
from zlib import crc32

import torch
from torch import Generator, Tensor

KINKS = (-20.0, -6.0, -3.0, -2.0, -1.0, -0.5, -0.0, 0.0, 0.5, 1.0, 2.0, 3.0, 6.0, 20.0)
"""Where the pieces of torch.nn's activations and losses meet."""

TINY = {torch.float32: 2.0**-20, torch.float64: 2.0**-40}

Draw = Callable[[tuple[int, ...], torch.dtype, Generator], Tensor]


def generator(*names: str) -> Generator:
    """A random generator that belongs to these names alone."""
    return Generator().manual_seed(crc32("/".join(names).encode()))


def normal(shape: tuple[int, ...], dtype: torch.dtype, source: Generator) -> Tensor:
    """Standard normal numbers."""
    return torch.randn(shape, dtype=dtype, generator=source)


def positive(shape: tuple[int, ...], dtype: torch.dtype, source: Generator) -> Tensor:
    """Uniform numbers in (0, 1), none nearer to an end than 2^-10."""
    uniform = torch.rand(shape, dtype=dtype, generator=source)
    return uniform * (1 - 2.0**-9) + 2.0**-10


def ends(shape: tuple[int, ...], dtype: torch.dtype, source: Generator) -> Tensor:
    """Uniform numbers in (0, 1), every third of them 0 or 1."""
    values = positive(shape, dtype, source).flatten()
    values[::3] = (torch.arange(len(values[::3])) % 2).to(dtype)
    return values.reshape(shape)


def tiny(shape: tuple[int, ...], dtype: torch.dtype, source: Generator) -> Tensor:
    """Numbers so small that their squares vanish beside them."""
    return normal(shape, dtype, source) * TINY[dtype]


def huge(shape: tuple[int, ...], dtype: torch.dtype, source: Generator) -> Tensor:
    """Numbers whose exponentials overflow."""
    return normal(shape, dtype, source) * 1e4


def extreme(shape: tuple[int, ...], dtype: torch.dtype, source: Generator) -> Tensor:
    """Numbers whose cubes still fit into float32."""
    return normal(shape, dtype, source) * 1e10


def above(shape: tuple[int, ...], dtype: torch.dtype, source: Generator) -> Tensor:
    """Saturated from above: between 15 and 80."""
    return 15 + 65 * torch.rand(shape, dtype=dtype, generator=source)


def below(shape: tuple[int, ...], dtype: torch.dtype, source: Generator) -> Tensor:
    """Saturated from below: between -80 and -15."""
    return -above(shape, dtype, source)


def kinks(shape: tuple[int, ...], dtype: torch.dtype, source: Generator) -> Tensor:
    """The points in `KINKS` and their neighbours on both sides, as many as fit.

    Those of zero are the smallest normal numbers, since denormal ones count as zero here.
    """
    points = torch.tensor(KINKS, dtype=dtype)
    ends = torch.full_like(points, float("inf"))
    every = torch.stack([points, points.nextafter(-ends), points.nextafter(ends)], 1).flatten()
    smallest = torch.finfo(dtype).tiny
    every = torch.where((every != 0) & (every.abs() < smallest), every.sign() * smallest, every)
    count = int(torch.Size(shape).numel())
    start = int(torch.randint(len(every), (), generator=source))
    return every.roll(-start).repeat(count // len(every) + 1)[:count].reshape(shape)


def ties(shape: tuple[int, ...], dtype: torch.dtype, source: Generator) -> Tensor:
    """Small whole numbers, many of them equal."""
    return torch.randint(-1, 2, shape, generator=source).to(dtype)


def infinite(shape: tuple[int, ...], dtype: torch.dtype, source: Generator) -> Tensor:
    """Normal numbers with plus and minus infinity and NaN among them."""
    values = normal(shape, dtype, source).flatten()
    special = (float("inf"), float("-inf"), float("nan"))
    for place, value in zip(range(0, values.numel(), 4), special, strict=False):
        values[place] = value
    return values.reshape(shape)


def strided(shape: tuple[int, ...], dtype: torch.dtype, source: Generator) -> Tensor:
    """Every second column of a wider tensor: not contiguous."""
    return normal((*shape[:-1], 2 * shape[-1]), dtype, source)[..., ::2]


def transposed(shape: tuple[int, ...], dtype: torch.dtype, source: Generator) -> Tensor:
    """Columns in memory where rows are expected."""
    return normal((*shape[:-2], shape[-1], shape[-2]), dtype, source).mT


PATTERNS: dict[str, Draw] = {
    "normal": normal,
    "positive": positive,
    "ends": ends,
    "tiny": tiny,
    "huge": huge,
    "extreme": extreme,
    "above": above,
    "below": below,
    "kinks": kinks,
    "ties": ties,
    "infinite": infinite,
    "strided": strided,
    "transposed": transposed,
}

SIZES = {"one row": 1, "empty": 0, "odd": 33}
"""Patterns that are normal numbers in another number of rows; all else has five."""


def draw(pattern: str, features: tuple[int, ...], dtype: torch.dtype, source: Generator) -> Tensor:
    """A batch (n, *features) of the pattern called `pattern`."""
    shape = (SIZES.get(pattern, 5), *features)
    return PATTERNS.get(pattern, normal)(shape, dtype, source)
