"""Every way to be wrong has its verdict, by name."""

import pytest

from experiments.parity.catalogue import cases
from experiments.parity.judge import FAILS, PASSES, SILENT, VERDICTS, judge
from tests.experiments.parity import planted

LAYER = "layers/Linear(in_features=7, out_features=3)/normal/float32"


def verdicts(backend, name=LAYER):
    return {each.observation: each for each in judge(cases()[name], backend)}


def test_a_right_backend_is_exact():
    assert {each.verdict for each in verdicts(planted.right).values()} == {"exact"}


@pytest.mark.parametrize(
    ("backend", "verdict", "words"),
    [
        (planted.nan, "not finite", ""),
        (planted.wrong_shape, "wrong shape", "expected (5, 3), got (5, 2)"),
        (planted.wrong_dtype, "wrong dtype", "expected torch.float32, got torch.float16"),
        (planted.wrong, "differs", ""),
        (planted.slightly_wrong, "rounding", ""),
    ],
)
def test_what_is_wrong_with_a_value_is_named(backend, verdict, words):
    found = verdicts(backend)["value"]
    assert found.verdict == verdict
    assert words in found.reason


def test_a_backend_that_raises_is_quoted_in_one_line():
    found = verdicts(planted.raises)["everything"]
    assert (found.verdict, found.reason) == ("raises", "RuntimeError: no more memory")


def test_what_a_backend_does_not_support_is_no_failure():
    found = verdicts(planted.refuses)["everything"]
    assert found.verdict in SILENT
    assert found.reason == planted.UNWILLING


def test_a_backend_that_writes_into_its_input_is_told():
    found = verdicts(planted.writes_into_its_input)
    assert found["value"].verdict == "exact"
    assert found["input afterwards"].verdict == "differs"


def test_without_gradients_the_rest_is_checked():
    found = verdicts(planted.without_gradients)
    assert found["value"].verdict == "exact"
    assert found["gradient of input"].verdict == "not observable"


def test_a_loss_shows_its_gradient_to_whoever_can_train():
    found = verdicts(planted.without_gradients, "losses/MSELoss() of 3 numbers/normal/float64")
    assert found["update"].verdict == "exact"
    assert found["gradient"].verdict == "not observable"


def test_the_worst_element_is_shown_beside_torchs():
    assert "torch.nn" in verdicts(planted.wrong)["value"].worst


def test_an_error_no_larger_than_torchs_own_passes():
    """Beyond the bound of rounding, yet nearer to the truth than torch.nn is."""
    case = cases()["layers/Hardsigmoid()/normal/float64"]
    found = {each.observation: each for each in judge(case, Accurate())}
    assert found["gradient of input"].verdict == "as accurate"


class Accurate:
    """A backend whose Hardsigmoid has the slope 1/6 in double precision, as torch's has not."""

    def start(self, training, parameters):
        session = planted.right.start(training, parameters)
        inner = session.gradients

        def gradients(x, g):
            value, _, of_parameters = inner(x, g)
            inside = (x > -3) & (x < 3)
            return value, inside * g / 6, of_parameters

        session.__dict__["gradients"] = gradients
        return session


def test_every_verdict_is_a_pass_or_a_failure_or_neither():
    assert len(PASSES) + len(FAILS) + len(SILENT) == len(VERDICTS)
    assert set(VERDICTS) == PASSES | FAILS | SILENT
