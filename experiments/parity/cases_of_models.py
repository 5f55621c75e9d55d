"""Cases of short whole trainings: several runs, orders and rates, a short last batch, schedules."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, ClassVar

import torch
from torch import Tensor

from experiments.parity import inputs, referee
from experiments.parity.case import Case, Observations
from experiments.parity.cases_of_losses import TARGETS
from experiments.specification import Entry

POINTS, BATCH, EPOCHS = 23, 10, 3
RATES = (0.1, 0.05, 0.01)


@dataclass(frozen=True)
class ModelCase(Case):
    """Three runs of a network, each from its own start, in its own order, at its own rate.

    `inputs` is "once" or "three runs"; a backend that mixes runs up, drops the short last batch,
    ignores the order or the rate, or steps the schedule at the wrong time differs here.
    """

    kind: ClassVar[str] = "models"
    layers: tuple[Entry, ...]
    loss: Entry
    optimizer: Entry
    targets: str = "numbers"
    schedule: Entry | None = None
    features: tuple[int, ...] = (4,)

    @property
    def bound(self) -> float:
        """Nine steps through several layers."""
        return 512.0

    @property
    def what(self) -> str:
        """Network, loss, optimizer and schedule."""
        parts = (*self.layers, self.loss, self.optimizer, self.schedule)
        return " ".join(str(each) for each in parts if each is not None)

    @property
    def runs(self) -> int:
        """How many train together."""
        return 1 if self.inputs == "one run" else len(RATES)

    def draw(self) -> dict[str, Tensor]:
        """Points, targets, orders and initial states of each run."""
        source = inputs.generator(self.name)
        x = inputs.normal((self.runs, POINTS, *self.features), self.number, source)
        drawn = {"x": x}
        for run in range(self.runs):
            for name, value in self._fresh(source).items():
                drawn[f"state.{run}.{name}"] = value
        with torch.no_grad():
            outputs = referee.model(self.layers, self._state(drawn, 0), self.number)(x[0])
        drawn["target"] = torch.stack(
            [TARGETS[self.targets](outputs, source) for _ in range(self.runs)]
        )
        orders = [torch.randperm(POINTS, generator=source) for _ in range(self.runs * EPOCHS)]
        drawn["order"] = torch.stack(orders).reshape(EPOCHS, self.runs, POINTS)
        return drawn

    def observe(self, backend: Any) -> Observations:
        """Losses and parameters epoch by epoch, and the predictions at the end."""
        return self.trained(backend, range(self.runs))

    def trained(self, backend: Any, runs: Sequence[int]) -> Observations:
        """What a backend does with these of the runs, together."""
        chosen = list(runs)
        states = [self._state(self.tensors, run) for run in chosen]
        session = backend.start(self._spec(chosen), states)
        x, target = (self.take(name)[chosen] for name in ("x", "target"))
        seen = {}
        for epoch, order in enumerate(self.take("order")[:, chosen], 1):
            seen[f"losses of epoch {epoch}"] = session.train_epoch(x, target, order, BATCH).clone()
            for name, value in _stacked(session.state_dicts()).items():
                seen[f"{name} after epoch {epoch}"] = value
        seen["predictions"] = session.predict(x)
        return seen | {"input afterwards": x, "target afterwards": target}

    def referee(self, dtype: torch.dtype) -> Observations:
        """Each run apart, as torch's users write it."""
        each = [self._train(run, dtype) for run in range(self.runs)]
        seen = {name: torch.stack([one[name] for one in each]) for name in each[0]}
        afterwards = {"input": self.take("x", dtype), "target": self.take("target", dtype)}
        return seen | {f"{name} afterwards": value for name, value in afterwards.items()}

    def _train(self, run: int, dtype: torch.dtype) -> Observations:
        x, target = self.take("x", dtype)[run], self.take("target", dtype)[run]
        model = referee.model(self.layers, self._state(self.tensors, run, dtype), dtype)
        optimizer = referee.optimizer(self.optimizer, model.parameters(), RATES[run])
        schedule = referee.schedule(self.schedule, optimizer)
        seen = {}
        for epoch, order in enumerate(self.tensors["order"][:, run], 1):
            model.train()
            losses = []
            for batch in order.split(BATCH):
                optimizer.zero_grad()
                loss = referee.loss(self.loss, model(x[batch]), target[batch])
                loss.backward()
                optimizer.step()
                losses.append(loss.detach())
            if schedule is not None:
                schedule.step()
            seen[f"losses of epoch {epoch}"] = torch.stack(losses)
            for name, value in model.state_dict().items():
                seen[f"{name} after epoch {epoch}"] = value.clone()
        seen["predictions"] = model.eval()(x).detach()
        return seen

    def _spec(self, runs: Sequence[int]) -> Any:
        return self.training(
            self.layers,
            loss=self.loss,
            optimizer=self.optimizer,
            learning_rate=tuple(RATES[run] for run in runs),
            noise_seed=tuple(runs),
            schedule=self.schedule,
            epochs=EPOCHS,
            batch_size=BATCH,
            steps_per_epoch=-(-POINTS // BATCH),
        )

    def _fresh(self, source: torch.Generator) -> dict[str, Tensor]:
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(int(torch.randint(2**31, (), generator=source)))
            built = referee.fresh(self.layers).to(self.number)
        return {name: value.detach() for name, value in built.state_dict().items()}

    def _state(self, drawn: Any, run: int, dtype: torch.dtype | None = None) -> dict[str, Tensor]:
        start = f"state.{run}."
        return {
            name.removeprefix(start): (
                value.to(dtype or value.dtype, copy=True)
                if value.is_floating_point()
                else value.clone()
            )
            for name, value in drawn.items()
            if name.startswith(start)
        }


@dataclass(frozen=True)
class CompanionCase(ModelCase):
    """The same runs together and each alone: no run's numbers depend on its companions.

    What is observed is the difference, which is to be zero in every bit.
    """

    kind: ClassVar[str] = "companions"

    @property
    def bound(self) -> float:
        """None: rounding otherwise in company is depending on it."""
        return 0.0

    def observe(self, backend: Any) -> Observations:
        """Together less alone."""
        together = self.trained(backend, range(self.runs))
        alone = [self.trained(backend, [run]) for run in range(self.runs)]
        return {
            name: value - torch.cat([each[name] for each in alone])
            for name, value in together.items()
            if name in self._sizes
        }

    def referee(self, dtype: torch.dtype) -> Observations:
        """Zeros."""
        return {name: torch.zeros_like(value) for name, value in self._sizes.items()}

    def truth(self) -> dict[str, Any]:
        """Zero is all there is to know."""
        return {}

    @cached_property
    def _sizes(self) -> Observations:
        known = super().referee(self.number)
        return {name: value for name, value in known.items() if not name.endswith("afterwards")}


def _stacked(states: list[dict[str, Tensor]]) -> dict[str, Tensor]:
    return {name: torch.stack([state[name] for state in states]) for name in states[0]}
