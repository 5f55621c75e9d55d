"""Small runs for the runner's tests."""

from experiments.specification import Data, Entry, RunSpec

LAYERS = (
    Entry("Linear", in_features=2, out_features=4),
    Entry("ReLU"),
    Entry("Linear", in_features=4, out_features=2),
)


def run(backend: str = "torch", **changes) -> RunSpec:
    """A run that takes a few milliseconds; a name with a capital is one of `misbehaving`."""
    if backend[0].isupper():
        backend = f"tests.experiments.runner.misbehaving:{backend}"
    settings = {
        "data": Data(name="disk", train=40, test=20),
        "layers": LAYERS,
        "loss": Entry("MSELoss"),
        "learning_rate": 0.1,
        "batch_size": 20,
        "epochs": 2,
        "backend": backend,
    }
    return RunSpec(**settings | changes)


def runs(backend: str = "torch", rates=(0.1, 0.2), seeds=(0, 1, 2), **changes) -> list[RunSpec]:
    """One run for each rate and seed: one group."""
    return [run(backend, learning_rate=r, seed=s, **changes) for r in rates for s in seeds]
