"""The network of sigmoids that "cannot be trained": why not, and what cures it."""

from dataclasses import dataclass
from functools import cache

import pandas as pd

from experiments.outcome import Figure, Table, Verdict
from experiments.reports import presentation
from experiments.reports.gradient_norms import by_layer
from experiments.reports.judging import QUICK
from experiments.reports.measured import Records, band, curves, finals
from experiments.reports.published import document
from experiments.reports.settings import repeated
from experiments.reports.wang_2021_settings import BCE, MSE, SGD, UNIFORM, run
from experiments.specification import Entry, RunSpec

TRAINED = 0.9
"""The test accuracy above which a run counts as trained; the base rate is one half."""
WIDE = Entry("xavier-normal", gain=4.0)


def count(quick: bool) -> int:
    """How many runs each cure has."""
    return 2 if quick else 8


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
        """Eight runs with fresh data in the framework, three in torch."""
        return _runs(self, backend, quick)


@cache
def _runs(cure: Cure, backend: str, quick: bool) -> tuple[RunSpec, ...]:
    setting = run(
        Entry("Sigmoid"),
        epochs=cure.epochs // 20 if quick else cure.epochs,
        loss=cure.loss,
        learning_rate=cure.learning_rate,
        optimizer=cure.optimizer,
        start=cure.start,
    ).changed(evaluate=5 if cure.epochs <= 300 else 50)
    seeds = count(quick) if backend == "framework" else min(3, count(quick))
    return repeated(setting, range(seeds), backend)


CURES = (
    Cure("as published", in_torch=True),
    Cure("rate 1", 1.0),
    Cure("rate 10", 10.0),
    Cure("BCE", loss=BCE),
    Cure("ten times the epochs", epochs=3000),
    Cure("Xavier times 4, rate 1", 1.0, start=WIDE, in_torch=True),
    Cure("momentum .9, rate 1", 1.0, Entry("SGD", momentum=0.9), in_torch=True),
    Cure("Adam, rate .01", 0.01, Entry("Adam"), in_torch=True),
)


def runs(quick: bool) -> list[RunSpec]:
    """Every cure in the framework, the published setting and the three that work in torch too."""
    return [
        each
        for cure in CURES
        for backend in ("framework", "torch")[: 1 + cure.in_torch]
        for each in cure.runs(backend, quick)
    ]


def table(records: Records, quick: bool) -> Table:
    """Each cure: final loss, accuracy, F1, and how many runs left the base rate behind."""
    lines = []
    for cure in CURES:
        runs = cure.runs("framework", quick)
        accuracy = finals(records, runs, "test_accuracy")
        torchs = cure.runs("torch", quick) if cure.in_torch else ()
        lines.append(
            {
                "network of sigmoids": cure.label,
                "epochs": runs[0].epochs,
                "train loss": presentation.mean(finals(records, runs, "train_loss")),
                "test accuracy, %": presentation.mean(accuracy, 100),
                "test F1, %": presentation.mean(finals(records, runs, "test_f1"), 100),
                "torch.nn, test accuracy, %": presentation.mean(
                    finals(records, torchs, "test_accuracy"), 100
                ),
                "trained": f"{int((accuracy > TRAINED).sum())} of {len(runs)}",
            }
        )
    return Table(
        name="all-sigmoid-cures",
        title="The network of sigmoids of wang-2021, and what cures it",
        frame=pd.DataFrame(lines),
        notes=(
            f"Mean ± standard deviation of {count(quick)} runs with fresh data, torch.nn of the "
            f"first three; trained: test accuracy above {100 * TRAINED:.0f} %. Rates are learning "
            "rates, .1 where none is named; Xavier is the normal one; the train loss is the loss "
            "that was trained.",
        ),
    )


def figures(records: Records, quick: bool) -> list[Figure]:
    """Gradient norms by layer at the start, and the accuracy of each cure by epoch."""
    starts = {
        "sigmoid, their start": run(Entry("Sigmoid"), epochs=1),
        "sigmoid, Xavier normal times 4": run(Entry("Sigmoid"), epochs=1, start=WIDE),
        "Tanh, their start": run(Entry("Tanh"), epochs=1),
        "ReLU, their start": run(Entry("ReLU"), epochs=1),
    }
    norms = [
        by_layer(repeated(setting, range(2 if quick else 20))).assign(series=series)
        for series, setting in starts.items()
    ]
    course = _courses(records, quick)
    return [
        Figure(
            name="all-sigmoid-gradients",
            title="Norm of the first gradient of each layer's weights, wang-2021",
            kind="bands",
            data=pd.concat(norms, ignore_index=True),
            options={
                "x_label": "layer, from the input",
                "y_label": "norm of the gradient",
                "log_y": True,
            },
            notes=("Geometric mean and nine starts of ten, on the first batch of 100 points.",),
        ),
        Figure(
            name="all-sigmoid-cures",
            title="Test accuracy of the network of sigmoids under each cure, wang-2021",
            kind="bands",
            data=course,
            options={"x_label": "epoch", "y_label": "test accuracy, %", "columns": 2},
            notes=(f"Mean of {count(quick)} runs; bands hold nine runs of ten.",),
        ),
    ]


def _courses(records: Records, quick: bool) -> pd.DataFrame:
    """Accuracy by epoch, the cures that helped every run apart from the others."""
    parts = []
    for cure in CURES:
        runs = cure.runs("framework", quick)
        if cure.epochs == CURES[0].epochs:
            cured = (finals(records, runs, "test_accuracy") > TRAINED).all()
            panel = "trains in every run" if cured else "does not train in every run"
            frame = band(curves(records, runs, "test_accuracy"))
            parts.append(frame.assign(series=cure.label, panel=panel))
    course = pd.concat(parts, ignore_index=True)
    course[["y", "low", "high"]] *= 100
    return course


def verdict(records: Records, quick: bool) -> Verdict:
    """Cannot be trained: true as published, not of the network."""
    accuracy = {
        cure.label: finals(records, cure.runs("framework", quick), "test_accuracy")
        for cure in CURES
    }
    cured = [label for label, values in accuracy.items() if (values > TRAINED).all()]
    published = accuracy[CURES[0].label]
    failed = bool((published <= TRAINED).all())
    found = "setting" if failed and cured else "network" if failed else "neither"
    words = {
        "setting": "holds at their setting, not of the network",
        "network": "holds",
        "neither": "does not hold",
    }
    return Verdict(
        source="wang-2021",
        claim=document("wang-2021").claims["sigmoids cannot be trained"],
        published="loss stays at .25",
        measured=f"as published: test accuracy {presentation.mean(published, 100)} %; "
        f"cured in every run by: {'; '.join(cured) or 'nothing tried'}",
        verdict=QUICK if quick else words[found],
        reason="Each sigmoid multiplies the gradient by at most a quarter, and their start has "
        "gain .58: little reaches the first layers.",
    )
