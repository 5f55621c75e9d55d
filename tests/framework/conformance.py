"""PyTorch's own conformance inputs: which of them the framework covers, and which not."""

import warnings

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    from torch.testing._internal.common_modules import module_db
    from torch.testing._internal.common_optimizers import optim_db

MODULES = {info.module_cls.__name__: info for info in module_db}
OPTIMIZERS = {info.optim_cls.__name__: info for info in optim_db}

#: The only modules of PyTorch's database that the framework does not have.
MODULES_NOT_COVERED = {
    "FractionalMaxPool2d",
    "FractionalMaxPool3d",
    "LazyConv1d",
    "LazyConv2d",
    "LazyConv3d",
    "LazyConvTranspose1d",
    "LazyConvTranspose2d",
    "LazyConvTranspose3d",
    "LinearCrossEntropyLoss",
    "CTCLoss",
    "TransformerEncoder",
    "TransformerEncoderLayer",
    "TransformerDecoderLayer",
    "Transformer",
    "MultiheadAttention",
    "RNN",
    "GRU",
    "LSTM",
}
#: The only optimizers of PyTorch's database that the framework does not have.
OPTIMIZERS_NOT_COVERED = {"Adafactor", "LBFGS", "Muon", "SparseAdam"}

COVERED_MODULES = sorted(set(MODULES) - MODULES_NOT_COVERED)
COVERED_OPTIMIZERS = sorted(set(OPTIMIZERS) - OPTIMIZERS_NOT_COVERED)
