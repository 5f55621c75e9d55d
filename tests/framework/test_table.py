"""Every entry of the derivative table against torch.autograd and finite differences."""

import pytest
import torch

import framework as fw
from framework.variable import Function
from tests.framework.table_cases import CASES, ROUNDED

ENTRIES = sorted(set(Function.table) - {"module"})
EACH_CASE = [
    pytest.param(name, inputs, arguments, id=f"{name}-{number}")
    for name in ENTRIES
    for number, (inputs, arguments) in enumerate(CASES.get(name, ()))
]


def is_differentiated(value):
    return isinstance(value, torch.Tensor) and value.is_floating_point()


def cotangent(value):
    return torch.randn(value.shape, generator=torch.Generator().manual_seed(1), dtype=value.dtype)


def by_the_table(name, inputs, arguments):
    """The gradients of a random weighting of the entry's value, and the value."""
    variables = [fw.Variable(i.clone()) if is_differentiated(i) else i for i in inputs]
    value = Function.table[name](*variables, **arguments)
    value.backward(cotangent(value))
    return [v.grad for v in variables if isinstance(v, fw.Variable)], value.data


def by_autograd(name, inputs, arguments):
    leaves = [i.clone().requires_grad_() if is_differentiated(i) else i for i in inputs]
    value = Function.table[name].value(*leaves, **arguments)
    tensors = [leaf for leaf in leaves if is_differentiated(leaf)]
    return torch.autograd.grad(value, tensors, cotangent(value), allow_unused=True)


def check_against_autograd(name, inputs, arguments):
    expected = by_autograd(name, inputs, arguments)
    found, _ = by_the_table(name, inputs, arguments)
    for mine, theirs in zip(found, expected, strict=True):
        mine = torch.zeros_like(theirs) if mine is None else mine
        torch.testing.assert_close(mine, theirs, rtol=ROUNDED.get(name, 1e-10), atol=1e-12)


def check_all_cases(name):
    for inputs, arguments in CASES[name]:
        check_against_autograd(name, inputs, arguments)


def test_every_entry_has_a_case():
    assert sorted(CASES) == ENTRIES


@pytest.mark.parametrize(("name", "inputs", "arguments"), EACH_CASE)
def test_gradients_are_those_of_torch_autograd(name, inputs, arguments):
    check_against_autograd(name, inputs, arguments)


@pytest.mark.parametrize(("name", "inputs", "arguments"), EACH_CASE)
def test_gradients_are_those_of_finite_differences(name, inputs, arguments):
    gradients, value = by_the_table(name, inputs, arguments)
    step = 1e-6
    generator = torch.Generator().manual_seed(2)
    directions = [
        torch.randn(i.shape, generator=generator, dtype=i.dtype) if is_differentiated(i) else None
        for i in inputs
    ]

    def moved(by):
        shifted = [i if d is None else i + by * d for i, d in zip(inputs, directions, strict=True)]
        return (Function.table[name].value(*shifted, **arguments) * cotangent(value)).sum()

    slope = (moved(step) - moved(-step)) / (2 * step)
    along = [d for d in directions if d is not None]
    expected = sum((g * d).sum() for g, d in zip(gradients, along, strict=True) if g is not None)
    torch.testing.assert_close(torch.as_tensor(expected, dtype=slope.dtype), slope,
                               rtol=1e-6, atol=1e-7)  # fmt: skip


@pytest.mark.parametrize(("name", "inputs", "arguments"), EACH_CASE)
def test_second_derivatives_are_those_of_torch_autograd(name, inputs, arguments):
    function = Function.table[name]
    leaves = [i.clone().requires_grad_() if is_differentiated(i) else i for i in inputs]
    tensors = [leaf for leaf in leaves if is_differentiated(leaf)]
    value = function.value(*leaves, **arguments)
    first = torch.autograd.grad(
        value, tensors, cotangent(value), create_graph=True, allow_unused=True
    )
    curved = [(g * cotangent(g)).sum() for g in first if g is not None and g.requires_grad]
    expected = [None] * len(tensors)
    if curved:
        expected = torch.autograd.grad(sum(curved), tensors, allow_unused=True)

    variables = [fw.Variable(i.clone()) if is_differentiated(i) else i for i in inputs]
    wanted = [v for v in variables if isinstance(v, fw.Variable)]
    result = function(*variables, **arguments)
    gradients = fw.grad(result, wanted, cotangent(result.data), create_graph=True)
    recorded = [g for g in gradients if isinstance(g, fw.Variable)]
    found = [None] * len(wanted)
    if recorded:
        total = recorded[0].mul(cotangent(recorded[0].data)).sum()
        for gradient in recorded[1:]:
            total = total + gradient.mul(cotangent(gradient.data)).sum()
        found = fw.grad(total, wanted)
    for mine, theirs, leaf in zip(found, expected, tensors, strict=True):
        mine = torch.zeros_like(leaf) if mine is None else mine
        theirs = torch.zeros_like(leaf) if theirs is None else theirs
        torch.testing.assert_close(mine, theirs, rtol=1e-8, atol=1e-10)


@pytest.mark.parametrize("name", [name for name in ENTRIES if name != "sign"])
def test_a_wrong_derivative_is_caught(name, monkeypatch):
    function = Function.table[name]
    for position, right in enumerate(function.vjps):
        if right is None:
            continue

        def wrong(*args, right=right, **kwargs):
            return right(*args, **kwargs) * 1.001

        spoiled = [*function.vjps]
        spoiled[position] = wrong
        monkeypatch.setattr(function, "vjps", tuple(spoiled))
        with pytest.raises(AssertionError):
            check_all_cases(name)
        monkeypatch.undo()


@pytest.mark.parametrize(("name", "inputs", "arguments"), EACH_CASE)
def test_entries_do_not_write_into_their_inputs(name, inputs, arguments):
    before = [i.clone() if isinstance(i, torch.Tensor) else i for i in inputs]
    variables = [fw.Variable(i) if is_differentiated(i) else i for i in inputs]
    value = Function.table[name](*variables, **arguments)
    weights = cotangent(value)
    kept = weights.clone()
    value.backward(weights)
    assert torch.equal(weights, kept)
    for i, kept in zip(inputs, before, strict=True):
        assert torch.equal(i, kept) if isinstance(i, torch.Tensor) else i is kept or i == kept
