"""What olsen-2018 trains: its example, in the twelve ways in which it can be read.

2-25-25-25-2 with a Tanh at the output, mean squared error, learning rate 1e-3, batches of 100, 1000
epochs: stated. Loss reduction, targets and scaling of the inputs are open. Fixed here: the disk
data, weights and biases N(0, 2/(in+out)) of their layer, the larger output decides.
"""

from dataclasses import dataclass
from functools import cache
from itertools import product

from experiments.reports.settings import network, repeated
from experiments.specification import Data, Entry, RunSpec

REDUCTIONS = {
    "mean": "mean",
    "sum over outputs, mean over batch": "batchmean",
    "sum": "sum",
}
TARGETS = {"−1 and 1": "sign", "0 and 1": "one-hot"}
INPUTS = {"standardised": "scalar", "raw": "none"}


@dataclass(frozen=True)
class Reading:
    """One way to read the example."""

    reduction: str
    targets: str
    inputs: str

    @property
    def main(self) -> bool:
        """Whether it is the reading taken as the report's."""
        return self == MAIN

    def runs(self, backend: str, quick: bool) -> tuple[RunSpec, ...]:
        """20 runs of the main reading, 8 of the others."""
        return _runs(self, backend, quick)


@cache
def _runs(reading: Reading, backend: str, quick: bool) -> tuple[RunSpec, ...]:
    run = RunSpec(
        data=Data.model_validate(
            {"target": TARGETS[reading.targets], "standardise": INPUTS[reading.inputs]}
        ),
        layers=network(last="Tanh"),
        initialisation=Entry("xavier-normal"),
        loss=Entry("MSELoss", reduction=REDUCTIONS[reading.reduction]),
        learning_rate=1e-3,
        epochs=20 if quick else 1000,
        evaluate=10,
    )
    return repeated(run, range(2 if quick else 20 if reading.main else 8), backend)


READINGS = tuple(Reading(*reading) for reading in product(REDUCTIONS, TARGETS, INPUTS))
MAIN = READINGS[0]


def runs(quick: bool) -> list[RunSpec]:
    """All readings in the framework, the main one in torch too."""
    readings = [run for reading in READINGS for run in reading.runs("framework", quick)]
    return [*readings, *MAIN.runs("torch", quick)]
