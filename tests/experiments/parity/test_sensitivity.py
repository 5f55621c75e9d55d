"""Every bug of the gallery is caught, and bugs that nobody listed too."""

import pytest
import torch

import framework as fw
from experiments.backends import resolve
from experiments.parity import sensitivity
from experiments.parity.catalogue import cases
from experiments.parity.gallery import BUGS, Bug
from experiments.parity.gallery.patches import around, attribute, value, vjp
from experiments.parity.judge import PASSES, SILENT, judge
from framework.variable import Function


@pytest.mark.parametrize("name", sensitivity.names())
def test_a_bug_of_the_gallery_is_caught(name):
    found = sensitivity.hunt(name)
    assert found.caught, f"{found.looked_at} cases did not notice it"


UNLISTED = [
    Bug("Tanh a little too steep", "layers/Tanh", value("tanh", lambda x: torch.tanh(x * 1.0001))),
    Bug("Mish without its softplus", "layers/Mish",
        attribute(fw.Mish, "forward", lambda self, x: x * fw.derivatives.tanh(x))),
    Bug("softmax's gradient halved", "layers/Softmax",
        vjp("softmax", lambda g, y, x, dim=-1: 0.5 * (g - (g * y).sum(dim, True)) * y)),
    Bug("a constant lost in the cubic", "programs/",
        vjp("pow", lambda g, y, x, n: g * (3 if n == 3 else n) * x ** (1 if n == 3 else n - 1))),
    Bug("Adam forgets its state every fifth step", "optimizers/Adam(",
        around(fw.Adam, "update", lambda right, self, p, g, s, scalars, group, k: right(
            self, p, g, {**s, "exp_avg": s["exp_avg"].zero_()} if k % 5 == 0 else s, scalars,
            group, k)), backend="framework-explicit"),
    Bug("the gradient of a mean goes to the first element", "programs/",
        vjp("mean", lambda g, y, x, *_, **__: torch.zeros_like(x))),
    Bug("padding with ones", "layers/Conv1d",
        around(Function.table["pad"], "value", lambda right, x, *more, **named: right(
            x, *more, **named) + (right(torch.ones_like(x), *more, **named) == 0))),
]  # fmt: skip


@pytest.mark.parametrize("bug", UNLISTED, ids=lambda bug: bug.name)
def test_a_bug_that_nobody_listed_is_caught(bug):
    assert bug.name not in sensitivity.names()
    assert sensitivity.search(bug).caught


def test_there_are_at_least_sixty_and_each_has_its_name():
    assert len({bug.name for bug in BUGS}) == len(BUGS) >= 60


def test_the_bugs_of_the_reports_are_among_them():
    named = {bug.name: bug.source for bug in BUGS}
    assert named["Tanh: applied twice, the derivative is taken at tanh(x)"] == "wang-2021"
    assert named["the learning rate never arrives"] == "deschenaux-2021"


def test_only_the_whole_runner_notices_a_learning_rate_that_never_arrives():
    (bug,) = (bug for bug in BUGS if bug.name == "the learning rate never arrives")
    for case in list(cases().values())[::61]:
        assert case.expected is not None
        with bug.patch():
            failing = [f for f in judge(case, resolve("framework")) if f.verdict not in
                       PASSES | SILENT]  # fmt: skip
        assert not failing or case.area in ("runs", "infinities"), case.name
    found = sensitivity.search(bug)
    assert found.finding is not None
    assert found.finding.area == "runs"


@pytest.mark.parametrize("name", ["layers/Tanh()/normal/float32", "optimizers/Adam()/tiny/float64"])
def test_no_bug_no_catch(name):
    harmless = Bug("nothing", "", value("sin", torch.sin))
    assert sensitivity._caught_by(harmless, cases()[name], "framework") is None


def test_a_bug_is_gone_after_its_hunt():
    before = Function.table["tanh"].vjps
    sensitivity.hunt("Tanh: the derivative is 1 - y, the square forgotten")
    assert Function.table["tanh"].vjps is before
