"""A replayed step leaves the bits of the eager lines it was recorded from."""

import copy
from collections.abc import Callable

import pytest
import torch
from torch import Tensor

import framework as fw
from framework.optimizers import blocks

STEPS = 6


def perceptron(activation: str = "ReLU") -> fw.Module:
    act = getattr(fw, activation)
    return fw.Sequential(fw.Linear(2, 5), act(), fw.Linear(5, 5), act(), fw.Linear(5, 2))


class SignDescent(fw.Optimizer):
    """A user's rule: p ← p − lr·sign(g). The learning rate is its only argument."""

    def __init__(self, params, lr):
        super().__init__(params, {"lr": lr})

    def update(self, parameter, gradient, state, scalars, group, step):
        parameter.addcmul_(gradient.sign(), scalars.negative_lr)


MODELS: dict[str, Callable[[], fw.Module]] = {
    **{name: lambda name=name: perceptron(name) for name in ("ReLU", "Tanh", "Sigmoid", "SELU")},
    "batch norm": lambda: fw.Sequential(fw.Linear(2, 5), fw.BatchNorm1d(5), fw.Linear(5, 2)),
    "layer norm": lambda: fw.Sequential(fw.Linear(2, 5), fw.LayerNorm(5), fw.Linear(5, 2)),
    "no bias": lambda: fw.Sequential(fw.Linear(2, 5, bias=False), fw.Linear(5, 2, bias=False)),
    "softmax": lambda: fw.Sequential(fw.Linear(2, 2), fw.Softmax(dim=1)),
    "convolution": lambda: fw.Sequential(
        fw.Unflatten(1, (1, 2)), fw.Conv1d(1, 3, 2, padding=1), fw.ReLU(), fw.Flatten(),
        fw.Linear(9, 2),
    ),
}  # fmt: skip
LOSSES = ("MSELoss", "CrossEntropyLoss", "BCEWithLogitsLoss", "L1Loss", "HuberLoss")
OPTIMIZERS = {
    "plain": lambda p: fw.SGD(p, lr=0.1),
    "momentum": lambda p: fw.SGD(p, lr=0.1, momentum=0.9, weight_decay=0.01),
    "nesterov": lambda p: fw.SGD(p, lr=0.1, momentum=0.9, nesterov=True),
    "dampened": lambda p: fw.SGD(p, lr=0.1, momentum=0.9, dampening=0.5),
    "Adam": lambda p: fw.Adam(p, lr=0.01),
    "AMSGrad": lambda p: fw.Adam(p, lr=0.01, amsgrad=True, weight_decay=0.01),
    **{
        name: lambda p, name=name: getattr(fw, name)(p)
        for name in ("AdamW", "RMSprop", "Adagrad", "Adadelta", "Adamax", "NAdam", "RAdam",
                     "Rprop", "ASGD")
    },
    "averaged gradient": lambda p: fw.ExponentialMovingAverageSGD(p, lr=0.1, momentum=0.9),
    "a user's": lambda p: SignDescent(p, lr=0.01),
    "uncorrected": lambda p: fw.UncorrectedAdam(p, lr=0.01),
}  # fmt: skip


def batches(loss: str, dtype: torch.dtype = torch.float32) -> list[tuple[Tensor, Tensor]]:
    generator = torch.Generator().manual_seed(1)
    x = torch.randn(STEPS, 7, 2, generator=generator, dtype=dtype)
    if loss == "CrossEntropyLoss":
        target = torch.randint(0, 2, (STEPS, 7), generator=generator)
    else:
        target = torch.rand(STEPS, 7, 2, generator=generator, dtype=dtype)
    return list(zip(x, target, strict=True))


def eager(model: fw.Module, loss: fw.Module, optimizer: fw.Optimizer) -> Callable[..., Tensor]:
    def step(x: Tensor, target: Tensor) -> Tensor:
        optimizer.zero_grad()
        value = loss(model(fw.Variable(x)), target)
        value.backward()
        optimizer.step()
        return value.data

    return step


def optimizer_of(lines: Callable[..., Tensor]) -> fw.Optimizer:
    held = [cell.cell_contents for cell in lines.__closure__]
    return next(each for each in held if isinstance(each, fw.Optimizer))


def both_ways(build, loss_name="MSELoss", optimizer="plain", dtype=torch.float32):
    torch.manual_seed(0)
    model = build().to(dtype)
    twin = copy.deepcopy(model)
    loss = getattr(fw, loss_name)()
    lines = eager(model, loss, OPTIMIZERS[optimizer](model.parameters()))
    step = fw.TrainingStep(twin, loss, OPTIMIZERS[optimizer](twin.parameters()))
    return model, lines, twin, step


def assert_same(model: fw.Module, twin: fw.Module) -> None:
    for (name, ours), theirs in zip(
        model.state_dict().items(), twin.state_dict().values(), strict=True
    ):
        assert torch.equal(ours, theirs), name


def assert_agree(model, lines, twin, step, data) -> None:
    """Each step's value, and what all of them leave, to the bit."""
    for x, target in data:
        assert torch.equal(lines(x, target), step(x, target))
    assert_same(model, twin)


def replays(step: fw.TrainingStep) -> int:
    return sum(recording is not None for recording in step._recordings.values())


@pytest.mark.parametrize("build", MODELS.values(), ids=MODELS)
@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_models_replay_to_the_bit(build, dtype):
    model, lines, twin, step = both_ways(build, dtype=dtype)
    for x, target in batches("MSELoss", dtype):
        assert torch.equal(lines(x, target), step(x, target))
        assert_same(model, twin)
    assert replays(step) == 1


@pytest.mark.parametrize("loss", LOSSES)
def test_losses_replay_to_the_bit(loss):
    model, lines, twin, step = both_ways(perceptron, loss)
    assert_agree(model, lines, twin, step, batches(loss))
    assert replays(step) == 1


@pytest.mark.parametrize("optimizer", OPTIMIZERS)
def test_optimizers_replay_to_the_bit(optimizer):
    model, lines, twin, step = both_ways(perceptron, optimizer=optimizer)
    for x, target in batches("MSELoss") * 3:
        lines(x, target)
        step(x, target)
        assert_same(model, twin)
    assert replays(step) >= 1


def test_each_batch_size_has_a_recording_of_its_own():
    model, lines, twin, step = both_ways(perceptron, optimizer="Adam")
    for x, target in batches("MSELoss") * 2:
        for size in (7, 3):
            assert torch.equal(lines(x[:size], target[:size]), step(x[:size], target[:size]))
    assert_same(model, twin)
    assert replays(step) == 2


def test_data_on_another_device_is_refused_and_costs_no_recording():
    *_, step = both_ways(perceptron)
    for x, target in batches("MSELoss"):
        step(x, target)
    with pytest.raises(RuntimeError, match="device"):
        step(x.to("meta"), target)
    with pytest.raises(RuntimeError, match="device"):
        step(x, target.to("meta"))
    assert replays(step) == 1


def test_a_changed_learning_rate_arrives_in_a_replay():
    model, lines, twin, step = both_ways(perceptron, optimizer="Adam")
    (x, target), *_ = batches("MSELoss")
    for rate in (0.1, 0.1, 0.1, 0.3, 0.01, 0.0):
        for optimizer in (optimizer_of(lines), step.optimizer):
            optimizer.param_groups[0]["lr"] = rate
        assert torch.equal(lines(x, target), step(x, target))
    assert_same(model, twin)


def test_dropout_draws_anew_in_every_replay_and_as_eager_code_does():
    build = lambda: fw.Sequential(fw.Linear(2, 50), fw.Dropout(0.5), fw.Linear(50, 2))  # noqa: E731
    model, lines, twin, step = both_ways(build)
    (x, target), *_ = batches("MSELoss")
    torch.manual_seed(3)
    expected = [lines(x, target) for _ in range(5)]
    torch.manual_seed(3)
    found = [step(x, target) for _ in range(5)]
    assert torch.equal(torch.stack(expected), torch.stack(found))
    assert_same(model, twin)


def test_evaluation_mode_is_recorded_apart_from_training_mode():
    build = lambda: fw.Sequential(fw.Linear(2, 5), fw.BatchNorm1d(5), fw.Linear(5, 2))  # noqa: E731
    model, lines, twin, step = both_ways(build)
    for x, target in batches("MSELoss"):
        for training in (True, False):
            model.train(training)
            twin.train(training)
            assert torch.equal(lines(x, target), step(x, target))
    assert_same(model, twin)


def test_gradients_stand_in_grad_after_a_replay():
    model, lines, twin, step = both_ways(perceptron)
    for x, target in batches("MSELoss"):
        lines(x, target)
        step(x, target)
    for ours, theirs in zip(model.parameters(), twin.parameters(), strict=True):
        assert torch.equal(ours.grad, theirs.grad)


def test_the_value_is_a_tensor_of_its_own():
    *_, step = both_ways(perceptron)
    (x, target), *_ = batches("MSELoss")
    values = [step(x, target) for _ in range(5)]
    assert len({v.item() for v in values}) == 5
    assert not values[-1].is_inference()


def test_inputs_are_left_as_they_were():
    *_, step = both_ways(perceptron)
    (x, target), *_ = batches("MSELoss")
    before = x.clone(), target.clone()
    for _ in range(4):
        step(x, target)
    assert torch.equal(x, before[0])
    assert torch.equal(target, before[1])


def test_loaded_state_is_what_the_next_replay_starts_from():
    model, lines, twin, step = both_ways(perceptron)
    data = batches("MSELoss")
    start = {name: value.clone() for name, value in model.state_dict().items()}
    for x, target in data:
        step(x, target)
    twin.load_state_dict(start)
    assert_agree(model, lines, twin, step, data)


def test_moved_parameters_are_recorded_anew():
    _, _, twin, step = both_ways(perceptron)
    (x, target), *_ = batches("MSELoss")
    for _ in range(4):
        step(x, target)
    twin.to(torch.float64)
    before = [p.data.clone() for p in twin.parameters()]
    for _ in range(4):
        step(x.double(), target.double())
    after = [p.data for p in twin.parameters()]
    assert all(p.dtype == torch.float64 for p in after)
    assert all(not torch.equal(a, b) for a, b in zip(before, after, strict=True))


class Doubting(fw.Module):
    """Decides from its elements what to compute."""

    def __init__(self):
        self.linear = fw.Linear(2, 2)

    def forward(self, x):
        y = self.linear(x)
        return -y if y.data.sum() > 0 else y


def test_a_model_that_looks_at_elements_stays_eager():
    model, lines, twin, step = both_ways(Doubting)
    assert_agree(model, lines, twin, step, batches("MSELoss") * 3)
    assert replays(step) == 0


class Shared(fw.Module):
    """Uses one layer twice."""

    def __init__(self):
        self.inner = fw.Linear(2, 2)

    def forward(self, x):
        return self.inner(self.inner(x).tanh())


def test_shared_weights_replay_to_the_bit():
    model, lines, twin, step = both_ways(Shared)
    assert_agree(model, lines, twin, step, batches("MSELoss"))
    assert replays(step) == 1


def test_a_class_index_out_of_range_is_refused_in_a_replay_and_changes_nothing():
    _, _, twin, step = both_ways(perceptron, "CrossEntropyLoss", "Adam")
    data = batches("CrossEntropyLoss")
    for x, target in data:
        step(x, target)
    before = copy.deepcopy(twin)
    wrong = data[0][1].clone()
    wrong[2] = 2
    with pytest.raises(ValueError, match="class indices from 0 to 1"):
        step(data[0][0], wrong)
    assert_same(before, twin)


def test_a_target_that_first_comes_to_be_ignored_moves_running_statistics_once():
    model, lines, twin, step = both_ways(MODELS["batch norm"], "CrossEntropyLoss")
    for index, (x, target) in enumerate(batches("CrossEntropyLoss") * 2):
        target[0] = -100 if index > 3 else target[0]
        assert torch.equal(lines(x, target), step(x, target))
        assert_same(model, twin)
    assert replays(step) == 1


def test_large_models_are_updated_in_pieces_to_the_bit(monkeypatch):
    monkeypatch.setattr(blocks, "CHUNK", 50_000)
    build = lambda: fw.Sequential(fw.Linear(2, 400), fw.Linear(400, 300), fw.Linear(300, 2))  # noqa: E731
    model, lines, twin, step = both_ways(build, optimizer="Adam")
    for x, target in batches("MSELoss")[:4]:
        assert torch.equal(lines(x, target), step(x, target))
    assert max(len(list(block.pieces())) for block in step.optimizer._blocks[0]) == 3
    assert_same(model, twin)


def test_unused_results_are_dropped_from_a_recording():
    *_, step = both_ways(perceptron)
    (x, target), *_ = batches("MSELoss")
    for _ in range(3):
        step(x, target)
    (recording,) = step._recordings.values()
    shapes = [call.args[0].shape for call in recording.calls if getattr(call, "args", ())]
    products = [s for s in shapes if s == (7, 5)]
    assert len(recording.calls) < 30, "the first layer's input gradient is computed by nobody"
    assert products


def test_a_changed_momentum_is_recorded_anew():
    model, lines, twin, step = both_ways(perceptron, optimizer="momentum")
    (x, target), *_ = batches("MSELoss")
    for _ in range(4):
        lines(x, target)
        step(x, target)
    for optimizer in (optimizer_of(lines), step.optimizer):
        optimizer.param_groups[0]["momentum"] = 0.5
    for _ in range(4):
        assert torch.equal(lines(x, target), step(x, target))
    assert_same(model, twin)


@pytest.mark.parametrize("optimizer", ["plain", "dampened", "RAdam"])
def test_an_epoch_is_its_steps_one_by_one(optimizer):
    model, lines, twin, step = both_ways(perceptron, optimizer=optimizer)
    x, target = (torch.cat(parts) for parts in zip(*batches("MSELoss"), strict=True))
    for _ in range(3):
        expected = [lines(*pair) for pair in zip(x.split(4), target.split(4), strict=True)]
        assert torch.equal(torch.stack(expected), step.epoch(x, target, 4))
        assert_same(model, twin)


def test_a_wrong_target_in_the_middle_of_an_epoch_is_refused_after_the_steps_before_it():
    model, lines, twin, step = both_ways(perceptron, "CrossEntropyLoss", "momentum")
    x, target = (torch.cat(parts) for parts in zip(*batches("CrossEntropyLoss"), strict=True))
    for _ in range(2):
        step.epoch(x, target, 7)
        [lines(*pair) for pair in zip(x.split(7), target.split(7), strict=True)]
    target[23] = 2
    with pytest.raises(ValueError, match="class indices from 0 to 1"):
        step.epoch(x, target, 7)
    for pair in list(zip(x.split(7), target.split(7), strict=True))[:3]:
        lines(*pair)
    assert_same(model, twin)


@pytest.mark.parametrize(("examples", "targets", "batch_size"), [(7, 6, 2), (7, 7, 0), (0, 0, 2)])
def test_an_epoch_refuses_what_makes_no_batches(examples, targets, batch_size):
    _, _, _, step = both_ways(perceptron)
    with pytest.raises(ValueError, match="as many targets as examples, at least one, and a batch"):
        step.epoch(torch.ones(examples, 2), torch.ones(targets, 2), batch_size)


class InSlices(fw.Module):
    """Adds layers of parts of what one layer gives."""

    def __init__(self):
        self.whole, self.left, self.right = fw.Linear(2, 4), fw.Linear(2, 2), fw.Linear(2, 2)

    def forward(self, x):
        h = self.whole(x).relu()
        return self.left(h[..., :2]).relu() + self.right(h[..., 2:]).relu()


def test_gradients_of_slices_replay_to_the_bit_beside_layers_that_are_alike():
    model, lines, twin, step = both_ways(InSlices)
    assert_agree(model, lines, twin, step, batches("MSELoss"))
    assert replays(step) == 1


@pytest.mark.parametrize("optimizer", ["plain", "Adam"])
def test_a_rate_that_becomes_one_a_run_arrives_in_a_replay(optimizer):
    build = lambda: fw.stack([perceptron() for _ in range(3)])  # noqa: E731
    model, lines, twin, step = both_ways(build, optimizer=optimizer)
    step.loss.runs = 3
    for rate in (torch.tensor(0.1), torch.tensor([0.1, 0.2, 0.3]), torch.tensor(0.2)):
        for each in (optimizer_of(lines), step.optimizer):
            each.param_groups[0]["lr"] = rate
        for x, target in batches("MSELoss"):
            data = x.expand(3, 7, 2), target.expand(3, 7, 2)
            assert torch.equal(lines(*data), step(*data))
    assert_same(model, twin)


class Scaling(fw.Module):
    """Multiplies by a weight, and goes back by itself."""

    def __init__(self):
        self.weight = fw.Parameter(torch.tensor([1.0, 2.0]))

    def forward(self, x):
        return x * self.weight.data

    def backward(self, grad_output, x):
        self.weight.grad = (grad_output * x).sum(0)
        return grad_output * self.weight.data


def test_a_first_layer_with_a_backward_of_its_own_learns():
    model, lines, twin, step = both_ways(lambda: fw.Sequential(Scaling(), fw.Linear(2, 2)))
    assert_agree(model, lines, twin, step, batches("MSELoss"))


class Sloped(fw.Module):
    """Adds to a layer's output how that changes with the input."""

    def __init__(self):
        self.inner = perceptron("Tanh")

    def forward(self, x):
        y = self.inner(x)
        return y + fw.grad(y.sum(), x, create_graph=True)[0]


def test_a_model_that_asks_for_the_gradient_of_its_input_replays_to_the_bit():
    model, lines, twin, step = both_ways(Sloped)
    assert_agree(model, lines, twin, step, batches("MSELoss"))
    assert replays(step) == 1


def test_a_parameter_frozen_between_steps_stays_as_it_is_in_a_replay():
    model, lines, twin, step = both_ways(perceptron)
    for index, (x, target) in enumerate(batches("MSELoss") * 2):
        for each in (model, twin):
            next(each.parameters()).requires_grad = index < 4
        assert torch.equal(lines(x, target), step(x, target))
    assert_same(model, twin)
    assert replays(step) == 1


def test_parameters_given_other_memory_are_recorded_where_they_then_are():
    model, lines, twin, step = both_ways(perceptron)
    for index, (x, target) in enumerate(batches("MSELoss") * 2):
        if index == 4:
            for parameter in twin.parameters():
                parameter.data = parameter.data.clone()
        assert torch.equal(lines(x, target), step(x, target))
    assert_same(model, twin)
    assert replays(step) == 1


def assert_same_gradients(model: fw.Module, twin: fw.Module) -> None:
    for (name, ours), theirs in zip(model.named_parameters(), twin.parameters(), strict=True):
        assert (ours.grad is None) == (theirs.grad is None), name
        assert ours.grad is None or torch.equal(ours.grad, theirs.grad), name


def test_gradients_of_parameters_that_are_not_updated_add_up_in_replays():
    model, lines, twin, step = both_ways(perceptron)
    last = fw.SGD(list(twin.parameters())[2:], lr=0.1)
    step = fw.TrainingStep(twin, step.loss, last)
    optimizer_of(lines).__init__(list(model.parameters())[2:], lr=0.1)
    for x, target in batches("MSELoss"):
        assert torch.equal(lines(x, target), step(x, target))
        assert_same_gradients(model, twin)
    assert replays(step) == 1


class WithHelp(fw.Module):
    """Has a second layer that helps in training only."""

    def __init__(self):
        self.main, self.help = fw.Linear(2, 2), fw.Linear(2, 2)

    def forward(self, x):
        return self.main(x) + self.help(x) if self.training else self.main(x)


def test_a_parameter_without_a_gradient_has_none_after_a_replay():
    model, lines, twin, step = both_ways(WithHelp)
    for index, (x, target) in enumerate(batches("MSELoss") * 2):
        for each in (model, twin):
            each.train(index % 4 < 2)
        assert torch.equal(lines(x, target), step(x, target))
        assert_same_gradients(model, twin)
    assert replays(step) == 2


class Scaled(fw.MSELoss):
    """Learns how much the mean counts."""

    def __init__(self):
        super().__init__()
        self.scale = fw.Parameter(torch.ones(1))

    def forward(self, prediction, target):
        return super().forward(prediction, target) * self.scale.sum()


def test_the_gradients_of_a_losss_own_parameters_stand_in_grad_after_a_replay():
    torch.manual_seed(0)
    pairs = [(fw.Linear(2, 2), Scaled()) for _ in range(2)]
    pairs[1][0].load_state_dict(pairs[0][0].state_dict())
    optimizers = [fw.SGD([*m.parameters(), *loss.parameters()], lr=0.1) for m, loss in pairs]
    lines = eager(*pairs[0], optimizers[0])
    step = fw.TrainingStep(*pairs[1], optimizers[1])
    for x, target in batches("MSELoss"):
        assert torch.equal(lines(x, target), step(x, target))
        assert_same_gradients(pairs[0][1], pairs[1][1])
    assert replays(step) == 1


@pytest.fixture
def sixteen_threads():
    before = torch.get_num_threads()
    torch.set_num_threads(16)
    yield
    torch.set_num_threads(before)


@pytest.mark.usefixtures("sixteen_threads")
def test_sums_that_threads_would_share_replay_to_the_bit():
    hidden = [layer for _ in range(6) for layer in (fw.Linear(100, 100), fw.ReLU())]
    model, lines, twin, step = both_ways(lambda: fw.Sequential(*copy.deepcopy(hidden)))
    x, target = torch.randn(2, 81, 100, generator=torch.Generator().manual_seed(0))
    for _ in range(4):
        assert torch.equal(lines(x, target), step(x, target))
        assert_same_gradients(model, twin)


class Summed(fw.Module):
    """Sums a layer's output over the batch."""

    def __init__(self):
        self.linear = fw.Linear(2, 16)

    def forward(self, x):
        return self.linear(x).sum(-2).unsqueeze(-2)


def test_a_gradient_that_is_alike_for_all_rows_replays_to_the_bit_in_stacked_runs():
    model, lines, twin, step = both_ways(lambda: fw.stack([Summed() for _ in range(3)]))
    step.loss.runs = 3
    generator = torch.Generator().manual_seed(0)
    x, target = (torch.randn(3, *s, generator=generator) for s in ((16, 2), (1, 16)))
    for _ in range(4):
        assert torch.equal(lines(x, target), step(x, target))
        assert_same_gradients(model, twin)


def test_a_target_that_first_comes_to_be_ignored_leaves_the_masks_as_they_are_drawn():
    build = lambda: fw.Sequential(fw.Linear(2, 5), fw.Dropout(0.5), fw.Linear(5, 2))  # noqa: E731
    model, lines, twin, step = both_ways(build, "CrossEntropyLoss")
    for index, (x, target) in enumerate(batches("CrossEntropyLoss")):
        target[0] = -100 if index > 3 else target[0]
        values = []
        for way in (lines, step):
            step.loss._ignores = index > 4
            torch.manual_seed(index)
            values.append(way(x, target))
        assert torch.equal(*values)
    assert_same(model, twin)
