"""When positions were reached: true also where a clock ran ahead, and found without reading the log (D23)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from random import Random

import msgspec
import pytest

from koop_es.store import Append, Store, schema
from koop_es.store.times import fill, position_at, steps, time_of
from tests.integration.store.samples import append, booking

START = datetime(2026, 3, 1, tzinfo=UTC)


def write(store: Store, minutes: list[int]) -> None:
    """Write one event for every minute after the start that is given, each in a transaction of its own."""
    for version, minute in enumerate(minutes):
        at = (START + timedelta(minutes=minute)).isoformat()
        append(store, Append("563-COOP-1", version, [msgspec.structs.replace(booking(version + 1), recorded_at=at)]))


def test_d23_a_time_stands_for_the_last_position_recorded_by_then(store: Store) -> None:
    write(store, [0, 10, 20])
    with store.reading() as tx:
        found = [position_at(tx, START + timedelta(minutes=minute)) for minute in (-1, 0, 9, 10, 25)]
    assert found == [0, 1, 1, 2, 3]


def test_d23_a_clock_that_ran_ahead_hides_nothing_that_came_after(store: Store) -> None:
    write(store, [0, 10, 525_600, 525_601, 20, 30])
    with store.reading() as tx:
        assert position_at(tx, START + timedelta(minutes=15)) == 2
        assert position_at(tx, START + timedelta(minutes=20)) == 5, (
            "what was written with the wrong clock was so by then"
        )
        assert position_at(tx, START + timedelta(minutes=60)) == 6
        assert [time_of(tx, position) for position in (3, 4, 5)] == [START + timedelta(minutes=20)] * 3
        assert time_of(tx, 7) is None


@pytest.mark.parametrize("seed", range(20))
def test_d23_the_time_of_a_position_is_the_earliest_of_its_own_and_all_later_ones(store: Store, seed: int) -> None:
    minutes = [Random(seed).randrange(12) + position // 2 for position in range(14)]
    write(store, minutes)
    with store.reading() as tx:
        for position in range(1, len(minutes) + 1):
            right = START + timedelta(minutes=min(minutes[position - 1 :]))
            assert time_of(tx, position) == right
        for minute in range(20):
            last = max((p for p, at in enumerate(minutes, 1) if at <= minute), default=0)
            assert position_at(tx, START + timedelta(minutes=minute)) == last
        kept = tx.rows("side_times")
    with store.write() as tx:
        tx.run("time_forget", at=0)
        fill(tx)
        assert tx.rows("side_times") == kept, "read out of the log they are the same"


def test_d23_events_of_one_transaction_leave_one_step() -> None:
    at = START.isoformat()
    assert len(steps((position, at) for position in range(5_000, 0, -1))) == 1
    assert schema.TIMES_SINCE <= schema.SCHEMA_VERSION
