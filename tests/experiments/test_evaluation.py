import pytest
import torch
from sklearn import metrics

from experiments.specification import Entry
from experiments.training import evaluation


def counts_of(predicted, labels, classes):
    return evaluation.confusion(torch.tensor([predicted]), torch.tensor([labels]), classes)


@pytest.mark.parametrize("classes", [2, 3, 10])
def test_confusion_accuracy_and_f1_agree_with_scikit_learn(classes):
    generator = torch.Generator().manual_seed(classes)
    predicted, labels = torch.randint(classes, (2, 4, 50), generator=generator)
    counts = evaluation.confusion(predicted, labels, classes)
    average = "binary" if classes == 2 else "macro"
    for run in range(4):
        truth, guess = labels[run].numpy(), predicted[run].numpy()
        known = list(range(classes))
        expected = metrics.confusion_matrix(truth, guess, labels=known)
        assert counts[run].tolist() == expected.tolist()
        assert evaluation.accuracy(counts)[run] == metrics.accuracy_score(truth, guess)
        only = None if classes == 2 else known
        score = metrics.f1_score(truth, guess, average=average, labels=only, zero_division=0)
        assert evaluation.f1(counts)[run].item() == pytest.approx(score, abs=1e-15)


def test_a_class_beyond_the_last_is_refused_and_not_counted_for_the_next_run():
    for predicted, labels in (([0, 2], [0, 1]), ([0, 1], [0, 2])):
        with pytest.raises(ValueError, match=r"class 2 \(from 0\) is none of the model's 2"):
            counts_of(predicted, labels, 2)


def test_f1_counts_class_one_as_positive():
    counts = counts_of([1, 1, 0, 0], [1, 0, 0, 0], 2)
    assert evaluation.f1(counts).item() == pytest.approx(2 / 3)


def test_f1_is_zero_without_true_positives():
    assert evaluation.f1(counts_of([0, 0], [0, 0], 2)).item() == 0
    assert evaluation.f1(counts_of([1, 0], [0, 1], 2)).item() == 0


def test_macro_f1_counts_a_class_that_never_occurs_as_zero():
    assert evaluation.f1(counts_of([0, 1], [0, 1], 3)).item() == pytest.approx(2 / 3)


def test_decisions_are_the_largest_output_or_the_threshold():
    outputs = torch.tensor([[[0.2, 0.1], [0.1, 0.2]]])
    assert evaluation.decide(outputs, "argmax").tolist() == [[0, 1]]
    assert evaluation.decide(outputs[..., :1], "threshold", 0.15).tolist() == [[1, 0]]


def test_losses_are_torchs_one_for_each_run():
    outputs, target = torch.rand(2, 3, 5, 4)
    found = evaluation.losses(Entry("MSELoss"), outputs, target)
    assert found.tolist() == [
        torch.nn.functional.mse_loss(*each).item() for each in zip(outputs, target, strict=True)
    ]


@pytest.mark.parametrize(("weight", "dtype"), [((0.1, 0.9), "float64"), ((1, 2), "float32")])
def test_class_weights_have_the_digits_that_the_dtype_holds(weight, dtype):
    number = getattr(torch, dtype)
    outputs, target = torch.rand(1, 5, 2, dtype=number), torch.tensor([[0, 1, 1, 0, 1]])
    found = evaluation.losses(Entry("CrossEntropyLoss", weight=weight), outputs, target)
    right = torch.nn.CrossEntropyLoss(weight=torch.tensor(weight, dtype=number))
    assert found.item() == right(outputs[0], target[0]).item()


def test_batchmean_sums_over_the_outputs_and_averages_over_the_batch():
    outputs, target = torch.rand(2, 1, 5, 4, dtype=torch.float64)
    found = evaluation.losses(Entry("MSELoss", reduction="batchmean"), outputs, target)
    expected = (outputs - target).square().sum() / 5
    assert found.item() == pytest.approx(expected.item(), rel=1e-14)
