"""D26, D20: rows that a connector writes by order beside those which staff entered, or which the right copy holds."""

from __future__ import annotations

import msgspec
import pytest

from koop_es.domain.events import Event
from koop_es.domain.judgement import Judgement, WentBack
from koop_es.domain.observation import BookingRow, Person
from koop_es.domain.restoring import restore_booking
from tests.unit.domain.world import ABO, ANNA, BERND, MASTER, THIRD, World, booked, held, mirror, shared, types

OWN, OTHER = "301:8", "563:3"
ORDERED, TYPED, THIRD_OF_JANUARY = (f"2026-01-{day}T10:00:00+01:00" for day in ("07", "29", "03"))
EVERYBODY = {"301:7": "A", OWN: "A", OTHER: "A"}


def went_back(world: World, vhs: str, *rows: BookingRow, to: int) -> list[Event]:
    return world.report(vhs, *rows, judgement=Judgement(went_back=WentBack(f"{vhs}#{to}", (), to, 2)))


def theirs(status: str = "A") -> BookingRow:
    return mirror("M3", OTHER, status, at="2026-01-08T10:00:00+01:00")


def written(status: str = "A", booking_id: str = "8", **more: object) -> BookingRow:
    """Give the row that the connector writes by order."""
    more = {"tnr": "T80", "edited_by": "WS", "person": BERND, "at": ORDERED} | more
    return booked(booking_id, status, **more)  # type: ignore[arg-type]


def typed(status: str = "A", **more: object) -> BookingRow:
    """Give the row that staff entered."""
    more = {"person": BERND, "at": TYPED, "edited_by": "Kern"} | more
    return booked("31", status, **more)  # type: ignore[arg-type]


def restored() -> World:
    """Give a world in which a booking went with the program of 301 and was given out to be written again."""
    world = shared()
    moment = world.exports[ABO]
    world.report(MASTER, held(MASTER), booked("3", person=BERND, at="2026-01-08T10:00:00+01:00"))
    world.report(ABO, held(ABO), booked("8", person=BERND, at=ORDERED), theirs())
    went_back(world, ABO, held(ABO), theirs(), to=moment)
    world.decide(ABO, lambda draft: restore_booking(draft, OWN, "paper"))
    world.give(ABO)
    return world


def is_live(world: World) -> bool:
    return not world.state.is_cancelled(world.state.bookings[OWN])


@pytest.mark.parametrize("booking_id", ["8", "32"])
@pytest.mark.parametrize("at_once", [False, True])
def test_d20_d26_who_is_typed_and_written_as_well_has_one_seat(booking_id: str, *, at_once: bool) -> None:
    world = restored()
    if not at_once:
        world.report(ABO, held(ABO), theirs(), typed())
    for _ in range(2):
        events = world.report(ABO, held(ABO), theirs(), written(booking_id=booking_id), typed())
        assert world.statuses(MASTER) == EVERYBODY
        assert set(world.detail("MIRROR_DOUBLED")["found"].split(", ")) == {f"{booking_id} (A)", "31 (A)"}
    assert types(events) == [], "it is said once"


@pytest.mark.parametrize("at_once", [False, True])
def test_d20_d26_an_s_of_who_is_typed_and_written_counts_where_both_rows_show_it(*, at_once: bool) -> None:
    for first in ("typed", "written"):
        world = restored()
        if not at_once:
            world.report(ABO, held(ABO), theirs(), typed())
        world.report(ABO, held(ABO), theirs(), written(), typed())
        one = (written("S"), typed()) if first == "written" else (written(), typed("S"))
        for _ in range(2):
            events = world.report(ABO, held(ABO), theirs(), *one)
            assert is_live(world)
            assert "ParticipantsMerged" not in types(events)
        world.report(ABO, held(ABO), theirs(), written("S"), typed("S"))
        assert not is_live(world)


@pytest.mark.parametrize("left", ["typed", "written"])
@pytest.mark.parametrize("at_once", [False, True])
def test_d20_d26_one_of_the_rows_of_who_is_typed_and_written_is_deleted(left: str, *, at_once: bool) -> None:
    world = restored()
    if not at_once:
        world.report(ABO, held(ABO), theirs(), typed())
    world.report(ABO, held(ABO), theirs(), written(), typed())
    row = typed() if left == "typed" else written()
    for _ in range(3):
        events = world.report(ABO, held(ABO), theirs(), row)
        assert "ParticipantsMerged" not in types(events)
    assert world.statuses(MASTER) == EVERYBODY
    assert "MIRROR_DOUBLED" not in world.codes
    world.report(ABO, held(ABO), theirs(), written(), typed())
    assert (world.statuses(MASTER) == EVERYBODY) or left == "written", "the row by order is that booking's for ever"


def test_d26_a_partial_export_of_one_of_two_rows_merges_nobody() -> None:
    world = restored()
    world.report(ABO, held(ABO), theirs(), written(), typed())
    for row in (typed(), written(), typed("S"), typed()):
        events = world.report(ABO, row, full=False)
        assert set(types(events)) <= {"MirrorDoubled"}
        assert world.statuses(MASTER) == EVERYBODY


def test_d20_a_row_by_order_is_told_by_its_beleg_id_where_no_time_of_day_is_kept() -> None:
    world = restored()
    days = {"at": "2026-01-07T00:00:00+01:00"}
    world.report(ABO, held(ABO), theirs(), written(tnr="T8", **days))
    went_back(world, ABO, held(ABO), theirs(), to=2)
    world.decide(ABO, lambda draft: restore_booking(draft, OWN, "paper"))
    world.give(ABO)
    world.report(ABO, held(ABO), theirs(), typed(at="2026-01-29T00:00:00+01:00"))
    for _ in range(2):
        world.report(ABO, held(ABO), theirs(), typed(at="2026-01-29T00:00:00+01:00"), written(**days))
        assert world.statuses(MASTER) == EVERYBODY


def test_d20_who_is_entered_once_more_after_the_row_by_order_was_seen_is_a_registration() -> None:
    world = restored()
    world.report(ABO, held(ABO), theirs(), written())
    world.report(ABO, held(ABO), theirs(), written(), typed())
    assert set(world.statuses(MASTER)) == {*EVERYBODY, "301:31"}


def test_d20_d26_another_of_the_second_that_was_ordered_is_somebody_else() -> None:
    world = restored()
    world.report(ABO, held(ABO), theirs(), typed())
    world.report(ABO, held(ABO), theirs(), typed(), written(person=Person("Zander", "Zoe", "", "z@example.org")))
    assert len(world.statuses(MASTER)) == len(EVERYBODY) + 1
    assert "MIRROR_DOUBLED" not in world.codes


# --- mirrors without reference ----------------------------------------------------------------------------------------


def bare(booking_id: str = "M563-7", status: str = "A", **more: object) -> BookingRow:
    """Give the mirror of 301:7 at a Master that keeps no references."""
    return booked(booking_id, status, **{"edited_by": "WS", **more})  # type: ignore[arg-type]


def with_a_bare_mirror() -> World:
    """Give a world in which the Master, which keeps no references, was given the mirror of 301:7 out and shows it."""
    world = World()
    for vhs in (MASTER, ABO, THIRD):
        world.report(vhs)
    world.report(ABO, held(ABO))
    world.give(MASTER)
    world.report(MASTER, bare())
    assert world.statuses(ABO) == {"301:7": "A"}
    return world


@pytest.mark.parametrize("edited_by", ["WS", None, "Kern"])
def test_d26_a_second_row_of_a_mirror_that_was_acknowledged_is_no_registration(edited_by: str | None) -> None:
    world = with_a_bare_mirror()
    for _ in range(2):
        world.report(MASTER, bare(), bare("77", edited_by=edited_by))
        assert world.statuses(ABO) == {"301:7": "A"}
        assert world.detail("MIRROR_DOUBLED") == {"found": "77 (A), M563-7 (A)"}
    world.report(MASTER, bare(), bare("77", "S", edited_by=edited_by))
    assert world.statuses(ABO) == {"301:7": "A"}, "the other row shows it"
    world.report(MASTER, bare())
    assert world.codes == {"MIRROR_WITHOUT_REFERENCE"}
    world.report(ABO, held(ABO, status="S"))
    world.give(MASTER)
    world.report(MASTER, bare(status="S"), bare("77", edited_by=edited_by))
    assert [change.booking_id for change in world.changes(MASTER)] == ["77"], "what was written late is told S"


def test_d26_a_third_row_of_a_mirror_is_no_registration_either() -> None:
    world = with_a_bare_mirror()
    world.report(MASTER, bare(), bare("77"), bare("78"))
    assert world.statuses(ABO) == {"301:7": "A"}
    assert world.detail("MIRROR_DOUBLED") == {"found": "77 (A), 78 (A), M563-7 (A)"}


@pytest.mark.parametrize(
    "row",
    [
        bare("77", person=Person("Muster", "Anna", "0999 1", "other@example.org")),
        bare("77", person=Person("Muster", "Berta", ANNA.phone, ANNA.email)),
        bare("77", at=THIRD_OF_JANUARY),
    ],
    ids=["reached otherwise", "another name", "another second"],
)
def test_d26_whoever_differs_from_an_acknowledged_mirror_is_a_registration(row: BookingRow) -> None:
    world = with_a_bare_mirror()
    world.report(MASTER, bare(), row)
    assert set(world.statuses(ABO)) == {"301:7", "563:77"}
    assert "MIRROR_DOUBLED" not in world.codes


def test_d26_what_was_never_given_out_was_written_by_nobody() -> None:
    world = shared()
    world.report(MASTER, held(MASTER), msgspec.structs.replace(held(MASTER), booking_id="77", ref=None))
    assert "563:77" in world.statuses(ABO)
