"""Appending and reading: all or nothing, versions checked, positions in order."""

from __future__ import annotations

import pytest

from koop_es.domain.errors import StoreUnusable
from koop_es.domain.events import ViolationOpened
from koop_es.store import Append, Store
from koop_es.store.errors import ReadingOnly, VersionConflict
from koop_es.store.statements import statements
from tests.integration.store.samples import AT, append, booking, bookings, follow


def test_an_empty_store_has_no_head_and_empty_streams(store: Store) -> None:
    assert store.head() == 0
    assert store.read(0, 10) == []
    assert store.load(["563-COOP-1"]) == {"563-COOP-1": []}


def test_appends_over_several_streams_get_contiguous_positions(store: Store) -> None:
    assert append(store, Append("a", 0, bookings(2)), Append("b", 0, bookings(1, 3))) == [[1, 2], [3]]
    assert append(store, Append("b", 1, bookings(1, 4)), Append("a", 2, bookings(1, 5))) == [[4], [5]]
    assert store.head() == 5


def test_an_event_comes_back_as_it_went_in(store: Store) -> None:
    violation = ViolationOpened(
        vhs="563",
        rule="R16",
        at=AT,
        recorded_at=AT,
        code="RATE_CHANGED",
        severity="critical",
        detail={"ä": "ß", "a": "1"},
    )
    append(store, Append("563-COOP-1", 0, [booking(1), violation]))
    assert [(r.stream, r.version, r.event) for r in store.read(0, 10)] == [
        ("563-COOP-1", 1, booking(1)),
        ("563-COOP-1", 2, violation),
    ]


def test_a_conflict_leaves_nothing_and_uses_up_no_position(store: Store) -> None:
    append(store, Append("a", 0, bookings(2)))
    with pytest.raises(VersionConflict) as conflict:
        append(store, Append("b", 0, bookings(3)), Append("a", 1, bookings(1)))
    assert (conflict.value.stream, conflict.value.expected, conflict.value.actual) == ("a", 1, 2)
    assert conflict.value.code == "version_conflict"
    assert store.load(["a", "b"])["b"] == []
    assert append(store, Append("b", 0, bookings(1))) == [[3]]


def test_an_append_that_skips_versions_is_a_conflict(store: Store) -> None:
    with pytest.raises(VersionConflict):
        append(store, Append("a", 1, bookings(1)))


def test_one_stream_may_come_twice_in_one_call_and_in_one_transaction(store: Store) -> None:
    with store.write() as tx:
        assert tx.append([Append("a", 0, bookings(1)), Append("a", 1, bookings(1))]) == [[1], [2]]
        assert tx.append([Append("a", 2, bookings(1))]) == [[3]]
        assert tx.append([]) == []
    assert [r.version for r in store.load(["a"])["a"]] == [1, 2, 3]


def test_an_append_without_events_only_checks_the_version(store: Store) -> None:
    append(store, Append("a", 0, bookings(1)))
    assert append(store, Append("a", 1, []), Append("b", 0, bookings(1))) == [[], [2]]
    with pytest.raises(VersionConflict):
        append(store, Append("a", 0, []))


def test_what_is_written_beside_the_events_is_undone_with_them(store: Store) -> None:
    with pytest.raises(RuntimeError, match="stop"), store.write() as tx:
        tx.append([Append("a", 0, bookings(2))])
        tx.run("number_adopt", vhs="563", number=7)
        raise RuntimeError("stop")
    assert store.head() == 0
    with store.write() as tx:
        assert tx.row("number_next", vhs="563") == (1,)


def test_a_reading_transaction_refuses_to_write(store: Store) -> None:
    with pytest.raises(ReadingOnly), store.reading() as tx:
        tx.append([Append("a", 0, bookings(1))])
    with pytest.raises(ReadingOnly), store.reading() as tx:
        tx.run("number_adopt", vhs="563", number=7)
    append(store, Append("a", 0, bookings(1)))
    assert store.head() == 1


def test_a_reading_transaction_runs_only_what_reads(sqlite_url: str) -> None:
    with Store.create(sqlite_url) as store, store.reading() as tx:
        refused = set()
        for name in statements("sqlite"):
            try:
                tx.rows(name)
            except ReadingOnly:
                refused.add(name)
            except StoreUnusable:
                pass  # it lacks its parameters
        assert store.head() == 0
    writes = ("INSERT", "UPDATE", "DELETE", "CREATE", "DROP", "ALTER", "VACUUM")
    assert refused == {name for name, text in statements("sqlite").items() if text.startswith(writes)}


def test_a_reading_transaction_sees_one_moment(store: Store) -> None:
    append(store, Append("a", 0, bookings(1)))
    with store.reading() as tx:
        assert tx.head() == 1
        append(store, Append("a", 1, bookings(1)))
        assert tx.head() == 1
        assert len(tx.load(["a"])["a"]) == 1
    assert store.head() == 2


def test_streams_are_loaded_up_to_a_position_and_beyond_one_query(store: Store) -> None:
    names = [f"563-COOP-{number}" for number in range(2_100)]
    append(store, *(Append(name, 0, [booking(1), booking(2)]) for name in names))
    loaded = store.load(names, upto=4_001)
    assert list(loaded) == names
    assert [len(events) for events in loaded.values()] == [2] * 2_000 + [1] + [0] * 99
    assert [r.version for r in loaded[names[0]]] == [1, 2]


def test_a_follower_gets_every_event_once_and_in_order(store: Store) -> None:
    for number in range(5):
        append(store, Append("a", number * 4, bookings(4)))
    assert follow(store, 0) == list(range(1, 21))
    assert follow(store, 18) == [19, 20]


def test_fifty_thousand_events_in_one_transaction_do_not_hang(store: Store) -> None:
    events = bookings(50_000)
    assert append(store, Append("a", 0, events))[0][-1] == 50_000
    assert store.load(["a"])["a"][-1].event == events[-1]


def test_many_and_large_rows_do_not_hang(store: Store) -> None:
    def row(number: int, raw: bytes) -> tuple[object, ...]:
        return f"p{number}", 1, "a", "563:1", raw.decode(), "", "", "", 1

    with store.write() as tx:
        tx.write_rows("person_insert", (row(number, b"x" * 500) for number in range(20_000)))
        tx.write_rows("person_insert", [row(number, b"y" * 3_000_000) for number in range(20_000, 20_004)])
        assert len(tx.rows("persons_of_streams", coop_ids=["a"])) == 20_004
