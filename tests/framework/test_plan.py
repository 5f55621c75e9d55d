"""A plan changes where and when calls are made, and no bit of what they give."""

import random

import pytest
import torch
from torch import Tensor

import framework as fw
from framework.plan import Plan
from framework.recording import Recorder
from framework.replay import bind

SIZE = 4


def program(seed: int):
    """A random function that writes into `targets`, with many calls alike."""

    def run(inputs: list[Tensor], targets: list[Tensor]) -> Tensor:
        draw = random.Random(seed)
        known = list(inputs)
        for _ in range(draw.randint(5, 25)):
            a, b = draw.choice(known), draw.choice(known)
            made = {
                "sign": lambda a=a: a.sign(),
                "sum": lambda a=a: a.sum(-2).unsqueeze(0).expand(SIZE, SIZE),
                "copied sum": lambda a=a: targets[draw.randrange(2)].copy_(a.sum(-2)),
                "mul": lambda a=a, b=b: a * b,
                "sub": lambda a=a, b=b: a - b,
                "mm": lambda a=a, b=b: a @ b.mT,
                "half": lambda a=a: a * 0.5,
                "in place": lambda a=a, b=b: (a + b).sub_(b).mul_(0.5),
                "given new rows": lambda a=a, b=b: a.clone().copy_(b),
            }
            name = draw.choice([*made, "sign", "sign", "sum", "copied sum"])
            result = made[name]()
            known += [result] if result.shape == (SIZE, SIZE) and name != "copied sum" else []
        return sum(known[-3:], known[0])

    return run


def drawn(seed: int) -> list[Tensor]:
    generator = torch.Generator().manual_seed(seed)
    return [torch.randn(SIZE, SIZE, generator=generator) for _ in range(2)]


@pytest.mark.parametrize("hundred", range(10))
def test_random_programs_replay_to_the_bit(hundred):
    for seed in range(100 * hundred, 100 * hundred + 100):
        assert_replays(seed)


def assert_replays(seed: int) -> None:
    run, inputs, recorder = program(seed), drawn(0), Recorder()
    flat = torch.zeros(2 * 16)
    targets = [flat[:SIZE], flat[16 : 16 + SIZE]]
    with recorder:
        value = run(inputs, targets)
    plan = Plan(recorder.calls, [value])
    calls = bind(plan)
    for other in range(1, 4):
        for mine, new in zip(inputs, drawn(other), strict=True):
            mine.copy_(new)
        written = torch.zeros(2, SIZE)
        expected = run(drawn(other), list(written))
        flat.zero_()
        for call in calls:
            call()
        assert torch.equal(plan.place(value), expected), seed
        assert torch.equal(torch.stack(targets), written), seed


def recorded(model: fw.Module, batch: int) -> list[str]:
    """The names of the calls of a recorded step."""
    step = fw.TrainingStep(model, fw.MSELoss(), fw.SGD(model.parameters(), lr=0.1))
    for _ in range(3):
        step(torch.randn(batch, 2), torch.randn(batch, 2))
    (recording,) = step._recordings.values()
    return [getattr(getattr(c, "func", c), "__name__", "") for c in recording.calls]


def three_alike(width: int) -> fw.Module:
    layers = [fw.Linear(2, width), fw.ReLU()]
    for _ in range(2):
        layers += [fw.Linear(width, width), fw.ReLU()]
    return fw.Sequential(*layers, fw.Linear(width, 2))


def test_layers_that_are_alike_share_calls():
    names = recorded(three_alike(25), batch=100)
    assert names.count("sign") == 1
    assert names.count("sum") == 3  # of the loss, of the last bias, of the other three


def test_large_results_are_not_laid_side_by_side():
    assert recorded(three_alike(100), batch=100).count("sign_") == 3


def test_calls_with_a_zero_of_either_sign_are_not_one():
    x, recorder = torch.ones(3), Recorder()
    with recorder:
        value = torch.stack([x * 0.0, x * -0.0])
    plan = Plan(recorder.calls, [value])
    for call in bind(plan):
        call()
    assert torch.equal(plan.place(value).signbit(), value.signbit())


def test_sums_that_go_to_memory_of_other_steps_stay_apart():
    inputs, flat, recorder = drawn(0), torch.zeros(32), Recorder()
    targets = [flat[:SIZE], flat[16 : 16 + 2 * SIZE : 2]]
    with recorder:
        for x, target in zip(inputs, targets, strict=True):
            target.copy_((x * 2).sum(-2))
    calls = bind(Plan(recorder.calls, []))
    flat.zero_()
    for call in calls:
        call()
    assert torch.equal(torch.stack(targets), torch.stack([(x * 2).sum(-2) for x in inputs]))
