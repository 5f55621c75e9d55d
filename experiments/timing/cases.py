"""What is timed: a network on the disk problem, from a start that all backends share."""

from dataclasses import dataclass, field, replace
from itertools import pairwise
from typing import Any, Literal

import torch
from torch import Tensor

from experiments.backends import Backend, Session
from experiments.specification import Data, Entry, TrainingSpec, building
from experiments.training import seeds
from experiments.training.data import Part, load

MSE, CROSS_ENTROPY = Entry("MSELoss"), Entry("CrossEntropyLoss")
SGD, ADAM = Entry("SGD"), Entry("Adam")

ORDERS = 8
"""Different orders of the points; every epoch uses the next, so that none is remembered."""


@dataclass(frozen=True)
class Case:
    """A network 2-width-…-width-2 of `depth` hidden ReLU layers, and how it is trained.

    `output` follows the last layer.
    """

    loss: Entry = MSE
    optimizer: Entry = SGD
    learning_rate: float = 0.1
    width: int = 25
    depth: int = 3
    batch_size: int = 100
    points: int = 1000
    output: tuple[Entry, ...] = field(default=(), repr=False)

    @property
    def layers(self) -> tuple[Entry, ...]:
        """The network."""
        sizes = [2] + [self.width] * self.depth
        hidden = [
            entry
            for inputs, outputs in pairwise(sizes)
            for entry in (_linear(inputs, outputs), Entry("ReLU"))
        ]
        return (*hidden, _linear(sizes[-1], 2), *self.output)

    @property
    def steps(self) -> int:
        """Steps of an epoch, the short last batch included."""
        return -(-self.points // self.batch_size)

    @property
    def target(self) -> Literal["one-hot", "index"]:
        """How the loss wants its targets."""
        return "index" if self.loss.name == "CrossEntropyLoss" else "one-hot"

    def training(self, runs: int) -> TrainingSpec:
        """What a backend learns of `runs` of these."""
        return TrainingSpec(
            layers=self.layers,
            loss=self.loss,
            optimizer=self.optimizer,
            learning_rate=(self.learning_rate,) * runs,
            noise_seed=tuple(range(runs)),
            batch_size=self.batch_size,
            steps_per_epoch=self.steps,
        )

    def changed(self, **changes: Any) -> "Case":
        """The same but for `changes`."""
        return replace(self, **changes)


STEPS = {
    "MSE + SGD": Case(),
    "cross-entropy + Adam": Case(CROSS_ENTROPY, ADAM, 0.01),
}
"""The two trainings whose steps are timed most closely."""


def _linear(inputs: int, outputs: int) -> Entry:
    return Entry("Linear", in_features=inputs, out_features=outputs)


@dataclass(frozen=True, eq=False)
class Start:
    """Where `runs` trainings of a case begin: run r is the same whatever the number of runs."""

    case: Case
    parameters: list[dict[str, Tensor]]
    x: Tensor
    target: Tensor
    orders: tuple[Tensor, ...]

    @property
    def runs(self) -> int:
        """How many trainings begin here."""
        return len(self.parameters)

    def session(self, backend: Backend) -> Session:
        """A backend's session at this start; it gets parameters of its own."""
        own = [{key: value.clone() for key, value in run.items()} for run in self.parameters]
        return backend.start(self.case.training(self.runs), own)


def start(case: Case, runs: int = 1) -> Start:
    """Draw initial parameters, points and a few batch orders."""
    drawn = [_draw(case, seed) for seed in range(runs)]
    orders = zip(*(orders for _, _, orders in drawn), strict=True)
    return Start(
        case,
        [parameters for parameters, _, _ in drawn],
        torch.stack([points.x for _, points, _ in drawn]),
        torch.stack([points.target for _, points, _ in drawn]),
        tuple(torch.stack(epoch) for epoch in orders),
    )


def _draw(case: Case, seed: int) -> tuple[dict[str, Tensor], Part, list[Tensor]]:
    data = Data(train=case.points, test=1, target=case.target)
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seeds.integer("initialisation", seed))
        parameters = building.build_model(building.reference(), case.layers).state_dict()
    order = seeds.generator("order", seed)
    orders = [torch.randperm(case.points, generator=order) for _ in range(ORDERS)]
    return parameters, load(data, seed)["train"], orders
