"""Mean squared error against binary cross-entropy for two classes, learning rates swept."""

from experiments.reports.settings import repeated
from experiments.reports.wang_2021_settings import ACTIVATIONS, BCE, MSE, run
from experiments.specification import RunSpec

LOSSES = {"MSE": MSE, "BCE": BCE}
RATES = (0.03, 0.1, 0.3, 1.0, 3.0)
HIDDEN = ("ReLU", "Tanh", "SELU")


def trained(hidden: str, loss: str, rate: float, quick: bool) -> tuple[RunSpec, ...]:
    """20 runs with fresh data; the rate is chosen on 1000 further points."""
    setting = run(
        ACTIVATIONS[hidden],
        epochs=20 if quick else 200,
        loss=LOSSES[loss],
        learning_rate=rate,
        validation=1000,
    ).changed(evaluate=200)
    return repeated(setting, range(2 if quick else 20))


def runs(quick: bool) -> list[RunSpec]:
    """All in the framework."""
    return [
        each
        for hidden in HIDDEN
        for loss in LOSSES
        for rate in RATES
        for each in trained(hidden, loss, rate, quick)
    ]
