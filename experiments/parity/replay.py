"""A case with its tensors in a file, so that one command plays it again, elsewhere and later."""

import json
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from experiments.parity.case import Case
from experiments.parity.catalogue import cases
from experiments.parity.judge import Finding, judge
from experiments.store.files import write_whole

FORMAT = "scratchmark parity case 1"


def save(folder: Path, backend: str, finding: Finding) -> Path:
    """Write the finding's case to a file that is named after it."""
    case = cases()[finding.case]
    content = {
        "format": FORMAT,
        "backend": backend,
        "case": case.name,
        "observation": finding.observation,
        "verdict": finding.verdict,
        "worst": finding.worst,
        "tensors": {name: _written(tensor) for name, tensor in case.tensors.items()},
    }
    name = re.sub(r"[^A-Za-z0-9.=-]+", "-", case.name).strip("-")
    path = folder / re.sub(r"[^A-Za-z0-9.-]+", "-", backend) / f"{name[:150]}.json"
    write_whole(path, json.dumps(content, indent=1).encode())
    return path


def load(path: Path) -> tuple[str, Case]:
    """The backend and the case in a file, with the file's tensors.

    Raises:
        ValueError: the file does not hold a case, or one that this version does not know.
    """
    try:
        content = json.loads(path.read_text())
        if content["format"] != FORMAT:
            raise KeyError(content["format"])
        given = {name: _read(value) for name, value in content["tensors"].items()}
        backend, name = str(content["backend"]), content["case"]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise ValueError(f"{path} does not hold a saved case of parity: {error!r}") from error
    if name not in cases():
        raise ValueError(f"{path}: this version has no case {name!r}")
    return backend, replace(cases()[name], given=given)


def play(path: Path, backend: str | None = None) -> tuple[str, list[Finding]]:
    """Judge the case in a file once more, for its own backend or another."""
    from experiments.backends import resolve

    saved, case = load(path)
    chosen = backend or saved
    return chosen, judge(case, resolve(chosen))


def _written(tensor: Tensor) -> dict[str, Any]:
    """Numbers in full: Python writes each float so that it is read back exactly."""
    return {
        "dtype": str(tensor.dtype).removeprefix("torch."),
        "shape": list(tensor.shape),
        "stride": list(tensor.stride()),
        "values": tensor.flatten().tolist(),
    }


def _read(written: dict[str, Any]) -> Tensor:
    dtype = getattr(torch, written["dtype"])
    values = torch.tensor(written["values"], dtype=dtype).reshape(written["shape"])
    laid_out = torch.empty_strided(written["shape"], written["stride"], dtype=dtype)
    return laid_out.copy_(values)
