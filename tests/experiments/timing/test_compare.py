import itertools

import pytest

from experiments.specification import Entry
from experiments.timing.compare import CALLS, compare_parts, compare_steps, compare_trainings
from experiments.timing.comparison import AGAIN, BASELINE, Entrant
from experiments.timing.harness import Effort

FEW = Effort(0.0, least=5, warm_up=0)


def steps(case, clock, *entrants, effort=FEW, turn=0.0):
    return compare_steps("a name", case, [Entrant(each) for each in entrants], effort, turn, clock)


def test_the_baseline_takes_part_twice(small_case, ticking):
    comparison = steps(small_case, ticking)
    assert set(comparison.turns) == {BASELINE, AGAIN}


def test_the_baseline_agrees_with_itself_to_the_bit(small_case, ticking):
    assert str(steps(small_case, ticking).agreements[AGAIN]) == "identical"


def test_equal_times_give_a_ratio_of_one(small_case, ticking):
    ratio = steps(small_case, ticking, "torch-tuned").ratio("torch-tuned")
    assert (ratio.low, ratio.median, ratio.high) == (1.0, 1.0, 1.0)


def test_a_turn_has_as_many_epochs_as_fill_it(small_case, ticking):
    comparison = steps(small_case, ticking, turn=3.0)  # an epoch takes a second
    assert comparison.units[BASELINE] == 3 * small_case.steps


def test_the_units_count_every_run_that_trains_together(small_case, ticking):
    comparison = compare_steps("a name", small_case, [Entrant(BASELINE, 5)], FEW, 0.0, ticking)
    label = Entrant(BASELINE, 5).label
    assert comparison.runs(label) == 5
    assert comparison.ratio(label).median == 5.0


def test_another_learning_rate_makes_the_time_void(others, small_case, ticking):
    comparison = steps(small_case, ticking, "others:honest", "others:faster_rate")
    assert comparison.agrees("others:honest")
    assert not comparison.agrees("others:faster_rate")


def test_who_stops_learning_while_the_clock_runs_is_found_out(others, small_case, ticking):
    long = Effort(0.0, least=30, warm_up=0)
    comparison = steps(
        small_case.changed(learning_rate=1.0), ticking, "others:sleeper", effort=long
    )
    agreement = comparison.agreements["others:sleeper"]
    assert agreement.first == 0.0
    assert not agreement.holds


def test_who_cannot_take_part_is_left_out_with_the_reason(others, small_case, ticking):
    comparison = steps(small_case, ticking, "others:not_here")
    assert comparison.unsupported == {"others:not_here": "nothing of the kind is installed"}
    assert "others:not_here" not in comparison.turns


def test_a_third_partys_backend_that_raises_is_left_out_with_what_it_raised(
    others, small_case, ticking
):
    case = small_case.changed(loss=Entry("CrossEntropyLoss"))
    comparison = steps(case, ticking, "others:lacking")
    assert comparison.unsupported == {"others:lacking": "raises RuntimeError: what is this?"}
    assert BASELINE in comparison.turns


def test_an_unknown_backend_is_named(small_case, ticking):
    with pytest.raises(ValueError, match="unknown backend 'pytorch'"):
        steps(small_case, ticking, "pytorch")


def uneven():
    """A clock by which every second turn takes much longer at first."""
    readings = itertools.count()
    now = 0.0

    def clock():
        nonlocal now
        reading = next(readings)
        now += 1.0 if reading > 100 or reading % 7 else 30.0
        return now

    return clock


@pytest.mark.parametrize(("more", "rounds"), [(False, 8), (True, 16)])
def test_where_the_control_fails_as_many_rounds_are_added_if_allowed(small_case, more, rounds):
    effort = Effort(0.0, least=8, warm_up=0, more=more)
    comparison = compare_steps("a name", small_case, [], effort, 0.0, uneven())
    assert len(comparison.turns[BASELINE]["step"]) == 2 * rounds


def test_where_the_control_passes_no_rounds_are_added(small_case, ticking):
    effort = Effort(0.0, least=8, warm_up=0, more=True)
    comparison = compare_steps("a name", small_case, [], effort, 0.0, ticking)
    assert len(comparison.turns[BASELINE]["step"]) == 16


def test_every_turn_of_a_whole_training_starts_anew(small_case, ticking):
    comparison = compare_trainings(
        "a name", small_case, [Entrant("torch-tuned")], FEW, epochs=4, clock=ticking
    )
    assert comparison.units == dict.fromkeys((BASELINE, "torch-tuned", AGAIN), 1)
    assert str(comparison.agreements["torch-tuned"]) == "identical"
    assert comparison.agreements["torch-tuned"].last == 0.0


def test_the_ways_of_an_eager_step_agree(small_case, ticking):
    comparison = compare_parts("a name", small_case, FEW, steps=3, clock=ticking)
    for way in ("framework-explicit", "framework-autograd"):
        assert comparison.agrees(way)


def test_the_tensor_calls_of_both_ways_are_counted(small_case, ticking):
    comparison = compare_parts("a name", small_case, FEW, steps=3, clock=ticking)
    assert comparison.calls.keys() == {
        f"framework-explicit{CALLS}",
        f"framework-autograd{CALLS}",
    }
    assert all(20 < count < 200 for count in comparison.calls.values())
