"""A log that an older koop-es wrote is read by a newer one, through the whole store."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from eventsourcing.application import Application

from koop_es.domain import upcast
from koop_es.domain.events import EVENTS, BookingCancelled, BookingMade
from koop_es.domain.evolve import fold
from koop_es.domain.observation import Status
from koop_es.domain.upcast import Fields
from koop_es.store import Append, Store, codec
from koop_es.store.errors import StoreDamaged, UnknownEvent
from koop_es.store.library import environment

AT = "2026-02-03T17:05:00+01:00"
COOP = "563-COOP-1"
WRITTEN, NEXT, NOW = "koop.BookingMade.1", "koop.BookingMade.2", "koop.BookingMade.3"
MADE = BookingMade(
    vhs="563", rule="B3", at=AT, recorded_at=AT, ref="563:1", booking_id="1", participant_no="7",
    status=Status.CONFIRMED, booked_at=AT,
)  # fmt: skip
CANCELLED = BookingCancelled(vhs="563", rule="B3", at=AT, recorded_at=AT, ref="563:1")


def to_second(fields: Fields) -> Fields:
    return fields | {"booking_id": f"B-{fields['booking_id']}"}


def to_third(fields: Fields) -> Fields:
    return fields | {"status": "W", "participant_no": fields["booking_id"]}


@pytest.fixture
def written(any_db_url: str) -> str:
    """A store that today's program wrote, before anything changed."""
    with Store.create(any_db_url) as store, store.write() as tx:
        tx.append([Append(COOP, 0, [MADE, CANCELLED])])
    return any_db_url


@pytest.fixture(autouse=True)
def _order_of_the_topics() -> Iterator[None]:
    """Put the topics back in their order, in which the reference names them."""
    before = dict(EVENTS)
    yield
    EVENTS.clear()
    EVENTS.update(before)


@pytest.fixture
def tomorrow(written: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Tomorrow's program: bookings are written in version 3 and read in all three."""
    assert written
    monkeypatch.delitem(EVENTS, WRITTEN)
    monkeypatch.setitem(EVENTS, NOW, BookingMade)
    monkeypatch.setattr(BookingMade, "TOPIC", NOW)
    monkeypatch.setitem(upcast.UPCASTS, WRITTEN, to_second)
    monkeypatch.setitem(upcast.UPCASTS, NEXT, to_third)
    codec._reader.cache_clear()
    yield
    monkeypatch.undo()
    codec._reader.cache_clear()


@pytest.mark.usefixtures("tomorrow")
def test_events_of_former_versions_are_read_as_those_of_today_and_stay_as_they_are(written: str) -> None:
    with Store.open(written) as store:
        made, cancelled = (recorded.event for recorded in store.load([COOP])[COOP])
        assert isinstance(made, BookingMade)
        assert (made.booking_id, made.participant_no, made.status) == ("B-1", "B-1", Status.WAITLISTED)
        assert cancelled == CANCELLED
        assert [item.event for item in store.read(0, 10)] == [made, cancelled]
        assert fold(COOP, [made]).bookings["563:1"].seats["563"].booking_id == "B-1"
        with store.write() as tx:
            tx.append([Append(COOP, 2, [made])])
        with store.reading() as tx:
            raw = tx.rows("event_read", after=0, limit=10)
        assert [row[3] for row in raw] == [WRITTEN, CANCELLED.TOPIC, NOW]
        assert bytes(raw[0][4]) == codec.encode(made).replace(b"B-1", b"1", 1).replace(b"B-1", b"7").replace(
            b'"W"', b'"A"'
        )
        assert store.load([COOP])[COOP][2].event == made, "what is written today is read straight away"


@pytest.mark.usefixtures("tomorrow")
def test_the_stock_library_reads_former_versions_too(written: str) -> None:
    class Koop(Application[str]):
        name = "koop"

    with Koop(env=environment(written)) as app:
        (first, *_) = app.recorder.select_notifications(start=None, limit=10)
        assert app.mapper.to_domain_event(first).event.booking_id == "B-1"  # type: ignore[attr-defined]


@pytest.mark.usefixtures("tomorrow")
def test_a_former_version_that_is_damaged_is_named_with_its_place(
    written: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(upcast.UPCASTS, NEXT, lambda fields: {"no": fields["such_field"]})
    with Store.open(written) as store, pytest.raises(StoreDamaged, match=f"{COOP} version 1, position"):
        store.load([COOP])


def test_a_version_from_the_future_is_named(written: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(EVENTS, WRITTEN)
    codec._reader.cache_clear()
    try:
        with Store.open(written) as store, pytest.raises(UnknownEvent, match="newer koop-es"):
            store.load([COOP])
    finally:
        codec._reader.cache_clear()
