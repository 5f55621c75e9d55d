"""Wrong use gets a sentence that names object, expectation and what came."""

import pytest
import torch

import framework as fw

X = torch.ones(4, 2)


def trained_once():
    model = fw.Linear(2, 2)
    optimizer = fw.SGD(model.parameters(), lr=0.1)
    fw.MSELoss()(model(fw.Variable(X)), X).backward()
    optimizer.step()
    return model, optimizer


CASES = {
    "layers that do not fit": (
        lambda: fw.Sequential(fw.Linear(2, 5), fw.ReLU(), fw.Linear(4, 2)),
        ValueError,
        r"Linear\(in_features=4, out_features=2\) cannot follow Linear\(in_features=2, "
        r"out_features=5\): it takes 4 features and gets 5",
    ),
    "an input of other features": (
        lambda: fw.Linear(3, 2)(X),
        ValueError,
        r"Linear\(in_features=3, .* takes 3 features .* shape \(4, 2\)",
    ),
    "an input without the stacked runs of a layer": (
        lambda: fw.stack([fw.Linear(2, 2), fw.Linear(2, 2)])(X),
        ValueError,
        r"of 2 stacked runs takes an input of shape \(2, \*, 2\), and got one of \(4, 2\)",
    ),
    "an input without features": (
        lambda: fw.Linear(1, 2)(X[0, 0]),
        ValueError,
        r"takes 1 features .* shape \(\)",
    ),
    "mixed dtypes in a layer": (
        lambda: fw.Linear(2, 2)(X.double()),
        TypeError,
        "holds torch.float32, and got an input of torch.float64",
    ),
    "mixed dtypes in a convolution": (
        lambda: fw.Conv1d(2, 2, 1)(X.double().reshape(2, 2, 2)),
        TypeError,
        "holds torch.float32, and got an input of torch.float64",
    ),
    **{
        f"mixed dtypes in {layer}": (
            lambda layer=layer: layer(X.double()),
            TypeError,
            "holds torch.float32, and got an input of torch.float64",
        )
        for layer in (
            fw.LayerNorm(2),
            fw.RMSNorm(2),
            fw.BatchNorm1d(2),
            fw.GroupNorm(1, 2),
            fw.PReLU(),
            fw.GRUCell(2, 2),
        )
    },
    "mixed dtypes in a loss": (
        lambda: fw.MSELoss()(X, X.double()),
        TypeError,
        "MSELoss takes prediction and target of one dtype",
    ),
    "other shapes in a loss": (
        lambda: fw.MSELoss()(X, X[:3]),
        ValueError,
        r"MSELoss takes .* one shape, and got \(4, 2\) and \(3, 2\)",
    ),
    "an empty batch": (
        lambda: fw.MSELoss()(X[:0], X[:0]),
        ValueError,
        "MSELoss: the batch is empty",
    ),
    "an empty batch of indices": (
        lambda: fw.CrossEntropyLoss()(X[:0], torch.ones(0).long()),
        ValueError,
        "CrossEntropyLoss: the batch is empty",
    ),
    "an empty batch of label lists": (
        lambda: fw.MultiLabelMarginLoss()(X[:0], X[:0].long()),
        ValueError,
        "MultiLabelMarginLoss: the batch is empty",
    ),
    "a class above the last": (
        lambda: fw.CrossEntropyLoss()(X, torch.tensor([0, 1, 2, 0])),
        ValueError,
        "takes class indices from 0 to 1, and got 2",
    ),
    "a class below 0": (
        lambda: fw.CrossEntropyLoss()(X, torch.tensor([0, 1, -1, 0])),
        ValueError,
        "takes class indices from 0 to 1, and got -1",
    ),
    "a class above the last, with weights": (
        lambda: fw.NLLLoss(weight=torch.ones(2))(X, torch.tensor([0, 1, 5, 0])),
        ValueError,
        "takes class indices from 0 to 1, and got 5",
    ),
    "indices of a small dtype": (
        lambda: fw.CrossEntropyLoss()(X, torch.zeros(4, dtype=torch.int32)),
        TypeError,
        "takes class indices of int64, and got torch.int32",
    ),
    "indices of another shape": (
        lambda: fw.CrossEntropyLoss()(X, torch.zeros(3).long()),
        ValueError,
        r"takes a prediction \(n, classes, …\)",
    ),
    "probabilities of another shape": (
        lambda: fw.CrossEntropyLoss()(X, torch.zeros(4, 3)),
        ValueError,
        "takes probabilities of the scores' shape",
    ),
    "a probability above 1": (
        lambda: fw.BCELoss()(2 * X, X),
        ValueError,
        "takes probabilities from 0 to 1.*for scores use BCEWithLogitsLoss",
    ),
    "an unknown reduction": (
        lambda: fw.MSELoss(reduction="median"),
        ValueError,
        "MSELoss takes reduction mean, sum, none, and got 'median'",
    ),
    "an old argument": (
        lambda: fw.MSELoss(size_average=True),
        ValueError,
        "use reduction=",
    ),
    "backward of an unreduced loss": (
        lambda: fw.MSELoss(reduction="none").backward(X, X),
        RuntimeError,
        "needs a gradient",
    ),
    "a step before any backward": (
        lambda: fw.SGD(fw.Linear(2, 2).parameters(), lr=0.1).step(),
        RuntimeError,
        "SGD.step: no parameter has a gradient",
    ),
    "a negative learning rate": (
        lambda: fw.SGD(fw.Linear(2, 2).parameters(), lr=-0.1),
        ValueError,
        "SGD takes lr ≥ 0, and got -0.1",
    ),
    "a learning rate that is no number": (
        lambda: fw.SGD(fw.Linear(2, 2).parameters(), lr=float("nan")),
        ValueError,
        "SGD takes lr ≥ 0, and got nan",
    ),
    "a beta of 1": (
        lambda: fw.Adam(fw.Linear(2, 2).parameters(), betas=(0.9, 1.0)),
        ValueError,
        r"takes betas in \[0, 1\), and got 1.0 at 1",
    ),
    "no parameters": (
        lambda: fw.SGD(fw.ReLU().parameters(), lr=0.1),
        ValueError,
        "SGD got no parameters",
    ),
    "tensors instead of parameters": (
        lambda: fw.SGD([torch.ones(2)], lr=0.1),
        TypeError,
        "SGD takes Parameters, and got Tensor",
    ),
    "a parameter twice": (
        lambda: fw.SGD([fw.Parameter(X)] * 2, lr=0.1),
        ValueError,
        "a parameter appears twice",
    ),
    "gradients of other shapes": (
        lambda: fw.SGD([fw.Parameter(X)], lr=0.1).step(gradients=[X[0]]),
        ValueError,
        r"takes gradients of shapes \[\(4, 2\)\], and got \[\(2,\)\]",
    ),
    "a state of other groups": (
        lambda: trained_once()[1].load_state_dict({"state": {}, "param_groups": []}),
        ValueError,
        r"SGD.load_state_dict takes groups of \[2\] parameters, and got groups of \[\]",
    ),
    "a state of other shapes": (
        lambda: fw.Adam(fw.Linear(2, 2).parameters()).load_state_dict(
            {
                "state": {0: {"step": 1, "exp_avg": X}, 1: {"step": 1, "exp_avg": X}},
                "param_groups": [{"params": [0, 1]}],
            }
        ),
        ValueError,
        r"takes exp_avg of shape \(2, 2\) .* and got \(4, 2\)",
    ),
    "a trainer without a loss": (
        lambda: fw.Trainer(fw.Linear(2, 2)).fit(X, X),
        ValueError,
        "Trainer has no loss",
    ),
    "a trainer without an optimizer": (
        lambda: fw.Trainer(fw.Linear(2, 2), fw.MSELoss()).fit(X, X),
        ValueError,
        "Trainer has no optimizer",
    ),
    "a trainer without examples": (
        lambda: fw.Trainer(*model_loss_optimizer()).fit(X[:0], X[:0]),
        ValueError,
        "as many targets as inputs, and got 0 and 0",
    ),
    "a module without forward": (
        lambda: fw.Module()(X),
        NotImplementedError,
        "Module has no forward",
    ),
    "a list in a Sequential": (
        lambda: fw.Sequential([fw.ReLU()]),
        TypeError,
        "Sequential takes modules, and got list",
    ),
    "explicit backward through dropout": (
        lambda: fw.Sequential(fw.Linear(2, 2), fw.Dropout()).backward(X, X),
        RuntimeError,
        r"Dropout\(p=0.5, inplace=False\) cannot go backward explicitly.*record instead",
    ),
    "a probability to drop above 1": (
        lambda: fw.Dropout(1.5),
        ValueError,
        "Dropout takes p from 0 to 1, and got 1.5",
    ),
    "one value a channel in training": (
        lambda: fw.BatchNorm1d(2)(X[:1]),
        ValueError,
        "needs more than one value a channel while training",
    ),
    "other channels": (
        lambda: fw.Conv2d(3, 2, 1)(torch.ones(1, 2, 4, 4)),
        ValueError,
        r"takes \(n, 3, H, W\) or \(3, H, W\), and got an input of shape \(1, 2, 4, 4\)",
    ),
    "a window that does not fit": (
        lambda: fw.Conv1d(2, 2, 5)(torch.ones(1, 2, 3)),
        ValueError,
        "a window of length 5 does not fit into 3 elements padded by 0",
    ),
    "too wide a border": (
        lambda: fw.ReflectionPad1d(3)(torch.ones(1, 2, 3)),
        ValueError,
        "takes at most 2 along a length of 3",
    ),
    "an index outside a table": (
        lambda: fw.Embedding(3, 2)(torch.tensor([0, 3])),
        ValueError,
        "takes indices from 0 to 2, and got some from 0 to 3",
    ),
    "scores as indices": (
        lambda: fw.Embedding(3, 2)(torch.ones(2)),
        TypeError,
        "takes indices of an integer dtype, and got torch.float32",
    ),
    "an odd length to halve": (
        lambda: fw.GLU()(torch.ones(2, 3)),
        ValueError,
        "halves dimension -1, and its length is 3",
    ),
    "a schedule of no optimizer": (
        lambda: fw.StepLR(fw.Linear(2, 2), 3),
        TypeError,
        "StepLR takes an optimizer, and got Linear",
    ),
    "an unknown nonlinearity": (
        lambda: fw.init.calculate_gain("cosine"),
        ValueError,
        "calculate_gain knows .*, and got 'cosine'",
    ),
    "fans of a vector": (
        lambda: fw.init.xavier_normal_(torch.ones(3)),
        ValueError,
        "at least two dimensions",
    ),
}


def model_loss_optimizer():
    model = fw.Linear(2, 2)
    return model, fw.MSELoss(), fw.SGD(model.parameters(), lr=0.1)


@pytest.mark.parametrize("name", CASES)
def test_wrong_use_gets_a_sentence(name):
    call, error, sentence = CASES[name]
    with pytest.raises(error, match=sentence):
        call()


@pytest.mark.parametrize("name", CASES)
def test_a_sentence_hides_no_error_of_torchs(name):
    call, error, _ = CASES[name]
    with pytest.raises(error) as raised:
        call()
    assert raised.value.__cause__ is None
    assert raised.value.__suppress_context__ or raised.value.__context__ is None
