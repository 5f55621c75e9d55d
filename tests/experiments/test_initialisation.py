import math

import pytest
import torch

from experiments.specification.schemes import SCHEMES
from experiments.training import initialisation, seeds

WIDE = [
    ["Linear", {"in_features": 2, "out_features": 400}],
    "Tanh",
    ["Linear", {"in_features": 400, "out_features": 200}],
    ["Linear", {"in_features": 200, "out_features": 2}],
]


def test_torchs_scheme_is_torchs_own_under_the_runs_seed(small_run):
    state = initialisation.draw(small_run(seed=3))
    torch.manual_seed(seeds.integer("initialisation", 3))
    model = torch.nn.Sequential(torch.nn.Linear(2, 8), torch.nn.ReLU(), torch.nn.Linear(8, 2))
    assert state.keys() == model.state_dict().keys()
    assert all(torch.equal(state[key], value) for key, value in model.state_dict().items())


def test_drawing_leaves_torchs_generator_alone(small_run):
    before = torch.get_rng_state()
    initialisation.draw(small_run())
    assert torch.equal(torch.get_rng_state(), before)


# By scheme: variance of the weights (200, 400), of their biases.
VARIANCES = {
    "xavier-normal": (2 / 600, 2 / 600),
    "xavier-normal-zero-bias": (2 / 600, 0),
    "xavier-uniform-zero-bias": (2 / 600, 0),
    "kaiming-normal-zero-bias": (2 / 400, 0),
    "kaiming-uniform-zero-bias": (2 / 400, 0),
    "uniform": (1 / 1200, 1 / 1200),
    "uniform-zero-bias": (1 / 1200, 0),
}


def test_every_scheme_is_tested():
    assert set(VARIANCES) == set(SCHEMES)


@pytest.mark.parametrize("scheme", VARIANCES)
def test_a_scheme_has_its_variance(small_run, scheme):
    state = initialisation.draw(small_run(layers=WIDE, initialisation=scheme))
    of_weight, of_bias = VARIANCES[scheme]
    assert state["2.weight"].var().item() == pytest.approx(of_weight, rel=0.03)
    assert state["2.bias"].var().item() == pytest.approx(of_bias, rel=0.35)
    assert abs(state["2.weight"].mean()) < 0.02 * math.sqrt(of_weight)


def test_uniform_is_bounded_by_the_inverse_root_of_the_inputs(small_run):
    state = initialisation.draw(small_run(layers=WIDE, initialisation="uniform"))
    assert 0.999 / 20 < state["2.weight"].abs().max() <= 1 / 20
    assert state["2.bias"].abs().max() <= 1 / 20


def test_gain_multiplies_the_weights(small_run):
    plain = initialisation.draw(small_run(initialisation="xavier-normal-zero-bias"))
    times = initialisation.draw(
        small_run(initialisation=["xavier-normal-zero-bias", {"gain": 4.0}])
    )
    torch.testing.assert_close(times["0.weight"], 4 * plain["0.weight"])


def test_each_seed_begins_elsewhere(small_run):
    for scheme in ("torch", "xavier-normal"):
        one, two = (
            initialisation.draw(small_run(initialisation=scheme, seed=seed)) for seed in (1, 2)
        )
        assert not torch.equal(one["0.weight"], two["0.weight"])


@pytest.mark.parametrize("scheme", ["torch", "xavier-normal"])
def test_both_dtypes_begin_equal(small_run, scheme):
    single, double = (
        initialisation.draw(small_run(initialisation=scheme, dtype=dtype))
        for dtype in ("float32", "float64")
    )
    assert double["0.weight"].dtype == torch.float64
    assert torch.equal(single["0.weight"].double(), double["0.weight"])


def test_normalisation_layers_keep_torchs_start(small_run):
    layers = [WIDE[0], ["BatchNorm1d", {"num_features": 400}],
              ["Linear", {"in_features": 400, "out_features": 2}]]  # fmt: skip
    state = initialisation.draw(small_run(layers=layers, initialisation="xavier-normal"))
    assert torch.equal(state["1.weight"], torch.ones(400))
    assert state["1.num_batches_tracked"].dtype == torch.int64


def test_a_users_function_is_a_scheme(small_run, monkeypatch):
    import sys
    import types

    module = types.ModuleType("own_scheme")
    module.constant = lambda run, value: {"0.weight": torch.full((2, 2), value * run.seed)}
    monkeypatch.setitem(sys.modules, "own_scheme", module)
    run = small_run(initialisation=["own_scheme:constant", {"value": 2.0}], seed=3)
    assert initialisation.draw(run)["0.weight"].tolist() == [[6.0, 6.0], [6.0, 6.0]]
