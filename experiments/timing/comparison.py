"""One comparison: who took part, what each took in every turn, and whether they agreed."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from functools import cached_property
from statistics import median
from typing import Any

from experiments.timing.agreement import Agreement
from experiments.timing.harness import by_round
from experiments.timing.ratios import Control, Ratio, ratio

BASELINE = "torch"
AGAIN = "torch, again"
"""The A-against-A control: the baseline a second time, in a session of its own."""


@dataclass(frozen=True)
class Entrant:
    """A backend, and how many runs it trains together."""

    backend: str
    runs: int = 1

    @property
    def label(self) -> str:
        """What tables call it."""
        return self.backend if self.runs == 1 else f"{self.backend}, {self.runs} runs"


@dataclass(frozen=True)
class Comparison:
    """What was measured in one go, by label.

    `turns` holds seconds by part, two turns a round; `units` how many steps (or trainings) of one
    run a turn is; `unsupported` the reason why somebody could not take part; `calls` how many
    tensor calls a step makes, where they were counted.
    """

    name: str
    turns: Mapping[str, Mapping[str, Sequence[float]]]
    units: Mapping[str, int]
    agreements: Mapping[str, Agreement] = field(default_factory=dict)
    unsupported: Mapping[str, str] = field(default_factory=dict)
    calls: Mapping[str, int] = field(default_factory=dict)

    def runs(self, label: str) -> int:
        """How many runs trained together."""
        return self.units[label] // self.units[BASELINE]

    def seconds(self, label: str, part: str | None = None) -> float:
        """The median over the rounds per step of one run, of one part or of all together."""
        return median(self._rounds(label, part)) / 2 / self.units[label]

    def ratio(self, label: str, baseline: str = BASELINE, part: str | None = None) -> Ratio:
        """How many times faster `label` is than `baseline`, per step of one run."""
        measured = ratio(self._rounds(baseline, part), self._rounds(label, part))
        return measured.scaled(self.units[label] / self.units[baseline])

    @cached_property
    def control(self) -> Control:
        """The baseline against itself."""
        return Control(self.ratio(AGAIN))

    def agrees(self, *labels: str) -> bool:
        """Whether the losses of all of these agreed with the baseline's."""
        return all(self.agreements[label].holds for label in labels if label in self.agreements)

    def _rounds(self, label: str, part: str | None) -> list[float]:
        parts = self.turns[label]
        chosen = list(parts.values()) if part is None else [parts[part]]
        return by_round([sum(turn) for turn in zip(*chosen, strict=True)])

    def as_json(self) -> dict[str, Any]:
        """Raw samples and all, of plain values."""
        return asdict(self)

    @classmethod
    def from_json(cls, given: Mapping[str, Any]) -> "Comparison":
        """The comparison that `as_json` wrote."""
        agreements = {label: Agreement(**each) for label, each in given["agreements"].items()}
        return cls(**{**given, "agreements": agreements})
