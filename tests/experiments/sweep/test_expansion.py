"""From a file to runs: what was written arrives."""

import json

import pytest

from experiments import sweep
from experiments.specification import Entry
from experiments.sweep import file

AXES = {
    "backends": (["torch", "framework"], lambda run: run.backend),
    "models": (
        [
            {"layers": [["Linear", {"in_features": "features", "out_features": "outputs"}]]},
            {"layers": [["Linear", {"in_features": 2, "out_features": 2}]]},
        ],
        None,
    ),
    "data": (
        [{"name": name, "train": 20, "validation": 10, "test": 10} for name in ("disk", "moons")],
        lambda run: run.data.name,
    ),
    "losses": (["MSELoss", "L1Loss"], lambda run: run.loss.name),
    "optimizers": (["SGD", ["SGD", {"momentum": 0.5}]], lambda run: run.optimizer),
    "learning_rates": ([0.1, 0.2, 0.3], lambda run: run.learning_rate),
    "schedules": (["none", ["ExponentialLR", {"gamma": 0.5}]], lambda run: run.schedule),
    "initialisations": (["torch", "uniform"], lambda run: run.initialisation),
    "batch_sizes": ([5, 10], lambda run: run.batch_size),
    "seeds": ([3, 5, 8], lambda run: run.seed),
}


def runs_of(path):
    return sweep.load(path).runs(quick=False)


@pytest.mark.parametrize("axis", [axis for axis in AXES if axis != "models"])
def test_every_point_on_an_axis_arrives(write, axis):
    points, found = AXES[axis]
    plain = {"learning_rates": [0.1], "seeds": 1}
    runs = runs_of(write(**plain | {axis: points}))
    assert len(runs) == len({found(run) for run in runs}) == len(points)


def test_axes_multiply_and_no_run_comes_twice(write):
    runs = runs_of(
        write(**{axis: points for axis, (points, _) in AXES.items() if axis != "models"})
    )
    assert len({run.id for run in runs}) == len(runs) == 2 * 2 * 2 * 2 * 3 * 2 * 2 * 2 * 3


@pytest.mark.parametrize(
    ("loss", "target", "outputs", "decision", "threshold"),
    [
        ("MSELoss", "one-hot", 2, "argmax", 0.5),
        ("CrossEntropyLoss", "index", 2, "argmax", 0.5),
        ("BCEWithLogitsLoss", "scalar", 1, "threshold", 0.0),
        ("SoftMarginLoss", "sign", 2, "argmax", 0.5),
        ({"name": "MSELoss", "target": "scalar"}, "scalar", 1, "threshold", 0.5),
        ({"name": "MSELoss", "target": "scalar", "threshold": 0.3}, "scalar", 1, "threshold", 0.3),
    ],
)
def test_target_outputs_and_decision_follow_from_the_loss(
    write, loss, target, outputs, decision, threshold
):
    run = runs_of(write(losses=[loss]))[0]
    assert (run.data.target, run.decision, run.threshold) == (target, decision, threshold)
    assert run.layers[-1] == Entry("Linear", in_features=4, out_features=outputs)


def test_a_binary_loss_on_ten_classes_has_ten_outputs(write):
    data = [{"name": "digits", "train": 20, "validation": 10, "test": 10}]
    run = runs_of(write(losses=["BCEWithLogitsLoss"], data=data))[0]
    assert (run.data.target, run.decision) == ("one-hot", "argmax")
    assert [run.layers[0].arguments["in_features"], run.layers[-1].arguments["out_features"]] == [
        64,
        10,
    ]


def test_an_optimizer_may_have_learning_rates_of_its_own(write):
    adam = {"name": "Adam", "learning_rates": [0.01]}
    runs = runs_of(write(optimizers=["SGD", adam]))
    assert {run.learning_rate for run in runs if run.optimizer.name == "Adam"} == {0.01}
    assert {run.learning_rate for run in runs if run.optimizer.name == "SGD"} == {0.1, 1.0}


def test_a_sweep_is_called_as_its_file(write):
    assert sweep.load(write()).name == "small"


def test_quick_is_a_selection_of_the_same_settings():
    grid = sweep.load(None)
    quick, full = grid.runs(quick=True), grid.runs(quick=False)
    assert len(quick) == 2 * 3 * 3 * 2 * 2
    assert {run.learning_rate for run in quick} < {run.learning_rate for run in full}
    assert {run.loss for run in quick} == {run.loss for run in full}


def test_the_built_in_grid_is_as_large_as_promised():
    runs = sweep.load(None).runs(quick=False)
    for axis, least in {
        "loss": 3,
        "optimizer": 3,
        "learning_rate": 4,
        "seed": 10,
        "backend": 2,
    }.items():
        assert len({getattr(run, axis) for run in runs}) >= least
    assert all(run.data.validation for run in runs)


def test_both_sides_of_the_grid_begin_with_the_same_run():
    runs = sweep.load(None).runs(quick=False)
    sides = [
        {run.changed(backend="torch").id for run in runs if run.backend == backend}
        for backend in ("framework", "torch")
    ]
    assert sides[0] == sides[1]


def test_the_committed_schema_is_current():
    assert file.SCHEMA_FILE.read_text() == file.schema()


def test_the_schema_knows_every_key():
    assert set(json.loads(file.schema())["properties"]) == set(file.SweepFile.model_fields)
