import os

import pytest

from experiments.store.files import write_whole


def test_a_file_is_written_with_its_folders_and_replaced(tmp_path):
    path = tmp_path / "a" / "b.txt"
    write_whole(path, b"first")
    write_whole(path, b"second")
    assert path.read_bytes() == b"second"


def test_where_writing_fails_the_old_file_stays_and_nothing_else_is_left(tmp_path, monkeypatch):
    path = tmp_path / "b.txt"
    write_whole(path, b"first")

    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "replace", full)
    with pytest.raises(OSError, match="No space left"):
        write_whole(path, b"second")
    assert path.read_bytes() == b"first"
    assert os.listdir(tmp_path) == ["b.txt"]


def test_others_may_read_what_was_written(tmp_path):
    write_whole(tmp_path / "b.txt", b"")
    assert (tmp_path / "b.txt").stat().st_mode & 0o777 == 0o644
