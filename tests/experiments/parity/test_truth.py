"""Numbers of 140 bits, and the formulas in them, against what is known otherwise."""

import mpmath
import numpy as np
import pytest
import torch

from experiments.parity.catalogue import cases
from experiments.parity.exact import exact, from_tensor, gradients, pull_back, truth

FAR_FROM_THE_TRUTH = ("Hardsigmoid", "NAdam", "ASGD")
"""Where torch.nn computes with a constant or a product in single precision: see the report."""


def test_a_value_has_more_digits_than_float64():
    with mpmath.workdps(40):
        expected = mpmath.exp(mpmath.mpf(1) / 3)
    found = truth(np.exp(np.array(exact(1) / 3, dtype=object)))
    assert float(found.high) + float(found.low) == float(expected)
    assert abs(float(expected - mpmath.mpf(float(found.high))) - float(found.low)) < 1e-33


def test_gradients_agree_with_autograd():
    x = torch.randn(3, 4, dtype=torch.float64, generator=torch.Generator().manual_seed(0))
    g = torch.randn(3, 3, dtype=torch.float64, generator=torch.Generator().manual_seed(1))
    numbers = from_tensor(x)
    pull_back(np.tanh(numbers) @ np.exp(numbers / 2).T - 1 / (1 + abs(numbers)).sum(), g)
    leaf = x.clone().requires_grad_()
    value = leaf.tanh() @ (leaf / 2).exp().T - 1 / (1 + leaf.abs()).sum()
    value.backward(g)
    torch.testing.assert_close(truth(gradients(numbers)).high, leaf.grad, rtol=1e-14, atol=1e-14)


def test_a_number_used_twice_collects_both_gradients():
    x = np.array([exact(3)], dtype=object)
    pull_back(x * x + x, torch.ones(1, dtype=torch.float64))
    assert float(truth(gradients(x)).high) == 7


def ordinary(area):
    usual = {"normal", "ordinary", "positive"}
    return [
        case
        for case in cases().values()
        if case.area == area and case.inputs in usual and case.dtype == "float64"
    ]


@pytest.mark.parametrize("area", ["layers", "losses", "optimizers"])
def test_formulas_agree_with_torch_on_ordinary_inputs(area):
    wrong, compared = [], 0
    for case in ordinary(area):
        if any(name in case.name for name in FAR_FROM_THE_TRUTH):
            continue
        for name, known in case.known.items():
            compared += 1
            referee = case.expected[name]
            error = known.error(referee).max() / referee.abs().max().clamp(min=1e-300)
            if error > 1e-13:
                wrong.append((case.name, name, float(error)))
    assert wrong == []
    assert compared > 50


@pytest.mark.parametrize("name", FAR_FROM_THE_TRUTH)
def test_where_torch_computes_in_single_precision_is_seen(name):
    errors = [
        float((known.error(case.expected[key])).max())
        for case in [*ordinary("layers"), *ordinary("optimizers")]
        if case.what == f"{name}()"
        for key, known in case.known.items()
    ]
    assert max(errors) > 1e-12
