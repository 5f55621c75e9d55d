"""What there are cases of: layers, losses, optimizers and schedules, each with its arguments."""

from typing import Any

from experiments.parity.case import entry

ACTIVATIONS: dict[str, tuple[dict[str, Any], ...]] = {
    "ReLU": ({},),
    "ReLU6": ({},),
    "Hardtanh": ({}, {"min_val": -0.5, "max_val": 2.0}),
    "Tanh": ({},),
    "Tanhshrink": ({},),
    "Sigmoid": ({},),
    "LogSigmoid": ({},),
    "SiLU": ({},),
    "Mish": ({},),
    "Softplus": ({}, {"beta": 2.0, "threshold": 10.0}),
    "Softsign": ({},),
    "ELU": ({}, {"alpha": 0.5}),
    "CELU": ({}, {"alpha": 2.0}),
    "SELU": ({},),
    "GELU": ({}, {"approximate": "tanh"}),
    "LeakyReLU": ({}, {"negative_slope": 0.2}),
    "Hardsigmoid": ({},),
    "Hardswish": ({},),
    "Hardshrink": ({},),
    "Softshrink": ({},),
    "Threshold": ({"threshold": 0.5, "value": 2.0},),
    "Identity": ({},),
    "Softmax": ({"dim": 1},),
    "Softmin": ({"dim": 1},),
    "LogSoftmax": ({"dim": 1},),
}
ACTIVATION_INPUTS = (
    "normal", "one row", "odd", "empty", "strided", "transposed", "tiny", "huge", "extreme",
    "above", "below", "kinks", "ties", "infinite",
)  # fmt: skip
LAYER_INPUTS = ("normal", "one row", "odd", "strided", "transposed", "tiny", "huge", "empty")

LAYERS: tuple[tuple[str, dict[str, Any], tuple[int, ...]], ...] = (
    ("Linear", {"in_features": 7, "out_features": 3}, (7,)),
    ("Linear", {"in_features": 7, "out_features": 3, "bias": False}, (7,)),
    ("Linear", {"in_features": 1, "out_features": 1}, (1,)),
    ("Linear", {"in_features": 2, "out_features": 25}, (2,)),
    ("Linear", {"in_features": 25, "out_features": 1}, (25,)),
    ("PReLU", {}, (7,)),
    ("LayerNorm", {"normalized_shape": 7}, (7,)),
    ("LayerNorm", {"normalized_shape": 7, "elementwise_affine": False}, (7,)),
    ("RMSNorm", {"normalized_shape": 7, "eps": 1e-6}, (7,)),
    ("BatchNorm1d", {"num_features": 7}, (7,)),
    ("Dropout", {"p": 0.3}, (7,)),
    ("Flatten", {}, (2, 3)),
    ("Softmax", {"dim": 1}, (2,)),
    ("Softmax", {"dim": 1}, (33,)),
    ("LogSoftmax", {"dim": 1}, (2,)),
    ("LogSoftmax", {"dim": 1}, (33,)),
    ("Conv1d", {"in_channels": 2, "out_channels": 3, "kernel_size": 3, "padding": 1}, (2, 8)),
    ("Conv2d", {"in_channels": 2, "out_channels": 3, "kernel_size": 3, "stride": 2}, (2, 7, 6)),
    ("MaxPool2d", {"kernel_size": 2}, (2, 6, 6)),
    ("AvgPool2d", {"kernel_size": 2}, (2, 6, 6)),
)
NETWORKS = (
    (("Linear", 4, 6), "ReLU", ("Linear", 6, 3)),
    (("Linear", 4, 6), "Tanh", ("Linear", 6, 6), "Sigmoid", ("Linear", 6, 1)),
    (("Linear", 4, 6), "SELU", ("Linear", 6, 2), "Softmax"),
)

ELEMENTWISE: dict[str, tuple[tuple[dict[str, Any], ...], str, tuple[str, ...]]] = {
    "MSELoss": (({},), "normal", ("numbers", "equal numbers")),
    "L1Loss": (({},), "normal", ("numbers", "equal numbers")),
    "SmoothL1Loss": (({}, {"beta": 0.5}), "normal", ("numbers", "numbers 1 apart")),
    "HuberLoss": (({}, {"delta": 0.5}), "normal", ("numbers", "numbers half apart")),
    "BCELoss": (({},), "shares", ("shares", "bits")),
    "BCEWithLogitsLoss": (({}, {"pos_weight": (2.0, 0.5, 1.5)}), "normal", ("shares", "bits")),
    "KLDivLoss": (({}, {"log_target": True}), "normal", ("distributions",)),
    "PoissonNLLLoss": (({}, {"log_input": False}), "positive", ("counts",)),
    "SoftMarginLoss": (({},), "normal", ("signs",)),
}
CLASSES: tuple[tuple[str, dict[str, Any], str], ...] = (
    ("CrossEntropyLoss", {}, "indices"),
    ("CrossEntropyLoss", {"weight": (1.0, 2.0, 0.5)}, "indices"),
    ("CrossEntropyLoss", {"label_smoothing": 0.1}, "indices"),
    ("CrossEntropyLoss", {"label_smoothing": 0.1, "weight": (1.0, 2.0, 0.5)}, "indices"),
    ("CrossEntropyLoss", {}, "partly ignored indices"),
    ("CrossEntropyLoss", {}, "distributions"),
    ("CrossEntropyLoss", {"label_smoothing": 0.1}, "distributions"),
    ("CrossEntropyLoss", {}, "certainties"),
    ("NLLLoss", {}, "indices"),
    ("NLLLoss", {"weight": (1.0, 2.0, 0.5)}, "indices"),
    ("NLLLoss", {}, "partly ignored indices"),
)
REDUCTIONS = ("mean", "sum", "none")

OPTIMIZERS: tuple[tuple[str, float, tuple[dict[str, Any], ...]], ...] = (
    ("SGD", 0.1, (
        {}, {"momentum": 0.9}, {"momentum": 0.9, "dampening": 0.5},
        {"momentum": 0.9, "nesterov": True}, {"weight_decay": 0.1},
        {"momentum": 0.9, "weight_decay": 0.1, "nesterov": True}, {"maximize": True},
    )),
    ("Adam", 0.01, (
        {}, {"betas": (0.5, 0.9)}, {"eps": 1e-3}, {"amsgrad": True}, {"weight_decay": 0.1},
        {"weight_decay": 0.1, "maximize": True},
    )),
    ("AdamW", 0.01, ({}, {"weight_decay": 0.1}, {"amsgrad": True})),
    ("RMSprop", 0.01, (
        {}, {"alpha": 0.5}, {"centered": True}, {"momentum": 0.9}, {"weight_decay": 0.1},
        {"centered": True, "momentum": 0.9, "eps": 1e-3},
    )),
    ("Adagrad", 0.1, (
        {}, {"lr_decay": 0.1}, {"initial_accumulator_value": 0.5}, {"weight_decay": 0.1},
        {"eps": 1e-2},
    )),
    ("Adadelta", 1.0, ({}, {"rho": 0.5}, {"weight_decay": 0.1}, {"eps": 1e-2})),
    ("Adamax", 0.01, ({}, {"betas": (0.5, 0.9)}, {"weight_decay": 0.1}, {"eps": 1e-2})),
    ("NAdam", 0.01, (
        {}, {"momentum_decay": 0.1}, {"weight_decay": 0.1},
        {"weight_decay": 0.1, "decoupled_weight_decay": True},
    )),
    ("RAdam", 0.01, (
        {}, {"betas": (0.5, 0.9)}, {"weight_decay": 0.1},
        {"weight_decay": 0.1, "decoupled_weight_decay": True},
    )),
    ("Rprop", 0.01, ({}, {"etas": (0.4, 1.5)}, {"step_sizes": (0.008, 0.02)})),
    ("ASGD", 0.01, ({}, {"lambd": 0.1}, {"weight_decay": 0.1}, {"lambd": 0.1, "alpha": 0.5})),
    ("ExponentialMovingAverageSGD", 0.1, ({}, {"momentum": 0.9})),
    ("UncorrectedAdam", 0.01, ({}, {"eps_inside_root": True}, {"eps": 1e-3})),
)  # fmt: skip
PROPORTIONAL = {"SGD", "ASGD", "ExponentialMovingAverageSGD", "Adadelta", "Rprop"}
"""Optimizers whose steps are small by themselves where gradients are."""
SCHEDULES = (
    entry("StepLR", step_size=2, gamma=0.5),
    entry("ExponentialLR", gamma=0.7),
    entry("CosineAnnealingLR", T_max=3),
    entry("LinearLR", start_factor=0.25, total_iters=2),
)
