import pytest

from experiments.backends import resolve
from experiments.timing.cases import STEPS, start

BACKENDS = ["framework", "framework-explicit", "framework-autograd", "torch", "torch-tuned"]


@pytest.mark.parametrize("runs", [1, 16], ids=["1 run", "16 runs"])
@pytest.mark.parametrize("problem", STEPS)
@pytest.mark.parametrize("backend", BACKENDS)
def test_epoch(benchmark, backend, problem, runs):
    """Ten steps of every run, batch selection included."""
    benchmark.group = f"{problem}, epoch of {runs} runs" if runs > 1 else f"{problem}, epoch"
    begin = start(STEPS[problem], runs)
    session = begin.session(resolve(backend))
    arguments = (begin.x, begin.target, begin.orders[0], begin.case.batch_size)
    losses = benchmark.pedantic(
        session.train_epoch, arguments, rounds=1 if benchmark.disabled else 40, warmup_rounds=3
    )
    assert losses.shape == (runs, begin.case.steps)
