"""How far two tensors are apart."""

import math

import pytest
import torch

from experiments.parity.measures import Truth, measure, ulp_distance

DTYPES = [torch.float32, torch.float64]


def apart(left, right, dtype=torch.float64):
    return float(
        ulp_distance(torch.tensor([left], dtype=dtype), torch.tensor([right], dtype=dtype))
    )


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("value", [1.0, -1.0, 1e-30, -3e30, 0.0])
def test_neighbours_are_one_ulp_apart(dtype, value):
    here = torch.tensor([value], dtype=dtype)
    assert float(ulp_distance(here, here.nextafter(torch.full_like(here, math.inf)))) == 1


def test_zero_and_minus_zero_are_equal():
    assert apart(0.0, -0.0) == 0


def test_the_smallest_numbers_around_zero_are_two_ulp_apart():
    smallest = 5e-324
    assert apart(smallest, -smallest) == 2


def test_nan_equals_nan_and_nothing_else():
    assert apart(math.nan, math.nan) == 0
    assert apart(math.nan, 1.0) == math.inf


def test_numbers_of_opposite_sign_are_far_apart_without_overflow():
    assert apart(1e300, -1e300) > 2**62


def test_one_ulp_is_seen_beside_huge_bit_patterns():
    assert apart(1e300, math.nextafter(1e300, math.inf)) == 1


@pytest.mark.parametrize("dtype", DTYPES)
def test_the_scaled_error_counts_epsilons_of_the_largest_element(dtype):
    eps = torch.finfo(dtype).eps
    referee = torch.tensor([4.0, 1e-3], dtype=dtype)
    measured = torch.tensor([4.0, 1e-3 + 8 * eps], dtype=dtype)
    assert measure(measured, referee).scaled == pytest.approx(2, rel=0.02)


def test_the_worst_element_is_named():
    referee = torch.tensor([[1.0, 2.0], [3.0, 4.0]])
    measured = torch.tensor([[1.0, 2.5], [3.0, 4.1]])
    assert measure(measured, referee).worst == 1


def test_the_truth_is_known_beyond_float64():
    third = Truth(torch.tensor([1 / 3], dtype=torch.float64), torch.tensor([1.85e-17]).double())
    exact = Truth(third.high, torch.zeros(1, dtype=torch.float64))
    assert float(third.error(third.high)) == pytest.approx(1.85e-17)
    assert float(exact.error(third.high)) == 0


def test_the_ratio_says_who_is_nearer_to_the_truth():
    truth = Truth(torch.tensor([1.0]).double(), torch.zeros(1).double())
    found = measure(torch.tensor([1.0 + 2e-6]), torch.tensor([1.0 + 1e-6]), truth)
    assert found.ratio == pytest.approx(2, rel=0.1)


def test_an_infinity_in_both_is_no_error():
    both = torch.tensor([math.inf, 1.0])
    found = measure(both, both.clone())
    assert found.exact
    assert found.scaled == 0


def test_nothing_is_equal_to_nothing():
    assert measure(torch.empty(0, 3), torch.empty(0, 3)).exact
