import math

import numpy as np
import pytest

from experiments.reports import presentation
from experiments.reports.published import Published, number


@pytest.mark.parametrize(
    ("value", "spread", "text"),
    [
        (0.23084, 0.08412, "0.231 ± 0.084"),
        (97.634, 0.7699, "97.63 ± 0.77"),
        (97.634, 12.4, "98 ± 12"),
        (0.5, 0.0, "0.5 ± 0"),
        (4.12e-7, 1.03e-7, "4.12e-07 ± 1.0e-07"),
        (0.5, 2e-9, "0.5 ± 2.0e-09"),
        (0.5, None, "0.5"),
        (0.5, math.nan, "0.5"),
        (math.nan, 0.1, "–"),
    ],
)
def test_a_spread_shows_two_digits(value, spread, text):
    assert presentation.with_spread(value, spread) == text


@pytest.mark.parametrize(
    ("numbers", "text"),
    [
        ((0.006, -0.0101, 0.0211), "+0.006 [−0.010, +0.021]"),
        ((0.0, 0.0, 0.0), "0"),
        ((-2.4e-8, -2.8e-7, 2.4e-7), "−2.4e−08 [−2.8e−07, +2.4e−07]"),
        ((math.nan, math.nan, math.nan), "–"),
    ],
)
def test_an_interval_shows_two_digits_of_its_half_width(numbers, text):
    assert presentation.with_interval(*numbers) == text


def test_a_published_number_keeps_its_digits():
    shown = presentation.published(number("cappelletti-2019", "table-2 MSE, theirs: test accuracy"))
    assert shown == "0.9763 ± 0.007699"


def test_a_published_number_can_be_shown_in_per_cent():
    assert presentation.published(Published(0.9763, 0.007699, "mean", "", 20, "", ""), 100) == (
        "97.63 ± 0.7699"
    )


def test_mean_and_median_leave_out_missing_runs():
    values = np.array([1.0, 2.0, 6.0, math.nan])
    assert presentation.mean(values) == "3.0 ± 2.6"
    assert presentation.median(values) == "2.0 ± 2.6"


def test_one_run_has_no_spread():
    assert presentation.mean(np.array([0.25])) == "0.25"


def test_the_interval_of_a_mean_is_students():
    # t(.975, 3) = 3.182, s = 1.291, n = 4: 2.5 ± 2.054
    assert presentation.mean_interval(np.array([1.0, 2.0, 3.0, 4.0])) == "2.5 [0.4, 4.6]"


@pytest.mark.parametrize(
    ("numbers", "text"),
    [
        ((25.0, 25.0, 25.0), "+25 [+25, +25]"),
        ((25.0, 25.0 - 3e-14, 25.0 + 3e-14), "+25 [+25, +25]"),
        ((-0.5, -0.500002, -0.499998), "−0.500000 [−0.500002, −0.499998]"),
    ],
)
def test_an_interval_of_almost_no_width_needs_no_exponent(numbers, text):
    assert presentation.with_interval(*numbers) == text


def test_an_interval_ends_where_the_quantity_does():
    values = np.array([0.0, 0.0, 0.9])
    assert presentation.mean_interval(values, (0, 1)) == "0.3 [0.0, 1.0]"


def test_an_interval_of_equal_values_is_that_value():
    assert presentation.mean_interval(np.zeros(3)) == "0 [0, 0]"
