"""In the style of cappelletti-2019 (Cappelletti, Dufour & Huguelet 2019).

A parameter has `.value` and a gradient that is zero at first, a module `param()`; a criterion
remembers what it was called with, and `backward()` takes no argument.
"""

import torch

import framework as fw
from experiments.examples.disk import accuracy, disk


class Parameters(fw.Parameter):
    def __init__(self, value):
        super().__init__(value)
        self.grad = torch.zeros_like(value)

    @property
    def value(self):
        return self.data


class Linear(fw.Linear):
    def __init__(self, in_features, out_features):
        super().__init__(in_features, out_features)
        std = (2 / (in_features + out_features)) ** 0.5
        self.weight = Parameters(torch.empty(out_features, in_features).normal_(0, std))
        self.bias = Parameters(torch.zeros(out_features))


class Sequential:
    def __init__(self, *layers):
        self.layers = fw.Sequential(*layers)

    def __call__(self, x):
        self.input = x
        return self.layers(x)

    def backward(self, grad_output):
        return self.layers.backward(grad_output, self.input)

    def param(self):
        return list(self.layers.parameters())

    def zero_grad(self):
        self.layers.zero_grad(set_to_none=False)


class CrossEntropy(fw.CrossEntropyLoss):
    def __call__(self, output, target):
        self.seen = output, target
        return super().__call__(output, target)

    def backward(self):
        output, target = self.seen
        return (output.softmax(1) - torch.eye(output.shape[1])[target]) / len(output)


class SGD(fw.SGD):
    def __init__(self, parameters, lr, momentum=False, mu=0.0):
        super().__init__(parameters, lr, momentum=mu if momentum else 0.0)


def main(epochs=60):
    torch.manual_seed(0)
    model = Sequential(Linear(2, 25), fw.ReLU(), Linear(25, 25), fw.ReLU(), Linear(25, 2))
    criterion, optimizer = CrossEntropy(), SGD(model.param(), lr=0.1, momentum=True, mu=0.2)
    (x, labels), (x_test, labels_test) = disk(1000, 1), disk(1000, 2)
    for _ in range(epochs):
        summed = 0.0
        for i in range(0, 1000, 100):
            model.zero_grad()
            output = model(x[i : i + 100])
            summed += criterion(output, labels[i : i + 100]).item()
            model.backward(criterion.backward())
            optimizer.step()
    score = accuracy(model(x_test), labels_test)
    print(f"loss summed over the last epoch: {summed:.3f}, accuracy on the test set: {score:.3f}")
    return score


if __name__ == "__main__":
    main()
