"""PyTorch's own settings of its optimizers: parameters after many steps, and saved states."""

import copy

import pytest
import torch

import framework as fw
import reference
from tests.framework.conformance import COVERED_OPTIMIZERS, OPTIMIZERS, OPTIMIZERS_NOT_COVERED

SHAPES = ((3, 4), (7,), (25, 25), (1,), (2, 3, 2))
OWN_RULES = [
    ("ExponentialMovingAverageSGD", {"lr": 0.1, "momentum": 0.9}),
    ("UncorrectedAdam", {"lr": 0.01}),
    ("UncorrectedAdam", {"lr": 0.01, "eps_inside_root": True}),
    ("ASGD", {"t0": 5}),
    ("SGD", {"lr": 0.1, "momentum": 0.9, "nesterov": True}),
]
SETTINGS = [
    (name, case.kwargs)
    for name in COVERED_OPTIMIZERS
    for case in OPTIMIZERS[name].optim_inputs_func("cpu")
]
EACH = pytest.mark.parametrize(
    ("name", "arguments"), SETTINGS + OWN_RULES, ids=[f"{n}-{a}" for n, a in SETTINGS + OWN_RULES]
)


class Pair:
    """The same parameters in both namespaces, and an optimizer of each."""

    def __init__(self, name, arguments, dtype, start=None):
        self.generator = torch.Generator().manual_seed(0)
        start = start or [torch.randn(s, generator=self.generator, dtype=dtype) for s in SHAPES]
        self.theirs = [torch.nn.Parameter(p.clone()) for p in start]
        self.mine = [fw.Parameter(p.clone()) for p in start]
        arguments = copy.deepcopy(arguments)
        self.reference = getattr(reference, name)(self.theirs, **arguments)
        self.optimizer = getattr(fw, name)(self.mine, **arguments)

    def steps(self, count):
        for _ in range(count):
            for mine, theirs in zip(self.mine, self.theirs, strict=True):
                gradient = torch.randn(theirs.shape, generator=self.generator, dtype=theirs.dtype)
                gradient *= torch.rand(theirs.shape, generator=self.generator) > 0.2
                mine.grad, theirs.grad = gradient.clone(), gradient.clone()
            self.optimizer.step()
            self.reference.step()

    def data(self):
        return [p.data.clone() for p in self.mine]

    def assert_equal(self):
        for mine, theirs in zip(self.mine, self.theirs, strict=True):
            assert torch.equal(mine.data, theirs.data)


@EACH
@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_sixty_steps_are_torchs_to_the_bit(name, arguments, dtype, count_cases):
    pair = Pair(name, arguments, dtype)
    pair.steps(60)
    pair.assert_equal()
    if name in OPTIMIZERS and (name, arguments) in SETTINGS and dtype == torch.float64:
        count_cases("optimizers", len(OPTIMIZERS), name, 1)


@EACH
def test_a_saved_state_goes_to_torch_and_back(name, arguments):
    before = Pair(name, arguments, torch.float64)
    before.steps(7)
    after = Pair(name, arguments, torch.float64, before.data())
    after.reference.load_state_dict(copy.deepcopy(before.optimizer.state_dict()))
    after.optimizer.load_state_dict(copy.deepcopy(after.reference.state_dict()))
    after.generator.set_state(before.generator.get_state())
    before.steps(5)
    after.steps(5)
    if name == "NAdam":  # torch keeps a number in single precision, but no longer once it is loaded
        for mine, theirs in zip(after.mine, after.theirs, strict=True):
            torch.testing.assert_close(mine.data, theirs.data, rtol=1e-6, atol=1e-8)
    else:
        after.assert_equal()
    for kept, moved in zip(before.mine, after.mine, strict=True):
        assert torch.equal(kept.data, moved.data)


def test_the_list_of_what_is_not_covered_is_exact():
    missing = {name for name in OPTIMIZERS if not hasattr(fw, name)}
    assert missing == OPTIMIZERS_NOT_COVERED
