"""One visual language for every figure, on paper and on the page.

A series is told apart three ways at once (colour, dashes, marker), so that print without colour
and colour-blind readers lose nothing. Colours: Paul Tol's "vibrant" scheme (Colour Schemes, SRON,
2021). Names that recur have a look of their own; all others take the next free one.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

INK = "#222222"
FAINT = "#BBBBBB"
GRID = "#E6E6E6"


@dataclass(frozen=True)
class Look:
    """How one series is drawn. ``dashes`` are lengths in line widths; none means solid."""

    colour: str
    dashes: tuple[float, ...]
    marker: str
    hatch: str


_FIXED = {
    "framework": Look("#CC3311", (), "o", ""),
    "framework-recorded": Look("#EE7733", (3, 1.5), "P", "---"),
    "framework-explicit": Look("#AA3377", (6, 2, 1, 2), "D", "\\\\\\"),
    "framework-autograd": Look("#997700", (6, 1.5, 1, 1.5, 1, 1.5), "X", "+++"),
    "torch.nn": Look("#0077BB", (5, 2), "s", "///"),
    "torch-tuned": Look("#33BBEE", (1, 1.5), "^", "..."),
    "torch-compiled": Look("#009988", (8, 2), "v", "xxx"),
    "jax": Look("#777777", (10, 3), "*", "ooo"),
    "published": Look(INK, (1, 1.5), "h", "OO"),
}
_ALIASES = {"torch": "torch.nn"}

OTHERS = (
    Look("#0077BB", (), "o", ""),
    Look("#EE7733", (5, 2), "s", "///"),
    Look("#009988", (1, 1.5), "^", "..."),
    Look("#AA3377", (6, 2, 1, 2), "D", "\\\\\\"),
    Look(INK, (8, 2), "v", "xxx"),
    Look("#33BBEE", (3, 1.5), "P", "---"),
    Look("#997700", (6, 1.5, 1, 1.5, 1, 1.5), "X", "+++"),
    Look("#777777", (10, 3), "*", "ooo"),
)


def looks(names: Iterable[str]) -> dict[str, Look]:
    """A look for each name, no two alike.

    Raises:
        ValueError: more names than can be told apart.
    """
    wanted = list(dict.fromkeys(names))
    fixed = {name: _FIXED[_ALIASES.get(name, name)] for name in wanted if _has_own(name)}
    colours, markers = ({getattr(look, part) for look in fixed.values()} for part in _PARTS)
    free = sorted(OTHERS, key=lambda look: (look.colour in colours, look.marker in markers))
    others = [name for name in wanted if name not in fixed]
    if len(others) > len(free):
        raise ValueError(
            f"a figure shows at most {len(free)} series that can be told apart, not {len(others)}: "
            "divide it into panels or several figures"
        )
    return {**fixed, **dict(zip(others, free, strict=False))}


_PARTS = ("colour", "marker")


def _has_own(name: str) -> bool:
    return _ALIASES.get(name, name) in _FIXED
