"""Backends that train like the framework, except that they misbehave at a learning rate of 13."""

import ctypes
import os
import signal
import threading
import time

from experiments.backends import Unsupported
from experiments.backends.framework import framework

UNLUCKY = 13.0


class Misbehaving:
    """Trains like the framework unless the unlucky learning rate is among its runs."""

    def start(self, training, parameters):
        """Misbehave, or begin."""
        if UNLUCKY in training.learning_rate:
            self.misbehave()
        return framework.start(training, parameters)

    def misbehave(self):
        """What is wrong with this backend."""


class Harmless(Misbehaving):
    """Nothing."""


class Killer(Misbehaving):
    """Kills its process."""

    def misbehave(self):
        os.kill(os.getpid(), signal.SIGKILL)


class Leaver(Misbehaving):
    """Leaves its process with a status."""

    def misbehave(self):
        os._exit(7)


class Hanging(Misbehaving):
    """Never returns, but lets Python run."""

    def misbehave(self):
        while True:
            time.sleep(0.01)


class Stuck(Misbehaving):
    """Never returns to Python: a call of compiled code that keeps the interpreter's lock."""

    def misbehave(self):
        ctypes.PyDLL(None).pause()


class Raising(Misbehaving):
    """Raises an exception that cannot be pickled."""

    def misbehave(self):
        error = RuntimeError("an unlucky number")
        error.lock = threading.Lock()
        raise error


class Refusing(Misbehaving):
    """Says that it cannot."""

    def misbehave(self):
        raise Unsupported("no unlucky numbers here")


class Waiting(Misbehaving):
    """Tells through a pipe that it has begun, and waits for leave to go on."""

    def start(self, training, parameters):
        """Wait, then begin."""
        folder = f"{os.environ['TMPDIR']}/waiting"
        pipe = os.open(f"{folder}/begun", os.O_WRONLY)
        os.write(pipe, f"{os.getpid()}\n".encode())
        os.close(pipe)
        while not os.path.exists(f"{folder}/go"):
            time.sleep(0.01)
        return super().start(training, parameters)


class Unlucky(Misbehaving):
    """Raises whatever the learning rate."""

    def start(self, training, parameters):
        """Raise."""
        raise RuntimeError("never any luck")
