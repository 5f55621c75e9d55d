import pytest
import torch

from experiments.backends import resolve
from experiments.specification import Entry, TrainingSpec


def session(name, optimizer="SGD"):
    training = TrainingSpec(
        layers=(
            Entry("Linear", in_features=2, out_features=3),
            Entry("BatchNorm1d", num_features=3),
        ),
        loss=Entry("MSELoss"),
        optimizer=Entry(optimizer),
        learning_rate=(0.1,),
        noise_seed=(0,),
    )
    torch.manual_seed(0)
    model = torch.nn.Sequential(torch.nn.Linear(2, 3), torch.nn.BatchNorm1d(3))
    return resolve(name).start(training, [model.state_dict()])


@pytest.mark.parametrize("optimizer", ["SGD", "Adam", "AdamW", "Adagrad"])
def test_the_tuned_optimizer_is_fused_where_torch_has_one(optimizer):
    assert session("torch-tuned", optimizer).runs[0].optimizer.defaults["fused"] is True


def test_the_tuned_optimizer_is_plain_where_torch_has_none():
    assert "fused" not in session("torch-tuned", "Rprop").runs[0].optimizer.defaults


def test_the_plain_optimizer_is_as_users_write_it():
    assert session("torch").runs[0].optimizer.defaults["fused"] is None


@pytest.mark.parametrize("name", ["torch", "torch-tuned"])
def test_prediction_leaves_running_statistics_alone(name):
    started = session(name)
    started.predict(torch.rand(1, 6, 2))
    assert started.state_dicts()[0]["1.num_batches_tracked"] == 0
    x = torch.rand(1, 6, 2)
    started.train_epoch(x, torch.rand(1, 6, 3), torch.arange(6)[None], 3)
    assert started.state_dicts()[0]["1.num_batches_tracked"] == 2


@pytest.mark.parametrize("name", ["torch", "torch-tuned"])
def test_the_parameters_handed_in_are_not_trained_in_place(name):
    training = session(name).runs[0]
    given = {key: value.clone() for key, value in training.model.state_dict().items()}
    handed = {key: value.clone() for key, value in given.items()}
    started = resolve(name).start(
        TrainingSpec(
            layers=(Entry("Linear", in_features=2, out_features=3),
                    Entry("BatchNorm1d", num_features=3)),
            loss=Entry("MSELoss"), optimizer=Entry("SGD"), learning_rate=(0.1,), noise_seed=(0,),
        ),
        [handed],
    )  # fmt: skip
    x = torch.rand(1, 6, 2)
    started.train_epoch(x, torch.rand(1, 6, 3), torch.arange(6)[None], 3)
    assert all(torch.equal(handed[key], given[key]) for key in given)
