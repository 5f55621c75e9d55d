"""Failures that are expected, with reasons; what passes unexpectedly is said too."""

import pytest

from experiments.parity import expected
from experiments.parity.catalogue import cases
from experiments.parity.judge import judge
from experiments.parity.report import overlay
from tests.experiments.parity import planted

NAME = "layers/Linear(in_features=7, out_features=3)/normal/float32"


def entry(**changes):
    return expected.Expected(case="layers/Linear(*", reason="known", **changes)


def findings(backend):
    return [("mine:backend", finding) for finding in judge(cases()[NAME], backend)]


def test_an_expected_failure_gets_its_reason():
    judged, outdated = overlay(findings(planted.wrong), [entry()])
    failing = [each for each in judged if each.reason]
    assert {each.reason for each in failing} == {"known"}
    assert not any(each.unexpected for each in judged)
    assert outdated == []


def test_a_failure_that_no_entry_covers_stays_unexpected():
    judged, _ = overlay(findings(planted.wrong), [entry(observation="gradient*")])
    assert any(each.unexpected for each in judged)


def test_an_entry_under_which_nothing_fails_is_reported():
    _, outdated = overlay(findings(planted.right), [entry()])
    assert [(each.backend, each.entry) for each in outdated] == [("mine:backend", entry())]


def test_an_entry_for_another_backend_is_nobodys_business():
    _, outdated = overlay(findings(planted.right), [entry(backend="theirs:*")])
    assert outdated == []


def test_an_entry_whose_cases_were_not_run_is_not_outdated():
    other = expected.Expected(case="optimizers/*", reason="known")
    assert overlay(findings(planted.right), [other])[1] == []


def test_brackets_in_names_have_no_meaning():
    assert expected.matches("losses/[x]*", "losses/[x] of 3")
    assert not expected.matches("losses/[x]*", "losses/x of 3")


@pytest.mark.parametrize(
    "text",
    [
        "[[expected]]\ncase = 'x'",
        "[[expected]]\ncase = 'x'\nreason = ''",
        "[[expected]]\ncase = 'x'\nreason = 'y'\nwhen = 'now'",
        "[[expected]\n",
        "expected = ['x']",
        "[[expect]]\ncase = 'layers/*'\nreason = 'y'",
        "case = 'layers/*'\nreason = 'y'",
        "[[expected]]\ncase = 'layer/*'\nreason = 'y'",
    ],
)
def test_a_file_with_a_mistake_is_named(tmp_path, text):
    path = tmp_path / "mine.toml"
    path.write_text(text)
    with pytest.raises(ValueError, match=r"mine\.toml"):
        expected.read(cases(), [path])


def test_a_file_that_is_not_there_is_named(tmp_path):
    with pytest.raises(ValueError, match="No such file"):
        expected.read(cases(), [tmp_path / "nowhere.toml"])


def test_the_built_in_file_can_be_read_and_gives_reasons_for_cases_that_there_are():
    for each in expected.read(cases()):
        assert each.reason
        assert each.backend != "*"
        assert any(expected.matches(each.case, case) for case in cases())
