import dataclasses

import pytest

from experiments.command_line.verify import compare, verify
from experiments.runner.options import Options
from experiments.runner.work import train
from experiments.store import Store, provenance
from experiments.store.record import Provenance, Record
from tests.experiments.runner.making import run, runs


@pytest.fixture(scope="module")
def trained():
    (record,) = train([run("framework")])
    return record


def changed(record, by):
    curve = record.curves["test_loss"]
    curves = {**record.curves, "test_loss": (*curve[:-1], curve[-1] * (1 + by))}
    return dataclasses.replace(record, curves=curves)


def test_equal_numbers_agree_bitwise(trained):
    assert compare(trained, trained).verdict == "bitwise"


@pytest.mark.parametrize(
    ("by", "verdict"), [(1e-7, "within tolerance"), (1e-3, "not"), (float("nan"), "not")]
)
def test_other_numbers_agree_as_far_as_they_are_close(trained, by, verdict):
    assert compare(changed(trained, by), trained).verdict == verdict


def test_a_run_that_fails_now_does_not_agree(trained):
    failed = Record(trained.spec, "failed", trained.provenance)
    assert compare(trained, failed).verdict == "not"
    assert compare(trained, None).verdict == "not"


def test_a_curve_that_both_lack_numbers_in_agrees(trained):
    both = dataclasses.replace(trained, curves={"test_loss": (float("nan"), 1.0)})
    assert compare(both, both).verdict == "bitwise"


def test_what_makes_a_record_stale_is_said(trained):
    old = dataclasses.replace(trained, provenance=Provenance("x", "y", "z"))
    assert "the code that trains has changed" in str(compare(old, trained))


def test_an_altered_number_is_found_out_and_the_record_stays_as_it_is(tmp_path):
    store = Store(tmp_path / "results")
    store.prepare()
    first, second = train(runs("framework", rates=(0.1,), seeds=(0, 1)))
    store.write(changed(first, 0.5))
    store.write(second)
    before = [store.path(key).read_bytes() for key in store.ids()]
    found = verify(Options(results=store.results, jobs=1), sample=5, seed=0)
    assert {each.spec.id: each.verdict for each in found} == {first.id: "not", second.id: "bitwise"}
    assert before == [store.path(key).read_bytes() for key in store.ids()]


def test_the_sample_is_as_large_as_asked_and_drawn_by_the_seed(tmp_path, monkeypatch):
    store = Store(tmp_path / "results")
    store.prepare()
    for spec in runs(seeds=range(10)):
        store.write(Record(spec, "ok", provenance.of(spec)))
    drawn = []
    monkeypatch.setattr(
        "experiments.command_line.verify.train", lambda specs, *_, **__: drawn.append(specs)
    )
    for seed in (0, 0, 1):
        verify(Options(results=store.results), sample=3, seed=seed)
    assert [len(specs) for specs in drawn] == [3, 3, 3]
    assert drawn[0] == drawn[1] != drawn[2]


def test_nothing_to_verify_is_a_sentence(tmp_path):
    with pytest.raises(ValueError, match=r"nothing to verify: .* holds no finished run"):
        verify(Options(results=tmp_path), sample=1, seed=0)
