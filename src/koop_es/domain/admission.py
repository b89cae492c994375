"""Who takes part by what its export shows: whatever was shared before the engine was connected, and nothing else.

Of a course that was released through the engine every Abo was subscribed through it: a VHS that is in none of its
markets, or that never accepted its rate, does not get in by typing the COOP-Id (R25, R31, D9).
"""

from __future__ import annotations

from collections.abc import Collection
from typing import NamedTuple

from koop_es.domain.cooperation import Cooperation
from koop_es.domain.course import ABO_MARKER
from koop_es.domain.identifiers import GENERAL_MARKET, issuer
from koop_es.domain.observation import CourseRow


class Standing(NamedTuple):
    """What is known of a cooperation whose COOP-Id turns up where nobody knew of it.

    ``by_engine`` says that it was released through the engine, ``withdrawn`` that its Master took that back, and
    ``shut`` that nobody can subscribe it any more, or ever could: it is closed, or a link (D9, R6). ``markets`` are
    those it was released in.
    """

    by_engine: bool = False
    withdrawn: bool = False
    shut: bool = False
    markets: tuple[str, ...] = (GENERAL_MARKET,)


class Stranger(NamedTuple):
    """Why nothing is read of a course with such a COOP-Id, and what to do."""

    reason: str
    remedy: str


def standing_of(state: Cooperation) -> Standing:
    """Say it of a cooperation as it stands."""
    master = state.master_lane
    return Standing(
        by_engine=master is not None and not master.adopted,
        withdrawn=state.withdrawn,
        shut=state.closed or state.linked,
        markets=master.markets if master is not None and not master.adopted else (GENERAL_MARKET,),
    )


def is_marked(row: CourseRow) -> bool:
    """Tell whether a row is that of an Abo-Kurs by its "Kennzeichen"."""
    return ABO_MARKER in (row.facts.markers or ())


def stranger(
    coop_id: str, vhs: str, row: CourseRow, standing: Standing, member_of: Collection[str] = ()
) -> Stranger | None:
    """Tell why a VHS that takes no part does not by this row either, None where it does (R14, R31, D9, D16).

    ``member_of`` are the mini-markets it is in: what to do offers no Abo that would be refused.

    Without "Kennzeichen 100" a course with a COOP-Id typed or copied into it is its VHS's own, and so are its people,
    whether the Master has reported or not (R28, D1).
    """
    if standing.withdrawn:
        again = ", then release it anew" if vhs == issuer(coop_id) else ""
        reason = f"the release {coop_id} was withdrawn, and its COOP-Id counts no more"
        return Stranger(reason, f'empty "Externe Kurs-Nr." there and export again{again}')
    if standing.by_engine:
        reason = f"this VHS has no Abo of {coop_id}: its COOP-Id was entered here, but nobody subscribed it"
        empty = 'empty "Externe Kurs-Nr." there'
        if standing.shut:
            return Stranger(reason, f"{empty}, and export again: the course takes no new Abos")
        subscribe = (
            f"koop-es subscribe {coop_id} --vhs {vhs} --number {row.number} --period {row.period or 'P'} "
            "--accept-rate N"
        )
        if {GENERAL_MARKET, *member_of}.isdisjoint(standing.markets):
            subscribe = f"once this VHS is in {' or '.join(standing.markets)} (koop-es market join), {subscribe}"
            return Stranger(reason, f"{empty}, or {subscribe}; then export again")
        return Stranger(reason, f"{subscribe}, or {empty}; then export again")
    unmarked = row.facts.markers is not None and not is_marked(row)
    if unmarked and vhs != issuer(coop_id):
        reason = (
            f"{coop_id} belongs to VHS {issuer(coop_id)}, which alone can release it, and the course is no Abo-Kurs "
            "without Kennzeichen 100"
        )
        return Stranger(
            reason, 'if it is an Abo-Kurs, set Kennzeichen 100; if not, empty "Externe Kurs-Nr."; then export again'
        )
    return None
