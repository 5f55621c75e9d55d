import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as some
from scipy import stats
from statsmodels.stats.weightstats import ttost_paired

from experiments import statistics

NUMBERS = np.array([2.0, 4.0, 4.0, 4.0, 5.0, 5.0, 7.0, 9.0])


def noisy(shift, scale=1.0, count=20, seed=0):
    """A sample and another that is ``shift`` lower on average, as pairs."""
    random = np.random.default_rng(seed)
    base = random.normal(size=count)
    return base + shift + scale * random.normal(size=count) / 10, base


def test_mean_and_both_deviations_by_hand():
    assert statistics.mean(NUMBERS) == 5.0
    assert statistics.deviation(NUMBERS, "population") == 2.0
    assert statistics.deviation(NUMBERS) == pytest.approx(math.sqrt(32 / 7))


def test_a_kind_of_deviation_that_does_not_exist_is_refused():
    with pytest.raises(ValueError, match="'sample': use 'unbiased' or 'population'"):
        statistics.deviation(NUMBERS, "sample")


def test_the_interval_of_a_mean_is_students():
    found = statistics.mean_interval(NUMBERS)
    low, high = stats.t.interval(0.95, 7, loc=5.0, scale=stats.sem(NUMBERS))
    assert (found.low, found.high) == pytest.approx((low, high))
    assert found.count == 8


def test_values_that_are_not_finite_are_left_out_and_the_count_says_so():
    found = statistics.mean_interval([1.0, math.inf, 3.0, math.nan])
    assert (found.estimate, found.count) == (2.0, 2)


@pytest.mark.parametrize("values", [[], [1.0], [math.nan, 1.0]])
def test_one_value_or_none_has_no_interval(values):
    found = statistics.mean_interval(values)
    assert math.isnan(found.low)
    assert math.isnan(found.high)
    assert found.count == len(statistics.finite(values))


def test_a_paired_difference_agrees_with_scipy():
    first, second = noisy(0.1)
    low, high = stats.ttest_rel(first, second).confidence_interval(0.95)
    found = statistics.paired_difference(first, second)
    assert (found.low, found.high) == pytest.approx((low, high))
    assert found.estimate == pytest.approx(np.mean(first - second))


def test_a_pair_with_one_value_that_is_not_finite_is_left_out():
    found = statistics.paired_difference([1.0, math.nan, 5.0, 2.0], [0.0, 1.0, math.inf, 1.0])
    assert (found.estimate, found.count) == (1.0, 2)


@pytest.mark.parametrize(("gaps", "verdict"), [(0.0, "undecided"), (1e-6, "different")])
def test_pairs_of_which_one_side_was_lost_are_neither_identical_nor_equivalent(gaps, verdict):
    gone = NUMBERS == 4
    lost = np.where(gone, math.nan, NUMBERS + gaps * np.arange(1, 9))
    found = statistics.compare(lost, NUMBERS, 0.5)
    assert (found.verdict, found.one_sided) == (verdict, 3)
    assert statistics.compare_all([(lost, NUMBERS, 0.5)])[0].verdict == verdict
    where_both_are = statistics.compare(lost, np.where(gone, math.nan, NUMBERS), 0.5)
    assert where_both_are.verdict in ("identical", "equivalent")


def test_samples_of_different_lengths_are_no_pairs():
    with pytest.raises(ValueError, match="two samples of one length"):
        statistics.compare([1.0, 2.0], [1.0], 0.1)


@pytest.mark.parametrize("margin", [0.0, -1.0])
def test_a_margin_that_is_not_above_zero_is_refused(margin):
    with pytest.raises(ValueError, match="above 0"):
        statistics.compare([1.0, 2.0], [1.0, 2.0], margin)


@pytest.mark.parametrize("shift", [-0.3, -0.02, 0.0, 0.04, 0.2])
def test_p_values_of_a_comparison_agree_with_statsmodels_and_scipy(shift):
    first, second = noisy(shift)
    found = statistics.compare(first, second, 0.1)
    assert found.p_equivalent == pytest.approx(ttost_paired(first, second, -0.1, 0.1)[0])
    assert found.p_different == pytest.approx(stats.ttest_rel(first, second).pvalue)


@pytest.mark.parametrize(
    ("shift", "scale", "verdict"),
    [
        (0.0, 1.0, "equivalent"),
        (0.5, 1.0, "different"),
        (0.1, 10.0, "undecided"),
    ],
)
def test_the_verdict_follows_from_the_tests(shift, scale, verdict):
    assert statistics.compare(*noisy(shift, scale), 0.2).verdict == verdict


def test_a_real_difference_within_the_margin_is_equivalent():
    found = statistics.compare(*noisy(0.1), 0.2)
    assert found.p_different < 0.001
    assert found.verdict == "equivalent"


def test_identical_samples_are_identical_and_give_no_warning():
    found = statistics.compare(NUMBERS, NUMBERS, 0.1)
    assert found.verdict == "identical"
    assert (found.difference.low, found.difference.high) == (0.0, 0.0)


def test_one_unit_in_the_last_place_is_not_identical():
    first = NUMBERS.copy()
    first[3] = np.nextafter(first[3], 5)
    assert statistics.compare(first, NUMBERS, 0.1).verdict == "equivalent"


@pytest.mark.parametrize(("gap", "verdict"), [(0.25, "equivalent"), (0.5, "different")])
def test_the_same_gap_in_every_pair_needs_no_test(gap, verdict):
    assert statistics.compare(NUMBERS + gap, NUMBERS, 0.5).verdict == verdict


def test_one_pair_measures_nothing():
    assert statistics.compare([1.0], [2.0], 0.1).verdict == "not measured"


def test_without_a_margin_nothing_is_equivalent():
    assert statistics.compare(*noisy(0.0), math.nan).verdict == "undecided"


def test_holm_by_hand():
    # Sorted .01, .02, .03, .04 times 4, 3, 2, 1, never falling.
    assert statistics.holm([0.04, 0.01, 0.03, 0.02]) == pytest.approx([0.06, 0.04, 0.06, 0.06])


def test_holm_leaves_out_what_was_not_tested():
    found = statistics.holm([0.01, math.nan, 0.02])
    assert found[[0, 2]] == pytest.approx([0.02, 0.02])
    assert math.isnan(found[1])


def test_a_table_of_many_comparisons_asks_more_of_each():
    alone = statistics.compare(*noisy(0.053), 2e-3)
    assert alone.verdict == "different"
    table = [(*noisy(0.0, 10.0, seed=seed), 2e-3) for seed in range(1, 40)]
    together = statistics.compare_all([(*noisy(0.053), 2e-3), *table])[0]
    assert together.p_different == pytest.approx(min(1.0, 40 * alone.p_different))
    assert together.verdict == "undecided"


def test_identical_pairs_do_not_count_in_the_correction():
    first, second = noisy(0.5)
    found = statistics.compare_all([(first, second, 0.1), (second, second, 0.1)])
    assert [each.verdict for each in found] == ["different", "identical"]
    assert found[0].p_different == statistics.compare(first, second, 0.1).p_different
    assert found[1] == statistics.compare(second, second, 0.1)


def test_no_comparisons_give_none():
    assert statistics.compare_all([]) == []


def test_a_z_score_by_hand():
    # Published 4 ± 3 of 9, measured 5 with s² = 32/7 of 8: error² = 1 + 4/7.
    assert statistics.z_score(4.0, 3.0, 9, NUMBERS) == pytest.approx(1 / math.sqrt(1 + 4 / 7))


def test_a_z_score_agrees_with_statsmodels_two_sample_statistic():
    theirs = np.random.default_rng(3).normal(5.5, 2, 12)
    expected = stats.ttest_ind(NUMBERS, theirs, equal_var=False).statistic
    found = statistics.z_score(theirs.mean(), theirs.std(ddof=1), 12, NUMBERS)
    assert found == pytest.approx(expected)


def test_a_published_population_deviation_is_made_unbiased():
    theirs = np.random.default_rng(3).normal(5.5, 2, 10)
    found = statistics.z_score(theirs.mean(), theirs.std(), 10, NUMBERS, kind="population")
    assert found == statistics.z_score(theirs.mean(), theirs.std() * math.sqrt(10 / 9), 10, NUMBERS)


def test_a_median_is_less_certain_than_a_mean():
    mean, median = (statistics.z_score(3.0, 2.0, 20, NUMBERS, kind) for kind in ("mean", "median"))
    gaps = (NUMBERS.mean() - 3, np.median(NUMBERS) - 3)
    assert (median / gaps[1]) / (mean / gaps[0]) == pytest.approx(math.sqrt(2 / math.pi))


def test_a_single_published_run_is_held_against_single_runs_here():
    error = math.sqrt(32 / 7 * (1 + 1 / 8))
    assert statistics.z_score(4.0, None, 1, NUMBERS) == pytest.approx(1 / error)


def test_without_any_spread_only_the_same_number_is_near():
    assert statistics.z_score(1.0, None, 1, [1.0, 1.0]) == 0.0
    assert statistics.z_score(2.0, None, 1, [1.0, 1.0]) == -math.inf


def test_reproductions_are_corrected_over_the_table():
    alone = statistics.reproductions([2.1])
    assert (alone[0].verdict, round(alone[0].p, 4)) == ("not reproduced", 0.0357)
    table = statistics.reproductions([2.1, 0.1, math.nan, -9.0])
    words = [each.verdict for each in table]
    assert words == ["reproduced", "reproduced", "not measured", "not reproduced"]


samples = some.lists(
    some.tuples(*[some.floats(-1e6, 1e6, allow_subnormal=False)] * 2), min_size=2, max_size=12
)


@given(samples, some.floats(1e-6, 1e6))
def test_any_finite_pairs_get_a_verdict_that_does_not_depend_on_their_order(pairs, margin):
    first, second = np.array(pairs).T
    forward = statistics.compare(first, second, margin)
    backward = statistics.compare(second[::-1], first[::-1], margin)
    assert forward.verdict in ("identical", "equivalent", "different", "undecided")
    assert (forward.verdict == "identical") == bool((first == second).all())
    assert forward.difference.estimate == pytest.approx(-backward.difference.estimate, abs=1e-6)


@pytest.mark.parametrize("margin", [-0.5, 0.0, 0.7])
def test_a_gain_is_ruled_out_by_scipys_one_sided_test(margin):
    first, second = np.array([1.0, 2.0, 4.0, 3.5]), np.array([1.2, 1.7, 3.0, 3.9])
    theirs = stats.ttest_rel(first - margin, second, alternative="less").pvalue
    assert statistics.p_less(first, second, margin) == pytest.approx(theirs)


@pytest.mark.parametrize(("gap", "p"), [(0.0, 0.0), (0.7, 1.0)])
def test_the_same_gain_in_every_pair_needs_no_test(gap, p):
    assert statistics.p_less(np.full(3, gap), np.zeros(3), 0.5) == p
