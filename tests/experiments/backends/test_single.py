"""The helper for foreign frameworks, with an adapter that is written in NumPy alone."""

import sys
import types

import numpy as np
import pytest
import torch

from experiments.backends.single import Run, Single
from experiments.specification import Entry, TrainingSpec
from experiments.training.loop import train_group

LINEAR = [["Linear", {"in_features": 2, "out_features": 2}]]


class NumpyLinear(Run):
    """One linear layer, mean squared error, plain gradient descent."""

    def __init__(self, training, parameters):
        self.rate = training.learning_rate[0]
        self.weight = parameters["0.weight"].numpy().copy()
        self.bias = parameters["0.bias"].numpy().copy()

    def step(self, x, target):
        x, target = x.numpy(), target.numpy()
        error = self.predict(x) - target
        gradient = 2 * error / error.size
        self.weight -= self.rate * gradient.T @ x
        self.bias -= self.rate * gradient.sum(0)
        return (error**2).mean()

    def predict(self, x):
        return np.asarray(x) @ self.weight.T + self.bias

    def state_dict(self):
        return {"0.weight": self.weight, "0.bias": self.bias}


@pytest.fixture
def numpy_backend(monkeypatch):
    module = types.ModuleType("numpy_backend")
    module.backend = Single(NumpyLinear)
    monkeypatch.setitem(sys.modules, "numpy_backend", module)
    return "numpy_backend:backend"


def test_a_foreign_framework_learns_what_torch_learns(small_run, numpy_backend):
    run = small_run(layers=LINEAR, backend=numpy_backend, dtype="float64")
    [foreign], [expected] = train_group([run]), train_group([run.changed(backend="torch")])
    assert foreign["status"] == "ok", foreign["error"]
    for name, curve in expected["curves"].items():
        assert foreign["curves"][name] == pytest.approx(curve, rel=1e-12)


def training_of(runs):
    return TrainingSpec(
        layers=(Entry("Linear", in_features=2, out_features=2),),
        loss=Entry("MSELoss"),
        optimizer=Entry("SGD"),
        learning_rate=tuple(0.1 * (run + 1) for run in range(runs)),
        noise_seed=tuple(range(runs)),
    )


def states(runs):
    return [
        {"0.weight": torch.full((2, 2), float(run)), "0.bias": torch.zeros(2)}
        for run in range(runs)
    ]


def test_each_run_begins_at_its_own_parameters_and_rate():
    session = Single(NumpyLinear).start(training_of(2), states(2))
    assert [run.rate for run in session.runs] == [0.1, 0.2]
    assert [state["0.weight"][0, 0].item() for state in session.state_dicts()] == [0, 1]


def test_state_dicts_are_copies():
    session = Single(NumpyLinear).start(training_of(1), states(1))
    session.state_dicts()[0]["0.weight"].fill_(9)
    assert session.state_dicts()[0]["0.weight"].max() == 0


def test_the_shapes_are_the_protocols():
    session = Single(NumpyLinear).start(training_of(2), states(2))
    x, target, order = torch.rand(2, 5, 2), torch.rand(2, 5, 2), torch.arange(5).expand(2, 5)
    assert session.train_epoch(x, target, order, 2).shape == (2, 3)
    assert session.predict(x).shape == (2, 5, 2)


def test_the_order_decides_which_points_make_a_batch():
    seen = []

    class Watching(NumpyLinear):
        def step(self, x, target):
            seen.append(x[:, 0].tolist())
            return 0.0

    session = Single(Watching).start(training_of(1), states(1))
    x = torch.arange(5.0)[None, :, None].expand(1, 5, 2)
    session.train_epoch(x, x, torch.tensor([[4, 0, 3, 1, 2]]), 2)
    assert seen == [[4, 0], [3, 1], [2]]


class Noisy(NumpyLinear):
    def step(self, x, target):
        return torch.rand(())


def noise(runs, epochs):
    session = Single(Noisy).start(training_of(runs), states(runs))
    x, order = torch.rand(runs, 4, 2), torch.arange(4).expand(runs, 4)
    return torch.cat([session.train_epoch(x, x, order, 2) for _ in range(epochs)], 1)


def test_a_run_draws_its_own_noise_on_and_on():
    together = noise(2, 2)
    assert together.unique().numel() == 8
    assert torch.equal(together[:1], noise(1, 2))


@pytest.mark.parametrize("method", ["step", "predict", "state_dict"])
def test_an_adapter_that_lacks_a_method_is_told(method):
    arguments = {"step": (None, None), "predict": (None,), "state_dict": ()}[method]
    with pytest.raises(NotImplementedError, match=f"Run has no {method}"):
        getattr(Run(), method)(*arguments)
