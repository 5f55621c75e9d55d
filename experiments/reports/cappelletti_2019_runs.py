"""What cappelletti-2019 trains.

Settings, read in the authors' code: the disk around (.5, .5), 1000 + 1000 fresh points a run,
scaled by one mean and one standard deviation; 2-25-25-25-2; batches of 100 in a fixed order;
learning rate .1; momentum .2 in torch's sense; 200 epochs; 20 runs.
"""

from dataclasses import dataclass
from functools import cache

from experiments.reports.settings import SIDES, network, repeated
from experiments.specification import Data, Entry, RunSpec

THEIRS, TORCHS = Entry("xavier-normal-zero-bias"), Entry("torch")
"""The two initialisations: N(0, 2/(in+out)) with zero biases; torch.nn's default."""
LOSSES = {"cross-entropy": ("CrossEntropyLoss", "index"), "MSE": ("MSELoss", "one-hot")}
MOMENTA = {"": Entry("SGD"), " momentum": Entry("SGD", momentum=0.2)}
SETTINGS = tuple(loss + momentum for loss in LOSSES for momentum in MOMENTA)


def count(quick: bool) -> int:
    """How many runs each row has: 20, as published."""
    return 2 if quick else 20


@dataclass(frozen=True)
class Side:
    """The runs behind one published row: which backend trains, and from which start."""

    setting: str
    backend: str = "framework"
    hidden: str = "ReLU"
    start: Entry = THEIRS

    @property
    def label(self) -> str:
        """The row in words."""
        start = "torch.nn's start" if self.start == TORCHS else "their start"
        return f"{self.setting}, {self.hidden}, {SIDES[self.backend]}, {start}"

    def runs(self, quick: bool) -> tuple[RunSpec, ...]:
        """One run a seed."""
        return _runs(self, quick)


@cache
def _runs(side: Side, quick: bool) -> tuple[RunSpec, ...]:
    loss, momentum = side.setting.removesuffix(" momentum"), side.setting.endswith("momentum")
    run = RunSpec(
        data=Data.model_validate({"target": LOSSES[loss][1]}),
        layers=network(side.hidden),
        initialisation=side.start,
        loss=Entry(LOSSES[loss][0]),
        optimizer=MOMENTA[" momentum" if momentum else ""],
        learning_rate=0.1,
        epochs=10 if quick else 200,
        evaluate=2 if side.hidden == "ReLU" else 200,
    )
    return repeated(run, range(count(quick)), side.backend)


def sides() -> list[Side]:
    """Every row: all settings on both sides from equal starts, and torch.nn from its own."""
    return [
        *(Side(setting, backend) for setting in SETTINGS for backend in SIDES),
        *(Side(setting, backend, "Tanh") for setting in SETTINGS for backend in SIDES),
        *(Side(setting, "torch", start=TORCHS) for setting in SETTINGS),
    ]
