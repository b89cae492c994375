"""Sixty-four ingests at once on a hundred hot streams: nothing lost, nothing doubled, and a follower misses nothing
while transactions are held open (G4).
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from threading import Event, Thread

import pytest

from koop_es.domain.events import BookingMade
from koop_es.store import Append, Store
from koop_es.store.record import Recorded
from tests.acceptance.console import NOW
from tests.acceptance.exports import abo, booking, course, write_export
from tests.acceptance.network import MASTER
from tests.faults.rig import Rig
from tests.integration.store.samples import bookings

CROWD = 64
STREAMS = 100
PAGE = 50
PAUSE_SECONDS = 0.002
"""Between two looks of the follower, so that it leaves the others some of the machine."""

SHARED = 10
"""Streams each VHS takes part in, where not all take part in all."""


@dataclass
class Follower:
    """Reads the log by position while others write."""

    store: Store
    seen: list[Recorded] = field(default_factory=list)
    done: Event = field(default_factory=Event)

    def follow(self) -> None:
        last_round = False
        while not last_round:
            last_round = self.done.wait(PAUSE_SECONDS)
            while page := self.store.read(self.seen[-1].position if self.seen else 0, PAGE):
                self.seen += page


@contextmanager
def followed(store: Store) -> Iterator[Follower]:
    """Let a thread follow the log."""
    follower = Follower(store)
    thread = Thread(target=follower.follow)
    thread.start()
    try:
        yield follower
    finally:
        follower.done.set()
        thread.join()


def exports(folder: Path, vhss: list[str], part: int) -> tuple[list[Path], dict[str, set[str]]]:
    """Write a first export of every VHS, with a booking in each of so many shared courses; gives the bookings too."""
    masters = [
        course(f"26-{number}") | {"Externe Kurs-Nr.": f"563-COOP-{number}", "TN max": "500"}
        for number in range(1, STREAMS + 1)
    ]
    made: dict[str, set[str]] = {row["Externe Kurs-Nr."]: set() for row in masters}
    paths = []
    for at, vhs in enumerate(vhss):
        own = masters if vhs == MASTER else [masters[(at * 7 + n) % STREAMS] for n in range(part)]
        rows = own if vhs == MASTER else [abo(row, f"K{row['Kursnummer']}", row["Externe Kurs-Nr."]) for row in own]
        booked = [booking(row["Kursnummer"], f"{n}") for n, row in enumerate(rows)]
        for n, row in enumerate(rows):
            made[row["Externe Kurs-Nr."]].add(f"{vhs}:{n}")
        paths.append(write_export(folder / vhs, vhs, 1, rows, booked))
    return paths, made


@pytest.mark.parametrize("part", [SHARED, pytest.param(STREAMS, marks=pytest.mark.soak)])
def test_sixty_four_ingests_at_once_lose_and_double_nothing(
    the_rig: Rig, any_db_url: str, tmp_path: Path, part: int
) -> None:
    vhss = [MASTER, *(str(1000 + number) for number in range(1, CROWD))]
    paths, made = exports(tmp_path / "exports", vhss, part)
    words = [["ingest", str(path), "--db", any_db_url, "--now", NOW, "--json"] for path in paths]
    with Store.create(any_db_url) as store, Store.open(any_db_url) as other, followed(store) as follower:
        with store.reading() as before:
            assert before.head() == 0
            with other.write() as held:
                held.append([Append("held open", 0, bookings(3))])
                ended = the_rig.together(words)
                assert store.read(0, PAGE) == []
            replies = [ending.reply for ending in ended()]
            assert before.head() == 0, "who reads goes on seeing one moment"
        assert {reply.out for reply in replies if reply.status != 0} == set()
        assert {reply.answer["data"]["exports"][0]["status"] for reply in replies} == {"applied"}
        again = [ending.reply.answer["data"]["exports"][0] for ending in the_rig.together(words)()]
        assert {(export["status"], export["events"]) for export in again} == {("superseded", 0)}
    with Store.open(any_db_url) as store:
        log = store.read(0, 1_000_000)
        streams = store.load(made)
    assert follower.seen == log
    assert [recorded.stream for recorded in log[:3]] == ["held open"] * 3
    for coop_id, events in streams.items():
        assert [recorded.version for recorded in events] == [n for n, _ in zip(count(1), events, strict=False)]
        refs = [recorded.event.ref for recorded in events if isinstance(recorded.event, BookingMade)]
        assert len(refs) == len(set(refs))
        assert set(refs) == made[coop_id]
