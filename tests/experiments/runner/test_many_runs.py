"""A thousand finished runs: how long reading them takes, and how much memory."""

import time
import tracemalloc

import pytest

from experiments.command_line import planned, runs_table, status
from experiments.runner.options import Options
from experiments.runner.progress import Progress
from experiments.runner.train import train
from experiments.store import Store, provenance
from experiments.store.record import Record
from experiments.store.records import Records
from tests.experiments.runner.making import runs

NAMES = ["epoch", *(f"{s}_{m}" for s in ("train", "test") for m in ("loss", "accuracy", "f1"))]


@pytest.fixture(scope="module")
def thousand(tmp_path_factory):
    """A store of 1,000 runs of 200 epochs, and their specifications."""
    store = Store(tmp_path_factory.mktemp("many") / "results")
    store.prepare()
    specs = runs(rates=(0.1, 0.2, 0.3, 0.4), seeds=range(250), epochs=200)
    curves = {name: tuple(1 / (epoch + 1) for epoch in range(200)) for name in NAMES}
    for spec in specs:
        store.write(Record(spec, "ok", provenance.of(spec), curves=curves))
    planned.note(store, "many", "Many", specs)
    return store, specs


def test_status_and_the_list_of_runs_take_less_than_five_seconds(thousand):
    store, _ = thousand
    start = time.process_time()
    assert "many: 1000 planned, 1000 done" in list(status.report(Options(results=store.results)))
    assert runs_table.write(store, Progress.silent()) == 0
    assert time.process_time() - start < 5


def test_status_keeps_no_curves(thousand):
    store, specs = thousand
    found = status.state(store, specs[0].id)
    assert found == status.State(specs[0].id, "ok", spec=specs[0])


def test_memory_does_not_grow_with_what_is_read(thousand):
    store, specs = thousand
    specs = specs[:300]  # all reads are traced, which takes its time
    records = Records(store, [spec.id for spec in specs])
    content = store.path(specs[0].id).stat().st_size
    tracemalloc.start()
    try:
        assert train(specs, store).reused == 300
        assert sum(record.final("epoch") > 0 for record in records.values()) == 300
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 0.5 * 300 * content
