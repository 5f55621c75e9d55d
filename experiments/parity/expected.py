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


def read(files: Sequence[Path] = ()) -> tuple[Expected, ...]:
    """The built-in expectations, those of the current folder, and those of these files.

    Raises:
        ValueError: a file is not as the module describes.
    """
    local = (LOCAL,) if LOCAL.is_file() else ()
    return tuple(entry for path in (BUILT_IN, *local, *files) for entry in _read(path))


def _read(path: Path) -> list[Expected]:
    try:
        given = tomllib.loads(path.read_text())
        return [Expected(**entry) for entry in given.get("expected", [])]
    except OSError as error:
        raise ValueError(f"expected failures {path}: {error.strerror}") from error
    except tomllib.TOMLDecodeError as error:
        raise ValueError(f"expected failures {path}: {error}") from error
    except (ValidationError, TypeError) as error:
        raise ValueError(
            f"expected failures {path}: an entry has case and reason, and may have backend and "
            f"observation, all of them text: {str(error).splitlines()[0]}"
        ) from error


@cache
def _pattern(pattern: str) -> re.Pattern[str]:
    return re.compile(".*".join(map(re.escape, pattern.split("*"))))


def matches(pattern: str, text: str) -> bool:
    """Whether text is like a pattern in which * stands for anything."""
    return _pattern(pattern).fullmatch(text) is not None
