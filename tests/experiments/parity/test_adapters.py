"""Adapters of foreign frameworks: short, trained, and checked like every other backend."""

from pathlib import Path

import pytest
import torch

from experiments.backends import Unsupported, resolve
from experiments.parity.catalogue import cases
from experiments.parity.judge import FAILS, PASSES, judge
from experiments.specification import RunSpec
from experiments.training import loop

FOLDER = Path(__file__).parents[3] / "experiments/examples/backends"
NAMES = ("autograd", "jax")
CHOSEN = [
    "layers/Linear(in_features=7, out_features=3)/normal/float64",
    "layers/Tanh()/tiny/float32",
    "layers/ReLU()/kinks/float64",
    "losses/MSELoss() of 3 numbers/odd/float32",
    "losses/CrossEntropyLoss() of 3 indices/normal/float64",
    "losses/BCEWithLogitsLoss() of 3 bits/normal/float64",
    "optimizers/SGD(momentum=0.9)/ordinary/float32",
    "optimizers/Adam()/ordinary/float64",
    "programs/a diamond/positive/float64",
    "programs/a row added to a matrix/positive/float64",
]


def path(name):
    pytest.importorskip(name)
    return f"experiments.examples.backends.{name}_backend:backend"


@pytest.mark.parametrize("name", NAMES)
def test_an_adapter_fits_on_one_page(name):
    assert len((FOLDER / f"{name}_backend.py").read_text().splitlines()) <= 40


@pytest.mark.parametrize("name", NAMES)
def test_it_agrees_with_torch_up_to_rounding(name):
    backend = resolve(path(name))
    found = [finding for case in CHOSEN for finding in judge(cases()[case], backend)]
    failing = [(each.case, each.observation, each.reason) for each in found
               if each.verdict in FAILS]  # fmt: skip
    assert failing == []
    assert sum(each.verdict in PASSES for each in found) > 40


@pytest.mark.parametrize("name", NAMES)
def test_what_it_lacks_is_unsupported(name):
    backend = resolve(path(name))
    for case in ("layers/GELU()/normal/float32", "optimizers/Rprop()/ordinary/float32",
                 "optimizers/SGD(momentum=0.9, nesterov=True)/ordinary/float32"):  # fmt: skip
        found = judge(cases()[case], backend)
        assert {each.verdict for each in found} == {"unsupported"}, case
        assert found[0].reason.startswith("this adapter")


@pytest.mark.parametrize("name", NAMES)
def test_it_trains_through_the_harness(name):
    spec = {
        "data": {"train": 50, "test": 20},
        "layers": [["Linear", {"in_features": 2, "out_features": 8}], "Tanh",
                   ["Linear", {"in_features": 8, "out_features": 2}]],
        "loss": "MSELoss", "learning_rate": 0.2, "batch_size": 20, "epochs": 5,
    }  # fmt: skip
    curves = [
        loop.train_group([RunSpec.model_validate(spec | {"backend": backend})])[0]["curves"]
        for backend in (path(name), "torch")
    ]
    mine, torchs = (torch.tensor(each["train_loss"]) for each in curves)
    torch.testing.assert_close(mine, torchs, rtol=1e-5, atol=1e-6)


def test_a_schedule_is_refused():
    backend = resolve(path("autograd"))
    spec = RunSpec.model_validate({
        "layers": [["Linear", {"in_features": 2, "out_features": 2}]], "loss": "MSELoss",
        "learning_rate": 0.1, "epochs": 1, "schedule": ["StepLR", {"step_size": 1}],
    })  # fmt: skip
    with pytest.raises(Unsupported, match="no learning-rate schedules"):
        backend.start(loop.training_spec([spec]), [{}])
