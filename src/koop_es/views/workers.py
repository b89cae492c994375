"""A rebuild divided between processes, each with a part of the log and a connection of its own."""

from __future__ import annotations

import multiprocessing
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


def fill_together(url: str, shares: Sequence[Part], attempt: int | None, told: Told) -> Findings:
    """Let one process build each part; raises what one of them raises, and WorkerLost."""
    context = multiprocessing.get_context("spawn")  # a fork would share connections
    pipes: dict[Connection[Any, Any], Any] = {}
    findings = Findings()
    try:
        for part in shares:
            ours, theirs = context.Pipe(duplex=False)
            process = context.Process(target=_work, args=(theirs, url, part, attempt), daemon=True)
            process.start()
            theirs.close()
            pipes[ours] = process
        running = list(pipes)
        while running:
            for pipe in wait(running):
                assert isinstance(pipe, Connection)
                try:
                    said = pipe.recv()
                except EOFError:
                    raise WorkerLost from None
                if isinstance(said, KoopError):
                    raise said
                if isinstance(said, Findings):
                    findings.add(said)
                    running.remove(pipe)
                else:
                    told(*said)
    finally:
        for pipe, process in pipes.items():
            process.terminate()
            process.join()
            pipe.close()
    return findings


def _work(pipe: Connection[Any, Any], url: str, part: Part, attempt: int | None) -> None:
    """Do one part; a process whose parent has died ends when it tells of its next page."""
    try:
        with Store.open(url) as store:
            pipe.send(fill(store, part, attempt, lambda *done: pipe.send(done)))
    except KoopError as error:
        pipe.send(error)
    except BrokenPipeError:
        return
