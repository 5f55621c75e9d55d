import json
import os
import resource
import signal
import subprocess
import sys
from contextlib import contextmanager

import pytest

from experiments.store import Store, StoreError
from experiments.store.record import Provenance, Record, encode
from experiments.store.records import Records
from tests.experiments.runner.making import run, runs

HERE = Provenance("d" * 64, "2.13.0", "AVX512")


@pytest.fixture
def store(tmp_path):
    made = Store(tmp_path / "results")
    made.prepare()
    return made


def keep(store, spec, **changes):
    store.write(Record(spec, "ok", HERE, curves={"test_loss": (0.5,)}, **changes))


def spoil(store, spec, change):
    path = store.path(spec.id)
    path.write_bytes(change(path.read_bytes()))


def test_a_record_is_found_by_its_id(store):
    keep(store, run())
    assert store.find(run().id).spec == run()


def test_a_run_without_a_record_is_none(store):
    assert store.find(run().id) is None


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda content: content[:-100], "torn"),
        (lambda content: content.replace(b"0.5", b"0.4"), "altered"),
        (lambda content: content.replace(b'"schema": 1', b'"schema": 0'), "of schema 0"),
    ],
)
def test_a_bad_record_is_named_and_set_aside(store, change, words):
    keep(store, run())
    spoil(store, run(), change)
    assert store.find(run().id) is None
    (aside,) = store.set_aside
    assert words in str(aside)
    assert run().id in str(aside)
    assert aside.moved_to.exists()
    assert not store.path(run().id).exists()


def test_nothing_set_aside_is_ever_overwritten(store):
    for _ in range(2):
        keep(store, run())
        spoil(store, run(), lambda content: content[:-1])
        store.find(run().id)
    assert len(list(store.folder.glob("set-aside/*"))) == 2


def test_a_record_in_the_place_of_another_is_noticed(store):
    keep(store, run())
    other = store.path(run(seed=9).id)
    other.parent.mkdir(exist_ok=True)
    os.replace(store.path(run().id), other)
    assert store.find(run(seed=9).id) is None
    assert "of another run" in store.set_aside[0].reason


def test_only_the_ids_of_records_are_listed(store):
    keep(store, run())
    store.write_duration([run().id], 1.0, contended=True)
    assert store.ids() == [run().id]


def test_durations_lie_apart_from_outcomes(store):
    keep(store, run())
    before = store.path(run().id).read_bytes()
    store.write_duration([run().id], 2.5, contended=True)
    assert store.path(run().id).read_bytes() == before
    assert next(store.durations()).seconds == 2.5


def test_records_are_read_when_asked_for_and_only_a_few_are_held(store):
    every = [run(seed=seed) for seed in range(200)]
    for each in every:
        keep(store, each)
    records = Records(store, [each.id for each in every])
    assert sum(record.spec.seed for record in records.values()) == sum(range(200))
    assert records._find.cache_info().currsize <= 64


def test_a_run_that_was_not_asked_for_is_not_among_the_records(store):
    keep(store, run())
    assert run().id not in Records(store, [])


def test_a_missing_record_is_left_out(store):
    keep(store, run())
    assert list(Records(store, [run().id, run(seed=1).id])) == [run().id]


def test_results_that_are_a_file_are_refused(tmp_path):
    (tmp_path / "file").write_text("mine")
    with pytest.raises(StoreError, match="file is a file: name another by --results"):
        Store(tmp_path / "file").prepare()
    assert (tmp_path / "file").read_text() == "mine"


@pytest.mark.parametrize("mode", [0o555, 0o000])
def test_a_folder_that_cannot_be_written_is_refused(tmp_path, mode):
    folder = tmp_path / "locked"
    folder.mkdir(mode=mode)
    with as_nobody(tmp_path), pytest.raises(StoreError, match=r"cannot write .*Permission denied"):
        Store(folder / "results").prepare()
    folder.chmod(0o755)
    assert not list(folder.iterdir())


@contextmanager
def as_nobody(folder):
    """Without root's rights, which no permission stops."""
    if os.getuid() != 0:
        yield
        return
    for parent in [folder, *folder.parents[:-2]]:
        parent.chmod(parent.stat().st_mode | 0o055)
    os.seteuid(65534)
    try:
        yield
    finally:
        os.seteuid(0)


def test_a_full_disk_is_a_sentence_and_leaves_no_torn_file(store):
    keep(store, run())
    before = {path: path.read_bytes() for path in store.folder.rglob("*") if path.is_file()}
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    handler = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (len(encode(store.find(run().id))) // 2, limits[1]))
    try:
        with pytest.raises(StoreError, match=r"cannot write to results folder .*: File too large"):
            keep(store, run())
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
        signal.signal(signal.SIGXFSZ, handler)
    assert before == {path: path.read_bytes() for path in store.folder.rglob("*") if path.is_file()}


def test_writers_that_are_killed_leave_only_whole_records(tmp_path):
    script = """
import json, sys
from pathlib import Path
from experiments.store import Store
store = Store(Path(sys.argv[1]))
contents = json.load(sys.stdin)
while True:
    for run_id, content in contents.items():
        store.write_encoded(run_id, content.encode())
"""
    folder, long = tmp_path / "results", tuple(map(float, range(9999)))
    records = [Record(spec, "ok", HERE, curves={"test_loss": long}) for spec in runs()]
    contents = json.dumps({record.id: encode(record).decode() for record in records}).encode()
    command = [sys.executable, "-c", script, folder]
    writers = [subprocess.Popen(command, stdin=subprocess.PIPE) for _ in range(4)]
    for writer in writers:
        writer.stdin.write(contents)
        writer.stdin.close()
    for writer in writers:
        files: set[int] = set()
        while len(files) < 50:  # each replacement is younger: they are at work
            files |= {path.stat().st_mtime_ns for path in folder.glob("runs/??/*.json")}
        writer.kill()
        writer.wait()
    store = Store(folder)
    assert sorted(store.ids()) == sorted(spec.id for spec in runs())
    assert all(store.find(spec.id) is not None for spec in runs())
    assert not store.set_aside


def test_abandoned_temporary_files_are_swept_out_and_fresh_ones_are_not(store):
    keep(store, run())
    folder = store.path(run().id).parent
    old, fresh = folder / ".old.json.x", folder / ".fresh.json.x"
    for path in (old, fresh):
        path.write_text("half")
    os.utime(old, (0, 0))
    store.prepare()
    assert not old.exists()
    assert fresh.exists()
