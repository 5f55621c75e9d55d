"""Lists and dictionaries of modules."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from framework.module import Module


def _checked(container: Module, module: Any) -> Module:
    if not isinstance(module, Module):
        raise TypeError(f"{type(container).__name__} takes modules, and got {module!r}")
    return module


class ModuleList(Module):
    """A list of modules, as torch.nn.ModuleList. Has no forward: who holds it calls its members."""

    def __init__(self, modules: Iterable[Module] | None = None) -> None:
        self._modules: list[Module] = []
        self.extend(modules or ())

    def _members(self) -> Iterator[tuple[str, Any]]:
        yield from ((str(index), module) for index, module in enumerate(self._modules))

    def append(self, module: Module) -> ModuleList:
        """Add a module at the end."""
        self._modules.append(_checked(self, module))
        return self

    def extend(self, modules: Iterable[Module]) -> ModuleList:
        """Add modules at the end."""
        for module in modules:
            self.append(module)
        return self

    def __len__(self) -> int:
        return len(self._modules)

    def __iter__(self) -> Iterator[Module]:
        return iter(self._modules)

    def __getitem__(self, index: int | slice) -> Any:
        found = self._modules[index]
        return ModuleList(found) if isinstance(found, list) else found


class ModuleDict(Module):
    """Modules by name, as torch.nn.ModuleDict. Has no forward: who holds it calls its members."""

    def __init__(self, modules: Mapping[str, Module] | None = None) -> None:
        self._modules: dict[str, Module] = {}
        for name, module in (modules or {}).items():
            self[name] = module

    def _members(self) -> Iterator[tuple[str, Any]]:
        yield from self._modules.items()

    def __setitem__(self, name: str, module: Module) -> None:
        self._modules[name] = _checked(self, module)

    def __getitem__(self, name: str) -> Module:
        return self._modules[name]

    def __contains__(self, name: str) -> bool:
        return name in self._modules

    def __len__(self) -> int:
        return len(self._modules)

    def __iter__(self) -> Iterator[str]:
        return iter(self._modules)

    def keys(self) -> Iterable[str]:
        """The names."""
        return self._modules.keys()

    def items(self) -> Iterable[tuple[str, Module]]:
        """Names and modules."""
        return self._modules.items()

    def values(self) -> Iterable[Module]:
        """The modules."""
        return self._modules.values()
