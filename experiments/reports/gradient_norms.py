"""How large the gradient is at each layer when training begins."""

from collections.abc import Iterable

import numpy as np
import pandas as pd

from experiments.specification import RunSpec, building
from experiments.training import data, initialisation


def first_gradients(run: RunSpec) -> list[float]:
    """The norm of each linear layer's weight gradient on the run's first batch, from the input on.

    The framework computes it, at the run's own initial parameters.
    """
    import framework

    model = building.build_model(framework, run.layers)
    model.load_state_dict(initialisation.draw(run))
    loss = building.build_loss(framework, run.loss)
    train = data.load(run.data, run.seed)["train"]
    x, target = train.x[: run.batch_size], train.target[: run.batch_size]
    model.backward(loss.backward(model(x), target), x)
    return [
        float(parameter.grad.norm())
        for name, parameter in model.named_parameters()
        if name.endswith("weight")
    ]


def by_layer(runs: Iterable[RunSpec]) -> pd.DataFrame:
    """Geometric mean and central 90 % over the runs: columns x (layer, from 1), y, low, high."""
    norms = np.array([first_gradients(run) for run in runs])
    low, high = np.quantile(norms, (0.05, 0.95), axis=0)
    middle = np.exp(np.log(norms).mean(0))
    layers = np.arange(1, norms.shape[1] + 1)
    return pd.DataFrame({"x": layers, "y": middle, "low": low, "high": high})
