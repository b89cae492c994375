"""The timeline of a cooperation in words."""

from __future__ import annotations

from typing import Any

from koop_es.domain import events as e
from koop_es.domain.course import HEADINGS, CourseFacts, given, to_text
from koop_es.domain.violations import text as violation_text
from koop_es.replay.timeline import Timeline
from koop_es.store import Recorded, Store


def history(store: Store, coop_id: str) -> list[dict[str, Any]]:
    """Tell a cooperation's events in order; raises CooperationUnknown."""
    return [line(item) for item in Timeline.load(store, coop_id).recorded]


def line(item: Recorded) -> dict[str, Any]:
    """Tell one event: its place, where it came from, and what it says in words."""
    event, origin = item.event, item.event.origin
    row = f"{origin.file}:{origin.line}" if origin is not None and origin.file is not None else None
    return {
        "position": item.position,
        "version": item.version,
        "type": event.type,
        "at": event.at,
        "recorded_at": event.recorded_at,
        "vhs": event.vhs,
        "export": origin.export if origin is not None else None,
        "row": row,
        "rule": event.rule,
        "actor": event.actor,
        "cause": event.cause,
        "ref": getattr(event, "ref", None) or None,
        "text": text(event),
    }


def text(event: e.Event) -> str:
    """Say one event in words, without personal data."""
    if isinstance(event, e.ViolationOpened):
        return violation_text(event.code, event.detail, event.ref)
    if isinstance(event, e.CourseRevised | e.CourseReported):
        return f"{TEXTS[type(event)].format(vhs=event.vhs)}: {_facts(event.facts)}"
    values = {name: getattr(event, name) for name in event.__struct_fields__}
    return TEXTS[type(event)].format_map(values)


def _facts(facts: CourseFacts) -> str:
    shown = ((HEADINGS[name], to_text(name, value)) for name, value in given(facts).items())
    return ", ".join(f"{heading} {value if len(value) <= 60 else value[:57] + '…'!s}" for heading, value in shown)


TEXTS: dict[type[e.Event], str] = {
    e.CourseReleased: "released by Master-VHS {vhs} as course {course_number} ({period})",
    e.ReleaseClosed: "release closed for new Abos",
    e.ReleaseWithdrawn: "release withdrawn; there was no Abo",
    e.CourseSubscribed: "subscribed by Abo-VHS {vhs} as course {course_number} ({period})",
    e.SubscriptionTerminated: "Abo of VHS {vhs} ended by an operator",
    e.TermsConfirmed: "VHS {vhs} confirmed other terms for the Abo of VHS {subscriber}",
    e.TermsAmended: "both sides confirmed: other terms count for the Abo of VHS {subscriber}",
    e.CourseRevised: "Master-VHS {vhs} changed the course",
    e.CourseReported: "VHS {vhs} now shows",
    e.CourseDelivered: "the Abo-Kurs is there at VHS {vhs}",
    e.CourseRenumbered: "course renumbered at VHS {vhs} to {course_number} ({period}); the COOP-Id still names it",
    e.CourseCancelled: "Ausfall: Master-VHS {vhs} cancelled the course; all bookings become S",
    e.CourseVanished: "course missing from a complete export of VHS {vhs}; nothing is deleted or cancelled",
    e.CourseReappeared: "course is back at VHS {vhs}",
    e.CoopIdDelivered: 'COOP-Id stands in "Externe Kurs-Nr." at VHS {vhs}',
    e.CoopIdAltered: 'COOP-Id was altered at VHS {vhs}: "Externe Kurs-Nr." shows "{found}"; course frozen there',
    e.CoopIdAssigned: "continues as {successor}",
    e.BookingMade: "VHS {vhs} booked {ref} with status {status.value}",
    e.BookingAmended: "VHS {vhs} changed its booking {ref}",
    e.BookingPromoted: "booking {ref} moved from the waiting list to a seat",
    e.BookingCancelled: "VHS {vhs} cancelled booking {ref}",
    e.BookingDelivered: "booking {ref} has arrived at VHS {vhs} with status {status.value}",
    e.BookingReported: "VHS {vhs} shows booking {ref} otherwise than before, without deciding it",
    e.CancellationDelivered: "the S of booking {ref} has arrived at VHS {vhs}",
    e.BookingVanished: "booking {ref} is missing from a complete export of VHS {vhs}: a suspicion, nobody is cancelled",
    e.BookingReappeared: "booking {ref} is there again at VHS {vhs}",
    e.OrphanDetected: "booking {ref} was removed at VHS {vhs}: S at all other VHSs",
    e.OrphanWithheld: "booking {ref} is missing at VHS {vhs} among too many: its S waits ({withheld_id})",
    e.MirrorLost: "mirror of booking {ref} was removed at VHS {vhs}: it is delivered again, nobody is cancelled",
    e.BookingReinstated: "VHS {vhs} shows booking {ref} again, which was cancelled only as an orphan: it lives again",
    e.ParticipantsMerged: "participants merged at VHS {vhs}: booking {ref} goes on under TNR {participant_no}",
    e.MergeSuspected: "VHS {vhs} shows a new row {booking_id} of the person of {ref}: it waits for a complete export",
    e.UnknownStatusSeen: 'booking {ref} shows status "{raw_status}" at VHS {vhs}: frozen there',
    e.ViolationClosed: "{code} closed at VHS {vhs}",
    e.ExportApplied: "export applied: {rows} rows, {events} events",
    e.MarketJoined: "VHS {vhs} joined the market",
    e.MarketLeft: "VHS {vhs} left the market",
}
"""Event -> what happened, for people."""
