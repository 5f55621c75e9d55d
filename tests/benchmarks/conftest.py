"""Small timings, framework beside torch.nn: `make bench`.

Every benchmark is one of a group of two or more, so that pytest-benchmark's comparison shows, in
parentheses, how many times longer each takes than the fastest. Ordinary test runs make each once.
"""

from types import ModuleType

import pytest
import torch

import framework
import reference
from experiments.timing.harness import one_core

BATCH, WIDTH = 100, 25


@pytest.fixture(params=[framework, reference], ids=["framework", "torch.nn"])
def side(request) -> ModuleType:
    """One of the two implementations."""
    return request.param


@pytest.fixture
def batch() -> torch.Tensor:
    """What comes into a hidden layer: (100, 25)."""
    return torch.randn(BATCH, WIDTH, generator=torch.Generator().manual_seed(0))


@pytest.fixture(autouse=True, scope="module")
def quiet(request):
    """One thread on one core, where times are taken."""
    if request.config.getoption("benchmark_disable"):
        yield
        return
    with one_core():
        yield
