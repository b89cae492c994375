"""Commands: what a VHS or an operator decides through koop-es itself rather than in an admin program."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from typing import TypeVar
from zoneinfo import ZoneInfo

from koop_es.domain import legacy as adopting
from koop_es.domain import release as releasing
from koop_es.domain import seats, subscription
from koop_es.domain.cooperation import Cooperation
from koop_es.domain.course import CourseFacts
from koop_es.domain.draft import Draft, Moment
from koop_es.domain.errors import BadInput, Refused
from koop_es.domain.events import CoopIdAssigned, MarketJoined, MarketLeft
from koop_es.domain.evolve import fold
from koop_es.domain.identifiers import GENERAL_MARKET, issue, legacy, market_slug, market_stream
from koop_es.domain.legacy import LegacyAbo
from koop_es.domain.terms import Policy, Terms
from koop_es.ingest import catalogue
from koop_es.store import Append, Store, Tx, numbers
from koop_es.store.errors import VersionConflict
from koop_es.views import project
from koop_es.views.projector import Touched

BERLIN = ZoneInfo("Europe/Berlin")
T = TypeVar("T")


class CourseUnknown(BadInput):
    """No export of this VHS has shown the course; ingest one that holds it first."""

    code = "course_unknown"


class CooperationUnknown(BadInput):
    """There is no cooperation under this COOP-Id."""

    code = "cooperation_unknown"


class WithheldUnknown(BadInput):
    """Nothing is withheld under this id; ``koop-es withheld list`` shows what is."""

    code = "withheld_unknown"


@dataclass(frozen=True, slots=True)
class Released:
    """The COOP-Id a release was given, and what is worth a look."""

    coop_id: str
    warnings: list[str]


def berlin_date(now: datetime) -> date:
    """Give the local day on which a decision falls."""
    return now.astimezone(BERLIN).date()


def _moment(vhs: str, now: datetime) -> Moment:
    return Moment(vhs, now.isoformat(), now.isoformat())


def _decide(
    store: Store,
    coop_id: str,
    moment: Moment,
    work: Callable[[Draft], T],
    check: Callable[[Tx], None] | None = None,
) -> T:
    """Load a cooperation, let ``work`` decide, and write what it added; again from the start after a conflict."""

    def attempt() -> T:
        with store.reading() as tx:
            recorded = tx.load([coop_id])[coop_id]
        if not recorded:
            raise CooperationUnknown(f"there is no cooperation {coop_id}; koop-es status and view show what there is")
        state = fold(coop_id, (item.event for item in recorded))
        draft = Draft(state, moment)
        expected = state.version
        answer = work(draft)
        if draft.events:
            with store.write() as tx:
                _write(tx, expected, draft)
                if check is not None:
                    check(tx)
        return answer

    return store.retrying(attempt)


def _write(tx: Tx, expected: int, draft: Draft) -> None:
    positions = tx.append([Append(draft.state.coop_id, expected, draft.events)])
    project(tx, [Touched(draft.state, draft.events, positions[0])])
    _unsettle(tx, draft)


def _unsettle(tx: Tx, draft: Draft) -> None:
    """Have the next exports of all participants read: what they said before may mean something new now."""
    for vhs in draft.state.lanes:
        tx.run("lane_unsettle", vhs=vhs)


# --- release --------------------------------------------------------------------------------------------------------


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
        candidate = _candidate(tx, vhs, number, period, given or CourseFacts())
    terms, warnings = releasing.check_release(candidate, policy, berlin_date(now), own_offer=own_offer)
    slugs = tuple(dict.fromkeys(market_slug(market) for market in markets)) or (GENERAL_MARKET,)
    if dry_run:
        return Released("", warnings)

    def attempt() -> str:
        with store.write() as tx:
            coop_id = issue(vhs, numbers.next_number(tx, vhs))
            draft = Draft(Cooperation(coop_id), _moment(vhs, now))
            releasing.release(draft, candidate, terms, slugs)
            _write(tx, 0, draft)
            _refuse_shared(tx, vhs, number, period, coop_id)
            keys = [entry.key for entry in _entries(tx, vhs, number, period)]
            tx.run("catalogue_delete", vhs=vhs, keys=keys)
            return coop_id

    return Released(store.retrying(attempt), warnings)


def _entries(tx: Tx, vhs: str, number: str, period: str) -> list[catalogue.Entry]:
    entries = [catalogue.entry_of(row) for row in tx.rows("catalogue_by_number", vhs=vhs, number=number)]
    return [entry for entry in entries if entry.period == period] or [
        entry for entry in entries if entry.period is None
    ]


def _candidate(tx: Tx, vhs: str, number: str, period: str, given: CourseFacts) -> releasing.Candidate:
    _refuse_shared(tx, vhs, number, period, None)
    entries = _entries(tx, vhs, number, period)
    if len(entries) > 1:
        raise Refused(
            f"{len(entries)} courses of VHS {vhs} carry the number {number}; give each its own in the admin "
            f"program and export "
            "again",
            rule="R7",
            number=number,
        )
    if not entries:
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
    return releasing.Candidate(vhs, number, period, entry.external_number, entry.facts, system, given=given)


def _refuse_shared(tx: Tx, vhs: str, number: str, period: str, own: str | None) -> None:
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
    _decide(store, coop_id, _moment(vhs, now), subscription.close_release)


def withdraw_release(store: Store, *, now: datetime, vhs: str, coop_id: str) -> None:
    """Take back a release without Abos (D9); raises Refused."""
    _decide(store, coop_id, _moment(vhs, now), subscription.withdraw_release)


def adopt_legacy(
    store: Store,
    policy: Policy,
    *,
    now: datetime,
    vhs: str,
    number: str,
    period: str,
    abos: list[LegacyAbo],
    given: CourseFacts | None = None,
) -> str:
    """Take up a course that was shared before there were COOP-Ids; returns the id it goes by (D12). Raises Refused."""
    with store.reading() as tx:
        candidate = _candidate(tx, vhs, number, period, given or CourseFacts())
        for abo in abos:
            _refuse_shared(tx, abo.vhs, abo.number, abo.period, None)
    terms = releasing.terms_of(candidate)
    coop_id = legacy(vhs, period, number)

    def attempt() -> str:
        draft = Draft(Cooperation(coop_id), _moment(vhs, now))
        facts = releasing.completed(candidate)
        adopting.adopt_legacy(draft, policy, number=number, period=period, facts=facts, terms=terms, abos=abos)
        with store.write() as tx:
            _write(tx, 0, draft)
            for place, course, course_period in ((vhs, number, period), *((a.vhs, a.number, a.period) for a in abos)):
                keys = [entry.key for entry in _entries(tx, place, course, course_period)]
                tx.run("catalogue_delete", vhs=place, keys=keys)
        return coop_id

    try:
        return store.retrying(attempt, attempts=1)
    except VersionConflict:
        raise Refused(f"course {number} ({period}) of VHS {vhs} is shared already as {coop_id}", rule="R13") from None


def assign_coop_id(store: Store, *, now: datetime, vhs: str, legacy_id: str) -> str:
    """Move a course that is shared without COOP-Id to a real one, bookings and all; returns it (D12, R14, D16)."""

    def attempt() -> str:
        with store.reading() as tx:
            recorded = tx.load([legacy_id])[legacy_id]
        if not recorded:
            raise CooperationUnknown(f"there is no cooperation {legacy_id}; koop-es view shows those of a VHS")
        old = Draft(fold(legacy_id, (item.event for item in recorded)), _moment(vhs, now))
        expected = old.state.version
        with store.write() as tx:
            coop_id = issue(vhs, numbers.next_number(tx, vhs))
            new = Draft(Cooperation(coop_id), _moment(vhs, now))
            adopting.carry_over(old.state, new)
            old.add(CoopIdAssigned, "D12", successor=coop_id)
            appends = [Append(legacy_id, expected, old.events), Append(coop_id, 0, new.events)]
            positions = tx.append(appends)
            tx.run("persons_move", old=legacy_id, new=coop_id)
            project(tx, [Touched(d.state, d.events, at) for d, at in zip((old, new), positions, strict=True)])
            _unsettle(tx, new)
        return coop_id

    return store.retrying(attempt)


# --- Abo ------------------------------------------------------------------------------------------------------------


def subscribe(
    store: Store,
    policy: Policy,
    *,
    now: datetime,
    vhs: str,
    coop_id: str,
    number: str,
    period: str,
    accepted_rate: str,
    web_release: bool = False,
    dry_run: bool = False,
) -> bool:
    """Subscribe a released course (R24-R32); returns False where this very Abo exists already. Raises Refused."""
    with store.reading() as tx:
        lane = tx.row("lane_peek", vhs=vhs)
        markets = frozenset(row[0] for row in tx.rows("markets_of_vhs", vhs=vhs)) | {GENERAL_MARKET}
        taken = _number_taken(tx, vhs, number, period, coop_id)
    system = lane[0] if lane is not None else None

    def work(draft: Draft) -> bool:
        if subscription.is_subscribed(draft.state, vhs, number, period):
            return False
        subscription.subscribe(
            draft,
            policy,
            number=number,
            period=period,
            accepted_rate=accepted_rate,
            system=system,
            markets=markets,
            number_taken=taken,
            web_release=web_release,
        )
        if dry_run:
            draft.events.clear()
        return True

    def check(tx: Tx) -> None:
        if _number_taken(tx, vhs, number, period, coop_id):
            raise Refused(
                f"course number {number} is taken at VHS {vhs}; choose another one", rule="R26", number=number
            )

    return _decide(store, coop_id, _moment(vhs, now), work, check)


def _number_taken(tx: Tx, vhs: str, number: str, period: str, coop_id: str) -> bool:
    """Tell whether a course number is taken at a VHS: in itm:MANAGER within the period, elsewhere at all (R26, 7.1)."""
    lane = tx.row("lane_peek", vhs=vhs)
    by_period = lane is not None and lane[0] == "itm-manager"
    shared = [p for other, p in tx.rows("view_by_number", vhs=vhs, number=number) if other != coop_id]
    local = [row[2] for row in tx.rows("catalogue_by_number", vhs=vhs, number=number)]
    return any(not by_period or known in (period, None) for known in (*shared, *local))


def terminate_subscription(store: Store, *, now: datetime, vhs: str, coop_id: str) -> None:
    """End an Abo by an operator's hand (D9); raises Refused while a live booking hangs on it."""
    _decide(store, coop_id, _moment(vhs, now), lambda draft: subscription.terminate_subscription(draft, vhs))


def confirm_terms(store: Store, *, now: datetime, vhs: str, coop_id: str, subscriber: str, terms: Terms) -> bool:
    """Confirm other terms of one Abo for one side; returns True once both did (D13). Raises Refused."""
    return _decide(
        store, coop_id, _moment(vhs, now), lambda draft: subscription.confirm_terms(draft, subscriber, terms)
    )


# --- seats ----------------------------------------------------------------------------------------------------------


def claim_seat(store: Store, *, now: datetime, vhs: str, coop_id: str, ref: str) -> str:
    """Claim a freed seat for a waiting booking; exactly one of several rivals gets it, others raise Refused (D7)."""
    return _decide(store, coop_id, _moment(vhs, now), lambda draft: seats.claim_seat(draft, ref))


def approve(store: Store, *, now: datetime, withheld_id: str, up_to: int | None = None) -> list[str]:
    """Let the cancellations withheld under an id happen, all of them or none; returns the bookings (D4).

    Raises WithheldUnknown, and Refused where there are more than ``up_to``.
    """

    def attempt() -> list[str]:
        with store.reading() as tx:
            rows = [row for row in tx.rows("withheld_all") if row[0] == withheld_id]
            if not rows:
                raise WithheldUnknown(
                    f"nothing is withheld under {withheld_id}; see koop-es withheld list", id=withheld_id
                )
            if up_to is not None and len(rows) > up_to:
                raise Refused(
                    f"{len(rows)} cancellations are withheld under {withheld_id}, more than the {up_to} approved; "
                    f"nothing was "
                    "cancelled",
                    rule="D4",
                    withheld=len(rows),
                )
            vhs = rows[0][1]
            streams = tx.load(sorted({row[2] for row in rows}))
        drafts, refs = [], []
        for coop_id, recorded in streams.items():
            state = fold(coop_id, (item.event for item in recorded))
            expected = state.version
            draft = Draft(state, _moment(vhs, now))
            refs += seats.approve_withheld(draft, withheld_id)
            if draft.events:
                drafts.append((expected, draft))
        with store.write() as tx:
            positions = tx.append([Append(d.state.coop_id, expected, d.events) for expected, d in drafts])
            project(tx, [Touched(d.state, d.events, at) for (_, d), at in zip(drafts, positions, strict=True)])
        return refs

    return store.retrying(attempt)


# --- markets --------------------------------------------------------------------------------------------------------


def join_market(store: Store, *, now: datetime, market: str, vhs: str) -> bool:
    """Make a VHS a member of a mini-market (R31); returns False if it is one."""
    return _membership(store, now, market, vhs, joins=True)


def leave_market(store: Store, *, now: datetime, market: str, vhs: str) -> bool:
    """End a membership; existing Abos survive (R31, Q17). Returns False if there was none."""
    return _membership(store, now, market, vhs, joins=False)


def _membership(store: Store, now: datetime, market: str, vhs: str, *, joins: bool) -> bool:
    stream = market_stream(market_slug(market))

    def attempt() -> bool:
        with store.reading() as tx:
            head = len(tx.load([stream])[stream])
            member = (market,) in [tuple(row) for row in tx.rows("markets_of_vhs", vhs=vhs)]
        if member == joins:
            return False
        kind = MarketJoined if joins else MarketLeft
        event = kind(vhs=vhs, rule="R31", at=now.isoformat(), recorded_at=now.isoformat())
        with store.write() as tx:
            tx.append([Append(stream, head, [event])])
            tx.run("market_join" if joins else "market_leave", market=market, vhs=vhs)
        return True

    return store.retrying(attempt)
