"""Bugs in optimizers: state that starts wrong, corrections, epsilons, decays, arguments unheard."""

from typing import Any

import torch

from experiments.parity.gallery.patches import Bug, Patch, around, attribute, both, fw, ignored
from framework.optimizers.optimizer import Optimizer

SGD, ADAM, ADAMW = "optimizers/SGD(", "optimizers/Adam(", "optimizers/AdamW("


def _gradient(change: Any) -> Patch:
    """SGD sees `change(gradient, group, step)`."""

    def update(
        right: Any, self: Any, p: Any, g: Any, s: Any, scalars: Any, group: Any, k: int
    ) -> None:
        right(self, p, change(g, group, k), s, scalars, group, k)

    return around(fw.SGD, "update", update)


def _adam_scalars(change: Any) -> Patch:
    """Adam's numbers are overlaid with `change(group, step)`."""
    return around(
        fw.Adam, "scalars", lambda right, self, group, k: right(self, group, k) | change(group, k)
    )


def _inside_root(self: Any, p: Any, g: Any, s: Any, scalars: Any, group: Any, k: int) -> None:
    """Adam with epsilon under the root."""
    s["exp_avg"].lerp_(g, 1 - group["betas"][0])
    s["exp_avg_sq"].lerp_(g * g, 1 - group["betas"][1])
    corrected = s["exp_avg_sq"] / scalars.root_correction**2
    p.addcdiv_(s["exp_avg"] * scalars.negative_step_size, (corrected + group["eps"]).sqrt())


def _uncorrected_eps(
    right: Any, self: Any, p: Any, g: Any, s: Any, scalars: Any, group: Any, k: int
) -> None:
    """Epsilon joins before the second moment is corrected."""
    correction = (1 - group["betas"][1] ** k) ** 0.5
    right(self, p, g, s, scalars, {**group, "eps": group["eps"] / correction}, k)


def _forgetful(
    right: Any, self: Any, p: Any, g: Any, s: Any, scalars: Any, group: Any, k: int
) -> None:
    """The first moment begins anew at every step."""
    s["exp_avg"].zero_()
    right(self, p, g, s, scalars, group, k)


def _decayed_at_once(
    right: Any, self: Any, p: Any, g: Any, s: Any, scalars: Any, group: Any, k: int
) -> None:
    """SGD's decay shrinks the parameter instead of joining the gradient."""
    p.add_(p * (group["weight_decay"] * scalars.negative_lr))
    right(self, p, g, s, scalars, {**group, "weight_decay": 0}, k)


def _decoupled(owner: Any, decoupled: bool) -> Patch:
    """The optimizer's other kind of weight decay."""

    def update(right: Any, self: Any, *arguments: Any) -> None:
        *first, group, k = arguments
        right(self, *first, {**group, "decoupled_weight_decay": decoupled}, k)

    def scalars(right: Any, self: Any, group: Any, k: int) -> Any:
        return right(self, {**group, "decoupled_weight_decay": decoupled}, k)

    return both(around(owner, "update", update), around(owner, "scalars", scalars))


def _without(name: str) -> Any:
    """A state that is zero again before every step."""

    def update(right: Any, self: Any, p: Any, g: Any, s: Any, *more: Any) -> None:
        s[name].zero_()
        right(self, p, g, s, *more)

    return update


def _rms_inside_root(
    right: Any, self: Any, p: Any, g: Any, s: Any, scalars: Any, group: Any, k: int
) -> None:
    """Adding epsilon to the square average of all elements beforehand is adding it inside."""
    s["square_avg"].add_(group["eps"] / group["alpha"])
    right(self, p, g, s, scalars, {**group, "eps": 0.0}, k)
    s["square_avg"].sub_(group["eps"])


def _undecayed_norm(
    right: Any, self: Any, p: Any, g: Any, s: Any, scalars: Any, group: Any, k: int
) -> None:
    s["exp_inf"].div_(group["betas"][1])
    right(self, p, g, s, scalars, group, k)


def _unskipped(right: Any, self: Any, p: Any, g: Any, s: Any, *more: Any) -> None:
    """Where the gradient turned, a step of the new size is taken all the same."""
    turned = g * s["prev"] < 0
    right(self, p, g, s, *more)
    p.sub_(torch.where(turned, g.sign() * s["step_size"], 0.0))


def _same(rate: Any) -> Any:
    """The first run's rate for all."""
    return rate[:1].expand_as(rate).clone() if isinstance(rate, torch.Tensor) else rate


BUGS = (
    Bug("SGD: the learning rate is ignored", SGD, ignored(fw.SGD, lr=1e-3), "deschenaux-2021"),
    Bug("SGD: all runs take the first run's learning rate", "models/", ignored(fw.SGD, lr=_same)),
    Bug("SGD: momentum is ignored", SGD, ignored(fw.SGD, momentum=0.0)),
    Bug("SGD: momentum as a moving average", SGD,
        _gradient(lambda g, group, k: g * (1 - group["momentum"]))),
    Bug("SGD: the velocity starts at zero and the first step is dampened", SGD + "momentum",
        _gradient(lambda g, group, k: g * (1 - group["dampening"]) if k == 1 else g)),
    Bug("SGD: the first step goes nowhere", SGD,
        _gradient(lambda g, group, k: g * 0 if k == 1 else g)),
    Bug("SGD: dampening is ignored", SGD, ignored(fw.SGD, dampening=0.0)),
    Bug("SGD: dampening is the factor instead of one minus it", SGD,
        ignored(fw.SGD, dampening=lambda d: 1 - d if d != 0.5 else 0.25)),
    Bug("SGD: nesterov is ignored", SGD, ignored(fw.SGD, nesterov=False)),
    Bug("SGD: weight decay is ignored", SGD, ignored(fw.SGD, weight_decay=0.0)),
    Bug("SGD: weight decay without the factor 1, halved", SGD,
        ignored(fw.SGD, weight_decay=lambda decay: decay / 2)),
    Bug("SGD: decoupled for coupled weight decay", SGD + "momentum=0.9, weight",
        around(fw.SGD, "update", _decayed_at_once)),
    Bug("SGD: maximize is ignored", SGD, ignored(fw.SGD, maximize=False)),
    Bug("Adam: no bias correction", ADAM,
        _adam_scalars(lambda group, k: {"negative_step_size": -group["lr"],
                                        "root_correction": 1.0}), "deschenaux-2021"),
    Bug("Adam: only the first moment is corrected", ADAM,
        _adam_scalars(lambda group, k: {"root_correction": 1.0})),
    Bug("Adam: bias correction counts from 0, so one step late", ADAM,
        around(fw.Adam, "scalars", lambda right, self, group, k: right(self, group, k + 1))),
    Bug("Adam: epsilon inside the root", ADAM, attribute(fw.Adam, "update", _inside_root),
        "deschenaux-2021"),
    Bug("Adam: epsilon joins before the correction", ADAM,
        around(fw.Adam, "update", _uncorrected_eps)),
    Bug("Adam: the two betas are exchanged", ADAM,
        ignored(fw.Adam, betas=lambda betas: betas[::-1], default=(0.9, 0.999))),
    Bug("Adam: the correction is taken to the wrong power", ADAM,
        _adam_scalars(lambda group, k: {"root_correction": 1 - group["betas"][1] ** k})),
    Bug("Adam: betas are ignored", ADAM + "betas", ignored(fw.Adam, betas=(0.9, 0.999))),
    Bug("Adam: eps is ignored", ADAM + "eps", ignored(fw.Adam, eps=1e-8)),
    Bug("Adam: the first moment is forgotten at every step", ADAM,
        around(fw.Adam, "update", _forgetful)),
    Bug("Adam: amsgrad is ignored", ADAM + "amsgrad", ignored(fw.Adam, amsgrad=False)),
    Bug("Adam: decoupled for coupled weight decay", ADAM + "weight",
        _decoupled(fw.Adam, True)),
    Bug("AdamW: coupled for decoupled weight decay", ADAMW, _decoupled(fw.AdamW, False)),
    Bug("AdamW: the decay is not multiplied by the learning rate", ADAMW,
        around(fw.AdamW, "scalars", lambda right, self, group, k:
               right(self, group, k) | {"decay": 1 - group["weight_decay"]})),
    Bug("RMSprop: epsilon inside the root", "optimizers/RMSprop(",
        around(fw.RMSprop, "update", _rms_inside_root)),
    Bug("RMSprop: centered is ignored", "optimizers/RMSprop(centered",
        ignored(fw.RMSprop, centered=False)),
    Bug("RMSprop: alpha weighs the new square", "optimizers/RMSprop(",
        ignored(fw.RMSprop, alpha=lambda alpha: 1 - alpha, default=0.99)),
    Bug("Adagrad: squares are not summed", "optimizers/Adagrad(",
        around(fw.Adagrad, "update", _without("sum"))),
    Bug("Adagrad: lr_decay is ignored", "optimizers/Adagrad(lr_decay",
        ignored(fw.Adagrad, lr_decay=0.0)),
    Bug("Adagrad: lr_decay counts one step too many", "optimizers/Adagrad(lr_decay",
        around(fw.Adagrad, "scalars", lambda right, self, group, k: right(self, group, k + 1))),
    Bug("Adadelta: the learning rate is ignored", "optimizers/Adadelta(",
        ignored(fw.Adadelta, lr=0.5)),
    Bug("Adadelta: the updates are not remembered", "optimizers/Adadelta(",
        around(fw.Adadelta, "update", _without("acc_delta"))),
    Bug("Adamax: no bias correction", "optimizers/Adamax(",
        around(fw.Adamax, "scalars", lambda right, self, group, k: right(self, group, 10**6))),
    Bug("Adamax: the norm does not decay", "optimizers/Adamax(",
        around(fw.Adamax, "update", _undecayed_norm)),
    Bug("NAdam: the momentum is not scheduled", "optimizers/NAdam(",
        around(fw.NAdam, "_momentum", lambda right, self, group, k: group["betas"][0])),
    Bug("NAdam: momentum_decay is ignored", "optimizers/NAdam(momentum_decay",
        ignored(fw.NAdam, momentum_decay=0.004)),
    Bug("RAdam: rectified from the first step", "optimizers/RAdam(",
        around(fw.RAdam, "_lengths",
               lambda right, self, group, k: (max(5.1, right(self, group, k)[0]),
                                              right(self, group, k)[1]))),
    Bug("RAdam: the rectification is missing", "optimizers/RAdam(",
        around(fw.RAdam, "scalars", lambda right, self, group, k:
               right(self, group, k) | {"rectification": 1.0})),
    Bug("Rprop: the two factors are exchanged", "optimizers/Rprop(",
        around(fw.Rprop, "scalars", lambda right, self, group, k:
               right(self, {**group, "etas": group["etas"][::-1]}, k))),
    Bug("Rprop: the step after a turn is not skipped", "optimizers/Rprop(",
        around(fw.Rprop, "update", _unskipped)),
    Bug("ASGD: lambd is ignored", "optimizers/ASGD(lambd", ignored(fw.ASGD, lambd=1e-4)),
    Bug("ASGD: the rate does not decay", "optimizers/ASGD(lambd",
        around(fw.ASGD, "_eta", lambda right, self, group, done: right(self, group, 0))),
    Bug("every optimizer: zero_grad does nothing", "models/",
        attribute(Optimizer, "zero_grad", lambda self: None)),
)  # fmt: skip
