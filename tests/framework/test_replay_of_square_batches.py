"""A batch as large as a layer is wide: matrices that have the shape of their transposes."""

import pytest
import torch

import framework as fw


def losses(rows, recorded):
    torch.manual_seed(0)
    model = fw.Sequential(fw.Linear(2, 7), fw.Tanh(), fw.Linear(7, 7), fw.Tanh(), fw.Linear(7, 2))
    loss, optimizer = fw.MSELoss(), fw.SGD(model.parameters(), lr=0.5)
    step = fw.TrainingStep(model, loss, optimizer)
    values = []
    for _ in range(6):
        x, target = torch.rand(rows, 2), torch.rand(rows, 2)
        if recorded:
            values.append(step(x, target).item())
            continue
        optimizer.zero_grad()
        value = loss(model(fw.Variable(x)), target)
        value.backward()
        optimizer.step()
        values.append(value.data.item())
    return values


@pytest.mark.parametrize("rows", [2, 6, 7, 8])
def test_the_recorded_step_is_the_eager_one(rows):
    assert losses(rows, recorded=True) == losses(rows, recorded=False)
