"""What the reports say of records whose answer is known beforehand."""

from functools import cache

import numpy as np
import pytest

from experiments import reports
from experiments.reports import (
    cappelletti_2019,
    carlier_2018,
    deschenaux_2021,
    deschenaux_2021_claims,
    olsen_2018,
    wang_2021,
)
from experiments.reports.cappelletti_2019_runs import TORCHS
from experiments.reports.published import number
from tests.experiments.reports.synthetic import records, spread


def table(outcome, name):
    (found,) = (each for each in outcome.tables if each.name == name)
    return found.frame


def verdict(outcome, words):
    (found,) = (each for each in outcome.verdicts if words in each.claim)
    return found


@pytest.mark.parametrize("name", reports.NAMES)
@pytest.mark.parametrize("quick", [True, False])
def test_a_report_without_records_says_what_is_missing(name, quick):
    outcome = reports.load(name).outcome({}, quick)
    assert outcome.name == name
    assert any(sentence.startswith("Left out, of ") for sentence in outcome.text)
    assert not any(each.verdict in ("reproduced", "holds") for each in outcome.verdicts)


@cache
def cappelletti_outcome(**shifts):
    return cappelletti_2019.outcome(cappelletti_records(**shifts), quick=False)


def cappelletti_records(shift=0.0, torch_shift=0.0):
    """Every row as published, the framework's losses moved by `shift` deviations."""
    runs = cappelletti_2019.runs(quick=False)

    def curve(quantity):
        def value(run):
            loss = "cross-entropy" if run.loss.name.startswith("Cross") else "MSE"
            momentum = " momentum" if run.optimizer.arguments else ""
            hidden = run.layers[1].name
            who = "torch.nn" if run.initialisation == TORCHS else "theirs"
            place = 1 if loss == "cross-entropy" else 2
            key = f"table-{place} {loss}{momentum}, {who}: {quantity}"
            if hidden == "Tanh":
                key = f"extra {loss}{momentum} Tanh: {quantity}"
            published = number("cappelletti-2019", key)
            values = spread(published.value, published.spread, 20)
            moved = shift if run.backend == "framework" else torch_shift
            return values[run.seed] + (moved * published.spread if "loss" in quantity else 0)

        return value

    return records(
        runs,
        minibatch_loss_sum=curve("train loss"),
        train_loss=curve("test loss"),
        test_loss=curve("test loss"),
        train_accuracy=curve("train accuracy"),
        test_accuracy=curve("test accuracy"),
        train_f1=0.98,
        test_f1=0.97,
    )


def test_cappelletti_as_published_is_reproduced():
    judged = table(cappelletti_outcome(), "judgements")
    ours = judged[~judged["row"].str.contains("ReLU")]
    assert set(ours["verdict"]) == {"reproduced"}
    assert ours["z"].abs().max() < 1e-6


def test_cappelletti_three_deviations_off_is_not_reproduced():
    judged = table(cappelletti_outcome(shift=3), "judgements")
    theirs = judged[judged["row"].str.endswith(", theirs")]
    losses = theirs["quantity"].str.contains("loss")
    assert set(theirs.loc[losses, "verdict"]) == {"not reproduced"}
    assert set(theirs.loc[~losses, "verdict"]) == {"reproduced"}


def test_cappelletti_sides_that_are_the_same_are_identical():
    outcome = cappelletti_outcome()
    equal = table(outcome, "table-2-equal-starts")
    assert set(equal["agreement"]) == {"identical"}
    assert set(equal["difference"]) == {"0"}


def test_cappelletti_a_side_that_is_off_is_different():
    outcome = cappelletti_outcome(torch_shift=3)
    equal = table(outcome, "table-2-equal-starts")
    losses = equal["quantity"].str.contains("loss")
    assert set(equal.loc[losses, "agreement"]) == {"different"}
    assert verdict(outcome, "no difference, from equal starts").verdict == "does not hold"


def test_cappelletti_shows_the_published_columns():
    own = table(cappelletti_outcome(), "table-1-own-starts")
    line = own[(own["setting"] == "cross-entropy") & (own["quantity"] == "test accuracy, %")].iloc[
        0
    ]
    assert line["published, theirs"] == "97.61 ± 1.371"
    assert line["published, torch.nn"] == "97.65 ± 1.277"
    assert line["framework"] == "97.6 ± 1.4"


def test_cappelletti_finds_the_train_loss_to_be_a_sum():
    outcome = cappelletti_outcome()
    assert verdict(outcome, "the train loss is a loss").verdict == "artefact"


def carlier_records(right_rate):
    runs = carlier_2018.runs(quick=False)

    def curve(quantity):
        published = number("carlier-2018", quantity)
        values = spread(published.value, published.spread, 20)

        def value(run):
            off = 0 if run.learning_rate == right_rate else 5
            return values[run.seed] + (off * published.spread if "loss" in quantity else 0)

        return value

    keys = ("train_loss", "test_loss", "train_accuracy", "test_accuracy")
    found = {key: curve(key.replace("_", " ")) for key in keys}
    return records(runs, **found, train_f1=0.9, test_f1=0.9)


def test_carlier_names_the_rate_that_gives_the_loss():
    outcome = carlier_2018.outcome(carlier_records(right_rate=0.15), quick=False)
    setting = verdict(outcome, "public script's learning rate")
    assert setting.verdict == "not reproduced at the stated setting"
    assert "both losses at 0.15; all four numbers at 0.15" in setting.measured
    assert verdict(outcome, "train loss, learning rate 0.1").verdict == "not reproduced"
    assert verdict(outcome, "test accuracy, learning rate 0.1").verdict == "reproduced"


def test_carlier_is_reproduced_where_the_stated_rate_gives_it():
    outcome = carlier_2018.outcome(carlier_records(right_rate=0.1), quick=False)
    assert verdict(outcome, "public script's learning rate").verdict == "reproduced"


def wang_records(right_tanh_gap):
    """Accuracy: ReLU .98, their Tanh .96, Tanh `right_tanh_gap` below ReLU; a loss that falls."""
    accuracy = {"ReLU": 0.98, "SELU": 0.97, "Sigmoid": 0.5, "Tanh": 0.98 - right_tanh_gap}

    def value(run):
        hidden = run.layers[1].name
        noise = np.random.default_rng(run.seed).normal(0, 0.002)
        return accuracy.get(hidden, 0.96) + noise + 0.0001 * (run.seed % 3) * (hidden == "Tanh")

    def loss(run):
        length = len(range(run.evaluate, run.epochs + 1, run.evaluate))
        falling = np.linspace(0.25, 0.01 + (run.layers[-1].name != "Sigmoid") * 0.1, length)
        return falling + 0.001 * run.seed * np.linspace(0, 1, length)

    runs = wang_2021.runs(quick=False)
    return records(
        runs,
        minibatch_loss=loss,
        train_loss=0.1,
        test_accuracy=value,
        validation_accuracy=value,
        test_f1=value,
    )


@cache
def wang_outcome(right_tanh_gap):
    return wang_2021.outcome(wang_records(right_tanh_gap), quick=False)


def test_wang_finds_the_wrong_derivative_behind_tanh():
    outcome = wang_outcome(right_tanh_gap=0)
    assert verdict(outcome, "Tanh is worse than ReLU").verdict == (
        "artefact: equivalent to ReLU with the right derivative"
    )


def test_wang_believes_that_tanh_is_worse_where_the_right_one_is():
    outcome = wang_outcome(right_tanh_gap=0.02)
    assert verdict(outcome, "Tanh is worse than ReLU").verdict == "holds"


def test_wang_sees_that_a_sigmoid_lowers_the_loss():
    outcome = wang_outcome(right_tanh_gap=0)
    assert verdict(outcome, "lower final loss").verdict in ("holds", "holds in 3 cases of 4")


def test_wang_sees_that_no_cure_helps_where_none_does():
    outcome = wang_outcome(right_tanh_gap=0)
    assert verdict(outcome, "cannot be trained").verdict == "holds"


def test_olsen_shows_twelve_readings_and_judges_nothing():
    runs = olsen_2018.runs(quick=False)
    keys = ("train_loss", "test_loss", "train_accuracy", "test_accuracy", "train_f1", "test_f1")
    found = records(runs, **{key: lambda run: 0.5 + 0.01 * run.seed for key in keys})
    outcome = olsen_2018.outcome(found, quick=False)
    assert len(table(outcome, "readings")) == 12
    assert verdict(outcome, "the example trains").verdict == "nothing to judge"
    assert verdict(outcome, "agree on the example").verdict == "identical"


def deschenaux_records(scatter=0.0):
    """SGD's fifth network wins, EMA's first, Adam's last; validation chooses an honest epoch.

    With `scatter` every other network of sigmoids ends that much higher, the others lower.
    """
    level = {5: 0.95, 7: 0.96, 20: 0.97}
    fast = {"SGD": 40, "ExponentialMovingAverageSGD": 35}

    def climbing(run, noise):
        ends = np.linspace(0, 1, run.epochs)
        replayed = ":" in run.data.name
        top = level.get(run.seed, 0.9) if replayed else 0.96 + 0.001 * (run.seed % 4)
        if any(layer.name == "Sigmoid" for layer in run.layers):
            top += scatter * (-1) ** run.seed
        reach = fast.get(run.optimizer.name, 4) / 70
        return np.where(ends < reach, 0.5, top) + noise

    def tested(run):
        return climbing(run, 0.01 * np.random.default_rng(run.seed).random(run.epochs))

    def validated(run):
        return climbing(run, 0.01 * np.random.default_rng(100 + run.seed).random(run.epochs))

    return records(
        deschenaux_2021.runs(quick=False), test_f1=tested, validation_f1=validated, test_loss=0.03
    )


@pytest.fixture(scope="module")
def deschenaux():
    return deschenaux_2021.outcome(deschenaux_records(), quick=False)


def test_deschenaux_labels_of_sgd_are_artefacts(deschenaux):
    assert verdict(deschenaux, "best learning rate of SGD").verdict == "artefact, reproduced"
    assert verdict(deschenaux, "best learning rate of SGD").measured == "0.002 in the replay"


def test_deschenaux_label_of_adam_is_reproduced(deschenaux):
    assert verdict(deschenaux, "best learning rate of Adam").verdict == "reproduced"


def test_deschenaux_adam_needs_fewer_epochs(deschenaux):
    assert verdict(deschenaux, "Adam needs fewer epochs").verdict == "holds"


def test_deschenaux_the_maximum_on_the_test_set_is_optimistic(deschenaux):
    assert verdict(deschenaux, "the largest F1 over epochs").verdict == "artefact"
    assert table(deschenaux, "optimism")["optimism"].str.startswith("+0.00").all()


def test_deschenaux_other_activations_that_do_as_well_do_not_help(deschenaux):
    assert verdict(deschenaux, "other activations").verdict == "holds"


def test_deschenaux_no_gain_seen_in_scattered_runs_is_no_gain_ruled_out():
    found = deschenaux_2021_claims.verdicts(deschenaux_records(scatter=0.03), quick=False)
    (claim,) = (each for each in found if "other activations" in each.claim)
    assert claim.verdict == "undecided"


def test_deschenaux_optimizers_that_end_alike_are_close(deschenaux):
    assert verdict(deschenaux, "come close").verdict == "holds"


def test_deschenaux_shows_the_rate_that_arrived(deschenaux):
    shown = table(deschenaux, "table")
    assert shown["rate that arrived"].tolist() == [0.001, 0.001, 0.005]


@pytest.mark.parametrize(
    ("name", "figure"),
    [("deschenaux-2021", "sweep"), ("deschenaux-2021", "tuned"), ("wang-2021", "figure-2")],
)
def test_a_quick_figure_cuts_nothing_off(name, figure):
    outcome = reports.load(name).outcome({}, True)
    (drawn,) = (each for each in outcome.figures if each.name == figure)
    assert drawn.options["y_limits"][0] == 0
