"""Optimizers, under torch.optim's names."""

from framework.optimizers.adadelta import Adadelta
from framework.optimizers.adagrad import Adagrad
from framework.optimizers.adam import Adam
from framework.optimizers.adamax import Adamax
from framework.optimizers.adamw import AdamW
from framework.optimizers.asgd import ASGD
from framework.optimizers.nadam import NAdam
from framework.optimizers.optimizer import Optimizer
from framework.optimizers.radam import RAdam
from framework.optimizers.rmsprop import RMSprop
from framework.optimizers.rprop import Rprop
from framework.optimizers.rules import ExponentialMovingAverageSGD, UncorrectedAdam
from framework.optimizers.sgd import SGD

__all__ = [
    "ASGD",
    "SGD",
    "Adadelta",
    "Adagrad",
    "Adam",
    "AdamW",
    "Adamax",
    "ExponentialMovingAverageSGD",
    "NAdam",
    "Optimizer",
    "RAdam",
    "RMSprop",
    "Rprop",
    "UncorrectedAdam",
]
