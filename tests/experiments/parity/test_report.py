"""What the findings say as tables, whatever their order."""

import random

import pytest

from experiments import tables
from experiments.parity import report
from experiments.parity.catalogue import cases
from experiments.parity.judge import judge
from experiments.parity.report import Judged
from tests.experiments.parity import planted

NAMES = [
    "layers/Linear(in_features=7, out_features=3)/normal/float32",
    "layers/Linear(in_features=7, out_features=3)/one row/float32",
    "layers/Hardsigmoid()/normal/float64",
    "losses/MSELoss() of 3 numbers/normal/float64",
    "optimizers/Adam()/ordinary/float32",
]


def judged(backend, name="mine:backend"):
    return [Judged(name, finding) for case in NAMES for finding in judge(cases()[case], backend)]


def row(table, **keys):
    frame = table.frame
    for name, value in keys.items():
        frame = frame[frame[name] == value]
    assert len(frame) == 1
    return frame.iloc[0]


def test_the_summary_counts_observations_by_verdict():
    found = row(report.summary(report.frame(judged(planted.right))), area="optimizers")
    assert (found["cases"], found["observations"], found["exact"]) == (1, 10, 10)
    assert found["fails"] == 0


def test_failures_are_counted_and_kept_out_of_the_errors():
    found = row(report.summary(report.frame(judged(planted.wrong))), area="layers")
    assert found["fails"] > 0
    assert found["scaled error"] == 0


def test_an_expected_failure_is_counted_apart():
    known = [Judged(each.backend, each.finding, "known") if each.unexpected else each
             for each in judged(planted.wrong)]  # fmt: skip
    found = row(report.summary(report.frame(known)), area="layers")
    assert found["fails"] == 0
    assert found["expected failure"] > 0


def test_details_have_the_errors_of_both_sides_and_their_ratio():
    table = report.details(report.frame(judged(planted.right)), "mine:backend", "things")
    found = row(table, what="Linear(in_features=7, out_features=3)", part="forward")
    assert found["cases"] == 2
    assert found["error"] == found["error of torch.nn"] > 0
    assert found["ratio"] == 1
    assert found["verdict"] == "exact"


def test_details_show_the_worst_verdict():
    table = report.details(report.frame(judged(planted.wrong)), "mine:backend", "things")
    found = row(table, what="Linear(in_features=7, out_features=3)", part="forward")
    assert found["verdict"] == "differs"


def test_each_failure_is_listed_with_a_case():
    table = report.failures(report.frame(judged(planted.raises)))
    assert set(table.frame["verdict"]) == {"raises"}
    assert table.frame["reason"].str.contains("no more memory").all()


def test_torchs_own_inaccuracy_is_listed():
    table = report.doubtful(report.frame(judged(planted.right)))
    assert table.frame["what"].tolist() == ["Hardsigmoid()"]


def test_tables_do_not_depend_on_the_order_of_findings():
    found = judged(planted.wrong)
    shuffled = random.Random(0).sample(found, len(found))
    for make in (report.summary, report.failures, report.doubtful):
        texts = {tables.csv(make(report.frame(each))) for each in (found, shuffled)}
        assert len(texts) == 1


@pytest.mark.parametrize(
    ("observation", "part"),
    [
        ("value again", "forward"),
        ("losses of epoch 2", "forward"),
        ("gradient of input", "gradient of input"),
        ("gradient of input 1", "gradient of input"),
        ("gradient of 0.weight", "gradients of parameters"),
        ("gradient of 0.weight accumulated", "accumulated gradients"),
        ("gradient", "gradient of prediction"),
        ("update 3", "update"),
        ("0.weight after epoch 2", "update"),
        ("target afterwards", "left alone"),
        ("test_f1 of run 2", "curves"),
    ],
)
def test_an_observation_belongs_to_a_part(observation, part):
    assert report.part_of(observation) == part
