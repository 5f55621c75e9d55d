"""What two reports say of their frameworks' speed, tested on this machine."""

from collections.abc import Iterator

from experiments.outcome import Verdict
from experiments.timing.compare import CALLS
from experiments.timing.comparison import BASELINE, Comparison
from experiments.timing.eager import learning
from experiments.timing.measured import Measured
from experiments.timing.ratios import Ratio

SPEED = {
    "carlier-2018": (
        "framework-autograd",
        "a graph recorded in Python trains 2.4 times slower than torch.nn",
        "2.44 times the mean time of 20 trainings of 500 epochs",
    ),
    "cappelletti-2019": (
        "framework-explicit",
        "layers with a backward of their own train up to twice slower than torch.nn",
        "3.9 to 4.3 against 1.9 to 2.2 seconds, 200 epochs",
    ),
}
"""The way of going backward that is each report's, the claim, and its numbers."""


def verdicts(measured: Measured) -> tuple[Verdict, ...]:
    """One verdict for each claim whose comparison was made."""
    return tuple(_all(measured))


def _all(measured: Measured) -> Iterator[Verdict]:
    for report, comparison in measured.of("training").items():
        who, claim, published = SPEED[report]
        if who in comparison.turns:
            yield _slower(report, claim, published, comparison, who)
    for problem, comparison in measured.of("parts").items():
        yield _graph(problem, comparison)


def _slower(report: str, claim: str, published: str, comparison: Comparison, who: str) -> Verdict:
    ratio = comparison.ratio(who)
    measured = f"{who}: {_words(ratio)} torch.nn's time"
    verdict, reason = _judge(comparison, who, ratio)
    return Verdict(report, claim, published, measured, verdict, reason)


def _judge(comparison: Comparison, who: str, ratio: Ratio) -> tuple[str, str]:
    if not comparison.agrees(who):
        return "not measured", "the losses disagree, so the times are of different trainings"
    if not comparison.control.passes:
        return "undecided", f"the noise floor is {comparison.control.floor:.0%}"
    if ratio.low > 1:
        return "does not hold here", "the whole interval lies below torch.nn's time"
    if ratio.high < 1:
        return "holds here", "the whole interval lies above torch.nn's time"
    return "undecided", "the interval holds torch.nn's time"


def _words(ratio: Ratio) -> str:
    return (
        f"{1 / ratio.median:.2f} (95 % interval {1 / ratio.high:.2f} to {1 / ratio.low:.2f}) times"
    )


def _graph(problem: str, comparison: Comparison) -> Verdict:
    who = "framework-autograd"
    step, torch_step = learning(comparison, who), learning(comparison, BASELINE)
    calls = comparison.seconds(who + CALLS)
    measured = (
        f"{problem}: of {step * 1e6:.0f} µs a step, {calls * 1e6:.0f} are tensor calls and "
        f"{1 - calls / step:.0%} is Python; torch.nn takes {torch_step * 1e6:.0f}"
    )
    verdict, reason = _judge(comparison, who, comparison.ratio(who))
    if verdict == "does not hold here":
        reason = (
            "the Python graph takes its share, and the step is faster than torch.nn's all the same"
        )
    if verdict == "holds here":
        alone = "also without it" if calls > torch_step else "only because of it"
        reason = f"the recorded graph is slower than torch.nn, {alone}"
    claim = "the graph kept in Python is what makes it slower than torch.nn"
    return Verdict("carlier-2018", claim, "said, not measured", measured, verdict, reason)
