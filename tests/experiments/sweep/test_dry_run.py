"""What a sweep would be, before it is one."""

from experiments import sweep
from experiments.runner.options import Options
from experiments.specification import RunSpec
from experiments.store import Store


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


def test_a_dry_run_counts_what_is_there_already(write, tmp_path, monkeypatch):
    there = sweep.load(write()).runs(False)[0].id
    monkeypatch.setattr(Store, "good", lambda store, run_id: RunSpec if run_id == there else None)
    assert lines(write(), tmp_path)[1].startswith("1 of them")


def test_a_backend_that_cannot_train_this_is_named(write, tmp_path):
    unlucky = "tests.experiments.runner.misbehaving:Unlucky"
    path = write(backends=["torch", unlucky])
    said = lines(path, tmp_path)
    assert any(f"{unlucky}: 4 trainings, which cannot be timed" in line for line in said)
    assert said[-1].endswith(f"not counting {unlucky}")
