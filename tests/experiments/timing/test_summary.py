import dataclasses
import json
import math

import pytest

from experiments import timing
from experiments.specification import Entry
from experiments.timing import measured as keeping
from experiments.timing import targets
from experiments.timing.agreement import Agreement
from experiments.timing.comparison import AGAIN, BASELINE, Comparison
from experiments.timing.plan import LOSSES, OPTIMIZERS, grid_name, tasks
from experiments.timing.summary import tables
from tests.experiments.timing import made_up

STEPS = "steps: MSE + SGD"
LIES = Agreement(first=0.5)


def table(name, *comparisons):
    found = {each.name: each.frame for each in tables(made_up.measured(*comparisons))}
    return found[name]


def row(frame, **wanted):
    for name, value in wanted.items():
        frame = frame[frame[name] == value]
    (only,) = frame.to_dict("records")
    return only


def test_seconds_are_those_of_a_unit():
    comparison = made_up.comparison("a name", noise=0.0, framework=0.5)
    assert comparison.seconds("framework") == pytest.approx(0.05)


def test_a_ratio_is_per_unit_of_each_side():
    comparison = made_up.comparison("a name", noise=0.0, units={"framework": 160}, framework=4.0)
    assert comparison.ratio("framework").median == pytest.approx(4.0)


def test_parts_are_added_unless_one_is_named():
    parts = {"forward": [1.0, 1.0] * 3, "backward": [3.0, 3.0] * 3}
    comparison = Comparison("a name", {BASELINE: parts}, {BASELINE: 1})
    assert comparison.seconds(BASELINE) == 4.0
    assert comparison.seconds(BASELINE, "backward") == 3.0


def test_a_comparison_comes_back_from_json_as_it_was():
    comparison = made_up.comparison("a name", framework=0.5, unsupported={"jax": "not installed"})
    assert Comparison.from_json(json.loads(json.dumps(comparison.as_json()))) == comparison


def test_the_short_table_has_one_line_an_entrant_and_one_column_a_problem():
    ours = made_up.comparison(STEPS, framework=0.2)
    theirs = made_up.comparison("steps: other", agreements={"framework": LIES}, framework=0.5)
    speed = table("speed", ours, theirs)
    framework = row(speed, who="framework")
    assert framework["MSE + SGD"] == pytest.approx(5.0, rel=0.02)
    assert math.isnan(framework["other"])
    assert row(speed, who=BASELINE)["other"] == 1.0


def test_the_table_of_steps_says_how_many_times_as_fast():
    steps = table("steps", made_up.comparison(STEPS, framework=0.2, torch_tuned=0.8))
    framework = row(steps, who="framework")
    assert framework["speed-up"] == pytest.approx(5.0, rel=0.02)
    assert framework["over torch-tuned"] == pytest.approx(4.0, rel=0.02)
    assert framework["low"] < framework["speed-up"] < framework["high"]


def test_a_void_time_is_shown_as_void_and_not_as_a_number():
    comparison = made_up.comparison(STEPS, framework=0.2, agreements={"framework": LIES})
    framework = row(table("steps", comparison), who="framework")
    assert framework["note"] == "void: the losses disagree"
    assert framework["losses"] == "disagree"
    assert math.isnan(framework["µs a step"])
    assert math.isnan(framework["speed-up"])


def test_a_void_time_is_no_bar_and_no_point():
    comparison = made_up.comparison(STEPS, framework=0.2, agreements={"framework": LIES})
    (figure,) = timing.outcome(made_up.measured(comparison)).figures
    assert set(figure.data["series"]) == {"torch.nn"}
    assert any("losses disagree: framework" in note for note in figure.notes)


def test_who_could_not_take_part_stands_in_the_table_with_the_reason():
    steps = table("steps", made_up.comparison(STEPS, unsupported={"jax": "jax is not installed"}))
    assert row(steps, who="jax")["note"] == "jax is not installed"


def test_the_control_stands_in_a_table_of_its_own():
    controls = table("controls", made_up.comparison(STEPS), made_up.comparison("noisy", noise=0.5))
    assert row(controls, comparison=STEPS)["control"] == "passes"
    assert row(controls, comparison="noisy")["control"] == "fails"


def test_a_target_is_judged_from_its_comparison():
    frame = targets.table(made_up.measured(made_up.comparison(STEPS, framework_recorded=1 / 5.5)))
    target = row(frame, who="framework-recorded", against="torch")
    assert (target["reached"], target["aim reached"]) == ("yes", "no")


def test_no_target_is_judged_where_the_control_fails():
    comparison = made_up.comparison(STEPS, noise=0.5, framework_recorded=0.01)
    target = row(
        targets.table(made_up.measured(comparison)), who="framework-recorded", against="torch"
    )
    assert target["reached"] == "withheld"


def test_a_target_over_a_void_time_is_void():
    comparison = made_up.comparison(
        STEPS, framework_recorded=0.01, agreements={"framework-recorded": LIES}
    )
    target = row(
        targets.table(made_up.measured(comparison)), who="framework-recorded", against="torch"
    )
    assert target["reached"] == "void"
    assert math.isnan(target["times as fast"])


def test_a_target_is_void_where_the_other_side_disagrees_too():
    comparison = made_up.comparison(
        STEPS, framework_recorded=0.2, jax=0.3, agreements={"jax": Agreement(0.0, last=0.9)}
    )
    target = row(
        targets.table(made_up.measured(comparison)), who="framework-recorded", against="jax"
    )
    assert target["reached"] == "void"


def test_a_target_says_why_it_was_not_measured():
    comparison = made_up.comparison(
        STEPS, framework_recorded=0.2, unsupported={"jax": "no jax here"}
    )
    target = row(
        targets.table(made_up.measured(comparison)), who="framework-recorded", against="jax"
    )
    assert target["reached"] == "not measured: no jax here"


def test_at_width_1024_the_target_is_lower():
    names = ["scaling: width 512: MSE + SGD", "scaling: width 1024: MSE + SGD"]
    made = [made_up.comparison(name, framework_recorded=1.0, torch_tuned=1.0) for name in names]
    frame = targets.table(made_up.measured(*made))
    assert list(frame["target"]) == [1.0, 0.85]


def test_the_published_times_stand_beside_the_measured():
    comparison = made_up.comparison("training: carlier-2018", framework=0.5)
    renamed = dataclasses.replace(
        comparison,
        turns={label: {"training": each["step"]} for label, each in comparison.turns.items()},
        units=dict.fromkeys(comparison.units, 1),
    )
    trainings = table("trainings", renamed)
    published = row(trainings, who="published: Autogradlib")
    assert (published["mean"], published["median"], published["repeats"]) == (1.961, 1.920, 20)
    assert row(trainings, who="framework")["repeats"] == 40


@pytest.mark.parametrize(
    ("seconds", "noise", "verdict"),
    [(0.5, 0.01, "does not hold here"), (2.0, 0.01, "holds here"), (2.0, 0.6, "undecided")],
)
def test_a_report_s_claim_of_slowness_is_judged(seconds, noise, verdict):
    comparison = made_up.comparison(
        "training: carlier-2018", noise=noise, framework_autograd=seconds
    )
    renamed = dataclasses.replace(
        comparison,
        turns={label: {"training": each["step"]} for label, each in comparison.turns.items()},
    )
    (judged,) = timing.outcome(made_up.measured(renamed)).verdicts
    assert judged.verdict == verdict


def test_a_timing_run_comes_back_from_its_file_as_it_was(tmp_path):
    kept = made_up.measured(made_up.comparison(STEPS, framework=0.5))
    kept.write(tmp_path)
    assert timing.load(tmp_path) == kept


def test_where_nothing_was_timed_nothing_is_loaded(tmp_path):
    assert timing.load(tmp_path) is None


@pytest.mark.parametrize("content", ["", "{}", '{"schema": 0}', '{"schema": 1}', "[1]"])
def test_a_file_of_something_else_is_not_loaded(tmp_path, content):
    keeping.path(tmp_path).parent.mkdir()
    keeping.path(tmp_path).write_text(content)
    assert timing.load(tmp_path) is None


def test_the_control_is_in_no_table_of_steps():
    assert AGAIN not in set(table("steps", made_up.comparison(STEPS))["who"])


def test_others_can_ask_what_a_step_takes():
    made = made_up.comparison("grid: MSE + momentum", noise=0.0, framework_recorded=0.5)
    momentum = Entry("SGD", momentum=0.9)
    asked = (made_up.measured(made), Entry("MSELoss"), momentum, "framework-recorded")
    assert timing.seconds_per_step(*asked) == pytest.approx(0.05)


@pytest.mark.parametrize(
    ("optimizer", "backend", "agreements"),
    [
        (Entry("SGD", momentum=0.5), "torch", {}),
        (Entry("SGD", momentum=0.9), "jax", {}),
        (Entry("SGD", momentum=0.9), "torch", {"torch": LIES}),
    ],
)
def test_what_was_not_timed_or_is_void_takes_nothing(optimizer, backend, agreements):
    measured = made_up.measured(made_up.comparison("grid: MSE + momentum", agreements=agreements))
    assert timing.seconds_per_step(measured, Entry("MSELoss"), optimizer, backend) is None


def test_what_another_machine_took_is_not_given_for_this_one_s():
    made = made_up.comparison("grid: MSE + momentum")
    measured = made_up.measured(made, environment="another machine")
    asked = (Entry("MSELoss"), Entry("SGD", momentum=0.9), "torch")
    assert timing.seconds_per_step(measured, *asked) is None


def test_every_loss_and_optimizer_of_the_plan_has_its_comparison():
    made = {task.name for task in tasks(quick=False)}
    for loss in LOSSES.values():
        for optimizer, _ in OPTIMIZERS.values():
            assert grid_name(loss, optimizer) in made
