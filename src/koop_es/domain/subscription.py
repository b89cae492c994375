"""Abo of a released course: who may subscribe, with which number and terms, and how an Abo can end (R24-R32, D8, D9,
D13).
"""

from __future__ import annotations

from typing import NamedTuple

from koop_es.domain import events as e
from koop_es.domain.cooperation import Booking, Cooperation
from koop_es.domain.course import HYBRID, ONLINE
from koop_es.domain.draft import Draft
from koop_es.domain.errors import Refused
from koop_es.domain.identifiers import GENERAL_MARKET, issuer
from koop_es.domain.open_matters import refuse_unanswered
from koop_es.domain.terms import Policy, Terms, normal_rate
from koop_es.domain.wanted import changes, master_name, name_of


def is_subscribed(state: Cooperation, vhs: str, number: str, period: str) -> bool:
    """Tell whether a VHS has this very Abo already, so that a retry changes nothing (R26)."""
    lane = state.active_lane(vhs)
    return lane is not None and vhs != state.master and (lane.first_number, lane.first_period) == (number, period)


def subscribe(
    draft: Draft,
    policy: Policy,
    *,
    number: str,
    period: str,
    accepted_rate: str,
    system: str | None,
    markets: frozenset[str],
    number_taken: bool,
    web_release: bool = False,
) -> None:
    """Subscribe the course for the VHS of the draft's moment.

    ``markets`` are those the VHS is a member of, ``number_taken`` says whether its admin program has the number
    already. Raises Refused naming the rule (R24, R25, R26, R31, R32, D8, D9).
    """
    state, vhs = draft.state, draft.moment.vhs
    _check_course(state, vhs, markets)
    if not number.strip() or not period.strip():
        raise Refused("an Abo needs a new course number and a period", rule="R24")
    master = state.master_lane
    assert master is not None, "checked with the course"
    terms = master.released_terms
    if terms is None or not terms.rate:
        raise Refused(
            f"{state.coop_id} was released without fee or rate; the Master must report them first", rule="R25"
        )
    if normal_rate(accepted_rate, terms.fee_cents) != terms.rate:
        raise Refused(
            f"the rate of {state.coop_id} is {terms.rate} percent for the Master (VHS {state.master}), not "
            f"{accepted_rate}; accept "
            f"exactly that with --accept-rate {terms.rate}",
            rule="R25",
            rate=terms.rate,
        )
    if number_taken:
        raise Refused(f"course number {number} is taken at VHS {vhs}; choose another one", rule="R26", number=number)
    online = master.facts.delivery in (ONLINE, HYBRID)
    bavarian = policy.is_bavarian(vhs)
    draft.add(
        e.CourseSubscribed,
        "R25",
        course_number=number,
        period=period,
        terms=terms,
        system=system,
        web_release=web_release,
        identity=policy.identity_sharing == "all",
        event_kind=policy.event_kind(master.facts.course_type) if bavarian else None,
        instructor=master_name(state.master or ""),
        keyword=policy.online_keyword_subscriber if online and bavarian else None,
    )
    draft.settle_violations()


def _check_course(state: Cooperation, vhs: str, markets: frozenset[str]) -> None:
    """Refuse what cannot be subscribed, or not by this VHS (R6, R31, R32, D8, D9, D11)."""
    master = state.master_lane
    if master is None or state.ended:
        raise Refused(f"{state.coop_id} is not released", rule="R31", coop_id=state.coop_id)
    if vhs == state.master:
        raise Refused(f"VHS {vhs} runs {state.coop_id} itself and cannot subscribe it", rule="R32")
    lane = state.active_lane(vhs)
    if lane is not None:
        raise Refused(f"VHS {vhs} has subscribed {state.coop_id} already as {lane.number} ({lane.period})", rule="R32")
    if not markets & set(master.markets) and GENERAL_MARKET not in master.markets:
        raise Refused(
            f"VHS {vhs} is in none of the markets of {state.coop_id} and can neither see nor subscribe it", rule="R31"
        )
    if state.cancelled:
        raise Refused(f"{state.coop_id} was cancelled (Ausfall)", rule="R47")
    if state.closed:
        raise Refused(f"the release of {state.coop_id} is closed for new Abos", rule="D9")
    if state.linked:
        raise Refused(
            f"{state.coop_id} is a linked course: customers are forwarded to VHS {state.master}, there is no Abo",
            rule="R6",
        )


def close_release(draft: Draft) -> None:
    """Close a release for new Abos; existing ones go on (D9)."""
    _as_master(draft)
    if draft.state.closed:
        raise Refused(f"the release of {draft.state.coop_id} is closed already", rule="D9")
    draft.add(e.ReleaseClosed, "D9")


def withdraw_release(draft: Draft) -> None:
    """Take a release back, possible only while it has no Abo (R27, D9)."""
    _as_master(draft)
    subscribers = [lane.vhs for lane in draft.state.subscribers()]
    if subscribers:
        raise Refused(
            f"{draft.state.coop_id} has Abos of VHS {', '.join(subscribers)} and cannot be withdrawn; it can be "
            f"closed for new ones",
            rule="D9",
        )
    refuse_unanswered(draft.state, draft.state.lanes, "the release is not withdrawn", "D9")
    draft.add(e.ReleaseWithdrawn, "D9")


def _as_master(draft: Draft) -> None:
    state = draft.state
    if state.master != draft.moment.vhs or state.ended:
        raise Refused(f"VHS {draft.moment.vhs} has no release {state.coop_id}", rule="D9")


class AboEnd(NamedTuple):
    """What ends with an Abo (D9): under which number its VHS has the course, the ``copies`` of bookings of others that
    it shows live and of which it hears no more, its ``own`` bookings, which stay cancelled, what its change list asks
    for and nobody writes there any more (``unwritten``), and the violations that close.
    """

    course_number: str
    period: str
    copies: list[str]
    own: list[str]
    unwritten: list[str]
    closes: list[str]


def terminate_subscription(draft: Draft, subscriber: str, *, never_shown: bool = False) -> AboEnd:
    """End an Abo by an operator's hand, possible only while no live booking of its VHS hangs on it (R27, D9), and
    nothing waits for an answer there (D30); gives what ends with it.

    Where nobody else ever showed the course, or its Master was asked and does not have it (``never_shown``), those that
    no other VHS shows are known to nobody: they are read anew under the COOP-Id that is put right in their row (R19).
    """
    state = draft.state
    lane = state.active_lane(subscriber)
    if lane is None or subscriber == state.master:
        raise Refused(f"VHS {subscriber} has no Abo of {state.coop_id}", rule="D9")
    own = (b for b in state.bookings.values() if b.owner == subscriber and b.claimed and not state.is_cancelled(b))
    alone = len(state.lanes) == 1 and issuer(state.coop_id) != subscriber
    unshown = lane.adopted and state.master is None and (alone or never_shown)
    live = [booking.ref for booking in own if not (unshown and _is_shown_here_only(booking))]
    if live:
        how = "cancel them with S first"
        if not lane.present:  # there are no rows left to set S in (D28)
            how = f"end each with koop-es confirm-cancellation {state.coop_id} --booking REF --vhs {subscriber} first"
        raise Refused(
            f"{len(live)} live bookings of VHS {subscriber} hang on {state.coop_id}; {how}",
            rule="D9",
            refs=live,
        )
    refuse_unanswered(state, [subscriber], f"the Abo of VHS {subscriber} does not end", "D9")
    seats = ((b, b.seats.get(subscriber)) for b in state.bookings.values() if b.owner != subscriber)
    ending = AboEnd(
        lane.number,
        lane.period,
        copies=sorted(b.ref for b, seat in seats if seat is not None and seat.held and seat.live),
        own=sorted(b.ref for b in state.bookings.values() if b.owner == subscriber and b.claimed),
        unwritten=[name_of(change) for change in changes(state, subscriber)],
        closes=[],
    )
    before = set(state.violations)
    draft.add(e.SubscriptionTerminated, "D9", vhs=subscriber)
    draft.settle_violations()
    return ending._replace(closes=sorted({code for code, _, _ in before - state.violations.keys()}))


def _is_shown_here_only(booking: Booking) -> bool:
    """Tell whether no VHS but its owner ever showed a booking."""
    return all(seat.status is None for vhs, seat in booking.seats.items() if vhs != booking.owner)


def confirm_terms(draft: Draft, subscriber: str, terms: Terms) -> bool:
    """Confirm other terms for one Abo; returns True once both sides did and the terms count (D13)."""
    state, side = draft.state, draft.moment.vhs
    lane = state.active_lane(subscriber)
    if lane is None or subscriber == state.master or side not in (subscriber, state.master):
        raise Refused(
            f"VHS {side} has no part in terms between VHS {subscriber} and the Master of {state.coop_id}", rule="D13"
        )
    cause = draft.add(e.TermsConfirmed, "D13", subscriber=subscriber, terms=terms)
    other = state.master if side == subscriber else subscriber
    agreed = state.confirmed_terms.get((other or "", subscriber)) == terms
    if agreed:
        draft.add(e.TermsAmended, "D13", cause=cause, subscriber=subscriber, terms=terms)
        draft.settle_violations()
    return agreed
