"""Disagreement: where two VHSs of a cooperation show different things, and since which event."""

from __future__ import annotations

from typing import Any

from koop_es.domain.cooperation import Cooperation, Lane
from koop_es.domain.course import HEADINGS, to_text
from koop_es.domain.errors import BadInput
from koop_es.domain.observation import Status
from koop_es.domain.open_matters import violations_too
from koop_es.domain.wanted import SYNCED_FIELDS, changes, sees_identity
from koop_es.replay import still_open
from koop_es.replay.diff import cause_of
from koop_es.replay.paths import person_text
from koop_es.replay.subjects import letter
from koop_es.replay.timeline import Timeline
from koop_es.replay.words import WORDS, Lang
from koop_es.store import Recorded, Store
from koop_es.views import asides

Values = tuple[str | None, str | None]
"""What the first and the second VHS show."""

PRICE_FIELDS = ("fee_cents", "pass_through_cents")
"""Fields that are the same wherever the same terms were accepted (R33)."""


class NoPart(BadInput):
    """The VHS takes no part in this cooperation; koop-es history shows who does."""

    code = "no_part"


def disagreements(
    store: Store, coop_id: str, first: str, second: str, *, at: int | None = None
) -> list[dict[str, Any]]:
    """List where two VHSs disagree, now or at a position, with the event since which they do so without a break.

    ``changes`` are the pending changes that settle it. Raises CooperationUnknown, and NoPart for a VHS that takes none.
    """
    timeline = Timeline.load(store, coop_id, upto=at)
    since: dict[str, Recorded] = {}
    found: dict[str, Values] = {}
    state = Cooperation(coop_id)
    for item, state in timeline.steps():
        found = compare(state, first, second)
        since = {path: since.get(path, item) for path in found}
    for vhs in (first, second):
        if state.active_lane(vhs) is None:
            raise NoPart(f"VHS {vhs} takes no part in {coop_id}; koop-es history {coop_id} shows who does", vhs=vhs)
    if at is None:
        with store.reading() as tx:
            asides.put_in(tx, state)
        found = {path: values for path, values in compare(state, first, second).items() if path in since}
    pending = _pending(state, first) | _pending(state, second)
    return [
        {
            "path": path,
            first: found[path][0],
            second: found[path][1],
            **cause_of(coop_id, since[path]),
            "changes": [identity for identity, settles in pending.items() if path in settles],
        }
        for path in sorted(found, key=lambda path: (since[path].position, path))
    ]


def open_between(
    store: Store, coop_id: str, first: str, second: str, *, at: int | None = None, lang: Lang = "en"
) -> list[dict[str, Any]]:
    """List what stands open at either of two VHSs: they may show the same and still wait for somebody (D30)."""
    state = Timeline.load(store, coop_id, upto=at).state()
    if at is None:
        with store.reading() as tx:
            asides.put_in(tx, state)
    return still_open.answer((m for m in violations_too(state) if m.vhs in (first, second)), WORDS[lang])


def compare(state: Cooperation, first: str, second: str) -> dict[str, Values]:
    """Find what two VHSs show otherwise although it should be the same: bookings, persons, fields, price (D6, R33)."""
    one, other = state.active_lane(first), state.active_lane(second)
    if one is None or other is None:
        return {}
    result = {path: values for path, values in _fields(state, one, other).items() if values[0] != values[1]}
    for ref, booking in state.bookings.items():
        seats = booking.seats.get(first), booking.seats.get(second)
        statuses = letter(one, booking), letter(other, booking)
        # One that is cancelled may be missing where it never was alive, or was removed instead (D1, D5).
        if statuses[0] != statuses[1] and set(statuses) != {None, Status.CANCELLED.value}:
            result[f"bookings/{ref}"] = statuses
        persons = [
            person_text(seat.person_version)
            for lane, seat in zip((one, other), seats, strict=True)
            if seat is not None and seat.held and seat.person_version is not None
            if sees_identity(state, lane, booking)
        ]
        if len(persons) == 2 and persons[0] != persons[1]:
            result[f"bookings/{ref}/person"] = persons[0], persons[1]
    return result


def _fields(state: Cooperation, one: Lane, other: Lane) -> dict[str, Values]:
    """Put side by side the fields that must be equal, as far as both exports have a column for them."""
    same_terms = state.terms_of(one.vhs) == state.terms_of(other.vhs)
    names = [*SYNCED_FIELDS, *(PRICE_FIELDS if same_terms else ()), "cancelled"]
    shown = {name: (getattr(one.row, name), getattr(other.row, name)) for name in names}
    ids = tuple(state.coop_id if lane.altered is None else lane.altered for lane in (one, other))
    found: dict[str, Values] = {"course/Externe Kurs-Nr.": (ids[0], ids[1])}
    return found | {
        f"course/{HEADINGS[name]}": (to_text(name, values[0]), to_text(name, values[1]))
        for name, values in shown.items()
        if None not in values and not {name} & (one.kept | other.kept)
    }


def _pending(state: Cooperation, vhs: str) -> dict[str, set[str]]:
    """List the pending changes of a VHS by id, each with the paths it settles."""
    result = {}
    for change in changes(state, vhs):
        if change.ref is not None:
            result[change.id] = {f"bookings/{change.ref}", f"bookings/{change.ref}/person"}
        elif change.kind == "course.cancel":
            result[change.id] = {f"course/{HEADINGS['cancelled']}"}
        else:
            result[change.id] = {f"course/{heading}" for heading in change.fields or {}}
    return result
