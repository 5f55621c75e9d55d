"""What is found of each class, whatever its arguments."""

import pytest

from experiments.parity import report
from experiments.parity.overview import class_of, overview
from tests.experiments.parity import planted
from tests.experiments.parity.test_report import judged, row


def test_one_line_holds_all_observations_of_a_class():
    found = report.frame(judged(planted.right))
    line = row(overview(found, "mine:backend", "things"), **{"class": "Linear"})
    assert (line["settings"], line["cases"]) == (1, 2)
    assert line["observations"] == line["exact"] == (found["what"].str.startswith("Linear")).sum()
    assert line["verdict"] == "exact"


def test_the_verdict_of_a_class_is_its_worst():
    table = overview(report.frame(judged(planted.wrong)), "mine:backend", "things")
    line = row(table, **{"class": "Linear"})
    assert line["fails"] > 0
    assert line["verdict"] == "differs"


@pytest.mark.parametrize(
    ("what", "name"),
    [
        ("Linear(in_features=7, out_features=3)", "Linear"),
        ("Linear(in_features=4, out_features=6) ReLU() Linear(in_features=6)", "Sequential"),
        ("BCEWithLogitsLoss(pos_weight=(2.0, 0.5)) of 3 bits", "BCEWithLogitsLoss"),
        ("SGD() StepLR(step_size=2)", "SGD"),
        ("a product of matrices", "a product of matrices"),
    ],
)
def test_a_class_is_found_whatever_its_arguments(what, name):
    assert class_of(what) == name


def test_every_argument_apart_is_for_programs():
    found = report.frame(judged(planted.right))
    assert report.details(found, "mine:backend", "things-in-full").where == "csv"
