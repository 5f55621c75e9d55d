"""The cases themselves: the same for everybody, and passed by torch.nn itself."""

import pytest
import torch

from experiments.backends import resolve
from experiments.parity import inputs
from experiments.parity.catalogue import cases, quick
from experiments.parity.judge import EXACT, judge

EVERY = list(cases().values())


def test_a_case_is_found_by_its_name():
    assert all(name == case.name for name, case in cases().items())


def test_every_area_is_there_in_both_dtypes():
    areas = {(case.area, case.dtype) for case in EVERY}
    wanted = {"layers", "losses", "optimizers", "models", "companions", "programs", "runs"}
    wanted.add("infinities")
    assert areas == {(area, dtype) for area in wanted for dtype in ("float32", "float64")}


def test_a_name_always_draws_the_same_numbers():
    for case in EVERY[::97]:
        again = type(case).draw(case)
        for name, tensor in case.tensors.items():
            torch.testing.assert_close(tensor, again[name], rtol=0, atol=0, equal_nan=True)


def test_two_cases_draw_different_numbers():
    first, second = (cases()[f"layers/Tanh()/{name}/float64"] for name in ("normal", "strided"))
    assert not torch.equal(first.tensors["x"], second.tensors["x"])


@pytest.mark.parametrize("backend", ["torch", "torch-tuned"])
def test_torch_itself_passes(backend):
    chosen = EVERY[:: 23 if backend == "torch" else 59]
    found = [finding for case in chosen for finding in judge(case, resolve(backend))]
    allowed = {EXACT} if backend == "torch" else {EXACT, "rounding"}
    assert {finding.verdict for finding in found} <= allowed
    assert len(found) > 300


def test_the_quick_selection_is_small_and_has_every_kind():
    chosen = quick(cases())
    assert len(chosen) < len(cases()) / 10
    assert {case.kind for case in chosen.values()} == {case.kind for case in EVERY}


@pytest.mark.parametrize("pattern", sorted(inputs.PATTERNS))
def test_a_pattern_gives_the_shape_and_dtype_it_was_asked_for(pattern):
    drawn = inputs.draw(pattern, (7,), torch.float64, inputs.generator(pattern))
    assert drawn.shape == (5, 7)
    assert drawn.dtype == torch.float64


def test_strided_inputs_are_not_contiguous_and_stay_so():
    for pattern in ("strided", "transposed"):
        case = cases()[f"layers/Tanh()/{pattern}/float32"]
        assert not case.take("x").is_contiguous()


def test_kinks_stand_beside_their_neighbours():
    drawn = inputs.kinks((42,), torch.float64, inputs.generator("here"))
    one = torch.tensor(1.0, dtype=torch.float64)
    below = one.nextafter(torch.zeros_like(one))
    assert {1.0, float(below)} <= set(drawn.tolist())


def test_a_taken_tensor_is_a_copy():
    case = cases()["layers/Tanh()/normal/float32"]
    case.take("x").zero_()
    assert case.tensors["x"].any()
