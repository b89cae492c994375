"""Events as bytes."""

from __future__ import annotations

import pytest

from koop_es.domain.events import EVENTS, Event, ReleaseClosed, ViolationOpened
from koop_es.domain.observation import Origin
from koop_es.store.codec import decode, decode_all, encode, encode_all, stories
from koop_es.store.errors import StatementFailed, StoreDamaged, UnknownEvent
from koop_es.store.record import Append, Recorded

AT = "2026-02-03T17:05:00+01:00"
CLOSED = ReleaseClosed(vhs="563", rule="D9", at=AT, recorded_at=AT, origin=Origin(vhs="563", sha256="00"), cause=1)


def violation(**detail: str) -> ViolationOpened:
    return ViolationOpened(vhs="563", rule="R16", at=AT, recorded_at=AT, code="X", severity="info", detail=detail)


def test_the_bytes_are_plain_json_in_the_order_of_the_fields() -> None:
    assert encode(CLOSED).decode() == (
        '{"vhs":"563","rule":"D9","at":"2026-02-03T17:05:00+01:00","recorded_at":"2026-02-03T17:05:00+01:00",'
        '"origin":{"vhs":"563","sha256":"00"},"cause":1}'
    )


def test_equal_events_have_equal_bytes() -> None:
    assert encode(violation(b="1", a="2")) == encode(violation(a="2", b="1"))


def test_versions_count_from_the_one_the_writer_saw() -> None:
    rows = encode_all([Append("a", 4, [CLOSED, CLOSED]), Append("b", 0, [CLOSED])])
    assert [row[:3] for row in rows] == [
        ("a", 5, "koop.ReleaseClosed.1"),
        ("a", 6, "koop.ReleaseClosed.1"),
        ("b", 1, "koop.ReleaseClosed.1"),
    ]


def test_what_is_written_is_read_again() -> None:
    rows = [(1, "a", 1, CLOSED.TOPIC, encode(CLOSED)), (3, "b", 1, ViolationOpened.TOPIC, encode(violation(a="ä")))]
    assert decode_all(rows) == [Recorded(1, "a", 1, CLOSED), Recorded(3, "b", 1, violation(a="ä"))]


def test_rows_that_stand_together_are_read_as_one_story() -> None:
    rows = [(1, "a", 1, CLOSED.TOPIC, encode(CLOSED)), (3, "a", 2, CLOSED.TOPIC, encode(CLOSED))]
    other = (2, "b", 1, ViolationOpened.TOPIC, encode(violation(a="ä")))
    told = stories([*rows, other])
    assert list(told) == ["a", "b"]
    assert told["a"].events == [CLOSED, CLOSED]
    assert told["a"].positions == [1, 3]
    assert told["b"].recorded() == [Recorded(2, "b", 1, violation(a="ä"))]
    assert stories([]) == {}


def test_a_type_that_is_no_event_of_the_log_is_refused() -> None:
    with pytest.raises(StatementFailed, match="Event is no event"):
        encode(Event(vhs="563", rule="R1", at=AT, recorded_at=AT))


def test_fields_of_a_later_version_are_passed_over() -> None:
    state = encode(CLOSED)[:-1] + b',"later":1}'
    assert decode(1, "a", 1, CLOSED.TOPIC, state).event == CLOSED


@pytest.mark.parametrize("before", [[], [(1, "a", 1, CLOSED.TOPIC, encode(CLOSED))]])
def test_broken_bytes_are_named_with_their_place(before: list[tuple[int, str, int, str, bytes]]) -> None:
    with pytest.raises(StoreDamaged, match="a version 2, position 7") as damaged:
        decode_all([*before, (7, "a", 2, CLOSED.TOPIC, b'{"vhs":5}')])
    assert damaged.value.details == {"position": 7, "stream": "a", "version": 2}


def test_an_event_of_a_newer_version_is_named() -> None:
    with pytest.raises(UnknownEvent, match="newer koop-es"):
        decode_all([(7, "a", 2, "koop.New.1", b"{}")])


def test_every_event_type_is_found_by_its_topic() -> None:
    assert all(EVENTS[kind.TOPIC] is kind for kind in EVENTS.values())
