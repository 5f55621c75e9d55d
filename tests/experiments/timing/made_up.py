"""Comparisons of made-up seconds."""

import numpy as np

from experiments.store.environment import environment_id
from experiments.timing.agreement import Agreement
from experiments.timing.comparison import AGAIN, BASELINE, Comparison
from experiments.timing.measured import Measured


def turns(seconds, noise=0.01, seed=0, rounds=20):
    return list(seconds * np.random.default_rng(seed).lognormal(0, noise, 2 * rounds))


def comparison(name, noise=0.01, units=None, agreements=None, unsupported=None, **seconds):
    """Every name takes its `seconds` a turn; names with underscores stand for hyphens."""
    taken = {BASELINE: 1.0, AGAIN: 1.0}
    taken |= {label.replace("_", "-"): value for label, value in seconds.items()}
    return Comparison(
        name=name,
        turns={
            label: {"step": turns(value, noise, seed)}
            for seed, (label, value) in enumerate(taken.items())
        },
        units=dict.fromkeys(taken, 10) | (units or {}),
        agreements=dict.fromkeys(taken, Agreement(0.0)) | (agreements or {}),
        unsupported=unsupported or {},
    )


def measured(*comparisons, quick=False, digest="of the code", environment=None):
    environment = environment or environment_id()
    return Measured(
        {each.name: each for each in comparisons}, quick, digest, environment, "a processor"
    )
