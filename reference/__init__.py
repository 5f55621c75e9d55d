"""The referee: torch.nn, torch.optim and torch.nn.init under one name.

`reference.Linear` *is* `torch.nn.Linear`. Only the update rules of the reports that torch.optim
lacks are written here, as subclasses of `torch.optim.Optimizer`.
"""

from torch.nn import Parameter as Parameter
from torch.nn import init as init
from torch.nn.modules import *  # noqa: F403
from torch.optim import *  # noqa: F403
from torch.optim.lr_scheduler import *  # noqa: F403

from reference.rules import ExponentialMovingAverageSGD as ExponentialMovingAverageSGD
from reference.rules import UncorrectedAdam as UncorrectedAdam
