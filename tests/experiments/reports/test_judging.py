import math

import numpy as np
import pytest

from experiments.reports import comparing, judging
from experiments.reports.judging import Cell
from experiments.reports.published import Published
from tests.experiments.reports.synthetic import spread


def published(value, deviation, statistic="mean", kind="unbiased standard deviation", n=20):
    return Published(value, deviation, statistic, kind, n, "a table", "nothing")


def test_the_z_score_has_both_standard_errors():
    # (1.5 - 1) / sqrt(.3^2/20 + .4^2/20) = .5 / .1118
    z = judging.z_score(published(1.0, 0.3), spread(1.5, 0.4, 20))
    assert z == pytest.approx(4.4721, abs=1e-4)


def test_a_published_population_deviation_is_corrected():
    plain = judging.z_score(published(1.0, 0.3, n=10), spread(1.5, 0.0001, 20))
    corrected = judging.z_score(
        published(1.0, 0.3, kind="population standard deviation", n=10), spread(1.5, 0.0001, 20)
    )
    assert plain / corrected == pytest.approx(math.sqrt(10 / 9), rel=1e-4)


def test_a_published_median_is_compared_with_the_median():
    skewed = np.array([0.0, 0.0, 0.0, 10.0])
    assert judging.summary(published(0, 1, statistic="median"), skewed) == 0
    assert judging.summary(published(0, 1), skewed) == 2.5


def test_a_table_is_judged_number_by_number():
    cells = [
        Cell("one", "loss", published(1.0, 0.3), spread(1.05, 0.3, 20)),
        Cell("one", "accuracy", published(1.0, 0.3), spread(2.0, 0.3, 20)),
        Cell("two", "loss", published(1.0, 0.3), np.full(20, math.nan)),
    ]
    table = judging.judge(cells, quick=False)
    assert table["verdict"].tolist() == ["reproduced", "not reproduced", "not measured"]
    assert table["measured n"].tolist() == [20, 20, 0]


def test_holm_protects_many_numbers_from_one_chance_deviation():
    odd = Cell("row", "odd", published(1.0, 0.3), spread(1.22, 0.3, 20))  # z = 2.3
    calm = [Cell("row", str(k), published(1.0, 0.3), spread(1.0, 0.3, 20)) for k in range(9)]
    assert judging.judge([odd], quick=False)["verdict"].tolist() == ["not reproduced"]
    assert set(judging.judge([odd, *calm], quick=False)["verdict"]) == {"reproduced"}


def test_quick_runs_are_not_judged():
    cells = [Cell("one", "loss", published(1.0, 0.3), spread(9.0, 0.3, 3))]
    assert judging.judge(cells, quick=True)["verdict"].tolist() == ["not judged (quick)"]


def test_a_row_has_one_verdict_over_its_numbers():
    cells = [
        Cell("theirs", "loss", published(1.0, 0.3), spread(1.05, 0.3, 20)),
        Cell("theirs", "accuracy", published(1.0, 0.3), spread(2.0, 0.3, 20)),
    ]
    (verdict,) = judging.row_verdicts("a report", judging.judge(cells, quick=False))
    assert verdict.verdict == "1 of 2 reproduced"
    assert "accuracy at +10.5 standard errors" in verdict.reason


@pytest.mark.parametrize(
    ("quantity", "margin"), [("test accuracy", 0.005), ("test F1", 0.005), ("test loss", 0.03)]
)
def test_the_margin_depends_on_the_quantity(quantity, margin):
    assert comparing.margin_of(quantity, np.array([0.2, 0.4])) == pytest.approx(margin)


def test_a_loss_of_zero_leaves_identical_sides_identical():
    zero = np.zeros(4)
    assert comparing.compare(zero, zero, comparing.margin_of("loss", zero)).verdict == "identical"


def test_a_claim_of_smaller_holds_or_is_reversed_or_undecided():
    low, high = spread(0.0, 0.1, 10), spread(1.0, 0.1, 10)
    noisy = np.array([5.0, -5.0] * 5)
    gaps = [comparing.compare(*pair) for pair in ((low, high), (high, low), (low, low + noisy))]
    assert comparing.below(gaps) == ["holds", "reversed", "undecided"]


@pytest.mark.parametrize(
    ("verdicts", "all_together"),
    [(["holds", "holds"], "holds"), (["holds", "reversed"], "holds in 1 cases of 2")],
)
def test_several_verdicts_make_one(verdicts, all_together):
    assert comparing.overall(verdicts) == all_together


def test_agreement_is_the_weakest_of_several():
    assert comparing.agreement(["identical", "undecided", "equivalent"]) == "undecided"


def test_verdicts_are_counted_in_their_order():
    assert comparing.tally(["identical", "equivalent", "identical"]) == "2 identical, 1 equivalent"
