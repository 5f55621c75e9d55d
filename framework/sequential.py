"""`Sequential`, modules one after the other."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterator, Mapping
from typing import Any, Self

from framework.module import Module


class Sequential(Module):
    """Modules one after the other: each gets what the one before it gives.

    As torch.nn.Sequential. Takes modules, or one OrderedDict of them by name.

    Raises:
        ValueError: a module cannot take what the one before it gives.
        TypeError: an argument is not a module.
    """

    def __init__(self, *modules: Module | Mapping[str, Module]) -> None:
        self._modules: dict[str, Module] = {}
        if len(modules) == 1 and isinstance(modules[0], Mapping):
            named = list(modules[0].items())
        else:
            named = [(str(i), m) for i, m in enumerate(modules)]  # type: ignore[misc]
        for name, module in named:
            self.add_module(name, module)

    def add_module(self, name: str, module: Module) -> None:
        """Add a module at the end."""
        if not isinstance(module, Module):
            raise TypeError(f"Sequential takes modules, and got {type(module).__name__}")
        _check_fits(list(self._modules.values()), module)
        self._modules[name] = module

    def append(self, module: Module) -> Self:
        """Add a module at the end, named by its number."""
        self.add_module(str(len(self)), module)
        return self

    def _members(self) -> Iterator[tuple[str, Any]]:
        yield from self._modules.items()

    def forward(self, x: Any) -> Any:
        """Run the modules in order."""
        for module in self._modules.values():
            x = module(x)
        return x

    def __len__(self) -> int:
        return len(self._modules)

    def __iter__(self) -> Iterator[Module]:
        return iter(self._modules.values())

    def __getitem__(self, index: int | slice) -> Module:
        if isinstance(index, slice):
            return type(self)(OrderedDict(list(self._modules.items())[index]))
        return list(self._modules.values())[index]


def _check_fits(before: list[Module], module: Module) -> None:
    """Compare the features a module takes with those the last module that says so gives."""
    takes = getattr(module, "in_features", None)
    for earlier in reversed(before):
        if not getattr(earlier, "keeps_features", False):
            gives = getattr(earlier, "out_features", None)
            if takes is not None and gives is not None and takes != gives:
                raise ValueError(
                    f"{_brief(module)} cannot follow {_brief(earlier)}: "
                    f"it takes {takes} features and gets {gives}"
                )
            return


def _brief(module: Any) -> str:
    name, takes, gives = type(module).__name__, module.in_features, module.out_features
    return f"{name}(in_features={takes}, out_features={gives})"
