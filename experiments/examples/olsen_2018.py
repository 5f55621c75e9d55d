"""In the style of olsen-2018 (Olsen, Porwal & Stefanou 2018): gradients are returned, not stored.

`Sequential.backward` gives them, `SGD.step` is handed them, so there is nothing to set to zero.
"""

import torch

import framework as fw
from experiments.examples.disk import accuracy, disk, one_hot


class Linear(fw.Linear):
    """Weights and biases alike are drawn as Xavier draws weights."""

    def reset_parameters(self):
        std = (2 / (self.in_features + self.out_features)) ** 0.5
        for parameter in (self.weight, self.bias):
            fw.init.normal_(parameter, 0, std)


class SGD:
    def __init__(self, eta):
        self.eta = eta

    def step(self, model, gradients):
        fw.SGD(model.parameters(), lr=self.eta).step(gradients=gradients)


class Sequential:
    def __init__(self, *layers):
        self.layers = fw.Sequential(*layers)
        self.loss = None

    def setLoss(self, loss):
        self.loss = loss

    def parameters(self):
        return self.layers.parameters()

    def forward(self, x):
        self.output = self.layers(fw.Variable(x))
        return self.output.data

    def backward(self, target):
        return fw.grad(self.loss(self.output, target), self.parameters())

    def train(self, X, y, epochs, mini_batch_size, optimizer, verbose_every_nth):  # noqa: N803
        if self.loss is None:
            raise ValueError("setLoss must come before train")
        for epoch in range(1, epochs + 1):
            for i in range(0, len(X), mini_batch_size):
                batch, target = X[i : i + mini_batch_size], y[i : i + mini_batch_size]
                output = self.forward(batch)
                optimizer.step(self, self.backward(target))
            if epoch % verbose_every_nth == 0:
                print(f"epoch {epoch}: loss {self.loss(output, target).item():.2f}")

    def predict(self, X):  # noqa: N803
        return self.layers(X)


def main(epochs=100):
    torch.manual_seed(0)
    model = Sequential(Linear(2, 25), fw.ReLU(), Linear(25, 25), fw.ReLU(), Linear(25, 2),
                       fw.Tanh())  # fmt: skip
    (x, labels), (x_test, labels_test) = disk(1000, 1), disk(1000, 2)
    model.setLoss(fw.MSELoss())
    model.train(x, 2 * one_hot(labels) - 1, epochs=epochs, mini_batch_size=100,
                optimizer=SGD(eta=0.1), verbose_every_nth=20)  # fmt: skip
    score = accuracy(model.predict(x_test), labels_test)
    print(f"accuracy on the test set: {score:.3f}")
    return score


if __name__ == "__main__":
    main()
