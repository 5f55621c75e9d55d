"""What layers and modules do beyond one forward and backward."""

import pytest
import torch

import framework as fw
from tests.framework.catalogue import LAYERS


def test_a_users_module_needs_only_forward():
    class Gated(fw.Module):
        def __init__(self):
            super().__init__()
            self.inner = fw.Linear(3, 3)
            self.gates = [fw.Linear(3, 3), fw.Linear(3, 3)]
            self.scale = fw.Parameter(torch.full((3,), 2.0))

        def forward(self, x):
            return torch.tanh(self.inner(x)) * self.gates[0](x).sigmoid() * self.scale

    torch.manual_seed(0)
    model, x = Gated(), torch.randn(5, 3)
    assert list(model.state_dict()) == [
        "scale", "inner.weight", "inner.bias", "gates.0.weight", "gates.0.bias",
        "gates.1.weight", "gates.1.bias",
    ]  # fmt: skip
    weights = torch.randn(5, 3)
    gradient = model.backward(weights, x)
    leaf = x.clone().requires_grad_()
    inner, gate = model.inner, model.gates[0]
    expected = (
        torch.tanh(leaf @ inner.weight.data.T + inner.bias.data)
        * torch.sigmoid(leaf @ gate.weight.data.T + gate.bias.data)
        * model.scale.data
    )
    expected.backward(weights)
    torch.testing.assert_close(model(x), expected.detach())
    torch.testing.assert_close(gradient, leaf.grad)
    assert model.gates[1].weight.grad is None


def test_a_users_own_backward_takes_precedence():
    class Doubled(fw.Module):
        def forward(self, x):
            return x * 2

        def backward(self, grad_output, x):
            return grad_output * 100

    x = fw.Variable(torch.ones(2))
    fw.Sequential(Doubled(), fw.Identity())(x).sum().backward()
    assert torch.equal(x.grad, torch.full((2,), 100.0))


def test_shared_weights_get_both_gradients():
    torch.manual_seed(0)
    shared, left, right = fw.Linear(3, 2), torch.randn(4, 3), torch.randn(4, 3)
    (shared(fw.Variable(left)) * shared(fw.Variable(right))).sum().backward()
    recorded = shared.weight.grad.clone()
    shared.zero_grad()
    shared.backward(shared(right), left)
    shared.backward(shared(left), right)
    torch.testing.assert_close(recorded, shared.weight.grad)


def test_a_layer_used_twice_is_found_once():
    layer = fw.Linear(2, 2)
    assert len(list(fw.Sequential(layer, fw.ReLU(), layer).parameters())) == 2


def test_several_forwards_may_precede_a_backward():
    model = fw.Sequential(fw.Linear(2, 3), fw.Tanh())
    first, second = torch.randn(4, 2), torch.randn(4, 2)
    expected = model.backward(torch.ones(4, 3), first).clone()
    model(first)
    model(second)
    assert torch.equal(model.backward(torch.ones(4, 3), first), expected)


def test_dropout_draws_torchs_mask():
    x = torch.randn(50, 4)
    torch.manual_seed(0)
    mine = fw.Dropout(0.3)(x)
    torch.manual_seed(0)
    assert torch.equal(mine, torch.nn.Dropout(0.3)(x))


def test_dropout_goes_backward_explicitly_where_nothing_is_drawn():
    model = fw.Sequential(fw.Linear(2, 2), fw.Dropout()).eval()
    assert model.backward(torch.ones(3, 2), torch.ones(3, 2)).shape == (3, 2)


def test_a_stacked_run_draws_what_it_draws_alone():
    together = fw.stack([fw.Dropout(), fw.Dropout()])
    fw.seed_noise(together, [5, 6])
    x = torch.ones(2, 30, 3)
    first, second = together(x), together(x)
    torch.manual_seed(6)
    alone = fw.Dropout()
    assert torch.equal(first[1], alone(x[1]))
    assert torch.equal(second[1], alone(x[1]))


@pytest.mark.parametrize("momentum", [0.1, None])
def test_running_statistics_are_torchs(momentum):
    mine, theirs = fw.BatchNorm1d(3, momentum=momentum), torch.nn.BatchNorm1d(3, momentum=momentum)
    for seed in range(4):
        x = torch.randn(10, 3, generator=torch.Generator().manual_seed(seed))
        mine(x), theirs(x)
    for key, expected in theirs.state_dict().items():
        torch.testing.assert_close(mine.state_dict()[key], expected)


def test_an_explicit_backward_leaves_running_statistics_alone():
    layer, x = fw.BatchNorm1d(3), torch.randn(10, 3)
    before = {key: value.clone() for key, value in layer.state_dict().items()}
    layer.backward(torch.ones(10, 3), x)
    for key, value in layer.state_dict().items():
        assert torch.equal(value, before[key])


def test_a_padding_row_is_not_learned():
    layer = fw.Embedding(4, 2, padding_idx=1)
    layer(fw.Variable(torch.tensor([0, 1, 1, 3]))).sum().backward()
    assert torch.equal(layer.weight.grad[:, 0], torch.tensor([1.0, 0.0, 0.0, 1.0]))
    assert torch.equal(layer.weight.data[1], torch.zeros(2))


def test_pooling_gives_the_places_of_its_largest():
    x = torch.randn(2, 3, 6, 6)
    mine = fw.MaxPool2d(3, 2, 1, return_indices=True)(x)
    theirs = torch.nn.MaxPool2d(3, 2, 1, return_indices=True)(x)
    assert torch.equal(mine[0], theirs[0])
    assert torch.equal(mine[1], theirs[1])


def test_bilinear_runs_stacked():
    alone = [fw.Bilinear(2, 3, 4) for _ in range(3)]
    left, right = torch.randn(3, 5, 2), torch.randn(3, 5, 3)
    value = fw.stack(alone)(left, right)
    for run, layer in enumerate(alone):
        torch.testing.assert_close(value[run], layer(left[run], right[run]))


def test_lstm_cells_run_stacked():
    alone = [fw.LSTMCell(2, 3) for _ in range(3)]
    x = torch.randn(3, 5, 2)
    hidden, cell = fw.stack(alone)(x)
    for run, layer in enumerate(alone):
        expected = layer(x[run])
        torch.testing.assert_close(hidden[run], expected[0])
        torch.testing.assert_close(cell[run], expected[1])


def test_lists_and_dictionaries_of_modules_are_found():
    class Several(fw.Module):
        def __init__(self):
            self.listed = fw.ModuleList([fw.Linear(2, 2)])
            self.named = fw.ModuleDict({"out": fw.Linear(2, 1)})

        def forward(self, x):
            for layer in self.listed:
                x = layer(x)
            return self.named["out"](x)

    model = Several()
    assert list(model.state_dict()) == [
        "listed.0.weight", "listed.0.bias", "named.out.weight", "named.out.bias",
    ]  # fmt: skip
    assert model(torch.ones(3, 2)).shape == (3, 1)


@pytest.mark.parametrize(
    "case", [c for c in LAYERS if hasattr(getattr(fw, c.name), "reset_parameters")], ids=str
)
def test_resetting_gives_what_the_constructor_gave(case):
    torch.manual_seed(0)
    layer = case.build()
    given = {name: tensor.clone() for name, tensor in layer.state_dict().items()}
    for tensor in layer.state_dict().values():
        tensor.fill_(7)
    torch.manual_seed(0)
    layer.reset_parameters()
    for name, tensor in layer.state_dict().items():
        assert torch.equal(tensor, given[name]), name


def test_a_layer_of_no_features_gives_its_bias_in_every_place():
    layer = fw.Linear(0, 3)
    layer.bias.data.copy_(torch.arange(3))
    assert torch.equal(layer(torch.ones(2, 5, 0)), torch.arange(3.0).expand(2, 5, 3))
