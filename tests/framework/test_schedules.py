"""Learning rates of every schedule are torch's, epoch by epoch."""

import pytest
import torch

import framework as fw

pytestmark = pytest.mark.filterwarnings("ignore:Detected call of")
SCHEDULES = [
    ("StepLR", {"step_size": 3, "gamma": 0.5}),
    ("MultiStepLR", {"milestones": [3, 7, 7, 20]}),
    ("ConstantLR", {}),
    ("LinearLR", {}),
    ("LinearLR", {"start_factor": 0.1, "end_factor": 0.5, "total_iters": 13}),
    ("ExponentialLR", {"gamma": 0.9}),
    ("PolynomialLR", {"power": 2, "total_iters": 20}),
    ("CosineAnnealingLR", {"T_max": 7, "eta_min": 0.01}),
    ("CosineAnnealingWarmRestarts", {"T_0": 3, "T_mult": 2}),
    ("LambdaLR", {"lr_lambda": lambda epoch: 0.95**epoch}),
    ("MultiplicativeLR", {"lr_lambda": lambda epoch: 0.95}),
]
SIDES = {fw: fw, torch.optim: torch.optim.lr_scheduler}


def optimizer(namespace, lr=0.3):
    parameter = fw.Parameter if namespace is fw else torch.nn.Parameter
    return namespace.SGD(
        [
            {"params": [parameter(torch.zeros(1))]},
            {"params": [parameter(torch.zeros(1))], "lr": 2.0},
        ],
        lr=lr,
    )


def rates(namespace, build, steps):
    under = optimizer(namespace)
    schedule = build(SIDES[namespace], under)
    seen = []
    for arguments in steps:
        seen.append([group["lr"] for group in under.param_groups])
        schedule.step(*arguments)
    return seen


@pytest.mark.parametrize(("name", "arguments"), SCHEDULES)
def test_a_schedule_gives_torchs_learning_rates(name, arguments):
    def build(namespace, under):
        return getattr(namespace, name)(under, **arguments)

    steps = [()] * 40
    assert rates(fw, build, steps) == rates(torch.optim, build, steps)


def test_a_sequence_gives_torchs_learning_rates():
    def build(namespace, under):
        parts = [
            namespace.LinearLR(under, 0.1, total_iters=5),
            namespace.CosineAnnealingLR(under, 10),
            namespace.MultiplicativeLR(under, lambda epoch: 0.9),
        ]
        return namespace.SequentialLR(under, parts, [5, 12])

    steps = [()] * 30
    assert rates(fw, build, steps) == rates(torch.optim, build, steps)


@pytest.mark.parametrize(
    "arguments",
    [
        {},
        {"mode": "max", "patience": 2, "cooldown": 3, "threshold_mode": "abs"},
        {"patience": 1, "min_lr": 0.01},
    ],
)
def test_a_plateau_gives_torchs_learning_rates(arguments):
    def build(namespace, under):
        return namespace.ReduceLROnPlateau(under, **arguments)

    generator = torch.Generator().manual_seed(1)
    steps = [(torch.rand((), generator=generator).item(),) for _ in range(80)]
    assert rates(fw, build, steps) == rates(torch.optim, build, steps)


def test_two_schedules_on_one_optimizer_multiply():
    under = optimizer(fw)
    schedules = fw.ExponentialLR(under, 0.5), fw.StepLR(under, 2, 0.1)
    for _ in range(2):
        for schedule in schedules:
            schedule.step()
    assert under.param_groups[0]["lr"] == pytest.approx(0.3 * 0.25 * 0.1)


def test_a_saved_schedule_goes_on():
    under = optimizer(fw)
    schedule = fw.CosineAnnealingLR(under, 10)
    for _ in range(4):
        schedule.step()
    other = optimizer(fw)
    resumed = fw.CosineAnnealingLR(other, 10)
    other.load_state_dict(under.state_dict())
    resumed.load_state_dict(schedule.state_dict())
    schedule.step(), resumed.step()
    assert other.param_groups[0]["lr"] == under.param_groups[0]["lr"]


def test_every_run_keeps_its_own_rate():
    models = [fw.Linear(2, 1) for _ in range(2)]
    under = fw.SGD(fw.stack(models).parameters(), lr=torch.tensor([0.1, 0.4]))
    schedule = fw.StepLR(under, 1, 0.5)
    schedule.step()
    assert torch.equal(under.param_groups[0]["lr"], torch.tensor([0.05, 0.2]))
    assert torch.equal(schedule.base_lrs[0], torch.tensor([0.1, 0.4]))
