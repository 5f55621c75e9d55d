"""What the page takes into itself: drawn figures, so that many fit in one document."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

from markupsafe import Markup

_PATH = re.compile(r' d="[^"]*"')
_DECIMALS = re.compile(r"(\.\d)\d+")
_IDENTIFIER = re.compile(r'(\bid="|\bhref="#|url\(#)')
_COLOUR = re.compile(r"(fill|stroke|stop-color): ?(#[0-9a-fA-F]{6})\b")
_WIDTH = re.compile(r'<svg[^>]* width="([\d.]+)pt"')


def svg(drawn: str, prefix: str, title: str) -> Markup:
    """An SVG document as an element of the page.

    Identifiers get a prefix of their own, as two figures would share them; coordinates keep one
    decimal (a hundredth of a millimetre); colours become the page's, which knows light and dark.
    """
    body = drawn[drawn.index("<svg") :]
    body = re.sub(r"<metadata>.*?</metadata>", "", body, flags=re.DOTALL)
    body = _IDENTIFIER.sub(rf"\g<1>{prefix}-", body)
    body = _PATH.sub(lambda found: _DECIMALS.sub(r"\1", found[0]), body)
    body = _COLOUR.sub(lambda found: f"{found[1]}: {_themed(found[2])}", body)
    body = re.sub(r"\s*\n\s*", "\n", body)
    width = _WIDTH.search(body)
    least = f' style="--least: {float(width[1]):.0f}px"' if width else ""
    label = Markup(' role="img" aria-label="{}"').format(title)
    return Markup(body.replace("<svg ", f"<svg{label}{least} ", 1))


@cache
def _ours() -> frozenset[str]:
    return frozenset(
        re.findall(r"--c([0-9A-F]{6}):", Path(__file__).with_name("style.css").read_text())
    )


def _themed(colour: str) -> str:
    """A colour that the page's style knows by name; any other is lightened on dark paper."""
    name = colour[1:].upper()
    if name in _ours():
        return f"var(--c{name})"
    return f"color-mix(in srgb, {colour} 60%, light-dark({colour}, #fff))"
