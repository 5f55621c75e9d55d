"""The network of sigmoids that "cannot be trained": why not, and what cures it."""

from dataclasses import dataclass

from experiments.reports.settings import repeated
from experiments.reports.wang_2021_settings import BCE, MSE, SGD, UNIFORM, run
from experiments.specification import Entry, RunSpec

WIDE = Entry("xavier-normal", gain=4.0)


@dataclass(frozen=True)
class Cure:
    """One change to the network of sigmoids; the published setting is the default."""

    label: str
    learning_rate: float = 0.1
    optimizer: Entry = SGD
    loss: Entry = MSE
    start: Entry = UNIFORM
    epochs: int = 300
    in_torch: bool = False

    def runs(self, backend: str, quick: bool) -> tuple[RunSpec, ...]:
        """Eight runs with fresh data."""
        setting = run(
            Entry("Sigmoid"),
            epochs=self.epochs // 10 if quick else self.epochs,
            loss=self.loss,
            learning_rate=self.learning_rate,
            optimizer=self.optimizer,
            start=self.start,
        ).changed(evaluate=5 if self.epochs <= 300 else 50)
        return repeated(setting, range(2 if quick else 8), backend)


CURES = (
    Cure("as published", in_torch=True),
    Cure("learning rate 1", 1.0),
    Cure("learning rate 10", 10.0),
    Cure("binary cross-entropy", loss=BCE),
    Cure("ten times the epochs", epochs=3000),
    Cure("Xavier normal times 4, learning rate 1", 1.0, start=WIDE, in_torch=True),
    Cure("momentum .9, learning rate 1", 1.0, Entry("SGD", momentum=0.9), in_torch=True),
    Cure("Adam, learning rate .01", 0.01, Entry("Adam"), in_torch=True),
)


def runs(quick: bool) -> list[RunSpec]:
    """Every cure in the framework, the published setting and the three that work in torch too."""
    return [
        each
        for cure in CURES
        for backend in ("framework", "torch")[: 1 + cure.in_torch]
        for each in cure.runs(backend, quick)
    ]
