"""The task that all five reports share: is a point inside a disk of half the square's area?"""

import math

import torch


def disk(points, seed):
    """Points (n, 2), minus one mean and over one deviation, and labels (n): 1 inside."""
    x = torch.rand(points, 2, generator=torch.Generator().manual_seed(seed))
    labels = ((x - 0.5).square().sum(1) < 1 / (2 * math.pi)).long()
    return (x - 0.5) / math.sqrt(1 / 12), labels


def one_hot(labels):
    """Labels (n) as (n, 2) zeros and ones."""
    return torch.eye(2)[labels]


def accuracy(output, labels):
    """The fraction of rows whose largest output is at the label."""
    return (output.argmax(1) == labels).float().mean().item()
