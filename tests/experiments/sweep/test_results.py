"""From records to tables: selection, differences, lost runs, times."""

import random
import re
import sys
import types

import numpy as np
import pandas as pd
import pytest

from experiments import sweep, timing
from experiments.backends.framework import framework
from experiments.figures import drawing
from experiments.page.figures import interactive
from experiments.store.record import Provenance, Record
from experiments.sweep.times import QUANTITY
from experiments.training.loop import train_group


def record(run, status="ok", **finals):
    curves = {"epoch": (1.0, 2.0)}
    for split in ("train", "validation", "test"):
        for quantity in ("loss", "accuracy", "f1"):
            key = f"{split}_{quantity}"
            curves[key] = (0.5, finals.get(key, 0.5))
    return Record(run, status, Provenance("d", "t", "c"), curves=curves)


def records(runs, describe):
    return {run.id: record(run, **describe(run)) for run in runs}


def table(outcome, name):
    return next(each for each in outcome.tables if each.name == name)


def chosen_rates(outcome, column="learning rate"):
    return list(table(outcome, "best").frame[column].unique())


@pytest.fixture
def small(write):
    def made(**changes):
        return sweep.load(write(learning_rates=[0.1, 1.0, 10.0], **changes))

    return made


def misleading(run):
    """The middle rate validates best, the others look better where nobody may look."""
    middle = run.learning_rate == 1.0
    return {
        "validation_accuracy": 0.9 if middle else 0.6,
        "test_accuracy": 0.3 if middle else 1.0,
        "train_accuracy": 0.3 if middle else 1.0,
        "test_loss": 5.0 if middle else 0.0,
    }


def test_the_learning_rate_is_chosen_on_the_validation_split_alone(small):
    grid = small()
    outcome = grid.outcome(records(grid.runs(False), misleading), False)
    assert chosen_rates(outcome) == ["1"]
    frame = table(outcome, "best").frame
    assert frame.set_index("quantity")["torch.nn"]["test accuracy, %"].startswith("30")


def test_backends_of_two_modules_are_told_apart_though_their_attributes_have_one_name(
    small, monkeypatch
):
    for name in ("mine", "other"):
        module = types.ModuleType(name)
        module.backend = framework
        monkeypatch.setitem(sys.modules, name, module)
    grid = small(backends=["mine:backend", "other:backend"])
    outcome = grid.outcome(records(grid.runs(False), misleading), False)
    assert {"mine:backend", "other:backend"} <= set(table(outcome, "best").frame.columns)


@pytest.mark.parametrize(("choose_by", "rate"), [("accuracy", "0.1"), ("f1", "1"), ("loss", "10")])
def test_what_the_choice_goes_by_is_the_file_s(small, choose_by, rate):
    best = {"validation_accuracy": 0.1, "validation_f1": 1.0, "validation_loss": 10.0}

    def describe(run):
        return {
            key: (0.9 if own == run.learning_rate else 0.2)
            if key != "validation_loss"
            else (0.1 if own == run.learning_rate else 0.7)
            for key, own in best.items()
        }

    grid = small(choose_by=choose_by)
    assert chosen_rates(grid.outcome(records(grid.runs(False), describe), False)) == [rate]


def test_equal_accuracies_are_told_apart_by_the_validation_loss(small):
    grid = small()

    def describe(run):
        return {"validation_loss": {0.1: 0.3, 1.0: 0.4, 10.0: 0.2}[run.learning_rate]}

    assert chosen_rates(grid.outcome(records(grid.runs(False), describe), False)) == ["10"]


def test_a_rate_with_a_diverged_run_is_not_chosen_while_another_has_none(small):
    grid = small()

    def describe(run):
        high = run.learning_rate == 10.0
        lost = high and run.seed == 1
        return {"validation_accuracy": 1.0 if high else 0.5, "status": "diverged" if lost else "ok"}

    outcome = grid.outcome(records(grid.runs(False), describe), False)
    assert chosen_rates(outcome) == ["0.1"]
    lines = table(outcome, "learning-rates").frame.set_index("learning rate")
    assert lines["lost"][10.0] == "1 of 2 diverged"
    assert lines["runs"][10.0] == 1
    assert any("1 diverged" in sentence for sentence in outcome.text)


def test_diverged_runs_are_left_out_of_means_and_shown_as_lost(small):
    grid = small()

    def describe(run):
        lost = run.learning_rate == 10.0
        return {"test_accuracy": 0.0 if lost else 0.8, "status": "diverged" if lost else "ok"}

    outcome = grid.outcome(records(grid.runs(False), describe), False)
    figure = next(each for each in outcome.figures if each.name == "learning-rates-test-accuracy")
    assert np.allclose(figure.data["y"], [80, 80, np.nan], equal_nan=True)
    assert any("2 of 2 diverged" in note for note in figure.notes)


@pytest.mark.parametrize("lost", [{1}, {0, 1, 2, 3}])
def test_a_backend_that_diverges_where_torch_does_not_is_not_said_to_be_identical(small, lost):
    grid = small(backends=["framework", "torch"], seeds=4)

    def describe(run):
        gone = run.backend == "framework" and run.seed in lost
        return {"status": "diverged" if gone else "ok"}

    outcome = grid.outcome(records(grid.runs(False), describe), False)
    assert outcome.verdicts[0].verdict == "undecided"
    assert set(table(outcome, "pairs").frame["agreement"]) == {"undecided"}


def test_more_optimizers_than_there_are_looks_are_drawn_all_the_same(small):
    optimizers = ["SGD", "Adam", "AdamW", "Adagrad", "Adadelta", "Adamax", "NAdam", "RAdam"]
    grid = small(optimizers=[*optimizers, "RMSprop"])
    outcome = grid.outcome(records(grid.runs(False), lambda _: {}), False)
    figure = next(each for each in outcome.figures if each.name == "learning-rates-test-accuracy")
    assert set(figure.data["series"]) == {*optimizers, "RMSprop"}
    assert drawing.render(figure)["svg"]
    assert interactive(figure)


def test_a_diverged_run_does_not_move_the_mean_of_the_others(small):
    grid = small(seeds=3)

    def describe(run):
        lost = run.seed == 1
        return {"test_accuracy": 0.0 if lost else 0.8, "status": "diverged" if lost else "ok"}

    outcome = grid.outcome(records(grid.runs(False), describe), False)
    assert set(table(outcome, "learning-rates").frame["test accuracy, %"]) == {80.0}


def test_a_sweep_of_nothing_but_diverged_runs_has_an_outcome(small):
    grid = small(backends=["framework", "torch"])
    outcome = grid.outcome(records(grid.runs(False), lambda _: {"status": "diverged"}), False)
    assert chosen_rates(outcome) == ["–"]
    assert outcome.verdicts[0].verdict == "not measured"


def test_no_records_at_all_have_an_outcome(small):
    grid = small()
    outcome = grid.outcome({}, False)
    assert "6 not trained" in outcome.text[0]


def test_each_backend_has_its_own_best_rate_and_is_paired_by_seed(small):
    grid = small(backends=["framework", "torch"], seeds=4)

    def describe(run):
        own = 1.0 if run.backend == "torch" else 0.1
        shift = 0.25 if run.backend == "framework" else 0.0
        return {
            "validation_accuracy": 0.9 if run.learning_rate == own else 0.2,
            "test_accuracy": 0.1 * run.seed + shift,
        }

    outcome = grid.outcome(records(grid.runs(False), describe), False)
    assert chosen_rates(outcome) == ["framework 0.1, torch.nn 1"]
    line = table(outcome, "best").frame.set_index("quantity").loc["test accuracy, %"]
    assert line["difference"] == "+25 [+25, +25]"
    assert line["agreement"] == "different"


@pytest.mark.parametrize(("shift", "word"), [(0.0, "identical"), (0.5, "different")])
def test_the_verdict_says_whether_the_backends_agree(small, shift, word):
    grid = small(backends=["framework", "torch"], seeds=4)

    def describe(run):
        return {"test_accuracy": 0.1 * run.seed + shift * (run.backend == "torch")}

    outcome = grid.outcome(records(grid.runs(False), describe), False)
    assert outcome.verdicts[0].verdict == word


def test_one_backend_has_no_differences(small):
    grid = small()
    outcome = grid.outcome(records(grid.runs(False), misleading), False)
    assert "difference" not in table(outcome, "best").frame
    assert not outcome.verdicts


def test_three_backends_have_a_difference_each(small):
    grid = small(backends=["framework", "framework-explicit", "torch"])
    outcome = grid.outcome(records(grid.runs(False), misleading), False)
    columns = set(table(outcome, "best").frame)
    assert {"difference, framework", "difference, framework-explicit"} <= columns


def test_one_learning_rate_needs_no_validation_split(write):
    grid = sweep.load(
        write(learning_rates=[0.1], data=[{"name": "disk", "train": 9, "validation": 0, "test": 9}])
    )
    outcome = grid.outcome(records(grid.runs(False), misleading), False)
    assert "nothing was chosen" in table(outcome, "best").notes[0]


class Left(dict):
    """Records of a results folder that has a timing run."""

    results = "somewhere"


def test_times_are_the_timing_harness_s_and_stand_in_a_table_of_their_own(monkeypatch):
    grid = sweep.load(None)
    taken = {"torch": 4e-4, "framework-recorded": 1e-4}
    monkeypatch.setattr(timing, "load", lambda folder: folder)
    monkeypatch.setattr(timing, "seconds_per_step", lambda *asked: taken[asked[-1]])
    found = Left(records(grid.runs(True), misleading))
    outcome = grid.outcome(found, True)
    lines = table(outcome, "best-with-times").frame
    lines = lines[lines["quantity"] == QUANTITY]
    assert len(lines) == 9
    assert set(lines["framework"]) == {"100.0"}
    assert set(lines["difference"]) == {"4.00 ×"}
    assert QUANTITY not in set(table(outcome, "best").frame["quantity"])


def test_without_a_timing_run_there_are_no_times():
    grid = sweep.load(None)
    outcome = grid.outcome(records(grid.runs(True), misleading), True)
    assert "best-with-times" not in {each.name for each in outcome.tables}


def everything(outcome):
    return [each.frame for each in outcome.tables] + [each.data for each in outcome.figures]


def test_results_do_not_depend_on_the_order_of_the_runs(write):
    grid = sweep.load(write(backends=["framework", "torch"], optimizers=["SGD", "Adam"]))
    runs = grid.runs(False)
    found = {}
    for run in runs:
        trained = train_group([run])[0]
        found[run.id] = Record(
            run, trained["status"], Provenance("d", "t", "c"), curves=trained["curves"]
        )
    shuffled = list(found.items())
    random.Random(1).shuffle(shuffled)
    first, second = (grid.outcome(each, False) for each in (found, dict(shuffled)))
    for one, other in zip(everything(first), everything(second), strict=True):
        pd.testing.assert_frame_equal(one, other, check_exact=True)
    rates = table(first, "learning-rates").frame
    assert rates.groupby("learning rate")["test loss"].first().is_unique


def test_undecided_rates_are_named_and_apart_from_the_best(small):
    grid = small(backends=["framework", "torch"], seeds=4)

    def describe(run):
        best = run.learning_rate == 0.1
        scattered = (-1) ** run.seed * 0.1 * run.seed * (run.backend == "torch")
        accuracy = 0.5 + (0.0 if best else scattered)
        return {"validation_accuracy": 0.9 if best else 0.2, "test_accuracy": accuracy}

    verdicts = grid.outcome(records(grid.runs(False), describe), False).verdicts
    assert [each.verdict for each in verdicts] == ["identical", "undecided"]
    assert verdicts[0].claim.endswith("at the best learning rates")
    counted = [sum(map(int, re.findall(r"\d+", each.measured))) for each in verdicts]
    assert counted == [3, 6]
    assert "Undecided: MSELoss · SGD at " in verdicts[1].reason
    assert " 0.1" not in verdicts[1].reason.partition("Undecided")[2]


@pytest.mark.parametrize(("last", "limits"), [(0.1, None), (5000.0, 10)])
def test_one_exploding_loss_does_not_flatten_all_others(small, last, limits):
    grid = small()

    def describe(run):
        return {"train_loss": last if run.learning_rate == 10.0 else 0.1}

    outcome = grid.outcome(records(grid.runs(False), describe), False)
    figure = next(each for each in outcome.figures if each.name.startswith("curves"))
    shown = figure.options["y_limits"]
    assert (shown and shown[1]) == limits
    assert any("ends at 10" in note for note in figure.notes) == bool(limits)
