"""Weighing: an export is judged over all of its slices, before anything of it is written (D4, D19, D31)."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime, timedelta

import msgspec

from koop_es.domain import guard
from koop_es.domain.guard import Held, Losses
from koop_es.domain.identifiers import export_name, owner_of
from koop_es.domain.judgement import NO_ABSENCES, NOTHING_DONE, Absences, Done, Effect, Judgement, effect_of
from koop_es.domain.observation import CANCELLED, Report
from koop_es.domain.terms import Policy
from koop_es.domain.weight import Weight
from koop_es.ingest import ledger
from koop_es.ingest.ledger import LaneView
from koop_es.store import Tx
from koop_es.views.documents import CourseView

WINDOW = timedelta(hours=24)
"""Exports of one VHS within this time are weighed together: small ones that do the same damage (D31)."""

MOST_LINES = 500
"""Lines of the ledger that are looked at for it: a VHS that reports every five minutes has 288 a day."""


def judge(
    tx: Tx,
    report: Report,
    at: str,
    weights: Mapping[str, Weight],
    policy: Policy,
    lanes: Mapping[str, LaneView] | None = None,
) -> Judgement:
    """Judge an export by what its slices weigh; ``at`` is its time, ``lanes`` are all of its VHS where they are known
    already.
    """
    heavy = {coop_id: weight for coop_id, weight in weights.items() if not weight.nothing}
    if not heavy:
        return Judgement()
    every = lanes if lanes is not None else ledger.lane_views(tx, report.vhs)
    absences, foreseen = _absences(tx, report, every, heavy, policy)
    done = guard.done_by(heavy)
    live = _live(tx, report.vhs, every)
    first = any(not (item.first or item.waiting) for weight in heavy.values() for item in weight.absent)
    kept = Done(live=live, beside=sum(weight.beside for weight in weights.values())) if first else NOTHING_DONE
    if done == NOTHING_DONE:
        return Judgement(absences, foreseen, done=kept)
    before = _done_before(tx, report.vhs, at)
    held = Held(
        live,
        lambda: _own(tx, report.vhs),
        sum(lane.role == "master" for lane in every.values() if not _over(lane, at)),
    )
    changed = _reads_otherwise(tx, report)
    effects, fields = guard.judge_effects(done, before, heavy.values(), held, policy, any_at_all=changed)
    judgement = Judgement(absences, foreseen, effects, fields)
    done = msgspec.structs.replace(done, live=kept.live, beside=kept.beside)
    return msgspec.structs.replace(judgement, done=guard.left_of(done, judgement))


def _absences(
    tx: Tx, report: Report, lanes: Mapping[str, LaneView], weights: Mapping[str, Weight], policy: Policy
) -> tuple[Absences, Absences]:
    absent = [item for weight in weights.values() for item in weight.absent]
    if not absent:
        return NO_ABSENCES, NO_ABSENCES
    gone = {(item.coop_id, item.ref) for item in absent}
    gone |= {(coop_id, ref) for coop_id, weight in weights.items() for ref in weight.fresh}
    live = _live(tx, report.vhs, lanes)
    before = _before(tx, report.vhs, {item.first for item in absent if item.first and not item.waiting})
    losses = Losses(
        absent,
        live,
        min(filter(None, (done.live for done in before)), default=live),
        {coop_id: weight.stock for coop_id, weight in weights.items()},
        guard.is_empty(report),
        lambda owner: any(
            owner_of(ref) == owner and (coop_id, ref) not in gone for coop_id, ref in _shown_live(tx, report.vhs)
        ),
        beside=sum(done.beside for done in before),
        strays=sum(weight.strays for weight in weights.values()),
    )
    return guard.judge_absences(losses, policy)


def _live(tx: Tx, vhs: str, lanes: Mapping[str, LaneView]) -> int:
    """Count the bookings a VHS last showed live, also where that waits for an answer (D19, D31e)."""
    waiting = sum(effect_of(name) == Effect.LETTER for name, *_ in tx.rows("withheld_of_vhs", vhs=vhs))
    return waiting + sum(lane.live + lane.suspects for lane in lanes.values())


def _before(tx: Tx, vhs: str, firsts: Collection[str]) -> list[Done]:
    """Read what was kept of the exports that first lacked some: how many a VHS showed live before, and who went beside
    them with a part of the program.

    Whom it shows only since then does not make a loss a smaller one (D19).
    """
    if not firsts:
        return []
    return [
        msgspec.json.decode(effects, type=Done)
        for number, sha256, effects in tx.rows("export_kept", vhs=vhs, limit=MOST_LINES)
        if export_name(vhs, number, sha256) in firsts
    ]


def _shown_live(tx: Tx, vhs: str) -> list[tuple[str, str]]:
    """List the bookings a VHS last showed live; read only where so many are gone that it matters."""
    return [
        (coop_id, booking.ref)
        for coop_id, *_, doc in tx.rows("view_of_vhs", vhs=vhs)
        for booking in msgspec.json.decode(doc, type=CourseView).bookings
        if booking.reported is not None and booking.reported is not CANCELLED
    ]


def _own(tx: Tx, vhs: str) -> int:
    return sum(owner_of(ref) == vhs for _, ref in _shown_live(tx, vhs))


def _over(lane: LaneView, at: str) -> bool:
    return lane.ends_on is not None and lane.ends_on.isoformat() < at[:10]


def _done_before(tx: Tx, vhs: str, at: str) -> Done:
    """Add up what the exports of the last 24 hours before a time did, by their own time."""
    now, total = datetime.fromisoformat(at), NOTHING_DONE
    for taken_at, effects in tx.rows("export_effects", vhs=vhs, limit=MOST_LINES):
        if timedelta(0) <= now - datetime.fromisoformat(taken_at) < WINDOW:
            total += msgspec.json.decode(effects, type=Done)
    return total


def _reads_otherwise(tx: Tx, report: Report) -> bool:
    """Tell whether the export is read with another profile or status map than the last one (D31)."""
    row = tx.row("lane_read_with", vhs=report.vhs)
    return bool(report.reading and row is not None and row[0] and row[0] != report.reading)


def note(tx: Tx, report: Report, judgement: Judgement) -> None:
    """Keep what the export did with its line of the ledger."""
    if judgement.done != NOTHING_DONE:
        tx.run("export_effects_note", vhs=report.vhs, effects=msgspec.json.encode(judgement.done).decode())
