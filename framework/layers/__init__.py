"""Layers, under torch.nn's names."""

from framework.layers.activations import ReLU, Sigmoid, Tanh
from framework.layers.linear import Linear

__all__ = ["Linear", "ReLU", "Sigmoid", "Tanh"]
