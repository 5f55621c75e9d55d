"""In the style of Autogradlib (Carlier 2018): variables in a graph, and nothing but operations.

The loss is a function, there is no optimizer class: the parameters are changed in place.
"""

import torch

import framework as fw
from experiments.examples.disk import accuracy, disk, one_hot


class Variable(fw.Variable):
    @property
    def tensor(self):
        return self.data


class Linear(fw.Module):
    """y = x w + b, where the bias is repeated by hand."""

    def __init__(self, in_dim, out_dim):
        std = (2 / (in_dim + out_dim)) ** 0.5
        self.w = fw.Parameter(torch.empty(in_dim, out_dim).normal_(0, std))
        self.b = fw.Parameter(torch.empty(1, out_dim).normal_(0, std))

    def forward(self, x):
        return x.mm(self.w) + self.b.repeat(x.size(0), 1)


class Sequential(fw.Sequential):
    def params(self):
        return list(self.parameters())


def loss_mse(output, target):
    return (output - target).pow(2).sum() / (2 * output.size(0))


def main(epochs=200, eta=1.0):
    torch.manual_seed(0)
    model = Sequential(Linear(2, 25), fw.ReLU(), Linear(25, 25), fw.ReLU(), Linear(25, 2),
                       fw.Softmax(dim=1))  # fmt: skip
    (x, labels), (x_test, labels_test) = disk(1000, 1), disk(1000, 2)
    x, target = Variable(x, name="x"), Variable(one_hot(labels), name="target")
    for _ in range(epochs):
        loss = loss_mse(model(x), target)
        loss.name = "loss"
        model.zero_grad()
        loss.backward()
        for parameter in model.params():
            parameter.data -= eta * parameter.grad
    print(loss.draw_graph().mermaid())
    score = accuracy(model(Variable(x_test)).data, labels_test)
    print(f"accuracy on the test set: {score:.3f}")
    return score


if __name__ == "__main__":
    main()
