"""What people read of the history, in one module per language; they hold the same names."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from koop_es.domain import events as e
from koop_es.domain.course import HEADINGS, CourseFacts, given, to_text
from koop_es.domain.violation_texts import variant
from koop_es.replay.words import de, en

Lang = Literal["en", "de"]
LANGUAGES: tuple[Lang, ...] = ("en", "de")

ToldEvent = e.ChangesGivenOut | e.ChangesNotSeen | e.ChangesSetAside | e.FormerChangesNotSeen
"""Events about change lists."""

MOST_NAMED = 5
"""Bookings of a change list that are named one by one."""

SHORT = 60
"""Longest text of a course field inside a line: about half a terminal; titles fit, info texts are cut."""


_OF_WITHDRAWN: dict[type[e.Event], str] = {
    e.CancellationRejected: "withdrawn_s",
    e.BookingRestored: "withdrawn_former",
    e.CourseRestored: "withdrawn_facts",
}
"""Texts of what is decided as its export is withdrawn (D32)."""


def _own_text(event: e.Event) -> str:
    """Name the text of an event that is said otherwise than others of its type, "" for most."""
    if isinstance(event, e.RegistrationHeld | e.HoldEnded) and not event.ref:
        return "held_since_backup" if isinstance(event, e.RegistrationHeld) else "no_more_since_backup"
    if isinstance(event, e.CancellationConfirmed | e.CancellationRejected) and event.rule == "D25":
        return "moved_confirmed" if isinstance(event, e.CancellationConfirmed) else "moved_rejected"
    if event.rule == "D32" and (key := _OF_WITHDRAWN.get(type(event))):
        return key
    return "withheld_went" if isinstance(event, e.EffectWithheld) and event.went else ""


@dataclass(frozen=True, slots=True)
class Words:
    """One language: ``events``, ``violations`` and ``rules`` say what those are, ``says`` all other sentences."""

    lang: Lang
    events: dict[type[e.Event], str]
    violations: dict[str, str]
    remedies: dict[str, str]
    variants: dict[str, str]
    details: Callable[[str, dict[str, str]], dict[str, str]]
    rules: dict[str, str]
    says: dict[str, str]
    time_format: str

    def event(self, event: e.Event) -> str:
        """Say what happened, without personal data."""
        if isinstance(event, e.ViolationOpened):
            return self.violation(event.code, event.detail, event.ref)
        values: dict[str, Any] = {name: getattr(event, name) for name in event.__struct_fields__}
        if isinstance(event, e.EffectWithheld | e.EffectDropped):
            values["what"] = self.say("booking_named", ref=event.ref) if event.ref else self.say("the_course")
        if key := _own_text(event):
            return self.says[key].format_map(values)
        if isinstance(event, e.CourseRevised | e.CourseReported | e.RevisionWithdrawn):
            values["facts"] = self.fields(event.facts)
        if isinstance(event, e.CourseReinstated) and event.rule != "D24":  # the Master's own export did not say so
            return self.say("reinstated", **values)
        if isinstance(event, e.BookingReinstated) and event.reason:
            return self.say("lives_again", **values)
        if isinstance(event, e.CourseWentBack):
            values["lost"] = f": {self.fields(event.facts)}" if given(event.facts) else ""
        if isinstance(event, e.BookingAmended | e.BookingReported | e.AmendmentWithdrawn):
            values["news"] = self._news(event)
        if isinstance(event, e.AbsencesSuspended):
            values |= {"refs": ", ".join(event.refs), "reason": self.says[f"suspended_{event.reason}"]}
        if isinstance(event, e.BookingRekeyed):
            values["likely"] = self.says[f"likely_{event.likely}"] if event.likely else ""
        if isinstance(event, e.MirrorDoubled):
            values["rows"] = ", ".join(f"{booking_id} {letter}" for booking_id, letter in sorted(event.rows.items()))
        if isinstance(event, ToldEvent):
            values["told"] = self._told(event)
        if isinstance(event, e.CancellationUnclear):
            values["why"] = self.say(f"unclear_{event.why}")
        text = self.events[type(event)].format_map(values)
        return f"{text} {self.says['survivor'].format_map(values)}" if values.get("survivor") else text

    def _news(self, event: e.BookingAmended | e.BookingReported | e.AmendmentWithdrawn) -> str:
        """Name what of a booking an event carries, a person by nothing but that it is another version (D15)."""
        news = [f"Status {event.status.value}"] if event.status is not None else []
        number = getattr(event, "participant_no", None)
        news += [f"TNR {number}"] if number is not None else []
        booking_id = getattr(event, "booking_id", None)
        news += [f"Beleg-ID {booking_id}"] if booking_id is not None else []
        booked_at = getattr(event, "booked_at", None)
        news += [f"{self.says['booked_at']} {self.time(booked_at)}"] if booked_at is not None else []
        if event.person_version is not None:
            news.append(self.says["person" if event.person_version else "person_differs"])
        return ", ".join(news)

    def _told(self, event: ToldEvent) -> str:
        """Say what a change list told, or what was not seen of it; few bookings by name, many by their number."""
        if not isinstance(event, e.ChangesGivenOut):
            parts = [("not_seen", event.refs)]
        else:
            names = ("creates", "cancelled", "confirmed", "waitlisted", "corrected")
            parts = [(name, tuple(getattr(event, name))) for name in names]
        kinds = event.course if not isinstance(event, e.ChangesSetAside) else ()
        told = [self.say(f"course_{kind}") for kind in kinds]
        for name, refs in parts:
            if refs:
                shown = ", ".join(refs) if len(refs) <= MOST_NAMED else str(len(refs))
                told.append(self.say(f"told_{name}", refs=shown))
        return "; ".join(told)

    def fields(self, facts: CourseFacts) -> str:
        """Write the fields that facts carry with their headings."""
        return ", ".join(f"{HEADINGS[name]} {self.field(name, value)}" for name, value in given(facts).items())

    def field(self, name: str, value: Any) -> str:
        """Write a field as a row has it, in quotes, on one line and cut where it is long."""
        return self.say("quoted", text=self.short(to_text(name, value)))

    def short(self, text: str) -> str:
        """Write a text on one line, cut where it is long."""
        line = " ".join(text.split())
        return line if len(line) <= SHORT else line[: SHORT - 1] + "…"

    def violation(self, code: str, detail: dict[str, str], ref: str) -> str:
        """Say what a violation is and what to do about it."""
        case = variant(code, detail)
        template = self.variants[case] if case else self.violations[code]
        values = {"ref": ref, "remedy": self._remedy(code, detail, ref), **self.details(code, detail)}
        if code == "ABSENCES_SUSPENDED":
            values["reason"] = self.says.get(f"suspended_{detail.get('reason')}", "")
        waiting = self.say("waiting", waiting=detail["waiting"]) if "waiting" in detail else ""
        return template.format_map(values) + waiting

    def remedy(self, code: str, detail: dict[str, str], ref: str) -> str:
        """Say what to do about a violation, all that is said of it where nothing else is (D30)."""
        return (not variant(code, detail) and self._remedy(code, detail, ref)) or self.violation(code, detail, ref)

    def _remedy(self, code: str, detail: dict[str, str], ref: str) -> str:
        return self.remedies.get(code, "").format_map({"ref": ref, **self.details(code, detail)})

    def rule(self, number: str) -> str:
        """Say a rule in one sentence."""
        return self.rules[number]

    def heading(self, name: str) -> str:
        """Name a field of the course as a row does."""
        return {"number": "Kursnummer", "period": "Periode", "coop_id": "Externe Kurs-Nr."}.get(name) or HEADINGS[name]

    def say(self, name: str, **values: Any) -> str:
        """Say one of the other sentences."""
        return self.says[name].format_map(values)

    def time(self, at: str) -> str:
        """Write a time to the minute, as it was reported: no zone is reckoned into another."""
        return datetime.fromisoformat(at).strftime(self.time_format)

    def listed(self, items: list[str]) -> str:
        """Write a list as a sentence has it: a, b and c."""
        head, last = items[:-1], items[-1]
        return f"{', '.join(head)} {self.says['and']} {last}" if head else last


def _of(lang: Lang, module: Any) -> Words:
    return Words(
        lang,
        module.EVENTS,
        module.VIOLATIONS,
        module.REMEDIES,
        module.VARIANTS,
        module.details,
        module.RULES,
        module.SAYS,
        module.TIME,
    )


WORDS: dict[Lang, Words] = {"en": _of("en", en), "de": _of("de", de)}
"""Language -> its words."""


def text(event: e.Event, lang: Lang = "en") -> str:
    """Say one event in words, without personal data."""
    return WORDS[lang].event(event)
