"""Every layer and loss of the framework once or more, with inputs that it takes."""

from dataclasses import dataclass

import pytest
import torch

import framework as fw
from framework import layers, losses

PLANE, LINE, SPACE = (4, 6, 8, 7), (4, 6, 9), (2, 4, 5, 6, 4)
ROWS = (5, 6)


@dataclass(frozen=True)
class Layer:
    """A layer's name and arguments, and the shape of an input; `indices`: their upper bound."""

    name: str
    arguments: dict
    shape: tuple[int, ...] = ROWS
    indices: int | None = None

    def build(self, namespace=fw):
        return getattr(namespace, self.name)(**self.arguments)

    def input(self, seed=0, dtype=torch.float32, runs=None):
        generator = torch.Generator().manual_seed(seed)
        shape = self.shape if runs is None else (runs, *self.shape)
        if self.indices is not None:
            return torch.randint(0, self.indices, shape, generator=generator)
        return torch.randn(shape, generator=generator, dtype=dtype)


def _plain(*names):
    return [Layer(name, {}) for name in names]


LAYERS = [
    *_plain(
        "CELU", "ELU", "GELU", "GLU", "Hardshrink", "Hardsigmoid", "Hardswish", "Hardtanh",
        "Identity", "LeakyReLU", "LogSigmoid", "Mish", "PReLU", "RReLU", "ReLU", "ReLU6", "SELU",
        "SiLU", "Sigmoid", "Softplus", "Softshrink", "Softsign", "Tanh", "Tanhshrink", "Dropout",
    ),
    Layer("ELU", {"alpha": 0.5}),
    Layer("GELU", {"approximate": "tanh"}),
    Layer("PReLU", {"num_parameters": 6}, LINE),
    Layer("Threshold", {"threshold": 0.2, "value": -1.0}),
    *(Layer(name, {"dim": 1}) for name in ("Softmax", "LogSoftmax", "Softmin")),
    *(Layer(name, {"dim": 0}) for name in ("Softmax", "LogSoftmax", "Softmin")),
    Layer("Softmax", {"dim": -1}, LINE),
    Layer("Softmax2d", {}, PLANE),
    Layer("Flatten", {}, LINE),
    Layer("Unflatten", {"dim": 1, "unflattened_size": (2, 3)}, LINE),
    *(Layer(f"Dropout{d}d", {}, s) for d, s in ((1, LINE), (2, PLANE), (3, SPACE))),
    Layer("Linear", {"in_features": 6, "out_features": 3}),
    Layer("Linear", {"in_features": 6, "out_features": 3, "bias": False}),
    Layer("Linear", {"in_features": 9, "out_features": 3}, LINE),
    Layer("Embedding", {"num_embeddings": 7, "embedding_dim": 3}, (4, 5), 7),
    Layer("Embedding", {"num_embeddings": 7, "embedding_dim": 3, "padding_idx": 2}, (4, 5), 7),
    Layer("LayerNorm", {"normalized_shape": 6}),
    Layer("LayerNorm", {"normalized_shape": (6, 9), "bias": False}, LINE),
    Layer("RMSNorm", {"normalized_shape": 6}),
    Layer("GroupNorm", {"num_groups": 2, "num_channels": 6}, LINE),
    Layer("LocalResponseNorm", {"size": 3}, PLANE),
    Layer("BatchNorm1d", {"num_features": 6}),
    Layer("BatchNorm1d", {"num_features": 6, "momentum": None, "affine": False}, LINE),
    Layer("BatchNorm2d", {"num_features": 6}, PLANE),
    Layer("BatchNorm3d", {"num_features": 4, "track_running_stats": False}, SPACE),
    Layer("InstanceNorm1d", {"num_features": 6}, LINE),
    Layer("InstanceNorm2d", {"num_features": 6, "affine": True}, PLANE),
    Layer("InstanceNorm3d", {"num_features": 4, "track_running_stats": True}, SPACE),
    Layer("Conv1d", {"in_channels": 6, "out_channels": 4, "kernel_size": 3}, LINE),
    Layer(
        "Conv1d",
        {"in_channels": 6, "out_channels": 4, "kernel_size": 3, "stride": 2, "dilation": 2,
         "groups": 2, "padding": 3, "bias": False},
        LINE,
    ),
    Layer("Conv2d", {"in_channels": 6, "out_channels": 4, "kernel_size": (3, 2)}, PLANE),
    *(
        Layer(
            "Conv2d",
            {"in_channels": 6, "out_channels": 6, "kernel_size": 3, "padding": (2, 1),
             "groups": 3, "padding_mode": mode},
            PLANE,
        )
        for mode in ("reflect", "replicate", "circular")
    ),
    Layer(
        "Conv3d", {"in_channels": 4, "out_channels": 2, "kernel_size": 2, "padding": "same"}, SPACE
    ),
    Layer(
        "ConvTranspose1d",
        {"in_channels": 6, "out_channels": 4, "kernel_size": 3, "stride": 2, "padding": 1,
         "output_padding": 1, "groups": 2},
        LINE,
    ),
    Layer(
        "ConvTranspose2d",
        {"in_channels": 6, "out_channels": 4, "kernel_size": 3, "stride": (2, 3), "dilation": 2},
        PLANE,
    ),
    Layer("ConvTranspose3d", {"in_channels": 4, "out_channels": 2, "kernel_size": 2}, SPACE),
    *(
        Layer(f"{kind}Pool{d}d", {"kernel_size": 2}, shape)
        for kind in ("Max", "Avg")
        for d, shape in ((1, LINE), (2, PLANE), (3, SPACE))
    ),
    Layer(
        "MaxPool2d",
        {"kernel_size": 3, "stride": 2, "padding": 1, "dilation": 2, "ceil_mode": True},
        PLANE,
    ),
    *(
        Layer(
            "AvgPool2d",
            {"kernel_size": 3, "stride": 2, "padding": 1, "ceil_mode": True,
             "count_include_pad": counts},
            PLANE,
        )
        for counts in (True, False)
    ),
    *(
        Layer(f"LPPool{d}d", {"norm_type": 2, "kernel_size": 2}, shape)
        for d, shape in ((1, LINE), (2, PLANE), (3, SPACE))
    ),
    *(
        Layer(f"Adaptive{kind}Pool{d}d", {"output_size": 3}, shape)
        for kind in ("Max", "Avg")
        for d, shape in ((1, LINE), (2, PLANE), (3, SPACE))
    ),
    *(
        Layer(f"{kind}Pad{d}d", {"padding": 2}, shape)
        for kind in ("Zero", "Reflection", "Replication", "Circular")
        for d, shape in ((1, LINE), (2, PLANE), (3, SPACE))
    ),
    *(
        Layer(f"ConstantPad{d}d", {"padding": 1, "value": 2.5}, shape)
        for d, shape in ((1, LINE), (2, PLANE), (3, SPACE))
    ),
    *(
        Layer(name, {"input_size": 6, "hidden_size": 3})
        for name in ("RNNCell", "GRUCell")
    ),
]  # fmt: skip
#: Layers of two inputs or outputs, which have tests of their own.
OF_MORE = {"Bilinear", "LSTMCell"}
RANDOM = {"Dropout", "Dropout1d", "Dropout2d", "Dropout3d", "RReLU"}


@dataclass(frozen=True)
class Loss:
    """A loss' name and arguments, and what kinds of inputs it takes."""

    name: str
    arguments: dict
    takes: tuple[str, ...] = ("scores", "scores")

    def build(self, namespace=fw):
        return getattr(namespace, self.name)(**self.arguments)

    def inputs(self, seed=0, dtype=torch.float32, runs=None):
        generator = torch.Generator().manual_seed(seed)
        leading = () if runs is None else (runs,)
        return [_input(kind, leading, generator, dtype) for kind in self.takes]


def _input(kind, leading, generator, dtype):
    rows, classes = 11, 4

    def uniform(*shape):
        return torch.rand(*leading, *shape, generator=generator, dtype=dtype)

    def whole(high, *shape):
        return torch.randint(0, high, (*leading, *shape), generator=generator)

    return {
        "scores": lambda: torch.randn(*leading, rows, classes, generator=generator, dtype=dtype),
        "plane of scores": lambda: uniform(5, classes, 2, 3),
        "plane of indices": lambda: whole(classes, 5, 2, 3),
        "fractions": lambda: 0.05 + 0.9 * uniform(rows, classes),
        "distributions": lambda: uniform(rows, classes).softmax(-1),
        "yes or no": lambda: whole(2, rows, classes).to(dtype),
        "signs": lambda: (2 * whole(2, rows, classes) - 1).to(dtype),
        "sign of each": lambda: (2 * whole(2, rows) - 1).to(dtype),
        "indices": lambda: whole(classes, rows),
        "lists of indices": lambda: whole(classes + 1, rows, classes) - 1,
        "log-probabilities": lambda: uniform(rows, classes).log_softmax(-1),
        "counts": lambda: whole(5, rows, classes).to(dtype),
        "variances": lambda: 0.1 + uniform(rows, classes),
    }[kind]()


WEIGHT = torch.tensor([0.5, 1.0, 2.0, 0.3])
_ONE_SHAPE = [
    Loss("MSELoss", {}),
    Loss("L1Loss", {}),
    Loss("HuberLoss", {"delta": 0.7}),
    Loss("SmoothL1Loss", {}),
    Loss("SmoothL1Loss", {"beta": 0.0}),
    Loss("KLDivLoss", {}, ("log-probabilities", "distributions")),
    Loss("PoissonNLLLoss", {"full": True}, ("scores", "counts")),
    Loss("BCELoss", {}, ("fractions", "yes or no")),
    Loss("BCELoss", {"weight": WEIGHT}, ("fractions", "yes or no")),
    Loss("BCEWithLogitsLoss", {}, ("scores", "yes or no")),
    Loss(
        "BCEWithLogitsLoss", {"weight": WEIGHT, "pos_weight": 2 * WEIGHT}, ("scores", "yes or no")
    ),
    Loss("SoftMarginLoss", {}, ("scores", "signs")),
    Loss("HingeEmbeddingLoss", {}, ("scores", "signs")),
    Loss("MultiLabelSoftMarginLoss", {"weight": WEIGHT}, ("scores", "yes or no")),
    Loss("NLLLoss", {}, ("log-probabilities", "indices")),
    Loss("NLLLoss", {"weight": WEIGHT, "ignore_index": 1}, ("log-probabilities", "indices")),
    Loss("CrossEntropyLoss", {}, ("scores", "indices")),
    Loss("CrossEntropyLoss", {}, ("plane of scores", "plane of indices")),
    Loss("CrossEntropyLoss", {}, ("scores", "distributions")),
    Loss("CrossEntropyLoss", {"weight": WEIGHT}, ("scores", "indices")),
    Loss(
        "CrossEntropyLoss",
        {"weight": WEIGHT, "ignore_index": 2, "label_smoothing": 0.1},
        ("scores", "indices"),
    ),
    Loss("CrossEntropyLoss", {"label_smoothing": 0.1}, ("scores", "distributions")),
    Loss("MultiMarginLoss", {"p": 2, "weight": WEIGHT}, ("scores", "indices")),
    Loss("MultiLabelMarginLoss", {}, ("scores", "lists of indices")),
    Loss("GaussianNLLLoss", {"full": True}, ("scores", "scores", "variances")),
    Loss("MarginRankingLoss", {"margin": 0.1}, ("scores", "scores", "signs")),
    Loss("CosineEmbeddingLoss", {"margin": 0.1}, ("scores", "scores", "sign of each")),
    Loss("TripletMarginLoss", {"swap": True}, ("scores", "scores", "scores")),
]
LOSSES = [
    Loss(loss.name, {**loss.arguments, "reduction": reduction}, loss.takes)
    for loss in _ONE_SHAPE
    for reduction in ("mean", "sum", "none")
] + [Loss("KLDivLoss", {"reduction": "batchmean"}, ("log-probabilities", "distributions"))]


def named(item):
    shown = {k: "…" if isinstance(v, torch.Tensor) else v for k, v in item.arguments.items()}
    return f"{item.name}({', '.join(f'{k}={v}' for k, v in shown.items())})"


EACH_LAYER = pytest.mark.parametrize("layer", LAYERS, ids=named)
EACH_LOSS = pytest.mark.parametrize("loss", LOSSES, ids=named)
ALL_LAYERS = set(layers.__all__) - {"seed_noise"}
ALL_LOSSES = set(losses.__all__)
