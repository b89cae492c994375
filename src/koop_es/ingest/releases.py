"""Releases: a course of the catalogue is opened for Abos, closed for new ones, or taken back."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from koop_es.domain import release as releasing
from koop_es.domain import subscription
from koop_es.domain.cooperation import Cooperation
from koop_es.domain.course import CourseFacts
from koop_es.domain.draft import Draft
from koop_es.domain.errors import BadInput, Refused
from koop_es.domain.evolve import fold
from koop_es.domain.identifiers import GENERAL_MARKET, CoopId, issue, market_slug
from koop_es.domain.terms import Policy
from koop_es.ingest import catalogue, putting_back
from koop_es.ingest.command import decide, moment, write
from koop_es.store import Store, Tx, numbers

BERLIN = ZoneInfo("Europe/Berlin")


class CourseUnknown(BadInput):
    """No export of this VHS has shown the course; ingest one that holds it first."""

    code = "course_unknown"


@dataclass(frozen=True, slots=True)
class Released:
    """The COOP-Id a release was given, and what is worth a look."""

    coop_id: str
    warnings: list[str]


def berlin_date(now: datetime) -> date:
    """Give the local day on which a decision falls."""
    return now.astimezone(BERLIN).date()


def release(
    store: Store,
    policy: Policy,
    *,
    now: datetime,
    vhs: str,
    number: str,
    period: str,
    markets: tuple[str, ...] = (),
    own_offer: bool,
    given: CourseFacts | None = None,
    dry_run: bool = False,
) -> Released:
    """Release a course of the catalogue for Abos and issue its COOP-Id (R2-R14, D16).

    ``given`` are facts no export carried. Raises CourseUnknown, WrongUsage for a fact that an export did carry, and
    Refused naming the rule.
    """
    with store.reading() as tx:
        putting_back.refuse_untold(tx, berlin_date(now))
        candidate = candidate_of(tx, vhs, number, period, given or CourseFacts())
    terms, warnings = releasing.check_release(candidate, policy, berlin_date(now), own_offer=own_offer)
    slugs = tuple(dict.fromkeys(market_slug(market) for market in markets)) or (GENERAL_MARKET,)
    if dry_run:
        return Released("", warnings)

    def attempt() -> str:
        with store.write() as tx:
            coop_id = next_coop_id(tx, vhs, now)
            draft = Draft(Cooperation(coop_id), moment(vhs, now))
            releasing.release(draft, candidate, terms, slugs)
            write(tx, [(0, draft)])
            refuse_shared(tx, vhs, number, period, coop_id)
            keys = [entry.key for entry in entries_of(tx, vhs, number, period)]
            tx.run("catalogue_delete", vhs=vhs, keys=keys)
            return coop_id

    return Released(store.retrying(attempt), warnings)


def next_coop_id(tx: Tx, vhs: str, now: datetime) -> CoopId:
    """Give a Master's next COOP-Id (R14, D16); raises Refused where it may have been given out already."""
    putting_back.refuse_untold(tx, berlin_date(now))
    return issue(vhs, numbers.next_number(tx, vhs))


def entries_of(tx: Tx, vhs: str, number: str, period: str) -> list[catalogue.Entry]:
    """Find a course in the catalogue; one whose source carries no period matches any."""
    entries = [catalogue.entry_of(row) for row in tx.rows("catalogue_by_number", vhs=vhs, number=number)]
    return [entry for entry in entries if entry.period == period] or [
        entry for entry in entries if entry.period is None
    ]


def candidate_of(tx: Tx, vhs: str, number: str, period: str, given: CourseFacts) -> releasing.Candidate:
    """Find the one course of the catalogue that is meant; raises CourseUnknown and Refused."""
    refuse_shared(tx, vhs, number, period, None)
    entries = entries_of(tx, vhs, number, period)
    if len(entries) > 1:
        raise Refused(
            f"{len(entries)} courses of VHS {vhs} carry the number {number}; give each its own in the admin "
            f"program and export "
            "again",
            rule="R7",
            number=number,
        )
    if not entries:
        _refuse_withdrawn(tx, vhs, number, period)
        others = [entry_period for _, _, entry_period, *_ in tx.rows("catalogue_by_number", vhs=vhs, number=number)]
        hint = (
            f"; it is known in the period {', '.join(others)}" if others else "; ingest an export that holds it first"
        )
        raise CourseUnknown(
            f"no export of VHS {vhs} has shown course {number} in period {period}{hint}",
            vhs=vhs,
            number=number,
            period=period,
        )
    lane = tx.row("lane_peek", vhs=vhs)
    entry = entries[0]
    system = lane[0] if lane is not None else None
    return releasing.Candidate(
        vhs, number, period, entry.external_number, entry.facts, system, given=given, subject=entry.subject
    )


def _refuse_withdrawn(tx: Tx, vhs: str, number: str, period: str) -> None:
    """Refuse a course whose release was withdrawn since the last export; its COOP-Id may still stand there (D12)."""
    shared = {row[0] for row in tx.rows("views_of_vhs_known", vhs=vhs)}
    ended = [row[0] for row in tx.rows("members_of_vhs", vhs=vhs, upto=tx.head()) if row[0] not in shared]
    for coop_id, story in tx.stories(ended).items():
        state = fold(coop_id, story.events)
        lane = state.lanes.get(vhs)
        if state.withdrawn and lane is not None and (lane.number, lane.period) == (number, period):
            raise Refused(
                f"the release {coop_id} of course {number} ({period}) was withdrawn, and no export has shown the "
                f'course since; empty "Externe Kurs-Nr." there where it holds {coop_id}, and ingest an export',
                rule="D9",
                coop_id=coop_id,
            )


def refuse_shared(tx: Tx, vhs: str, number: str, period: str, own: str | None) -> None:
    """Refuse to release what is shared already, also where another release came in between (R13, D8)."""
    for coop_id, known_period in tx.rows("view_by_number", vhs=vhs, number=number):
        if known_period == period and coop_id != own:
            raise Refused(
                f"course {number} ({period}) of VHS {vhs} is shared already as {coop_id}; a release is final",
                rule="R13",
                coop_id=coop_id,
            )


def close_release(store: Store, *, now: datetime, vhs: str, coop_id: str) -> None:
    """Close a release for new Abos (D9); raises Refused."""
    decide(store, coop_id, moment(vhs, now), subscription.close_release)


def withdraw_release(store: Store, *, now: datetime, vhs: str, coop_id: str) -> None:
    """Take back a release without Abos (D9); raises Refused."""
    decide(store, coop_id, moment(vhs, now), subscription.withdraw_release)
