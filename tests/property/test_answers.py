"""Whatever has happened, no answer passes over what stands open or says that somebody shows what its exports lack."""

from __future__ import annotations

from datetime import UTC, datetime

from hypothesis import given

from koop_es.domain.cooperation import Cooperation, shows
from koop_es.domain.open_matters import STATES as OF_KINDS
from koop_es.domain.open_matters import open_matters, violations_too
from koop_es.domain.violations import found
from koop_es.replay import still_open
from koop_es.replay.words import LANGUAGES, WORDS
from koop_es.views.documents import documents
from koop_es.views.standing import AGREES, STATES, Facts, answer
from tests.property.test_observe import Act, connected, histories, odd_edits, play
from tests.unit.domain.desk import Office

NOW = datetime(2026, 4, 1, tzinfo=UTC)


def state_of(office: Office, state: Cooperation, vhs: str) -> str:
    """Say how a VHS stands that has just reported, as ``status`` does."""
    (document,) = documents(state, {vhs})
    withheld = sum(
        seat.withheld is not None for b in state.bookings.values() for v, seat in b.seats.items() if v == vhs
    )
    facts = Facts(vhs, None, 1, NOW.isoformat(), 1, document.pending, withheld, 0, None, 0, 0)
    standing = [(item.vhs, item.code, item.detail) for item in found(state) if item.vhs == vhs]
    lane = state.lanes[vhs]
    suspended = len(lane.suspended.refs) if lane.suspended is not None else 0
    said = answer(facts, standing, suspended, now=NOW, max_age=None)
    assert said["converged"] is (said["state"] == AGREES)
    return str(said["state"])


@given(histories(odd_edits))
def test_d30_no_vhs_agrees_where_a_matter_stands_open(acts: list[Act]) -> None:
    office = play(connected(), acts)
    state = office.world.state
    for matter in open_matters(state):
        if matter.kind in OF_KINDS:
            weight = STATES.index(state_of(office, state, matter.vhs))
            assert weight >= STATES.index(OF_KINDS[matter.kind]), matter


@given(histories(odd_edits))
def test_d30_a_view_shows_only_what_the_last_exports_hold(acts: list[Act]) -> None:
    state = play(connected(), acts).world.state
    for document in documents(state):
        lane = state.lanes[document.vhs]
        for booking in document.course.bookings:
            assert booking.reported == shows(lane, state.bookings[booking.ref])
            seat = state.bookings[booking.ref].seats.get(document.vhs)
            gone = seat is None or seat.absences or seat.lost or seat.unknown_status is not None
            if gone or lane.frozen or not lane.present:
                assert booking.reported is None


@given(histories(odd_edits))
def test_d30_nothing_to_do_is_never_said_of_what_stands_open(acts: list[Act]) -> None:
    state = play(connected(), acts).world.state
    for lang in LANGUAGES:
        words = WORDS[lang]
        for matter in violations_too(state):
            vhs, ref = matter.vhs, matter.ref
            here, further = still_open.of_course(state, vhs)
            said = [*still_open.remedies(here, words), *still_open.further(state, further, words)]
            assert said
            if ref:
                mine = still_open.of_booking(state, vhs, ref)
                assert matter in mine
                assert still_open.remedies(mine, words)
            told = (still_open.text(matter, words), still_open.remedy(matter, words))
            assert all(told)
            assert not any("{" in text for text in told)
