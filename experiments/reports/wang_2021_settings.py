"""Settings of wang-2021, read in the authors' code.

The disk around (.5, .5), 1000 + 1000 points scaled by one mean and one standard deviation;
2-25-25-25-1; weights and biases U(-1, 1)/sqrt(fan_in); mean squared error on a 0/1 target; batches
of 100; learning rate .1; class 1 where the output is above .5.
"""

from experiments.reports.settings import network
from experiments.specification import Data, Entry, RunSpec

WRONG_TANH = Entry("experiments.reports.twice_tanh:TwiceTanh")
ACTIVATIONS = {
    "ReLU": Entry("ReLU"),
    "Tanh": Entry("Tanh"),
    "SELU": Entry("SELU"),
    "Tanh, their derivative": WRONG_TANH,
}
MSE, BCE = Entry("MSELoss"), Entry("BCELoss")
SGD, UNIFORM = Entry("SGD"), Entry("uniform")


def run(
    hidden: Entry,
    *,
    last: str | None = "Sigmoid",
    epochs: int,
    loss: Entry = MSE,
    learning_rate: float = 0.1,
    optimizer: Entry = SGD,
    start: Entry = UNIFORM,
    validation: int = 0,
) -> RunSpec:
    """A run of the report's settings but for what is named; seed 0, in the framework."""
    return RunSpec(
        data=Data(target="scalar", validation=validation),
        layers=network(hidden, outputs=1, last=last),
        initialisation=start,
        loss=loss,
        optimizer=optimizer,
        learning_rate=learning_rate,
        epochs=epochs,
        decision="threshold",
        threshold=0.5,
    )
