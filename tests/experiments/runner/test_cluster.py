"""A real scheduler and real workers on this machine."""

import os
import signal
import subprocess
import sys
import threading

import pytest

pytest.importorskip("distributed", reason="the extra `dask` is not installed")

from experiments.runner import cluster, cluster_workers
from experiments.runner.cluster_workers import ClusterError
from experiments.runner.train import train
from experiments.store import Store, provenance
from tests.experiments.runner.making import run, runs

UNLUCKY = 13.0


class Dask:
    """A scheduler and workers, as a user starts them by hand."""

    def __init__(self, folder, log):
        self.file, self.log, self.started = folder / "scheduler.json", log, []
        self.scheduler = self.start("scheduler", "--port", "0", "--host", "127.0.0.1")
        from distributed import Client

        # waits until the scheduler has written its file
        with Client(scheduler_file=str(self.file), set_as_default=False) as client:
            self.address = client.scheduler.address

    def start(self, kind, *options):
        module = f"distributed.cli.dask_{kind}"
        command = [sys.executable, "-m", module, "--scheduler-file", str(self.file), *options]
        process = subprocess.Popen(
            [*command, "--no-dashboard"], stdout=self.log, stderr=self.log, process_group=0
        )
        self.started.append(process)
        return process

    def end(self):
        for process in self.started:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()


@pytest.fixture(scope="module")
def dask(tmp_path_factory):
    """One scheduler and two workers for all tests; workers that die are started again."""
    folder = tmp_path_factory.mktemp("dask")
    with (folder / "log").open("w") as log:
        made = Dask(folder, log)
        for _ in range(2):
            made.start("worker", "--nthreads", "1", "--local-directory", str(folder))
        yield made
        made.end()


@pytest.fixture
def client(dask):
    with cluster_workers.connect(dask.address) as client:
        client.wait_for_workers(2)
        yield client


@pytest.fixture
def store(tmp_path):
    return Store(tmp_path / "results")


def some(backend="Harmless"):
    return [each for size in (10, 15, 20) for each in runs(backend, batch_size=size)]


def test_records_are_those_of_this_machine_byte_for_byte(client, dask, store, tmp_path):
    local = Store(tmp_path / "local")
    train(some(), local)
    train(some(), store, cluster=dask.address)
    assert store.ids() == local.ids()
    for key in store.ids():
        assert store.path(key).read_bytes() == local.path(key).read_bytes()


def test_a_run_that_kills_its_worker_is_found_and_the_others_go_on(client, dask, store):
    specs = [run("Leaver", learning_rate=UNLUCKY), run("Leaver"), *some("Leaver")[:6]]
    train(specs, store, cluster=dask.address)
    assert [store.read(spec.id).status for spec in specs] == ["crashed"] + 7 * ["ok"]


def test_a_worker_lost_in_the_middle_is_survived(client, dask, store, leave):
    def lose_one():
        os.kill(leave.begun(), signal.SIGKILL)
        leave.go()

    loser = threading.Thread(target=lose_one)
    loser.start()
    train(some("Waiting"), store, cluster=dask.address)
    loser.join()
    assert [store.read(spec.id).status for spec in some("Waiting")] == ["ok"] * len(some())


def test_a_run_that_takes_too_long_is_marked(client, dask, store):
    specs = [run("Hanging", learning_rate=UNLUCKY), run("Hanging", batch_size=10)]
    train(specs, store, cluster=dask.address, timeout=0.9)
    assert [store.read(spec.id).status for spec in specs] == ["timed out", "ok"]


def a_generator(_):
    return (each for each in ())  # which cannot be sent


def break_off(_):
    raise ValueError("broken off")


@pytest.mark.parametrize("function", [a_generator, break_off])
def test_what_cannot_be_sent_back_is_an_exception_and_nothing_hangs(client, function):
    found = list(cluster.each_result(client, function, [("group", (1,)), ("other", (2,))]))
    assert sorted(name for name, _ in found) == ["group", "other"]
    assert all(isinstance(result, Exception) for _, result in found)


def test_a_scheduler_that_dies_is_a_sentence(tmp_path, store):
    with (tmp_path / "log").open("w") as log:
        dask = Dask(tmp_path, log)
        dask.start("worker", "--nthreads", "1", "--local-directory", str(tmp_path))
        client = cluster_workers.connect(dask.address)
        client.wait_for_workers(1)
        killer = threading.Timer(0.0, dask.scheduler.kill)
        killer.start()
        with pytest.raises(ClusterError, match="the scheduler has gone"):
            for _ in cluster.each_result(client, abs, [("group", (1,))] * 100000):
                pass
        client.close(timeout=1)
        dask.end()


def test_an_address_where_nobody_answers_is_a_sentence(monkeypatch):
    monkeypatch.setattr(cluster_workers, "CONNECTING", 0.2)
    with pytest.raises(ClusterError, match=r"no dask scheduler at tcp://127.0.0.1:1 "):
        cluster_workers.connect("tcp://127.0.0.1:1")


def test_a_cluster_without_workers_is_a_sentence(client, monkeypatch):
    monkeypatch.setattr(cluster_workers, "CONNECTING", 0.0)
    monkeypatch.setattr(cluster_workers, "workers", lambda client: {})
    with pytest.raises(ClusterError, match="has no workers: start some with `dask worker tcp://"):
        cluster_workers.check(client, [run()])


def test_a_worker_with_several_threads_is_a_sentence(client, monkeypatch):
    monkeypatch.setattr(cluster_workers, "workers", lambda client: {"tcp://a": {"nthreads": 8}})
    with pytest.raises(ClusterError, match=r"worker tcp://a has 8 threads.*--nthreads 1"):
        cluster_workers.check(client, [run()])


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("torch", "1.0", "has torch 1.0 where the driver has .*: install the same on both"),
        ("capability", "AVX2", "has capability AVX2 .*ATEN_CPU_CAPABILITY"),
        ("code", "f" * 64, "has code other where the driver has this: check out the same commit"),
    ],
)
def test_a_worker_that_would_give_other_bits_is_refused(client, monkeypatch, name, value, words):
    ours = cluster_workers.describe
    answers = {"tcp://a": {**ours([]), name: value}}
    monkeypatch.setattr(client, "run", lambda *_: answers)
    monkeypatch.setattr(cluster_workers, "describe", lambda _: ours([]))
    with pytest.raises(ClusterError, match=f"worker tcp://a {words}"):
        cluster_workers.check(client, [run()])


def test_records_of_a_worker_that_joined_with_other_code_are_refused(client, dask, store):
    store.prepare()
    result = cluster.train_away([run().model_dump_json()], None)
    here = provenance.of(run())
    changed = provenance.Provenance("other", here.torch, here.capability)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(provenance, "of", lambda _: changed)
        with pytest.raises(ClusterError, match="the code that trains has changed"):
            cluster._keep((run(),), result, store)
    assert not store.ids()
