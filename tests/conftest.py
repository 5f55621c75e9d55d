"""What several parts of the suite share: the count of conformance cases, printed at the end."""

from collections import defaultdict

import pytest

TALLY = pytest.StashKey()


def pytest_configure(config):
    config.stash[TALLY] = defaultdict(dict)


@pytest.fixture
def count_cases(request):
    """Count cases of PyTorch's database that ran: `count_cases(kind, of, name, cases)`."""

    def count(kind, of, name, cases):
        entry = request.config.stash[TALLY][kind]
        entry["of"] = of
        entry.setdefault("cases", {})
        entry["cases"][name] = entry["cases"].get(name, 0) + cases

    return count


def pytest_terminal_summary(terminalreporter, config):
    for kind, entry in config.stash[TALLY].items():
        cases = entry["cases"]
        terminalreporter.write_line(
            f"PyTorch's conformance inputs: {len(cases)} of {entry['of']} {kind} covered, "
            f"{sum(cases.values())} cases ran and agreed"
        )
