import multiprocessing

import pytest

from experiments.runner import lock


@pytest.fixture
def path(tmp_path):
    return tmp_path / "the.lock"


def test_several_may_train_at_once(path):
    with lock.training(path), lock.training(path):
        pass


def test_nothing_is_timed_while_somebody_trains(path):
    with (
        lock.training(path),
        pytest.raises(lock.BusyError, match="nothing can be timed now"),
        lock.timing(path),
    ):
        pass


def test_nobody_trains_while_something_is_timed(path):
    with (
        lock.timing(path),
        pytest.raises(lock.BusyError, match="a timing is under way"),
        lock.training(path),
    ):
        pass


def test_two_timings_exclude_each_other(path):
    with lock.timing(path), pytest.raises(lock.BusyError), lock.timing(path):
        pass


def test_the_lock_is_free_again_after_an_error(path):
    with pytest.raises(ZeroDivisionError), lock.training(path):
        raise ZeroDivisionError
    with lock.timing(path):
        pass


def _train_for_ever(path, ready):
    with lock.training(path):
        ready.set()
        multiprocessing.Event().wait()


def test_a_killed_trainer_leaves_no_lock_behind(path):
    context = multiprocessing.get_context("spawn")
    ready = context.Event()
    trainer = context.Process(target=_train_for_ever, args=(path, ready))
    trainer.start()
    assert ready.wait(60)
    with pytest.raises(lock.BusyError), lock.timing(path):
        pass
    trainer.kill()
    trainer.join()
    with lock.timing(path):
        pass


def test_a_lock_that_cannot_be_opened_is_a_sentence(tmp_path):
    with (
        pytest.raises(lock.BusyError, match=r"cannot use the lock .*Is a directory; set TMPDIR"),
        lock.training(tmp_path),
    ):
        pass


def test_a_user_without_a_name_has_a_lock(monkeypatch):
    for name in ("LOGNAME", "USER", "LNAME", "USERNAME"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr("os.getuid", lambda: 54321)
    assert lock.default_path().name == "scratchmark-54321.lock"


def test_the_lock_lies_in_the_temporary_folder(monkeypatch, tmp_path):
    monkeypatch.setattr(lock.tempfile, "tempdir", str(tmp_path))
    assert lock.default_path().parent == tmp_path
