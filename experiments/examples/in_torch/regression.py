"""A noisy curve: own initial weights, two parameter groups, a checkpoint half way."""

import copy

import torch
from torch import nn, optim
from torch.nn import init
from torch.optim.lr_scheduler import CosineAnnealingLR


class Residual(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.inner = nn.Linear(width, width)
        self.norm = nn.LayerNorm(width)
        self.scale = nn.Parameter(torch.ones(1))

    def forward(self, x):
        return x + self.scale * torch.tanh(self.inner(self.norm(x)))


def weights(module):
    if isinstance(module, nn.Linear):
        init.xavier_normal_(module.weight)
        init.zeros_(module.bias)


def main(epochs=300):
    torch.manual_seed(0)
    x = torch.linspace(-3, 3, 200).unsqueeze(1)
    y = torch.sin(2 * x) + 0.1 * torch.randn(200, 1)
    model = nn.Sequential(nn.Linear(1, 32), Residual(32), Residual(32), nn.Linear(32, 1))
    model.apply(weights)
    criterion = nn.HuberLoss()
    decayed = [p for name, p in model.named_parameters() if name.endswith("weight")]
    others = [p for name, p in model.named_parameters() if not name.endswith("weight")]
    optimizer = optim.AdamW([{"params": decayed}, {"params": others, "weight_decay": 0.0}], lr=0.01)
    scheduler = CosineAnnealingLR(optimizer, T_max=epochs)

    checkpoint = None
    for epoch in range(epochs):
        optimizer.zero_grad(set_to_none=True)
        loss = criterion(model(x), y)
        loss.backward()
        optimizer.step()
        scheduler.step()
        if epoch == epochs // 2:
            checkpoint = copy.deepcopy((model.state_dict(), optimizer.state_dict()))

    final = loss.item()
    model.load_state_dict(checkpoint[0])
    optimizer.load_state_dict(checkpoint[1])
    with torch.no_grad():
        half_way = criterion(model(x), y).item()
    print(f"loss half way {half_way:.4f}, at the end {final:.4f}")
    return final


if __name__ == "__main__":
    main()
