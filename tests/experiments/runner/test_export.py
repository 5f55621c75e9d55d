import pytest

pytest.importorskip("tensorboard", reason="the extra `tensorboard` is not installed")

from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

from experiments.command_line import export
from experiments.runner.options import Options
from experiments.runner.work import train
from experiments.store import Store, StoreError
from experiments.store.record import Record
from tests.experiments.runner.making import run


@pytest.fixture
def store(tmp_path):
    made = Store(tmp_path / "results")
    made.prepare()
    return made


def read(folder):
    (path,) = [each.parent for each in folder.rglob("events.out.*")]
    events = EventAccumulator(str(path))
    events.Reload()
    return path, events


def test_a_folder_that_cannot_be_written_is_a_sentence(store):
    store.write(*train([run("framework")]))
    (store.results / "tensorboard").write_text("in the way")
    with pytest.raises(StoreError, match="cannot write to results folder"):
        export.tensorboard(Options(results=store.results))


def test_every_curve_of_a_finished_run_is_exported_by_epoch(store):
    (record,) = train([run("framework")])
    store.write(record)
    number, folder = export.tensorboard(Options(results=store.results))
    path, events = read(folder)
    assert number == 1
    assert path.parent.name == "framework"
    assert record.id[:8] in path.name
    for name, curve in record.curves.items():
        if name == "epoch":
            continue
        split, _, measure = name.partition("_")
        scalars = events.Scalars(f"{measure}/{split}")
        assert [scalar.step for scalar in scalars] == [1, 2]
        assert [scalar.value for scalar in scalars] == pytest.approx(curve)


def test_exporting_again_replaces_what_was_there(store):
    store.write(*train([run("framework")]))
    for _ in range(2):
        _, folder = export.tensorboard(Options(results=store.results))
    _, events = read(folder)
    assert [scalar.step for scalar in events.Scalars("loss/test")] == [1, 2]


def test_failed_runs_are_not_exported(store):
    (record,) = train([run("framework")])
    store.write(Record(record.spec, "failed", record.provenance))
    with pytest.raises(ValueError, match="nothing to export"):
        export.tensorboard(Options(results=store.results))


def test_without_the_extra_it_says_what_to_install(store, monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "torch.utils.tensorboard", None)
    with pytest.raises(ValueError, match=r"pip install '\.\[tensorboard\]'"):
        export.tensorboard(Options(results=store.results))
