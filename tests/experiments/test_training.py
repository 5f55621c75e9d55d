import math
import re

import numpy as np
import pytest
import torch

from experiments.backends import Unsupported
from experiments.training import data, initialisation, loop
from experiments.training.loop import train_group

BACKENDS = ["torch", "torch-tuned", "framework", "framework-explicit", "framework-autograd"]


def tiny():
    """A number whose square is denormal, squared: 0 where those are flushed."""
    return torch.tensor([1e-20]).square().item()


class Probe:
    """A backend that learns nothing and remembers what it was given."""

    def __init__(self, steps=3, outputs=2):
        self.steps, self.width, self.calls = steps, outputs, []
        self.losses = self.outputs = 0.0

    def start(self, specification, parameters):
        self.specification, self.parameters = specification, parameters
        self.threads = torch.get_num_threads()
        self.tiny = tiny()
        return self

    def train_epoch(self, x, target, order, batch_size):
        self.calls.append((x, target, order, batch_size))
        return torch.full((len(x), self.steps), self.losses)

    def predict(self, x):
        return torch.full((*x.shape[:2], self.width), self.outputs)

    def state_dicts(self):
        return self.parameters


@pytest.fixture
def probe(monkeypatch):
    probe = Probe()
    monkeypatch.setattr(loop, "resolve", lambda name: probe)
    return probe


def by_hand(run):
    """The run's training written out with torch alone; mean minibatch losses, final outputs."""
    split = data.load(run.data, run.seed, torch.float32)
    model = torch.nn.Sequential(torch.nn.Linear(2, 8), torch.nn.ReLU(), torch.nn.Linear(8, 2))
    model.load_state_dict(initialisation.draw(run))
    optimizer = torch.optim.SGD(model.parameters(), lr=run.learning_rate, momentum=0.9)
    means = []
    for _ in range(run.epochs):
        losses = []
        for start in (0, 10, 20):
            batch = slice(start, min(start + 10, 25))
            x, target = split["train"].x[batch], split["train"].target[batch]
            loss = torch.nn.functional.mse_loss(model(x), target)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            losses.append(loss.item())
        means.append(sum(losses) / 3)
    return means, model(split["test"].x).detach(), split["test"]


@pytest.mark.parametrize("backend", BACKENDS)
def test_a_training_is_the_one_written_out_by_hand(small_run, backend):
    run = small_run(backend=backend, optimizer=["SGD", {"momentum": 0.9}], seed=5)
    [result] = train_group([run])
    means, outputs, test = by_hand(run)
    curves = result["curves"]
    assert result["status"] == "ok"
    assert curves["minibatch_loss"] == pytest.approx(means, rel=1e-6)
    expected = torch.nn.functional.mse_loss(outputs, test.target).item()
    assert curves["test_loss"][-1] == pytest.approx(expected, rel=1e-6)
    right = (outputs.argmax(1) == test.labels).double().mean().item()
    assert curves["test_accuracy"][-1] == right


@pytest.mark.parametrize("backend", BACKENDS)
def test_a_run_does_not_depend_on_its_companions(small_run, backend):
    runs = [small_run(backend=backend, seed=s, learning_rate=r) for s in (1, 2) for r in (0.1, 0.3)]
    together = train_group(runs)
    for run, result in zip(runs, together, strict=True):
        [alone] = train_group([run])
        assert (result["id"], result["status"]) == (run.id, "ok")
        assert result["curves"] == alone["curves"]
        assert result["confusion"] == alone["confusion"]


@pytest.mark.parametrize("backend", BACKENDS)
def test_a_run_that_diverges_leaves_its_companions_alone(small_run, backend):
    rates = (0.1, 1e25, 0.2)
    runs = [small_run(backend=backend, learning_rate=rate, epochs=3) for rate in rates]
    first, second, third = train_group(runs)
    assert [r["status"] for r in (first, second, third)] == ["ok", "diverged", "ok"]
    assert second["error"] == "the loss is not finite from epoch 1 on"
    assert math.isnan(second["curves"]["test_accuracy"][-1])
    assert first["curves"] == train_group([runs[0]])[0]["curves"]
    assert all(map(math.isfinite, third["curves"]["test_loss"]))


@pytest.mark.parametrize("where", ["losses", "outputs"])
def test_one_number_that_is_not_finite_is_divergence(small_run, probe, where):
    setattr(probe, where, float("inf"))
    [result] = train_group([small_run()])
    assert result["status"] == "diverged"


def test_a_class_without_points_in_a_runs_splits_is_counted_all_the_same(small_run, tmp_path):
    x = torch.randn(100, 2, generator=torch.Generator().manual_seed(0), dtype=torch.float64)
    labels = (x[:, 0] > 0).long()
    labels[:2] = 2
    path = tmp_path / "rare.npz"
    np.savez(path, x=x.numpy(), y=labels.numpy())
    layers = [["Linear", {"in_features": 2, "out_features": 3}]]
    points = {"name": str(path), "train": 25, "test": 20}
    runs = [small_run(data=points, layers=layers, seed=seed) for seed in range(30)]
    splits = [data.load(run.data, run.seed).values() for run in runs]
    has_all = [max(int(part.labels.max()) for part in split) == 2 for split in splits]
    without, with_all = runs[has_all.index(False)], runs[has_all.index(True)]
    (alone,), (together, _) = train_group([without]), train_group([without, with_all])
    assert alone["status"] == "ok"
    assert alone["confusion"] == together["confusion"]
    assert alone["curves"] == together["curves"]


def test_curves_hold_every_evaluated_epoch_and_the_last(small_run):
    [result] = train_group([small_run(epochs=5, evaluate=2)])
    assert result["curves"]["epoch"] == (2, 4, 5)
    assert {len(curve) for curve in result["curves"].values()} == {3}


def test_evaluating_less_often_changes_no_training(small_run):
    often, seldom = (train_group([small_run(epochs=4, evaluate=k)])[0] for k in (1, 4))
    assert often["curves"]["test_loss"][-1] == seldom["curves"]["test_loss"][-1]


def test_the_minibatch_losses_are_given_as_mean_and_sum(small_run):
    [result] = train_group([small_run()])
    for mean, total in zip(
        result["curves"]["minibatch_loss"], result["curves"]["minibatch_loss_sum"], strict=True
    ):
        assert total == pytest.approx(3 * mean, rel=1e-12)


def test_a_validation_split_is_evaluated_too(small_run):
    [result] = train_group([small_run(data={"train": 25, "test": 20, "validation": 15})])
    assert {"validation_loss", "validation_accuracy", "validation_f1"} <= set(result["curves"])
    assert sum(map(sum, result["confusion"]["validation"])) == 15


def test_the_confusion_counts_belong_to_the_last_epoch(small_run):
    [result] = train_group([small_run()])
    counts = torch.tensor(result["confusion"]["test"])
    assert counts.diagonal().sum() / counts.sum() == pytest.approx(
        result["curves"]["test_accuracy"][-1]
    )


def test_the_backend_is_given_everything(small_run, probe):
    run = small_run(seed=3, schedule=["ExponentialLR", {"gamma": 0.5}], dtype="float64")
    train_group([run, run.changed(seed=4, learning_rate=0.7)])
    told = probe.specification
    for field in ("layers", "loss", "optimizer", "schedule", "dtype", "device", "epochs"):
        assert getattr(told, field) == getattr(run, field)
    assert told.learning_rate == (0.1, 0.7)
    assert len(set(told.noise_seed)) == 2
    assert told.steps_per_epoch == 3
    assert torch.equal(probe.parameters[0]["0.weight"], initialisation.draw(run)["0.weight"])
    x, target, order, batch_size = probe.calls[0]
    assert x.shape == (2, 25, 2)
    assert target.shape == (2, 25, 2)
    assert x.dtype == target.dtype == torch.float64
    assert order.shape == (2, 25)
    assert batch_size == 10


@pytest.mark.parametrize(
    ("order", "permuted", "repeated"),
    [("fixed", False, True), ("once", True, True), ("each epoch", True, False)],
)
def test_points_come_in_the_order_asked_for(small_run, probe, order, permuted, repeated):
    train_group([small_run(order=order, seed=seed) for seed in (1, 2)])
    first, second = (call[2] for call in probe.calls)
    assert torch.equal(first.sort().values, torch.arange(25).expand(2, 25))
    assert torch.equal(first[0], torch.arange(25)) is not permuted
    assert torch.equal(first[0], first[1]) is not permuted
    assert torch.equal(first, second) is repeated


def test_threads_and_flushing_hold_inside_the_task_only(small_run, probe):
    before = torch.get_num_threads()
    train_group([small_run(threads=2)])
    assert probe.threads == 2
    assert probe.tiny == 0
    assert torch.get_num_threads() == before
    assert tiny() > 0


def test_training_leaves_torchs_generator_alone(small_run):
    before = torch.get_rng_state()
    train_group([small_run(layers=DROPPING)])
    assert torch.equal(torch.get_rng_state(), before)


DROPPING = [
    ["Linear", {"in_features": 2, "out_features": 8}],
    ["Dropout", {"p": 0.5}],
    ["Linear", {"in_features": 8, "out_features": 2}],
]


def test_a_runs_noise_is_its_own(small_run):
    runs = [small_run(layers=DROPPING, seed=seed) for seed in (1, 2)]
    together = train_group(runs)
    assert together[1]["curves"] == train_group([runs[1]])[0]["curves"]


def test_runs_that_differ_in_more_are_refused(small_run):
    with pytest.raises(ValueError, match="differ only in seed and learning rate"):
        train_group([small_run(), small_run(epochs=3)])


def test_what_a_backend_cannot_do_is_no_failure(small_run, monkeypatch):
    def refuse(name):
        raise Unsupported("it cannot")

    monkeypatch.setattr(loop, "resolve", refuse)
    results = train_group([small_run(seed=seed) for seed in (1, 2)])
    assert [(r["status"], r["error"]) for r in results] == [("unsupported", "it cannot")] * 2


def test_a_layer_the_framework_lacks_is_unsupported(small_run, monkeypatch):
    import framework

    monkeypatch.delattr(framework, "ReLU")
    [result] = train_group([small_run(backend="framework")])
    assert (result["status"], result["error"]) == ("unsupported", "framework has no ReLU")


def test_a_failure_keeps_its_traceback(small_run, probe):
    probe.predict = None
    [result] = train_group([small_run()])
    assert result["status"] == "failed"
    assert "TypeError" in result["error"]
    assert result["curves"] == {}


@pytest.mark.parametrize(
    ("fault", "sentence"),
    [({"steps": 2}, r"\(1, 2\), expected \(runs, steps\) = \(1, 3\)"), ({"width": 5}, "outputs")],
)
def test_shapes_a_backend_got_wrong_are_named(small_run, probe, fault, sentence):
    vars(probe).update(fault)
    [result] = train_group([small_run()])
    assert result["status"] == "failed"
    assert re.search(sentence, result["error"])
