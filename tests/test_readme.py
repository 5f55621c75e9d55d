"""The README says what is there."""

import re
from pathlib import Path

import pytest

from experiments.readme import BLOCK, filled

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")


def test_every_table_of_the_readme_is_its_files_present_text():
    assert BLOCK.search(README)
    assert filled(README, ROOT) == README, "run: python -m experiments.readme"


@pytest.mark.parametrize("page", ["README.md", "CONTRIBUTING.md", "results/README.md"])
def test_every_link_leads_to_a_file(page):
    text = (ROOT / page).read_text(encoding="utf-8")
    for target in re.findall(r"\]\(([^)#:]+)\)", text):
        assert ((ROOT / page).parent / target).exists(), target


def test_the_prose_gives_no_measured_number():
    prose = BLOCK.sub("", README)
    prose = re.sub(r"```.*?```", "", prose, flags=re.DOTALL)
    allowed = {"3.11", "2.13"}
    assert set(re.findall(r"\d+\.\d+", prose)) <= allowed


def test_the_adapter_of_the_readme_trains_and_agrees_with_torch(tmp_path, monkeypatch):
    torch = pytest.importorskip("torch")
    code = next(c for c in re.findall(r"```python\n(.*?)```", README, re.DOTALL) if "MyRun" in c)
    (tmp_path / "my_backend.py").write_text(code, encoding="utf-8")
    monkeypatch.syspath_prepend(tmp_path)
    from experiments.specification import RunSpec
    from experiments.training.loop import train_group

    plain = {
        "data": {"train": 40, "test": 20},
        "layers": [
            ["Linear", {"in_features": 2, "out_features": 5}],
            "Tanh",
            ["Linear", {"in_features": 5, "out_features": 2}],
        ],
        "loss": "MSELoss",
        "learning_rate": 0.1,
        "batch_size": 10,
        "epochs": 3,
    }
    ours, theirs = (
        train_group([RunSpec.model_validate(plain | {"backend": backend})])[0]
        for backend in ("my_backend:backend", "torch")
    )
    assert ours["status"] == "ok", ours["error"]
    assert torch.allclose(
        torch.tensor(ours["curves"]["test_loss"]), torch.tensor(theirs["curves"]["test_loss"])
    )
