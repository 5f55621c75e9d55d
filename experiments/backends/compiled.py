"""torch.nn under torch.compile: forward, loss and their backward compiled, the optimizer fused."""

import os
import shutil
from typing import Any

import torch
from torch import Tensor

from experiments.backends import Unsupported
from experiments.backends.single import Run, Single
from experiments.backends.torch import TunedRun
from experiments.specification import TrainingSpec

os.environ.setdefault("TORCHINDUCTOR_COMPILE_THREADS", "1")  # else a pool of processes stays

COMPILERS = ("g++", "clang++")
SESSIONS = 64
"""Runs that may be compiled in one process: each counts as a recompilation of the same code."""


class CompiledRun(TunedRun):
    """`TunedRun` with its forward pass and loss compiled.

    Compiling the optimizer's step as well, or the whole step, makes networks this small slower.
    The first step compiles, which takes seconds.
    """

    def __init__(self, training: TrainingSpec, parameters: dict[str, Tensor]) -> None:
        super().__init__(training, parameters)
        torch._dynamo.config.recompile_limit = SESSIONS
        model, loss = self.model, self.loss

        def value(x: Tensor, target: Tensor) -> Any:
            return loss(model(x), target)

        self._value = torch.compile(value)

    def step(self, x: Tensor, target: Tensor) -> Tensor:
        """Zero gradients, forward, backward, update."""
        self.optimizer.zero_grad()
        value = self._value(x, target)
        value.backward()
        self.optimizer.step()
        return value.detach()


def _start(training: TrainingSpec, parameters: dict[str, Tensor]) -> Run:
    if not any(shutil.which(os.environ.get("CXX", name)) for name in COMPILERS):
        raise Unsupported(f"torch.compile needs a C++ compiler: {' or '.join(COMPILERS)}")
    return CompiledRun(training, parameters)


torch_compiled = Single(_start)
