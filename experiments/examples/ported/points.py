"""Points inside or outside a disk: a perceptron, momentum, a falling learning rate."""

import torch

import framework as nn
from experiments.examples.disk import disk
from framework import StepLR, Variable
from framework import optimizers as optim


def main(epochs=30):
    torch.manual_seed(0)
    model = nn.Sequential(
        nn.Linear(2, 25), nn.ReLU(), nn.Linear(25, 25), nn.ReLU(), nn.Linear(25, 2)
    )
    criterion = nn.CrossEntropyLoss()
    optimizer = optim.SGD(model.parameters(), lr=0.1, momentum=0.9)
    scheduler = StepLR(optimizer, step_size=10, gamma=0.5)
    (x, labels), (x_test, labels_test) = disk(1000, 1), disk(1000, 2)

    for epoch in range(epochs):
        model.train()
        running = 0.0
        for start in range(0, len(x), 100):
            inputs, targets = x[start : start + 100], labels[start : start + 100]
            optimizer.zero_grad()
            outputs = model(Variable(inputs))
            loss = criterion(outputs, targets)
            loss.backward()
            optimizer.step()
            running += loss.item()
        scheduler.step()
        if epoch % 10 == 9:
            print(f"epoch {epoch + 1}: loss {running / 10:.4f}")

    model.eval()
    with torch.no_grad():
        predicted = model(x_test).argmax(dim=1)
    accuracy = (predicted == labels_test).float().mean().item()
    print(f"accuracy on the test set: {accuracy:.3f}")
    return accuracy


if __name__ == "__main__":
    main()
