import os
import random
import signal
import threading

import pytest

from experiments.command_line import runs_table
from experiments.runner import isolation, work, workers
from experiments.runner.process import Died
from experiments.runner.progress import Progress
from experiments.runner.train import Stopped, train
from experiments.runner.work import Plan
from experiments.store import Store, StoreError, provenance
from experiments.store.record import Provenance, Record
from tests.experiments.runner.making import run, runs

UNLUCKY = 13.0


@pytest.fixture
def store(tmp_path):
    return Store(tmp_path / "results")


def some(backend="Harmless"):
    """Three groups."""
    return [each for size in (10, 15, 20) for each in runs(backend, batch_size=size)]


def lines(store):
    runs_table.write(store, Progress.silent())
    return (store.results / "runs.csv").read_bytes()


def statuses(store, specs):
    return [store.read(spec.id).status for spec in specs]


def test_the_same_bytes_for_any_number_of_jobs_and_any_order(tmp_path):
    specs, found = some(), []
    for jobs in (1, 2, 3):
        store = Store(tmp_path / str(jobs))
        random.Random(jobs).shuffle(specs)
        train(specs, store, jobs=jobs)
        found.append((lines(store), [store.path(key).read_bytes() for key in store.ids()]))
    assert found[0] == found[1] == found[2]
    assert found[0][0].count(b"\n") == 1 + len(specs)


def test_what_is_there_is_not_trained_again(store):
    train(some(), store, jobs=2)
    before = {key: store.path(key).stat().st_mtime_ns for key in store.ids()}
    summary = train(some(), store, jobs=2)
    assert (summary.trained, summary.reused) == (0, len(some()))
    assert before == {key: store.path(key).stat().st_mtime_ns for key in store.ids()}


def test_a_group_that_lacks_a_run_is_trained_whole_and_the_others_are_reused(store):
    train(some(), store)
    store.path(some()[0].id).unlink()
    summary = train(some(), store)
    assert (summary.trained, summary.reused) == (6, 12)


def test_a_torn_record_is_set_aside_and_trained_again(store):
    train(some(), store)
    path = store.path(some()[0].id)
    whole = path.read_bytes()
    path.write_bytes(whole[:-50])
    train(some(), store)
    assert path.read_bytes() == whole
    assert "torn" in store.set_aside[0].reason


def test_a_stale_record_is_trained_again(store):
    spec = run("Harmless")
    store.prepare()
    store.write(Record(spec, "ok", Provenance("other", "2.13.0", "AVX512")))
    train([spec], store)
    assert store.read(spec.id).provenance == provenance.of(spec)


def unlucky(backend):
    """A group of two runs of which the first is unlucky, and a group of three that is not."""
    return [run(backend, learning_rate=UNLUCKY), run(backend), *some(backend)[:3]]


def test_a_run_that_kills_its_worker_is_found_and_the_others_are_as_without_it(store, tmp_path):
    culprit, *others = unlucky("Killer")
    alone = Store(tmp_path / "alone")
    train(others, alone)
    summary = train([culprit, *others], store, jobs=1)
    assert statuses(store, [culprit, *others]) == ["crashed", "ok", "ok", "ok", "ok"]
    assert store.read(culprit.id).error == "its process was ended by SIGKILL"
    assert summary.failed == [culprit.id]
    for each in others:
        assert store.path(each.id).read_bytes() == alone.path(each.id).read_bytes()


@pytest.mark.parametrize("backend", ["Hanging", "Stuck"])
def test_a_run_that_never_ends_is_marked_and_the_others_go_on(store, backend):
    specs = [run(backend, learning_rate=UNLUCKY), run(backend, batch_size=10)]
    train(specs, store, timeout=0.9)
    assert statuses(store, specs) == ["timed out", "ok"]
    assert store.read(specs[0].id).error == "took more than 0.9 seconds"


def test_only_the_run_that_raises_fails_and_its_traceback_is_kept(store):
    train(unlucky("Raising"), store)
    assert statuses(store, unlucky("Raising")) == ["failed", "ok", "ok", "ok", "ok"]
    assert store.read(unlucky("Raising")[0].id).error.endswith("RuntimeError: an unlucky number\n")


def test_what_a_backend_refuses_is_no_failure(store):
    summary = train(unlucky("Refusing"), store)
    assert statuses(store, unlucky("Refusing")) == ["unsupported", "ok", "ok", "ok", "ok"]
    assert store.read(unlucky("Refusing")[0].id).error == "no unlucky numbers here"
    assert not summary.failed


def test_failed_runs_are_reported_again_but_trained_again_only_when_asked(store):
    specs = unlucky("Raising")
    train(specs, store)
    assert train(specs, store).failed == [specs[0].id]
    again = train(specs, store, retry_failed=True)
    assert (again.trained, again.reused) == (2, 3)


def test_fail_fast_ends_at_the_first_failure_and_keeps_what_was_done(store):
    failing = run("Raising", learning_rate=UNLUCKY, epochs=200)
    later = [run("Raising", batch_size=size) for size in range(2, 30)]
    with pytest.raises(Stopped, match=f"run {failing.id[:8]} .*failed: RuntimeError: an unlucky"):
        train([*later, failing], store, fail_fast=True)
    assert store.read(failing.id).status == "failed"
    assert len(store.ids()) < len(later)


def test_fail_fast_does_not_end_at_what_failed_earlier(store):
    failing, others = run("Raising", learning_rate=UNLUCKY), some()
    train([failing], store)
    found = train([failing, *others], store, fail_fast=True)
    assert (found.trained, found.failed) == (len(others), [failing.id])


def test_a_diverged_run_is_a_result(store):
    specs = [run("torch", learning_rate=1e30)]
    assert not train(specs, store).failed
    assert statuses(store, specs) == ["diverged"]


def test_a_full_disk_ends_the_training_with_a_sentence(store, tmp_path):
    store.prepare()
    (tmp_path / "full").write_text("")
    for first in range(256):  # no folder for records can be made
        (store.folder / f"{first:02x}").symlink_to(tmp_path / "full")
    with pytest.raises(StoreError, match="cannot write to results folder"):
        train([run()], store)


def kill_the_first(leave, killed):
    """Kill whoever begins first, then let the others go on."""
    killed.append(leave.begun())
    os.kill(killed[0], signal.SIGKILL)
    leave.go()


@pytest.fixture
def killed(leave):
    """The process that was killed, once one has begun."""
    killed = []
    killer = threading.Thread(target=kill_the_first, args=[leave, killed])
    killer.start()
    yield killed
    killer.join()


def test_a_worker_that_somebody_kills_costs_nobody_anything(store, killed):
    specs = some("Waiting")
    train(specs, store, jobs=2)
    assert killed
    assert statuses(store, specs) == ["ok"] * len(specs)


def test_an_innocent_run_whose_process_is_killed_once_is_not_blamed(killed):
    with isolation.Isolation() as suspects:
        (record,) = suspects.train([run("Waiting")])
    assert killed
    assert record.status == "ok"


def die_at_first(marker):
    if not marker.exists():
        marker.touch()
        die(marker)


def die(_):
    os.kill(os.getpid(), signal.SIGKILL)


def test_what_a_killed_worker_was_drawing_is_done_by_another(tmp_path):
    tasks = [(tmp_path / "one",), (tmp_path / "two",)]
    done = list(workers.each_done(die_at_first, tasks, 2))
    assert sorted(done) == [(task, None) for task in tasks]


def test_a_task_that_always_kills_its_worker_is_an_error_and_no_end(tmp_path):
    done = list(workers.each_done(die, [(tmp_path,), (tmp_path,)], 2))
    assert ["ended again and again" in str(error) for _, error in done] == [True, True]


class Dying:
    """A process that dies as often as it is told, then trains."""

    def __init__(self, deaths):
        self.deaths = deaths

    def train(self, groups, timeout):
        if self.deaths:
            raise self.deaths.pop()
        return work.train(groups[:1])

    def close(self):
        """Nothing to end."""


@pytest.mark.parametrize(
    ("times", "killed", "status"),
    [(3, True, "ok"), (4, True, "crashed"), (1, False, "ok"), (2, False, "crashed")],
)
def test_a_process_that_was_killed_gets_more_attempts_than_one_that_ended_itself(
    monkeypatch, times, killed, status
):
    deaths = [Died("its process is gone", killed) for _ in range(times)]
    monkeypatch.setattr(isolation, "Process", lambda: Dying(deaths))
    with isolation.Isolation() as suspects:
        (record,) = suspects.train([run("Harmless")])
    assert record.status == status


def test_nothing_stored_counts_when_failures_are_to_be_retried(store):
    store.prepare()
    spec = run("torch")
    store.write(Record(spec, "timed out", provenance.of(spec)))
    assert Plan().reusable(store, [spec]) == {spec.id: "timed out"}
    assert Plan(retry_failed=True).reusable(store, [spec]) is None
