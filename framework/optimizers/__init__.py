"""Optimizers, under torch.optim's names."""

from framework.optimizers.adam import Adam
from framework.optimizers.optimizer import Optimizer
from framework.optimizers.sgd import SGD

__all__ = ["SGD", "Adam", "Optimizer"]
