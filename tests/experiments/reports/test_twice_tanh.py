import math

import pytest
import torch

import framework
from experiments.reports.twice_tanh import OfFramework, OfTorch


@pytest.fixture
def z():
    return torch.linspace(-3, 3, 13, dtype=torch.float64)


def by_hand(z):
    """1 - tanh(tanh z)^2, number by number."""
    return torch.tensor([1 - math.tanh(math.tanh(each)) ** 2 for each in z.tolist()]).double()


def gradient_of_torch(module, z, grad_output):
    leaf = z.clone().requires_grad_()
    module(leaf).backward(grad_output)
    return leaf.grad


@pytest.mark.parametrize("module", [OfFramework(), OfTorch()])
def test_the_value_is_the_right_one(module, z):
    assert torch.equal(module(z), z.tanh())


def test_the_derivative_in_the_framework_is_that_of_tanh_z(z):
    grad_output = torch.arange(13.0, dtype=torch.float64)
    torch.testing.assert_close(OfFramework().backward(grad_output, z), grad_output * by_hand(z))


def test_the_derivative_in_torch_is_that_of_tanh_z(z):
    grad_output = torch.arange(13.0, dtype=torch.float64)
    found = gradient_of_torch(OfTorch(), z, grad_output)
    torch.testing.assert_close(found, grad_output * by_hand(z))


def test_a_recorded_graph_uses_the_wrong_derivative_too(z):
    leaf = framework.Variable(z)
    framework.Sequential(OfFramework())(leaf).backward(torch.ones_like(z))
    torch.testing.assert_close(leaf.grad, by_hand(z))


def test_the_derivative_never_falls_below_that_of_tanh_one():
    far = torch.tensor([50.0, -50.0])
    assert OfFramework().backward(torch.ones(2), far).min() > 0.41
