"""Random expressions, built alike from Variables and from torch's tensors."""

import random

import pytest
import torch

import framework as fw

UNARY = (
    lambda a: a.tanh(),
    lambda a: a.sigmoid(),
    lambda a: a.relu(),
    lambda a: a.sin(),
    lambda a: a.exp().log1p(),
    lambda a: (a * a + 1).sqrt(),
    lambda a: -a,
    lambda a: a.softmax(-1),
    lambda a: a.log_softmax(-1),
    lambda a: a.t(),
    lambda a: a - a.mean(0, keepdim=True),
    lambda a: a.sum(1, keepdim=True) * 0.3,
    lambda a: a.abs() ** 1.5,
    lambda a: a[1:2],
    lambda a: a.reshape(-1, 1)[:3],
    lambda a: a.clamp(-0.5, 0.5),
    lambda a: 2 / (a * a + 1),
)
BINARY = (
    lambda a, b: a + b,
    lambda a, b: a - b,
    lambda a, b: a * b,
    lambda a, b: a / (b * b + 1),
    lambda a, b: a @ b,
    lambda a, b: torch.maximum(a, b),
    lambda a, b: torch.where(a > 0, a, b),
    lambda a, b: torch.cat([a, b]),
)


def grown(seed, leaves):
    """The scalar that a random expression of the leaves gives; decided by the seed alone."""
    choose = random.Random(seed)
    values = list(leaves)
    while len(values) < 12:
        try:
            if choose.random() < 0.5:
                value = choose.choice(UNARY)(choose.choice(values))
            else:
                value = choose.choice(BINARY)(choose.choice(values), choose.choice(values))
        except (RuntimeError, IndexError):
            continue
        if value.dim() == 2 and 0 < value.numel() < 100:
            values.append(value)
    return sum((value * (0.1 * position)).sum() for position, value in enumerate(values))


@pytest.mark.parametrize("seed", range(300))
def test_a_random_graph_has_torchs_gradients(seed):
    generator = torch.Generator().manual_seed(seed)
    data = [torch.randn(3, 3, dtype=torch.float64, generator=generator) for _ in range(3)]
    mine = [fw.Variable(d) for d in data]
    theirs = [d.clone().requires_grad_() for d in data]
    value, expected = grown(seed, mine), grown(seed, theirs)
    torch.testing.assert_close(value.data, expected.detach(), rtol=1e-12, atol=1e-12)
    value.backward()
    expected.backward()
    for variable, leaf in zip(mine, theirs, strict=True):
        torch.testing.assert_close(variable.grad, leaf.grad, rtol=1e-10, atol=1e-10)
