"""A run's randomness, split by purpose, so that no purpose's draws move another's."""

from typing import Literal, get_args

import numpy as np
import torch

Purpose = Literal["data", "initialisation", "order", "noise"]


def integer(purpose: Purpose, seed: int) -> int:
    """The 63-bit integer that decides `purpose` in a run with this seed.

    Raises:
        ValueError: there is no such purpose.
    """
    if purpose not in get_args(Purpose):
        raise ValueError(f"no purpose {purpose!r}: choose one of {', '.join(get_args(Purpose))}")
    sequence = np.random.SeedSequence(seed, spawn_key=tuple(purpose.encode()))
    return int(sequence.generate_state(1, np.uint64)[0] >> np.uint64(1))


def generator(purpose: Purpose, seed: int) -> torch.Generator:
    """A generator seeded with `integer(purpose, seed)`."""
    return torch.Generator().manual_seed(integer(purpose, seed))
