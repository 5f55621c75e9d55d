"""What of torch's arithmetic holds on this machine: the facts that equality to the bit rests on.

Each was found on one processor and one version of torch; kernels choose their way by processor, so
each is looked at again wherever parity runs, and the table says what held.
"""

from collections.abc import Iterator
from typing import Any

import pandas as pd
import torch
from torch import Tensor

from experiments.outcome import Table
from experiments.parity.exponential import cascade, rebuilt

TRIED = ("2.13.0", "AVX512")
"""torch's version and the capability of the processors on which equality to the bit was seen."""

Fact = tuple[str, str, str]


def capability() -> tuple[str, str]:
    """torch's version without its build, and the capability its kernels were chosen for."""
    return torch.__version__.partition("+")[0], torch.backends.cpu.get_cpu_capability()


def table() -> Table:
    """One row a fact: what is needed, for what, and what was seen here."""
    frame = pd.DataFrame(list(_facts()), columns=["fact", "needed for", "here"])
    version, level = capability()
    notes = (f"torch {version}, capability {level}, one thread.",)
    return Table("arithmetic", "What torch's arithmetic does on this machine", frame, notes)


def _facts() -> Iterator[Fact]:
    for dtype in (torch.float32, torch.float64):
        x = _arguments(dtype)
        inner = _inner_exponential(x)
        name = str(dtype).removeprefix("torch.")
        yield (
            f"the exponential inside kernels, rebuilt ({name})",
            "cross-entropy trainings equal to the bit with it swapped in",
            _count(inner != rebuilt(x)),
        )
        yield (
            f"torch.exp against the exponential inside kernels ({name})",
            "cross-entropy trainings equal to the bit without it",
            _count(inner != torch.exp(x)),
        )
    yield (
        "the order of sums in the negative log-likelihood, rebuilt",
        "values of cross-entropy equal to the bit",
        _count(_likelihoods()),
    )
    for name, of_input in (("a matrix", True), ("an output", False)):
        yield (
            f"a product of matrices with {name} that begins off 16 bytes",
            "parameters of one buffer, stacked runs",
            "the same bits" if not _misaligned(of_input) else "other bits for some shapes",
        )
    yield (
        "a batched product against each matrix alone, all aligned, n·i·o ≥ 400",
        "stacked runs equal to runs alone",
        _count(torch.tensor(list(_batched()))),
    )


def _count(differs: Tensor) -> str:
    wrong = int(differs.sum())
    return (
        f"equal in all of {differs.numel():,}"
        if not wrong
        else (f"differs in {wrong:,} of {differs.numel():,}")
    )


def _source() -> torch.Generator:
    return torch.Generator().manual_seed(0)


def _arguments(dtype: torch.dtype) -> Tensor:
    drawn = torch.randn(60_000, dtype=dtype, generator=_source())
    return -torch.cat([drawn.abs() * scale for scale in (0.01, 1, 10, 40)])


def _inner_exponential(x: Tensor) -> Tensor:
    """e^x as the backward of log-softmax computes it: its gradient for a row (x, x) and (-1, 0)."""
    rows = x[:, None].expand(-1, 2).contiguous()
    gradient = torch.tensor([-1.0, 0.0], dtype=x.dtype).expand_as(rows).contiguous()
    backward: Any = torch.ops.aten._log_softmax_backward_data
    found: Tensor = backward(gradient, rows, 1, x.dtype)[:, 1]
    return found


def _likelihoods() -> Tensor:
    differs = []
    for count in (1, 2, 15, 16, 17, 100, 273, 1000):
        values = torch.randn(count, 3, generator=_source()).log_softmax(1)
        index = torch.randint(3, (count,), generator=_source())
        torchs = torch.nn.functional.nll_loss(values, index)
        ours = cascade(-values.gather(1, index[:, None])[:, 0]) / count
        differs.append(bool(torchs != ours))
    return torch.tensor(differs)


def _misaligned(of_input: bool) -> bool:
    """Whether a product changes when an operand, or its output, begins 8 bytes later."""
    source = _source()
    for n, i, o in ((10, 25, 2), (100, 25, 2), (100, 25, 10), (1, 25, 25), (10, 25, 25)):
        for dtype in (torch.float32, torch.float64):
            x = torch.randn(n, i, dtype=dtype, generator=source)
            d = torch.randn(n, o, dtype=dtype, generator=source)
            w = torch.randn(o, i, dtype=dtype, generator=source)
            if of_input and not torch.equal(_moved(x) @ w.T, x @ w.T):
                return True
            if not of_input:
                out = _moved(torch.empty(o, i, dtype=dtype))
                if not torch.equal(torch.mm(d.T, x, out=out), d.T @ x):
                    return True
    return False


def _moved(tensor: Tensor) -> Tensor:
    """A copy that begins 8 bytes after where torch would begin it."""
    step = 8 // tensor.element_size()
    memory = tensor.new_empty(tensor.numel() + step)
    return memory[step:].view(tensor.shape).copy_(tensor)


def _batched() -> Iterator[bool]:
    source = _source()
    for n, i, o in ((100, 2, 25), (100, 25, 25), (100, 25, 2), (10, 25, 25), (33, 16, 48)):
        for dtype in (torch.float32, torch.float64):
            x, d, w = (
                _each_aligned(torch.randn(4, *shape, dtype=dtype, generator=source))
                for shape in ((n, i), (n, o), (o, i))
            )
            for left, right in ((d.mT, x), (x, w.mT), (d, w)):
                out = _each_aligned(torch.empty(4, left.shape[1], right.shape[2], dtype=dtype))
                torch.bmm(left, right, out=out)
                alone = [_fresh(left[run]) @ _fresh(right[run]) for run in range(4)]
                yield not torch.equal(out, torch.stack(alone))


def _fresh(matrix: Tensor) -> Tensor:
    """A copy with memory of its own, transposed in memory where the matrix is."""
    return matrix.T.clone().T if matrix.stride(-1) != 1 else matrix.clone()


def _each_aligned(stacked: Tensor) -> Tensor:
    """A copy in which every matrix begins at a multiple of 64 bytes."""
    runs, rows, columns = stacked.shape
    width = 64 // stacked.element_size()
    step = -(-rows * columns // width) * width
    memory = stacked.new_zeros(runs * step)
    return memory.as_strided(stacked.shape, (step, columns, 1)).copy_(stacked)
