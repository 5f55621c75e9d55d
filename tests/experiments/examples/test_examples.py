"""The example scripts run and learn; the ported ones differ from their originals as promised."""

import difflib
import importlib
import re
from pathlib import Path

import pytest

import experiments.examples

FOLDER = Path(experiments.examples.__file__).parent
REPORTS = {
    "deschenaux_2021": {"epochs": 10},
    "carlier_2018": {"epochs": 150},
    "wang_2021": {"epochs": 50},
    "olsen_2018": {"epochs": 60},
    "cappelletti_2019": {"epochs": 40},
}
PORTED = ("points", "digits", "regression")


def example(name):
    return importlib.import_module(f"experiments.examples.{name}")


@pytest.mark.parametrize("name", REPORTS)
def test_a_reports_style_learns_the_disk(name, capsys):
    assert example(name).main(**REPORTS[name]) > 0.9
    assert "test set" in capsys.readouterr().out


def test_the_graph_style_draws_its_graph(capsys):
    example("carlier_2018").main(epochs=1)
    drawn = capsys.readouterr().out
    assert "flowchart TD" in drawn
    for label in ("x", "target", "loss", "repeat", "mm", "relu"):
        assert f'"{label}"' in drawn


def test_the_returning_style_needs_a_loss():
    model = example("olsen_2018").Sequential()
    with pytest.raises(ValueError, match="setLoss must come before train"):
        model.train(None, None, 1, 1, None, 1)


@pytest.mark.parametrize("name", PORTED)
def test_a_port_differs_in_imports_and_the_variable_around_the_input(name):
    original, port = (
        (FOLDER / side / f"{name}.py").read_text().splitlines() for side in ("in_torch", "ported")
    )
    changed = [
        line
        for line in difflib.ndiff(original, port)
        if line[0] in "+-" and line[2:].strip() and not re.match(r"[+-] (from|import) ", line)
    ]
    removed = [line[2:] for line in changed if line[0] == "-"]
    added = [re.sub(r"Variable\((\w+)\)", r"\1", line[2:]) for line in changed if line[0] == "+"]
    assert added == removed
    assert len(changed) <= 4


@pytest.mark.parametrize("name", ["points", "regression"])
def test_a_port_computes_what_its_original_does(name):
    arguments = {"epochs": 5}
    mine = example(f"ported.{name}").main(**arguments)
    assert mine == pytest.approx(example(f"in_torch.{name}").main(**arguments), rel=1e-4)


def test_the_port_with_random_masks_learns_like_its_original():
    mine = example("ported.digits").main(epochs=6)
    theirs = example("in_torch.digits").main(epochs=6)
    assert mine > 0.9
    assert mine == pytest.approx(theirs, abs=0.02)
