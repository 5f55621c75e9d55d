"""Losses, under torch.nn's names."""

from framework.losses.classification import BCEWithLogitsLoss, CrossEntropyLoss
from framework.losses.regression import MSELoss

__all__ = ["BCEWithLogitsLoss", "CrossEntropyLoss", "MSELoss"]
