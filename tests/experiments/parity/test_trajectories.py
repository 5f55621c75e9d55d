"""Whole trainings in lock-step; equality to the bit is promised where it was seen."""

import math

import pytest
import torch

from experiments.parity import arithmetic
from experiments.parity.cells import OPTIMIZERS, _cell, cells, together
from experiments.parity.gallery.patches import vjp
from experiments.parity.trajectories import _apart, follow

TRIED = arithmetic.capability() == arithmetic.TRIED
BOUND = 1e-3
"""What differs by rounding stays below this for a few epochs on any machine."""


def check(trajectory):
    """Exact with torch 2.13.0 and AVX512; elsewhere close."""
    if TRIED:
        assert trajectory.verdict == "exact", (trajectory.first, trajectory.where)
    assert trajectory.late < BOUND


@pytest.mark.parametrize("cell", cells()[:18:5], ids=lambda cell: cell.name)
def test_mean_squares_trainings_are_exact(cell):
    check(follow("framework", [cell], 8)[0])


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_cross_entropy_is_exact_with_the_exponential_rebuilt_and_only_then(dtype):
    shared = {"activation": "ReLU", "loss": "CrossEntropyLoss", "dtype": dtype}
    plain = _cell(**shared, optimizer=OPTIMIZERS[2], expected=1e-10)
    rebuilt = _cell(**shared, optimizer=OPTIMIZERS[2], expected="exact", rebuilt=True)
    first, second = follow("framework", [plain, rebuilt], 10)
    check(second)
    assert first.first is not None
    assert "CrossEntropyLoss" in first.where


@pytest.mark.parametrize("backend", ["framework-explicit", "framework-autograd", "torch"])
def test_every_way_of_going_backward_is_exact(backend):
    check(follow(backend, [cells()[5]], 3)[0])


def test_stacked_runs_are_separate_trainings():
    stacked = [cell for cell in cells() if cell.runs > 1]
    check(follow("framework", stacked[:1], 4)[0])


@pytest.mark.parametrize(
    ("patch", "where"),
    [
        (vjp("relu", lambda g, *_: g), "backward of ReLU()"),
        (vjp("linear", lambda g, *_: g.mean(-2), 2), "backward of Linear("),
        (vjp("mse_loss", lambda g, y, x, t, runs=False: x - t), "gradient of MSELoss()"),
    ],
)
def test_the_operation_at_which_they_part_is_named(patch, where):
    with patch():
        found = follow("framework-autograd", [cells()[0]], 2)[0]
    assert found.first == 1
    assert found.where.startswith(where)
    assert found.verdict == "differs"


def test_a_step_in_the_middle_of_an_epoch_is_found(monkeypatch):
    """An optimizer that stumbles at its 14th step."""
    import framework as fw

    right, taken = fw.SGD.step, {"steps": 0}

    def step(self, *arguments, **named):
        taken["steps"] += 1
        if taken["steps"] % 40 == 14:
            self.param_groups[0]["params"][0].data.mul_(1 + 2**-20)
        return right(self, *arguments, **named)

    monkeypatch.setattr(fw.SGD, "step", step)
    found = follow("framework-autograd", [cells()[0]], 4)[0]
    assert found.first == 14
    assert found.where.startswith("update of SGD")


@pytest.mark.parametrize("name", ["first", "last"])
def test_a_parameter_that_is_not_a_number_is_no_small_difference(name):
    theirs = {"first": torch.ones(2), "last": torch.ones(3)}
    distance, ulps = _apart(theirs | {name: theirs[name] * math.nan}, theirs)
    assert math.isnan(distance)
    assert ulps == math.inf


def test_cells_that_share_a_referee_train_together():
    groups = together(cells())
    assert sum(map(len, groups)) == len(cells())
    assert {len(group) for group in groups} == {1, 2}


def test_of_other_peoples_backends_nothing_is_promised():
    assert {cell.expected for cell in cells("mine:backend")} == {None}


def test_what_is_required_is_among_the_cells():
    exact = [cell for cell in cells() if cell.expected == "exact" and not cell.rebuilt]
    plain = [cell.spec for cell in exact if cell.runs == 1]
    assert len(plain) == 3 * 3 * 2
    assert {spec.loss.name for spec in plain} == {"MSELoss"}
    rebuilt = [cell.spec for cell in cells() if cell.rebuilt]
    assert len(rebuilt) == 2 * 3 * 2 * 2
    assert torch.get_num_threads() >= 1
