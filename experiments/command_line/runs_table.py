"""`runs.csv`: one line for each run of the store that today's code would not train again.

The lines depend on what is recorded and on nothing else: not on workers, order or interruptions.
"""

import csv
import io
import math
from collections.abc import Iterator
from typing import Any

from experiments.runner.progress import Progress
from experiments.specification import canonical, describe, widths
from experiments.store import Store, provenance
from experiments.store.files import write_whole
from experiments.store.record import Record

SETTINGS = (
    *("backend", "data", "model", "initialisation", "loss", "optimizer", "learning_rate"),
    *("schedule", "batch_size", "epochs", "order", "dtype", "seed", "threads"),
)
NUMBERS = (
    *("epoch", "minibatch_loss", "minibatch_loss_sum"),
    *(
        f"{split}_{measure}"
        for split in ("train", "validation", "test")
        for measure in ("loss", "accuracy", "f1")
    ),
)


def write(store: Store, progress: Progress) -> int:
    """Write `runs.csv` to the results folder; the number of recorded runs that are not in it."""
    ids = store.ids()
    with progress.count("listing", len(ids)) as advance:
        lines = sorted(_lines(store, ids, advance))
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(["id", *SETTINGS, "status", *NUMBERS])
    writer.writerows(cells for _, cells in lines)
    write_whole(store.results / "runs.csv", text.getvalue().encode())
    return len(ids) - len(lines)


def made_elsewhere(store: Store) -> int:
    """How many runs `runs.csv` tells of that the store has no record of."""
    try:
        text = (store.results / "runs.csv").read_text()
    except OSError:
        return 0
    told = {line.get("id", "") for line in csv.DictReader(io.StringIO(text))}
    return len(told.difference(store.ids()))


def _lines(store: Store, ids: list[str], advance: Any) -> Iterator[tuple[Any, list[Any]]]:
    for run_id in ids:
        record = store.good(run_id)
        advance(1)
        if record is not None and not record.stale(provenance.of(record.spec)):
            yield _place(record), _cells(record)


def _place(record: Record) -> tuple[Any, ...]:
    spec = record.spec
    return spec.setting, spec.learning_rate, spec.seed


def _cells(record: Record) -> list[Any]:
    spec = record.spec
    between = [describe(layer) for layer in spec.layers if layer.name != "Linear"]
    settings = {
        **{name: getattr(spec, name) for name in SETTINGS if name != "model"},
        "model": " ".join([widths(spec.layers), *between]),
    }
    for name in ("data", "initialisation", "loss", "optimizer", "schedule"):
        settings[name] = _words(settings[name])
    numbers = [_number(record, name) for name in NUMBERS]
    return [record.id, *(settings[name] for name in SETTINGS), record.status, *numbers]


def _words(thing: Any) -> str:
    """A setting with everything in it, where `describe` would leave something out."""
    return canonical(thing.model_dump()) if hasattr(thing, "standardise") else describe(thing)


def _number(record: Record, name: str) -> str:
    if name not in record.curves:
        return ""
    value = record.final(name)
    if name == "epoch":
        return str(int(value))
    return "nan" if math.isnan(value) else repr(value)
