"""A large export applied by several processes: they decide side by side and write in turn.

Everybody plans the same parts out of the same bytes. Part after part is written in the order in which one process alone
would write them, so that the log is the same. A process that is lost is done without.
"""

from __future__ import annotations

import multiprocessing
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import datetime
from hashlib import sha256
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any, NamedTuple

from koop_es.connectors import Export, open_export
from koop_es.domain.errors import KoopError
from koop_es.domain.judgement import Judgement
from koop_es.domain.slices import Slice
from koop_es.domain.terms import Policy
from koop_es.ingest.apply import Run
from koop_es.ingest.arrival import arrive
from koop_es.store import Store
from koop_es.store.address import Address
from koop_es.store.collector import uncollected

WORTH_BYTES = 16 << 20
"""An export is large from here on: it takes seconds, of which starting a process costs half a one."""


class Order(NamedTuple):
    """What a process must know to plan the same parts."""

    path: Path
    profile: str | None
    vhs: str | None
    policy: Policy
    now: datetime
    max_events: int
    line: int
    sha256: str
    number: int | None


class _Go(NamedTuple):
    """Which parts are whose, and what was judged for all of them."""

    judgement: Judgement
    first: int
    step: int


class Crew:
    """The processes that help with one export."""

    def __init__(self, pipes: list[Connection[Any, Any]]) -> None:
        """Know how to reach them; they are planning already."""
        self._pipes: list[Connection[Any, Any] | None] = list(pipes)
        self._waiting: list[int] = []

    @property
    def size(self) -> int:
        """Count who takes part, oneself included."""
        return 1 + len(self._pipes)

    def agree(self, parts: Sequence[Sequence[Slice]], judgement: Judgement) -> None:
        """Let those help who planned the same parts; raises the error of one that failed."""
        plan = named(parts)
        for place, pipe in enumerate(self._pipes):
            if pipe is None or self._heard(place) != plan:
                self._pipes[place] = None
            else:
                with suppress(BrokenPipeError):  # who is gone by now is missed when it should have written
                    pipe.send(_Go(judgement, place + 1, self.size))

    def begin(self, number: int, count: int) -> None:
        """Let the others write the parts that follow a part, as soon as it is their turn."""
        self._waiting = [place for place in range(len(self._pipes)) if number + 1 + place < count]
        self._tell(number)

    def end(self, number: int) -> Iterator[int]:
        """Wait until the others have written the parts that follow a part; gives those that nobody wrote."""
        while self._waiting:
            place = self._waiting[0]
            if self._pipes[place] is None or self._heard(place) != number + 1 + place:
                self._pipes[place] = None
                yield number + 1 + place
            self._waiting.pop(0)
            self._tell(number)

    def _tell(self, number: int) -> None:
        if self._waiting and (pipe := self._pipes[self._waiting[0]]) is not None:
            with suppress(BrokenPipeError):
                pipe.send(number + 1 + self._waiting[0])

    def _heard(self, place: int) -> Any:
        pipe = self._pipes[place]
        try:
            said = pipe.recv() if pipe is not None else None
        except (EOFError, OSError):
            return None
        if isinstance(said, KoopError):
            raise said
        return said


ALONE = Crew([])


@contextmanager
def started(store: Store, export: Export, order: Order, workers: int) -> Iterator[Crew]:
    """Start the processes that help with an export, where it is large enough; they are gone afterwards."""
    if workers < 2 or export.size_bytes < WORTH_BYTES:
        yield ALONE
        return
    context = multiprocessing.get_context("spawn")  # a fork would share connections
    helpers: list[tuple[Any, Connection[Any, Any]]] = []
    try:
        for _ in range(workers - 1):
            ours, theirs = context.Pipe()
            process = context.Process(target=_help, args=(theirs, store.place, order), daemon=True)
            process.start()
            theirs.close()
            helpers.append((process, ours))
        yield Crew([pipe for _, pipe in helpers])
    finally:
        for process, pipe in helpers:
            pipe.close()
            process.terminate()
            process.join()


def named(parts: Sequence[Sequence[Slice]]) -> str:
    """Name a plan: of the same name is what has the same parts."""
    said = [[(item.coop_id, item.name, len(item.bookings)) for item in part] for part in parts]
    return sha256(repr(said).encode()).hexdigest()


def _help(pipe: Connection[Any, Any], address: Address, order: Order) -> None:
    """Plan, and do every part that is one's own; a process whose parent has died ends when it wants to hear of it."""
    try:
        with (
            Store.at(address) as store,
            open_export(order.path, profile=order.profile, vhs=order.vhs, secret=store.secret) as export,
            uncollected(),
        ):
            if export.fingerprint.sha256 != order.sha256:
                return
            terms = order.policy, order.now, order.max_events, order.line, order.number
            run = Run(store, arrive(store, order.path, export, *terms), helps=True)
            parts = run.parts
            pipe.send(named(parts))
            go: _Go = pipe.recv()
            run.obey(go.judgement)
            for number in range(go.first, len(parts) - 1, go.step):
                decided = run.decide(parts[number])
                if pipe.recv() == number:
                    run.write(parts[number], decided)
                    pipe.send(number)
    except KoopError as error:
        with suppress(BrokenPipeError):
            pipe.send(error)
    except (EOFError, BrokenPipeError):
        return
