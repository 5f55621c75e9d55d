import gc
import os
from collections import Counter

import pytest
import torch

from experiments.timing.harness import Effort, alternate, by_round, one_core


class InjectedClock:
    """A clock that only stands on what the contestants add to it."""

    def __init__(self):
        self.now = 0.0

    def __call__(self):
        return self.now


class Worker:
    """Takes a given time, and writes down that its turn has come."""

    def __init__(self, name, clock, turns, seconds):
        self.name, self.clock, self.turns, self.seconds = name, clock, turns, seconds

    def __call__(self, clock):
        self.turns.append(self.name)
        start = clock()
        self.clock.now += self.seconds(self.clock.now)
        return {"step": clock() - start}


@pytest.fixture
def clock():
    return InjectedClock()


@pytest.fixture
def turns():
    return []


def workers(clock, turns, **seconds):
    return {name: Worker(name, clock, turns, taken) for name, taken in seconds.items()}


def test_a_round_goes_through_the_contestants_and_back(clock, turns):
    pair = workers(clock, turns, a=lambda _: 1.0, b=lambda _: 1.0)
    alternate(pair, Effort(0.0, least=8, warm_up=0), clock)
    rounds = ["".join(turns[start : start + 4]) for start in range(0, len(turns), 4)]
    assert set(rounds) == {"abba", "baab"}


def test_every_contestant_gets_as_many_turns(clock, turns):
    three = workers(clock, turns, a=lambda _: 1.0, b=lambda _: 2.0, c=lambda _: 3.0)
    alternate(three, Effort(0.0, least=5, warm_up=1), clock)
    assert Counter(turns) == {"a": 11, "b": 11, "c": 11}


def test_each_turn_leaves_a_sample(clock, turns):
    pair = workers(clock, turns, a=lambda _: 1.0, b=lambda _: 2.5)
    samples = alternate(pair, Effort(0.0, least=3), clock)
    assert samples == {"a": {"step": [1.0] * 6}, "b": {"step": [2.5] * 6}}


def test_the_turns_of_a_round_are_added():
    assert by_round([1.0, 2.0, 10.0, 20.0]) == [3.0, 30.0]


def test_a_machine_that_slows_down_steadily_treats_both_alike(clock, turns):
    pair = workers(clock, turns, a=lambda now: 1 + 1e-3 * now, b=lambda now: 1 + 1e-3 * now)
    samples = alternate(pair, Effort(0.0, least=20), clock)
    a, b = (by_round(samples[name]["step"]) for name in "ab")
    assert a == pytest.approx(b, rel=1e-5)


def test_the_warm_up_leaves_no_sample(clock, turns):
    slow_at_first = workers(clock, turns, a=lambda now: 100.0 if now < 150 else 1.0)
    assert alternate(slow_at_first, Effort(0.0, least=3), clock)["a"]["step"] == [1.0] * 6


def test_rounds_end_when_the_budget_is_spent(clock, turns):
    samples = alternate(workers(clock, turns, a=lambda _: 1.0), Effort(20.0, least=3), clock)
    assert len(samples["a"]["step"]) == 20


def test_a_spent_budget_still_leaves_the_least_number_of_rounds(clock, turns):
    samples = alternate(workers(clock, turns, a=lambda _: 1.0), Effort(0.5, least=4), clock)
    assert len(samples["a"]["step"]) == 8


def test_rounds_end_at_the_most_whatever_the_budget(clock, turns):
    samples = alternate(workers(clock, turns, a=lambda _: 1.0), Effort(1e9, most=9), clock)
    assert len(samples["a"]["step"]) == 18


def test_the_parts_of_a_step_are_kept_apart(clock):
    samples = alternate(
        {"a": lambda _: {"forward": 1.0, "backward": 2.0}}, Effort(0.0, least=3), clock
    )
    assert samples == {"a": {"forward": [1.0] * 6, "backward": [2.0] * 6}}


@pytest.mark.skipif(not hasattr(os, "sched_getaffinity"), reason="no core can be chosen here")
def test_on_one_core_there_is_one_core_and_afterwards_all():
    before = os.sched_getaffinity(0)
    with one_core():
        assert len(os.sched_getaffinity(0)) == 1
    assert os.sched_getaffinity(0) == before


def test_on_one_core_torch_has_one_thread_and_afterwards_as_many_as_before():
    before = torch.get_num_threads()
    torch.set_num_threads(2)
    try:
        with one_core():
            assert torch.get_num_threads() == 1
        assert torch.get_num_threads() == 2
    finally:
        torch.set_num_threads(before)


def test_on_one_core_denormals_are_zero():
    with one_core():
        assert (torch.tensor([1e-30]) * torch.tensor([1e-10])).item() == 0.0
    assert (torch.tensor([1e-30]) * torch.tensor([1e-10])).item() != 0.0


def _fail_on_one_core():
    with one_core():
        assert gc.get_freeze_count() > 0
        raise ZeroDivisionError


def test_what_existed_is_collected_again_after_an_error():
    with pytest.raises(ZeroDivisionError):
        _fail_on_one_core()
    assert gc.get_freeze_count() == 0
