"""The timeline of a cooperation in words: which events a question is about, and how each is told."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from koop_es.domain import events as e
from koop_es.domain.cooperation import Cooperation, Role
from koop_es.domain.evolve import apply
from koop_es.domain.identifiers import institution_stream
from koop_es.replay.timeline import Timeline
from koop_es.replay.words import WORDS, Lang, Words
from koop_es.store import MAX_POSITION, Recorded, Store

PAGE = 500
"""Events read at once while following: what is in memory does not grow with the history."""


@dataclass(frozen=True, slots=True)
class Filter:
    """Which events are told: of one VHS, about one booking, of some types, after a position and up to another.

    What change lists handed out stands beside every event that asks for it, so it is told only where it is asked for:
    by type, or ``given``.
    """

    vhs: str | None = None
    ref: str | None = None
    types: frozenset[str] = frozenset()
    since: int = 0
    until: int = MAX_POSITION
    given: bool = False

    def passes(self, item: Recorded) -> bool:
        """Tell whether an event is told."""
        event = item.event
        return (
            self.since < item.position <= self.until
            and self.vhs in (None, event.vhs)
            and (self.ref is None or self.ref in _refs(event))
            and (event.type in self.types if self.types else self.given or type(event) not in ABOUT_LISTS)
        )


ABOUT_LISTS: frozenset[type[e.Event]] = frozenset({
    e.ChangesGivenOut, e.ChangesNotSeen, e.ChangesSetAside, e.FormerChangesNotSeen,
})  # fmt: skip
"""Events about change lists themselves: as many as everything else together."""


def _refs(event: e.Event) -> Collection[str | None]:
    if isinstance(event, e.ChangesGivenOut):
        told = (event.creates, event.cancelled, event.confirmed, event.waitlisted, event.corrected)
        return [ref for refs in told for ref in refs]
    if isinstance(event, e.ChangesNotSeen | e.ChangesSetAside | e.FormerChangesNotSeen):
        return event.refs
    return (getattr(event, "ref", None), getattr(event, "survivor", None))


EVERYTHING = Filter()


def history(store: Store, coop_id: str, *, only: Filter = EVERYTHING, lang: Lang = "en") -> list[dict[str, Any]]:
    """Tell a cooperation's events in order; raises CooperationUnknown."""
    timeline = Timeline.load(store, coop_id)
    return list(_lines(timeline.recorded, Cooperation(coop_id), only, WORDS[lang]))


def of_vhs(store: Store, vhs: str, *, only: Filter = EVERYTHING, lang: Lang = "en") -> list[dict[str, Any]]:
    """Tell what happened to a VHS as a whole: exports that caused events, new counts, violations (D23)."""
    stream = institution_stream(vhs)
    return [line(item, None, WORDS[lang]) for item in store.load([stream])[stream] if only.passes(item)]


def follow(
    store: Store, coop_id: str, pause: Callable[[], object], *, only: Filter = EVERYTHING, lang: Lang = "en"
) -> Iterator[list[dict[str, Any]]]:
    """Tell what happened and then, without end, what happens; each time only what is new and never nothing.

    ``pause`` is called where there is nothing new. Raises CooperationUnknown.
    """
    state, words = Cooperation(coop_id), WORDS[lang]
    Timeline.load(store, coop_id, upto=0)  # refuses a cooperation that never was
    while True:
        with store.reading() as tx:
            page = tx.part(coop_id, state.version, PAGE)
        if told := list(_lines(page, state, only, words)):
            yield told
        if not page:
            pause()


def _lines(recorded: Iterable[Recorded], state: Cooperation, only: Filter, words: Words) -> Iterator[dict[str, Any]]:
    """Tell those events that pass; the state is carried along, because what a VHS is can change."""
    for item in recorded:
        apply(state, item.event)
        if only.passes(item):
            yield line(item, role(state, item.event.vhs), words)


def line(item: Recorded, role: str | None, words: Words) -> dict[str, Any]:
    """Tell one event with its place; ``role`` is what its VHS was then."""
    event, origin = item.event, item.event.origin
    row = f"{origin.file}:{origin.line}" if origin is not None and origin.file is not None else None
    return {
        "position": item.position,
        "version": item.version,
        "type": event.type,
        "at": event.at,
        "recorded_at": event.recorded_at,
        "vhs": event.vhs,
        "role": role,
        "export": origin.export if origin is not None else None,
        "row": row,
        "rule": event.rule,
        "actor": event.actor,
        "cause": event.cause,
        "ref": getattr(event, "ref", None) or None,
        "text": words.event(event),
    }


def role(state: Cooperation, vhs: str) -> str | None:
    """Tell what a VHS is in a cooperation, None for one that does not take part."""
    if vhs not in state.lanes:
        return None
    return _MASTER if vhs == state.master else _SUBSCRIBER


_MASTER, _SUBSCRIBER = Role.MASTER.value, Role.SUBSCRIBER.value
"""Their names by themselves, as of letters (``acknowledged.LETTERS``)."""


def event_types() -> list[str]:
    """List the names of all types of events that can stand in a cooperation."""
    return sorted(kind.__name__ for kind in e.EVENTS.values() if kind not in _OTHERS)


_OTHERS = {
    e.ExportApplied, e.ExportWithdrawn, e.MarketJoined, e.MarketLeft, e.ProgramWentBack, e.SequenceRestarted,
}  # fmt: skip
"""Types of events that stand in no cooperation."""


@dataclass(frozen=True, slots=True)
class Group:
    """Events in a row that one export or one command brought about, with the heading they stand under."""

    heading: str
    events: list[dict[str, Any]]


def groups(events: Iterable[dict[str, Any]], lang: Lang = "en") -> list[Group]:
    """Put told events together by the export or command they come from."""
    found: list[list[dict[str, Any]]] = []
    for event in events:
        if found and _belongs(event, found[-1]):
            found[-1].append(event)
        else:
            found.append([event])
    return [Group(_heading(group, WORDS[lang]), group) for group in found]


_IN_PASSING = frozenset({"ViolationOpened", "ViolationClosed"})


def _belongs(event: dict[str, Any], group: list[dict[str, Any]]) -> bool:
    """Tell whether an event goes on with a group: one of a command does so too where it is about another VHS, but two
    commands may have the same time on a rehearsal clock.
    """
    first = group[0]
    if any(event[name] != first[name] for name in ("export", "at", "recorded_at")):
        return False
    by_others = event["type"] in _IN_PASSING or event["rule"] == "D12"
    return event["export"] is not None or event["vhs"] == first["vhs"] or by_others


def _heading(group: list[dict[str, Any]], words: Words) -> str:
    first = group[0]
    vhs = first["export"].partition("#")[0].partition("@")[0] if first["export"] else first["vhs"]
    known = next((event["role"] for event in reversed(group) if event["vhs"] == vhs), None)
    return words.say(
        "group_export" if first["export"] else "group_command",
        export=first["export"],
        vhs=vhs,
        role=f" ({words.say(known)})" if known else "",
        at=words.time(first["at"]),
        recorded_at=words.time(first["recorded_at"]),
    )
