"""What each report asks to be trained, against what the reports and their code say."""

from collections import Counter

import pytest

from experiments import reports
from experiments.reports import (
    cappelletti_2019,
    carlier_2018,
    carlier_2018_runs,
    deschenaux_2021_replay,
    deschenaux_2021_sweep,
    olsen_2018_runs,
    wang_2021_runs,
)
from experiments.reports.cappelletti_2019_runs import Side
from experiments.specification import Entry, widths


def arguments(entry):
    return (entry.name, dict(entry.arguments))


@pytest.mark.parametrize("name", reports.NAMES)
def test_every_report_is_an_experiment_of_its_name(name):
    report = reports.load(name)
    assert report.name == name
    assert report.runs(quick=True)


def test_an_unknown_report_is_named_with_those_there_are():
    with pytest.raises(ValueError, match="no report is called 'wang-2020'; there are cappelletti"):
        reports.load("wang-2020")


@pytest.mark.parametrize("name", reports.NAMES)
def test_quick_runs_take_few_steps(name):
    report = reports.load(name)
    steps = {run.backend: 0 for run in report.runs(quick=True)}
    for run in report.runs(quick=True):
        steps[run.backend] += run.epochs * run.data.train // run.batch_size
    assert steps["torch"] < 15_000


def test_cappelletti_has_the_settings_of_its_code():
    run = Side("MSE momentum").runs(quick=False)[0]
    assert widths(run.layers) == "2-25-25-25-2"
    assert [layer.name for layer in run.layers[-2:]] == ["ReLU", "Linear"]
    assert arguments(run.optimizer) == ("SGD", {"momentum": 0.2})
    assert arguments(run.loss) == ("MSELoss", {})
    assert (run.learning_rate, run.batch_size, run.epochs, run.order) == (0.1, 100, 200, "fixed")
    assert (run.data.train, run.data.test, run.data.seed) == (1000, 1000, None)
    assert (run.data.standardise, run.data.target) == ("scalar", "one-hot")
    assert run.decision == "argmax"
    assert run.initialisation == Entry("xavier-normal-zero-bias")


def test_cappelletti_gives_cross_entropy_class_indices():
    run = Side("cross-entropy").runs(quick=False)[0]
    assert (run.loss.name, run.data.target) == ("CrossEntropyLoss", "index")
    assert arguments(run.optimizer) == ("SGD", {})


def test_cappelletti_trains_every_row_twenty_times():
    rows = Counter(
        (
            run.loss.name,
            str(run.optimizer),
            run.layers[1].name,
            run.backend,
            str(run.initialisation),
        )
        for run in cappelletti_2019.runs(quick=False)
    )
    assert set(rows.values()) == {20}
    assert len(rows) == 4 * 2 * 2 + 4


def test_cappelletti_starts_both_sides_equal():
    framework, torch = (
        Side("MSE", backend).runs(quick=False)[7] for backend in ("framework", "torch")
    )
    assert torch == framework.changed(backend="torch")


def test_carlier_has_the_settings_of_its_script():
    run = carlier_2018_runs.trained(0.1, "framework", quick=False)[0]
    assert arguments(run.layers[-1]) == ("Softmax", {"dim": 1})
    assert arguments(run.loss) == ("MSELoss", {})
    assert (run.batch_size, run.epochs, run.learning_rate) == (1000, 500, 0.1)
    assert run.initialisation == Entry("xavier-normal")
    assert (run.data.standardise, run.data.target) == ("scalar", "one-hot")


def test_carlier_trains_the_stated_rate_on_both_sides():
    runs = Counter(
        run.backend for run in carlier_2018.runs(quick=False) if run.learning_rate == 0.1
    )
    assert runs == {"framework": 20, "torch": 20}


def test_wang_curves_have_the_settings_of_its_code():
    run = wang_2021_runs.curve_runs("SELU", "sigmoid", "framework", quick=False)[0]
    assert widths(run.layers) == "2-25-25-25-1"
    assert [layer.name for layer in run.layers[1::2]] == ["SELU", "SELU", "SELU", "Sigmoid"]
    assert (run.learning_rate, run.batch_size, run.epochs, run.order) == (0.1, 100, 300, "fixed")
    assert (run.decision, run.threshold, run.data.target) == ("threshold", 0.5, "scalar")
    assert run.initialisation == Entry("uniform")
    assert run.data.seed is None


def test_wang_bars_are_ten_rounds_on_one_data_set_in_a_new_order():
    runs = wang_2021_runs.bar_runs("ReLU", "torch", quick=False)
    assert {run.data.seed for run in runs} == {wang_2021_runs.DATA_SEED}
    assert [run.seed for run in runs] == list(range(10))
    assert {(run.order, run.epochs) for run in runs} == {("once", 200)}


def test_wang_has_six_curves_on_both_sides():
    curves = Counter(
        (activation, output)
        for activation, output, _ in wang_2021_runs.curves()
        if activation != "Tanh, their derivative"
    )
    assert len(curves) == 6
    assert set(curves.values()) == {2}


def test_the_published_learning_rate_of_sgd_never_arrives():
    loop = deschenaux_2021_replay.loop("SGD", quick=False)
    assert list(loop) == [0.1, 0.01, 0.02, 0.05, 0.001, 0.002, 0.005]
    assert {run.learning_rate for run in loop.values()} == {0.001}
    assert [run.seed for run in loop.values()] == list(range(7))


def test_the_published_learning_rate_of_adam_arrives():
    loop = deschenaux_2021_replay.loop("Adam", quick=False)
    assert [run.learning_rate for run in loop.values()] == list(loop)
    assert [run.seed for run in loop.values()] == list(range(14, 21))
    assert dict(loop[0.1].optimizer.arguments) == {"eps_inside_root": False}


def test_the_published_runs_are_the_first_three_networks():
    published = [
        deschenaux_2021_replay.again(row, "torch", quick=False)
        for row in deschenaux_2021_replay.LOOPS
    ]
    assert [run.seed for run in published] == [0, 1, 2]
    assert [run.learning_rate for run in published] == [0.001, 0.001, 0.005]
    assert {run.epochs for run in published} == {70}


def test_deschenaux_trains_one_raw_point_at_a_time():
    run = deschenaux_2021_sweep.trained("SGD", 0.05, quick=False)[0]
    assert (run.batch_size, run.epochs, run.learning_rate) == (1, 70, 0.05)
    assert (run.data.standardise, run.data.target, run.order) == ("none", "scalar", "fixed")
    assert run.initialisation == Entry("uniform-zero-bias")
    assert run.layers[-1].name == "Linear"


def test_the_sweep_passes_every_rate_to_every_optimizer():
    sweep = Counter(
        (str(run.optimizer), run.learning_rate)
        for run in deschenaux_2021_sweep.runs(quick=False)
        if run.backend == "framework" and run.layers[1].name == "ReLU"
    )
    assert len(sweep) == 5 * 7
    assert set(sweep.values()) == {8}


def test_olsen_has_twelve_readings_and_one_main():
    assert len(set(olsen_2018_runs.READINGS)) == 12
    main = [reading for reading in olsen_2018_runs.READINGS if reading.main]
    assert main == [olsen_2018_runs.Reading("mean", "−1 and 1", "standardised")]


def test_olsen_has_the_settings_of_its_example():
    run = olsen_2018_runs.READINGS[0].runs("torch", quick=False)[0]
    assert [layer.name for layer in run.layers[1::2]] == ["ReLU", "ReLU", "ReLU", "Tanh"]
    assert (run.learning_rate, run.batch_size, run.epochs) == (1e-3, 100, 1000)
    assert run.data.target == "sign"
    assert run.initialisation == Entry("xavier-normal")
