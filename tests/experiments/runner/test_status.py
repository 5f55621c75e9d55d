import pytest

from experiments.command_line import planned, status
from experiments.runner.options import Options
from experiments.store import Store, provenance
from experiments.store.record import Provenance, Record
from tests.experiments.runner.making import runs


@pytest.fixture
def store(tmp_path):
    made = Store(tmp_path / "results")
    made.prepare()
    return made


def keep(store, spec, word="ok", origin=None, error=""):
    store.write(Record(spec, word, origin or provenance.of(spec), error))


def said(store):
    return "\n".join(status.report(Options(results=store.results)))


def test_what_is_planned_done_failed_and_missing_is_counted_for_each_experiment(store):
    done, diverged, failed, missing, *_ = specs = runs()
    planned.note(store, "mine", "My sweep", specs[:4])
    for spec, word in ((done, "ok"), (diverged, "diverged"), (failed, "crashed")):
        keep(store, spec, word)
    assert "mine: 4 planned, 2 done, 1 diverged, 1 crashed, 1 missing" in said(store)
    assert missing.id[:8] not in said(store)


def test_a_failure_is_named_with_its_settings_and_its_reason(store):
    keep(store, runs()[0], "failed", error="Traceback ...\nValueError: no luck\n")
    assert f"failed: {runs()[0].id[:8]} (disk" in said(store)
    assert said(store).count("ValueError: no luck") == 1
    assert "--retry-failed trains the failed ones again" in said(store)


def test_failures_for_one_reason_are_one_line(store):
    for spec in runs():
        keep(store, spec, "timed out", error="took more than 1 seconds")
    assert said(store).count("took more than 1 seconds") == 1
    assert "and 5 more" in said(store)


def test_stale_and_bad_records_are_named_and_left_where_they_are(store):
    stale, bad = runs()[:2]
    keep(store, stale, origin=Provenance("other", "2.13.0", "AVX512"))
    keep(store, bad)
    store.path(bad.id).write_bytes(store.path(bad.id).read_bytes()[:99])
    assert "the code that trains has changed; it will be trained again" in said(store)
    assert "its record is torn: its end is missing; it will be trained again" in said(store)
    assert len(store.ids()) == 2


def test_runs_that_no_remembered_question_asked_for_are_counted_too(store):
    keep(store, runs()[0])
    assert "recorded for other questions: 1 planned, 1 done" in said(store)


def test_an_experiment_asked_for_anew_replaces_what_was_planned(store):
    planned.note(store, "mine", "My sweep", runs())
    planned.note(store, "mine", "My sweep", runs()[:2])
    assert [len(plan.runs) for plan in planned.noted(store)] == [2]
