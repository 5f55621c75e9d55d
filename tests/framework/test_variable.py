"""The recorded graph: what a variable can do, and how it goes backward."""

import pytest
import torch

import framework as fw


def test_the_readme_expression_works_as_it_stands():
    data = torch.randn(3, 3, dtype=torch.float64)
    x, leaf = fw.Variable(data), data.clone().requires_grad_()
    (x.t() - x.exp()).pow(2).sum().backward()
    (leaf.t() - leaf.exp()).pow(2).sum().backward()
    torch.testing.assert_close(x.grad, leaf.grad)


@pytest.mark.parametrize(
    "expression",
    [
        lambda v: 2 - v,
        lambda v: 2 / v,
        lambda v: 3 * v + 1,
        lambda v: 2**v,
        lambda v: -v,
        lambda v: v @ v,
        lambda v: torch.ones(2, 2, dtype=torch.float64) @ v,
        lambda v: abs(v),
        lambda v: v[0],
        lambda v: v[:, 1] * v[1],
        lambda v: torch.exp(v),
        lambda v: torch.ones(2, 2, dtype=torch.float64) * v,
        lambda v: v.reciprocal().sqrt().log(),
        lambda v: v.repeat(2, 3),
        lambda v: v.view(4).softmax(0),
        lambda v: v.log_softmax(dim=-1),
        lambda v: v.mm(v).matmul(v.T).mT,
        lambda v: v.mean(0, keepdim=True).expand(3, 2),
        lambda v: torch.cat([v, v * 2], dim=1),
        lambda v: torch.stack([v, v * 2]),
        lambda v: v.max(1)[0],
        lambda v: v.min(),
        lambda v: v.std(0) + v.var(),
        lambda v: v.flatten().sigmoid().tanh().relu(),
        lambda v: torch.where(v > 1, v, v * 2),
        lambda v: v.clamp(0.5, 1.2),
        lambda v: sum(v.unbind(0)),
        lambda v: v.split(1, 1)[0],
    ],
)
def test_an_expression_has_torchs_value_and_gradient(expression):
    data = torch.rand(2, 2, dtype=torch.float64, generator=torch.Generator().manual_seed(3)) + 0.5
    x, leaf = fw.Variable(data), data.clone().requires_grad_()
    mine, theirs = expression(x), expression(leaf)
    torch.testing.assert_close(mine.data, theirs.detach())
    weights = torch.rand_like(theirs)
    mine.backward(weights)
    theirs.backward(weights)
    torch.testing.assert_close(x.grad, leaf.grad)


def test_a_chain_of_100_000_nodes_needs_no_recursion():
    x = fw.Variable(torch.tensor(1.0, dtype=torch.float64))
    y = x
    for _ in range(100_000):
        y = y + 1e-5
    y.backward()
    assert x.grad == 1


def test_sixty_doublings_visit_each_node_once():
    x = fw.Variable(torch.tensor(1.0, dtype=torch.float64))
    y = x
    for _ in range(60):
        y = y + y
    y.backward()
    assert x.grad == 2.0**60


def test_gradients_accumulate_over_backward_calls():
    x = fw.Variable(torch.tensor(3.0))
    (x * x).backward()
    (x * x).backward()
    assert x.grad == 12


def test_zero_grad_forgets():
    x = fw.Variable(torch.tensor(3.0))
    (x * x).backward()
    x.zero_grad()
    assert x.grad is None


def test_a_gradient_is_not_shared_with_the_caller():
    x = fw.Variable(torch.ones(3))
    weights = torch.ones(3)
    for _ in range(2):
        (x + 0).backward(weights)
    assert torch.equal(weights, torch.ones(3))
    assert torch.equal(x.grad, torch.full((3,), 2.0))


def test_backward_of_a_non_scalar_without_a_gradient_raises():
    with pytest.raises(RuntimeError, match="needs a gradient"):
        fw.Variable(torch.ones(3)).exp().backward()


def test_backward_with_a_gradient_of_another_shape_raises():
    with pytest.raises(ValueError, match=r"takes a gradient of shape \(3,\), and got \(2,\)"):
        fw.Variable(torch.ones(3)).exp().backward(torch.ones(2))


def test_an_unknown_function_is_named_with_those_that_are_known():
    with pytest.raises(AttributeError, match=r"no function 'erfinv'.*tanh"):
        fw.Variable(torch.ones(3)).erfinv()


def test_only_a_tensor_makes_a_variable():
    with pytest.raises(TypeError, match="takes a tensor, and got list"):
        fw.Variable([1.0, 2.0])


def test_nothing_flows_back_through_a_detached_variable():
    x = fw.Variable(torch.tensor(2.0))
    (x * x.detach()).backward()
    assert x.grad == 2


def test_second_derivatives_come_from_recorded_gradients():
    x = fw.Variable(torch.tensor(2.0, dtype=torch.float64))
    (x**3).backward(create_graph=True)
    first, x.grad = x.grad, None
    first.backward()
    assert first.data == 12
    assert x.grad == 12


def test_the_third_derivative_of_a_network_is_torchs():
    def penalty(x, exp, gradient):
        y = exp(x * x).sum()
        for _ in range(2):
            y = (gradient(y, x) ** 2).sum()
        return y

    data = torch.rand(4, dtype=torch.float64)
    x, leaf = fw.Variable(data), data.clone().requires_grad_()
    penalty(x, torch.exp, lambda y, v: fw.grad(y, v, create_graph=True)[0]).backward()
    penalty(
        leaf, torch.exp, lambda y, v: torch.autograd.grad(y, v, create_graph=True)[0]
    ).backward()
    torch.testing.assert_close(x.grad, leaf.grad)


def test_the_drawing_has_each_node_once():
    x = fw.Variable(torch.ones(2), name="x")
    y = x.exp()
    graph = (y * y).sum().draw_graph()
    assert [node.label for node in graph.nodes] == ["x", "exp", "mul", "sum"]
    assert graph.edges == ((0, 1), (1, 2), (1, 2), (2, 3))
    assert '"x"' in graph.mermaid()
    assert "n0 -> n1" in graph.dot()


def test_grad_returns_gradients_and_stores_none():
    x, y = fw.Variable(torch.tensor(2.0)), fw.Variable(torch.tensor(5.0))
    gradients = fw.grad(x * x, [x, y])
    assert gradients[0] == 4
    assert gradients[1] is None
    assert x.grad is None


def test_grad_takes_only_leaves():
    x = fw.Variable(torch.tensor(2.0))
    y = x * x
    with pytest.raises(ValueError, match="takes leaves"):
        fw.grad(y * 2, y)


def test_backward_passes_through_each_variable_once(monkeypatch):
    passed, right = [], fw.Variable._pass_on

    def pass_on(self, *arguments):
        passed.append(self)
        right(self, *arguments)

    monkeypatch.setattr(fw.Variable, "_pass_on", pass_on)
    y = fw.Variable(torch.tensor(1.0))
    for _ in range(10):
        y = y + y * y
    y.backward()
    assert passed == [each for each in y.history() if each.function is not None]
