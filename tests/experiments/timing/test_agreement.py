import pytest
import torch

from experiments.timing.agreement import Agreement, apart

LOSSES = torch.tensor([[0.5, 0.25]])
NAN = float("nan")


def test_equal_losses_are_not_apart():
    assert apart(LOSSES, LOSSES.clone()) == 0.0


def test_the_largest_relative_difference_counts():
    assert apart(torch.tensor([[0.5, 0.5]]), LOSSES) == pytest.approx(1.0)


@pytest.mark.parametrize("other", [LOSSES[:, :1], LOSSES[0], torch.tensor([[0.5, NAN]])])
def test_losses_of_another_shape_or_not_finite_disagree(other):
    assert not Agreement(apart(other, LOSSES)).holds


def test_two_sides_that_both_diverged_do_not_agree():
    lost = torch.tensor([[NAN, NAN]])
    assert not Agreement(apart(lost, lost)).holds


@pytest.mark.parametrize(
    ("first", "last", "words"),
    [
        (0.0, 0.0, "identical"),
        (0.0, 0.1, "identical"),
        (2e-7, 0.1, "within 2e-07"),
        (0.02, 0.0, "disagree"),
        (0.0, 0.3, "disagree"),
        (NAN, 0.0, "disagree"),
        (0.0, NAN, "disagree"),
    ],
)
def test_an_agreement_is_said_in_words(first, last, words):
    assert str(Agreement(first, last)) == words
