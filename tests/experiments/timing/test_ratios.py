import numpy as np
import pytest

from experiments.timing.ratios import Control, Ratio, ratio, reached


def noisy(seconds, rounds=40, noise=0.02, seed=0):
    return list(seconds * np.random.default_rng(seed).lognormal(0, noise, rounds))


def exactly(median, low, high):
    return Ratio(median, low, high, (low, high), 20)


QUIET = Control(exactly(1.0, 0.99, 1.01))
NOISY = Control(exactly(1.0, 0.8, 1.2))


def test_a_candidate_that_takes_a_third_of_the_time_has_ratio_three():
    measured = ratio(noisy(3.0, seed=1), noisy(1.0, seed=2))
    assert measured.median == pytest.approx(3.0, rel=0.02)
    assert measured.low < 3.0 < measured.high


def test_the_interval_is_narrower_than_the_spread_of_single_rounds():
    measured = ratio(noisy(3.0, seed=1), noisy(1.0, seed=2))
    assert measured.spread[0] < measured.low < measured.high < measured.spread[1]


def test_a_slowdown_of_whole_rounds_cancels():
    slow = np.where(np.arange(40) < 15, 10.0, 1.0)
    baseline, candidate = noisy(3.0, seed=1), noisy(1.0, seed=2)
    undisturbed = ratio(baseline, candidate)
    assert ratio(slow * baseline, slow * candidate).median == pytest.approx(undisturbed.median)


def test_one_disturbed_round_does_not_move_the_median():
    baseline = [3.0] * 20
    disturbed = [3.0] * 19 + [300.0]
    assert ratio(disturbed, [1.0] * 20).median == ratio(baseline, [1.0] * 20).median


def test_identical_samples_give_an_interval_of_no_width():
    measured = ratio([2.0] * 10, [1.0] * 10)
    assert (measured.low, measured.median, measured.high) == (2.0, 2.0, 2.0)


def test_the_interval_covers_the_true_ratio_about_as_often_as_it_says():
    covered = 0
    for seed in range(100):
        measured = ratio(noisy(2.0, seed=seed), noisy(1.0, seed=1000 + seed))
        covered += measured.low <= 2.0 <= measured.high
    assert 86 <= covered <= 100


def test_a_ratio_is_scaled_as_a_whole():
    assert exactly(1.0, 0.9, 1.1).scaled(16) == exactly(16.0, 0.9 * 16, 1.1 * 16)


@pytest.mark.parametrize(("left", "right"), [(3, 4), (2, 2), (0, 0)])
def test_samples_of_different_or_too_few_rounds_are_refused(left, right):
    with pytest.raises(ValueError, match="the same rounds on both sides, three at least"):
        ratio([1.0] * left, [1.0] * right)


def test_the_noise_floor_is_the_end_of_the_control_s_interval_farther_from_one():
    assert Control(exactly(1.0, 0.97, 1.01)).floor == pytest.approx(0.03)


def test_a_control_that_is_steadily_off_fails():
    assert not Control(ratio(noisy(1.1, seed=1), noisy(1.0, seed=2))).passes


def test_a_control_of_equal_times_passes():
    assert Control(ratio(noisy(1.0, seed=1), noisy(1.0, seed=2))).passes


def test_a_verdict_is_withheld_where_the_control_fails():
    assert reached(exactly(9.0, 8.9, 9.1), 5.0, NOISY) == "withheld"


def test_a_time_of_disagreeing_losses_is_void_even_under_a_passing_control():
    assert reached(exactly(9.0, 8.9, 9.1), 5.0, QUIET, agrees=False) == "void"


@pytest.mark.parametrize(
    ("low", "high", "verdict"),
    [(5.0, 5.2, "yes"), (4.7, 4.9, "no"), (4.9, 5.1, "open")],
)
def test_a_target_is_reached_or_missed_only_by_the_whole_interval(low, high, verdict):
    assert reached(exactly((low + high) / 2, low, high), 5.0, QUIET) == verdict
