"""What of PyTorch's own database a backend covers: counted, and never a bare green."""

import pytest

import framework as fw
from experiments.parity import coverage, database

pytestmark = pytest.mark.skipif(not database.modules(), reason="needs the package expecttest")
STRANGER = "tests.experiments.parity.planted:right"


def test_the_database_is_as_large_as_is_said():
    assert len(database.modules()) == 114
    assert sum(len(database.inputs(name)) for name in database.modules()) == 1813
    assert len(database.optimizers()) == 15


@pytest.mark.parametrize("name", ["Tanh", "Linear", "BatchNorm1d", "MSELoss", "RNNCell"])
def test_the_framework_agrees_on_every_input(name):
    found = coverage.module("framework", name)
    assert found.whole, found.reason
    assert found.asked == found.inputs > 1


def test_the_framework_agrees_on_every_setting_of_adam():
    found = coverage.optimizer("framework", "Adam")
    assert found.whole
    assert found.inputs == 5


def test_a_wrong_module_is_not_counted(monkeypatch):
    monkeypatch.setattr(fw.Tanh, "forward", lambda self, x: fw.derivatives.sigmoid(x))
    found = coverage.module("framework", "Tanh")
    assert (found.asked, found.agreed) == (3, 0)
    assert "differs from torch.nn by up to" in found.reason


def test_what_is_not_there_is_not_asked():
    found = coverage.module("framework", "Transformer")
    assert (found.asked, found.agreed) == (0, 0)
    assert found.reason


def test_a_stranger_is_asked_what_sessions_can_be_asked():
    found = coverage.module(STRANGER, "Softmax")
    assert 0 < found.agreed == found.asked < found.inputs
    assert "sessions take one batch" in found.reason


def test_a_stranger_that_is_wrong_is_not_counted():
    found = coverage.module("tests.experiments.parity.planted:wrong", "Softmax")
    assert found.agreed == 0
    assert found.reason == "Disagrees: value: differs"


def test_an_optimizer_that_needs_a_closure_cannot_be_asked():
    found = coverage.optimizer("torch", "LBFGS")
    assert found.asked == 0
    assert "closure" in found.reason
