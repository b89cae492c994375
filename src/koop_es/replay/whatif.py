"""What if: the same history with something left out, put in or decided by another rule, compared with what happened.

Decisions run again, nothing is written. What every export showed is reconstructed (``observations.py``); with nothing
changed the real history must come out, and where it does not the answer says so before anything else.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from msgspec.structs import replace

from koop_es.domain import events as e
from koop_es.domain.cooperation import Cooperation
from koop_es.domain.errors import WrongUsage
from koop_es.domain.terms import Policy
from koop_es.replay.diff import Traced, cause_of, differences, trace
from koop_es.replay.exports import ledger_of
from koop_es.replay.history import ABOUT_LISTS
from koop_es.replay.insertion import insertion
from koop_es.replay.moments import position_of
from koop_es.replay.observations import reconstruct
from koop_es.replay.policies import GUARD
from koop_es.replay.rerun import Question, Rerun
from koop_es.replay.steps import Past, is_violation, plain, same
from koop_es.replay.timeline import Timeline
from koop_es.replay.words import text
from koop_es.store import Recorded, Store, vault

GUARD_NOTE = "the guards look at everything of a VHS; here they were asked with this cooperation alone"
FILE_NOTE = "the guards were not asked about the export that was put in"


class NotInHistory(WrongUsage):
    """There is no such event in the history of this cooperation; koop-es history shows them with their positions."""

    code = "not_in_history"


class Found(WrongUsage):
    """Violations are found in what exports show and cannot be left out; leave out the event that they follow from."""

    code = "violation_found"


@dataclass(frozen=True, slots=True)
class Asked:
    """What is changed: positions and exports (``563#42``) left out, rules, and files put in after a point (default:
    now).
    """

    without: tuple[int, ...] = ()
    without_exports: tuple[str, ...] = ()
    rules: Mapping[str, Any] = field(default_factory=dict)
    files: tuple[Path, ...] = ()
    after: str | None = None
    profile: str | None = None


def whatif(store: Store, coop_id: str, asked: Asked, policy: Policy, *, now: datetime) -> dict[str, Any]:
    """Tell what would have been; keys as ``whatif`` of the command line answers.

    ``policy`` are the settings where the history does not tell what they were. Raises CooperationUnknown, NotInHistory,
    Found, ExportUnknown, NothingSaid and the errors of reading an export.
    """
    past = past_of(store, coop_id, policy)
    question = _question(store, past, asked, policy, now)
    doubts = past.doubts + proof(past)
    other = Rerun(past, question).run()
    would = [Recorded(0, coop_id, version, event) for version, event in enumerate(other.events, 1)]
    real, imagined = _traced(coop_id, past.recorded), _traced(coop_id, would)

    def cause(path: str) -> dict[str, Any]:
        then = imagined.last.get(path)
        return cause_of(coop_id, real.last.get(path)) | {"instead": text(then.event) if then is not None else None}

    missing, instead = _exchanged(past.recorded, would)
    return {
        "coop_id": coop_id,
        "exact": not doubts,
        "doubts": doubts,
        "notes": _notes(asked),
        "changes": differences(real.paths, imagined.paths, cause),
        "missing": [_told(item) for item in missing],
        "instead": [_told(item) for item in instead],
        "dropped": [_told(dropped.item) | {"reason": dropped.reason} for dropped in other.dropped],
    }


def past_of(store: Store, coop_id: str, policy: Policy) -> Past:
    """Reconstruct a cooperation's history; raises CooperationUnknown."""
    timeline = Timeline.load(store, coop_id)
    with store.reading() as tx:
        ledger = ledger_of(tx, {item.event.vhs for item in timeline.recorded})
        people = vault.of_streams(tx, [coop_id])
    return reconstruct(coop_id, timeline.recorded, ledger, people, policy)


def proof(past: Past) -> list[str]:
    """Run a history again with nothing changed; says where it does not come out as it was, nothing if it does."""
    again = Rerun(past, Question()).run().events
    real = [item.event for item in past.recorded]
    if same(again, real):
        return []
    at = next(
        (n for n, (one, two) in enumerate(zip(again, real, strict=False)) if plain(one) != plain(two)), len(real) - 1
    )
    return [
        f"with nothing changed this history does not come out as it was from position {past.recorded[at].position} on; "
        "the answer may be wrong"
    ]


# --- the question ---------------------------------------------------------------------------------------------------


def _question(store: Store, past: Past, asked: Asked, policy: Policy, now: datetime) -> Question:
    for export in asked.without_exports:
        position_of(store, export)
    after = store.head() if asked.after is None else position_of(store, asked.after)
    files = tuple(
        (after, insertion(store, path, policy, position=after, now=now, profile=asked.profile)) for path in asked.files
    )
    without = frozenset(_version(store, past, position) for position in asked.without)
    return Question(without, frozenset(asked.without_exports), asked.rules, files)


def _version(store: Store, past: Past, position: int) -> int:
    """Find the event at a position in this history; raises NotInHistory, and Found for a violation."""
    found = next((item for item in past.recorded if item.position == position), None)
    if found is None:
        there = [item for item in store.read(position - 1, 1) if item.position == position]
        what = f"that is an event of {there[0].stream}" if there else "the log has no event there"
        raise NotInHistory(
            f"position {position} is not in the history of {past.coop_id}: {what}; "
            f"koop-es history {past.coop_id} shows its positions",
            position=position,
        )
    if is_violation(found.event):
        raise Found(
            f"position {position} is {found.event.type}, which is found in what the exports show; leave out the event "
            "that it follows from",
            position=position,
        )
    return found.version


# --- the answer -----------------------------------------------------------------------------------------------------


def _traced(coop_id: str, recorded: Iterable[Recorded]) -> Traced:
    return trace(Cooperation(coop_id), recorded, {})


def _exchanged(real: Iterable[Recorded], would: Iterable[Recorded]) -> tuple[list[Recorded], list[Recorded]]:
    """Name the events of one history that are not in the other, in both directions; what change lists gave out follows
    from the others.
    """
    real, would = ([item for item in items if type(item.event) not in ABOUT_LISTS] for items in (real, would))
    return _beyond(real, would), _beyond(would, real)


def _beyond(items: list[Recorded], others: list[Recorded]) -> list[Recorded]:
    there = Counter(_key(item.event) for item in others)
    found = []
    for item in items:
        if there[_key(item.event)]:
            there[_key(item.event)] -= 1
        else:
            found.append(item)
    return found


def _key(event: e.Event) -> str:
    """Say what an event is apart from its place: where it stood in its file and what number its cause has."""
    origin = replace(event.origin, file=None, line=None) if event.origin is not None else None
    return repr(replace(plain(event), cause=None, origin=origin))


def _told(item: Recorded) -> dict[str, Any]:
    """Tell an event; one that did not happen has no position."""
    event = item.event
    return {
        "position": item.position or None,
        "type": event.type,
        "at": event.at,
        "vhs": event.vhs,
        "export": event.origin.export if event.origin is not None else None,
        "rule": event.rule,
        "ref": getattr(event, "ref", None) or None,
        "text": text(event),
    }


def _notes(asked: Asked) -> list[str]:
    notes = [GUARD_NOTE] if GUARD & asked.rules.keys() else []
    return notes + ([FILE_NOTE] if asked.files and not notes else [])
