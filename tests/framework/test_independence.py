"""The framework is written on tensor calls alone: it imports torch, and none of torch's layers."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

import framework

FOLDER = Path(framework.__file__).parent
FILES = sorted(FOLDER.rglob("*.py"))
FORBIDDEN = (
    *("nn", "optim", "autograd", "func", "vmap", "compile", "ops", "_C"),
    *("_fused_sgd_", "_fused_adam_", "_fused_adamw_", "_fused_adagrad_"),
    *("layer_norm", "batch_norm", "group_norm", "instance_norm", "rms_norm", "embedding"),
    *("conv1d", "conv2d", "conv3d", "conv_transpose1d", "conv_transpose2d", "dropout"),
    *("max_pool1d", "max_pool2d", "avg_pool1d", "adaptive_avg_pool1d", "rnn_tanh", "lstm", "gru"),
    *("binary_cross_entropy_with_logits", "kl_div", "cosine_embedding_loss", "bilinear"),
)


def modules_imported(tree):
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield node.module


@pytest.mark.parametrize("path", FILES, ids=lambda p: str(p.relative_to(FOLDER)))
def test_a_file_imports_only_torch_and_the_standard_library(path):
    allowed = {"torch", "framework", *sys.stdlib_module_names}
    for name in modules_imported(ast.parse(path.read_text())):
        assert name.split(".")[0] in allowed
        if name.startswith("torch."):
            assert name == "torch.overrides"


@pytest.mark.parametrize("path", FILES, ids=lambda p: str(p.relative_to(FOLDER)))
def test_a_file_uses_none_of_torchs_own_layers_or_derivatives(path):
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Attribute):
            assert node.attr not in ("requires_grad_", "retain_grad", "grad_fn")
            if isinstance(node.value, ast.Name) and node.value.id == "torch":
                assert node.attr not in FORBIDDEN


TRAINING = """
import torch

def refuse(*args, **kwargs):
    raise AssertionError("the framework called one of torch's own layers or derivatives")

class Refusing:
    def __getattribute__(self, name):
        refuse()

FORBIDDEN = {forbidden!r}
import framework as fw

for name in dir(torch.nn.functional):
    if callable(getattr(torch.nn.functional, name)):
        setattr(torch.nn.functional, name, refuse)
for module in (torch.nn.modules.module.Module, torch.optim.Optimizer):
    module.__init__ = refuse
for name in ("backward", "grad"):
    setattr(torch.autograd, name, refuse)
torch.Tensor.backward = torch.Tensor.requires_grad_ = refuse
for name in FORBIDDEN:
    if name in ("_C", "ops"):
        continue  # torch itself needs them for every tensor call
    setattr(torch, name, Refusing() if not callable(getattr(torch, name, None)) else refuse)

torch.manual_seed(0)
x, labels = torch.rand(60, 1, 6, 6), torch.randint(0, 3, (60,))
model = fw.Sequential(
    fw.Conv2d(1, 4, 3), fw.BatchNorm2d(4), fw.ReLU(), fw.MaxPool2d(2), fw.Flatten(),
    fw.Linear(16, 12), fw.LayerNorm(12), fw.GELU(), fw.Dropout(0.1), fw.Linear(12, 3),
)
for way in range(2):
    for make in (fw.SGD, fw.Adam, fw.RMSprop, fw.AdamW):
        optimizer = make(model.parameters(), lr=0.01)
        loss, step = fw.CrossEntropyLoss(), fw.TrainingStep(model, fw.CrossEntropyLoss(), optimizer)
        for _ in range(4):
            if way:
                first = step(x, labels)
            else:
                optimizer.zero_grad()
                value = loss(model(fw.Variable(x)), labels)
                value.backward()
                optimizer.step()
model.eval()
model.backward(fw.CrossEntropyLoss().backward(model(x), labels), x)
together = fw.stack([fw.Linear(2, 2), fw.Linear(2, 2)])
together(fw.Variable(torch.ones(2, 3, 2))).sum().backward()
print("trained")
"""


def test_it_trains_while_torchs_own_layers_and_derivatives_raise():
    done = subprocess.run(
        [sys.executable, "-c", TRAINING.format(forbidden=FORBIDDEN)],
        cwd=FOLDER.parent, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.stdout.strip() == "trained", done.stderr
