"""What waits for an answer, or is asked about, and whatever ends beside it: what stands, who is told, and that there is
an answer at any time (D20, D21, D31, D32).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import msgspec
import pytest

from koop_es.domain.cancellations import confirm_cancellation, reject_cancellation
from koop_es.domain.errors import Refused
from koop_es.domain.judgement import Effect, Judgement, WentBack
from koop_es.domain.observation import Person
from koop_es.domain.open_matters import unanswered
from koop_es.domain.restoring import reject_course, restore_booking, restore_course
from koop_es.domain.seats import approve_withheld
from koop_es.domain.subscription import terminate_subscription
from koop_es.domain.withdraw import Stays, withdraw
from koop_es.domain.withhold import approve_effects
from tests.unit.domain.world import ABO, ANNA, MASTER, THIRD, World, held, listed

REF = "301:7"
MARRIED = Person("Beispiel", "Anna", ANNA.phone, ANNA.email)


@dataclass(frozen=True)
class Kind:
    """A matter: at which VHS, how its export says it, and how the guard judges that export."""

    vhs: str
    judgement: Judgement
    status: str = "A"
    cancelled: bool = False
    venue: str = "Raum 1"
    person: Person | None = None

    def report(self, world: World, *, judgement: Judgement | None = None) -> None:
        row = held(self.vhs, status=self.status)
        row = row if self.person is None else msgspec.structs.replace(row, person=self.person)
        facts: dict[str, Any] = {"cancelled": self.cancelled, "venue": self.venue} if self.vhs == MASTER else {}
        world.report(self.vhs, row, judgement=judgement, **facts)


KINDS = {
    "S": Kind(THIRD, Judgement(effects=(Effect.CANCELLATION,)), "S"),
    "S of the owner": Kind(ABO, Judgement(effects=(Effect.CANCELLATION,)), "S"),
    "asked S": Kind(THIRD, Judgement(put_back=True), "S"),
    "asked S of the owner": Kind(ABO, Judgement(put_back=True), "S"),
    "Ausfall": Kind(MASTER, Judgement(effects=(Effect.AUSFALL,)), cancelled=True),
    "revision": Kind(MASTER, Judgement(effects=(Effect.REVISION,), fields=("venue",)), venue="Saal"),
    "person": Kind(ABO, Judgement(effects=(Effect.PERSON,)), person=MARRIED),
}
LETTERS = ("S", "S of the owner", "asked S", "asked S of the owner")

each_kind = pytest.mark.parametrize("name", KINDS)
each_letter = pytest.mark.parametrize("name", LETTERS)


def waiting(name: str) -> tuple[World, Kind, str]:
    """Let a matter wait; gives the export that said it as well."""
    world, kind = listed(), KINDS[name]
    world.give(MASTER, ABO, THIRD)
    kind.report(world, judgement=kind.judgement)
    assert stands(world, kind)
    return world, kind, f"{kind.vhs}#{world.exports[kind.vhs]}"


def stands(world: World, kind: Kind) -> bool:
    return bool(unanswered(world.state, kind.vhs))


def take_back(world: World, kind: Kind, export: str, *later: str, withdrawn: tuple[str, ...] = ()) -> list[Stays]:
    told = list(world.events)
    found: list[Stays] = world.decide(
        kind.vhs, lambda draft: withdraw(draft, export, told, later=later, withdrawn=withdrawn)
    )
    return found


def told(world: World) -> dict[str, list[tuple[str, str]]]:
    """Name what each VHS is told to write."""
    return {vhs: said for vhs in (MASTER, ABO, THIRD) if (said := world.to_do(vhs))}


def the_rest_goes_on(world: World, kind: Kind) -> None:
    """Nobody was cancelled or changed, and whoever has cancelled nothing can leave."""
    booking = world.state.bookings[REF]
    assert (booking.cancelled_by, booking.orphaned_by, booking.person_version) == (frozenset(), frozenset(), 1)
    assert world.state.lanes[MASTER].facts.venue == "Raum 1"
    if kind.vhs == THIRD:
        world.decide(MASTER, lambda draft: terminate_subscription(draft, THIRD))


# --- the export that said it is withdrawn -----------------------------------------------------------------------------


@each_kind
def test_d32_what_waits_ends_with_its_export_and_nobody_is_told_but_who_shows_the_s(name: str) -> None:
    world, kind, export = waiting(name)
    assert take_back(world, kind, export) == []
    assert not stands(world, kind)
    assert "EFFECTS_WITHHELD" not in world.codes
    assert told(world) == ({kind.vhs: [("booking.update", REF)]} if name in LETTERS else {})
    the_rest_goes_on(world, kind)


@each_kind
def test_d32_what_a_later_complete_export_says_as_well_waits_on_until_that_is_withdrawn_too(name: str) -> None:
    world, kind, export = waiting(name)
    kind.report(world)
    again = f"{kind.vhs}#{world.exports[kind.vhs]}"
    [stays] = take_back(world, kind, export, again)
    assert stays.why.startswith(again)
    assert stands(world, kind)
    assert told(world) == {}
    assert take_back(world, kind, export, withdrawn=(export, again)) == []
    assert not stands(world, kind)
    the_rest_goes_on(world, kind)


@each_kind
def test_d32_what_a_later_export_shows_as_before_is_answered_and_its_export_has_nothing_to_take_back(name: str) -> None:
    world, kind, export = waiting(name)
    world.report(kind.vhs, held(kind.vhs))
    assert not stands(world, kind)
    assert take_back(world, kind, export, f"{kind.vhs}#{world.exports[kind.vhs]}") == []
    assert told(world) == {}
    the_rest_goes_on(world, kind)


@each_kind
@pytest.mark.parametrize("shown", [False, True])
def test_d32_where_the_course_is_gone_it_ends_with_its_export_unless_a_complete_one_said_it_as_well(
    name: str, shown: bool
) -> None:
    world, kind, export = waiting(name)
    later = []
    if shown:
        kind.report(world)
        later.append(f"{kind.vhs}#{world.exports[kind.vhs]}")
    world.report_without_course(kind.vhs)
    later.append(f"{kind.vhs}#{world.exports[kind.vhs]}")
    assert stands(world, kind)
    assert bool(take_back(world, kind, export, *later)) is shown
    assert stands(world, kind) is shown


@each_letter
def test_d32_where_the_course_is_called_off_it_ends_with_its_export(name: str) -> None:
    world, kind, export = waiting(name)
    world.report(MASTER, held(MASTER), cancelled=True)
    take_back(world, kind, export)
    world.report(MASTER, held(MASTER))
    assert not stands(world, kind)
    assert not world.state.is_cancelled(world.state.bookings[REF])


@pytest.mark.parametrize("name", ["S", "S of the owner"])
def test_d32_d20_an_s_that_its_program_shows_no_more_after_it_was_put_back_ends_with_its_export(name: str) -> None:
    world, kind, export = waiting(name)
    world.report(kind.vhs, held(kind.vhs), judgement=back(kind.vhs))
    assert stands(world, kind), "it was nobody's answer"
    assert take_back(world, kind, export, f"{kind.vhs}#{world.exports[kind.vhs]}") == []
    assert not stands(world, kind)
    the_rest_goes_on(world, kind)


DAMAGES: dict[str, dict[str, str]] = {
    "nothing": {},
    "no time": {"booked_at": ""},
    "another time": {"booked_at": "2026-02-03T09:30:00+01:00"},
    "another number": {"participant_no": "T99"},
    "another Beleg-ID": {"booking_id": "99"},
    "another Beleg-ID and no time": {"booking_id": "99", "booked_at": ""},
    "another Beleg-ID and number": {"booking_id": "99", "participant_no": "T99"},
}
"""What a row may have lost or changed when its letter is shown again; name, mail and phone are those of before."""


@each_letter
@pytest.mark.parametrize("damage", DAMAGES)
def test_d18_d32_a_row_with_a_withdrawn_s_is_no_other_registration_once_it_shows_its_letter(
    name: str, damage: str
) -> None:
    world, kind, export = waiting(name)
    take_back(world, kind, export)
    row = msgspec.structs.replace(held(kind.vhs), **DAMAGES[damage])
    for _ in range(3):
        world.report(kind.vhs, row)
    assert list(world.state.bookings) == [REF]
    assert not world.state.is_cancelled(world.state.bookings[REF])


@pytest.mark.parametrize("name", ["S", "S of the owner"])
def test_d20_d32_a_withdrawn_s_was_never_acknowledged_and_shows_no_restore_when_it_is_shown_again(name: str) -> None:
    world, kind, export = waiting(name)
    take_back(world, kind, export)
    world.report(kind.vhs, held(kind.vhs))
    assert world.weigh(kind.vhs, held(kind.vhs, status="S")).signs == []


@each_letter
def test_d32_an_s_that_stays_after_its_export_was_withdrawn_is_no_claim(name: str) -> None:
    world, kind, export = waiting(name)
    take_back(world, kind, export)
    kind.report(world)
    assert not world.state.is_cancelled(world.state.bookings[REF])


# --- an answer at any time --------------------------------------------------------------------------------------------


def nothing(world: World, kind: Kind) -> None: ...


def the_course_is_gone(world: World, kind: Kind) -> None:
    world.report_without_course(kind.vhs)


def the_course_is_called_off(world: World, kind: Kind) -> None:
    world.report(MASTER, held(MASTER), cancelled=True)


def somebody_else_cancels(world: World, kind: Kind) -> None:
    world.report(MASTER, held(MASTER, status="S"))


Ending = Callable[[World, Kind], None]
BESIDE: tuple[Ending, ...] = (nothing, the_course_is_gone, the_course_is_called_off, somebody_else_cancels)


@pytest.mark.parametrize("name", ["S", "S of the owner"])
@pytest.mark.parametrize("meant", [False, True])
@pytest.mark.parametrize("ends", BESIDE, ids=lambda ends: ends.__name__)
def test_d31_a_withheld_s_is_approved_or_refused_whatever_ended(name: str, ends: Ending, meant: bool) -> None:
    world, kind, _ = waiting(name)
    ends(world, kind)
    assert stands(world, kind)
    answer = confirm_cancellation if meant else reject_cancellation
    world.decide(kind.vhs, lambda draft: answer(draft, REF, "asked them"))
    assert not stands(world, kind)
    booking = world.state.bookings[REF]
    assert (kind.vhs in booking.cancelled_by) is meant
    with pytest.raises(Refused):
        world.decide(kind.vhs, lambda draft: answer(draft, REF, "asked again"))
    if kind.vhs == THIRD:
        world.decide(MASTER, lambda draft: terminate_subscription(draft, THIRD))


@each_kind
def test_d31_what_waits_is_approved_whatever_ended(name: str) -> None:
    if name.startswith("asked"):
        return
    for ends in BESIDE:
        world, kind, export = waiting(name)
        ends(world, kind)
        if not stands(world, kind):
            continue
        effect = kind.judgement.effects[0]
        world.decide(kind.vhs, lambda draft: approve_effects(draft, f"{export}/{effect}"))  # noqa: B023
        assert not stands(world, kind)


# --- its program is put back ------------------------------------------------------------------------------------------


OF_THE_PROGRAM = ("Ausfall", "revision", "person")


@pytest.mark.parametrize("name", OF_THE_PROGRAM)
@pytest.mark.parametrize("how", ["as before", "without its row"])
def test_d20_d31_what_waits_is_asked_on_where_its_program_is_put_back(name: str, how: str) -> None:
    world, kind, _ = waiting(name)
    put_back(world, kind, how)
    assert stands(world, kind), "it was nobody's answer"
    for _ in range(3):
        world.give(kind.vhs)
        world.report(kind.vhs, held(kind.vhs, edited_by="WS"))
        assert stands(world, kind), "nor is it what its program shows since"
    assert told(world) == {}
    assert not world.state.cancelled


def put_back(world: World, kind: Kind, how: str) -> None:
    if how == "as before":
        world.report(kind.vhs, held(kind.vhs), judgement=back(kind.vhs))
    elif kind.vhs == MASTER:
        world.report_without_course(MASTER, judgement=back(MASTER))
    else:
        world.report(kind.vhs, judgement=back(kind.vhs))
        world.decide(kind.vhs, lambda draft: restore_booking(draft, REF, "it lives"))


@pytest.mark.parametrize("name", ["Ausfall", "revision"])
def test_d20_d31_what_a_master_said_and_its_program_lost_is_written_again_and_counts_then(name: str) -> None:
    world, kind, _ = waiting(name)
    put_back(world, kind, "as before")
    world.decide(MASTER, lambda draft: restore_course(draft, "that was meant"))
    assert [change.fields for change in world.changes(MASTER)] == [
        {"Ausfall": "W"} if name == "Ausfall" else {"Kursort": "Saal"}
    ]
    kind.report(world)
    assert not stands(world, kind)
    assert (world.state.cancelled, world.state.lanes[MASTER].facts.venue) == (kind.cancelled, kind.venue)


@pytest.mark.parametrize("name", ["Ausfall", "revision"])
def test_d20_d31_what_a_master_did_not_mean_is_over_and_nobody_is_told(name: str) -> None:
    world, kind, _ = waiting(name)
    put_back(world, kind, "as before")
    world.decide(MASTER, lambda draft: reject_course(draft, "that was wrong"))
    assert not stands(world, kind)
    assert told(world) == {}
    the_rest_goes_on(world, kind)


def test_d20_d31_a_person_who_is_approved_after_the_program_was_put_back_is_written_there() -> None:
    world, kind, export = waiting("person")
    put_back(world, kind, "as before")
    world.decide(ABO, lambda draft: approve_withheld(draft, f"{export}/person"))
    assert not stands(world, kind)
    assert told(world) == {MASTER: [("booking.update", REF)], ABO: [("booking.update", REF)]}
    world.report(ABO, held(ABO))
    assert world.state.bookings[REF].person_version == 2, "what it shows until then is no claim"
    kind.report(world)
    assert told(world) == {MASTER: [("booking.update", REF)]}


def test_d20_d31_a_person_who_is_shown_again_waits_as_any_other() -> None:
    world, kind, _ = waiting("person")
    put_back(world, kind, "as before")
    kind.report(world)
    assert stands(world, kind)
    world.report(ABO, held(ABO))
    assert not stands(world, kind)
    the_rest_goes_on(world, kind)


@pytest.mark.parametrize("name", OF_THE_PROGRAM)
@pytest.mark.parametrize("shown", [False, True])
def test_d20_d32_what_its_program_lost_ends_with_its_export_unless_a_complete_one_said_it_as_well(
    name: str, shown: bool
) -> None:
    world, kind, export = waiting(name)
    later = []
    if shown:
        kind.report(world)
        later.append(f"{kind.vhs}#{world.exports[kind.vhs]}")
    put_back(world, kind, "as before")
    later.append(f"{kind.vhs}#{world.exports[kind.vhs]}")
    take_back(world, kind, export, *later)
    assert stands(world, kind) is shown
    assert told(world) == {}
    the_rest_goes_on(world, kind)


def back(vhs: str) -> Judgement:
    return Judgement(went_back=WentBack(f"{vhs}#0", (), 0, 2))
