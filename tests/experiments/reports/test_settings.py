import pytest

from experiments.reports.settings import network, repeated
from experiments.specification import Data, Entry, RunSpec, widths


def run():
    return RunSpec(
        data=Data(), layers=network(), loss=Entry("MSELoss"), learning_rate=0.1, epochs=1
    )


@pytest.mark.parametrize(("outputs", "shape"), [(1, "2-25-25-25-1"), (2, "2-25-25-25-2")])
def test_the_network_has_three_hidden_layers_of_25(outputs, shape):
    assert widths(network(outputs=outputs)) == shape


def test_an_activation_follows_each_hidden_layer_and_none_the_last():
    assert [layer.name for layer in network("Tanh")] == [
        "Linear", "Tanh", "Linear", "Tanh", "Linear", "Tanh", "Linear"
    ]  # fmt: skip


def test_the_last_activation_can_be_another():
    assert [layer.name for layer in network("ReLU", last="Sigmoid")][-2:] == ["Linear", "Sigmoid"]


def test_repeated_runs_differ_in_seed_alone():
    first, second = repeated(run(), (3, 4), "torch")
    assert (first.seed, second.seed, first.backend) == (3, 4, "torch")
    assert first.setting == second.setting
