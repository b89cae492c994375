"""The course row of a slice: adoption, acknowledgement, renumbering, revision, Ausfall, lost and altered COOP-Id."""

from __future__ import annotations

from datetime import date

from koop_es.domain import events as e
from koop_es.domain.absences import is_over
from koop_es.domain.admission import is_marked, standing_of, stranger
from koop_es.domain.cooperation import Cooperation, Lane
from koop_es.domain.course import CourseFacts, changed, given
from koop_es.domain.draft import Draft
from koop_es.domain.former_values import ask_about_waiting, take_former_course
from koop_es.domain.identifiers import GENERAL_MARKET, issuer
from koop_es.domain.observation import CourseRow
from koop_es.domain.put_back import ask_after_ausfall
from koop_es.domain.signs import note_course, note_missing_course
from koop_es.domain.slices import Slice
from koop_es.domain.terms import Policy, Terms, normal_rate
from koop_es.domain.wanted import SYNCED_FIELDS, differing_fields
from koop_es.domain.withhold import ausfall_is_withheld, former_facts, revisions_left

URGENT_DAYS = 7
"""Within this many days before the start a change is urgent, and the Master may contact participants (D11, B20)."""

REVISED_FIELDS = frozenset(SYNCED_FIELDS) | {
    "title",
    "programme_title",
    "info",
    "instructor",
    "keywords",
    "min_participants",
}
"""Facts the Master's row decides for all (D6); fee, rate and flags are fixed at release instead (R16, R17, D13)."""


def observe_course(draft: Draft, part: Slice, policy: Policy, system: str | None) -> bool:
    """Take in the course row; returns whether the VHS's bookings of this course may be read."""
    state, vhs = draft.state, draft.moment.vhs
    lane = state.lanes.get(vhs)
    if lane is None:
        return part.course is not None and not part.counts_only and _adopt(draft, part.course, policy, system)
    if not lane.active:
        return False
    if part.course is None or "" in part.read_later:
        absent = part.course is None and part.course_absent and "" not in part.seen_later
        if absent and lane.delivered and (lane.present or lane.archived):
            _take_absence(draft, lane, part)
        return lane.delivered and not lane.frozen and lane.present
    return _take_row(draft, lane, part, part.course)


def _take_absence(draft: Draft, lane: Lane, part: Slice) -> None:
    """Take in that a complete export lacks the course: it has vanished, or is archived after its last day (D17).

    One that was archived has vanished as soon as its Master sets a later day and it does not come back. One whose
    COOP-Id stands in a row that was set aside did not go with its program (D20): people have to say which row it is.
    """
    if is_over(draft):
        if lane.present:
            draft.add(e.CourseArchived, "D17")
        return
    back = draft.judgement.back_at(draft.state.coop_id)
    if back is not None and lane.waiting:
        ask_about_waiting(draft, lane, None, back)
    if lane.present and not part.id_stands:
        note_missing_course(draft, lane)
        take_former_course(draft, lane, part, gone=True)
    if not lane.abo_lost:
        draft.add(e.CourseVanished, "R19" if lane.vhs == draft.state.master else "R34")


def _adopt(draft: Draft, row: CourseRow, policy: Policy, system: str | None) -> bool:
    """Adopt a release or an Abo from before the engine was connected, in whichever order the exports arrive (R14, R28).

    Without "Kennzeichen 100" the row is a release where the COOP-Id begins with the number of its VHS (D16); every
    other is that of an Abo. What was released through the engine is not adopted (R31).
    """
    state = draft.state
    if row.external_number != state.coop_id or "markers" in row.unstated:
        return False  # an unstated Kennzeichen does not tell a release from an Abo (D29)
    if stranger(state.coop_id, draft.moment.vhs, row, standing_of(state)) is not None:
        return False
    facts = row.facts
    if not is_marked(row) and issuer(state.coop_id) == draft.moment.vhs:
        draft.add(
            e.CourseReleased,
            "R14",
            row=row,
            course_number=row.number,
            period=row.period or "",
            facts=facts,
            reported=facts,
            terms=reported_terms(facts),
            markets=(GENERAL_MARKET,),
            system=system,
            adopted=True,
            identity=policy.identity_sharing == "all",
            event_kind=_event_kind(policy, draft.moment.vhs, facts),
        )
        if facts.cancelled:
            draft.add(e.CourseCancelled, "R47", row=row, cause=state.version)
        return True
    _adopt_abo(draft, row, policy, system)
    return True


def _adopt_abo(draft: Draft, row: CourseRow, policy: Policy, system: str | None) -> None:
    vhs = draft.moment.vhs
    version = draft.add(
        e.CourseSubscribed,
        "R28",
        row=row,
        course_number=row.number,
        period=row.period or "",
        system=system,
        adopted=True,
        identity=policy.identity_sharing == "all",
        event_kind=_event_kind(policy, vhs, row.facts),
        instructor=row.facts.instructor or None,
    )
    draft.add(e.CourseDelivered, "R28", row=row, cause=version, facts=row.facts)


def _event_kind(policy: Policy, vhs: str, facts: CourseFacts) -> str | None:
    return policy.event_kind(facts.course_type) if policy.is_bavarian(vhs) else None


def reported_terms(facts: CourseFacts) -> Terms | None:
    """Read the money terms a Master's row carries, None without a fee (R6, R6a)."""
    if facts.fee_cents is None:
        return None
    rate = normal_rate(facts.rate, facts.fee_cents)
    return Terms(facts.fee_cents, facts.pass_through_cents or 0, rate if rate is not None else "")


def _take_row(draft: Draft, lane: Lane, part: Slice, row: CourseRow) -> bool:
    """Take in the row of a course this VHS shares; False while its COOP-Id is altered (R15)."""
    state = draft.state
    if not _take_identity(draft, lane, row):
        return False
    if not lane.present:
        draft.add(e.CourseReappeared, "D17" if lane.archived else "R44", row=row, empty=not part.bookings)
    first = not lane.delivered
    if first:
        held = row.external_number == state.coop_id
        draft.add(e.CourseDelivered, "R28", row=row, facts=_assumed(state, lane, row, row.facts), id_held=held)
    period = lane.period if row.period is None else row.period
    if (row.number, period) != (lane.number, lane.period):
        draft.renumbered = True
        draft.add(e.CourseRenumbered, "R20", row=row, course_number=row.number, period=period)
    if first:
        return True
    if draft.complete:
        note_course(draft, lane, row)
        take_former_course(draft, lane, part, gone=False)
    if lane.vhs == state.master:
        _take_master_facts(draft, lane, row)
    else:
        news = CourseFacts(**changed(lane.row, row.facts))
        news = news if part.counts_only else _assumed(state, lane, row, news)
        if given(news):
            draft.add(e.CourseReported, "D6", row=row, facts=news)
    return True


def _take_identity(draft: Draft, lane: Lane, row: CourseRow) -> bool:
    """Compare the COOP-Id of a row; True if the row may be read as this cooperation's (R15)."""
    state, found = draft.state, row.external_number
    if found is None or state.legacy:
        return not lane.frozen and lane.exists
    if found == state.coop_id:
        if not lane.id_held and lane.delivered:
            draft.add(e.CoopIdDelivered, "R14" if lane.altered is None else "R15", row=row)
        return True
    if not lane.exists:
        if not _was_made_as_told(state, lane, row):
            return False  # another course that happens to have the number of an Abo-Kurs not created yet (R26)
        draft.add(e.CourseDelivered, "R28", row=row, facts=_assumed(state, lane, row, row.facts), id_held=False)
        draft.add(e.CoopIdAltered, "R15", row=row, found=found)
        return False
    if not lane.id_held and not lane.frozen and not found:
        return True  # the Master has not written the new COOP-Id yet
    if lane.altered != found:
        draft.add(e.CoopIdAltered, "R15", row=row, found=found)
    return False


def _was_made_as_told(state: Cooperation, lane: Lane, row: CourseRow) -> bool:
    """Tell whether a row without its COOP-Id is the Abo-Kurs that was given out and not seen yet (R15, R28).

    It has its number and Kennzeichen 100, and title and first day that the change list says: the COOP-Id was altered
    or lost before any export showed it. Told to be made again it could not be, for its number is taken.
    """
    master = state.master_lane
    if master is None or "course.create" not in lane.told or row.number != lane.number:
        return False
    told = (master.facts.title, master.facts.starts_on)
    return (
        row.period in (None, lane.period)
        and is_marked(row)
        and None not in told
        and (row.facts.title, row.facts.starts_on) == told
    )


def _take_master_facts(draft: Draft, lane: Lane, row: CourseRow) -> None:
    """Take in what the Master's row changes: revisions for all, the rest as reported (D6, D11, R16-R18)."""
    if (back := draft.judgement.back_at(draft.state.coop_id)) is None:
        former_facts(draft, lane, row)
    elif lane.waiting:
        ask_about_waiting(draft, lane, row, back)
    news = changed(lane.row, row.facts)
    cancelled = news.pop("cancelled", None)
    written = {
        name for name in lane.withdrawn & news.keys() if news[name] == getattr(lane.facts, name)
    }  # as told (D32)
    revised = {name: value for name, value in news.items() if name in REVISED_FIELDS - written}
    other = {name: value for name, value in news.items() if name not in revised}
    revised = revisions_left(draft, lane, row, revised) if revised else revised
    if cancelled and not draft.state.cancelled:
        if not ausfall_is_withheld(draft, lane, row):
            draft.add(e.CourseCancelled, "R47", row=row)
    elif cancelled is False and draft.state.cancelled and not _is_over(lane, draft.moment.at):
        draft.add(e.CourseReinstated, "D24", row=row, cause=draft.state.cancelled_version)
        draft.reinstated = True
        ask_after_ausfall(draft)
    elif cancelled is not None:
        other["cancelled"] = cancelled
    if revised:
        starts = (draft.state.starts_on, revised.get("starts_on"))
        urgent = bool(revised.keys() & _MOVED) and any(is_urgent(day, draft.moment.at) for day in starts)
        draft.add(e.CourseRevised, "D11" if urgent else "R21", row=row, facts=CourseFacts(**revised), urgent=urgent)
    if other:
        draft.add(e.CourseReported, "D6", row=row, facts=CourseFacts(**other))


def _is_over(lane: Lane, at: str) -> bool:
    """Tell whether the last day the Master had told has passed: what is reset then revives nothing (D24)."""
    last = lane.facts.ends_on or lane.facts.starts_on
    return last is not None and date.fromisoformat(at[:10]) > last


def observe_return(draft: Draft, part: Slice) -> None:
    """Note that a VHS shows the course live after the Master took its Ausfall back; absences are taken in before (D24).

    Until a complete export did, what is missing was removed while the course was cancelled.
    """
    lane, row = draft.state.lanes[draft.moment.vhs], part.course
    if row is None or "" in part.read_later or part.counts_only or lane.row.cancelled:
        return
    if not (lane.untold or lane.sparing == "D24"):
        return
    if lane.untold or part.proves_absence:
        draft.add(e.ReinstatementDelivered, "D24", row=row, complete=part.proves_absence)


_MOVED = frozenset({"starts_on", "ends_on", "starts_at", "ends_at", "venue"})


def is_urgent(starts_on: date | None, at: str) -> bool:
    """Tell whether a day lies within a week of the start, and not after it (D11, B20, Q10)."""
    if starts_on is None:
        return False
    return 0 <= (starts_on - date.fromisoformat(at[:10])).days <= URGENT_DAYS


def _assumed(state: Cooperation, lane: Lane, row: CourseRow, news: CourseFacts) -> CourseFacts:
    """Add the wanted fields that this VHS's export has no column for: they are taken as written, since nothing could
    ever tell.

    A catalogue source proves nothing of the kind: it carries no COOP-Id at all. What a row leaves unstated is not taken
    as written either: the last value stands (D29).
    """
    if state.master is None or lane.vhs == state.master or row.external_number is None:
        return news
    blind = {name: value for name, value in differing_fields(state, lane).items() if getattr(row.facts, name) is None}
    blind = {name: value for name, value in blind.items() if name not in row.unstated}
    return CourseFacts(**(given(news) | blind)) if blind else news
