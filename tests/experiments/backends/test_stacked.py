import pytest
import torch

from experiments.backends import resolve
from experiments.specification import Entry, TrainingSpec
from experiments.training.loop import train_group

LAYERS = (
    Entry("Linear", in_features=2, out_features=25),
    Entry("Tanh"),
    Entry("Linear", in_features=25, out_features=2),
)


def session(backend, rates=(0.1, 0.2, 0.3)):
    training = TrainingSpec(
        layers=LAYERS,
        loss=Entry("MSELoss"),
        optimizer=Entry("Adam"),
        learning_rate=rates,
        noise_seed=tuple(range(len(rates))),
    )
    generator = torch.Generator().manual_seed(0)
    shapes = {"0.weight": (25, 2), "0.bias": (25,), "2.weight": (2, 25), "2.bias": (2,)}
    parameters = [
        {key: torch.randn(shape, generator=generator) for key, shape in shapes.items()}
        for _ in rates
    ]
    return resolve(backend).start(training, parameters), parameters


def test_each_run_begins_at_its_parameters():
    started, parameters = session("framework")
    for found, given in zip(started.state_dicts(), parameters, strict=True):
        assert found.keys() == given.keys()
        assert all(torch.equal(found[key], given[key]) for key in given)


def test_stacked_runs_learn_what_single_ones_learn():
    generator = torch.Generator().manual_seed(1)
    x, target = torch.rand(2, 3, 110, 2, generator=generator)
    order = torch.stack([torch.randperm(110, generator=generator) for _ in range(3)])
    ends = []
    for backend in ("framework", "framework-autograd"):
        started, _ = session(backend)
        losses = [started.train_epoch(x, target, order, 30) for _ in range(3)]
        ends.append((torch.cat(losses, 1), started.state_dicts(), started.predict(x)))
    (losses, states, outputs), (single_losses, single_states, single_outputs) = ends
    assert losses.shape == (3, 12)
    # To the last bit where that was measured, see tests/experiments/test_equal_starts.py.
    torch.testing.assert_close(losses, single_losses)
    torch.testing.assert_close(outputs, single_outputs)
    for found, expected in zip(states, single_states, strict=True):
        torch.testing.assert_close(found, expected)


def test_a_shared_learning_rate_leaves_the_bits_of_one_a_run():
    generator = torch.Generator().manual_seed(1)
    x, target = torch.rand(2, 3, 110, 2, generator=generator)
    order = torch.stack([torch.randperm(110, generator=generator) for _ in range(3)])
    first = []
    for rates in ((0.1, 0.1, 0.1), (0.1, 0.2, 0.3)):
        started, _ = session("framework", rates)
        for _ in range(3):
            started.train_epoch(x, target, order, 30)
        first.append(started.state_dicts()[0])
    assert all(torch.equal(first[0][key], first[1][key]) for key in first[0])


def test_a_single_run_is_stacked_too():
    started, _ = session("framework", rates=(0.1,))
    assert started.model.runs == 1


def test_the_parameters_handed_in_are_not_trained_in_place():
    started, parameters = session("framework")
    before = parameters[0]["0.weight"].clone()
    x = torch.rand(3, 40, 2)
    started.train_epoch(x, x, torch.arange(40).expand(3, 40), 20)
    assert torch.equal(parameters[0]["0.weight"], before)
    assert not torch.equal(started.state_dicts()[0]["0.weight"], before)


@pytest.mark.parametrize("backend", ["framework", "framework-autograd"])
def test_dropout_draws_torchs_masks_run_by_run(small_run, backend):
    layers = [
        ["Linear", {"in_features": 2, "out_features": 8}],
        ["Dropout", {"p": 0.5}],
        ["Linear", {"in_features": 8, "out_features": 2}],
    ]
    runs = [small_run(layers=layers, seed=seed, backend="torch") for seed in (1, 2)]
    expected = train_group(runs)
    found = train_group([run.changed(backend=backend) for run in runs])
    for ours, torchs in zip(found, expected, strict=True):
        assert ours["status"] == "ok", ours["error"]
        loss = torchs["curves"]["minibatch_loss"]
        assert ours["curves"]["minibatch_loss"] == pytest.approx(loss, rel=1e-4)


SCHEDULES = [
    ["StepLR", {"step_size": 2}],
    ["ExponentialLR", {"gamma": 0.5}],
    ["CosineAnnealingLR", {"T_max": 3}],
    ["LinearLR", {"start_factor": 0.1, "total_iters": 3}],
]


@pytest.mark.parametrize("schedule", SCHEDULES)
@pytest.mark.parametrize("backend", ["framework", "framework-autograd"])
def test_a_schedule_moves_every_runs_rate_as_torchs_does(small_run, schedule, backend):
    runs = [
        small_run(schedule=schedule, learning_rate=rate, epochs=5, dtype="float64")
        for rate in (0.1, 0.5)
    ]
    expected = train_group(runs)
    found = train_group([run.changed(backend=backend) for run in runs])
    for ours, torchs in zip(found, expected, strict=True):
        loss = torchs["curves"]["minibatch_loss"]
        assert ours["curves"]["minibatch_loss"] == pytest.approx(loss, rel=1e-12)
