"""Courses shared before there were COOP-Ids: taken up under a name of their own, moved to a COOP-Id later (D12)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from msgspec.structs import replace

from koop_es.domain import events as e
from koop_es.domain.cooperation import Cooperation
from koop_es.domain.course import CourseFacts
from koop_es.domain.draft import Draft
from koop_es.domain.errors import Refused
from koop_es.domain.open_matters import refuse_unanswered
from koop_es.domain.terms import Policy, Terms
from koop_es.domain.violations import found


class LegacyAbo(NamedTuple):
    """One Abo of a course without COOP-Id, as its VHS keeps it."""

    vhs: str
    number: str
    period: str
    system: str | None = None


def adopt_legacy(
    draft: Draft, policy: Policy, *, number: str, period: str, facts: CourseFacts, terms: Terms, abos: list[LegacyAbo]
) -> None:
    """Take up a course that is shared without a COOP-Id, its Abos included; its number is its identity (D12, R20)."""
    draft.add(
        e.CourseReleased,
        "D12",
        course_number=number,
        period=period,
        facts=facts,
        reported=facts,
        terms=terms,
        adopted=True,
    )
    for abo in abos:
        if abo.vhs == draft.moment.vhs or abo.vhs in draft.state.lanes:
            raise Refused(f"VHS {abo.vhs} cannot have an Abo of this course twice, nor of its own", rule="R32")
        draft.add(
            e.CourseSubscribed,
            "D12",
            vhs=abo.vhs,
            course_number=abo.number,
            period=abo.period,
            system=abo.system,
            adopted=True,
            identity=policy.identity_sharing == "all",
            event_kind=policy.event_kind(facts.course_type) if policy.is_bavarian(abo.vhs) else None,
        )
    draft.settle_violations()


def carry_over(old: Cooperation, story: Sequence[e.Event], new: Draft) -> None:
    """Tell the whole story once more under a real COOP-Id; the change lists then bring the id to every VHS (D12, R14).

    ``story`` is that of ``old``, told event by event as it happened, with exports, causes and times of theirs: whatever
    hangs on it is then as with any course, be it an export that is withdrawn (D32), a program that is put back to
    before (D20), an "S" on its way (D21) or an answer that somebody gave. Only when it was recorded is new.
    Raises Refused for a cooperation that has a COOP-Id, or that has none but is not the Master's to move, and while
    something waits for an answer.
    """
    master = old.master_lane
    if not old.legacy or old.ended or master is None or master.vhs != new.moment.vhs:
        raise Refused(f"{old.coop_id} is no course of VHS {new.moment.vhs} that lacks a COOP-Id", rule="D12")
    refuse_unanswered(old, old.lanes, "no COOP-Id is assigned", "D12")
    for event in story:
        new.take(_told_anew(event, old.coop_id, new))
    taken = new.add(e.CoopIdTaken, "D12", predecessor=old.coop_id)
    _say_anew(story, new, taken)
    new.settle_violations()


def _told_anew(event: e.Event, former: str, new: Draft) -> e.Event:
    """Give an event as it is told under the COOP-Id: what a violation says of the course names it by that."""
    told = replace(event, recorded_at=new.moment.recorded_at)
    if isinstance(told, e.ViolationOpened | e.ViolationAcknowledged) and former in told.detail.values():
        detail = {name: new.state.coop_id if text == former else text for name, text in told.detail.items()}
        return replace(told, detail=detail)
    return told


def _say_anew(story: Sequence[e.Event], new: Draft, taken: int) -> None:
    """Close what is less grave, or graver, of a course with a COOP-Id: it is opened as what it is now (R20)."""
    opened = {(ev.code, ev.vhs, ev.ref): ev.severity for ev in story if isinstance(ev, e.ViolationOpened)}
    for violation in list(found(new.state)):
        code, vhs, ref = violation.key
        if violation.key in new.state.violations and opened[violation.key] != violation.severity:
            new.add(e.ViolationClosed, "2.8", vhs=vhs, cause=taken, code=code, ref=ref)
