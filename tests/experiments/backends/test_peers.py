"""JAX and torch.compile train what torch.nn trains."""

import pytest
import torch

from experiments.backends import Unsupported, resolve
from experiments.specification import Entry, TrainingSpec

RUNS, POINTS, BATCH = 3, 27, 8


def linear(inputs, outputs, **more):
    return Entry("Linear", in_features=inputs, out_features=outputs, **more)


LAYERS = (linear(2, 8), Entry("ReLU"), linear(8, 3))
SGD, MSE = Entry("SGD"), Entry("MSELoss")


def training(layers=LAYERS, loss=MSE, optimizer=SGD, runs=RUNS, **more):
    rates = tuple(0.05 * (1 + run) for run in range(runs))
    return TrainingSpec(layers, loss, optimizer, rates, tuple(range(runs)), **more)


def start(name, training):
    """A session of a backend; run r starts from the same parameters in every backend."""
    states = []
    for run in range(training.runs):
        torch.manual_seed(run)
        layers = [getattr(torch.nn, each.name)(**each.arguments) for each in training.layers]
        states.append(torch.nn.Sequential(*layers).state_dict())
    return resolve(name).start(training, states)


def points(training, kind):
    draw = torch.Generator().manual_seed(7)
    x = torch.randn(training.runs, POINTS, 2, generator=draw)
    classes = torch.randint(3, (training.runs, POINTS), generator=draw)
    one_hot = torch.nn.functional.one_hot(classes, 3).float()
    order = torch.stack([torch.randperm(POINTS, generator=draw) for _ in range(training.runs)])
    return x, {"index": classes, "one-hot": one_hot}[kind], order


def train(name, training, kind="one-hot", epochs=2):
    session = start(name, training)
    x, target, order = points(training, kind)
    losses = [session.train_epoch(x, target, order, BATCH) for _ in range(epochs)]
    return torch.cat(losses, 1), session.predict(x), session.state_dicts()


def assert_as_torch(name, training, kind="one-hot"):
    ours, theirs = train(name, training, kind), train("torch", training, kind)
    for one, other in zip(ours, theirs, strict=True):
        torch.testing.assert_close(one, other, rtol=1e-3, atol=1e-5)


@pytest.fixture
def jax():
    return pytest.importorskip("jax")


@pytest.mark.usefixtures("jax")
def test_jax_trains_a_single_run_as_torch_does():
    assert_as_torch("jax", training(runs=1))


@pytest.mark.usefixtures("jax")
@pytest.mark.parametrize(
    "optimizer",
    [
        Entry("SGD", momentum=0.9),
        Entry("SGD", momentum=0.9, nesterov=True, weight_decay=0.1),
        Entry("Adam"),
        Entry("Adam", betas=(0.8, 0.9), eps=1e-3, weight_decay=0.1),
    ],
    ids=str,
)
def test_jax_updates_as_torch_does(optimizer):
    assert_as_torch("jax", training(optimizer=optimizer))


@pytest.mark.usefixtures("jax")
@pytest.mark.parametrize(
    ("loss", "kind"),
    [
        (Entry("MSELoss", reduction="sum"), "one-hot"),
        (Entry("MSELoss", reduction="batchmean"), "one-hot"),
        (Entry("L1Loss"), "one-hot"),
        (Entry("BCEWithLogitsLoss"), "one-hot"),
        (Entry("CrossEntropyLoss"), "index"),
        (Entry("CrossEntropyLoss"), "one-hot"),
        (Entry("CrossEntropyLoss", reduction="sum"), "index"),
    ],
    ids=str,
)
def test_jax_has_torch_s_losses(loss, kind):
    assert_as_torch("jax", training(loss=loss), kind)


@pytest.mark.usefixtures("jax")
def test_jax_has_torch_s_activations():
    layers = [linear(2, 8)]
    for activation in ("ReLU", "Tanh", "Sigmoid", "SELU", "SiLU", "Softplus", "Identity"):
        layers += [Entry(activation), linear(8, 3 if activation == "Identity" else 8)]
    assert_as_torch("jax", training(tuple(layers)))


@pytest.mark.usefixtures("jax")
@pytest.mark.parametrize("normaliser", ["Softmax", "LogSoftmax"])
def test_jax_normalises_along_the_outputs_of_each_run(normaliser):
    assert_as_torch("jax", training((*LAYERS, Entry(normaliser, dim=1))))


@pytest.mark.usefixtures("jax")
def test_jax_trains_layers_without_a_bias():
    assert_as_torch("jax", training((linear(2, 8, bias=False), Entry("ReLU"), linear(8, 3))))


@pytest.mark.usefixtures("jax")
def test_jax_sees_points_that_were_changed_in_place():
    session, again = (start("jax", training()) for _ in range(2))
    x, target, order = points(training(), "one-hot")
    session.train_epoch(x, target, order, BATCH)
    again.train_epoch(x.clone(), target, order, BATCH)
    x.mul_(2)
    expected = again.train_epoch(x.clone(), target, order, BATCH)
    assert torch.equal(session.train_epoch(x, target, order, BATCH), expected)


@pytest.mark.usefixtures("jax")
@pytest.mark.parametrize(
    ("asked", "reason"),
    [
        ({"dtype": "float64"}, "float32 on the CPU"),
        ({"schedule": Entry("StepLR", step_size=1)}, "without a schedule"),
        ({"layers": (*LAYERS, Entry("Dropout"))}, r"no Dropout\(\)"),
        ({"loss": Entry("NLLLoss")}, r"no NLLLoss\(\)"),
        ({"loss": Entry("CrossEntropyLoss", label_smoothing=0.1)}, "no label_smoothing="),
        ({"loss": Entry("MSELoss", reduction="none")}, "no MSELoss"),
        ({"optimizer": Entry("RMSprop")}, r"no RMSprop\(\)"),
        ({"optimizer": Entry("Adam", amsgrad=True)}, "no amsgrad= of Adam"),
    ],
    ids=lambda value: str(value) if isinstance(value, str) else "",
)
def test_jax_says_what_it_cannot_train(asked, reason):
    with pytest.raises(Unsupported, match=reason):
        start("jax", training(**asked))


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")
def test_compiled_torch_trains_as_torch_does():
    assert_as_torch("torch-compiled", training(optimizer=Entry("Adam"), runs=2))


def test_compiled_torch_says_that_it_needs_a_compiler(monkeypatch):
    monkeypatch.setenv("CXX", "no-such-compiler")
    with pytest.raises(Unsupported, match=r"needs a C\+\+ compiler"):
        start("torch-compiled", training())
