"""The run loop: a group of runs from specification to curves.

The harness owns initial parameters, data, batch order, evaluation and the clock; the backend
learns. A run's numbers depend on nothing but its specification.
"""

import time
import traceback
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TypedDict

import torch
from threadpoolctl import threadpool_limits
from torch import Tensor

from experiments.backends import Session, Unsupported, resolve
from experiments.specification import RunSpec, TrainingSpec
from experiments.training import data, evaluation, initialisation, seeds

Curves = dict[str, list[list[float]]]


class Trained(TypedDict):
    """How one run ended.

    `status` is "ok", "diverged" (a loss was not finite), "failed" or "unsupported"; `error` says
    why it is not "ok". `curves` has one value an evaluated epoch; `confusion` the counts
    [true class][predicted class] by split after the last epoch. `seconds` is what the backend
    took to train the whole group of `runs` runs.
    """

    id: str
    status: str
    error: str
    curves: dict[str, tuple[float, ...]]
    confusion: dict[str, tuple[tuple[int, ...], ...]]
    seconds: float
    runs: int


def train_group(group: Sequence[RunSpec]) -> list[Trained]:
    """Train runs that differ only in seed and learning rate; one result each, in their order.

    Raises:
        ValueError: the runs differ in something else.
    """
    if len({run.setting for run in group}) != 1:
        raise ValueError("the runs of a group differ only in seed and learning rate; these do not")
    try:
        with threads(group[0].threads), torch.random.fork_rng(devices=[]):
            # What a backend draws from torch's generator must not depend on the caller.
            torch.manual_seed(seeds.integer("noise", group[0].seed))
            return GroupTraining(group).train()
    except Unsupported as reason:
        return [ended(run, "unsupported", str(reason), len(group)) for run in group]
    except Exception:
        error = traceback.format_exc()
        return [ended(run, "failed", error, len(group)) for run in group]


def ended(run: RunSpec, status: str, error: str, runs: int = 1) -> Trained:
    """What is known of a run that has no curves."""
    return Trained(
        id=run.id, status=status, error=error, curves={}, confusion={}, seconds=0.0, runs=runs
    )


@contextmanager
def threads(count: int) -> Iterator[None]:
    """Limit torch's and BLAS's threads, and flush denormals to zero, inside."""
    before = torch.get_num_threads()
    torch.set_num_threads(count)
    # Dead units let momentum decay into denormals, which are many times slower.
    torch.set_flush_denormal(True)
    try:
        with threadpool_limits(limits=count):
            yield
    finally:
        torch.set_flush_denormal(False)
        torch.set_num_threads(before)


def training_spec(group: Sequence[RunSpec]) -> TrainingSpec:
    """What the backend is told of the group."""
    shared = group[0]
    return TrainingSpec(
        layers=shared.layers,
        loss=shared.loss,
        optimizer=shared.optimizer,
        learning_rate=tuple(run.learning_rate for run in group),
        noise_seed=tuple(seeds.integer("noise", run.seed) for run in group),
        schedule=shared.schedule,
        dtype=shared.dtype,
        device=shared.device,
        epochs=shared.epochs,
        batch_size=shared.batch_size,
        steps_per_epoch=-(-shared.data.train // shared.batch_size),
    )


def orders(run: RunSpec) -> Iterator[Tensor]:
    """The order (n,) int64 of the training points, epoch by epoch, as `run.order` says."""
    generator = seeds.generator("order", run.seed)
    count = run.data.train
    order = torch.arange(count)
    if run.order == "once":
        order = torch.randperm(count, generator=generator)
    while True:
        yield torch.randperm(count, generator=generator) if run.order == "each epoch" else order


class GroupTraining:
    """One group in training: the data of its runs, the backend's session, the curves so far."""

    def __init__(self, group: Sequence[RunSpec]) -> None:
        self.group, self.shared = group, group[0]
        self.parts = _stacked_parts(group)
        self.orders = [orders(run) for run in group]
        self.diverged: list[int | None] = [None] * len(group)
        self.curves: Curves = {}
        self.counts: dict[str, Tensor] = {}
        self.seconds = 0.0
        self.session = self._start()

    def _start(self) -> Session:
        backend = resolve(self.shared.backend)
        device = self.shared.device
        parameters = [
            {key: value.to(device) for key, value in initialisation.draw(run).items()}
            for run in self.group
        ]
        return backend.start(training_spec(self.group), parameters)

    def train(self) -> list[Trained]:
        """Train all epochs; evaluate every few and after the last."""
        for epoch in range(1, self.shared.epochs + 1):
            minibatch_losses = self._epoch(epoch)
            if epoch % self.shared.evaluate == 0 or epoch == self.shared.epochs:
                self._record("epoch", torch.full((len(self.group),), float(epoch)))
                self._record("minibatch_loss", minibatch_losses.mean(1))
                self._record("minibatch_loss_sum", minibatch_losses.sum(1))
                self._evaluate(epoch)
        return [self._result(index, run) for index, run in enumerate(self.group)]

    def _epoch(self, epoch: int) -> Tensor:
        """Train one epoch; the losses (runs, steps) in float64."""
        order = torch.stack([next(each) for each in self.orders]).to(self.shared.device)
        train = self.parts["train"]
        start = time.perf_counter()
        losses = self.session.train_epoch(train.x, train.target, order, self.shared.batch_size)
        self.seconds += time.perf_counter() - start
        steps = -(-order.shape[1] // self.shared.batch_size)
        if tuple(losses.shape) != (len(self.group), steps):
            raise ValueError(
                f"backend {self.shared.backend!r}: train_epoch returned losses of shape "
                f"{tuple(losses.shape)}, expected (runs, steps) = ({len(self.group)}, {steps})"
            )
        losses = losses.detach().cpu().double()
        self._note_divergence(epoch, losses.isfinite().all(1))
        return losses

    def _evaluate(self, epoch: int) -> None:
        for name, part in self.parts.items():
            outputs = self._predict(part)
            loss = evaluation.losses(self.shared.loss, outputs, part.target.cpu())
            finite = outputs.isfinite().all(-1).all(-1)
            self._note_divergence(epoch, finite & loss.isfinite())
            predicted = evaluation.decide(outputs, self.shared.decision, self.shared.threshold)
            # As many as outputs: those that happen to have points may differ between companions.
            classes = max(2, outputs.shape[-1])
            counts = evaluation.confusion(predicted, part.labels, classes)
            nan = torch.tensor(float("nan"), dtype=torch.float64)
            self._record(f"{name}_loss", loss)
            self._record(f"{name}_accuracy", evaluation.accuracy(counts).where(finite, nan))
            self._record(f"{name}_f1", evaluation.f1(counts).where(finite, nan))
            self.counts[name] = counts

    def _predict(self, part: data.Part) -> Tensor:
        outputs = self.session.predict(part.x).detach().cpu()
        if outputs.dim() != 3 or outputs.shape[:2] != part.x.shape[:2]:
            raise ValueError(
                f"backend {self.shared.backend!r}: predict returned {tuple(outputs.shape)}, "
                f"expected (runs, n, outputs) with {tuple(part.x.shape[:2])} in front"
            )
        return outputs

    def _note_divergence(self, epoch: int, finite: Tensor) -> None:
        for index, fine in enumerate(finite.tolist()):
            if not fine and self.diverged[index] is None:
                self.diverged[index] = epoch

    def _record(self, name: str, values: Tensor) -> None:
        self.curves.setdefault(name, []).append(values.tolist())

    def _result(self, index: int, run: RunSpec) -> Trained:
        epoch = self.diverged[index]
        return Trained(
            id=run.id,
            status="ok" if epoch is None else "diverged",
            error="" if epoch is None else f"the loss is not finite from epoch {epoch} on",
            curves={
                name: tuple(values[index] for values in rows) for name, rows in self.curves.items()
            },
            confusion={
                name: tuple(map(tuple, counts[index].tolist()))
                for name, counts in self.counts.items()
            },
            seconds=self.seconds,
            runs=len(self.group),
        )


def _stacked_parts(group: Sequence[RunSpec]) -> dict[str, data.Part]:
    """The splits of all runs, each tensor with a leading run dimension."""
    dtype, device = getattr(torch, group[0].dtype), group[0].device
    loaded = [data.load(run.data, run.seed, dtype) for run in group]
    return {
        name: data.Part(
            x=torch.stack([split[name].x for split in loaded]).to(device),
            target=torch.stack([split[name].target for split in loaded]).to(device),
            labels=torch.stack([split[name].labels for split in loaded]),
        )
        for name in loaded[0]
    }
