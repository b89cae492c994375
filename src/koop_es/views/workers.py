"""A rebuild divided between processes, which take one part of the log after the other."""

from __future__ import annotations

import gc
import multiprocessing
from collections import deque
from collections.abc import Sequence
from multiprocessing.connection import Connection, wait
from typing import Any

from koop_es.domain.errors import KoopError, StoreUnusable
from koop_es.store import Store
from koop_es.views.builder import Part, Told, fill
from koop_es.views.differences import Findings


class WorkerLost(StoreUnusable):
    """A process of the rebuild ended before it was done; nothing was changed, try again with fewer workers."""

    code = "worker_lost"


PARTS_EACH = 4
"""Parts of the log for each process: whoever is done takes the next, so that none waits long for a slower one."""


def fill_together(url: str, shares: Sequence[Part], workers: int, attempt: int | None, told: Told) -> Findings:
    """Let processes build all parts; raises what one of them raises, and WorkerLost."""
    context = multiprocessing.get_context("spawn")  # a fork would share connections
    processes: dict[Connection[Any, Any], Any] = {}
    left = deque(shares)
    findings = Findings()
    try:
        for _ in range(min(workers, len(shares))):
            ours, theirs = context.Pipe()
            process = context.Process(target=_work, args=(theirs, url, attempt), daemon=True)
            process.start()
            theirs.close()
            processes[ours] = process
            _give(ours, left.popleft())
        running = list(processes)
        while running:
            for pipe in wait(running):
                assert isinstance(pipe, Connection)
                said = _heard(pipe)
                if not isinstance(said, Findings):
                    told(*said)
                    continue
                findings.add(said)
                if left:
                    _give(pipe, left.popleft())
                else:
                    running.remove(pipe)
    finally:
        for pipe, process in processes.items():
            process.terminate()
            process.join()
            pipe.close()
    return findings


def _give(pipe: Connection[Any, Any], part: Part) -> None:
    try:
        pipe.send(part)
    except ConnectionError:
        raise WorkerLost from None


def _heard(pipe: Connection[Any, Any]) -> Any:
    try:
        said = pipe.recv()
    except (EOFError, ConnectionError):
        raise WorkerLost from None
    if isinstance(said, KoopError):
        raise said
    return said


def _work(pipe: Connection[Any, Any], url: str, attempt: int | None) -> None:
    """Do one part after the other; a process whose parent has died ends when it tells of its next page."""
    gc.disable()  # what a page is made into has no cycles, and nothing else lives in this process
    try:
        with Store.open(url) as store:
            while True:
                pipe.send(fill(store, pipe.recv(), attempt, lambda *done: pipe.send(done)))
    except KoopError as error:
        pipe.send(error)
    except (EOFError, ConnectionError):
        return
