import errno
import subprocess
import sys

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some

import run_all
from experiments.command_line import commands, driver
from experiments.runner import lock
from experiments.runner.options import Options
from experiments.specification import Entry, schemes
from experiments.store import Store, StoreError


@pytest.fixture
def ask(monkeypatch, capsys):
    """The exit status of a command, and what it wrote to standard output and error."""

    def asked(*arguments):
        monkeypatch.setattr(sys, "argv", ["run_all.py", *arguments])
        status = run_all.main()
        return status, *capsys.readouterr()

    return asked


@pytest.fixture
def seen(monkeypatch):
    """The options that a command was called with, in place of doing it."""
    found = []
    for name in ("everything", "status", "timing", "parity", "catalogue", "export"):
        monkeypatch.setattr(commands, name, lambda options: found.append(options) or 0)
    monkeypatch.setattr(commands, "reports", lambda names, options: found.append(options) or 0)
    monkeypatch.setattr(commands, "sweep", lambda file, dry, options: found.append(options) or 0)
    monkeypatch.setattr(commands, "verify", lambda n, seed, options: found.append(options) or 0)
    return found


COMMON = [
    *("--quick", "--jobs", "3", "--results", "there", "--retry-failed", "--fail-fast"),
    *("--timeout", "2.5", "--cluster", "tcp://host:8786"),
]


@pytest.mark.parametrize(
    "command", ["reports", "sweep", "parity", "timing", "list", "status", "verify"]
)
def test_common_options_mean_the_same_before_and_after_a_command(ask, seen, command):
    assert ask(*COMMON, command)[0] == 0
    assert ask(command, *COMMON)[0] == 0
    before, after = seen
    for name in ("quick", "jobs", "retry_failed", "fail_fast", "timeout", "cluster", "results"):
        assert getattr(before, name) == getattr(after, name) != getattr(Options(), name)


def test_options_on_both_sides_are_put_together(ask, seen):
    ask("--jobs", "3", "status", "--quick")
    assert (seen[0].jobs, seen[0].quick) == (3, True)


def test_the_later_of_two_contradicting_options_holds(ask, seen):
    ask("--jobs", "3", "status", "--jobs", "4")
    assert seen[0].jobs == 4


@pytest.mark.parametrize(
    ("arguments", "folder"),
    [
        ([], "results"),
        (["--quick"], "results/quick"),
        (["--quick", "--results", "mine"], "mine"),
        (["--results", "mine"], "mine"),
    ],
)
def test_quick_results_lie_apart_unless_a_folder_is_named(ask, seen, arguments, folder):
    ask(*arguments)
    assert str(seen[0].results) == folder


MISTAKES = [
    (["--jobs", "0"], "'--jobs'"),
    (["--jobs", "100000"], "'--jobs'"),
    (["--jobs", "two"], "'--jobs'"),
    (["--jobs"], "'--jobs' requires an argument"),
    (["--jbos", "2"], "No such option: --jbos"),
    (["--timeout", "0"], "'--timeout'"),
    (["--timeout", "soon"], "'--timeout'"),
    (["--timeout", "nan"], "'--timeout'"),
    (["--timeout", "inf", "reports"], "--timeout takes less than"),
    (["--cluster", "host:8786"], "--cluster takes the address tcp://HOST:PORT, not 'host:8786'"),
    (["--cluster", "tcp://host", "sweep"], "--cluster takes the address"),
    (["reprots"], "Did you mean 'reports'"),
    (["reports", "carlier-2081"], "no report 'carlier-2081': did you mean 'carlier-2018'?"),
    (["reports", "xyz"], "The reports are cappelletti-2019, carlier-2018"),
    (["reports", "olsen-2018", ""], "no report ''"),
    (["sweep", "nowhere.toml"], "'nowhere.toml' does not exist"),
    (["sweep", "."], "is a directory"),
    (["sweep", "one.toml", "two.toml"], "'one.toml' does not exist"),
    (["timing", "--backend", "tourch"], "unknown backend 'tourch': did you mean 'torch'?"),
    (["parity", "--backend", "nowhere:thing"], "cannot import nowhere"),
    (["parity", "--backend", "json:nothing"], "json has no 'nothing'"),
    (["parity", "--backend", "json:dumps"], "has no method start"),
    (["parity", "--replay", "nowhere.json"], "'nowhere.json' does not exist"),
    (["export"], "tensorboard"),
    (["export", "tensorbord"], "'tensorbord' is not one of"),
    (["status", "--results", 300 * "x"], "x cannot be read: File name too long"),
    (["status", "--results", "pyproject.toml/under"], "pyproject.toml/under lies in a file"),
    (["status", "--results", ""], "'--results': name a folder"),
    (["status", "now"], "unexpected extra argument"),
    (["verify", "--sample", "0"], "'--sample'"),
    (["verify", "--seed", "-1"], "'--seed'"),
]


@pytest.mark.parametrize(
    ("arguments", "words"), MISTAKES, ids=[" ".join(each)[:60] for each, _ in MISTAKES]
)
def test_a_mistake_is_a_sentence_that_names_it(ask, arguments, words):
    status, out, said = ask(*arguments)
    assert status not in (0, None)
    assert words in said
    assert said.startswith("run_all.py: ")
    assert "Traceback" not in said + out


@settings(
    deadline=None, max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    some.lists(
        some.sampled_from(["--jobs", "--timeout", "--results", "-1", "0", "nan", "x", "status"])
        | some.text(max_size=5).filter(lambda text: "\0" not in text),
        min_size=1,
        max_size=4,
    )
)
def test_no_arguments_ever_give_a_traceback(ask, seen, arguments):
    status, _, said = ask(*arguments)
    assert status in (0, 1, 2)
    assert (status == 0) == (not said)


def test_results_that_are_a_file_are_refused_and_left_alone(ask, tmp_path):
    (tmp_path / "mine").write_text("precious")
    for command in ("status", "verify", "export tensorboard", "reports olsen-2018", "sweep"):
        status, _, said = ask("--results", str(tmp_path / "mine"), "--quick", *command.split())
        assert status in (1, 2)
        assert "mine is a file" in said
    assert (tmp_path / "mine").read_text() == "precious"


@pytest.mark.parametrize(
    ("error", "expected", "words"),
    [
        (KeyboardInterrupt(), 130, "nothing that was stored is lost"),
        (StoreError("cannot write"), 1, "cannot write"),
        (OSError(errno.ENOSPC, "No space left"), 1, "cannot write: [Errno 28] No space left"),
        (lock.BusyError("somebody times"), 1, "somebody times"),
        (driver.Incomplete("2 of 3 runs failed"), 1, "2 of 3 runs failed"),
    ],
)
def test_what_may_go_wrong_is_told_in_a_sentence(ask, monkeypatch, error, expected, words):
    def fail(options):
        raise error

    monkeypatch.setattr(commands, "everything", fail)
    status, _, said = ask()
    assert status == expected
    assert words in said


def test_a_fault_of_the_program_is_not_hidden(ask, monkeypatch):
    def fail(options):
        raise ZeroDivisionError

    monkeypatch.setattr(commands, "everything", fail)
    with pytest.raises(ZeroDivisionError):
        ask()


@pytest.mark.parametrize("arguments", ["--help", "sweep --help", "reports xyz", "--jobs 0"])
def test_help_and_mistakes_need_none_of_the_slow_imports(arguments):
    script = (
        "import sys, run_all; sys.argv = ['run_all.py', *sys.argv[1:]]; run_all.main(); "
        "print(sorted({'torch', 'numpy', 'pandas', 'matplotlib'} & set(sys.modules)))"
    )
    done = subprocess.run(
        [sys.executable, "-c", script, *arguments.split()], capture_output=True, text=True
    )
    assert done.stdout.endswith("[]\n")


def test_the_list_names_reports_backends_and_what_sweeps_are_made_of(ask):
    status, out, _ = ask("list")
    assert status == 0
    for name in ("olsen-2018", "framework-autograd", "disk", "LayerNorm", "HuberLoss", "Adagrad"):
        assert name in out


def test_every_initialisation_in_the_list_can_be_asked_for(ask):
    _, out, _ = ask("list")
    listed = out.partition("\ninitialisations\n")[2].partition("\nlayers\n")[0]
    for name in listed.replace(",", " ").split():
        schemes.check(Entry(name))


def test_status_of_an_empty_folder_says_what_to_do(ask, tmp_path):
    _, out, _ = ask("status", "--results", str(tmp_path))
    assert "`python run_all.py` runs everything" in out
    assert Store(tmp_path).ids() == []
