"""Events and changes in plain English with the German terms, several of one kind as one sentence."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from koop_es.domain.course import HEADINGS, given, to_text
from koop_es.domain.events import ChangesGivenOut, Event, ExportApplied, ViolationOpened
from koop_es.domain.violation_texts import text
from koop_es.store import Recorded

EVENTS: dict[str, str] = {
    "CourseReleased": "{vhs} released the course for Abos (Freigabe zum Abo)",
    "CourseSubscribed": "{vhs} subscribed it (Abo)",
    "CourseDelivered": "{vhs} has the Abo-Kurs",
    "CoopIdDelivered": "{vhs} has the COOP-Id in its Externe Kurs-Nr.",
    "CourseReported": "{vhs} shows {facts}",
    "CourseRevised": "{vhs} decides as Master: {facts}",
    "CourseRenumbered": "{vhs} keeps the course under another number; the COOP-Id still names it",
    "CoopIdAltered": "{vhs} has no COOP-Id in its course any more: nothing is read from it until it is back",
    "BookingMade": "{vhs} reports its own new {refs}",
    "BookingDelivered": "{vhs} has {refs}",
    "BookingPromoted": "{vhs} gets a seat for {refs}",
    "BookingReported": "{vhs} now shows {refs}",
    "BookingCancelled": "{vhs} cancelled {refs} (storniert)",
    "CancellationDelivered": "{vhs} has the S of {refs}",
    "BookingArchived": "{vhs} no longer has {refs}, and the course is over: nothing is told there any more",
    "BookingUnclaimed": "{vhs} does not have {refs}, of which others hold copies: nobody answers for it",
    "BookingVanished": "{vhs} no longer has {refs}: a suspicion, nobody is told",
    "OrphanDetected": "{vhs} lacks {refs} in a second complete export: an orphan (Waise)",
    "BookingReinstated": "{vhs} shows {refs} again, which was cancelled only because it lacked it: the booking lives",
    "BookingRekeyed": "{vhs} shows {refs} under another Beleg-ID: the booking goes on, and nobody is cancelled",
    "CancellationUnclear": "{vhs} shows an S for {refs} of which nobody knows whose it is: it is asked",
    "EffectWithheld": "{vhs} would change too much for others at once: {refs} wait, and nobody is told",
    "ProgramWentBack": "{vhs} has put back its program: nothing missing or as before counts, and somebody is asked",
    "CourseWentBack": "{vhs} shows the course as before its program was put back: no claim",
    "BookingWentBack": "{vhs} shows {refs} as before its program was put back: no claim",
    "BookingQuestioned": "{vhs} lacks its own {refs}, which proves nothing: somebody decides",
    "MirrorLost": "{vhs} lacks {refs}, which proves nothing: it is delivered again",
    "ParticipantsMerged": "{vhs} merged participants (zusammenführen): {refs} goes on under a new TNR",
    "ViolationOpened": "violation at {vhs}: {what}",
    "ViolationClosed": "violation at {vhs} closed: {what}",
}
"""Type of event -> what it says; a type without a sentence of its own is named as it is."""

CHANGES: dict[str, str] = {
    "course.create": "create the Abo-Kurs {number} with all automatic entries",
    "course.update": "write {facts}",
    "course.cancel": "mark the course as cancelled (Ausfall)",
    "course.set_external_number": "write {coop_id} into Externe Kurs-Nr.",
    "booking.create": "add {refs}",
    "booking.update": "update {refs}",
    "booking.cancel": "set {refs} to S (storniert)",
}
"""Kind of change -> what the connector is to do."""


def event_sentences(recorded: Iterable[Recorded], names: Mapping[str, str]) -> list[str]:
    """Say what happened, in order; events of one type, VHS and rule that follow each other are one sentence.

    ``names`` are those of the VHSs. Notes that an export was applied and that a list was given out say nothing new
    and are left out.
    """
    groups: list[list[Event]] = []
    for event in (item.event for item in recorded if not isinstance(item.event, ExportApplied | ChangesGivenOut)):
        if groups and _is_alike(groups[-1][0], event):
            groups[-1].append(event)
        else:
            groups.append([event])
    return [_event_sentence(events, names) for events in groups]


def _is_alike(one: Event, other: Event) -> bool:
    about_bookings = hasattr(other, "ref") and not hasattr(other, "code")
    return about_bookings and (one.type, one.vhs, one.rule) == (other.type, other.vhs, other.rule)


def _event_sentence(events: list[Event], names: Mapping[str, str]) -> str:
    event = events[0]
    words = {
        "vhs": names[event.vhs],
        "refs": ", ".join(_seat(event) for event in events),
        "facts": _facts(event),
        "what": _violation(event),
    }
    sentence = EVENTS.get(event.type, "{vhs}: " + event.type).format_map(words)
    return f"{sentence} [{event.type}, {event.rule}]"


def _seat(event: Event) -> str:
    status = getattr(event, "status", None)
    return f"{getattr(event, 'ref', '')} ({status.value})" if status is not None else getattr(event, "ref", "")


def _facts(event: Event) -> str:
    facts = getattr(event, "facts", None)
    if facts is None:
        return ""
    return ", ".join(f"{HEADINGS[name]} {to_text(name, value)}" for name, value in given(facts).items())


def _violation(event: Event) -> str:
    code = getattr(event, "code", "")
    if isinstance(event, ViolationOpened):
        return f"{code}. {text(code, event.detail, event.ref)}"
    return str(code)


def change_sentences(changes: Iterable[Mapping[str, Any]]) -> list[str]:
    """Say what a connector is to write, changes of one kind and reason in one sentence."""
    groups: dict[tuple[str, str], list[Mapping[str, Any]]] = {}
    for change in changes:
        groups.setdefault((change["kind"], change["because"]["rule"]), []).append(change)
    return [_change_sentence(kind, rule, group) for (kind, rule), group in groups.items()]


def _change_sentence(kind: str, rule: str, changes: list[Mapping[str, Any]]) -> str:
    first = changes[0]
    words = {
        "number": first["course"]["number"],
        "coop_id": first["coop_id"],
        "facts": ", ".join(f"{name} {value}" for name, value in first["course"].get("fields", {}).items()),
        "refs": ", ".join(_told_seat(kind, change["booking"]) for change in changes if "booking" in change),
    }
    return f"{CHANGES[kind].format_map(words)} [{kind}, {rule}]"


def _told_seat(kind: str, booking: Mapping[str, Any]) -> str:
    if kind == "booking.cancel":
        return str(booking["ref"])
    who = f"{booking['first_name']} {booking['name']}" if booking["name"] else "no name"
    return f"{booking['ref']} ({booking['status']}, {who})"
