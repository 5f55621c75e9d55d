"""What carlier-2018 trains.

Settings, read in the public script: full batches of 1000 points, scaled by one mean and one
standard deviation; 2-25-25-25-2 with a softmax; weights and biases N(0, 2/(in+out)); mean squared
error; learning rate .1; 500 epochs. The script of the 20 repetitions is not public.
"""

from functools import cache

from experiments.reports.published import Published, number
from experiments.reports.quantities import (
    TEST_ACCURACY,
    TEST_F1,
    TEST_LOSS,
    TRAIN_ACCURACY,
    TRAIN_F1,
    TRAIN_LOSS,
)
from experiments.reports.settings import network, repeated
from experiments.specification import Data, Entry, RunSpec

STATED = 0.1
RATES = (0.05, 0.1, 0.125, 0.15, 0.175, 0.2, 0.3, 0.5, 1.0)
"""The rate of the public script, and others tried."""


PUBLISHED = (TRAIN_LOSS, TEST_LOSS, TRAIN_ACCURACY, TEST_ACCURACY)
QUANTITIES = (*PUBLISHED, TRAIN_F1, TEST_F1)
NUMBERS: dict[str, Published] = {
    each.label: number("carlier-2018", each.label) for each in PUBLISHED
}


@cache
def trained(rate: float, backend: str, quick: bool) -> tuple[RunSpec, ...]:
    """20 runs at one learning rate."""
    run = RunSpec(
        data=Data(target="one-hot"),
        layers=network(last=Entry("Softmax", dim=1)),
        initialisation=Entry("xavier-normal"),
        loss=Entry("MSELoss"),
        learning_rate=rate,
        batch_size=1000,
        epochs=20 if quick else 500,
        evaluate=5,
    )
    return repeated(run, range(2 if quick else 20), backend)
