"""A backend that hangs or dies gets its verdict, and the rest of the run goes on."""

import pytest

from experiments.parity import suite
from experiments.parity.workers import Request, Worker, Workers

LINEAR = "layers/Linear(in_features=7, out_features=3)/normal/"
NAMES = [LINEAR + "float32", LINEAR + "float64"]
DEADLINE = 10.0


def backend(name):
    return f"tests.experiments.parity.planted:{name}"


@pytest.fixture(scope="module")
def found():
    """Findings of three backends on two cases, from one pair of workers."""
    backends = [backend(name) for name in ("hangs", "dies", "right")]
    with Workers(2) as workers:
        return list(suite.run(backends, NAMES, workers, DEADLINE))


def of(found, name):
    return [finding for asked, finding in found if asked == backend(name)]


def test_a_backend_that_hangs_is_named(found):
    assert {each.verdict for each in of(found, "hangs")} == {"hangs"}
    assert "within 10 seconds" in of(found, "hangs")[0].reason


def test_a_backend_that_dies_is_named(found):
    assert {each.verdict for each in of(found, "dies")} == {"crashes"}
    assert "SIGKILL" in of(found, "dies")[0].reason


def test_the_rest_goes_on(found):
    assert {each.verdict for each in of(found, "right")} == {"exact"}
    assert {each.case for each in of(found, "right")} == set(NAMES)


def test_after_three_losses_an_area_is_not_tried_any_more(monkeypatch):
    monkeypatch.setattr(suite, "PATIENCE", 1)
    names = [*NAMES, "layers/Tanh()/normal/float32"]
    with Workers(1) as workers:
        found = list(suite.run([backend("dies")], names, workers, DEADLINE))
    assert [each.verdict for _, each in found] == ["crashes"] * 3
    assert "not tried" in found[-1][1].reason


def test_an_error_of_the_worker_itself_is_an_answer():
    worker = Worker()
    answer = worker.answer_to(Request(suite.findings, ("torch", "no such case"), DEADLINE))
    worker.stop()
    assert answer.failure == "error"
    assert "no such case" in answer.reason
