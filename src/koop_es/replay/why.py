"""``why``: from a value back to the export rows and commands that made it, with rules, alternatives and remedy."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from operator import methodcaller
from typing import Any

from koop_es.domain.acknowledged import LETTERS
from koop_es.domain.cooperation import Booking, Cooperation, Lane, Seat, shows
from koop_es.domain.errors import BadInput, CooperationUnknown
from koop_es.domain.events import CoopIdTaken, MergeSuspected
from koop_es.domain.identifiers import booking_ref, owner_of
from koop_es.domain.open_matters import Matter, as_of, violations_too
from koop_es.domain.violations import found as violations_of
from koop_es.domain.wanted import sees_identity
from koop_es.replay import evidence, still_open, telling
from koop_es.replay.booking_reasons import UNKNOWN, BookingReasons, said
from koop_es.replay.course_reasons import CourseReasons
from koop_es.replay.subjects import (
    BOOKING_FIELDS,
    NOTHING,
    Subject,
    Value,
    booking_field,
    booking_subject,
    course_field,
    course_subject,
    field_subject,
    lane_of,
    unknown_letter,
)
from koop_es.replay.timeline import Timeline
from koop_es.replay.walk import Parts, Probe, Walk, walk
from koop_es.replay.words import WORDS, Lang, Words
from koop_es.store import MAX_POSITION, Store, Tx
from koop_es.views import asides

UNREAD = ("frozen", "missing", "missing_abo", "suspended")
"""Matters that keep a booking from being seen."""


class BookingUnknown(BadInput):
    """No export ever showed this booking in this course; koop-es view --vhs V shows those of a VHS."""

    code = "booking_unknown"


class VhsNotInvolved(BadInput):
    """This VHS has nothing to do with the cooperation."""

    code = "vhs_not_involved"


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked: about a course or one of its bookings, at a VHS (default: where something differs, else the owner
    or the Master), about one field, as of a position; ``now`` is what ages are counted to, ``with_persons`` asks for
    names, of which a ``vhs`` that was named is told only what it sees (D1).
    """

    coop_id: str
    ref: str | None = None
    vhs: str | None = None
    field: str | None = None
    at: int | None = None
    lang: Lang = "en"
    now: datetime | None = None
    with_persons: bool = False


def _was_not_yet(store: Store, coop_id: str) -> CooperationUnknown:
    """Say where to ask about a time before a cooperation began: maybe its course had no COOP-Id yet (D12)."""
    for item in Timeline.load(store, coop_id).recorded:
        if isinstance(item.event, CoopIdTaken):
            former = item.event.predecessor
            said = f"the course had no COOP-Id yet and went by {former}: ask about that"
            return CooperationUnknown(f"there was no cooperation {coop_id} yet; {said}", coop_id=coop_id, former=former)
    said = f"koop-es history {coop_id} shows when it began"
    return CooperationUnknown(f"there was no cooperation {coop_id} yet; {said}", coop_id=coop_id)


def why(store: Store, question: Question) -> dict[str, Any]:
    """Explain a value; raises CooperationUnknown, BookingUnknown, VhsNotInvolved and WrongUsage for a wrong field."""
    timeline = Timeline.load(store, question.coop_id, upto=question.at)
    if not timeline.recorded:
        raise _was_not_yet(store, question.coop_id)
    words = WORDS[question.lang]
    with store.reading() as tx:
        if question.ref is not None and question.vhs is not None and question.field is None:
            found = _walk_of(timeline, question.ref, question.vhs, "status")  # usually all that is needed
            if question.ref in found.state.bookings:
                return _about_booking(tx, question, found, question.ref, question.vhs, "status", words)
        state = timeline.state()
        if question.ref is None:
            return _about_course(tx, question, timeline, state, words)
        booking = _find(state, question.ref)
        if booking is None:
            return _about_nothing(tx, question, state, words)
        ref, field = booking.ref, booking_field(question.field) if question.field is not None else "status"
        preferred = (booking.owner, state.master)
        vhs = question.vhs or _where(state, preferred, lambda v: booking_subject(ref, v, field))
        return _about_booking(tx, question, _walk_of(timeline, ref, vhs, field), ref, vhs, field, words)


# --- bookings -------------------------------------------------------------------------------------------------------


def _find(state: Cooperation, ref: str) -> Booking | None:
    """Find a booking by its reference, or by what a VHS calls it now: after a merge, or a copy's own Beleg-ID (B16)."""
    vhs, _, booking_id = ref.partition(":")
    known = state.bookings.get(ref) or state.reported_seats(vhs).get(booking_id)
    if known is not None:
        return known
    if (waits_as := state.held.get((vhs, booking_id))) is not None:
        return state.bookings.get(waits_as)
    found = (b for b in state.bookings.values() if vhs in b.seats and b.seats[vhs].suspected == booking_id)
    return next(found, None)


def _walk_of(timeline: Timeline, ref: str, vhs: str, field: str) -> Walk:
    """Walk back from what a booking is, what a VHS should hold of it, and what each shows."""
    probes = {"value": booking_subject(ref, vhs, field), "decided": _decided(ref), "seen": _seen(ref)}
    return walk(timeline, probes, _of_each)


def _of_each(state: Cooperation) -> Parts:
    return {f"seen {vhs}": ("seen", methodcaller("get", vhs)) for vhs in state.lanes}


def _about_booking(
    tx: Tx, question: Question, found: Walk, ref: str, vhs: str, field: str, words: Words
) -> dict[str, Any]:
    _check_involved(tx, question, found.state, vhs)
    if question.at is None:
        asides.put_in(tx, found.state)
    booking = found.state.bookings[ref]
    value = booking_subject(ref, vhs, field)(found.state)
    reasons = BookingReasons(found, booking, vhs, value, words)
    standing = list(violations_of(found.state))
    status_asked = field == "status"
    asked = question.ref or booking.ref
    read_as = [] if asked == booking.ref else [words.say("read_as", asked=asked, ref=booking.ref)]
    common = reasons.common | {"field": field if field == "person" else BOOKING_FIELDS[field]}
    collided = reasons.collided() if status_asked else []
    answer = _frame(question, found, vhs, words) | {
        "subject": {"kind": "booking", "ref": booking.ref, "field": field},
        "value": telling.value(value, " ".join([*read_as, telling.sentences(common, value, words, main=status_asked)])),
        "seen": _seen_by_all(found, booking.ref, words),
        "collided": [{"position": found.position(version), "text": text} for version, text in collided],
        "rules": telling.rules(found, reasons.rules(), words),
        "otherwise": [words.say(s.name, **s.values) for s in reasons.otherwise()] if status_asked else [],
        "violations": telling.violations(standing, vhs, booking.ref, found, words),
    }
    ids = {booking.ref, *(seat.booking_id for lane, seat in booking.seats.items() if lane == vhs and seat.booking_id)}
    ids |= {booking.ref.partition(":")[2]} if vhs == booking.owner else set()
    proof = evidence.gather(tx, vhs, ids, question.at)
    today = question.now.date() if question.now is not None else None
    todo = reasons.now()
    matters = still_open.of_booking(found.state, vhs, booking.ref, standing)
    if question.at is None and today is not None:
        matters = list(as_of(found.state, matters, today))
    open_here = still_open.unanswered(found.state, matters, today)
    now = [words.say(s.name, **s.values) for s in todo]
    now += still_open.remedies(open_here, words, (s.name for s in todo))
    answer["open"] = still_open.answer(open_here, words)
    now += _suspected(tx, question, found, booking, words)
    _finish(answer, now, proof, found, question, words)
    if question.with_persons:
        seen = question.vhs is None or sees_identity(found.state, found.state.lanes[vhs], booking)
        names = evidence.persons(tx, found.state, booking.ref) if seen else {}  # D1
        answer["persons"] = [
            {"version": version, "name": name or words.say("erased")} for version, name in sorted(names.items())
        ]
    return answer


def _suspected(tx: Tx, question: Question, found: Walk, booking: Booking, words: Words) -> list[str]:
    """Say of rows that may be this booking after a merge that they wait for a complete export (B15)."""
    said = []
    for item in found.timeline.recorded:
        event = item.event
        if not isinstance(event, MergeSuspected) or event.ref != booking.ref:
            continue
        seat = booking.seats.get(event.vhs)
        settled = event.booking_id in found.state.reported_seats(event.vhs) or seat is None
        if seat is not None and not settled and seat.suspected == event.booking_id:
            upto = question.at if question.at is not None else MAX_POSITION
            if not evidence.proved_since(tx, event.vhs, item.position, upto):
                export = event.origin.export if event.origin is not None else None
                said.append(words.say("n_held", vhs=event.vhs, booking_id=event.booking_id, export=export))
    return said


def _decided(ref: str) -> Probe:
    """Read what a booking is for all VHSs, whoever asks."""

    def probe(state: Cooperation) -> Any:
        booking = state.bookings.get(ref)
        if booking is None:
            return None
        reason = state.reason(booking)
        return (booking.claimed, reason, booking.status if reason is None else None)

    return probe


def _seen(ref: str) -> Probe:
    """Read what each VHS shows of a booking: its letter, one that nobody knows behind a ``?``, ``-`` where it is gone,
    ``!`` where nobody can tell because its course or row is not read.
    """

    def probe(state: Cooperation) -> dict[str, str | None]:
        booking = state.bookings.get(ref)
        if booking is None:
            return {}
        lanes, seats = state.lanes, booking.seats
        return {vhs: seen(lanes[vhs], booking, seat) for vhs, seat in seats.items() if vhs in lanes}

    def seen(lane: Lane, booking: Booking, seat: Seat) -> str | None:
        if seat.status is None and seat.unknown_status is None:
            return None
        if seat.unknown_status is not None and (unknown := unknown_letter(lane, booking)) is not None:
            return f"{UNKNOWN}{unknown}"
        shown = shows(lane, booking)
        return LETTERS[shown] if shown is not None else "!" if seat.held and seat.survivor is None else "-"

    return probe


def _seen_by_all(found: Walk, ref: str, words: Words) -> list[dict[str, Any]]:
    """Tell what every VHS shows of a booking, and since which event."""
    result = []
    for vhs in sorted(found.state.lanes):
        lane = lane_of(found.state, vhs)
        if lane is None:
            continue
        version = found.made(f"seen {vhs}")
        shown = found.value_at(f"seen {vhs}", version) if version else None
        told = found.told(version, words) if version else None
        if shown is not None and ref in lane.aside:
            shown = "!" if found.state.bookings[ref].seats[vhs].held else shown
        result.append(
            {
                "vhs": vhs,
                "role": found.state.role(vhs).value,
                "shown": UNKNOWN if shown is not None and shown.startswith(UNKNOWN) else shown,
                "position": told["position"] if told else None,
                "export": told["export"] if told else None,
                "row": told["row"] if told else None,
                "text": said("now", vhs, shown, words) if shown else words.say("now_none", vhs=vhs),
            }
        )
    return result


def _about_nothing(tx: Tx, question: Question, state: Cooperation, words: Words) -> dict[str, Any]:
    """Answer for a booking no event names: it may stand in the quarantine; raises BookingUnknown."""
    ref = question.ref or ""
    ids = {ref, ref.partition(":")[2]}
    places = dict.fromkeys((owner_of(ref), *([question.vhs] if question.vhs else sorted(state.lanes))))
    aside = [item for vhs in places for item in evidence.set_aside(tx, vhs, ids if vhs == owner_of(ref) else {ref})]
    waits = _waiting_rows(state, ref)
    if not aside and not waits:
        owner = owner_of(ref)
        raise BookingUnknown(
            f"no export ever showed booking {ref} in {state.coop_id}, and no row set aside names it; koop-es view "
            f"--vhs {owner} shows the bookings there are, koop-es status when each VHS reported last"
            + "".join(f". {text}" for text in _why_unseen(tx, question, state, owner, words)),
            ref=ref,
            coop_id=state.coop_id,
        )
    vhs = question.vhs or (aside[0]["vhs"] if aside else waits[0].vhs)
    return {
        "coop_id": state.coop_id,
        "vhs": vhs,
        "role": None,
        "position": question.at,
        "subject": {"kind": "booking", "ref": ref, "field": "status"},
        "value": telling.value(NOTHING, words.say("unread", ref=ref)),
        "seen": [],
        "collided": [],
        "rules": [],
        "otherwise": [],
        "violations": [],
        "now": [*still_open.remedies(waits, words), *(_aside(item, words) for item in aside)],
        "open": still_open.answer(waits, words),
        "quarantine": aside,
        "chain": [],
    }


def _waiting_rows(state: Cooperation, ref: str) -> list[Matter]:
    """Find the rows that wait because they may be a booking of another course, from which they came (D25)."""
    named = {of for (vhs, booking_id), of in state.held.items() if ref in (of, booking_ref(vhs, booking_id))}
    return [matter for matter in violations_too(state) if matter.code == "REGISTRATION_HELD" and matter.ref in named]


def _why_unseen(tx: Tx, question: Question, state: Cooperation, owner: str, words: Words) -> list[str]:
    """Say what keeps a booking from being seen: its course is not read at its VHS, or only old exports come (D30)."""
    here = still_open.of_course(state, owner)[0]
    told = [still_open.text(matter, words) for matter in here if matter.kind in UNREAD]
    proof = evidence.gather(tx, owner, set(), question.at)
    told += _not_taken_in(proof, owner, words)
    told += [words.violation(code, detail, "") for code, detail in proof.of_vhs]
    return [text.rstrip(".") for text in told]


# --- courses --------------------------------------------------------------------------------------------------------


def _about_course(tx: Tx, question: Question, timeline: Timeline, state: Cooperation, words: Words) -> dict[str, Any]:
    field = course_field(question.field) if question.field is not None else None

    def subject_at(vhs: str) -> Subject:
        return course_subject(vhs) if field is None else field_subject(vhs, field)

    vhs = question.vhs or _where(state, (state.master,), subject_at)
    _check_involved(tx, question, state, vhs)
    subject = subject_at(vhs)

    def decided(value: Value) -> Any:
        return (value.wanted, value.condition in ("withdrawn", "moved", "abo_ended"))

    found = walk(timeline, {"value": subject}, lambda _: {"decided": ("value", decided)})
    if question.at is None:
        asides.put_in(tx, found.state)
    value = subject(found.state)
    reasons = CourseReasons(found, vhs, value, words, field)
    standing = list(violations_of(found.state))
    lane = found.state.lanes[vhs]
    common = {
        "vhs": vhs, "master": found.state.master or "?", "number": lane.number, "period": lane.period,
        "found": lane.altered or words.say("empty"), "successor": found.state.successor, "coop_id": found.state.coop_id,
        "field": words.heading(field) if field is not None else None,
    }  # fmt: skip
    told = telling.sentences(common, value, words, main=field is None)
    answer = _frame(question, found, vhs, words) | {
        "subject": {"kind": "course" if field is None else "field", "ref": None, "field": field},
        "value": telling.value(value._replace(reason=None), " ".join([told, *reasons.differing()])),
        "seen": [],
        "collided": [],
        "rules": telling.rules(found, reasons.rules(), words),
        "otherwise": reasons.otherwise(),
        "violations": telling.violations(standing, vhs, "", found, words),
    }
    proof = evidence.gather(tx, vhs, set(), question.at)
    today = question.now.date() if question.now is not None else None
    parts = still_open.of_course(found.state, vhs, standing)
    here, elsewhere = (still_open.unanswered(found.state, matters, today) for matters in parts)
    answer["open"] = still_open.answer([*here, *elsewhere], words)
    now = [*reasons.now(), *still_open.remedies(here, words), *still_open.further(found.state, elsewhere, words)]
    _finish(answer, now, proof, found, question, words)
    return answer


# --- both -----------------------------------------------------------------------------------------------------------


def _where(state: Cooperation, preferred: Iterable[str | None], subject_at: Any) -> str:
    """Choose the VHS to tell of: the first at which something is to be written or differs, else a preferred one."""
    lanes = [vhs for vhs in sorted(state.lanes) if lane_of(state, vhs) is not None]
    values = {vhs: subject_at(vhs)(state) for vhs in lanes}
    for differs in (_is_pending, _is_different):
        for vhs, value in values.items():
            if differs(value):
                return vhs
    return next((vhs for vhs in (*preferred, *lanes, *sorted(state.lanes)) if vhs in state.lanes), "")


def _is_pending(value: Value) -> bool:
    return bool(value.pending)


def _is_different(value: Value) -> bool:
    return value.wanted != value.shown and value.wanted is not None


def _check_involved(tx: Tx, question: Question, state: Cooperation, vhs: str) -> None:
    if vhs in state.lanes:
        return
    copies = evidence.in_catalogue(tx, vhs, state.coop_id) if question.at is None else []
    if copies:
        raise VhsNotInvolved(
            f"VHS {vhs} has no part in {state.coop_id}; its course {', '.join(copies)} carries this COOP-Id and is one "
            f"that nobody shares; koop-es quarantine list shows why its row was set aside",
            vhs=vhs,
            courses=copies,
        )
    raise VhsNotInvolved(
        f"VHS {vhs} has no part in {state.coop_id}; those with a part: {', '.join(sorted(state.lanes)) or 'none yet'}",
        vhs=vhs,
    )


def _frame(question: Question, found: Walk, vhs: str, words: Words) -> dict[str, Any]:
    recorded = found.timeline.recorded
    return {
        "coop_id": question.coop_id,
        "vhs": vhs,
        "role": found.state.role(vhs).value,
        "position": recorded[-1].position if recorded else 0,
    }


def _not_taken_in(proof: evidence.Evidence, vhs: str, words: Words) -> list[str]:
    """Say that only exports without effect came since the last that was taken in, and what is needed (D30)."""
    after = proof.after
    if after is None or any(code == "SEQUENCE_RESTARTED" for code, _ in proof.of_vhs):  # which says it better (D23)
        return []
    since = proof.newest.name if proof.newest is not None else words.say("nothing")
    last = {"vhs": vhs, "since": since, "export": after.name, "at": words.time(after.recorded_at)}
    if after.status == "superseded":
        return [words.say("n_superseded", count=proof.superseded, **last)]
    return [words.say("n_not_taken_in", **last, status=words.say(after.status))]


def _aside(item: dict[str, Any], words: Words) -> str:
    reason = f": {item['reason']}" if item["reason"] else ""
    return words.say("n_quarantine", id=item["id"], row=item["row"], vhs=item["vhs"], reason=reason)


def _finish(
    answer: dict[str, Any], now: list[str], proof: evidence.Evidence, found: Walk, question: Question, words: Words
) -> None:
    """Add what the ledger and the quarantine say, what to do, and the chain itself."""
    newest, pending = proof.newest, answer["value"]["pending"]
    decided = found.position(found.made("decided")) or 0
    if newest is None:
        now.append(words.say("n_no_export", vhs=answer["vhs"]))
    elif pending and newest.position is not None and newest.position < decided:
        old = ""
        if question.now is not None and question.at is None:
            unit, count = evidence.age(newest.at, question.now)
            old = words.say(f"age_{unit}", count=count)
        now.append(words.say("n_stale", vhs=answer["vhs"], export=newest.name, at=words.time(newest.at), age=old))
    now += _not_taken_in(proof, answer["vhs"], words)
    for code, detail in proof.of_vhs:
        now.append(words.say("n_remedy", code=code, vhs=answer["vhs"], remedy=words.violation(code, detail, "")))
    said = {row.id for lane in found.state.lanes.values() for rows in lane.aside.values() for row in rows}
    now += [_aside(item, words) for item in proof.aside if item["id"] not in said]
    answer["now"] = now or [words.say("n_nothing")]
    answer["last_export"] = (
        {"export": newest.name, "at": newest.at, "kind": newest.kind} if newest is not None else None
    )
    answer["quarantine"] = proof.aside
    answer["chain"] = [found.told(version, words) for version in found.chain("value")]
