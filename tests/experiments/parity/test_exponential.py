"""torch's inner exponential and its order of sums, rebuilt: equal in every bit where tried."""

import pytest
import torch

from experiments.parity import arithmetic
from experiments.parity.exponential import cascade, rebuilt, swapped
from framework.variable import Function

DTYPES = [torch.float32, torch.float64]
TRIED = arithmetic.capability() == arithmetic.TRIED
CLOSE = {torch.float32: 2e-7, torch.float64: 4e-16}


@pytest.mark.parametrize("dtype", DTYPES)
def test_the_rebuilt_exponential_is_the_one_inside_kernels(dtype):
    """To the bit with torch 2.13.0 and AVX512; elsewhere within two units in the last place."""
    x = arithmetic._arguments(dtype)
    inner = arithmetic._inner_exponential(x)
    if TRIED:
        assert torch.equal(rebuilt(x), inner)
    torch.testing.assert_close(rebuilt(x), inner, rtol=CLOSE[dtype], atol=0)


@pytest.mark.parametrize("dtype", DTYPES)
def test_it_is_right_where_results_overflow_vanish_or_are_denormal(dtype):
    x = torch.tensor([-1e4, -745.0, -100.0, -87.5, 0.0, 88.0, 700.0, 1e4], dtype=dtype)
    expected = x.double().exp().to(dtype)
    torch.testing.assert_close(rebuilt(x), expected, rtol=4e-7, atol=2e-45)


@pytest.mark.parametrize("count", [1, 2, 15, 16, 17, 18, 100, 273, 1000])
def test_the_cascade_is_the_order_of_the_likelihood(count):
    values = torch.randn(count, 3, generator=torch.Generator().manual_seed(count)).log_softmax(1)
    index = torch.arange(count) % 3
    ours = cascade(-values.gather(1, index[:, None])[:, 0]) / count
    torchs = torch.nn.functional.nll_loss(values, index)
    if TRIED:
        assert torch.equal(ours, torchs)
    torch.testing.assert_close(ours, torchs, rtol=1e-6, atol=0)


def test_a_plain_mean_is_not_the_order_of_the_likelihood():
    """Else the cascade would prove nothing."""
    index = torch.zeros(1000, dtype=torch.int64)
    values = torch.randn(9, 1000, 3, generator=torch.Generator().manual_seed(0)).log_softmax(2)
    torchs = torch.stack([torch.nn.functional.nll_loss(each, index) for each in values])
    assert not torch.equal(-values[..., 0].mean(1), torchs)
    assert torch.equal(cascade(-values[..., 0]) / 1000, torchs) or not TRIED


def test_the_swap_ends_with_its_block():
    before = Function.table["exp"].value
    with swapped():
        assert Function.table["exp"].value is rebuilt
    assert Function.table["exp"].value is before


def test_the_table_of_facts_says_what_holds_here():
    frame = arithmetic.table().frame
    rebuilt_rows = frame[frame["fact"].str.contains("rebuilt")]
    assert len(rebuilt_rows) == 3
    if TRIED:
        assert rebuilt_rows["here"].str.startswith("equal in all").all()
    assert frame["here"].str.contains("equal|differs|bits").all()
