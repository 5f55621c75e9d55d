"""Where numbers come from: the code that trains, torch, the machine.

A run's bits are decided by its specification and by its `Provenance`: a digest of the code that
trains, torch's version and the CPU capability. The rest of the environment is kept for the reader.
"""

import ast
import json
import re
import sys
from collections.abc import Iterator
from functools import cache
from hashlib import sha256
from importlib.util import find_spec, resolve_name
from pathlib import Path
from typing import Any

from experiments.specification import RunSpec
from experiments.store.record import Provenance

OWN = ("framework", "reference", "experiments")
INSTALLED = {"site-packages", "dist-packages"}
HARNESS = "experiments.training.loop"
_NAMED = re.compile(r"(\w+\.)?TYPE_CHECKING")
_DOCUMENTED = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)


def of(run: RunSpec) -> Provenance:
    """What would decide this run's bits if it were trained here and now."""
    import torch

    return Provenance(digest_for(run), torch.__version__, capability(run.device))


@cache
def capability(device: str = "cpu") -> str:
    """The instructions that torch's kernels use on a device, such as "AVX512"."""
    import torch

    if torch.device(device).type == "cpu":
        return torch.backends.cpu.get_cpu_capability()
    try:
        return torch.cuda.get_device_name(device)
    except (RuntimeError, AssertionError, ValueError):
        return f"no {device}"


def digest_for(run: RunSpec) -> str:
    """SHA-256 of all code that takes part in training `run`."""
    from experiments.specification.built_in import BUILT_IN

    named = [BUILT_IN.get(run.backend, run.backend), *_strings(run.model_dump())]
    modules = {name.partition(":")[0] for name in named if ":" in name}
    return code_digest(frozenset({HARNESS, *modules}))


def _strings(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for each in value.values():
            yield from _strings(each)
    elif isinstance(value, list | tuple):
        for each in value:
            yield from _strings(each)


@cache
def code_digest(modules: frozenset[str]) -> str:
    """SHA-256 of the syntax trees, without docstrings, of modules and all they import of ours.

    Ours is what lies in this project, in the top-level package of one of `modules`, or elsewhere
    than Python's library and installed packages do: an adapter's framework, for one.
    """
    named = {*OWN, *(name.partition(".")[0] for name in modules)}
    waiting, seen = sorted(modules), {}
    while waiting:
        name = waiting.pop()
        package = name.partition(".")[0]
        if name in seen or not (package in named or _is_local(package)):
            continue
        tree = _tree(name)
        seen[name] = None if tree is None else sha256(ast.dump(tree).encode()).hexdigest()
        if tree is not None:
            waiting += _imports(name, tree)
    known = sorted((name, digest) for name, digest in seen.items() if digest is not None)
    return sha256(json.dumps(known).encode()).hexdigest()


def _tree(name: str) -> ast.Module | None:
    path = _source(name)
    if path is None:
        return None
    tree = ast.parse(path.read_bytes())
    for node in ast.walk(tree):
        if isinstance(node, _DOCUMENTED) and ast.get_docstring(node, clean=False) is not None:
            del node.body[0]
    return tree


@cache
def _is_local(package: str) -> bool:
    if package in sys.stdlib_module_names:
        return False
    try:
        spec = find_spec(package)
    except (ImportError, ValueError, AttributeError):
        return False
    places = [spec.origin, *(spec.submodule_search_locations or [])] if spec else []
    return not any(INSTALLED & set(Path(place).parts) for place in places if place)


@cache
def _source(name: str) -> Path | None:
    try:
        spec = find_spec(name)
    except (ImportError, ValueError, AttributeError):
        return None
    origin = spec.origin if spec else None
    return Path(origin) if origin and origin.endswith(".py") else None


def _imports(name: str, tree: ast.Module) -> Iterator[str]:
    """All module names that a module might mean by its imports, its own packages included."""
    parent = name.rpartition(".")[0]
    while parent:
        yield parent
        parent = parent.rpartition(".")[0]
    source = _source(name)
    package = name if source and source.name == "__init__.py" else name.rpartition(".")[0]
    for node in _executed(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        if isinstance(node, ast.ImportFrom):
            base = resolve_name("." * node.level + (node.module or ""), package)
            yield base
            # `from package import name`: the name may be a module
            yield from (f"{base}.{alias.name}" for alias in node.names)


def _executed(tree: ast.AST) -> Iterator[ast.AST]:
    """All nodes but those that are only there for type checkers."""
    if isinstance(tree, ast.If) and _NAMED.fullmatch(ast.unparse(tree.test)):
        for other in tree.orelse:
            yield from _executed(other)
        return
    yield tree
    for node in ast.iter_child_nodes(tree):
        yield from _executed(node)
