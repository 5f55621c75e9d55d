import pytest
import torch

import framework
from experiments.specification import Entry, building
from experiments.timing.cases import Case

OPTIMIZERS = [
    Entry("SGD"),
    Entry("SGD", momentum=0.9),
    Entry("Adam"),
    Entry("AdamW"),
    Entry("RMSprop"),
    Entry("Adagrad"),
]


@pytest.mark.parametrize("optimizer", OPTIMIZERS, ids=str)
def test_step(benchmark, side, optimizer):
    """Update the 1427 parameters of 2-25-25-25-2 with gradients that stay."""
    benchmark.group = f"{optimizer}, step"
    model = building.build_model(side, Case().layers)
    parameters = list(model.parameters())
    update = building.build_optimizer(side, optimizer, parameters, 1e-6)
    before = parameters[0].data.clone()
    for parameter in parameters:
        gradient = torch.ones_like(parameter.data)
        parameter.grad = gradient if side is framework else torch.nn.Parameter(gradient).data
    benchmark(update.step)
    assert not torch.equal(parameters[0].data, before)
