from itertools import pairwise

import torch

from experiments.backends import resolve
from experiments.specification import Entry
from experiments.timing.cases import Case, start
from experiments.timing.harness import Effort, alternate
from experiments.timing.parts import Parts, ways
from experiments.timing.tensor_calls import Calls, TensorCalls
from experiments.timing.trainees import Trainee, WholeTraining


def test_width_and_depth_are_those_of_the_hidden_layers():
    linear = [each.arguments for each in Case(width=7, depth=2).layers if each.name == "Linear"]
    assert [each["out_features"] for each in linear] == [7, 7, 2]


def test_an_output_follows_the_last_layer():
    assert Case(output=(Entry("Softmax", dim=-1),)).layers[-1].name == "Softmax"


def test_a_short_last_batch_is_a_step(small_case):
    assert small_case.steps == 4


def test_cross_entropy_gets_class_indices(small_case):
    target = start(small_case.changed(loss=Entry("CrossEntropyLoss"))).target
    assert target.shape == (1, 27)
    assert target.dtype == torch.int64


def test_a_run_begins_the_same_however_many_begin_with_it(small_case):
    alone, together = start(small_case, 1), start(small_case, 3)
    assert torch.equal(alone.x[0], together.x[0])
    assert torch.equal(alone.orders[1][0], together.orders[1][0])
    for key, value in alone.parameters[0].items():
        assert torch.equal(value, together.parameters[0][key])


def test_runs_that_begin_together_differ(small_case):
    together = start(small_case, 2)
    assert not torch.equal(together.x[0], together.x[1])
    assert not torch.equal(together.orders[0][0], together.orders[0][1])


def test_no_two_epochs_in_a_row_have_the_same_order(small_case):
    orders = start(small_case).orders
    assert all(not torch.equal(one, other) for one, other in pairwise(orders))


def test_sessions_do_not_write_into_the_start(small_case):
    begin = start(small_case)
    before = {key: value.clone() for key, value in begin.parameters[0].items()}
    Trainee(begin, resolve("torch")).first(2)
    assert all(torch.equal(before[key], value) for key, value in begin.parameters[0].items())


def test_a_trainee_goes_on_from_where_it_was(small_case):
    begin = start(small_case)
    at_once = Trainee(begin, resolve("torch")).first(5)
    trainee = Trainee(begin, resolve("torch"), epochs=2)
    trainee.first(3)
    trainee(lambda: 0.0)
    assert torch.equal(trainee.losses, at_once[:, -2 * small_case.steps :])


def test_a_whole_training_does_all_its_epochs(small_case, ticking):
    begin = start(small_case)
    whole = WholeTraining(begin, resolve("torch"), epochs=5)
    whole(ticking)
    expected = Trainee(begin, resolve("torch")).first(5)
    assert torch.equal(whole.losses, expected)


def test_every_part_of_a_step_has_its_time(small_case, ticking):
    begin = start(small_case)
    parts = Parts(ways(begin)["torch"], begin, steps=3)
    assert parts(ticking) == {"selection": 3, "forward": 3, "backward": 3, "update": 3}


def test_steps_cut_into_parts_train_as_a_session_does(small_case, ticking):
    begin = start(small_case)
    expected = Trainee(begin, resolve("torch")).first(1)
    for way in ways(begin).values():
        parts = Parts(way, begin, steps=3)
        parts(ticking)
        torch.testing.assert_close(parts.loss, expected[0, 2])


def test_tensor_calls_are_written_down_with_what_they_compute():
    x = torch.tensor([1.0, 2.0])
    with TensorCalls() as recorded:
        torch.exp(x).add_(1)
    assert [function.__name__ for function, _, _ in recorded.calls] == ["exp", "add_"]


def test_calls_made_again_are_those_of_one_step(small_case, ticking):
    begin = start(small_case)
    calls = Calls(ways(begin)["framework-autograd"], begin, steps=3)
    with TensorCalls() as recorded:
        alternate({"calls": calls}, Effort(0.0, least=1, warm_up=0), ticking)
    assert len(recorded.calls) == 2 * 3 * calls.count
