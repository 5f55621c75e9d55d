import pytest

from experiments import timing
from experiments.runner import lock
from experiments.timing import plan
from experiments.timing.plan import Task, tasks
from tests.experiments.timing import made_up


@pytest.fixture
def options(tmp_path):
    return timing.Options(tmp_path / "results", lock=tmp_path / "the.lock")


@pytest.fixture
def one_task(monkeypatch):
    """A timing run of a single made-up comparison; counts how often it is made."""
    made = []

    def make():
        made.append("once")
        return made_up.comparison("steps: MSE + SGD", framework_recorded=0.2)

    task = Task("steps: MSE + SGD", make)
    monkeypatch.setattr(plan, "tasks", lambda quick, backends: iter([task]))
    return made


def changed(options, **changes):
    return timing.Options(**{**vars(options), **changes})


def test_timing_is_refused_while_something_trains(options, one_task):
    with lock.training(options.lock), pytest.raises(lock.BusyError):
        timing.run(options)
    assert not one_task


def test_nothing_trains_while_something_is_timed(options, monkeypatch):
    def make():
        with pytest.raises(lock.BusyError), lock.training(options.lock):
            pass
        return made_up.comparison("steps: MSE + SGD")

    monkeypatch.setattr(plan, "tasks", lambda quick, backends: iter([Task("a name", make)]))
    timing.run(options)


def test_raw_samples_are_kept(options, one_task):
    timing.run(options)
    kept = timing.load(options.results)
    assert kept["steps: MSE + SGD"] == made_up.comparison(
        "steps: MSE + SGD", framework_recorded=0.2
    )


def test_what_is_named_is_measured_anew(options, one_task):
    timing.run(options)
    timing.run(options)
    assert len(one_task) == 2


def test_what_the_same_code_has_left_here_is_used_again(options, one_task):
    first = timing.run(options)
    again = timing.run(changed(options, reuse=True))
    assert len(one_task) == 1
    for one, other in zip(first.tables, again.tables, strict=True):
        assert one.frame.equals(other.frame)


def test_times_can_be_used_again_while_something_trains(options, one_task):
    timing.run(options)
    with lock.training(options.lock):
        timing.run(changed(options, reuse=True))


@pytest.mark.parametrize("what", ["_digest", "environment_id"])
def test_times_of_other_code_or_of_another_machine_are_not_used_again(
    options, one_task, monkeypatch, what
):
    timing.run(options)
    monkeypatch.setattr(timing, what, lambda: "another")
    timing.run(changed(options, reuse=True))
    assert len(one_task) == 2


def test_times_of_a_quick_run_do_not_serve_for_a_whole_one(options, one_task):
    timing.run(changed(options, quick=True))
    timing.run(changed(options, reuse=True))
    assert len(one_task) == 2


def test_a_choice_of_backends_does_not_replace_the_whole(options, one_task):
    timing.run(changed(options, backends=("torch-tuned",)))
    assert timing.load(options.results) is None


def test_a_choice_of_backends_has_a_name_of_its_own(options, one_task):
    assert timing.run(changed(options, backends=("torch-tuned",))).name == "timing-selected"


def test_a_choice_of_backends_shows_steps_and_no_targets(options, one_task):
    shown = [table.name for table in timing.run(changed(options, backends=("torch-tuned",))).tables]
    assert shown == ["speed", "steps", "controls"]


def test_an_outcome_comes_back_from_what_the_driver_keeps(options, one_task):
    from experiments.outcome import kept

    assert kept.keep(timing.run(options), "a key", options.results)


def names(quick, *backends):
    return [task.name for task in tasks(quick, backends)]


def test_chosen_backends_are_timed_by_their_steps_alone():
    assert all(name.startswith("steps: ") for name in names(False, "torch-tuned"))


def test_no_two_comparisons_have_the_same_name():
    assert len(set(names(False))) == len(names(False))


def test_a_quick_run_has_every_kind_of_figure():
    kinds = {name.rpartition(": ")[0].rstrip("0123456789 ") for name in names(True)}
    assert kinds >= {
        "steps",
        "parts",
        "training",
        "scaling: width",
        "scaling: batch size",
        "scaling: depth",
        "scaling: runs",
    }
