"""Every field of a specification must reach the training: two values give two results."""

import sys
import types

import pytest
import torch

from experiments.specification import Data, RunSpec
from experiments.training import loop
from experiments.training.data import Points

LINEAR = {"in_features": 2, "out_features": 2}
SMALL = {"train": 25, "test": 20}
ONE_OUTPUT = {
    "layers": [["Linear", {"in_features": 2, "out_features": 1}]],
    "data": {**SMALL, "target": "scalar"},
    "decision": "threshold",
}

# By field: what both runs share, and the two values.
AXES = {
    "layers": ({}, [["Linear", LINEAR]], [["Linear", LINEAR], "Tanh"]),
    "initialisation": ({}, "torch", "uniform-zero-bias"),
    "loss": ({}, "MSELoss", "BCEWithLogitsLoss"),
    "optimizer": ({}, "SGD", ["SGD", {"momentum": 0.9}]),
    "learning_rate": ({}, 0.1, 0.2),
    "schedule": ({}, None, ["ExponentialLR", {"gamma": 0.5}]),
    "batch_size": ({}, 10, 11),
    "epochs": ({}, 2, 3),
    "order": ({}, "fixed", "once"),
    "threshold": (ONE_OUTPUT, 0.3, 0.6),
    "dtype": ({}, "float32", "float64"),
    "seed": ({}, 0, 1),
    "evaluate": ({}, 1, 2),
}
DATA_AXES = {
    "name": ({}, "disk", "moons"),
    "train": ({}, 25, 26),
    "test": ({}, 20, 21),
    "validation": ({}, 0, 5),
    "standardise": ({}, "none", "scalar"),
    "target": ({}, "one-hot", "sign"),
    "seed": ({}, 1, 2),
    "noise": ({"name": "moons"}, 0.0, 0.1),
}
ARGUMENTS = [
    ("loss", ["MSELoss", {"reduction": "sum"}], ["MSELoss", {"reduction": "batchmean"}]),
    ("order", "once", "each epoch"),
    ("optimizer", ["Adam", {"betas": [0.9, 0.999]}], ["Adam", {"betas": [0.8, 0.999]}]),
    ("initialisation", "xavier-normal", ["xavier-normal", {"gain": 2.0}]),
]


def results(run: RunSpec) -> dict:
    [trained] = loop.train_group([run])
    assert trained["status"] == "ok", trained["error"]
    return {"curves": trained["curves"], "confusion": trained["confusion"]}


def arrives(small_run, field, shared, one, other) -> bool:
    """Whether two values of the field give different results."""
    return results(small_run(**shared, **{field: one})) != results(
        small_run(**shared, **{field: other})
    )


BACKENDS = pytest.mark.parametrize("backend", ["torch", "framework"])


def test_no_field_is_forgotten():
    elsewhere = {"data", "device", "backend", "threads", "decision"}
    assert set(AXES) | elsewhere == set(RunSpec.model_fields)
    assert set(DATA_AXES) | {"digest"} == set(Data.model_fields)


@BACKENDS
@pytest.mark.parametrize("field", AXES)
def test_a_field_of_the_run_arrives(small_run, field, backend):
    shared, one, other = AXES[field]
    assert arrives(small_run, field, {**shared, "backend": backend}, one, other)


@BACKENDS
@pytest.mark.parametrize("field", DATA_AXES)
def test_a_field_of_the_data_arrives(small_run, field, backend):
    shared, one, other = DATA_AXES[field]
    one, other = ({**SMALL, **shared, field: value} for value in (one, other))
    assert arrives(small_run, "data", {"backend": backend}, one, other)


@BACKENDS
@pytest.mark.parametrize(("field", "one", "other"), ARGUMENTS)
def test_an_argument_arrives(small_run, field, one, other, backend):
    assert arrives(small_run, field, {"backend": backend, "learning_rate": 0.01}, one, other)


def test_the_decision_arrives(small_run, monkeypatch):
    asked = []
    decide = loop.evaluation.decide
    monkeypatch.setattr(loop.evaluation, "decide", lambda *a: asked.append(a[1]) or decide(*a))
    results(small_run(**ONE_OUTPUT))
    results(small_run())
    assert set(asked[:2]) == {"threshold"}
    assert set(asked[-2:]) == {"argmax"}


@BACKENDS
def test_the_contents_of_a_file_arrive(small_run, tmp_path, backend):
    def with_points(count):
        path = tmp_path / f"{count}.csv"
        lines = [f"{i % 7},{i * i % count},{i % 2}" for i in range(45)]
        path.write_text("\n".join(["a,b,label", *lines]))
        return {**SMALL, "name": str(path)}

    assert arrives(small_run, "data", {"backend": backend}, with_points(5), with_points(11))


class Twice(torch.nn.Module):
    def __init__(self, factor=1.0):
        super().__init__()
        self.factor = factor

    def forward(self, x):
        return self.factor * x


def own_module(monkeypatch):
    import framework as fw

    class FrameworkTwice(fw.Module):
        def __init__(self, factor=1.0):
            self.factor = factor

        def forward(self, x):
            return self.factor * x

    module = types.ModuleType("own_layers")
    module.Scale = types.SimpleNamespace(framework=FrameworkTwice, reference=Twice)
    module.points = lambda data, seed, shift=0.0: dict.fromkeys(
        ("train", "test"),
        Points(torch.arange(6.0).double().reshape(3, 2) + seed, torch.tensor([0, 1, 0])),
    )
    monkeypatch.setitem(sys.modules, "own_layers", module)


@BACKENDS
def test_the_arguments_of_a_users_own_layer_arrive(small_run, backend, monkeypatch):
    own_module(monkeypatch)
    layers = [
        [["Linear", LINEAR], ["own_layers:Scale", {"factor": factor}]] for factor in (1.0, 2.0)
    ]
    assert arrives(small_run, "layers", {"backend": backend}, *layers)


def test_both_sides_build_a_users_own_layer_to_the_same_end(small_run, monkeypatch):
    own_module(monkeypatch)
    layers = [["Linear", LINEAR], ["own_layers:Scale", {"factor": 3.0}]]
    one, other = (results(small_run(layers=layers, backend=b)) for b in ("torch", "framework"))
    assert one["curves"]["minibatch_loss"] == pytest.approx(other["curves"]["minibatch_loss"])


@BACKENDS
@pytest.mark.parametrize("field", ["learning_rate", "schedule", "optimizer", "loss"])
def test_a_harness_that_drops_a_field_is_caught(small_run, monkeypatch, field, backend):
    shared, one, other = AXES[field]
    intact = loop.training_spec

    def dropping(group):
        return intact([run.changed(**{field: one}) for run in group])

    monkeypatch.setattr(loop, "training_spec", dropping)
    curve = [
        results(small_run(**shared, backend=backend, **{field: value}))["curves"]["minibatch_loss"]
        for value in (one, other)
    ]
    assert curve[0] == curve[1]
