"""Stacked layers and losses: every run as if alone."""

import pytest
import torch

import framework as fw
from tests.framework.catalogue import EACH_LAYER, EACH_LOSS, RANDOM

pytestmark = pytest.mark.filterwarnings("ignore::UserWarning")
RUNS = 3


def built(layer, seed):
    torch.manual_seed(seed)
    return layer.build()


@EACH_LAYER
def test_a_stacked_layer_computes_each_run_as_alone(layer):
    alone = [built(layer, seed) for seed in range(RUNS)]
    together = fw.stack([built(layer, seed) for seed in range(RUNS)])
    fw.seed_noise(together, range(RUNS))
    x = layer.input(runs=RUNS)
    variable = fw.Variable(x)
    value = together(variable)
    weights = torch.randn(value.shape, generator=torch.Generator().manual_seed(1))
    value.backward(weights)
    for run, single in enumerate(alone):
        torch.manual_seed(run)
        own = fw.Variable(x[run].clone())
        expected = single(own)
        expected.backward(weights[run].clone())
        torch.testing.assert_close(value.data[run], expected.data, rtol=1e-5, atol=1e-6)
        if own.grad is not None:
            torch.testing.assert_close(variable.grad[run], own.grad, rtol=1e-4, atol=1e-5)
        for mine, theirs in zip(together.parameters(), single.parameters(), strict=True):
            torch.testing.assert_close(mine.grad[run], theirs.grad, rtol=1e-4, atol=1e-5)
        for (key, mine), theirs in zip(
            together.state_dict().items(), single.state_dict().values(), strict=True
        ):
            torch.testing.assert_close(mine[run], theirs, msg=key)


@EACH_LAYER
def test_a_run_does_not_depend_on_its_companions(layer):
    def of_run_0(seeds):
        together = fw.stack([built(layer, seed) for seed in seeds])
        fw.seed_noise(together, seeds)
        x = torch.stack([layer.input(seed) for seed in seeds])
        variable = fw.Variable(x)
        value = together(variable)
        value.backward(torch.ones_like(value.data))
        gradient = value.data if variable.grad is None else variable.grad
        return value.data[seeds.index(0)], gradient[seeds.index(0)]

    for mine, theirs in zip(of_run_0([0, 1, 2]), of_run_0([3, 4, 5, 6, 0]), strict=True):
        assert torch.equal(mine, theirs)


@EACH_LOSS
def test_a_stacked_loss_gives_each_run_its_own_value(loss):
    alone = loss.build()
    together = fw.stack([loss.build() for _ in range(RUNS)])
    inputs = loss.inputs(runs=RUNS)
    values = together(*inputs)
    gradients = together.backward(*inputs, torch.ones_like(values))
    gradients = gradients if isinstance(gradients, tuple) else (gradients,)
    for run in range(RUNS):
        own = [given[run].clone() for given in inputs]
        torch.testing.assert_close(values[run], alone(*own), rtol=1e-5, atol=1e-6)
        expected = alone.backward(*own, torch.ones_like(alone(*own)))
        expected = expected if isinstance(expected, tuple) else (expected,)
        for mine, theirs in zip(gradients, expected, strict=True):
            torch.testing.assert_close(mine[run], theirs, rtol=1e-4, atol=1e-6)


def test_the_mean_of_a_stacked_loss_needs_no_gradient_to_go_backward():
    loss = fw.stack([fw.MSELoss(), fw.MSELoss()])
    prediction, target = torch.ones(2, 5, 3), torch.zeros(2, 5, 3)
    assert torch.allclose(loss.backward(prediction, target), torch.full((2, 5, 3), 2 / 15))


@pytest.mark.parametrize("name", sorted(RANDOM))
def test_runs_draw_different_masks_without_seeds(name):
    together = fw.stack([getattr(fw, name)() for _ in range(2)])
    spatial = (1,) * int(name[-2]) if name.endswith("d") else ()
    value = together(-torch.ones(2, 40, 6, *spatial))
    assert not torch.equal(value[0], value[1])


def test_seed_noise_takes_one_seed_a_run():
    with pytest.raises(ValueError, match="takes one seed a run, 2, and got 3"):
        fw.seed_noise(fw.stack([fw.Dropout(), fw.Dropout()]), [1, 2, 3])
