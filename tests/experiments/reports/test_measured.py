import math

import numpy as np
import pytest

from experiments.reports import measured
from experiments.reports.settings import network, repeated
from experiments.specification import Data, Entry, RunSpec
from tests.experiments.reports.synthetic import record, records


@pytest.fixture
def runs():
    run = RunSpec(data=Data(), layers=network(), loss=Entry("MSELoss"), learning_rate=0.1, epochs=4)
    return repeated(run, range(3))


@pytest.fixture
def found(runs):
    """Seed 0 climbs, seed 1 has its best in the middle, seed 2 is missing."""
    first = record(runs[0], test_f1=[0.1, 0.5, 0.9, 0.95], train_loss=[4.0, 3.0, 2.0, 1.0])
    second = record(runs[1], test_f1=[0.2, 0.8, 0.6, 0.4], train_loss=[3.0, 1.0, 2.0, math.nan])
    return {each.id: each for each in (first, second)}


def test_a_final_value_is_the_last(found, runs):
    np.testing.assert_equal(measured.finals(found, runs, "test_f1"), [0.95, 0.4, math.nan])


def test_a_value_can_be_read_at_an_epoch(found, runs):
    np.testing.assert_equal(measured.at_epoch(found, runs, "test_f1", 2), [0.5, 0.8, math.nan])


def test_an_epoch_that_was_not_evaluated_has_no_value(found, runs):
    assert np.isnan(measured.at_epoch(found, runs, "test_f1", 7)).all()


def test_the_best_value_is_the_largest(found, runs):
    np.testing.assert_equal(measured.best(found, runs, "test_f1"), [0.95, 0.8, math.nan])


def test_the_best_value_leaves_out_what_is_not_finite(found, runs):
    np.testing.assert_equal(measured.best(found, runs[1:2], "train_loss"), [3.0])


def test_a_value_can_be_read_where_another_curve_is_best(found, runs):
    chosen = measured.at_best(found, runs, "train_loss", by="test_f1")
    np.testing.assert_equal(chosen, [1.0, 1.0, math.nan])


def test_the_first_epoch_at_a_level_is_found(found, runs):
    reached = measured.first_epoch(found, runs, "test_f1", 0.9)
    np.testing.assert_equal(reached, [3.0, math.inf, math.nan])


def test_curves_keep_run_and_epoch(found, runs):
    frame = measured.curves(found, runs, "test_f1")
    assert frame["run"].tolist() == ["0"] * 4 + ["1"] * 4
    assert frame["x"].tolist() == [1, 2, 3, 4] * 2
    assert frame["y"].tolist()[4:] == [0.2, 0.8, 0.6, 0.4]


def test_the_mean_curve_is_one_more_run(found, runs):
    frame = measured.with_mean(measured.curves(found, runs, "test_f1"))
    mean = frame[frame["run"] == "mean"]
    np.testing.assert_allclose(mean["y"], [0.15, 0.65, 0.75, 0.675])


def test_a_band_goes_from_the_fifth_to_the_ninety_fifth_percentile(found, runs):
    frame = measured.band(measured.curves(found, runs, "test_f1"))
    np.testing.assert_allclose(frame["low"][0], 0.105)
    np.testing.assert_allclose(frame["high"][0], 0.195)


def test_missing_and_failed_runs_are_named(found, runs):
    (sentence,) = measured.absent(found, runs)
    assert sentence == f"Left out, of 3 runs: {runs[2].id[:8]} (not trained)."
    failed = {**found, runs[2].id: measured.Record(runs[2], "failed", found[runs[0].id].provenance)}
    assert "(failed)" in measured.absent(failed, runs)[0]


def test_nothing_is_said_where_nothing_is_missing(runs):
    assert measured.absent(records(runs, test_f1=0.5), runs) == ()
