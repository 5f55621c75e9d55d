"""Backends with something wrong, planted for the tests of what is said about them."""

import os
import signal
import threading

import torch

from experiments.backends import Unsupported
from experiments.backends.single import Single
from experiments.backends.torch import TorchRun

UNWILLING = "it is Sunday"


class Right(TorchRun):
    """A backend with nothing wrong."""


class Raises(TorchRun):
    def predict(self, x):
        raise RuntimeError("no more memory\nat all")


class Nan(TorchRun):
    def predict(self, x):
        return super().predict(x) * float("nan")


class WrongShape(TorchRun):
    def predict(self, x):
        return super().predict(x)[:, :-1]


class WrongDtype(TorchRun):
    def predict(self, x):
        return super().predict(x).half()


class SlightlyWrong(TorchRun):
    def predict(self, x):
        return super().predict(x) * (1 + 4 * torch.finfo(x.dtype).eps)


class Wrong(TorchRun):
    def predict(self, x):
        return super().predict(x) * 1.001


class WritesIntoItsInput(TorchRun):
    def predict(self, x):
        value = super().predict(x)
        x.zero_()
        return value


class Refuses(TorchRun):
    def __init__(self, training, parameters):
        raise Unsupported(UNWILLING)


class Hangs(TorchRun):
    def predict(self, x):
        threading.Event().wait()


class Dies(TorchRun):
    def predict(self, x):
        os.kill(os.getpid(), signal.SIGKILL)


class WithoutGradients:
    """A session with nothing optional."""

    def start(self, training, parameters):
        session = Single(TorchRun).start(training, parameters)
        return _Plain(session)


class _Plain:
    def __init__(self, session):
        self.train_epoch, self.predict = session.train_epoch, session.predict
        self.state_dicts = session.state_dicts


right, raises, nan, wrong_shape, wrong_dtype, slightly_wrong, wrong = map(
    Single, (Right, Raises, Nan, WrongShape, WrongDtype, SlightlyWrong, Wrong)
)
writes_into_its_input, refuses, hangs, dies = map(
    Single, (WritesIntoItsInput, Refuses, Hangs, Dies)
)
without_gradients = WithoutGradients()
