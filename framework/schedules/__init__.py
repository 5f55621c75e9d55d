"""Learning-rate schedules, under torch.optim.lr_scheduler's names.

Each is stepped once an epoch, after the optimizer: `schedule.step()`. Most multiply the learning
rate at hand, so that several may act on one optimizer.
"""

from framework.schedules.cosine import (
    CosineAnnealingLR,
    CosineAnnealingWarmRestarts,
)
from framework.schedules.factors import (
    ConstantLR,
    ExponentialLR,
    LambdaLR,
    LinearLR,
    MultiplicativeLR,
    MultiStepLR,
    PolynomialLR,
    StepLR,
)
from framework.schedules.plateau import (
    ReduceLROnPlateau,
)
from framework.schedules.schedule import (
    LRScheduler,
)
from framework.schedules.sequence import (
    SequentialLR,
)

__all__ = [
    "ConstantLR",
    "CosineAnnealingLR",
    "CosineAnnealingWarmRestarts",
    "ExponentialLR",
    "LRScheduler",
    "LambdaLR",
    "LinearLR",
    "MultiStepLR",
    "MultiplicativeLR",
    "PolynomialLR",
    "ReduceLROnPlateau",
    "SequentialLR",
    "StepLR",
]
