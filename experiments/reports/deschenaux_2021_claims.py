"""The claims in words of deschenaux-2021, and what choosing on the test set is worth."""

from dataclasses import replace

from experiments import statistics
from experiments.outcome import Verdict
from experiments.reports import comparing, judging, presentation
from experiments.reports.deschenaux_2021_settings import ARRIVED
from experiments.reports.deschenaux_2021_sweep import OTHER_ACTIVATIONS, count
from experiments.reports.deschenaux_2021_tuned import (
    ADAM,
    REPORT,
    chosen_rate,
    each_seed,
    epochs_to_level,
    honest,
    published_gap,
)
from experiments.reports.measured import Records
from experiments.reports.published import document


def verdicts(records: Records, quick: bool) -> list[Verdict]:
    """The three claims in words, and what the maximum on the test set is worth."""
    found = [
        _fewer_epochs(records, quick),
        _all_close(records, quick),
        _other_activations(records, quick),
        _maximum(records, quick),
    ]
    return [replace(each, verdict=judging.QUICK) if quick else each for each in found]


def _fewer_epochs(records: Records, quick: bool) -> Verdict:
    epochs = {
        optimizer: epochs_to_level(
            records, optimizer, chosen_rate(records, optimizer, quick), quick
        )
        for optimizer in ("SGD", "EMA momentum", ADAM)
    }
    others = [other for other in epochs if other != ADAM]
    gaps = [comparing.compare(epochs[ADAM], epochs[other]) for other in others]
    as_run = comparing.compare(
        epochs_to_level(records, ADAM, 0.005, quick),
        epochs_to_level(records, "SGD", ARRIVED, quick),
    )
    listed = "; ".join(
        f"Adam − {other} {presentation.with_interval(*gap.numbers)}"
        for other, gap in zip(others, gaps, strict=True)
    )
    return Verdict(
        source=REPORT,
        claim=document(REPORT).claims["Adam fewer epochs"],
        published="read off Fig. 1b",
        measured=f"first epoch with F1 of .9, each at its own rate: {listed}; at the rates that "
        f"ran: {presentation.with_interval(*as_run.numbers)}",
        verdict=comparing.overall(comparing.below(gaps)),
        reason=f"Paired over {count(quick)} seeds; one more than all epochs where .9 is never "
        "reached.",
    )


def _all_close(records: Records, quick: bool) -> Verdict:
    pairs = (("EMA momentum", "SGD"), (ADAM, "SGD"), (ADAM, "EMA momentum"))
    values = [tuple(honest(records, each, quick) for each in pair) for pair in pairs]
    found = comparing.compare_all(
        [(first, second) for first, second in values], comparing.MARGIN_OF_FRACTIONS
    )
    gaps = {f"{first} − {second}": gap for (first, second), gap in zip(pairs, found, strict=True)}
    kinds = [gap.verdict for gap in gaps.values()]
    close = all(kind in ("identical", "equivalent") for kind in kinds)
    return Verdict(
        source=REPORT,
        claim=document(REPORT).claims["all close"],
        published="F1 .946, .949, .975",
        measured="; ".join(
            f"{pair} {presentation.with_interval(*gap.numbers)} ({gap.verdict})"
            for pair, gap in gaps.items()
        ),
        verdict="holds"
        if close
        else "does not hold"
        if "different" in kinds
        else comparing.agreement(kinds),
        reason="Close: every pair within half a point of F1, each at the rate that suits it, by "
        f"Holm. Adam − SGD is {gaps[f'{ADAM} − SGD'].estimate:+.3f}, published was "
        f"{published_gap():+.3f}."
        + (
            f" {count(quick)} seeds leave the intervals too wide to decide."
            if "undecided" in kinds
            else ""
        ),
    )


def _other_activations(records: Records, quick: bool) -> Verdict:
    relu = honest(records, ADAM, quick)
    others = {hidden: honest(records, ADAM, quick, hidden) for hidden in OTHER_ACTIVATIONS}
    gaps = {
        hidden: comparing.compare(values, relu, comparing.MARGIN_OF_FRACTIONS)
        for hidden, values in others.items()
    }
    helps = [hidden for hidden, gap in gaps.items() if gap.low > 0 and gap.verdict == "different"]
    chances = [
        statistics.p_less(values, relu, comparing.MARGIN_OF_FRACTIONS) for values in others.values()
    ]
    measured = "; ".join(
        f"{hidden} − ReLU {presentation.with_interval(*gap.numbers)}"
        for hidden, gap in gaps.items()
    )
    return Verdict(
        source=REPORT,
        claim=document(REPORT).claims["other activations"],
        published="an opinion, no numbers",
        measured=f"F1 with their Adam: {measured}",
        verdict="not measured"
        if any(gap.verdict == "not measured" for gap in gaps.values())
        else f"does not hold: {', '.join(helps)} helps"
        if helps
        else "holds"
        if max(chances) < statistics.LEVEL
        else "undecided",
        reason="The activations their framework has, each at the rate that suits it. Holds: for "
        "each a gain of half a point of F1 is ruled out, by a one-sided paired t-test at .05.",
    )


def _maximum(records: Records, quick: bool) -> Verdict:
    gaps = {
        optimizer: comparing.compare(
            each_seed(records, optimizer, quick, "test_f1"),
            each_seed(records, optimizer, quick, "validation_f1"),
        )
        for optimizer in ("SGD", "EMA momentum", ADAM)
    }
    optimistic = all(gap.low > 0 for gap in gaps.values())
    return Verdict(
        source=REPORT,
        claim="the largest F1 over epochs and rates on the test set is what to expect of new data",
        published="chosen on the test set",
        measured="too high by "
        + "; ".join(
            f"{optimizer} {presentation.with_interval(*gap.numbers)}"
            for optimizer, gap in gaps.items()
        ),
        verdict="artefact"
        if optimistic
        else comparing.agreement([gap.verdict for gap in gaps.values()]),
        reason="The same choice made on 1000 validation points, paired by seed.",
    )
