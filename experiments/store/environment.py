"""`environment.json`: the commit, the versions and the machine that results were made with."""

import json
import os
import platform
import subprocess
from functools import cache
from hashlib import sha256
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from experiments.store import provenance
from experiments.store.files import write_whole

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = (
    *("torch", "numpy", "pandas", "scipy", "scikit-learn", "statsmodels", "joblib", "pydantic"),
    *("matplotlib", "seaborn", "plotly", "distributed", "jax"),
)


def facts() -> dict[str, Any]:
    """Everything a reader needs to know of where results come from; no times, no names of hosts."""
    return {"id": environment_id(), "code": code(), **machine()}


def write(facts: dict[str, Any], results: Path) -> None:
    """Write `environment.json` to the results folder."""
    text = json.dumps(facts, indent=2, sort_keys=True, ensure_ascii=False) + "\n"
    write_whole(results / "environment.json", text.encode())


@cache
def environment_id() -> str:
    """A short name for versions and processor: the same in every process of a machine."""
    kept = [versions(), f"{platform.system()} {platform.machine()}", _processor()]
    text = json.dumps([*kept, provenance.capability()])
    return sha256(text.encode()).hexdigest()[:12]


@cache
def machine() -> dict[str, Any]:
    """Versions, processor and libraries of this machine."""
    import psutil
    import torch

    return {
        "versions": versions(),
        "system": f"{platform.system()} {platform.machine()}",
        "processor": {
            "model": _processor(),
            "cores": psutil.cpu_count(logical=False),
            "threads": psutil.cpu_count(),
            "usable": len(os.sched_getaffinity(0)),
            "memory GiB": round(psutil.virtual_memory().total / 2**30),
        },
        "torch": {
            "capability": provenance.capability(),
            "blas": torch.__config__.show().partition("BLAS_INFO=")[2].partition(",")[0],
            "threads": torch.get_num_threads(),
            "cuda": torch.version.cuda,
        },
        "libraries": _libraries(),
    }


def versions() -> dict[str, str]:
    """Versions of Python and of those of `PACKAGES` that are installed."""
    found = {"python": platform.python_version()}
    for name in PACKAGES:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            continue
    return found


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return platform.processor()
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.processor()


def _libraries() -> list[dict[str, Any]]:
    """The linear algebra and thread libraries of numpy, scipy and torch."""
    import numpy  # noqa: F401  each is listed only once it is loaded
    import scipy.linalg  # noqa: F401
    from threadpoolctl import threadpool_info

    kept = ("user_api", "internal_api", "version", "num_threads", "architecture")
    found = [{key: each.get(key) for key in kept if key in each} for each in threadpool_info()]
    return sorted(found, key=str)


def code() -> dict[str, Any]:
    """The commit, and a hash of what differs from it outside `results/`."""
    commit = _git("rev-parse", "HEAD")
    if commit is None:
        return {"commit": None, "dirty": None, "difference": None}
    elsewhere = ("--", ".", ":(exclude)results")
    difference = _git("diff", "HEAD", "--binary", *elsewhere) or b""
    new = _git("ls-files", "--others", "--exclude-standard", "-z", *elsewhere) or b""
    for name in sorted(filter(None, new.split(b"\0"))):
        difference += name + b"\0" + _content(ROOT / os.fsdecode(name))
    return {
        "commit": commit.decode().strip(),
        "dirty": bool(difference),
        "difference": sha256(difference).hexdigest() if difference else None,
    }


def _content(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError:
        return b""


def _git(*arguments: str) -> bytes | None:
    try:
        done = subprocess.run(
            ["git", *arguments], cwd=ROOT, capture_output=True, check=True, timeout=30
        )
    except (OSError, subprocess.SubprocessError):
        return None
    return done.stdout
