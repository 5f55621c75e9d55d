"""Parity and timing: measured rather than trained, and reused when nothing has changed."""

from collections.abc import Callable, Mapping

from experiments.outcome import Outcome, kept
from experiments.runner.options import Options


def timing(options: Options) -> Outcome:
    """How fast each backend is; its raw samples tell by themselves whether they serve again."""
    from experiments import timing

    asked = timing.Options(
        options.results, options.quick, options.backends, reuse=not options.named
    )
    return timing.run(asked, options.progress)


def parity(options: Options) -> Outcome:
    """Where a backend departs from torch.nn; what the same code has said before serves again."""
    from experiments import parity

    key = kept.key("experiments.parity", options.quick, options.backends)
    found = None if options.named else kept.find("parity", key, options.results)
    if found is not None:
        return found
    outcome = parity.run(options)
    kept.keep(outcome, key, options.results)
    return outcome


MEASUREMENTS: Mapping[str, Callable[[Options], Outcome]] = {"parity": parity, "timing": timing}
