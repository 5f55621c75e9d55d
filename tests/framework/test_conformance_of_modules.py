"""PyTorch's own inputs for its modules, in float64: value, gradients, state and repr."""

import pytest
import torch

import framework as fw
from tests.framework.conformance import COVERED_MODULES, MODULES, MODULES_NOT_COVERED

pytestmark = pytest.mark.filterwarnings("ignore")
EACH_MODE = [
    pytest.param(name, training, id=f"{name}-{'train' if training else 'eval'}")
    for name in COVERED_MODULES
    for training in ([True, False] if MODULES[name].train_and_eval_differ else [True])
]


def close(mine, theirs):
    torch.testing.assert_close(mine, theirs, rtol=1e-9, atol=1e-12, equal_nan=True)


def outputs(value):
    return value if isinstance(value, tuple) else (value,)


class Inputs:
    """A module's inputs for both sides, and the leaves among them."""

    def __init__(self, arguments):
        self.mine, self.theirs = [], []
        self.my_arguments = [self._copy(a, mine=True) for a in arguments]
        self.their_arguments = [self._copy(a, mine=False) for a in arguments]

    def _copy(self, value, mine):
        if isinstance(value, (tuple, list)):
            return tuple(self._copy(v, mine) for v in value)
        if not isinstance(value, torch.Tensor):
            return value
        if not value.requires_grad:
            return fw.Variable(value) if mine and not value.is_floating_point() else value
        leaf = value.detach().clone()
        leaf = fw.Variable(leaf) if mine else leaf.requires_grad_()
        (self.mine if mine else self.theirs).append(leaf)
        return leaf


def check(name, case, training):
    constructor = case.constructor_input
    theirs = MODULES[name].module_cls(*constructor.args, **constructor.kwargs)
    theirs = theirs.double().train(training)
    mine = getattr(fw, name)(*constructor.args, **constructor.kwargs).double().train(training)
    mine.load_state_dict(theirs.state_dict())
    assert repr(mine) == repr(theirs)

    given = [*case.forward_input.args, *case.forward_input.kwargs.values()]
    inputs = Inputs(given)
    my_outputs = outputs(mine(*inputs.my_arguments))
    their_outputs = outputs(theirs(*inputs.their_arguments))
    for value, expected in zip(my_outputs, their_outputs, strict=True):
        close(value.data, expected.detach())
        if expected.requires_grad:
            weights = torch.randn_like(expected)
            value.backward(weights)
            expected.backward(weights, retain_graph=True)
    for leaf, expected in zip(inputs.mine, inputs.theirs, strict=True):
        close(gradient(leaf), gradient(expected))
    for (key, parameter), (their_key, expected) in zip(
        mine.named_parameters(), theirs.named_parameters(), strict=True
    ):
        assert key == their_key
        close(gradient(parameter), gradient(expected))
    for key, expected in theirs.state_dict().items():
        close(mine.state_dict()[key], expected)


def gradient(leaf):
    return torch.zeros_like(leaf.data) if leaf.grad is None else leaf.grad


@pytest.mark.parametrize(("name", "training"), EACH_MODE)
def test_all_inputs_of_a_module_agree(name, training, count_cases):
    torch.manual_seed(0)
    info = MODULES[name]
    cases = list(
        info.module_inputs_func(
            info, device="cpu", dtype=torch.float64, requires_grad=True, training=training
        )
    )
    for case in cases:
        try:
            check(name, case, training)
        except AssertionError as error:
            pytest.fail(f"{name}, case {case.desc!r}: {error}")
    count_cases("modules", len(MODULES), name, len(cases))


def test_the_list_of_what_is_not_covered_is_exact():
    missing = {name for name in MODULES if not hasattr(fw, name)}
    assert missing == MODULES_NOT_COVERED


def test_a_wrong_module_is_caught(monkeypatch):
    monkeypatch.setattr(fw.Tanh, "forward", lambda self, x: x.sigmoid())
    info = MODULES["Tanh"]
    case, *_ = info.module_inputs_func(
        info, device="cpu", dtype=torch.float64, requires_grad=True, training=True
    )
    with pytest.raises(AssertionError):
        check("Tanh", case, training=True)
