"""Cross-entropy: the plain way, and the masked one that ignored targets lead to."""

import pytest
import torch

import framework as fw


def scores_and_indices(ignored=()):
    generator = torch.Generator().manual_seed(0)
    x = torch.randn(50, 4, generator=generator, dtype=torch.float64)
    t = torch.randint(0, 4, (50,), generator=generator)
    t[list(ignored)] = -100
    return x, t


def both(x, t, **arguments):
    leaf = x.clone().requires_grad_()
    expected = torch.nn.CrossEntropyLoss(**arguments)(leaf, t)
    expected.backward()
    loss = fw.CrossEntropyLoss(**arguments)
    return loss(x, t), loss.backward(x, t), expected.detach(), leaf.grad


def test_minus_100_is_ignored_by_default():
    value, gradient, expected, expected_gradient = both(*scores_and_indices(ignored=[3, 7, 49]))
    torch.testing.assert_close(value, expected, rtol=1e-12, atol=0)
    torch.testing.assert_close(gradient, expected_gradient, rtol=1e-12, atol=1e-16)
    assert not gradient[3].any()


def test_an_ignored_row_of_impossible_scores_leaves_no_trace():
    x, t = scores_and_indices(ignored=[3])
    x[3, 0] = -torch.inf
    value, gradient, expected, expected_gradient = both(x, t)
    torch.testing.assert_close(value, expected, rtol=1e-12, atol=0)
    torch.testing.assert_close(gradient, expected_gradient, rtol=1e-12, atol=1e-16)


def test_nothing_but_ignored_targets_has_no_mean():
    x, t = scores_and_indices(ignored=range(50))
    assert fw.CrossEntropyLoss()(x, t).isnan()


def test_both_ways_give_the_same_bits():
    x, t = scores_and_indices()
    plain, masked = fw.CrossEntropyLoss(), fw.CrossEntropyLoss()
    masked._ignores = True
    assert torch.equal(plain(x, t), masked(x, t))
    assert torch.equal(plain.backward(x, t), masked.backward(x, t))


def test_the_gradient_is_that_of_its_parts_to_the_bit():
    x, t = scores_and_indices()
    whole, parts = fw.Variable(x), fw.Variable(x)
    fw.derivatives.cross_entropy(whole, t).backward()
    fw.derivatives.nll_mean(fw.derivatives.log_softmax(parts, dim=-1), t).backward()
    assert torch.equal(whole.grad, parts.grad)


def test_a_recorded_step_meets_ignored_targets():
    torch.manual_seed(0)
    model, twin = fw.Linear(4, 4).double(), fw.Linear(4, 4).double()
    twin.load_state_dict(model.state_dict())
    optimizer, other = (fw.SGD(m.parameters(), lr=0.1) for m in (model, twin))
    step, loss = fw.TrainingStep(model, fw.CrossEntropyLoss(), optimizer), fw.CrossEntropyLoss()
    for ignored in ([], [], [], [4, 5], [], [6], []):
        x, t = scores_and_indices(ignored)
        other.zero_grad()
        value = loss(twin(fw.Variable(x)), t)
        value.backward()
        other.step()
        assert torch.equal(step(x, t), value.data)
    assert torch.equal(model.weight.data, twin.weight.data)


@pytest.mark.parametrize("reduction", ["mean", "sum", "none"])
def test_a_stacked_loss_ignores_in_each_run(reduction):
    x, t = scores_and_indices(ignored=[1, 2])
    x, t = x.reshape(2, 25, 4), t.reshape(2, 25)
    together = fw.stack([fw.CrossEntropyLoss(reduction=reduction) for _ in range(2)])(x, t)
    for run in range(2):
        alone = torch.nn.CrossEntropyLoss(reduction=reduction)(x[run], t[run])
        torch.testing.assert_close(together[run], alone, rtol=1e-12, atol=0)


@pytest.mark.parametrize("shape", [(100, 2), (256, 2), (16, 100, 2), (800, 3), (264, 2), (320, 4)])
@pytest.mark.parametrize("scale", [1.0, 300.0])
@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_log_softmax_is_torchs_to_the_bit_however_many_rows_it_has(shape, scale, dtype):
    x = scale * torch.randn(shape, dtype=dtype, generator=torch.Generator().manual_seed(0))
    value = fw.derivatives.log_softmax(x, dim=-1)
    assert torch.equal(value, torch.log_softmax(x, -1))
    assert value.is_contiguous()


def test_scores_of_half_precision_have_torchs_log_probabilities():
    x = scores_and_indices()[0][:48, :2].repeat(8, 1).bfloat16()
    assert torch.equal(fw.derivatives.log_softmax(x, dim=-1), torch.log_softmax(x, -1))
