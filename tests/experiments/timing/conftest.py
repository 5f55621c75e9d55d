"""Backends of a third party, some of them dishonest, and a clock that nobody has to wait for."""

import itertools
import textwrap

import pytest

from experiments.timing.cases import Case

OTHERS = '''
    from experiments.backends import Unsupported
    from experiments.backends.torch import TorchRun
    from experiments.backends.single import Single


    class FasterRate(TorchRun):
        """Trains at twice the learning rate."""

        def build_optimizer(self, training):
            optimizer = super().build_optimizer(training)
            for group in optimizer.param_groups:
                group["lr"] *= 2
            return optimizer


    class Sleeper(TorchRun):
        """Stops learning after twelve steps."""

        def __init__(self, training, parameters):
            super().__init__(training, parameters)
            self.steps = 0

        def step(self, x, target):
            self.steps += 1
            if self.steps > 12:
                return self.loss(self.model(x), target).detach()
            return super().step(x, target)


    class NotHere:
        def start(self, training, parameters):
            raise Unsupported("nothing of the kind is installed")


    class Lacking(TorchRun):
        """Knows no class indices, and does not say so."""

        def step(self, x, target):
            if not target.is_floating_point():
                raise RuntimeError("what is this?")
            return super().step(x, target)


    honest = Single(TorchRun)
    lacking = Single(Lacking)
    faster_rate = Single(FasterRate)
    sleeper = Single(Sleeper)
    not_here = NotHere()
'''


@pytest.fixture
def others(tmp_path, monkeypatch):
    """Writes the backends of a third party to a module `others`."""
    (tmp_path / "others.py").write_text(textwrap.dedent(OTHERS))
    monkeypatch.syspath_prepend(str(tmp_path))


@pytest.fixture
def ticking():
    """A clock that goes on by a second whenever it is read."""
    return itertools.count().__next__


@pytest.fixture
def small_case():
    """Four steps an epoch, the last of them short."""
    return Case(width=8, depth=1, batch_size=8, points=27)
