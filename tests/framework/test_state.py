"""State moves between the framework and torch.nn unchanged, and equal seeds give equal weights."""

import copy

import pytest
import torch

import framework as fw
from tests.framework.catalogue import EACH_LAYER


def network(namespace):
    return namespace.Sequential(
        namespace.Linear(2, 25), namespace.ReLU(), namespace.BatchNorm1d(25),
        namespace.Sequential(namespace.Linear(25, 25), namespace.Tanh()),
        namespace.Linear(25, 2),
    )  # fmt: skip


@EACH_LAYER
def test_one_seed_gives_torchs_parameters_to_the_bit(layer):
    torch.manual_seed(7)
    mine = layer.build().state_dict()
    torch.manual_seed(7)
    theirs = layer.build(torch.nn).state_dict()
    assert list(mine) == list(theirs)
    for key, tensor in mine.items():
        assert torch.equal(tensor, theirs[key])


@pytest.mark.parametrize("name", ["LSTMCell", "GRUCell"])
def test_one_seed_gives_torchs_cells_to_the_bit(name):
    torch.manual_seed(7)
    mine = getattr(fw, name)(3, 4).state_dict()
    torch.manual_seed(7)
    for key, tensor in getattr(torch.nn, name)(3, 4).state_dict().items():
        assert torch.equal(mine[key], tensor)


def test_one_seed_gives_torchs_network_to_the_bit():
    torch.manual_seed(7)
    mine = network(fw).state_dict()
    torch.manual_seed(7)
    for key, tensor in network(torch.nn).state_dict().items():
        assert torch.equal(mine[key], tensor)


@EACH_LAYER
def test_state_goes_to_torch_and_back_unchanged(layer):
    mine, theirs, again = layer.build(), layer.build(torch.nn), layer.build()
    before = copy.deepcopy(mine.state_dict())
    theirs.load_state_dict(mine.state_dict())
    again.load_state_dict(theirs.state_dict())
    assert list(again.state_dict()) == list(before)
    for key, tensor in again.state_dict().items():
        assert torch.equal(tensor, before[key])


def test_loading_copies_in_place():
    model, other = network(fw), network(fw)
    kept = model[0].weight.data
    model.load_state_dict(other.state_dict())
    assert model[0].weight.data is kept
    assert torch.equal(kept, other[0].weight.data)


def test_all_that_does_not_fit_is_named_and_nothing_changed():
    model = network(fw)
    before = copy.deepcopy(model.state_dict())
    state = dict(copy.deepcopy(before))
    del state["0.bias"]
    state["extra"] = torch.ones(1)
    state["4.weight"] = torch.ones(3, 25)
    state["0.weight"] = torch.ones(25, 2)
    with pytest.raises(ValueError, match=r"missing 0\.bias; unknown extra; 4\.weight has shape"):
        model.load_state_dict(state)
    for key, tensor in model.state_dict().items():
        assert torch.equal(tensor, before[key])


@pytest.mark.parametrize(
    ("name", "shape", "arguments"),
    [
        ("uniform_", (5, 3), (-2.0, 3.0)),
        ("normal_", (5, 3), (1.0, 2.0)),
        ("constant_", (5, 3), (0.5,)),
        ("ones_", (5, 3), ()),
        ("zeros_", (5, 3), ()),
        ("eye_", (5, 3), ()),
        ("xavier_uniform_", (5, 3), (2.0,)),
        ("xavier_normal_", (5, 3, 2), ()),
        ("kaiming_uniform_", (5, 3), (0.2,)),
        ("kaiming_normal_", (5, 3), (0, "fan_out", "relu")),
        ("trunc_normal_", (50, 30), ()),
        ("trunc_normal_", (50, 30), (3.0, 1.0, -1.0, 1.0)),
        ("orthogonal_", (5, 3), ()),
        ("orthogonal_", (3, 4, 2), (2.0,)),
        ("sparse_", (10, 3), (0.4,)),
        ("dirac_", (6, 4, 3, 3), (2,)),
    ],
)
def test_initial_values_are_torchs_to_the_bit(name, shape, arguments):
    torch.manual_seed(3)
    mine = getattr(fw.init, name)(torch.empty(shape), *arguments)
    torch.manual_seed(3)
    theirs = getattr(torch.nn.init, name)(torch.empty(shape), *arguments)
    assert torch.equal(mine, theirs)


@pytest.mark.parametrize("name", ["linear", "relu", "tanh", "selu", "leaky_relu", "sigmoid"])
def test_gains_are_torchs(name):
    assert fw.init.calculate_gain(name) == torch.nn.init.calculate_gain(name)


def test_dtype_and_device_are_chosen_as_in_torch():
    layer = fw.Linear(2, 3, dtype=torch.float64, device="cpu")
    assert layer.weight.dtype == torch.float64
    assert network(fw).to(torch.float64)[0].bias.dtype == torch.float64
    assert fw.BatchNorm1d(3).double().num_batches_tracked.dtype == torch.int64
