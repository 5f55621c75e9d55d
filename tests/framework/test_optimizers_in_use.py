"""What optimizers do beyond their rule: groups, missing and handed-over gradients, stacked runs."""

import pytest
import torch

import framework as fw
from framework import optimizers
from framework.optimizers import blocks

RULES = sorted(set(optimizers.__all__) - {"Optimizer"})


def problem(seed=0):
    torch.manual_seed(seed)
    model = fw.Sequential(fw.Linear(3, 5), fw.Tanh(), fw.Linear(5, 2))
    return model, torch.randn(8, 3), torch.randn(8, 2)


def step(model, optimizer, x, target, loss=None):
    loss = loss or fw.MSELoss()
    optimizer.zero_grad()
    loss(model(fw.Variable(x)), target).backward()
    optimizer.step()


@pytest.mark.parametrize("name", RULES)
def test_a_rule_lowers_the_loss(name):
    model, x, target = problem()
    optimizer = getattr(fw, name)(model.parameters(), lr=1.0 if name == "Adadelta" else 0.01)
    before = fw.MSELoss()(model(x), target)
    for _ in range(50):
        step(model, optimizer, x, target)
    assert fw.MSELoss()(model(x), target) < before


@pytest.mark.parametrize("name", RULES)
def test_parameters_without_a_gradient_are_left_alone_state_included(name):
    parameters = [fw.Parameter(torch.ones(3)) for _ in range(3)]
    optimizer = getattr(fw, name)(parameters)
    for parameter in parameters:
        parameter.grad = torch.full((3,), 0.5)
    optimizer.step()
    before = parameters[1].data.clone(), optimizer.state_dict()["state"].get(1)
    parameters[1].grad = None
    optimizer.step()
    assert torch.equal(parameters[1].data, before[0])
    after = optimizer.state_dict()["state"].get(1)
    assert (after is None) == (before[1] is None)
    for key, value in (after or {}).items():
        assert torch.equal(value, before[1][key])
    assert not torch.equal(parameters[0].data, before[0])


@pytest.mark.parametrize("name", RULES)
def test_stacked_runs_learn_at_their_own_rates_as_alone(name):
    rates = [0.003, 0.01, 0.02]
    together = fw.stack([problem(seed)[0] for seed in range(3)])
    loss = fw.stack([fw.MSELoss()] * 3)
    lr = torch.tensor(rates, dtype=torch.float64)
    optimizer = getattr(fw, name)(together.parameters(), lr=lr)
    x, target = (torch.stack([problem(seed)[part] for seed in range(3)]) for part in (1, 2))
    alone = [problem(seed)[0] for seed in range(3)]
    others = [
        getattr(fw, name)(model.parameters(), lr=rate)
        for model, rate in zip(alone, rates, strict=True)
    ]
    for _ in range(7):
        step(together, optimizer, x, target, loss)
        for run, (model, other) in enumerate(zip(alone, others, strict=True)):
            step(model, other, x[run], target[run])
    for run, model in enumerate(together.unstack()):
        for mine, theirs in zip(model.parameters(), alone[run].parameters(), strict=True):
            torch.testing.assert_close(mine.data, theirs.data, rtol=1e-4, atol=1e-6)


@pytest.mark.parametrize("name", RULES)
def test_a_replayed_step_is_the_eager_one(name):
    (model, x, target), (twin, *_) = problem(), problem()
    optimizer = getattr(fw, name)(model.parameters(), lr=0.01)
    other = getattr(fw, name)(twin.parameters(), lr=0.01)
    replay = fw.TrainingStep(model, fw.MSELoss(), optimizer)
    for number in range(12):
        for under in (optimizer, other):
            under.param_groups[0]["lr"] = 0.01 / (1 + number)
        replay(x, target)
        step(twin, other, x, target)
    for mine, theirs in zip(model.parameters(), twin.parameters(), strict=True):
        assert torch.equal(mine.data, theirs.data)


@pytest.mark.parametrize("name", ["SGD", "Adam"])
def test_a_model_made_double_after_its_optimizer_trains_as_torch_s(name):
    ends = []
    for namespace, optim in ((fw, fw), (torch.nn, torch.optim)):
        torch.manual_seed(0)
        model = namespace.Linear(2, 3)
        optimizer = getattr(optim, name)(model.parameters(), lr=0.1)
        model.double()
        for parameter in model.parameters():
            parameter.grad = torch.full_like(parameter.data, 0.3)
        for _ in range(3):
            optimizer.step()
        ends.append([parameter.data for parameter in model.parameters()])
    assert all(torch.equal(mine, theirs) for mine, theirs in zip(*ends, strict=True))


@pytest.mark.parametrize("name", ["SGD", "RMSprop", "Adam"])
def test_a_changed_learning_rate_is_that_of_the_next_step(name):
    ends = []
    for namespace, optim in ((fw, fw), (torch.nn, torch.optim)):
        torch.manual_seed(0)
        model = namespace.Linear(2, 3)
        optimizer = getattr(optim, name)(model.parameters(), lr=0.1)
        for parameter in model.parameters():
            parameter.grad = torch.full_like(parameter.data, 0.3)
        for rate in (0.1, 0.1, 0.02, 0.5):
            optimizer.param_groups[0]["lr"] = rate
            optimizer.step()
        ends.append([parameter.data for parameter in model.parameters()])
    assert all(torch.equal(mine, theirs) for mine, theirs in zip(*ends, strict=True))


@pytest.mark.parametrize(("runs", "width"), [(20, 100), (3, 260)])
@pytest.mark.parametrize("replayed", [False, True])
@pytest.mark.parametrize("shared", [False, True])
def test_stacked_runs_updated_in_pieces_leave_the_bits_of_their_own_updates(
    runs, width, replayed, shared, monkeypatch
):
    monkeypatch.setattr(blocks, "CHUNK", 65_536)

    def model(seed):
        torch.manual_seed(seed)
        return fw.Sequential(fw.Linear(2, width), fw.Linear(width, width), fw.Linear(width, 2))

    rates = torch.linspace(0.001, 0.1, runs, dtype=torch.float64)
    together = fw.stack([model(seed) for seed in range(runs)])
    if shared:
        rates[:] = 0.01
    optimizer = fw.Adam(together.parameters(), lr=0.01 if shared else rates)
    loss = fw.stack([fw.MSELoss()] * runs)
    x, target = torch.rand(2, runs, 7, 2, generator=torch.Generator().manual_seed(0))
    learn = fw.TrainingStep(together, loss, optimizer)
    gradients = []
    for _ in range(4):
        if replayed:
            learn(x, target)
        else:
            step(together, optimizer, x, target, loss)
        gradients.append([parameter.grad.clone() for parameter in together.parameters()])
    for run in range(runs):
        alone = model(run)
        other = fw.Adam(alone.parameters(), lr=float(rates[run]))
        for of_step in gradients:
            other.step(gradients=[gradient[run].clone() for gradient in of_step])
        stacked = [parameter.data[run] for parameter in together.parameters()]
        for mine, theirs in zip(stacked, alone.parameters(), strict=True):
            assert torch.equal(mine, theirs.data)


def test_gradients_may_be_handed_over():
    (model, x, target), (twin, *_) = problem(), problem()
    optimizer, other = (fw.SGD(m.parameters(), lr=0.1, momentum=0.9) for m in (model, twin))
    for _ in range(3):
        value = fw.MSELoss()(model(fw.Variable(x)), target)
        optimizer.step(gradients=fw.grad(value, model.parameters()))
        step(twin, other, x, target)
    for mine, theirs in zip(model.parameters(), twin.parameters(), strict=True):
        assert mine.grad is None
        assert torch.equal(mine.data, theirs.data)


def test_groups_have_arguments_of_their_own():
    first, second = fw.Parameter(torch.ones(2)), fw.Parameter(torch.ones(2))
    optimizer = fw.SGD([{"params": [first], "lr": 1.0}, {"params": [second]}], lr=0.1)
    first.grad = second.grad = torch.ones(2)
    optimizer.step()
    assert torch.equal(first.data, torch.zeros(2))
    torch.testing.assert_close(second.data, torch.full((2,), 0.9))


def test_a_closure_is_called_first():
    model, x, target = problem()
    optimizer = fw.SGD(model.parameters(), lr=0.1)

    def closure():
        optimizer.zero_grad()
        value = fw.MSELoss()(model(fw.Variable(x)), target)
        value.backward()
        return value.item()

    assert optimizer.step(closure) == fw.MSELoss()(problem()[0](x), target).item()


def test_maximize_ascends():
    parameter = fw.Parameter(torch.zeros(1))
    optimizer = fw.Adam([parameter], lr=0.1, maximize=True)
    parameter.grad = torch.ones(1)
    optimizer.step()
    assert parameter.data > 0


def test_gradients_to_zeros_stay_gradients():
    parameter = fw.Parameter(torch.zeros(1))
    parameter.grad = torch.ones(1)
    fw.SGD([parameter]).zero_grad(set_to_none=False)
    assert torch.equal(parameter.grad, torch.zeros(1))


@pytest.mark.parametrize("name", RULES)
def test_repr_shows_the_arguments(name):
    shown = repr(getattr(fw, name)([fw.Parameter(torch.ones(1))], lr=0.25))
    assert shown.startswith(f"{name} (\nParameter Group 0\n")
    assert "    lr: 0.25\n" in shown


def test_loading_a_state_reaches_a_recorded_step():
    (model, x, target), (twin, *_) = problem(), problem()
    optimizer, other = (fw.Adam(m.parameters(), lr=0.1) for m in (model, twin))
    replay = fw.TrainingStep(model, fw.MSELoss(), optimizer)
    saved = None
    for number in range(12):
        if number == 4:
            saved = model.state_dict(), optimizer.state_dict()
            saved = {k: v.clone() for k, v in saved[0].items()}, saved[1]
        if number == 8:
            for m, o in ((model, optimizer), (twin, other)):
                m.load_state_dict(saved[0])
                o.load_state_dict(saved[1])
        replay(x, target)
        step(twin, other, x, target)
        for mine, theirs in zip(model.parameters(), twin.parameters(), strict=True):
            assert torch.equal(mine.data, theirs.data)
