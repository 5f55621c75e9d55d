"""In the style of wang-2021 (Wang, Li & Xu 2021): modules that remember their input.

`backward` takes no input and the loss no argument at all; weights are (in, out); a gradient
overwrites the one before instead of adding to it.
"""

import torch

import framework as fw
from experiments.examples.disk import disk


class Remembering:
    """A module that keeps its input, so that backward takes only the gradient."""

    def __init__(self, module):
        self.module = module

    def __call__(self, x):
        self.x = x
        return self.module(x)

    def backward(self, dy):
        return self.module.backward(dy, self.x)

    def parameters(self):
        return []


class MSELoss(fw.MSELoss):
    def __call__(self, y, t):
        self.seen = y, t
        return super().__call__(y, t)

    def backward(self):
        y, t = self.seen
        return 2 * (y - t) / y.numel()


class Linear(fw.Module):
    """y = x W + b."""

    def __init__(self, in_features, out_features):
        bound = in_features**-0.5
        self.W = fw.Parameter(torch.empty(in_features, out_features).uniform_(-bound, bound))
        self.b = fw.Parameter(torch.empty(out_features).uniform_(-bound, bound))

    def forward(self, x):
        self.x = x
        return x @ self.W + self.b

    def backward(self, dy):
        self.W.grad, self.b.grad = self.x.T @ dy, dy.sum(0)
        return dy @ self.W.data.T


class Sequential:
    """Each module is asked to go back in turn; all of them remember."""

    def __init__(self, *layers):
        self.layers = layers

    def __call__(self, x):
        for layer in self.layers:
            x = layer(x)
        return x

    def backward(self, dy):
        for layer in reversed(self.layers):
            dy = layer.backward(dy)
        return dy

    def parameters(self):
        return [p for layer in self.layers for p in layer.parameters()]


def main(epochs=60):
    torch.manual_seed(0)
    model = Sequential(
        Linear(2, 25), Remembering(fw.SELU()),
        Linear(25, 25), Remembering(fw.SELU()),
        Linear(25, 1), Remembering(fw.Sigmoid()),
    )  # fmt: skip
    crit, optimizer = MSELoss(), fw.SGD(model.parameters(), lr=0.5)
    (x, labels), (x_test, labels_test) = disk(1000, 1), disk(1000, 2)
    target = labels[:, None].float()
    for _ in range(epochs):
        for i in range(0, 1000, 100):
            out = model(x[i : i + 100])
            crit(out, target[i : i + 100])
            model.backward(crit.backward())
            optimizer.step()
    score = (model(x_test).round()[:, 0] == labels_test).float().mean().item()
    print(f"accuracy on the test set: {score:.3f}")
    return score


if __name__ == "__main__":
    main()
