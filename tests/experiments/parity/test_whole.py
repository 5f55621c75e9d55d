"""Everything together, on a few cases: the outcome, twice the same, and a case played again."""

import pytest

from experiments import tables
from experiments.parity import cells, run, sensitivity, whole
from experiments.parity.catalogue import cases
from experiments.runner.options import Options

WRONG = "tests.experiments.parity.planted:wrong"
NAMES = [
    "layers/Linear(in_features=7, out_features=3)/normal/float32",
    "losses/MSELoss() of 3 numbers/normal/float64",
    "infinities/Hardshrink()/infinite/float32",
]


@pytest.fixture(autouse=True)
def few(monkeypatch):
    """A handful of everything."""
    monkeypatch.setattr(whole, "cases", lambda: {name: cases()[name] for name in NAMES})
    monkeypatch.setattr(whole.database, "modules", lambda: {"Tanh": None})
    monkeypatch.setattr(whole.database, "optimizers", dict)
    monkeypatch.setattr(sensitivity, "names", lambda: sensitivity.BUGS[0].name.splitlines())
    monkeypatch.setattr(cells, "EPOCHS", 2)
    monkeypatch.setattr(cells, "_rebuilt", lambda: iter(()))
    monkeypatch.setattr(cells, "_stacked", lambda: iter(()))
    monkeypatch.setattr(cells, "_cross_entropies", lambda: iter(()))
    monkeypatch.setattr(cells, "OPTIMIZERS", cells.OPTIMIZERS[:1])


@pytest.fixture(scope="module")
def results(tmp_path_factory):
    return tmp_path_factory.mktemp("results")


def table(outcome, name):
    (found,) = (each.frame for each in outcome.tables if each.name == name)
    return found


def texts(outcome):
    return {each.name: tables.csv(each) for each in outcome.tables}


def test_the_framework_by_one_and_by_two_workers_says_the_same(tmp_path):
    one, two = (
        run(Options(results=tmp_path / str(jobs), backends=("framework",), jobs=jobs))
        for jobs in (1, 2)
    )
    assert texts(one) == texts(two)
    assert one.text == two.text
    assert set(table(one, "trainings")["verdict"]) <= {"exact", "differs"}
    assert table(one, "sensitivity")["caught"].tolist() == ["yes"]
    assert any("1 of 1 bugs" in line for line in one.text)


def test_a_wrong_backend_is_shown_and_its_case_saved_and_played_again(results, tmp_path):
    outcome = run(Options(results=results, backends=(WRONG,), jobs=2))
    assert outcome.name == "parity-selected"
    assert "differs" in set(table(outcome, "failures")["verdict"])
    assert any("--replay" in line for line in outcome.text)
    saved = sorted((results / "raw" / "parity").rglob("*.json"))
    assert saved
    again = run(Options(results=tmp_path, replay=saved[0]))
    assert "differs" in set(table(again, "case")["verdict"])
    right = run(Options(results=tmp_path, replay=saved[0], backends=("torch",)))
    assert set(table(right, "case")["verdict"]) == {"exact"}


@pytest.mark.parametrize("quick", [False, True])
def test_an_expectation_is_outdated_only_where_all_cases_were_looked_at(
    tmp_path, monkeypatch, quick
):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(whole, "quick", lambda every: every)
    entry = "[[expected]]\ncase = 'layers/Linear*'\nreason = 'none'\nbackend = 'torch'\n"
    (tmp_path / "expected-failures.toml").write_text(entry)
    outcome = run(Options(results=tmp_path, backends=("torch",), quick=quick))
    assert any("Unexpected pass" in line for line in outcome.text) != quick
