"""`state`, what the call under way is part of, and `using`, which changes it for a while."""

from __future__ import annotations

import threading
from typing import Any


class _State(threading.local):
    """What the call under way is part of. Each thread has its own."""

    recording: bool = True
    rerunning: bool = False
    inside_module: bool = False
    runs: int | None = None
    watched: bool = True


state = _State()


class using:  # noqa: N801 (reads as a word in a with statement)
    """Change fields of `state` for the length of a `with` block."""

    __slots__ = ("before", "settings")

    def __init__(self, **settings: Any) -> None:
        self.settings = settings

    def __enter__(self) -> None:
        self.before = {name: getattr(state, name) for name in self.settings}
        state.__dict__.update(self.settings)

    def __exit__(self, *error: object) -> None:
        state.__dict__.update(self.before)
