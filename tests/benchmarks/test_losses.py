import pytest
import torch

import framework
from experiments.specification import Entry, building

LOSSES = [
    Entry("MSELoss"),
    Entry("L1Loss"),
    Entry("HuberLoss"),
    Entry("BCEWithLogitsLoss"),
    Entry("CrossEntropyLoss"),
]


@pytest.fixture
def target(loss):
    classes = torch.arange(100) % 25
    return classes if loss.name == "CrossEntropyLoss" else torch.eye(25)[classes]


@pytest.mark.parametrize("loss", LOSSES, ids=str)
def test_value_and_gradient(benchmark, side, loss, batch, target):
    benchmark.group = f"{loss}, value and gradient"
    module = building.build(side, loss)
    prediction = framework.Variable(batch) if side is framework else batch.requires_grad_()

    def there_and_back():
        prediction.grad = None
        module(prediction, target).backward()

    benchmark(there_and_back)
    assert prediction.grad.shape == batch.shape


@pytest.mark.parametrize("loss", LOSSES, ids=str)
def test_explicit_gradient(benchmark, side, loss, batch, target):
    """What a loss of the framework can do without a graph, beside torch.func."""
    benchmark.group = f"{loss}, gradient without a graph of the caller's"
    module = building.build(side, loss)
    if side is framework:
        gradient = benchmark(module.backward, batch, target)
    else:
        gradient = benchmark(torch.func.grad(lambda x: module(x, target)), batch)
    assert gradient.shape == batch.shape
