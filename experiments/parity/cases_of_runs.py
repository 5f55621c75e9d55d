"""Cases through the whole runner: from a specification to curves, against the same told by hand.

Two backends that agree with each other may both be wrong where the harness is: a learning rate that
never arrives, an order that is ignored, a test error measured on the training data. So here the
referee is the training loop as a torch user would write it, and only the data points, the initial
parameters and the permutations are the harness's.
"""

from dataclasses import dataclass
from typing import Any, ClassVar

import torch
from torch import Tensor

from experiments.backends import Unsupported
from experiments.parity import referee
from experiments.parity.case import Case, Observations
from experiments.specification import RunSpec
from experiments.training import data, initialisation, loop

BACKEND = f"{__name__}:under_test"
CURVES = ("minibatch_loss", "train_loss", "train_accuracy", "test_loss", "test_accuracy", "test_f1")

under_test: Any = None
"""The backend that `BACKEND` names while it is observed."""


@dataclass(frozen=True)
class RunCase(Case):
    """Runs that differ in learning rate and seed, trained as one group by the harness."""

    kind: ClassVar[str] = "runs"
    specs: tuple[RunSpec, ...]

    @property
    def bound(self) -> float:
        """Sixteen steps, and evaluation."""
        return 512.0

    @property
    def what(self) -> str:
        """Loss, optimizer, order, schedule, learning rates and seeds."""
        one = self.specs[0]
        rates = ", ".join(f"{run.learning_rate:g} (seed {run.seed})" for run in self.specs)
        parts = (one.loss, one.optimizer, one.schedule, f"order {one.order} at {rates}")
        return " ".join(str(part) for part in parts if part is not None)

    def draw(self) -> dict[str, Tensor]:
        """Nothing: the specification decides everything."""
        return {}

    def observe(self, backend: Any) -> Observations:
        """The curves of the group's records."""
        global under_test  # the runner knows backends by name
        under_test = backend
        trained = loop.train_group([run.changed(backend=BACKEND) for run in self.specs])
        for one in trained:
            if one["status"] == "unsupported":
                raise Unsupported(one["error"])
            if one["status"] != "ok":
                reason = one["error"].strip().rpartition("\n")[2]
                raise RuntimeError(reason.replace(f" {BACKEND!r}", ""))
        return {
            f"{name} of run {place}": torch.tensor(one["curves"][name], dtype=self.number)
            for place, one in enumerate(trained, 1)
            for name in CURVES
        }

    def referee(self, dtype: torch.dtype) -> Observations:
        """Each run by hand."""
        seen = {}
        for place, run in enumerate(self.specs, 1):
            rows = list(_by_hand(run))
            for column, name in enumerate(CURVES):
                values = [row[column] for row in rows]
                seen[f"{name} of run {place}"] = torch.tensor(values, dtype=self.number)
        return seen

    def truth(self) -> dict[str, Any]:
        """None: a training has no other truth than a training."""
        return {}


def _by_hand(run: RunSpec) -> Any:
    """One row of `CURVES` an epoch, by plain torch."""
    dtype = getattr(torch, run.dtype)
    split = data.load(run.data, run.seed, dtype)
    train, test = split["train"], split["test"]
    model = referee.model(run.layers, initialisation.draw(run), dtype)
    optimizer = referee.optimizer(run.optimizer, model.parameters(), run.learning_rate)
    schedule = referee.schedule(run.schedule, optimizer)
    for _, order in zip(range(run.epochs), loop.orders(run), strict=False):
        losses = []
        model.train()
        for batch in order.split(run.batch_size):
            optimizer.zero_grad()
            loss = referee.loss(run.loss, model(train.x[batch]), train.target[batch])
            loss.backward()
            optimizer.step()
            losses.append(float(loss.detach()))
        if schedule is not None:
            schedule.step()
        model.eval()
        with torch.no_grad():
            outputs = [model(part.x) for part in (train, test)]
        on_train = _score(run, outputs[0], train)
        yield (sum(losses) / len(losses), *on_train[:2], *_score(run, outputs[1], test))


def _score(run: RunSpec, outputs: Tensor, part: data.Part) -> tuple[float, float, float]:
    """Loss, accuracy, F1 of class 1."""
    loss = float(referee.loss(run.loss, outputs, part.target))
    if run.decision == "threshold":
        predicted = (outputs[:, 0] > run.threshold).long()
    else:
        predicted = outputs.argmax(1)
    right = (predicted == part.labels).double().mean()
    hits = float(((predicted == 1) & (part.labels == 1)).sum())
    claimed, present = float((predicted == 1).sum()), float((part.labels == 1).sum())
    return loss, float(right), 2 * hits / (claimed + present) if hits else 0.0
