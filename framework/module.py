"""`Module`, what every layer and loss is."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Iterator, Mapping
from typing import Any, ClassVar, Self

import torch
from torch import Tensor

from framework.state import state, using
from framework.variable import Function, Parameter, Variable


def from_recording(method: Callable[..., Any]) -> Callable[..., Any]:
    """Mark a `backward` as the framework's own: one that comes from recording `forward`."""
    method.from_recording = True  # type: ignore[attr-defined]
    return method


class Module:
    """A function with parameters, as torch.nn.Module.

    A subclass needs only `forward`. Parameters, modules, and lists of either are found by scanning
    the attributes. Called on tensors, a module returns a tensor and records nothing; called on a
    `Variable`, everything inside is recorded. A subclass may define `backward(grad_output, x)`
    itself; that one is then used everywhere.
    """

    training: bool = True
    #: The length of the leading run dimension of a stacked module, else None.
    runs: int | None = None
    _buffer_names: tuple[str, ...] = ()
    _has_own_backward: ClassVar[bool] = False

    def __init_subclass__(cls, **arguments: Any) -> None:
        super().__init_subclass__(**arguments)
        cls._has_own_backward = not getattr(cls.backward, "from_recording", False)

    def forward(self, *inputs: Any, **arguments: Any) -> Any:
        """Compute the output. Each module has its own."""
        raise NotImplementedError(f"{type(self).__name__} has no forward: define forward(self, x)")

    def __call__(self, *inputs: Any, **arguments: Any) -> Any:
        """Compute the output: recorded if an input is a `Variable`, else a plain tensor."""
        if state.inside_module and not self._has_own_backward:
            return self.forward(*inputs, **arguments)
        recorded = False
        for source in (*inputs, *arguments.values()) if arguments else inputs:
            recorded = recorded or isinstance(source, Variable)
        if self._has_own_backward and recorded and state.recording:
            if arguments:
                raise TypeError(
                    f"{type(self).__name__} has a backward of its own, and so takes its inputs by "
                    f"position, not as {', '.join(arguments)}"
                )
            return _own_backward(*inputs, module=self)
        if state.inside_module:
            return self.forward(*inputs, **arguments)
        before = state.recording, state.runs
        state.recording = recorded and before[0]
        state.inside_module, state.runs = True, self.runs
        try:
            return self.forward(*inputs, **arguments)
        finally:
            state.inside_module = False
            state.recording, state.runs = before

    @from_recording
    def backward(self, grad_output: Tensor, *inputs: Tensor) -> Any:
        """Accumulate the parameters' gradients and return that with respect to the input.

        Nothing was cached: `forward` runs again on `inputs`, recorded, without touching running
        statistics.

        Args:
            grad_output: gradient with respect to the output, of its shape.
            inputs: what `forward` was called with.

        Raises:
            RuntimeError: where a random mask would have to be drawn again.
        """
        leaves = [Variable(i) for i in inputs]
        with using(rerunning=True, recording=True, inside_module=False):
            self(*leaves).backward(grad_output)
        gradients = tuple(leaf.grad for leaf in leaves)
        return gradients[0] if len(gradients) == 1 else gradients

    def _members(self) -> Iterator[tuple[str, Any]]:
        """Parameters, buffers and modules by name, lists opened."""
        for name, member in vars(self).items():
            if isinstance(member, (Parameter, Module)) or name in self._buffer_names:
                yield name, member
            elif isinstance(member, (list, tuple)):
                for index, element in enumerate(member):
                    if isinstance(element, (Parameter, Module)):
                        yield f"{name}.{index}", element

    def named_modules(self, prefix: str = "") -> Iterator[tuple[str, Module]]:
        """This module and all below it, each once, under torch's names."""
        seen: set[int] = set()

        def walk(module: Module, name: str) -> Iterator[tuple[str, Module]]:
            if id(module) in seen:
                return
            seen.add(id(module))
            yield name, module
            for child_name, child in module._members():
                if isinstance(child, Module):
                    yield from walk(child, f"{name}.{child_name}" if name else child_name)

        yield from walk(self, prefix)

    def modules(self) -> Iterator[Module]:
        """This module and all below it, each once."""
        return (module for _, module in self.named_modules())

    def named_children(self) -> Iterator[tuple[str, Module]]:
        """The modules directly below this one."""
        return ((name, m) for name, m in self._members() if isinstance(m, Module))

    def children(self) -> Iterator[Module]:
        """The modules directly below this one, without their names."""
        return (module for _, module in self.named_children())

    def named_parameters(self) -> Iterator[tuple[str, Parameter]]:
        """All parameters, each once, under torch's names."""
        seen: set[int] = set()
        for prefix, module in self.named_modules():
            for name, member in module._members():
                if isinstance(member, Parameter) and id(member) not in seen:
                    seen.add(id(member))
                    yield f"{prefix}.{name}" if prefix else name, member

    def parameters(self) -> Iterator[Parameter]:
        """All parameters, each once."""
        return (parameter for _, parameter in self.named_parameters())

    def register_buffer(self, name: str, tensor: Tensor | None) -> None:
        """Keep a tensor that belongs to the state but is not learned, as in torch."""
        self._buffer_names = (*self._buffer_names, name)
        setattr(self, name, tensor)

    def named_buffers(self) -> Iterator[tuple[str, Tensor]]:
        """All buffers under torch's names."""
        for prefix, module in self.named_modules():
            for name in module._buffer_names:
                tensor = getattr(module, name)
                if tensor is not None:
                    yield f"{prefix}.{name}" if prefix else name, tensor

    def zero_grad(self, set_to_none: bool = True) -> None:
        """Set every parameter's gradient to None, or to zeros."""
        for parameter in self.parameters():
            if set_to_none:
                parameter.grad = None
            elif parameter.grad is not None:
                parameter.grad = torch.zeros_like(parameter.data)

    def apply(self, function: Callable[[Module], Any]) -> Self:
        """Call a function with every module below this one, then with this one."""
        for child in self.children():
            child.apply(function)
        function(self)
        return self

    def train(self, mode: bool = True) -> Self:
        """Choose training behaviour (random masks, batch statistics), or not."""
        for module in self.modules():
            module.training = mode
        return self

    def eval(self) -> Self:
        """Choose evaluation behaviour: the same as `train(False)`."""
        return self.train(False)

    def to(
        self,
        device: torch.device | str | torch.dtype | None = None,
        dtype: torch.dtype | None = None,
    ) -> Self:
        """Move parameters and buffers to a device or to another floating dtype, in place."""
        if isinstance(device, torch.dtype):
            device, dtype = None, device
        for parameter in self.parameters():
            parameter.data = parameter.data.to(device=device, dtype=dtype)
            if parameter.grad is not None:
                parameter.grad = parameter.grad.to(device=device, dtype=dtype)
        for module in self.modules():
            for name in module._buffer_names:
                tensor = getattr(module, name)
                if tensor is not None:
                    floating = tensor.is_floating_point()
                    setattr(module, name, tensor.to(device, dtype if floating else None))
        return self

    def double(self) -> Self:
        """Convert parameters and buffers to float64."""
        return self.to(torch.float64)

    def float(self) -> Self:
        """Convert parameters and buffers to float32."""
        return self.to(torch.float32)

    def state_dict(self) -> dict[str, Tensor]:
        """Parameters and buffers by torch's keys. The tensors are the module's own."""
        own: dict[str, Tensor] = OrderedDict()
        for prefix, module in self.named_modules():
            for name, member in module._members():
                if isinstance(member, Module) or member is None:
                    continue
                tensor = member.data if isinstance(member, Parameter) else member
                own[f"{prefix}.{name}" if prefix else name] = tensor
        return own

    def load_state_dict(self, state_dict: Mapping[str, Any]) -> None:
        """Copy tensors into the parameters and buffers, in place.

        Raises:
            ValueError: entries are missing, unknown, or of another shape; all are named, and
                nothing is changed.
        """
        own = self.state_dict()
        missing = [key for key in own if key not in state_dict]
        unknown = [key for key in state_dict if key not in own]
        misshapen = [
            f"{key} has shape {tuple(state_dict[key].shape)} instead of {tuple(tensor.shape)}"
            for key, tensor in own.items()
            if key in state_dict and state_dict[key].shape != tensor.shape
        ]
        problems = [
            *([f"missing {', '.join(missing)}"] if missing else []),
            *([f"unknown {', '.join(unknown)}"] if unknown else []),
            *misshapen,
        ]
        if problems:
            raise ValueError(f"{type(self).__name__}.load_state_dict: " + "; ".join(problems))
        for key, tensor in own.items():
            tensor.copy_(state_dict[key].detach())

    def unstack(self) -> list[Self]:
        """One module a run, of a stacked module."""
        from framework.stacking import unstack

        return unstack(self)

    def extra_repr(self) -> str:
        """What stands between the parentheses of `repr`."""
        return ""

    def __repr__(self) -> str:
        children = [
            f"({name}): " + repr(child).replace("\n", "\n  ")
            for name, child in self.named_children()
        ]
        if not children:
            return f"{type(self).__name__}({self.extra_repr()})"
        head = [self.extra_repr()] if self.extra_repr() else []
        return f"{type(self).__name__}(\n  " + "\n  ".join([*head, *children]) + "\n)"


def _run_forward(*inputs: Any, module: Module) -> Any:
    with using(recording=False, inside_module=True, runs=module.runs):
        return module.forward(*inputs)


#: A module with a `backward` of its own, as one function of the graph.
_own_backward = Function(
    "module",
    _run_forward,
    lambda g, _, *inputs, module: module.backward(g, *inputs),
    always_back=True,
)
