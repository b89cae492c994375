"""Whether an admin program went back: over all courses of its VHS, and only where something hints at it (D20).

Most exports lack nothing and show no former value: then nothing is loaded here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date

from msgspec.structs import replace

from koop_es.domain.absences import is_over_on
from koop_es.domain.draft import Moment
from koop_es.domain.events import CoopIdAltered, CoopIdDelivered, Event, ProgramWentBack
from koop_es.domain.evolve import fold
from koop_es.domain.guard import is_empty
from koop_es.domain.identifiers import export_name, institution_stream, parse_export
from koop_es.domain.judgement import Judgement, WentBack
from koop_es.domain.observation import Report
from koop_es.domain.standing import standing_in
from koop_es.domain.weight import Standing, Weight
from koop_es.domain.went_back import Seen, went_back
from koop_es.ingest import ledger
from koop_es.store import Tx

AT_ONCE = 50
"""Cooperations loaded together until one is found in which something younger stands, which is the rule."""


def judge(tx: Tx, report: Report, weights: Mapping[str, Weight], plain: Callable[[], Judgement]) -> WentBack | None:
    """Tell whether a program went back, by the signs its slices show; None for nearly every export.

    ``plain`` judges the export as any other: what would be withheld of one that shows nothing of former times, only
    lacks rows, may come of a file that was cut or filtered (D19).
    """
    known = {coop_id: weight for coop_id, weight in weights.items() if weight.signs or weight.lacks}
    seen = {coop_id: Seen(weight.signs, weight.standing) for coop_id, weight in known.items()}
    if not any(item.signs for item in seen.values()) or report.sequence is None:
        return None
    before = report.sequence
    complete = ledger.complete_before(tx, report.vhs, before)
    today = date.fromisoformat(report.exported_at[:10]) if report.exported_at else None

    def others() -> Iterator[Standing]:
        unread = {coop_id for coop_id, weight in weights.items() if weight.unread}
        left = sorted(ledger.shared(tx, report.vhs) - seen.keys() - unread)
        for at in range(0, len(left), AT_ONCE):
            told = tx.stories(left[at : at + AT_ONCE])
            for coop_id, story in told.items():
                state = fold(coop_id, story.events)
                if today is None or not is_over_on(state, report.vhs, today):  # whether its rows stand is not known
                    yield standing_in(state, report.vhs, before, complete)

    partial = complete is not None and complete < before - 1
    found = went_back(seen, others, empty=is_empty(report), partial=partial)
    if found is not None and not any(sign.is_former for item in seen.values() for sign in item.signs):
        judgement = plain()
        found = replace(found, doubted=judgement.absences.together(judgement.foreseen))
    found = found or _late(tx, report.vhs, seen)
    return replace(found, moment=export_name(report.vhs, found.count, "")) if found is not None else None


def _late(tx: Tx, vhs: str, seen: Mapping[str, Seen]) -> WentBack | None:
    """Tell which courses are read now for the first time since all of the program went back: what they lack of after
    that moment went with the rest of it, for they were frozen when it was seen (R15, D20).
    """
    stories = tx.stories(sorted(seen))
    frozen = {coop_id: since for coop_id in stories if (since := _frozen_since(stories[coop_id].events, vhs))}
    if not frozen:
        return None
    stream = institution_stream(vhs)
    backs = (item.event for item in tx.load([stream]).get(stream, []))
    last = [event for event in backs if isinstance(event, ProgramWentBack) and not event.courses][-1:]
    moment = parse_export(last[0].moment) if last else None
    if moment is None or last[0].origin is None or last[0].origin.sequence is None:
        return None
    count, at = moment[1], last[0].origin.sequence
    gone = {
        coop_id: sum(count < sign.since < at for sign in seen[coop_id].signs)
        for coop_id, since in frozen.items()
        if since <= at
    }
    courses = tuple(sorted(coop_id for coop_id, signs in gone.items() if signs))
    return WentBack("", courses, count, sum(gone.values())) if courses else None


def _frozen_since(events: Iterable[Event], vhs: str) -> int | None:
    """Give the export since which a VHS's course is frozen, None where it is not (R15)."""
    since = None
    for event in events:
        if event.vhs == vhs and isinstance(event, CoopIdDelivered):
            since = None
        elif event.vhs == vhs and isinstance(event, CoopIdAltered) and since is None and event.origin is not None:
            since = event.origin.sequence
    return since


def said(moment: Moment, back: WentBack | None) -> Sequence[ProgramWentBack]:
    """Say in the stream of a VHS that its program went back, nothing where it did not."""
    if back is None:
        return ()
    event = ProgramWentBack(
        vhs=moment.vhs,
        rule="D20",
        at=moment.at,
        recorded_at=moment.recorded_at,
        origin=moment.origin,
        moment=back.moment,
        gone=back.gone,
        courses=back.courses,
    )
    return (event,)
