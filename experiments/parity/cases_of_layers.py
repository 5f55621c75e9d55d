"""Cases of layers: value, gradients, accumulation, and inputs that are left alone."""

from dataclasses import dataclass
from typing import Any, ClassVar

import torch
from torch import Tensor

from experiments.parity import exact, inputs, referee
from experiments.parity.case import Case, Observations
from experiments.parity.formulas_of_layers import LAYERS
from experiments.parity.measures import Truth
from experiments.specification import Entry


@dataclass(frozen=True)
class LayerCase(Case):
    """Layers on a batch x (n, *features), with a random cotangent for each of two inputs."""

    kind: ClassVar[str] = "layers"
    layers: tuple[Entry, ...]
    features: tuple[int, ...] = (7,)

    @property
    def bound(self) -> float:
        """Each layer rounds."""
        return 16.0 * len(self.layers)

    @property
    def what(self) -> str:
        """The layers as they are written."""
        return " ".join(map(str, self.layers))

    def floor(self, observation: str) -> float:
        """For the gradient of an activation's input, the largest cotangent.

        Where an activation is flat its gradient is what a subtraction leaves over, in torch.nn
        too: an error of the order of the cotangent's last place is rounding.
        """
        alone = len(self.layers) == 1 and observation.startswith("gradient of input")
        return float(self.tensors["g"].abs().max()) if alone and self.tensors["g"].numel() else 0.0

    def draw(self) -> dict[str, Tensor]:
        """Two inputs, two cotangents, and the layers' parameters."""
        source = inputs.generator(self.name)
        state = self.draw_state(source)
        x, other = (self._draw_input(source) for _ in range(2))
        with torch.no_grad():
            shape = referee.model(self.layers, state, self.number)(x).shape
        cotangents = [inputs.normal(tuple(shape), self.number, source) for _ in range(2)]
        named = {f"state.{name}": value for name, value in state.items()}
        return {"x": x, "other": other, "g": cotangents[0], "h": cotangents[1], **named}

    def observe(self, backend: Any) -> Observations:
        """Predict, then go back where the backend can; then look at what it was given."""
        session = backend.start(self.training(self.layers), [self.state()])
        x, other, g, h = (self.take(name)[None] for name in ("x", "other", "g", "h"))
        seen = {"value": session.predict(x)[0]}
        session.predict(other)
        seen["value again"] = session.predict(x)[0]
        if hasattr(session, "gradients"):
            seen |= _named("", *session.gradients(x, g))
            session.gradients(other, h)
            seen |= _named(" again", *session.gradients(x, g))
        if hasattr(session, "accumulated"):
            seen |= _of_parameters(" accumulated", session.accumulated([(x, g), (other, h)]))
        state = session.state_dicts()[0]
        seen |= {f"state {name} afterwards": value for name, value in state.items()}
        return seen | {"input afterwards": x[0], "grad_output afterwards": g[0]}

    def referee(self, dtype: torch.dtype) -> Observations:
        """The same through torch.nn and torch.autograd."""
        x, g = self.take("x", dtype), self.take("g", dtype)
        model = referee.model(self.layers, self.state(dtype), dtype)
        value = model(x.requires_grad_(x.is_floating_point()))
        seen = {"value": value.detach(), "value again": value.detach()}
        if value.requires_grad:
            value.backward(g)
        for again in ("", " again"):
            seen[f"value with gradients{again}"] = value.detach()
            if x.is_floating_point():
                seen[f"gradient of input{again}"] = referee.gradient(x)
            for name, parameter in model.named_parameters():
                seen[f"gradient of {name}{again}"] = referee.gradient(parameter).clone()
        seen |= self._accumulated(model, dtype)
        seen |= {f"state {name} afterwards": v for name, v in self.state(dtype).items()}
        return seen | {"input afterwards": x.detach(), "grad_output afterwards": g}

    def truth(self) -> dict[str, Truth]:
        """By formula in 140 bits for float64; float64 for float32."""
        if self.dtype == "float32":
            return super().truth()
        if self.inputs == "infinite" or not all(each.name in LAYERS for each in self.layers):
            return {}
        x = value = exact.from_tensor(self.take("x"))
        state = {name: exact.from_tensor(tensor) for name, tensor in self.state().items()}
        for place, layer in enumerate(self.layers):
            value = LAYERS[layer.name](value, _part(state, place), **layer.arguments)
        exact.pull_back(value, self.take("g"))
        known = {"value": value, "gradient of input": exact.gradients(x)}
        for name in dict(referee.fresh(self.layers).named_parameters()):
            known[f"gradient of {name}"] = exact.gradients(state[name])
        return {name: exact.truth(numbers) for name, numbers in known.items()}

    def _accumulated(self, model: Any, dtype: torch.dtype) -> Observations:
        other, h = self.take("other", dtype), self.take("h", dtype)
        value = model(other)
        if not value.requires_grad:
            return {}
        value.backward(h)
        return {
            f"gradient of {name} accumulated": referee.gradient(parameter)
            for name, parameter in model.named_parameters()
        }

    def _draw_input(self, source: torch.Generator) -> Tensor:
        return inputs.draw(self.inputs, self.features, self.number, source)

    def draw_state(self, source: torch.Generator) -> dict[str, Tensor]:
        """Random parameters of the layers, with positive variances."""
        with torch.random.fork_rng(devices=[]):
            built = referee.fresh(self.layers)
        return {name: self._fill(name, value, source) for name, value in built.state_dict().items()}

    def _fill(self, name: str, value: Tensor, source: torch.Generator) -> Tensor:
        if not value.is_floating_point():
            return value
        drawn = torch.randn(value.shape, dtype=self.number, generator=source) / 2
        return drawn.abs() + 0.5 if name.endswith("running_var") else drawn


@dataclass(frozen=True)
class IndexCase(LayerCase):
    """Layers whose input is indices: no gradient flows back to it."""

    rows: int = 11

    def _draw_input(self, source: torch.Generator) -> Tensor:
        size = (inputs.SIZES.get(self.inputs, 5), *self.features)
        return torch.randint(self.rows, size, generator=source)


def _part(state: dict[str, Any], place: int) -> dict[str, Any]:
    start = f"{place}."
    return {name.removeprefix(start): v for name, v in state.items() if name.startswith(start)}


def _named(suffix: str, value: Any, of_input: Any, of_parameters: Any) -> Observations:
    """The three results of `gradients` under the names of their observations."""
    seen = {f"value with gradients{suffix}": value[0]}
    if of_input is not None:
        seen[f"gradient of input{suffix}"] = of_input[0]
    return seen | _of_parameters(suffix, of_parameters)


def _of_parameters(suffix: str, found: Any) -> Observations:
    return {f"gradient of {name}{suffix}": value for name, value in found[0].items()}
