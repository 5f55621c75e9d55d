"""Products of stacked matrices round as each run's own product does."""

import pytest
import torch

from framework.products import aligned_empty, aligned_size, product

RUNS = 5
SHAPES = [(100, 25, 2), (2, 100, 25), (25, 100, 25), (10, 25, 25), (7, 33, 9), (64, 64, 64)]


def alone(matrix: torch.Tensor) -> torch.Tensor:
    return matrix.clone() if matrix.stride(1) == 1 else matrix.mT.clone().mT


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
@pytest.mark.parametrize("shape", SHAPES, ids=str)
@pytest.mark.parametrize("transposed", [(False, False), (True, False), (False, True)], ids=str)
def test_a_stacked_product_is_each_runs_own_to_the_bit(dtype, shape, transposed):
    rows, inner, columns = shape
    a = torch.randn(RUNS, *((inner, rows) if transposed[0] else (rows, inner)), dtype=dtype)
    b = torch.randn(RUNS, *((columns, inner) if transposed[1] else (inner, columns)), dtype=dtype)
    a, b = (m.mT if flip else m for m, flip in zip((a, b), transposed, strict=True))
    together = product(a, b)
    for run in range(RUNS):
        assert torch.equal(together[run], torch.mm(alone(a[run]), alone(b[run])))


def test_a_row_is_added_as_addmm_adds_it():
    a, b, added = torch.randn(RUNS, 50, 25), torch.randn(RUNS, 25, 2), torch.randn(RUNS, 2)
    together = product(a, b, added)
    for run in range(RUNS):
        expected = torch.addmm(added[run].clone(), alone(a[run]), alone(b[run]))
        assert torch.equal(together[run], expected)


@pytest.mark.parametrize("shape", [(1, 25, 25), (25, 1, 25), (100, 25, 1), (2, 3, 2)], ids=str)
def test_vectors_and_small_products_stay_batched_and_right(shape):
    rows, inner, columns = shape
    a, b = torch.randn(RUNS, rows, inner), torch.randn(RUNS, inner, columns)
    torch.testing.assert_close(
        product(a, b), torch.stack([x @ y for x, y in zip(a, b, strict=True)])
    )


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64, torch.int64])
def test_aligned_matrices_begin_at_multiples_of_64_bytes(dtype):
    memory = aligned_empty((RUNS, 2, 25), torch.empty(0, dtype=dtype))
    assert memory.shape == (RUNS, 2, 25)
    assert all(memory[run].data_ptr() % 64 == 0 for run in range(RUNS))
    assert aligned_size(50, dtype) * dtype.itemsize % 64 == 0
