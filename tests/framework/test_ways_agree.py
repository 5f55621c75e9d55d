"""Explicit backward, recorded graph and recorded step give the same bits, whatever the layer."""

import pytest
import torch

import framework as fw
from tests.framework.catalogue import (
    ALL_LAYERS,
    ALL_LOSSES,
    EACH_LAYER,
    EACH_LOSS,
    LAYERS,
    LOSSES,
    OF_MORE,
    RANDOM,
)

pytestmark = pytest.mark.filterwarnings("ignore::UserWarning")


def test_the_catalogue_is_complete():
    assert {layer.name for layer in LAYERS} | OF_MORE == ALL_LAYERS
    assert {loss.name for loss in LOSSES} == ALL_LOSSES


def bits(tensor):
    """Equal where the bits are, NaN included."""
    return (
        None
        if tensor is None
        else tensor.detach().reshape(-1).contiguous().view(torch.uint8).tolist()
    )


def build(layer):
    torch.manual_seed(0)
    module = layer.build()
    return module.eval() if layer.name in RANDOM else module


def gradients_of(module):
    return [bits(p.grad) for p in module.parameters()]


@EACH_LAYER
def test_explicit_and_recorded_gradients_of_a_layer_are_equal(layer):
    explicit, recorded = build(layer), build(layer)
    x = layer.input()
    variable = fw.Variable(x)
    value = recorded(variable)
    weights = torch.randn(value.shape, generator=torch.Generator().manual_seed(1))
    value.backward(weights)

    assert bits(explicit(x)) == bits(value.data)
    found = explicit.backward(weights, x)
    assert bits(found) == bits(variable.grad)
    assert gradients_of(explicit) == gradients_of(recorded)
    for name, buffer in explicit.named_buffers():
        assert bits(buffer) == bits(dict(recorded.named_buffers())[name])


@EACH_LAYER
def test_a_layer_inside_a_sequential_goes_backward_explicitly(layer):
    alone, model = build(layer), fw.Sequential(build(layer), fw.Identity())
    x = layer.input()
    weights = torch.ones_like(alone(x))
    assert bits(model.backward(weights, x)) == bits(alone.backward(weights, x))


@EACH_LOSS
def test_explicit_and_recorded_gradients_of_a_loss_are_equal(loss):
    module, inputs = loss.build(), loss.inputs()
    value = module(*inputs)
    weights = torch.randn(value.shape, generator=torch.Generator().manual_seed(1))
    explicit = module.backward(*inputs, weights)
    wanted = {"GaussianNLLLoss": (0, 2), "MarginRankingLoss": (0, 1),
              "CosineEmbeddingLoss": (0, 1), "TripletMarginLoss": (0, 1, 2)}  # fmt: skip
    positions = wanted.get(loss.name, (0,))
    leaves = {position: fw.Variable(inputs[position]) for position in positions}
    recorded = module(*[leaves.get(i, given) for i, given in enumerate(inputs)])
    recorded.backward(weights)
    assert bits(recorded.data) == bits(value)
    explicit = explicit if isinstance(explicit, tuple) else (explicit,)
    for found, leaf in zip(explicit, leaves.values(), strict=True):
        assert bits(found) == bits(leaf.grad)


@EACH_LOSS
def test_a_loss_has_torchs_value_and_gradient(loss):
    inputs = loss.inputs(dtype=torch.float64)
    mine, theirs = loss.build().double(), loss.build(torch.nn).double()
    leaf = inputs[0].clone().requires_grad_()
    expected = theirs(leaf, *inputs[1:])
    weights = torch.randn_like(expected)
    expected.backward(weights)
    torch.testing.assert_close(mine(*inputs), expected.detach(), rtol=1e-9, atol=1e-12)
    found = mine.backward(*inputs, weights)
    found = found[0] if isinstance(found, tuple) else found
    torch.testing.assert_close(found, leaf.grad, rtol=1e-9, atol=1e-12)


@EACH_LAYER
def test_a_layer_has_torchs_value_and_gradients(layer):
    mine, theirs = build(layer).double(), layer.build(torch.nn).double()
    theirs.train(mine.training).load_state_dict(mine.state_dict())
    x = layer.input(dtype=torch.float64)
    leaf = x.clone().requires_grad_(x.is_floating_point())
    expected = theirs(leaf)
    weights = torch.randn_like(expected)
    expected.backward(weights) if expected.requires_grad else None
    torch.testing.assert_close(mine(x), expected.detach(), rtol=1e-9, atol=1e-12)
    found = mine.backward(weights, x)
    if x.is_floating_point():
        torch.testing.assert_close(found, leaf.grad, rtol=1e-9, atol=1e-12)
    for parameter, other in zip(mine.parameters(), theirs.parameters(), strict=True):
        torch.testing.assert_close(parameter.grad, other.grad, rtol=1e-9, atol=1e-12)


def trained(layer, ways):
    """Three steps of a model that ends in the layer, with a parameter before it."""
    torch.manual_seed(0)
    scale = torch.nn.Identity if layer.indices is not None else None
    model = Scaled(layer.build(), scale is None)
    model = model.eval() if layer.name in RANDOM - {"Dropout"} else model
    optimizer = fw.SGD(model.parameters(), lr=0.01)
    step = fw.TrainingStep(model, MeanSquare(), optimizer)
    torch.manual_seed(1)
    values = []
    for number in range(5):
        x = layer.input(seed=number)
        target = torch.zeros(1)
        if ways == "replayed":
            values.append(step(x, target))
        else:
            optimizer.zero_grad()
            value = MeanSquare()(model(fw.Variable(x)), target)
            value.backward()
            optimizer.step()
            values.append(value.data)
    return values, model


class MeanSquare(fw.Module):
    def forward(self, prediction, target):
        return (prediction * prediction).mean() + target.sum()


class Scaled(fw.Module):
    """A layer behind a factor, so that there is always something to learn."""

    def __init__(self, layer, before):
        self.factor = fw.Parameter(torch.ones(1))
        self.layer = layer
        self.before = before

    def forward(self, x):
        return self.layer(x * self.factor) if self.before else self.layer(x) * self.factor


@EACH_LAYER
def test_replayed_steps_are_the_eager_ones(layer):
    eager, model = trained(layer, "eager")
    replayed, twin = trained(layer, "replayed")
    assert [bits(v) for v in replayed] == [bits(v) for v in eager]
    for (key, value), other in zip(
        model.state_dict().items(), twin.state_dict().values(), strict=True
    ):
        assert bits(value) == bits(other), key
