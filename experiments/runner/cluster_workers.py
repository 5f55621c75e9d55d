"""The workers of a dask cluster: who they are, and whether they would give the same bits."""

import asyncio
import json
import logging
import time
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from experiments.specification import RunSpec, canonical
from experiments.store import environment, provenance

if TYPE_CHECKING:
    from distributed import Client

CONNECTING = 5.0
"""Seconds to wait for a scheduler to answer, and for a first worker."""

NOT_RUNNING = "start one with `dask scheduler` and give its address, tcp://HOST:PORT"
PACKAGES = ("python", "torch", "numpy", "pydantic", "distributed")


class ClusterError(RuntimeError):
    """The cluster cannot be used; the message says why and what to do."""


def connect(address: str) -> "Client":
    """A client of the scheduler at `address`.

    Raises:
        ClusterError: the extra is not installed, or no scheduler answers.
    """
    try:
        from distributed import Client
    except ImportError:
        raise ClusterError("--cluster needs the extra: pip install '.[dask]'") from None
    for name in logging.root.manager.loggerDict:
        if name.partition(".")[0] == "distributed":
            logging.getLogger(name).disabled = True  # what goes wrong is told in our words
    try:
        return Client(address, timeout=CONNECTING, set_as_default=False)
    except (OSError, ValueError, TypeError, RuntimeError) as error:
        reason = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise ClusterError(f"no dask scheduler at {address} ({reason}): {NOT_RUNNING}") from None


def workers(client: "Client") -> dict[str, Any]:
    """What the scheduler knows of each worker, by address."""
    return client.scheduler_info(n_workers=-1)["workers"]


def no_workers(client: "Client") -> str:
    """A sentence for a cluster without workers."""
    address = client.scheduler.address if client.scheduler else "tcp://HOST:PORT"
    return f"the cluster has no workers: start some with `dask worker {address} --nthreads 1`"


def _wait_for_workers(client: "Client") -> dict[str, Any]:
    end = time.monotonic() + CONNECTING
    while not (found := workers(client)):
        if time.monotonic() > end:
            raise ClusterError(no_workers(client))
        client.sync(_pause)
    return found


async def _pause() -> None:
    await asyncio.sleep(0.1)


def check(client: "Client", runs: Sequence[RunSpec]) -> None:
    """Compare threads, versions, code and capability of each worker with ours.

    Raises:
        ClusterError: there is no worker, or one that would not give the same bits.
    """
    for address, worker in _wait_for_workers(client).items():
        if worker["nthreads"] != 1:
            raise ClusterError(
                f"worker {address} has {worker['nthreads']} threads, which would share torch's: "
                f"start it with --nthreads 1"
            )
    kinds = {provenance.of(run): canonical(run.model_dump()) for run in runs}
    try:
        answers = client.run(describe, list(kinds.values()))
    except Exception as error:
        raise ClusterError(
            f"a worker cannot import this project ({error}): start it in a checkout of the same "
            "commit, with the same packages"
        ) from None
    ours = describe(list(kinds.values()))
    for address, theirs in answers.items():
        for name, value in ours.items():
            if theirs.get(name) != value:
                raise ClusterError(_mismatch(address, name, value, theirs.get(name)))


def _mismatch(address: str, name: str, ours: str, theirs: str | None) -> str:
    advice = "install the same on both"
    if name == "capability":
        advice = "start all with ATEN_CPU_CAPABILITY set to what both have, such as avx2"
    if name == "code":
        ours, theirs, advice = "this", "other", "check out the same commit on both"
    return f"worker {address} has {name} {theirs} where the driver has {ours}: {advice}"


def describe(specs: list[str]) -> dict[str, str]:
    """What must be the same on driver and workers for the same bits."""
    versions = environment.versions()
    runs = [RunSpec.stored(json.loads(text)) for text in specs]
    return {
        **{name: versions.get(name, "none") for name in PACKAGES},
        "capability": " ".join(provenance.of(run).capability for run in runs),
        "code": " ".join(provenance.of(run).digest for run in runs),
    }
