"""A gallery of bugs, each of which the cases must catch: how sensitive parity is.

Every bug is one line or three of another function in the framework's place, switched on for as
long as it is hunted; there is no copy of the framework's code in it.
"""

from experiments.parity.gallery import activations, graphs, layers, losses, optimizers, runs
from experiments.parity.gallery.patches import Bug

BUGS: tuple[Bug, ...] = (
    *activations.BUGS,
    *layers.BUGS,
    *losses.BUGS,
    *graphs.BUGS,
    *optimizers.BUGS,
    *runs.BUGS,
)
"""All of them, by topic."""

__all__ = ["BUGS", "Bug"]
