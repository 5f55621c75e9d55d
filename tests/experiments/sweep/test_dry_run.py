"""What a sweep would be, before it is one."""

from dataclasses import replace

import pytest

from experiments import sweep
from experiments.runner.options import Options
from experiments.store import Store, provenance
from experiments.store.record import Provenance, Record


def lines(path, folder, **options):
    return list(sweep.dry_run(path, Options(results=folder / "results", **options)))


def test_a_dry_run_says_how_many_trainings_and_about_how_long(write, tmp_path):
    said = lines(write(), tmp_path, jobs=2)
    assert said[0] == "small: 4 trainings of 2 epochs"
    assert said[1].startswith("torch: 4 trainings, about ")
    assert said[-1].endswith("with --jobs 2")


def test_a_dry_run_leaves_nothing_behind(write, tmp_path):
    lines(write(), tmp_path)
    assert not (tmp_path / "results").exists()


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({}, "4 of them"),
        ({"provenance": Provenance("other", "code", "elsewhere")}, "torch: 8 trainings"),
        ({"status": "failed"}, "torch: 8 trainings"),
    ],
)
def test_a_dry_run_counts_what_would_not_be_trained_again(write, tmp_path, change, said):
    path, store = write(batch_sizes=[5, 10]), Store(tmp_path / "results")
    for run in sweep.load(path).runs(False):
        if run.batch_size == 5:
            store.write(replace(Record(run, "ok", provenance.of(run)), **change))
    assert lines(path, tmp_path, retry_failed=True)[1].startswith(said)


def test_a_backend_that_cannot_train_this_is_named(write, tmp_path):
    unlucky = "tests.experiments.runner.misbehaving:Unlucky"
    path = write(backends=["torch", unlucky])
    said = lines(path, tmp_path)
    assert any(f"{unlucky}: 4 trainings, which cannot be timed" in line for line in said)
    assert said[-1].endswith(f"not counting {unlucky}")
