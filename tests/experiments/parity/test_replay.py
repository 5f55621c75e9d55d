"""A saved case is played again with the very same tensors."""

import json

import pytest
import torch

from experiments.parity import replay
from experiments.parity.catalogue import cases
from experiments.parity.judge import judge
from tests.experiments.parity import planted

WRONG = "tests.experiments.parity.planted:wrong"
NAMES = [
    "layers/Linear(in_features=7, out_features=3)/transposed/float32",
    "infinities/Tanh()/infinite/float64",
    "losses/CrossEntropyLoss() of 3 partly ignored indices/normal/float64",
    "optimizers/Adam()/tiny/float32",
    "programs/a diamond/positive/float64",
]


def saved(tmp_path, name, backend=WRONG):
    finding = judge(cases()[name], planted.wrong)[0]
    return replay.save(tmp_path, backend, finding)


@pytest.mark.parametrize("name", NAMES)
def test_tensors_come_back_to_the_bit_and_in_their_layout(tmp_path, name):
    _, case = replay.load(saved(tmp_path, name))
    for key, tensor in cases()[name].tensors.items():
        assert case.tensors[key].dtype == tensor.dtype
        assert case.tensors[key].stride() == tensor.stride()
        torch.testing.assert_close(case.tensors[key], tensor, rtol=0, atol=0, equal_nan=True)


def test_the_verdict_is_the_same_again(tmp_path):
    backend, found = replay.play(saved(tmp_path, NAMES[0]))
    assert backend == WRONG
    assert found[0].verdict == "differs"


def test_another_backend_may_play_it(tmp_path):
    backend, found = replay.play(saved(tmp_path, NAMES[0]), "torch")
    assert backend == "torch"
    assert {each.verdict for each in found} == {"exact"}


def test_the_file_decides_the_numbers_and_not_the_name(tmp_path):
    path = saved(tmp_path, NAMES[0])
    content = json.loads(path.read_text())
    content["tensors"]["x"]["values"][0] = 1000.0
    path.write_text(json.dumps(content))
    _, case = replay.load(path)
    assert float(case.tensors["x"].max()) == 1000.0
    assert float(case.expected["value"].abs().max()) > 20


@pytest.mark.parametrize("text", ["", "{}", '{"format": "something else"}', "[1]"])
def test_a_file_that_holds_no_case_is_named(tmp_path, text):
    path = tmp_path / "case.json"
    path.write_text(text)
    with pytest.raises(ValueError, match=r"case\.json does not hold a saved case"):
        replay.load(path)


def test_a_case_that_is_unknown_now_is_named(tmp_path):
    path = saved(tmp_path, NAMES[0])
    path.write_text(path.read_text().replace("in_features=7", "in_features=8"))
    with pytest.raises(ValueError, match="this version has no case"):
        replay.load(path)
