"""A neural-network framework written from scratch on torch's tensor calls alone.

Names, arguments and defaults are those of torch.nn, torch.optim and torch.nn.init.
"""

import framework.operators  # noqa: F401 (gives Variable its operators)
from framework import init, layers, losses, optimizers, schedules
from framework.containers import ModuleDict, ModuleList
from framework.gradients import grad
from framework.layers import *  # noqa: F403
from framework.losses import *  # noqa: F403
from framework.module import Module
from framework.optimizers import *  # noqa: F403
from framework.schedules import *  # noqa: F403
from framework.sequential import Sequential
from framework.stacking import stack
from framework.trainer import Trainer
from framework.training_step import TrainingStep
from framework.variable import Parameter, Variable

__all__ = [
    "Module",
    "ModuleDict",
    "ModuleList",
    "Parameter",
    "Sequential",
    "Trainer",
    "TrainingStep",
    "Variable",
    "grad",
    "init",
    "stack",
]
__all__ += layers.__all__
__all__ += losses.__all__
__all__ += optimizers.__all__
__all__ += schedules.__all__
