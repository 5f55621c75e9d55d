import math

import pytest
import torch

import reference


def parameter_with(*gradients):
    """A parameter at 1, and the steps' gradients to give it one after the other."""
    return torch.nn.Parameter(torch.tensor([1.0], dtype=torch.float64)), gradients


def train(optimizer, parameter, gradients):
    for gradient in gradients:
        parameter.grad = torch.tensor([gradient], dtype=torch.float64)
        optimizer.step()
    return parameter.item()


def test_names_are_torchs_own_objects():
    assert reference.Linear is torch.nn.Linear
    assert reference.CrossEntropyLoss is torch.nn.CrossEntropyLoss
    assert reference.Adam is torch.optim.Adam
    assert reference.StepLR is torch.optim.lr_scheduler.StepLR
    assert reference.init is torch.nn.init


def test_the_moving_average_follows_its_formula():
    parameter, gradients = parameter_with(2.0, -1.0, 3.0)
    optimizer = reference.ExponentialMovingAverageSGD([parameter], lr=0.1, momentum=0.9)
    velocity, expected = 0.0, 1.0
    for gradient in gradients:
        velocity = 0.9 * velocity + (1 - 0.9) * gradient
        expected -= 0.1 * velocity
    assert train(optimizer, parameter, gradients) == pytest.approx(expected, rel=1e-15)


def test_the_moving_average_is_torchs_momentum_at_a_tenth_of_the_rate():
    ours, gradients = parameter_with(2.0, -1.0, 3.0)
    theirs, _ = parameter_with()
    train(reference.ExponentialMovingAverageSGD([ours], lr=1.0, momentum=0.9), ours, gradients)
    train(torch.optim.SGD([theirs], lr=0.1, momentum=0.9), theirs, gradients)
    assert ours.item() == pytest.approx(theirs.item(), rel=1e-14)


@pytest.mark.parametrize("inside", [False, True])
def test_uncorrected_adam_follows_its_formula(inside):
    parameter, gradients = parameter_with(2.0, -1.0, 1e-5)
    optimizer = reference.UncorrectedAdam(
        [parameter], lr=0.1, betas=(0.8, 0.9), eps=1e-2, eps_inside_root=inside
    )
    first = second = 0.0
    expected = 1.0
    for gradient in gradients:
        first = 0.8 * first + (1 - 0.8) * gradient
        second = 0.9 * second + (1 - 0.9) * gradient**2
        root = math.sqrt(second + 1e-2) if inside else math.sqrt(second) + 1e-2
        expected -= 0.1 * first / root
    assert train(optimizer, parameter, gradients) == pytest.approx(expected, rel=1e-14)


def test_without_correction_adams_first_step_is_more_than_three_times_the_rate():
    parameter, gradients = parameter_with(5.0)
    value = train(reference.UncorrectedAdam([parameter], lr=0.01), parameter, gradients)
    assert 1 - value == pytest.approx(0.01 * 0.1 / math.sqrt(0.001), rel=1e-6)


@pytest.mark.parametrize("rule", ["ExponentialMovingAverageSGD", "UncorrectedAdam"])
def test_a_parameter_without_gradient_is_left_alone(rule):
    parameter, _ = parameter_with()
    optimizer = getattr(reference, rule)([parameter], lr=0.1)
    optimizer.step()
    assert parameter.item() == 1
    assert not optimizer.state


@pytest.mark.parametrize(
    ("rule", "arguments"),
    [
        ("ExponentialMovingAverageSGD", {"lr": -1.0}),
        ("ExponentialMovingAverageSGD", {"momentum": 1.0}),
        ("UncorrectedAdam", {"eps": -1.0}),
        ("UncorrectedAdam", {"betas": (0.9, 1.0)}),
        ("UncorrectedAdam", {"lr": float("nan")}),
    ],
)
def test_impossible_arguments_are_refused(rule, arguments):
    parameter, _ = parameter_with()
    with pytest.raises(ValueError, match="Invalid"):
        getattr(reference, rule)([parameter], **arguments)


def test_a_schedule_moves_the_rules_learning_rate():
    parameter, _ = parameter_with()
    optimizer = reference.UncorrectedAdam([parameter], lr=1.0)
    schedule = reference.ExponentialLR(optimizer, gamma=0.5)
    train(optimizer, parameter, [1.0])
    schedule.step()
    assert optimizer.param_groups[0]["lr"] == 0.5
