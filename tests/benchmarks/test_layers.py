import pytest
import torch

import framework
from experiments.specification import Entry, building

LAYERS = [
    Entry("Linear", in_features=25, out_features=25),
    Entry("ReLU"),
    Entry("Tanh"),
    Entry("Sigmoid"),
    Entry("SELU"),
    Entry("GELU"),
    Entry("Softmax", dim=1),
    Entry("LogSoftmax", dim=1),
    Entry("LayerNorm", normalized_shape=25),
    Entry("BatchNorm1d", num_features=25),
    Entry("Dropout", p=0.5),
]


@pytest.mark.parametrize("layer", LAYERS, ids=str)
def test_forward(benchmark, side, layer, batch):
    benchmark.group = f"{layer}, forward"
    module = building.build(side, layer)
    with torch.no_grad():
        value = benchmark(module, batch)
    assert value.shape == batch.shape


@pytest.mark.parametrize("layer", LAYERS, ids=str)
def test_forward_and_backward(benchmark, side, layer, batch):
    benchmark.group = f"{layer}, forward and backward"
    module = building.build(side, layer)
    cotangent = torch.ones_like(batch)
    x = framework.Variable(batch) if side is framework else batch.requires_grad_()

    def there_and_back():
        x.grad = None
        module.zero_grad()
        module(x).backward(cotangent)

    benchmark(there_and_back)
    assert x.grad.shape == batch.shape
