"""Products of matrices of stacked runs that are, bit for bit, each run's own product."""

from __future__ import annotations

from functools import cache
from typing import Any

import torch
from torch import Tensor

from framework.state import using

#: torch allocates at multiples of this many bytes, and so begins every matrix of its own.
ALIGNMENT = 64


def aligned_size(elements: int, dtype: torch.dtype) -> int:
    """The number of elements rounded up to whole multiples of `ALIGNMENT`."""
    width = max(ALIGNMENT // dtype.itemsize, 1)
    return -(-elements // width) * width


def aligned_empty(shape: tuple[int, ...], like: Tensor) -> Tensor:
    """Memory for one matrix a run, each beginning where a matrix of its own would."""
    runs, rows, columns = shape
    step = aligned_size(rows * columns, like.dtype)
    return like.new_empty(runs * step).as_strided(shape, (step, columns, 1))


def product(a: Any, b: Any, added: Any = None) -> Any:
    """The product a b, of two matrices or of one pair a run, plus a row that is `added`.

    The BLAS behind torch chooses between kernels by where in memory a matrix begins, and kernels
    round differently. So where that shows, each run's matrices begin where its own would; elsewhere
    the runs lie side by side, which is faster.

    Shapes: a (n, k) or (runs, n, k), b (k, m) or (runs, k, m), added (m) or (runs, m).
    """
    if a.dim() == b.dim() == 2:
        return torch.mm(a, b) if added is None else torch.addmm(added, a, b)
    if not (isinstance(a, Tensor) and isinstance(b, Tensor)):
        return a @ b
    way = _way(a.shape, b.shape, a.stride(), b.stride(), a.dtype, a.device, added is not None)
    if way == "all aligned":
        a, b = _aligned_copy(a), _aligned_copy(b)
    return _batched(a, b, added, way)


def _batched(a: Tensor, b: Tensor, added: Tensor | None, way: str) -> Tensor:
    result = None if way == "side by side" else aligned_empty((*a.shape[:2], b.shape[2]), a)
    if added is None:
        return torch.bmm(a, b, out=result)
    return torch.baddbmm(added.unsqueeze(-2), a, b, out=result)


def _aligned_copy(x: Tensor) -> Tensor:
    if x.stride(2) == 1:
        return aligned_empty(x.shape, x).copy_(x)
    return aligned_empty(x.mT.shape, x).mT.copy_(x)


@cache
def _way(
    a_shape: torch.Size,
    b_shape: torch.Size,
    a_steps: tuple[int, ...],
    b_steps: tuple[int, ...],
    dtype: torch.dtype,
    device: torch.device,
    adds: bool,
) -> str:
    """How much to align so that products of this layout round as single ones; found by trying.

    Nothing, for products that torch computes by other means than a single run's (vectors, and those
    below 400 multiplications): alignment would not help there.
    """
    runs, rows, inner = a_shape
    columns = b_shape[2]
    vectors = min(rows, inner, columns) < 2
    if device.type != "cpu" or runs == 1 or vectors or rows * inner * columns < 400:
        return "side by side"
    generator = torch.Generator().manual_seed(0)

    def drawn(shape: torch.Size, steps: tuple[int, ...]) -> Tensor:
        size = sum((n - 1) * step for n, step in zip(shape, steps, strict=True)) + 1
        flat = torch.empty(size, dtype=dtype).normal_(generator=generator)
        return flat.as_strided(shape, steps)

    def agrees(way: str) -> bool:
        a, b = drawn(a_shape, a_steps), drawn(b_shape, b_steps)
        added = torch.empty(runs, columns, dtype=dtype).normal_(generator=generator)
        alone = [
            torch.addmm(added[r].clone(), *pair) if adds else torch.mm(*pair)
            for r in range(runs)
            for pair in [(_alone(a[r]), _alone(b[r]))]
        ]
        if way == "all aligned":
            a, b = _aligned_copy(a), _aligned_copy(b)
        return torch.equal(_batched(a, b, added if adds else None, way), torch.stack(alone))

    with using(watched=False):
        for way in ("side by side", "aligned results"):
            if all(agrees(way) for _ in range(3)):
                return way
    return "all aligned"


def _alone(matrix: Tensor) -> Tensor:
    """A copy in memory of its own, in rows or columns as the matrix is."""
    return matrix.clone() if matrix.stride(1) == 1 else matrix.mT.clone().mT
