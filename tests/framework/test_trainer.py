"""The short way: fit, predict, and what is printed."""

import pytest
import torch

import framework as fw


def trainer(batch_size=4):
    torch.manual_seed(0)
    model = fw.Sequential(fw.Linear(2, 4), fw.BatchNorm1d(4), fw.Tanh(), fw.Linear(4, 1))
    optimizer = fw.SGD(model.parameters(), lr=0.1)
    return fw.Trainer(model, fw.MSELoss(), optimizer, batch_size=batch_size)


def data():
    x = torch.randn(10, 2, generator=torch.Generator().manual_seed(1))
    return x, x[:, :1] * 2


def test_fit_does_the_eager_steps_in_order():
    x, target = data()
    one, other = trainer(), trainer()
    losses = one.fit(x, target, epochs=5)
    for epoch in range(5):
        values = []
        for start in (0, 4, 8):
            part = slice(start, start + 4)
            other.optimizer.zero_grad()
            value = other.loss(other.model(fw.Variable(x[part])), target[part])
            value.backward()
            other.optimizer.step()
            values.append(value.item() * len(x[part]))
        assert losses[epoch] == sum(values) / 10
    for mine, theirs in zip(one.model.parameters(), other.model.parameters(), strict=True):
        assert torch.equal(mine.data, theirs.data)


def test_the_loss_falls():
    losses = trainer().fit(*data(), epochs=100)
    assert losses[-1] < losses[0] / 3


def test_every_so_many_epochs_are_printed(capsys):
    losses = trainer().fit(*data(), epochs=7, verbose_every=3)
    assert capsys.readouterr().out.splitlines() == [
        f"epoch 3: loss {losses[2]:.4f}",
        f"epoch 6: loss {losses[5]:.4f}",
    ]


def test_nothing_is_printed_unasked(capsys):
    trainer().fit(*data(), epochs=2)
    assert capsys.readouterr().out == ""


def test_shuffling_is_decided_by_the_generator():
    def fit(seed):
        return trainer().fit(
            *data(), epochs=3, shuffle=True, generator=torch.Generator().manual_seed(seed)
        )

    assert fit(1) == fit(1)
    assert fit(1) != fit(2)


def test_predict_evaluates_and_leaves_the_mode():
    short = trainer()
    short.fit(*data(), epochs=2)
    alone = short.predict(data()[0][:1])
    assert torch.equal(alone, short.predict(data()[0])[:1])
    assert short.model.training


def test_a_loss_may_be_set_later():
    short = fw.Trainer(fw.Linear(2, 1))
    with pytest.raises(ValueError, match="Trainer has no loss"):
        short.fit(*data())
    short.loss, short.optimizer = fw.MSELoss(), fw.SGD(short.model.parameters())
    assert len(short.fit(*data(), epochs=2)) == 2
