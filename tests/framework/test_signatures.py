"""Constructors are torch's: argument names, order, kinds and defaults."""

import inspect

import pytest
import torch

import framework as fw
from framework import layers, losses, optimizers, schedules

IN_TORCH = {
    **{name: torch.nn for name in layers.__all__ + losses.__all__ if hasattr(torch.nn, name)},
    **{name: torch.optim for name in optimizers.__all__ if hasattr(torch.optim, name)},
    **dict.fromkeys(schedules.__all__, torch.optim.lr_scheduler),
    **dict.fromkeys(("ModuleList", "ModuleDict", "Parameter"), torch.nn),
}
OWN = {"ExponentialMovingAverageSGD", "UncorrectedAdam", "seed_noise", "Optimizer", "Parameter"}


def arguments(function):
    return [
        (p.name, p.default, p.kind)
        for p in inspect.signature(function).parameters.values()
        if p.name != "self"
    ]


@pytest.mark.parametrize("name", sorted(set(IN_TORCH) - OWN))
def test_a_constructor_takes_torchs_arguments(name):
    theirs = arguments(getattr(IN_TORCH[name], name).__init__)
    if [argument for argument, *_ in theirs] == ["args", "kwargs"]:
        theirs = arguments(getattr(IN_TORCH[name], name))
    assert arguments(getattr(fw, name).__init__) == theirs


def test_only_the_reports_own_rules_are_not_in_torch():
    assert set(layers.__all__ + losses.__all__ + optimizers.__all__) - set(IN_TORCH) == {
        "ExponentialMovingAverageSGD",
        "UncorrectedAdam",
        "seed_noise",
    }


@pytest.mark.parametrize(
    "build",
    [
        lambda ns: ns.Sequential(ns.Linear(2, 3), ns.ReLU(), ns.Sequential(ns.Linear(3, 1))),
        lambda ns: ns.Sequential(ns.Conv2d(1, 2, 3, padding="same"), ns.Flatten()),
        lambda ns: ns.ModuleList([ns.Linear(1, 2), ns.Tanh()]),
        lambda ns: ns.ModuleDict({"a": ns.Linear(1, 2), "b": ns.Dropout(0.1)}),
        lambda ns: ns.Softshrink(0.3),
        lambda ns: ns.Hardtanh(-2.0, 2.0),
        lambda ns: ns.CrossEntropyLoss(),
        lambda ns: ns.Unflatten(1, (2, 3)),
        lambda ns: ns.RReLU(),
    ],
)
def test_repr_is_torchs(build):
    assert repr(build(fw)) == repr(build(torch.nn))


@pytest.mark.parametrize("name", ["ReLU", "ELU", "SiLU", "Dropout", "LeakyReLU", "Hardtanh"])
def test_working_in_place_is_refused_with_a_sentence(name):
    with pytest.raises(ValueError, match=f"{name}: inplace=True is not supported"):
        getattr(fw, name)(inplace=True)


@pytest.mark.parametrize("switch", ["foreach", "fused", "capturable", "differentiable"])
def test_torchs_implementation_switches_are_refused_with_a_sentence(switch):
    with pytest.raises(ValueError, match=f"{switch}=True chooses one of torch's implementations"):
        fw.Adam([fw.Parameter(torch.ones(1))], **{switch: True})
