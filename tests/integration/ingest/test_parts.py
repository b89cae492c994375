"""An export that takes several transactions: begun and not finished, overtaken, or taken in by two at once (G1, G4)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from koop_es.domain.events import ExportApplied
from koop_es.domain.terms import Policy
from koop_es.ingest import ingest
from koop_es.ingest.ledger import ExportUnfinished
from koop_es.store import Store, Tx
from koop_es.store.errors import StoreUnreachable
from koop_es.views import change_list, status, view
from tests.acceptance.exports import Row, booking, course, write_export
from tests.integration.ingest.conftest import NOW, take_in

COURSES = [course(f"K{number}") | {"Externe Kurs-Nr.": f"563-COOP-{number}"} for number in range(1, 9)]
BOOKINGS = [booking(row["Kursnummer"], f"{number}{seat}") for number, row in enumerate(COURSES) for seat in range(5)]
PARTS = 10
"""Events of one transaction at most: an export of eight courses with five bookings takes several."""


class Crash(Exception):
    """The process ends here."""


def export(folder: Path, sequence: int, bookings: list[Row] = BOOKINGS, **manifest: Any) -> Path:
    return write_export(folder / f"563-{sequence}", "563", sequence, COURSES, bookings, **manifest)


@pytest.fixture
def crash(monkeypatch: pytest.MonkeyPatch) -> Callable[[Store, Path, int], None]:
    """Let an ingest end after so many transactions, as a kill would."""

    def run(store: Store, path: Path, transactions: int) -> None:
        left = transactions

        def progress(done: int, total: int) -> None:
            nonlocal left
            left -= 1
            if not left:
                raise Crash

        with pytest.raises(Crash):
            ingest(store, path, Policy(), now=NOW, max_events=PARTS, progress=progress)

    return run


@pytest.fixture
def unanswered(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[int], None]]:
    """Let the n-th transaction from now be carried out and nobody be told, as a lost connection would."""
    struck: list[int] = []

    def arm(number: int) -> None:
        write, left = Store.write, number

        @contextmanager
        def writing(self: Store) -> Iterator[Tx]:
            nonlocal left
            with write(self) as tx:
                yield tx
            left -= 1
            if not left:
                struck.append(number)
                raise StoreUnreachable

        monkeypatch.setattr(Store, "write", writing)

    yield arm
    assert struck


def taken_in(store: Store) -> tuple[list[int], list[tuple[Any, ...]]]:
    """Give what the log and what the ledger say of exports that were taken in."""
    marks = [item.event.events for item in store.load(["vhs:563"])["vhs:563"] if isinstance(item.event, ExportApplied)]
    with store.reading() as tx:
        lines = tx.rows("exports_of_vhs", vhs="563")
    return marks, [(row[7], row[10], row[12]) for row in lines if row[7] in {"applied", "unchanged"}]


def picture(store: Store) -> Any:
    return view(store, "563"), change_list(store, "563"), status(store, now=NOW)


@pytest.mark.parametrize("transactions", [1, 2, 3])
def test_the_same_export_finishes_what_was_begun(
    store: Store, tmp_path: Path, crash: Callable[[Store, Path, int], None], transactions: int
) -> None:
    path = export(tmp_path, 1)
    plan = take_in(store, path, dry_run=True)
    crash(store, path, transactions)
    assert status(store, now=NOW)["vhs"][0]["unfinished_sequence"] == 1
    assert 0 < len(view(store, "563")["courses"]) < len(COURSES)
    finished = take_in(store, path, max_events=PARTS)
    assert (finished.status, finished.events) == ("applied", len(plan.plan))
    assert status(store, now=NOW)["vhs"][0]["unfinished_sequence"] is None
    assert [item["confirmed"] for item in view(store, "563")["courses"]] == [5] * len(COURSES)
    assert take_in(store, path).status == "superseded"


def test_a_newer_full_export_takes_over_what_was_begun(
    store: Store, tmp_path: Path, crash: Callable[[Store, Path, int], None]
) -> None:
    crash(store, export(tmp_path, 1), 2)
    assert take_in(store, export(tmp_path, 2), max_events=PARTS).status == "applied"
    assert [item["confirmed"] for item in view(store, "563")["courses"]] == [5] * len(COURSES)
    assert take_in(store, tmp_path / "563-1").status == "superseded"


def test_a_delta_cannot_pass_over_what_was_begun(
    store: Store, tmp_path: Path, crash: Callable[[Store, Path, int], None]
) -> None:
    crash(store, export(tmp_path, 1), 2)
    before = picture(store)
    with pytest.raises(ExportUnfinished) as refused:
        take_in(store, export(tmp_path, 2, kind="delta"))
    assert refused.value.details["sequence"] == 1
    assert picture(store) == before
    take_in(store, tmp_path / "563-1", max_events=PARTS)
    take_in(store, tmp_path / "563-2")
    assert [item["confirmed"] for item in view(store, "563")["courses"]] == [5] * len(COURSES)


def test_d3_an_export_begun_twice_counts_no_absence_twice(
    store: Store, tmp_path: Path, crash: Callable[[Store, Path, int], None]
) -> None:
    take_in(store, export(tmp_path, 1))
    fewer = export(tmp_path, 2, [row for at, row in enumerate(BOOKINGS) if at % 5])
    crash(store, fewer, 1)
    crash(store, fewer, 2)
    take_in(store, fewer, max_events=PARTS)
    statuses = [b["status"] for item in view(store, "563")["courses"] for b in item["bookings"]]
    assert statuses == ["A"] * len(BOOKINGS)


def test_d4_the_guard_decides_once_for_all_parts(
    store: Store, tmp_path: Path, crash: Callable[[Store, Path, int], None]
) -> None:
    take_in(store, export(tmp_path, 1))
    left = [row for at, row in enumerate(BOOKINGS) if at % 2]
    take_in(store, export(tmp_path, 2, left))
    last = export(tmp_path, 3, left)
    crash(store, last, 2)
    finished = take_in(store, last, max_events=PARTS)
    assert finished.withheld_cancellations == len(BOOKINGS) - len(left)
    assert taken_in(store)[1][-1][2] == len(BOOKINGS) - len(left)
    assert status(store, now=NOW)["vhs"][0]["withheld"] == len(BOOKINGS) - len(left)
    statuses = {b["status"] for item in view(store, "563")["courses"] for b in item["bookings"]}
    assert statuses == {"A"}


@pytest.mark.parametrize(("transaction", "max_events"), [(1, 5_000), *((number, PARTS) for number in (1, 2, 3, 4))])
def test_a_transaction_that_nobody_answered_is_counted_once(
    store: Store, tmp_path: Path, unanswered: Callable[[int], None], transaction: int, max_events: int
) -> None:
    path = export(tmp_path, 1)
    events = len(take_in(store, path, dry_run=True).plan)
    unanswered(transaction)
    result = take_in(store, path, max_events=max_events)
    assert (result.status, result.events) == ("applied", events)
    assert taken_in(store) == ([events], [("applied", events, 0)])


def test_a_catalogue_that_nobody_answered_is_taken_in_once(
    store: Store, tmp_path: Path, unanswered: Callable[[int], None]
) -> None:
    path = write_export(tmp_path / "563-1", "563", 1, [course("K1")], [])
    unanswered(1)
    assert take_in(store, path).status == "applied"
    assert taken_in(store) == ([], [("applied", 0, 0)])


@pytest.mark.parametrize("transaction", [1, 2, 3])
def test_cancellations_withheld_are_counted_though_nobody_answered(
    store: Store, tmp_path: Path, unanswered: Callable[[int], None], transaction: int
) -> None:
    left = [row for at, row in enumerate(BOOKINGS) if at % 2]
    for sequence, bookings in ((1, BOOKINGS), (2, left)):
        take_in(store, export(tmp_path, sequence, bookings))
    unanswered(transaction)
    result = take_in(store, export(tmp_path, 3, left), max_events=PARTS)
    assert result.withheld_cancellations == len(BOOKINGS) - len(left)
    assert taken_in(store)[1][-1] == ("applied", result.events, len(BOOKINGS) - len(left))


def test_the_same_export_taken_in_by_many_at_once_is_applied_once(store: Store, tmp_path: Path) -> None:
    path = export(tmp_path, 1)
    expected = len(take_in(store, path, dry_run=True).plan)

    def work(_: int) -> str:
        return take_in(store, path, max_events=PARTS).status

    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(work, range(4)))
    assert found.count("applied") >= 1
    assert set(found) <= {"applied", "superseded"}
    assert taken_in(store) == ([expected], [("applied", expected, 0)])
    for events in store.load(row["Externe Kurs-Nr."] for row in COURSES).values():
        assert [item.event.type for item in events].count("BookingMade") == 5
        assert [item.version for item in events] == list(range(1, len(events) + 1))


def test_two_exports_of_one_vhs_at_once_leave_the_newer(store: Store, tmp_path: Path) -> None:
    take_in(store, export(tmp_path, 1))
    waiting = [row | {"Status": "W"} for row in BOOKINGS]
    paths = [export(tmp_path, 2), export(tmp_path, 3, waiting)]

    def work(path: Path) -> str:
        return take_in(store, path, max_events=PARTS).status

    with ThreadPoolExecutor(2) as pool:
        found = list(pool.map(work, paths))
    assert found[1] == "applied"
    assert found[0] in {"unchanged", "superseded"}
    statuses = {b["status"] for item in view(store, "563")["courses"] for b in item["bookings"]}
    assert statuses == {"W"}


@pytest.mark.parametrize("finished", [True, False], ids=["finished", "begun"])
def test_g4_an_export_that_is_overtaken_while_it_is_applied_is_superseded(
    store: Store, tmp_path: Path, crash: Callable[[Store, Path, int], None], finished: bool
) -> None:
    take_in(store, export(tmp_path, 1))
    waiting = [row | {"Status": "W"} for row in BOOKINGS]
    moved = [row | {"Telefon": "0999 1"} for row in waiting]
    older, newer = export(tmp_path, 2, waiting), export(tmp_path, 3, moved)
    left = [newer]

    def overtake(done: int, total: int) -> None:
        if left and finished:
            assert take_in(store, left.pop(), max_events=PARTS).status == "applied"
        elif left:
            crash(store, left.pop(), 2)

    result = ingest(store, older, Policy(), now=NOW, max_events=PARTS, progress=overtake)
    assert result.status == "superseded"
    assert result.reason == (
        "a newer export was applied meanwhile" if finished else "export 3 of VHS 563 is being applied"
    )
    assert take_in(store, newer, max_events=PARTS).status == ("superseded" if finished else "applied")
    statuses = {b["status"] for item in view(store, "563")["courses"] for b in item["bookings"]}
    assert statuses == {"W"}


@pytest.mark.parametrize("max_events", [1, 3, 10, 5_000])
def test_c3_the_size_of_transactions_changes_nothing_that_is_seen(
    store: Store, tmp_path: Path, max_events: int
) -> None:
    for sequence, bookings in ((1, BOOKINGS), (2, BOOKINGS[3:]), (3, BOOKINGS[3:])):
        take_in(store, export(tmp_path, sequence, bookings), max_events=max_events)
    views = view(store, "563")
    assert [item["cancelled"] for item in views["courses"]] == [3, *[0] * 7]
    assert [item.position for item in store.read(0, 1_000)] == list(range(1, store.head() + 1))
