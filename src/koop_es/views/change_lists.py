"""Change lists, ``koop-change/1``: what one VHS's connector has to write, read from the views (D22)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from typing import Any, NamedTuple

import msgspec

from koop_es.domain.cooperation import Cooperation
from koop_es.domain.events import type_name
from koop_es.domain.identifiers import institution_stream, owner_of
from koop_es.domain.observation import Person
from koop_es.domain.wanted import Change
from koop_es.store import Store, Tx, cells, vault
from koop_es.views import asof

_changes = msgspec.json.Decoder(list[Change])

PERSON_HEADINGS = {"name": "Name", "first_name": "Vorname", "phone": "Telefon", "email": "E-Mail"}
"""Fields of a person and their headings in ``belegungen.csv``."""


class Pending(NamedTuple):
    """What one VHS has to write in one cooperation."""

    coop_id: str
    number: str
    period: str
    changes: Sequence[Change]


class Because(msgspec.Struct):
    """The part of any event that a change list quotes."""

    rule: str


_because = msgspec.json.Decoder(Because)


def change_list(store: Store, vhs: str, *, at: int | None = None) -> list[dict[str, Any]]:
    """List what a VHS's connector has to write (``koop-change/1``), oldest first; the same until an export
    acknowledges it. Nothing is given out by looking at it (D21). ``at`` is a position of the log: what the list was
    there.
    """
    with store.reading() as tx:
        if at is None:
            return answers(tx, vhs, pending(tx, vhs))
        docs = asof.documents_of(tx, [vhs], at)[vhs]
        return answers(tx, vhs, [Pending(d.coop_id, d.course_number, d.period, d.changes) for d in docs], at=at)


def pending(tx: Tx, vhs: str) -> list[Pending]:
    """Read what a VHS has to write, by cooperation."""
    return [Pending(row[0], row[1], row[2], _changes.decode(row[3])) for row in tx.rows("changes_of_vhs", vhs=vhs)]


def answers(tx: Tx, vhs: str, found: Iterable[Pending], *, at: int | None = None) -> list[dict[str, Any]]:
    """Put changes into the form of ``koop-change/1``, oldest first; ``at`` is a position of the log, None for now.

    What is written again under its own Beleg-ID stands before all others: a program whose count went back would give
    that to the next new row (D20).
    """
    listed = [(item, change) for item in found for change in item.changes]
    if not listed:
        return []
    if any(_is_written_again(vhs, change) for _, change in listed):
        listed = list(_under_free_ids(tx, vhs, listed, tx.head() if at is None else at))
    names = _Names(tx, vhs, listed)
    causes = _causes(tx, {(item.coop_id, change.because) for item, change in listed})
    restored = _put_back(tx, vhs)
    told = [_answer(vhs, item, change, names, causes, restored) for item, change in listed]
    created = {a["coop_id"]: a["because"]["event"] for a in told if a["kind"] == "course.create"}

    again = {a["coop_id"] for a in told if _takes_its_number(a)}

    def age(answer: dict[str, Any]) -> tuple[bool, int, bool, int, str]:
        # An Abo-Kurs is created before the bookings in it, although these may be older than the Abo.
        first = _takes_its_number(answer) or (answer["kind"] == "course.create" and answer["coop_id"] in again)
        position = answer["because"]["event"]
        since = max(position, created.get(answer["coop_id"], 0))
        return (not first, since, "booking" in answer, position, answer["id"])

    return sorted(told, key=age)


def _is_written_again(vhs: str, change: Change) -> bool:
    """Tell a booking of the VHS's own that somebody restored, under the Beleg-ID it had (D20)."""
    return change.kind == "booking.create" and change.booking_id is not None and owner_of(change.ref or "") == vhs


def _under_free_ids(
    tx: Tx, vhs: str, listed: Sequence[tuple[Pending, Change]], position: int
) -> Iterator[tuple[Pending, Change]]:
    """Name no Beleg-ID under which a row of the VHS stands by now, in whichever of its courses (D20): the program gives
    another one.

    No table has the Beleg-IDs of rows: all courses of the VHS are read, for as long as a restored booking is not seen.
    """
    coop_ids = [row[0] for row in tx.rows("members_of_vhs", vhs=vhs, upto=position)]
    taken = {held for state in asof.states(tx, coop_ids, position) for held in _booking_ids(state, vhs)}
    for item, change in listed:
        if _is_written_again(vhs, change):
            free = change.booking_id not in taken
            taken.add(change.booking_id)
            yield item, change if free else msgspec.structs.replace(change, booking_id=None)
        else:
            yield item, change


def _booking_ids(state: Cooperation, vhs: str) -> Iterator[str | None]:
    """Give the Beleg-IDs of the rows that a VHS shows in a cooperation, also of those that wait (B15, D26, D27), and of
    those that left its exports (D17).
    """
    yield from (booking_id for where, booking_id in state.held if where == vhs)
    for booking in state.bookings.values():
        seat = booking.seats.get(vhs)
        if seat is not None and (seat.held or seat.archived):
            yield from (seat.booking_id, *(double.booking_id for double in seat.doubles))


def _takes_its_number(answer: dict[str, Any]) -> bool:
    """Tell whether a change writes a booking again under its own Beleg-ID (D20)."""
    return answer["kind"] == "booking.create" and "booking_id" in answer["booking"]


class _Names:
    """What a change list says of people: from the vault, and of rows as they were exported from beside it (D15)."""

    def __init__(self, tx: Tx, vhs: str, listed: Sequence[tuple[Pending, Change]]) -> None:
        ids = sorted({change.person_id for _, change in listed if change.person_id is not None})
        self._people = vault.of_ids(tx, ids) if ids else {}
        odd = sorted({item.coop_id for item, change in listed if change.writes_over_s or change.shown_version == 0})
        self._cells = cells.of_vhs(tx, vhs, odd) if odd else {}

    def wanted(self, change: Change) -> Person | None:
        """Find the person a change names."""
        return self._people.get((change.person_id or "", change.person_version))

    def shown(self, coop_id: str, change: Change) -> Person | None:
        """Find the person that stands in the row, None where nobody knows."""
        if change.shown_version:
            return self._people.get((change.person_id or "", change.shown_version))
        kept = self._cells.get((coop_id, change.ref or ""))
        return kept.person if kept is not None and change.shown_version == 0 else None

    def editor(self, coop_id: str, change: Change) -> str | None:
        """Find who edited the row last, as exported, where an "S" is written over."""
        kept = self._cells.get((coop_id, change.ref or "")) if change.writes_over_s else None
        return kept.editor or None if kept is not None else None


def _causes(tx: Tx, wanted: set[tuple[str, int]]) -> dict[tuple[str, int], tuple[int, str, str]]:
    """Find position, type and rule of the events a change list quotes, by stream and version."""
    streams = sorted({coop_id for coop_id, _ in wanted})
    versions = sorted({version for _, version in wanted})
    result = {}
    for start in range(0, len(streams), 1_000):
        rows = tx.rows("events_by_version", streams=streams[start : start + 1_000], versions=versions)
        for position, coop_id, version, topic, state in rows:
            if (coop_id, version) in wanted:
                result[coop_id, version] = (position, type_name(topic), _because.decode(state).rule)
    return result


def _put_back(tx: Tx, vhs: str) -> list[tuple[int, str]]:
    """Give behind which positions a store of a backup goes on, and a name for each: when it was put back.

    What is decided there has the versions of what was decided after the backup and went with the former store. That was
    given out, and an id is carried out once (D22).
    """
    rows = tx.rows("put_back", coop_id=institution_stream(vhs))
    return [(position, f"{datetime.fromisoformat(at).astimezone(UTC):%Y%m%d%H%M%S}") for position, at in rows]


def _answer(
    vhs: str,
    item: Pending,
    change: Change,
    names: _Names,
    causes: dict[tuple[str, int], tuple[int, str, str]],
    restored: list[tuple[int, str]],
) -> dict[str, Any]:
    position, kind, rule = causes[item.coop_id, change.because]
    since = [f"-{name}" for behind, name in restored if behind < position][-1:]
    course: dict[str, Any] = {"number": item.number, "period": item.period}
    if change.fields is not None:
        course["fields"] = change.fields
    answer: dict[str, Any] = {
        "id": change.id + "".join(since), "vhs": vhs, "coop_id": item.coop_id, "kind": change.kind, "course": course,
    }  # fmt: skip
    expects = dict(change.expects) if change.expects is not None else None
    if change.ref is not None:
        answer["booking"] = _booking(item.coop_id, change, names, expects)
    if expects is not None:
        answer["expects"] = expects
    answer["because"] = {"event": position, "type": kind, "rule": rule}
    return answer


def _booking(coop_id: str, change: Change, names: _Names, expects: dict[str, str] | None) -> dict[str, Any]:
    """Say what to write of a booking; of an update only what changes, with what is replaced in ``expects`` (D22)."""
    person = names.wanted(change)
    texts: dict[str, str | None]
    if change.kind != "booking.update":
        texts = {name: getattr(person, name, None) or None for name in PERSON_HEADINGS}
    else:
        shown = names.shown(coop_id, change)
        texts = {name: _replaced(name, person, shown) for name in PERSON_HEADINGS}
        if expects is not None and shown is not None:
            expects |= {h: getattr(shown, name) for name, h in PERSON_HEADINGS.items() if texts[name] is not None}
    if expects is not None and (editor := names.editor(coop_id, change)) is not None:
        expects["Bearbeitet von"] = editor
    answer: dict[str, Any] = {
        "ref": change.ref,
        "status": change.status.value if change.status is not None else None,
        **texts,
        "booked_at": change.booked_at,
    }
    if change.booking_id is not None:
        answer["booking_id"] = change.booking_id
    return answer


def _replaced(name: str, wanted: Person | None, shown: Person | None) -> str | None:
    """Give the text of one field where the row shows another; an empty one is told as empty."""
    if wanted is None:
        return None
    text: str = getattr(wanted, name)
    return None if shown is not None and getattr(shown, name) == text else text
