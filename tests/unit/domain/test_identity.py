"""Who is who in the rows of a VHS: other ids cancel nobody, and a reused id cancels nobody else (D18, D26, D27)."""

from __future__ import annotations

import msgspec
import pytest

from koop_es.domain.cancellations import confirm_cancellation, reject_cancellation
from koop_es.domain.observation import BookingRow, Person, Status
from koop_es.domain.violation_texts import text
from koop_es.domain.violations import found
from tests.unit.domain.world import ABO, ANNA, BERND, MASTER, THIRD, World, booked, held, mirror, network, shared, types

DAY = "2026-01-05T00:00:00+01:00"
LATER = "2026-02-20T11:30:00+01:00"
CARL = Person("Busch", "Carl", "0911 55", "carl@example.org")
REUSED = ("BELEG_ID_REUSED", ABO, "301:7~2")


def named(name: str, first: str = "Eva") -> Person:
    """Give somebody of whom neither phone nor mail is known."""
    return Person(name, first)


def of_family(first: str) -> Person:
    return Person("Lang", first, "0711 1", "lang@example.org")


def at_owner(*rows: BookingRow) -> World:
    """Give a network in which the owner has shown some rows, and the Master holds the mirrors."""
    world = network()
    world.report(ABO, *rows)
    mirrors = [mirror(f"M{row.booking_id}", f"{ABO}:{row.booking_id}", row.raw_status) for row in rows]
    world.report(MASTER, *[m for m, row in zip(mirrors, rows, strict=True) if row.raw_status != "S"])
    return world


def nobody_is_cancelled(world: World, *reports: tuple[BookingRow, ...]) -> None:
    """Let the owner report, each twice over and once more, and see that nothing is cancelled by it."""
    for rows in reports:
        for _ in range(3):
            world.report(ABO, *rows)
    assert not {"BookingCancelled", "OrphanDetected", "BookingVanished"} & set(types(world.events))


# --- D18: the same booking ------------------------------------------------------------------------------------------


def test_d18_name_number_and_time_put_right_at_once_stay_the_same_booking() -> None:
    """Meier was Meyer; mail and phone are the same, and whoever shares them is nobody else."""
    world = at_owner(booked("7", person=Person("Meier", "Eva", "0721 1", "e@example.org")))
    row = booked("7", tnr="T99", person=Person("Meyer", "Eva", "0721 1", "e@example.org"), at=LATER)
    nobody_is_cancelled(world, (row,))
    assert world.statuses(MASTER) == {"301:7": "A"}
    assert "ParticipantReplaced" not in types(world.events)


def test_d18_beleg_id_that_another_has_in_another_course_leaves_its_booking_free() -> None:
    """The Beleg-IDs were shifted over two courses, and are right again: 7 is Bernd's there, and this row is Anna's."""
    world = at_owner(booked("7"))
    bernds = booked("7", tnr="T8", person=BERND, at=LATER, number="N2")
    said = world.report(ABO, booked("8", tnr="T7"), protected=["7"], stands=[bernds])
    assert types(said) == ["BookingRekeyed"]
    assert world.statuses(MASTER) == {"301:7": "A"}


@pytest.mark.parametrize(
    "there",
    [booked("7", tnr="T8", at=LATER, number="N2"), booked("7", person=BERND, at=LATER, number="N2"), None],
    ids=["name", "TNR", "illegible"],
)
def test_d17_booking_that_a_row_of_another_course_may_be_is_not_free(there: BookingRow | None) -> None:
    world = at_owner(booked("7"))
    row = booked("8", tnr="T9")
    said = world.report(ABO, row, protected=["7"], stands=[there] if there is not None else [])
    assert "BookingRekeyed" not in types(said)


SILENT = Person("Muster", "Anna", "", "")


def test_d18_merge_in_a_file_without_mail_and_phone_is_told_by_name_and_second() -> None:
    """What is unstated says nothing (D29); before, the booking was absent and its person booked anew."""
    world = at_owner(booked("7"))
    said = world.report(ABO, booked("8", person=SILENT))
    assert types(said)[0] == "ParticipantsMerged"
    nobody_is_cancelled(world, (booked("8"),))
    assert world.statuses(MASTER) == {"301:7": "A"}


@pytest.mark.parametrize(
    "row",
    [
        booked("8", person=SILENT, at=LATER),
        booked("8", person=Person("Muster", "Anna", "0999 9", "other@example.org")),
    ],
)
def test_d18_name_alone_or_with_another_contact_is_somebody_new(row: BookingRow) -> None:
    world = at_owner(booked("7"))
    assert types(world.report(ABO, row))[0] == "BookingMade"


def test_d18_name_and_second_of_two_tell_nobody() -> None:
    world = at_owner(booked("7"), booked("9"))
    assert types(world.report(ABO, booked("8", person=SILENT)))[0] == "BookingMade"


def test_d18_who_is_entered_again_before_the_second_absence_keeps_the_booking() -> None:
    """As the first absence says: Beleg-ID and time are new, TNR and name are the same."""
    world = at_owner(booked("7"), booked("8", person=CARL, at=LATER))
    world.report(ABO, booked("8", person=CARL, at=LATER))
    again = booked("9", tnr="T7", at="2026-03-01T09:00:01+01:00")
    assert "BookingRekeyed" in types(world.report(ABO, booked("8", person=CARL, at=LATER), again))
    assert world.statuses(MASTER) == {"301:7": "A", "301:8": "A"}
    assert world.open == set()


def test_d18c_substitute_takes_part_and_people_are_told() -> None:
    world = at_owner(booked("7"))
    said = world.report(ABO, booked("7", tnr="T8", person=CARL))
    assert types(said) == ["BookingAmended", "ParticipantReplaced"]
    assert world.statuses(MASTER) == {"301:7": "A"}


def test_d18c_time_without_time_of_day_makes_no_substitute() -> None:
    world = at_owner(booked("7", at=DAY))
    world.report(ABO, booked("7", tnr="T8", person=CARL, at=DAY))
    assert set(world.state.bookings) == {"301:7", "301:7~2"}


@pytest.mark.parametrize("at", ["", "1900-01-01T10:00:00+01:00", "1753-01-01T08:00:00+01:00"])
def test_d18_sentinel_is_no_witness(at: str) -> None:
    world = at_owner(booked("7", at=at))
    world.report(ABO, booked("7", tnr="T8", person=CARL, at=at))
    assert set(world.state.bookings) == {"301:7", "301:7~2"}


def test_d18b_exchanged_ids_follow_the_people() -> None:
    world = at_owner(booked("1", person=ANNA), booked("2", person=BERND))
    said = world.report(ABO, booked("2", tnr="T1", person=ANNA), booked("1", tnr="T2", person=BERND))
    assert types(said) == ["BookingRekeyed", "BookingRekeyed"]
    assert {ref: b.seats[ABO].booking_id for ref, b in world.state.bookings.items()} == {"301:1": "2", "301:2": "1"}
    assert world.open == set()
    assert world.report(ABO, booked("2", tnr="T1", person=ANNA), booked("1", tnr="T2", person=BERND)) == []


def namesakes(letter: str, at: str = LATER) -> World:
    """Give a course with two people of one name, of whom the second shows ``letter``; who was first is cancelled."""
    world = at_owner(booked("1", person=CARL), booked("2"), booked("3", at=at))
    world.report(ABO, booked("1", "S", person=CARL), booked("2"), booked("3", letter, at=at))
    return world


@pytest.mark.parametrize("at", [LATER, "2026-01-05T10:00:00+01:00"])
@pytest.mark.parametrize(("before", "now"), [("S", "S"), ("A", "S"), ("A", "A"), ("S", "A")])
def test_d18b_beleg_ids_given_anew_follow_tnr_name_and_moment_also_of_one_name(before: str, now: str, at: str) -> None:
    """The first row was cleared away, and its program numbers the others anew: each stands under its neighbour's."""
    world = namesakes(before, at)
    rows = booked("1", tnr="T2"), booked("2", now, tnr="T3", at=at)
    for _ in range(3):
        world.report(ABO, *rows)
    assert {ref: b.seats[ABO].booking_id for ref, b in world.state.bookings.items()} == {
        "301:1": "1",
        "301:2": "1",
        "301:3": "2",
    }
    assert world.statuses(ABO) | {"301:1": "S"} == {"301:1": "S", "301:2": "A", "301:3": "S" if before == "S" else now}
    assert not {"OrphanDetected", "ParticipantsMerged"} & set(types(world.events))


def test_d18b_who_is_added_under_the_beleg_id_of_a_namesake_who_got_another_is_somebody_new() -> None:
    world = namesakes("S")
    world.report(ABO, booked("1", tnr="T2"), booked("2", "S", tnr="T9", at="2026-02-21T09:00:00+01:00"))
    assert world.statuses(ABO)["301:2"] == "A"


def test_d18_participants_entered_for_each_other_leave_the_letters_with_their_beleg_ids() -> None:
    world = namesakes("S")
    world.report(ABO, booked("2", tnr="T3", at=LATER), booked("3", "S", tnr="T2"))
    assert {ref: world.statuses(ABO)[ref] for ref in ("301:2", "301:3")} == {"301:2": "A", "301:3": "S"}


def test_d18_row_under_the_beleg_id_of_a_namesake_waits_in_a_delta() -> None:
    world = namesakes("A")
    assert types(world.report(ABO, booked("2", "S", tnr="T3", at=LATER), full=False)) == ["MergeSuspected"]
    assert set(world.statuses(MASTER).values()) == {"A", "S"}
    assert world.statuses(MASTER)["301:2"] == "A"


def test_d18b_mirrors_without_reference_follow_tnr_name_and_moment_under_new_beleg_ids() -> None:
    """Two strangers of one name booked at two VHSs; the Master's program keeps no references."""
    world = network()
    world.report(ABO, booked("7"))
    world.report(THIRD, booked("8", at=LATER))
    world.give(MASTER)
    world.report(MASTER, booked("52", tnr="N1"), booked("53", tnr="N2", at=LATER))
    world.report(THIRD, booked("8", "S", at=LATER))
    world.give(MASTER)
    world.report(MASTER, booked("52", tnr="N1"), booked("53", "S", tnr="N2", at=LATER, edited_by="WS"))
    for _ in range(3):
        world.report(MASTER, booked("51", tnr="N1"), booked("52", "S", tnr="N2", at=LATER, edited_by="WS"))
    assert world.statuses(MASTER) == {"301:7": "A", "412:8": "S"}
    seats = {ref: booking.seats[MASTER].booking_id for ref, booking in world.state.bookings.items()}
    assert seats == {"301:7": "51", "412:8": "52"}


def test_d18b_change_to_the_owner_names_the_beleg_id_it_has_now() -> None:
    world = at_owner(booked("1", person=ANNA), booked("2", person=BERND))
    world.report(ABO, booked("2", tnr="T1", person=ANNA), booked("1", tnr="T2", person=BERND))
    world.report(MASTER, mirror("M1", "301:1", "S"), mirror("M2", "301:2"))
    assert [(c.kind, c.ref, c.booking_id) for c in world.changes(ABO)] == [("booking.cancel", "301:1", "2")]


def test_d18_orphan_does_not_go_on_under_another_beleg_id() -> None:
    """The others were told "S" already: who is entered again has a registration of its own (D5)."""
    world = shared("301:7")
    world.report(ABO)
    world.report(ABO)
    assert types(world.report(ABO, booked("9", tnr="T7"))) == ["BookingMade"]
    assert world.statuses(MASTER) == {"301:7": "S", "301:9": "A"}


def test_d18_equal_fits_take_the_same_letter_first() -> None:
    """Two seats under one TNR and name: the "S" goes on in the row that shows it."""
    seats = booked("1", tnr="T1"), booked("2", "S", tnr="T1")
    world = at_owner(*seats)
    world.report(ABO, booked("3", "S", tnr="T1"), booked("4", tnr="T1"))
    assert {ref: b.seats[ABO].booking_id for ref, b in world.state.bookings.items()} == {"301:1": "4", "301:2": "3"}


def test_d18_equal_fits_of_equal_letters_go_by_beleg_id() -> None:
    world = at_owner(booked("1", tnr="T1"), booked("2", tnr="T1"))
    world.report(ABO, booked("4", tnr="T1"), booked("3", tnr="T1"))
    assert {ref: b.seats[ABO].booking_id for ref, b in world.state.bookings.items()} == {"301:1": "3", "301:2": "4"}


def test_d18_row_that_names_another_booking_is_only_that_one() -> None:
    world = at_owner(booked("7"))
    world.report(ABO, mirror("8", "412:5", person=ANNA))
    assert "BookingVanished" in types(world.events)
    assert "ParticipantsMerged" not in types(world.events)


@pytest.mark.parametrize("seen_gone", [False, True])
def test_d18b_people_entered_again_in_another_order_after_a_restore_keep_their_bookings(seen_gone: bool) -> None:
    zander = Person("Zander", "Zoe", "0941 2", "zoe@example.org")
    world = at_owner(booked("1013", tnr="T1"), booked("1014", tnr="T2", person=zander))
    if seen_gone:
        world.report(ABO)
    world.report(
        ABO, booked("1013", tnr="T11", person=zander, at=LATER), booked("1014", tnr="T12", person=ANNA, at=LATER)
    )
    assert set(world.state.bookings) == {"301:1013", "301:1014"}
    assert "OrphanDetected" not in types(world.events)
    assert world.state.bookings["301:1013"].seats[ABO].booking_id == "1014"


def test_d18b_leading_zeros_that_went_are_the_same_bookings_and_the_cause_is_named() -> None:
    """Only names are there to go by besides the ids (case 20a)."""
    rows = [booked(f"000884{n}", tnr=f"007{n}", person=named(f"Muster{n}", "Änne")) for n in range(3)]
    world = at_owner(*rows)
    lost = [booked(f"884{n}", tnr=f"7{n}", person=named(f"Muster{n}", "Änne")) for n in range(3)]
    said = world.report(ABO, *lost)
    assert types(said) == ["BookingRekeyed"] * 3
    assert {event.likely for event in said if event.type == "BookingRekeyed"} == {"zeros"}  # type: ignore[attr-defined]
    nobody_is_cancelled(world, tuple(lost))
    world.report(MASTER, *[mirror(f"M000884{n}", f"301:000884{n}", "S" if n == 1 else "A") for n in range(3)])
    assert [(c.ref, c.booking_id) for c in world.changes(ABO)] == [("301:0008841", "8841")]


def test_d18b_zeros_gone_from_the_number_alone_are_no_merge() -> None:
    world = at_owner(booked("7", tnr="0077"))
    assert types(world.report(ABO, booked("7", tnr="77"))) == ["BookingRekeyed"]
    assert world.open == set()


# --- D18a: another registration under a known Beleg-ID ---------------------------------------------------------------


def test_d18a_wrong_record_picked_is_another_registration_and_the_first_person_does_not_take_part() -> None:
    world = at_owner(booked("7"))
    other = booked("7", tnr="T8", person=CARL, at=LATER)
    said = types(world.report(ABO, other))
    assert said == ["BookingMade", "BelegIdReused", "BookingVanished"]
    assert world.statuses(MASTER) == {"301:7": "A", "301:7~2": "A"}
    assert REUSED in world.open
    world.report(ABO, other)
    assert world.statuses(MASTER) == {"301:7": "S", "301:7~2": "A"}
    assert REUSED in world.open
    world.report(MASTER, mirror("M7", "301:7", "S", edited_by="WS"), mirror("M72", "301:7~2"))
    assert REUSED not in world.open
    assert world.report(ABO, other) == []


def test_d18a_numbers_go_on() -> None:
    world = at_owner(booked("7"))
    world.report(ABO, booked("7", tnr="T8", person=CARL, at=LATER))
    world.report(ABO, booked("7", tnr="T9", person=BERND, at="2026-02-21T09:00:00+01:00"))
    assert set(world.state.bookings) == {"301:7", "301:7~2", "301:7~3"}


def test_d18a_reference_is_counted_over_all_courses_of_the_vhs() -> None:
    world = at_owner(booked("7"))
    row = booked("7", tnr="T8", person=CARL, at=LATER)
    world.report(ABO, row, references={"7": ("301:7", "301:7~2")})
    assert set(world.state.bookings) == {"301:7", "301:7~3"}


def test_d18a_beleg_id_of_another_course_gets_a_reference_of_its_own() -> None:
    world = network()
    world.report(ABO, booked("7"), references={"7": ("301:7",)})
    assert set(world.state.bookings) == {"301:7~2"}
    assert world.report(ABO, booked("7"), references={"7": ("301:7", "301:7~2")}) == []


def test_d18a_nothing_is_written_into_the_row_of_the_stranger() -> None:
    """The former booking is cancelled elsewhere; its Beleg-ID is somebody else's by now."""
    world = at_owner(booked("7"))
    other = booked("7", tnr="T8", person=CARL, at=LATER)
    world.report(ABO, other, full=False)
    world.report(MASTER, mirror("M7", "301:7", "S"))
    assert world.to_do(ABO) == []
    world.report(MASTER, mirror("M7", "301:7", "S"), mirror("M72", "301:7~2", "S", at=LATER))
    assert [(c.kind, c.ref, c.booking_id) for c in world.changes(ABO)] == [("booking.cancel", "301:7~2", "7")]


def test_d17_row_set_aside_is_its_present_holders_and_no_sight_of_the_former() -> None:
    world = at_owner(booked("7"))
    other = booked("7", tnr="T8", person=CARL, at=LATER)
    world.report(ABO, other)
    assert world.report(ABO, protected=["7"]) == []
    assert types(world.report(ABO, other)) == ["OrphanDetected"], "what was absent stays so"
    assert world.statuses(ABO) == {"301:7": "S", "301:7~2": "A"}


def test_d18a_max_plus_one_program_gives_a_cancelled_id_away_on_the_same_day() -> None:
    """Adler's "S" is Adler's, whatever the day."""
    world = at_owner(booked("7", at=DAY))
    world.report(ABO, booked("7", "S", at=DAY))
    said = world.report(ABO, booked("7", tnr="T8", person=CARL, at=DAY))
    assert types(said) == ["BookingMade", "BelegIdReused"]
    assert world.statuses(ABO) == {"301:7": "S", "301:7~2": "A"}


@pytest.mark.parametrize("full", [True, False])
def test_d18_same_person_registers_again_on_the_same_day(full: bool) -> None:
    """No time of day: "S" is final, and a new registration is a new booking (D5)."""
    world = at_owner(booked("7", at=DAY))
    world.report(ABO, booked("7", "S", at=DAY))
    world.report(ABO, booked("7", at=DAY), full=full)
    assert world.statuses(ABO) == {"301:7": "S", "301:7~2": "A"}


def test_d18_s_that_shows_a_again_with_name_and_time_is_the_same_booking() -> None:
    world = at_owner(booked("7"))
    world.report(ABO, booked("7", "S"))
    world.report(ABO, booked("7"))
    assert world.statuses(ABO) == {"301:7": "S"}
    assert world.codes == {"CANCELLED_BOOKING_REACTIVATED"}


def test_d18_who_registers_again_after_somebody_wrote_a_over_the_s_has_a_new_booking() -> None:
    """Other numbers and another second: that is no merge, and what is final is the former booking (D5)."""
    world = at_owner(booked("7"))
    world.report(ABO, booked("7", "S"))
    world.report(ABO, booked("7"))
    world.report(ABO, booked("8", at=LATER))
    assert world.statuses(ABO) == {"301:7": "S", "301:8": "A"}
    assert world.codes == set()
    assert world.report(ABO, booked("8", at=LATER)) == []


def test_d18_merge_after_somebody_wrote_a_over_the_s_keeps_the_second_and_is_cancelled_as_before() -> None:
    world = at_owner(booked("7"))
    world.report(ABO, booked("7", "S"))
    world.report(ABO, booked("7"))
    said = world.report(ABO, booked("8"))
    assert types(said) == ["ParticipantsMerged"]
    assert world.statuses(ABO) == {"301:7": "S"}


def test_d18_a_written_back_over_an_s_that_was_taken_back_is_the_same_booking_without_time_too() -> None:
    world = shared_by_day()
    for _ in range(2):
        world.report(THIRD)
    world.report(ABO, booked("7", "S", at=DAY, edited_by="WS"))
    world.report(THIRD, mirror("M412-7", "301:7"))
    world.report(ABO, booked("7", at=DAY, edited_by="WS"))
    assert world.statuses(ABO) == {"301:7": "A"}


def shared_by_day() -> World:
    world = network()
    world.report(ABO, booked("7", at=DAY))
    world.report(MASTER, mirror("M563-7", "301:7", person=ANNA))
    world.report(THIRD, mirror("M412-7", "301:7"))
    return world


def test_d18a_former_that_is_back_under_its_id_is_itself_again() -> None:
    world = at_owner(booked("7"))
    other = booked("7", tnr="T8", person=CARL, at=LATER)
    world.report(ABO, other)
    world.report(ABO, booked("7"), msgspec.structs.replace(other, booking_id="8"))
    assert world.statuses(ABO) == {"301:7": "A", "301:7~2": "A"}
    assert REUSED not in world.open
    assert world.state.bookings["301:7"].seats[ABO].held


def test_d18a_id_that_a_booking_left_is_taken_by_somebody_new() -> None:
    world = at_owner(booked("7"))
    world.report(ABO, booked("8", tnr="T7"))
    world.report(ABO, booked("8", tnr="T7"), booked("7", tnr="T9", person=CARL, at=LATER))
    assert world.statuses(MASTER) == {"301:7": "A", "301:7~2": "A"}
    assert world.open == set()
    assert world.report(ABO, booked("8", tnr="T7"), booked("7", tnr="T9", person=CARL, at=LATER)) == []


# --- families -------------------------------------------------------------------------------------------------------


def test_d18_family_who_is_added_to_the_order_does_not_inherit_an_s() -> None:
    anna, carl = booked("1", person=of_family("Anna")), booked("1", tnr="T9", person=of_family("Carl"))
    world = at_owner(anna)
    world.report(ABO, booked("1", "S", person=of_family("Anna")))
    world.report(ABO, carl)
    assert world.statuses(ABO) == {"301:1": "S", "301:1~2": "A"}


def test_d18_family_whose_ids_are_exchanged_keeps_its_letters() -> None:
    """Each row shares Beleg-ID, phone and second with the wrong one: TNR and name outrank them."""
    anna, bernd = of_family("Anna"), of_family("Bernd")
    world = at_owner(booked("1", "S", person=anna), booked("2", person=bernd))
    world.report(ABO, booked("1", tnr="T2", person=bernd), booked("2", "S", tnr="T1", person=anna))
    assert world.statuses(ABO) == {"301:1": "S", "301:2": "A"}
    assert {ref: b.seats[ABO].booking_id for ref, b in world.state.bookings.items()} == {"301:1": "2", "301:2": "1"}


def test_d18_family_of_whom_two_go_and_three_come_is_not_guessed() -> None:
    gone = [booked(str(n), person=of_family(name)) for n, name in enumerate(("Anna", "Bernd"), 1)]
    come = [booked(str(n), person=of_family(name)) for n, name in enumerate(("Carl", "Dora", "Emil"), 11)]
    world = at_owner(*gone)
    world.report(ABO, *come)
    assert len(world.state.bookings) == 5


# --- partial exports -------------------------------------------------------------------------------------------------


def test_d18_one_of_two_exchanged_rows_in_a_delta_waits() -> None:
    world = at_owner(booked("1", person=ANNA), booked("2", person=CARL))
    one, other = booked("1", tnr="T2", person=CARL), booked("2", tnr="T1", person=ANNA)
    assert types(world.report(ABO, one, full=False)) == ["MergeSuspected"]
    assert world.report(ABO, one, full=False) == []
    assert world.open == {("REGISTRATION_HELD", ABO, "301:2")}
    assert types(world.report(ABO, one, other)) == ["BookingRekeyed", "BookingRekeyed"]
    assert world.open == set()
    assert world.statuses(MASTER) == {"301:1": "A", "301:2": "A"}


def test_d18_exchange_that_is_undone_waits_no_more() -> None:
    world = at_owner(booked("1", person=ANNA), booked("2", person=CARL))
    world.report(ABO, booked("1", tnr="T2", person=CARL), full=False)
    assert types(world.report(ABO, booked("1", person=ANNA), full=False)) == ["HoldEnded"]
    assert world.open == set()


def test_d27_row_that_waits_goes_on_waiting_whatever_is_corrected() -> None:
    world = shared()
    world.report(ABO, booked("8", tnr="T8"), full=False)
    corrected = booked("8", tnr="T8", person=Person("Mustermann", "Anna", ANNA.phone, ANNA.email))
    assert world.report(ABO, corrected, full=False) == []
    assert world.open == {("REGISTRATION_HELD", ABO, "301:7")}
    said = types(world.report(ABO, corrected))
    assert said[0] == "ParticipantsMerged"
    assert world.statuses(MASTER) == {"301:7": "A"}
    assert "REGISTRATION_HELD" not in world.codes


def test_d27_row_that_waits_goes_on_waiting_where_nothing_of_it_fits_any_more() -> None:
    """Registered in between, the citizen would have two seats and would lose one of them at the next absence."""
    world = shared()
    world.report(ABO, booked("8", tnr="T8"), full=False)
    assert world.report(ABO, booked("8", tnr="T8", person=BERND), full=False) == []
    other = booked("9", tnr="T9", person=Person("Neu", "Nora"), at="2026-01-06T11:00:00+01:00")
    assert types(world.report(ABO, other, full=False)) == ["BookingMade"], "what is not in a delta waits all the same"
    assert world.open == {("REGISTRATION_HELD", ABO, "301:7")}
    assert world.statuses(MASTER) == {"301:7": "A", "301:9": "A"}


def test_d27_other_second_proves_nothing_after_the_name_was_corrected() -> None:
    world = shared()
    world.report(ABO, booked("8", tnr="T8"), full=False)
    corrected = booked(
        "8", tnr="T8", person=Person("Mustermann", "Anna", ANNA.phone, ANNA.email), at="2026-01-05T10:00:01+01:00"
    )
    world.report(ABO, corrected)
    assert set(world.state.bookings) == {"301:7", "301:8"}


def test_d27_row_that_waited_and_is_gone_waits_no_more() -> None:
    world = shared()
    world.report(ABO, booked("8", tnr="T8"), full=False)
    assert types(world.report(ABO, held(ABO))) == ["HoldEnded"]
    assert world.open == set()


# --- D26: mirrors ----------------------------------------------------------------------------------------------------


def given(**persons: Person) -> World:
    """Give a network in which the mirrors of bookings of 301 were given out to the Master, who shows none yet."""
    world = network()
    world.report(ABO, *[booked(key[1:], person=person) for key, person in persons.items()])
    world.give(MASTER)
    return world


@pytest.mark.parametrize("editor", ["WS", "Import", None])
def test_d26_row_of_the_second_and_name_given_out_is_that_mirror(editor: str | None) -> None:
    world = given(b7=ANNA)
    said = types(world.report(MASTER, booked("900", edited_by=editor)))
    assert said == ["BookingDelivered", "MirrorUnreferenced"]
    assert world.statuses(MASTER) == {"301:7": "A"}
    assert world.open == {("MIRROR_WITHOUT_REFERENCE", MASTER, "")}
    assert world.report(MASTER, booked("900", edited_by=editor)) == []


def test_d26_row_of_the_second_it_was_given_out_with_is_that_mirror() -> None:
    """The owner entered the same person anew meanwhile, under other numbers (B15)."""
    world = given(b7=ANNA)
    world.report(ABO, booked("8", tnr="T8", at=LATER))
    world.report(MASTER, booked("900"))
    assert world.statuses(MASTER) == {"301:7": "A"}
    assert world.state.bookings["301:7"].seats[MASTER].booking_id == "900"


def test_d26_of_two_mirrors_of_one_second_each_row_is_the_one_of_its_name() -> None:
    """A couple whom one web form booked: the moment alone tells nobody apart."""
    world = given(b7=ANNA, b8=BERND)
    said = types(world.report(MASTER, booked("901", person=BERND), booked("900", person=ANNA)))
    assert sorted(said) == ["BookingDelivered", "BookingDelivered", "MirrorUnreferenced", "MirrorUnreferenced"]
    shown = {ref: booking.seats[MASTER].booking_id for ref, booking in world.state.bookings.items()}
    assert shown == {"301:7": "900", "301:8": "901"}


def test_d26_of_two_mirrors_of_one_second_a_row_of_another_name_is_neither() -> None:
    world = given(b7=ANNA, b8=BERND)
    company = booked("900", person=Person("Müller GmbH", ""))
    assert types(world.report(MASTER, company)) == ["BookingMade", "ChangesNotSeen"]
    assert [change.ref for change in world.changes(MASTER)] == ["301:7", "301:8"], "both are still to be written"


def test_d26_company_registration_shows_another_name_but_the_only_one_of_that_second() -> None:
    world = given(b7=ANNA)
    world.report(MASTER, booked("900", person=Person("VHS 301", "Firma")))
    assert world.statuses(MASTER) == {"301:7": "A"}


def test_d26_change_addresses_a_mirror_without_reference_by_beleg_id() -> None:
    world = given(b7=ANNA)
    world.report(MASTER, booked("900"))
    world.report(ABO, booked("7", "S"))
    assert [(c.kind, c.ref, c.booking_id) for c in world.changes(MASTER)] == [("booking.cancel", "301:7", "900")]


def test_d26_person_who_registers_there_as_well_has_a_contract_of_its_own() -> None:
    world = given(b7=ANNA)
    own = booked("50", person=ANNA, at=LATER)
    world.report(MASTER, own)
    assert world.statuses(MASTER) == {"301:7": "A", "563:50": "A"}


def test_d26_row_by_ws_waits_while_a_mirror_given_out_is_not_there_and_is_a_registration_after() -> None:
    world = given(b7=ANNA)
    web = booked("50", person=CARL, at=LATER, edited_by="WS")
    assert types(world.report(MASTER, web)) == ["RegistrationHeld"]
    assert world.report(MASTER, web) == []
    assert world.open == {("REGISTRATION_HELD", MASTER, "301:7")}
    world.report(MASTER, web, held(MASTER))
    assert world.statuses(MASTER) == {"301:7": "A", "563:50": "A"}
    assert world.open == set()


def test_d26_row_that_may_be_a_copy_waits_for_its_moment_or_reference_and_says_so() -> None:
    """The Master's program keeps neither references nor a time of day."""
    world = network()
    world.report(ABO, booked("7"))
    world.give(MASTER)
    for _ in range(2):
        world.report(MASTER, booked("51", person=Person("Muster", "Anna"), at=DAY, edited_by="WS"))
        (held,) = (item for item in found(world.state) if item.code == "REGISTRATION_HELD")
        said = text(held.code, held.detail, held.ref)
        assert "A complete export" not in said
        assert "time of day" in said
    assert held.rule == "D26"
    world.report(MASTER, booked("51", edited_by="WS"))
    assert not {code for code in world.codes if code == "REGISTRATION_HELD"}


def test_d26_web_registration_by_ws_is_a_registration_where_nothing_is_given_out() -> None:
    world = network()
    assert types(world.report(MASTER, booked("50", edited_by="WS"))) == ["BookingMade"]


def test_d26_reference_that_is_entered_settles_it() -> None:
    world = given(b7=ANNA)
    world.report(MASTER, booked("900"))
    said = world.report(MASTER, booked("900", of="301:7"))
    assert types(said) == ["MirrorReferenced"]
    assert world.open == set()


def test_d26_two_rows_of_one_reference_are_one_seat_and_cancelled_only_where_both_are() -> None:
    world = shared()
    one, two = held(MASTER), mirror("M-copy", "301:7", person=ANNA)
    world.report(MASTER, one, two)
    assert world.open == {("MIRROR_DOUBLED", MASTER, "301:7")}
    for rows in ((_s(one), two), (one, _s(two))):
        world.report(MASTER, *rows)
        assert world.statuses(ABO) == {"301:7": "A"}
    world.report(MASTER, _s(one), _s(two))
    assert world.statuses(ABO) == {"301:7": "S"}


def test_d26_two_rows_count_by_their_status_in_a_program_with_letters_of_its_own() -> None:
    world = shared()
    rows = held(MASTER), mirror("M-copy", "301:7", person=ANNA)
    one, two = (msgspec.structs.replace(row, raw_status="ok") for row in rows)
    world.report(MASTER, one, two)
    world.report(MASTER, *(msgspec.structs.replace(_s(row), raw_status="storno") for row in (one, two)))
    assert world.statuses(ABO) == {"301:7": "S"}
    assert world.open == set()


def test_d26_a_mirror_that_was_imported_twice_at_once_is_said_when_it_is_first_shown() -> None:
    world = given(b7=ANNA)
    world.report(MASTER, mirror("900", "301:7"), mirror("901", "301:7"))
    assert world.open == {("MIRROR_DOUBLED", MASTER, "301:7")}


def test_d26_s_on_one_of_two_rows_in_a_delta_cancels_nobody() -> None:
    world = shared()
    one, two = held(MASTER), mirror("M-copy", "301:7", person=ANNA)
    world.report(MASTER, one, two)
    world.report(MASTER, _s(one), full=False)
    assert world.statuses(ABO) == {"301:7": "A"}
    world.report(MASTER, _s(two), full=False)
    assert world.statuses(ABO) == {"301:7": "S"}


def test_d26_each_row_of_a_doubled_mirror_is_told_by_its_beleg_id() -> None:
    world = shared()
    world.report(MASTER, held(MASTER), mirror("M-copy", "301:7", person=ANNA))
    world.report(ABO, held(ABO, status="S"))
    told = world.changes(MASTER)
    assert [(c.kind, c.ref, c.booking_id) for c in told] == [
        ("booking.cancel", "301:7", "M-copy"),
        ("booking.cancel", "301:7", "M563-7"),
    ]
    assert len({change.id for change in told}) == 2
    numbers = {row.booking_id: row.participant_no for row in (held(MASTER), mirror("M-copy", "301:7", person=ANNA))}
    assert {c.booking_id: c.expects for c in told} == {
        booking_id: {"TNR": number, "Status": "A"} for booking_id, number in numbers.items()
    }, "its Beleg-ID may be somebody else's by the time it is written (D22)"


def test_d26_row_of_a_doubled_mirror_with_another_letter_is_told_by_its_beleg_id() -> None:
    world = shared()
    world.report(MASTER, held(MASTER), mirror("M-copy", "301:7", "W", person=ANNA))
    (change,) = world.give(MASTER)
    assert (change.kind, change.ref, change.booking_id) == ("booking.update", "301:7", "M-copy")
    assert (change.status, (change.expects or {})["Status"]) == ("A", "W")
    world.report(MASTER, held(MASTER), mirror("M-copy", "301:7", person=ANNA))
    assert world.changes(MASTER) == []
    world.report(MASTER, held(MASTER), mirror("M-copy", "301:7", "S", person=ANNA))
    assert world.changes(MASTER) == [], "it is one seat, and that is the other row"


def test_d26_row_too_many_that_is_deleted_settles_it() -> None:
    world = shared()
    world.report(MASTER, held(MASTER), mirror("M-copy", "301:7", person=ANNA))
    assert types(world.report(MASTER, held(MASTER))) == ["MirrorSingle"]
    assert world.open == set()
    assert world.changes(MASTER) == []


def test_d26_the_older_of_two_rows_deleted_merged_nobody() -> None:
    world = shared()
    copy = mirror("M-copy", "301:7", person=ANNA, tnr="T-copy")
    world.report(MASTER, held(MASTER), copy)
    assert types(world.report(MASTER, copy)) == ["BookingRekeyed", "MirrorSingle"]
    assert world.open == set()
    world.report(ABO, held(ABO, status="S"))
    assert [(c.kind, c.expects) for c in world.changes(MASTER)] == [
        ("booking.cancel", {"TNR": "T-copy", "Status": "A"})
    ]


def test_d26_two_rows_that_both_show_s_leave_nothing_to_do() -> None:
    world = shared()
    copy = mirror("M-copy", "301:7", person=ANNA)
    world.report(MASTER, held(MASTER), copy)
    assert ("MIRROR_DOUBLED", MASTER, "301:7") in world.open
    world.report(ABO, held(ABO, status="S"))
    world.report(MASTER, held(MASTER, status="S"), mirror("M-copy", "301:7", "S", person=ANNA))
    assert world.open == set()
    assert world.changes(MASTER) == []


def _s(row: BookingRow) -> BookingRow:
    return booked(row.booking_id, "S", of=row.ref, person=row.person)


def test_d18_row_that_states_nothing_but_its_beleg_id_is_that_booking() -> None:
    """What is unstated is no witness, neither equal nor other (D29)."""
    world = at_owner(booked("7"))
    world.report(ABO, booked("7", tnr="", person=None, at=""))
    assert set(world.state.bookings) == {"301:7"}


# --- D18e: people who were forgotten ---------------------------------------------------------------------------------


def forgotten(*rows: BookingRow) -> World:
    world = at_owner(*rows)
    world.erased |= {booking.person_id or "" for booking in world.state.bookings.values()}
    return world


def test_d18e_fence_does_not_hide_a_stranger_under_the_same_beleg_id() -> None:
    world = forgotten(booked("7"))
    world.report(ABO, booked("7", tnr="T8", person=CARL, at=LATER))
    other = world.state.bookings["301:7~2"]
    assert world.people[other.person_id or "", 1] == CARL
    assert world.state.bookings["301:7"].seats[ABO].reused_by == "301:7~2"


@pytest.mark.parametrize(
    "row",
    [booked("7", tnr="T8"), booked("7", at=LATER), booked("9", tnr="T8"), booked("9", at="2026-01-05T10:00:00+01:00")],
    ids=["same time", "same TNR", "same time under another id", "same TNR and time under another id"],
)
def test_d18e_fence_stays_before_who_shows_the_same_number_or_time(row: BookingRow) -> None:
    world = forgotten(booked("7"))
    world.report(ABO, row)
    assert set(world.state.bookings) == {"301:7"}
    assert len(world.people) == 1


def test_d18e_same_time_of_two_people_does_not_tell_which_of_them_was_forgotten() -> None:
    world = forgotten(booked("7"))
    world.report(ABO, booked("8", tnr="T8"), booked("9", tnr="T9", person=CARL))
    assert set(world.state.bookings) == {"301:7", "301:8", "301:9"}


@pytest.mark.parametrize("slip", ["301:70", "301:8"])
def test_d26_mistyped_reference_of_a_mirror_loses_nobody_a_seat(slip: str) -> None:
    """Whether its owner knows the booking that is named or nobody does, the row is the mirror it was."""
    world = network()
    world.report(ABO, booked("7", person=ANNA), booked("8", person=BERND, at=LATER))
    seven, eight = mirror("M7", "301:7", person=ANNA), mirror("M8", "301:8", person=BERND, at=LATER)
    world.report(MASTER, seven, eight)
    for _ in range(3):
        world.report(MASTER, msgspec.structs.replace(seven, ref=slip), eight)
    assert world.statuses(ABO) == {"301:7": "A", "301:8": "A"} == world.statuses(MASTER)
    assert world.open == {("MIRROR_WITHOUT_REFERENCE", MASTER, "")}
    world.report(MASTER, seven, eight)
    assert world.open == set()


def exchanged(*, named: bool = False, letters: str = "SA", vhs: str = THIRD) -> tuple[World, list[BookingRow]]:
    """Give a network in which the rows of 301:7 and 301:8 have each other's references, the first one "S"."""
    world = network()
    world.report(ABO, booked("7", person=ANNA), booked("8", person=BERND, at=LATER))
    seven = mirror("M7", "301:7", person=ANNA if named else None)
    eight = mirror("M8", "301:8", person=BERND if named else None, at=LATER)
    world.report(vhs, seven, eight)
    world.give(vhs)
    rows = [
        msgspec.structs.replace(row, ref=ref, status=Status(letter), raw_status=letter, edited_by="kern")
        for row, ref, letter in ((seven, "301:8", letters[0]), (eight, "301:7", letters[1]))
    ]
    world.report(vhs, *rows)
    return world, rows


UNCLEAR = ("CANCELLATION_UNCLEAR", THIRD, "")


def test_d26_s_in_a_row_that_names_another_booking_cancels_nobody_before_it_is_answered() -> None:
    world, rows = exchanged()
    for _ in range(3):
        assert world.statuses(ABO) == {"301:7": "A", "301:8": "A"} == world.statuses(MASTER)
        assert world.detail("CANCELLATION_UNCLEAR")["exchanged"] == "301:7, 301:8"
        assert world.to_do(THIRD) == [], "nothing is written over it"
        world.report(THIRD, *rows)
    world.decide(THIRD, lambda draft: confirm_cancellation(draft, "301:8", "asked"))
    assert UNCLEAR in world.open, "the row that shows it is still the other's"
    world.decide(THIRD, lambda draft: reject_cancellation(draft, "301:7", "asked"))
    assert UNCLEAR not in world.open
    assert world.statuses(ABO) == {"301:7": "A", "301:8": "S"}
    told = {(c.kind, c.ref, c.booking_id) for c in world.changes(THIRD)}
    assert told == {("booking.update", "301:7", "M7"), ("booking.cancel", "301:8", "M8")}


def test_d26_s_of_exchanged_references_that_is_its_rows_own_settles_both() -> None:
    world, _ = exchanged()
    world.decide(THIRD, lambda draft: confirm_cancellation(draft, "301:7", "asked"))
    assert UNCLEAR not in world.open
    assert world.statuses(ABO) == {"301:7": "S", "301:8": "A"}


def test_d26_of_exchanged_references_the_one_that_is_named_is_asked_until_it_is_answered() -> None:
    world, rows = exchanged()
    world.decide(THIRD, lambda draft: reject_cancellation(draft, "301:7", "asked"))
    assert UNCLEAR in world.open
    world.give(THIRD)
    back = msgspec.structs.replace(rows[0], status=Status.CONFIRMED, raw_status="A", edited_by="WS")
    world.report(THIRD, back, rows[1])
    assert UNCLEAR in world.open, "what was written over it is no answer"
    world.decide(THIRD, lambda draft: reject_cancellation(draft, "301:8", "asked"))
    assert UNCLEAR not in world.open
    assert world.statuses(ABO) == {"301:7": "A", "301:8": "A"}


def test_d26_s_of_exchanged_references_that_is_taken_out_again_is_no_question() -> None:
    world, rows = exchanged()
    world.report(THIRD, msgspec.structs.replace(rows[0], status=Status.CONFIRMED, raw_status="A"), rows[1])
    assert UNCLEAR not in world.open
    assert world.statuses(ABO) == {"301:7": "A", "301:8": "A"}


def test_d26_name_in_the_row_says_whose_s_it_is_although_the_reference_names_another() -> None:
    world, _ = exchanged(named=True, vhs=MASTER)
    assert "CANCELLATION_UNCLEAR" not in world.codes
    assert world.statuses(ABO) == {"301:7": "S", "301:8": "A"}


def test_d26_s_that_was_given_out_is_ours_in_a_row_that_names_another_as_well() -> None:
    world, rows = exchanged(letters="AA")
    world.report(MASTER, held(MASTER, status="S"))
    world.give(THIRD)
    written = msgspec.structs.replace(rows[0], status=Status.CANCELLED, raw_status="S", edited_by="WS")
    assert types(world.report(THIRD, written, rows[1])) == ["CancellationDelivered"]
    assert "CANCELLATION_UNCLEAR" not in world.codes


def test_d26_beleg_id_that_went_to_another_mirror_is_no_slip() -> None:
    """Its program deleted the row and gave the number again to a mirror it was told to make."""
    world = network()
    world.report(ABO, booked("7", person=ANNA), booked("8", person=ANNA, at=LATER))
    world.report(MASTER, mirror("M7", "301:7", person=ANNA))
    world.report(MASTER, mirror("M7", "301:8", person=ANNA, at=LATER))
    assert world.open == {("BOOKING_REMOVED", MASTER, "301:7")}
    assert world.statuses(MASTER)["301:8"] == "A"


@pytest.mark.parametrize("editor", ["mm", None])
def test_d26_somebody_else_of_the_same_second_is_no_mirror_given_out(editor: str | None) -> None:
    """A program may show minutes only; whoever has a mail of his own was not entered by the connector."""
    world = given(b7=ANNA)
    world.report(MASTER, booked("900", person=CARL, edited_by=editor))
    assert world.statuses(MASTER) == {"301:7": "A", "563:900": "A"}
    assert [(change.kind, change.ref) for change in world.changes(MASTER)] == [("booking.create", "301:7")]
    world.report(MASTER, booked("900", person=CARL, edited_by=editor), held(MASTER))
    assert world.statuses(ABO) == {"301:7": "A", "563:900": "A"}


def test_d26_web_registration_of_the_same_second_waits_for_the_mirror_given_out() -> None:
    world = given(b7=ANNA)
    web = booked("900", person=CARL, edited_by="WS")
    assert types(world.report(MASTER, web)) == ["RegistrationHeld"]
    world.report(MASTER, web, held(MASTER))
    assert world.statuses(MASTER) == {"301:7": "A", "563:900": "A"}


def test_d26_mirror_made_again_because_its_reference_was_not_written_is_one_seat() -> None:
    """The connector was broken off between the row and its Koop-Beleg-ID, and carried the list out once more."""
    world = given(b7=ANNA)
    bare, named_ = booked("900", edited_by="WS"), held(MASTER)
    world.report(MASTER, bare, named_)
    assert world.statuses(MASTER) == {"301:7": "A"}
    assert world.open == {("MIRROR_DOUBLED", MASTER, "301:7")}
    world.report(MASTER, named_)
    assert world.statuses(ABO) == {"301:7": "A"}
    assert world.open == set()


def test_d18_ids_given_out_a_second_time_by_a_restored_program_are_another_registration() -> None:
    """Beleg-ID and TNR are those of a booking that was lost; name, time, mail and phone are somebody else's."""
    world = at_owner(booked("7"))
    world.report(ABO, booked("7", person=CARL, at=LATER))
    assert world.statuses(MASTER) == {"301:7": "A", "301:7~2": "A"}
    assert REUSED in world.open
    assert "BookingAmended" not in types(world.events)


def test_d18_ids_given_out_a_second_time_to_one_with_the_same_phone_are_another_registration() -> None:
    world = at_owner(booked("7"))
    daughter = Person(CARL.name, CARL.first_name, ANNA.phone, CARL.email)
    world.report(ABO, booked("7", person=daughter, at=LATER))
    assert world.statuses(MASTER) == {"301:7": "A", "301:7~2": "A"}
    again = at_owner(booked("7"))
    again.report(ABO, booked("7", person=daughter))
    assert again.statuses(MASTER) == {"301:7": "A"}, "who keeps ids and time of booking is the one"
