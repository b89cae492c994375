"""What work costs in statements, events and rows, on both databases; no clock, so no machine is too slow for it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import datetime
from itertools import count
from pathlib import Path

import pytest

from koop_es.audit.verify import verify
from koop_es.domain.identifiers import is_cooperation
from koop_es.domain.observation import Kind, Person
from koop_es.domain.terms import Policy
from koop_es.ingest import give_out, ingest
from koop_es.settings import BERLIN
from koop_es.simulate.network import ROUND, Clock, Network
from koop_es.simulate.program import KUFERSQL, Program
from koop_es.simulate.rows import CourseKey
from koop_es.store import Store
from koop_es.views import change_list, status, view
from koop_es.views.rebuild import rebuild
from tests.conftest import PostgresServer
from tests.integration.counting import Costs, Meter

NOW = datetime(2026, 2, 2, 9, tzinfo=BERLIN)
MASTER, SUBSCRIBER = "563", "301"
PERIOD = "26F"
COURSE = {
    "Titel": "Obstbäume schneiden", "Typ": "Normalkurs", "Datum von": "02.03.2026", "Datum bis": "30.05.2026",
    "TN max": "40", "Gebühr": "90,00", "vhsKOOP-Verrechnung": "80", "Ausfall": "F",
}  # fmt: skip

STRANGER = Person("Neu", "Nora", "0941 2", "nora@example.org")

DELTA_ROWS = 13
"""Rows of a delta at most: two events, a person, a hash, two views taken out and two written, who has to do with it, a
line in the ledger, when the log was that far (D23), and how far the VHS has reported, counted from its row being there.
"""

PART_STATEMENTS = 25
"""Statements of a part at most: to read what it is about, to write it, and to note how far the export has come."""

SMALL_BYTES = 300
"""By which two runs of the same may differ: random ids are all of a length, positions and checksums are not."""


class Pair:
    """Two VHSs that agree: so many shared courses, each with so many bookings of both, and so many nobody shares."""

    def __init__(self, store: Store, folder: Path, *, courses: int, bookings: int, local: int) -> None:
        self.store, self.folder, self.clock = store, folder, Clock(NOW)
        self.master, self.subscriber = (Program(vhs, KUFERSQL, f"VHS {vhs}") for vhs in (MASTER, SUBSCRIBER))
        self.keys = [CourseKey(f"K{number}", PERIOD) for number in range(1, courses + 1)]
        self.coop_ids = [f"{MASTER}-COOP-{number}" for number in range(1, courses + 1)]
        network = Network(store, self.programs, Policy(), self.clock, directory=folder)
        for program in self.programs:
            for (number, period), coop_id in zip(self.keys, self.coop_ids, strict=True):
                program.add_course(number, period, COURSE | {"Titel": f"Kurs {number}", "Externe Kurs-Nr.": coop_id})
            for place in range(local):
                program.add_course(f"L{place}", PERIOD, COURSE | {"Titel": f"Für uns {place}"})
        for key in self.keys:
            self.subscriber.edit(key, {"Kennzeichen": "100"})
        network.settle(8)
        for seat in range(bookings):
            for key in self.keys:
                self.book(key, f"{key.number}-{seat}")
        network.settle(8)

    @property
    def programs(self) -> tuple[Program, Program]:
        return self.master, self.subscriber

    def book(self, key: CourseKey, name: str) -> None:
        for program in self.programs:
            program.book(key, Person(name, f"von {program.vhs}", "0941 1", f"{name}@example.org"), self.clock.now)

    def export(self, kind: Kind = Kind.FULL) -> Path:
        return self.master.export(self.folder, self.clock.advance(ROUND), kind)

    def take_in(self, path: Path, *, max_events: int = 5_000) -> str:
        return ingest(self.store, path, Policy(), now=self.clock.now, max_events=max_events).status


Settled = Callable[..., Pair]


@pytest.fixture(params=["sqlite", "postgres"])
def settled(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Settled]:
    """Makes pairs, each in a database of its own."""
    server: PostgresServer | None = request.getfixturevalue("postgres_server") if request.param == "postgres" else None
    with ExitStack() as made:
        numbers = count()

        def make(*, courses: int = 3, bookings: int = 2, local: int = 3) -> Pair:
            number = next(numbers)
            if server is None:
                url = f"sqlite:///{tmp_path / str(number)}.db"
            else:
                name = server.create_database()
                made.callback(server.drop_database, name)
                url = server.url(name)
            store = made.enter_context(Store.create(url))
            return Pair(store, tmp_path / f"exports-{number}", courses=courses, bookings=bookings, local=local)

        yield make


@pytest.fixture
def meter(monkeypatch: pytest.MonkeyPatch) -> Meter:
    return Meter(monkeypatch)


def cooperations(costs: Costs) -> dict[str, int]:
    return {stream: times for stream, times in costs.loaded.items() if is_cooperation(stream)}


def with_news_of_nobody(pair: Pair) -> Path:
    """Export what was exported before and a booking of a course that nobody shares, so that it has to be read."""
    pair.master.book(CourseKey("L0", PERIOD), STRANGER, pair.clock.now)
    return pair.export()


# --- exports ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("again", [Pair.export, with_news_of_nobody])
def test_unchanged_export_loads_nothing_and_takes_as_many_statements_for_any_number_of_courses(
    settled: Settled, meter: Meter, again: Callable[[Pair], Path]
) -> None:
    found = []
    for sizes in ({"courses": 2}, {"courses": 7, "bookings": 4, "local": 9}):
        pair = settled(**sizes)
        path = again(pair)
        with meter() as costs:
            assert pair.take_in(path) == "unchanged"
        assert (costs.loaded, costs.decoded) == (Counter(), 0)
        assert costs.rows_written == 2  # a line in the ledger, and how far the VHS has reported
        found.append(costs)
    assert found[0].statements == found[1].statements


def test_delta_of_one_booking_loads_the_one_cooperation_it_is_about(settled: Settled, meter: Meter) -> None:
    found = []
    for sizes in ({"courses": 2}, {"courses": 7, "bookings": 4, "local": 9}):
        pair = settled(**sizes)
        pair.master.book(pair.keys[1], STRANGER, pair.clock.now)
        path = pair.export(Kind.DELTA)
        with meter() as costs:
            assert pair.take_in(path) == "applied"
        assert costs.loaded == {pair.coop_ids[1]: 1}
        assert max(costs.read.values()) == 1
        assert costs.decoded == costs.read.total()
        assert costs.rows_written <= DELTA_ROWS
        found.append(costs)
    assert found[0].statements == found[1].statements


def test_full_export_loads_only_the_cooperation_that_has_changed(settled: Settled, meter: Meter) -> None:
    pair = settled(courses=7)
    pair.master.cancel(pair.master.find(f"{MASTER}:1"))
    path = pair.export()
    with meter() as costs:
        assert pair.take_in(path) == "applied"
    assert costs.loaded == {pair.coop_ids[0]: 1}
    assert max(costs.read.values()) == 1


def test_acknowledgement_writes_the_view_of_the_vhs_that_gave_it(settled: Settled, meter: Meter) -> None:
    pair = settled()
    pair.master.cancel(pair.master.find(f"{MASTER}:1"))
    pair.take_in(pair.export(Kind.DELTA))
    pair.subscriber.apply(give_out(pair.store, SUBSCRIBER, now=pair.clock.now))
    path = pair.subscriber.export(pair.folder, pair.clock.advance(ROUND), Kind.DELTA)
    before = {vhs: view(pair.store, vhs)["courses"] for vhs in (MASTER, SUBSCRIBER)}
    with meter() as costs:
        assert pair.take_in(path) == "applied"
    assert (costs.statements["view_delete"], costs.statements["view_delete_of"]) == (0, 1)
    after = {vhs: view(pair.store, vhs)["courses"] for vhs in (MASTER, SUBSCRIBER)}
    assert (before[MASTER] == after[MASTER], before[SUBSCRIBER] == after[SUBSCRIBER]) == (True, False)


def test_delta_reads_no_more_where_a_vhs_has_more_courses_of_its_own(settled: Settled, meter: Meter) -> None:
    found = []
    for local in (3, 30):
        pair = settled(local=local)
        pair.master.book(pair.keys[1], STRANGER, pair.clock.now)
        path = pair.export(Kind.DELTA)
        with meter() as costs:
            assert pair.take_in(path) == "applied"
        found.append(costs)
    assert found[0].rows_read == found[1].rows_read
    assert abs(found[0].bytes_read - found[1].bytes_read) < SMALL_BYTES


def test_large_export_takes_as_many_statements_for_any_number_of_rows(settled: Settled, meter: Meter) -> None:
    found = []
    for bookings in (1, 6):
        pair = settled()
        for number in range(bookings):
            for key in pair.keys:
                pair.master.book(key, Person(f"{key.number}-{number}", "Neu", "", ""), pair.clock.now)
        path = pair.export()
        with meter() as costs:
            assert pair.take_in(path) == "applied"
        found.append(costs)
    assert found[0].statements == found[1].statements


def test_statements_of_a_large_export_grow_with_the_parts_it_is_written_in(settled: Settled, meter: Meter) -> None:
    counts = {}
    for parts in (2, 3, 6):
        pair = settled(courses=6)
        for key in pair.keys:
            pair.master.book(key, STRANGER, pair.clock.now)
        path = pair.export(Kind.DELTA)
        with meter() as costs:
            assert pair.take_in(path, max_events=2 * 6 // parts) == "applied"  # a row, and one for its cooperation
        assert len(cooperations(costs)) == 6
        assert costs.statements["event_heads"] == parts + 1, "one for the VHS's own stream"
        counts[parts] = costs.count
    each = counts[3] - counts[2]
    assert each <= PART_STATEMENTS
    assert counts[6] == counts[3] + 3 * each


def test_plan_writes_nothing(settled: Settled, meter: Meter) -> None:
    pair = settled()
    pair.master.book(pair.keys[0], STRANGER, pair.clock.now)
    path = pair.export()
    with meter() as costs:
        planned = ingest(pair.store, path, Policy(), now=pair.clock.now, dry_run=True)
    assert planned.events == 1
    assert costs.rows_written == 0


# --- looking ----------------------------------------------------------------------------------------------------------


def test_view_and_status_read_no_event(settled: Settled, meter: Meter) -> None:
    found = []
    for sizes in ({"courses": 2}, {"courses": 7, "bookings": 4}):
        pair = settled(**sizes)
        with meter() as costs:
            assert len(view(pair.store, SUBSCRIBER)["courses"]) == sizes["courses"]
            assert status(pair.store, now=pair.clock.now)["converged"]
        assert costs.read == Counter()
        found.append(costs)
    assert found[0].statements == found[1].statements


def test_change_list_reads_only_cooperations_with_something_to_do(settled: Settled, meter: Meter) -> None:
    pair = settled(courses=7)
    for key in pair.keys[:2]:
        pair.master.book(key, STRANGER, pair.clock.now)
    pair.take_in(pair.export())
    with meter() as costs:
        listed = change_list(pair.store, SUBSCRIBER)
    assert costs.read == Counter(line["because"]["event"] for line in listed)
    assert cooperations(costs) == dict.fromkeys(pair.coop_ids[:2], 1)
    assert costs.decoded == 0  # of an event that is quoted only the rule is read
    assert costs.count == 3  # one asks whether the store was put back (D22)


def test_empty_change_list_is_one_statement(settled: Settled, meter: Meter) -> None:
    pair = settled()
    with meter() as costs:
        assert change_list(pair.store, SUBSCRIBER) == []
    assert costs.statements == Counter(["changes_of_vhs"])
    assert costs.bytes_read == 0


# --- passing over the whole log ---------------------------------------------------------------------------------------


def test_rebuild_reads_every_event_once(settled: Settled, meter: Meter) -> None:
    pair = settled(courses=7)
    positions = [item.position for item in pair.store.read(0, 10_000)]
    with meter() as costs:
        done = rebuild(pair.store, pair.store.address)
    assert costs.read == Counter(positions)
    assert costs.decoded == done.events == len(positions)


def test_verify_reads_every_event_twice_once_for_the_views_and_once_for_the_chain(
    settled: Settled, meter: Meter
) -> None:
    pair = settled(courses=7)
    positions = [item.position for item in pair.store.read(0, 10_000)]
    with meter() as costs:
        assert all(check.ok is not False for check in verify(pair.store))
    assert costs.decoded == len(positions)
    assert set(costs.read) == set(positions)
    assert costs.read.total() <= 2 * len(positions) + len(pair.programs)  # and whether the stream of each VHS is there
