"""Failures that are expected, with their reasons; and expectations that are not met any more.

A file in TOML, `expected-failures.toml` in the current folder or the file given to the plug-in:

    [[expected]]
    case = "layers/Softplus()/*"           # patterns, as of file names; [ has no meaning
    backend = "mine:backend"               # may be left out, as may
    observation = "gradient of input*"
    reason = "ours has no threshold"
"""

import re
import tomllib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, ValidationError

BUILT_IN = Path(__file__).parent / "expected-failures.toml"
LOCAL = Path("expected-failures.toml")


class Expected(BaseModel):
    """Cases of which it is known why they fail."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)

    case: str
    reason: str = Field(min_length=1)
    backend: str = "*"
    observation: str = "*"

    def covers(self, backend: str, case: str, observation: str) -> bool:
        """Whether an observation of a case is among them."""
        pairs = ((self.backend, backend), (self.case, case), (self.observation, observation))
        return all(matches(pattern, text) for pattern, text in pairs)

    def concerns(self, backend: str, cases: Iterable[str]) -> bool:
        """Whether any of these cases of a backend is among them."""
        return matches(self.backend, backend) and any(matches(self.case, one) for one in cases)


@dataclass(frozen=True)
class Outdated:
    """An expectation under which nothing fails any more."""

    backend: str
    entry: Expected


def read(cases: Iterable[str], files: Sequence[Path] = ()) -> tuple[Expected, ...]:
    """The built-in expectations, those of the current folder, and those of these files.

    Args:
        cases: the names of all cases there are.

    Raises:
        ValueError: a file is not as the module describes, or speaks of no case.
    """
    names = list(cases)
    found = _read(BUILT_IN)
    for path in (*([LOCAL] if LOCAL.is_file() else []), *files):
        entries = _read(path)
        for entry in entries:
            if not any(matches(entry.case, name) for name in names):
                raise ValueError(f"expected failures {path}: no case is like {entry.case!r}")
        found += entries
    return tuple(found)


def _read(path: Path) -> list[Expected]:
    try:
        given = tomllib.loads(path.read_text())
        entries = [Expected(**entry) for entry in given.pop("expected", [])]
    except OSError as error:
        raise ValueError(f"expected failures {path}: {error.strerror}") from error
    except tomllib.TOMLDecodeError as error:
        raise ValueError(f"expected failures {path}: {error}") from error
    except (ValidationError, TypeError) as error:
        raise ValueError(
            f"expected failures {path}: an entry has case and reason, and may have backend and "
            f"observation, all of them text: {str(error).splitlines()[0]}"
        ) from error
    if given:
        raise ValueError(
            f"expected failures {path}: every entry begins with [[expected]], and "
            f"{', '.join(given)} stands outside of one"
        )
    return entries


@cache
def _pattern(pattern: str) -> re.Pattern[str]:
    return re.compile(".*".join(map(re.escape, pattern.split("*"))))


def matches(pattern: str, text: str) -> bool:
    """Whether text is like a pattern in which * stands for anything."""
    return _pattern(pattern).fullmatch(text) is not None
