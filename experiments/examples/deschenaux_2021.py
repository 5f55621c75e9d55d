"""In the style of minigrad (Deschenaux & Follonier 2021): modules without memory.

`backward(gradwrtoutput, x)` is handed the input again, so that several forward passes may come
before it; parameters are `params`; an optimizer takes the model.
"""

import torch

import framework as fw
from experiments.examples.disk import disk


class Sequential(fw.Sequential):
    @property
    def params(self):
        return list(self.parameters())


class SGD(fw.ExponentialMovingAverageSGD):
    def __init__(self, model, lr=1e-3, momentum=0.0):
        super().__init__(model.params, lr, momentum)


class Adam(fw.UncorrectedAdam):
    def __init__(self, model, lr=1e-3, betas=(0.9, 0.999), eps=1e-8):
        super().__init__(model.params, lr, betas, eps)


def f1(output, labels):
    found = output[:, 0] > 0.5
    both = (found & (labels == 1)).sum().item()
    return 2 * both / max(found.sum().item() + labels.sum().item(), 1)


def main(epochs=10):
    torch.manual_seed(0)
    model = Sequential(fw.Linear(2, 25), fw.ReLU(), fw.Linear(25, 25), fw.ReLU(), fw.Linear(25, 1))
    loss = fw.MSELoss()
    optimizer = Adam(model, lr=0.005)
    (x, labels), (x_test, labels_test) = disk(1000, 42), disk(1000, 66)
    target = labels[:, None].float()
    for _ in range(epochs):
        for i in range(0, 1000, 10):
            batch, wanted = x[i : i + 10], target[i : i + 10]
            optimizer.zero_grad()
            prediction = model.forward(batch)
            model.backward(loss.backward(prediction, wanted), batch)
            optimizer.step()
    score = f1(model.forward(x_test), labels_test)
    print(f"F1 on the test set: {score:.3f}")
    return score


if __name__ == "__main__":
    main()
