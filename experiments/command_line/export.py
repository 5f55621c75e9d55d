"""The store as TensorBoard's event files, one folder a run, written afterwards and never timed."""

import re
from pathlib import Path
from typing import Any

from experiments.runner.options import Options
from experiments.specification import describe
from experiments.store import Store, provenance, writing
from experiments.store.record import FINISHED, Record

HYPERPARAMETERS = ("backend", "learning_rate", "batch_size", "epochs", "seed", "dtype", "order")


def tensorboard(options: Options) -> tuple[int, Path]:
    """Write every finished run that is not stale; how many there were, and the folder.

    Raises:
        ValueError: the extra is not installed, or there is nothing to export.
        StoreError: the results folder cannot be written.
    """
    try:
        from torch.utils.tensorboard import SummaryWriter
    except ImportError:
        raise ValueError("export needs the extra: pip install '.[tensorboard]'") from None
    store, folder, written = Store(options.results), options.results / "tensorboard", 0
    ids = store.ids()
    with options.progress.count("exporting", len(ids)) as advance:
        for run_id in ids:
            record = store.good(run_id)
            if record is not None and _current(record):
                time = store.path(run_id).stat().st_mtime
                place = folder / _name(record)
                with writing(options.results):
                    # Files of an earlier export would be shown as well.
                    for old in place.glob("events.out.tfevents.*.run"):
                        old.unlink()
                    with SummaryWriter(str(place), filename_suffix=".run") as writer:
                        _write(record, writer, time)
                written += 1
            advance(1)
    if not written:
        raise ValueError(
            f"nothing to export: {options.results} holds no finished run of today's code"
        )
    return written, folder


def _current(record: Record) -> bool:
    return record.status in FINISHED and not record.stale(provenance.of(record.spec))


def _name(record: Record) -> str:
    """A folder that a person can find and filter by; the id keeps two runs apart."""
    spec = record.spec
    words = [spec.backend, describe(spec.loss), describe(spec.optimizer)]
    words += [f"lr={spec.learning_rate:g}", f"seed={spec.seed}", record.id[:8]]
    return "/".join([_clean(words[0]), "_".join(map(_clean, words[1:]))])


def _clean(words: str) -> str:
    return re.sub(r"[^\w.=+-]+", "-", words).strip("-")


def _write(record: Record, writer: Any, time: float) -> None:
    from torch.utils.tensorboard.summary import hparams

    spec = record.spec
    settings = {name: getattr(spec, name) for name in HYPERPARAMETERS}
    settings |= {"loss": describe(spec.loss), "optimizer": describe(spec.optimizer)}
    epochs = record.curves["epoch"]
    curves = {_tag(name): curve for name, curve in record.curves.items() if name != "epoch"}
    for summary in hparams(settings, {name: curve[-1] for name, curve in curves.items()}):
        writer.file_writer.add_summary(summary, walltime=time)
    for name, curve in curves.items():
        for epoch, value in zip(epochs, curve, strict=True):
            writer.add_scalar(name, value, int(epoch), walltime=time)


def _tag(name: str) -> str:
    """`train_loss` as `loss/train`, so that train and test share a chart's heading."""
    split, _, measure = name.partition("_")
    return f"{measure}/{split}"
