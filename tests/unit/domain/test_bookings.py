"""Bookings travel from their owner to all others; the owner decides person and A/W, anyone the "S"."""

from __future__ import annotations

from itertools import permutations

import msgspec
import pytest

from koop_es.domain import upcast
from koop_es.domain.cooperation import PERSON_DIFFERS
from koop_es.domain.observation import NO_LETTER, Person, Status
from koop_es.domain.terms import Policy
from koop_es.views.documents import documents
from tests.unit.domain.world import (
    ABO,
    ANNA,
    BERND,
    MASTER,
    THIRD,
    World,
    booked,
    held,
    mirror,
    network,
    shared,
    types,
)


def test_b1_a_booking_belongs_to_the_vhs_it_was_made_at() -> None:
    world = network()
    assert types(world.report(ABO, booked("7"))) == ["BookingMade"]
    assert world.state.bookings["301:7"].owner == ABO


def test_b3_a_new_booking_goes_to_all_others() -> None:
    world = network()
    world.report(ABO, booked("7"))
    assert world.to_do(MASTER) == [("booking.create", "301:7")]
    assert world.to_do(THIRD) == [("booking.create", "301:7")]
    assert world.to_do(ABO) == []


def test_b2_the_masters_mirror_is_known_by_the_owner_in_its_reference() -> None:
    world = network()
    world.report(ABO, booked("7"))
    assert types(world.report(MASTER, mirror("900", "301:7", person=ANNA))) == ["BookingDelivered"]
    assert world.changes(MASTER) == []
    assert world.state.bookings["301:7"].owner == ABO


def test_d1_names_go_to_owner_and_master_only() -> None:
    world = network()
    world.report(ABO, booked("7"))
    [to_master], [to_third] = world.changes(MASTER), world.changes(THIRD)
    assert (to_master.person_id, to_master.person_version) == (world.state.bookings["301:7"].person_id, 1)
    assert (to_third.person_id, to_third.person_version) == (None, 0)


def test_b5_other_subscribers_see_the_seat_without_the_person() -> None:
    world = shared()
    persons = {d.vhs: d.course.bookings[0].person_id for d in documents(world.state)}
    assert persons[THIRD] is None
    assert persons[MASTER] == persons[ABO] == world.state.bookings["301:7"].person_id


def test_d1_setting_all_shares_names_with_everybody() -> None:
    world = network(Policy(identity_sharing="all"))
    world.report(ABO, booked("7"))
    assert world.changes(THIRD)[0].person_id is not None


def test_d1_setting_acts_when_the_abo_is_made_and_not_later() -> None:
    world = network()
    world.policy = Policy(identity_sharing="all")
    world.report(ABO, booked("7"))
    assert world.changes(THIRD)[0].person_id is None


def test_d1_booking_cancelled_before_a_vhs_held_it_is_not_delivered() -> None:
    world = network()
    world.report(ABO, booked("7"))
    world.report(ABO, booked("7", "S"))
    assert world.changes(MASTER) == world.changes(THIRD) == []
    assert world.statuses(THIRD) == {}
    assert world.statuses(ABO) == {"301:7": "S"}


def test_booking_that_is_cancelled_when_first_seen_goes_nowhere() -> None:
    world = network()
    assert types(world.report(ABO, booked("7", "S"))) == ["BookingMade"]
    assert world.changes(MASTER) == world.changes(ABO) == []


def test_d15_an_event_names_a_person_by_id_only() -> None:
    world = shared()
    world.report(ABO, booked("7", person=BERND))
    log = msgspec.json.encode(world.events).decode()
    for person in (ANNA, BERND):
        for value in (person.name, person.first_name, person.phone, person.email):
            assert value not in log.replace("R. Muster", "")
    assert set(world.people.values()) == {ANNA, BERND}


def test_b4_a_person_is_name_first_name_phone_and_mail() -> None:
    assert Person.__struct_fields__ == ("name", "first_name", "phone", "email")


def test_d6_person_corrected_by_the_owner_goes_to_the_master_only() -> None:
    world = shared()
    assert types(world.report(ABO, booked("7", person=BERND))) == ["BookingAmended"]
    assert world.to_do(MASTER) == [("booking.update", "301:7")]
    assert world.changes(MASTER)[0].person_version == 2
    assert world.changes(THIRD) == []
    world.report(MASTER, held(MASTER, person=BERND))
    assert world.changes(MASTER) == []


def test_d6_person_edited_at_the_master_is_overwritten() -> None:
    world = shared()
    assert types(world.report(MASTER, held(MASTER, person=BERND))) == ["BookingReported"]
    assert world.state.bookings["301:7"].seats[MASTER].person_version == PERSON_DIFFERS
    assert world.to_do(MASTER) == [("booking.update", "301:7")]
    assert world.changes(ABO) == []


def test_a_former_version_of_the_person_is_recognised() -> None:
    world = shared()
    world.report(ABO, booked("7", person=BERND))
    assert world.report(MASTER, held(MASTER)) == []
    assert world.state.bookings["301:7"].seats[MASTER].person_version == 1


def test_mirror_without_names_is_taken_to_show_the_person() -> None:
    world = network()
    world.report(ABO, booked("7"))
    world.report(MASTER, mirror("900", "301:7"))
    assert world.changes(MASTER) == []


def test_names_at_a_vhs_that_should_have_none_are_not_compared() -> None:
    world = shared()
    assert world.report(THIRD, held(THIRD, person=BERND)) == []


def test_forgotten_person_is_not_compared_any_more() -> None:
    world = shared()
    world.people.clear()
    assert world.report(ABO, booked("7", person=BERND)) == []


def test_d6_status_edited_at_a_mirror_is_overwritten() -> None:
    world = shared()
    assert types(world.report(MASTER, held(MASTER, status="W"))) == ["BookingReported"]
    assert world.to_do(MASTER) == [("booking.update", "301:7")]
    assert world.state.bookings["301:7"].status is Status.CONFIRMED


def test_d6_owner_moves_its_booking_between_list_and_seat() -> None:
    world = shared(status="W")
    assert types(world.report(ABO, held(ABO))) == ["BookingPromoted"]
    assert world.to_do(MASTER) == [("booking.update", "301:7")]
    assert types(world.report(ABO, held(ABO, status="W"))) == ["BookingAmended"]
    assert world.changes(MASTER) == []


def test_day_of_booking_corrected_by_the_owner_is_an_amendment() -> None:
    world = shared()
    world.report(ABO, booked("7", at="2026-01-06T10:00:00+01:00"))
    assert world.state.bookings["301:7"].booked_at == "2026-01-06T10:00:00+01:00"


def test_b16_mirror_that_gets_another_beleg_id_stays_the_same_booking() -> None:
    world = shared()
    assert types(world.report(MASTER, mirror("901", "301:7", person=ANNA, tnr="TM563-7"))) == ["BookingReported"]
    assert world.report(MASTER, mirror("901", "301:7", person=ANNA, tnr="TM563-7")) == []
    assert world.changes(MASTER) == []


def test_b16_mirror_that_loses_its_reference_is_known_by_its_beleg_id() -> None:
    world = shared()
    lost = msgspec.structs.replace(held(MASTER), ref=None)
    assert types(world.report(MASTER, lost)) == ["MirrorUnreferenced"]
    assert world.report(MASTER, lost) == []
    assert list(world.state.bookings) == ["301:7"]


def test_b16_of_two_rows_of_one_booking_the_known_one_counts() -> None:
    world = shared()
    copy = mirror("A-copy", "301:7", "S", person=ANNA)
    assert types(world.report(MASTER, copy, held(MASTER))) == ["MirrorDoubled"]
    assert world.report(MASTER, held(MASTER), copy) == []
    assert world.statuses(MASTER) == {"301:7": "A"}


def test_b6_unknown_status_freezes_that_booking_only() -> None:
    world = shared()
    world.report(ABO, held(ABO), booked("8"))
    assert types(world.report(ABO, held(ABO, status="X"), booked("8", "S"))) == [
        "UnknownStatusSeen",
        "BookingCancelled",
    ]
    assert world.open == {("UNKNOWN_STATUS", ABO, "301:7")}
    assert world.statuses(MASTER) == {"301:7": "A"}
    assert world.report(ABO, held(ABO, status="X"), booked("8", "S")) == []


def test_b6_frozen_booking_is_asked_nothing() -> None:
    world = shared()
    world.report(MASTER, held(MASTER, status="X"))
    world.report(ABO, held(ABO, status="S"))
    assert world.changes(MASTER) == []


def test_b6_frozen_booking_that_is_removed_is_missed_like_any_other() -> None:
    world = shared()
    world.report(ABO, held(ABO, status="X"))
    world.report(ABO)
    assert world.open == {("BOOKING_REMOVED", ABO, "301:7")}
    world.report(ABO)
    assert world.statuses(MASTER) == {"301:7": "S"}


@pytest.mark.parametrize("status", ["A", "S"])
def test_b6_known_status_thaws_the_booking(status: str) -> None:
    world = shared()
    world.report(ABO, held(ABO, status="X"))
    world.report(ABO, held(ABO, status=status))
    assert world.open == set()
    assert world.statuses(THIRD) == {"301:7": status}


def test_b6_booking_with_an_unknown_status_from_the_start_waits() -> None:
    world = network()
    assert types(world.report(ABO, booked("7", "X"))) == ["UnknownStatusSeen"]
    assert world.changes(MASTER) == []
    assert types(world.report(ABO, booked("7"))) == ["BookingMade"]
    assert world.to_do(MASTER) == [("booking.create", "301:7")]
    assert world.open == set()


def test_b6_another_unknown_letter_is_news() -> None:
    world = shared()
    world.report(ABO, held(ABO, status="X"))
    assert types(world.report(ABO, held(ABO, status="Y"))) == ["UnknownStatusSeen"]


def test_mirror_before_its_owner_waits_for_it() -> None:
    world = network()
    assert types(world.report(THIRD, mirror("5", "301:7"))) == ["BookingDelivered"]
    assert world.changes(MASTER) == world.changes(THIRD) == []
    assert world.state.confirmed() == []
    world.report(ABO, booked("7"))
    assert world.to_do(MASTER) == [("booking.create", "301:7")]
    assert world.changes(THIRD) == []


def test_b3_mirror_cancelled_before_its_owner_reports_cancels() -> None:
    world = network()
    world.report(THIRD, mirror("5", "301:7", "S"))
    world.report(ABO, booked("7"))
    assert world.to_do(ABO) == [("booking.cancel", "301:7")]


@pytest.mark.parametrize("order", [("owner", "S", "A"), ("S", "owner", "A"), ("S", "A", "owner")])
def test_d5_s_at_a_mirror_is_final_whenever_the_owner_reports(order: tuple[str, ...]) -> None:
    world = network()
    for step in order:
        if step == "owner":
            world.report(ABO, booked("7"))
        else:
            world.report(THIRD, mirror("5", "301:7", step))
    assert world.statuses(ABO) == {"301:7": "S"}
    assert world.to_do(THIRD) == [("booking.cancel", "301:7")]
    assert ("CANCELLED_BOOKING_REACTIVATED", THIRD, "301:7") in world.open


ROUND = {
    MASTER: [booked("1"), held(MASTER, "301:7", "S"), held(MASTER, "412:4")],
    ABO: [held(ABO, "301:7", person=BERND), booked("8", "W"), held(ABO, "412:4", "W")],
    THIRD: [held(THIRD, "412:4"), held(THIRD, "301:7")],
}


@pytest.mark.parametrize("order", list(permutations(ROUND)))
def test_d6_a_round_of_exports_ends_in_the_same_views_in_every_order(order: tuple[str, ...]) -> None:
    results = []
    for arrival in (tuple(ROUND), order):
        world = World()
        before = {
            MASTER: [held(MASTER, "301:7"), held(MASTER, "412:4")],
            ABO: [held(ABO, "301:7"), held(ABO, "412:4")],
            THIRD: [held(THIRD, "301:7"), held(THIRD, "412:4")],
        }
        for vhs in (*before, *before):
            world.report(vhs, *before[vhs])
        for vhs in (*arrival, *arrival):
            world.report(vhs, *ROUND[vhs])
        results.append((world.documents(), world.open))
    assert results[0] == results[1]


def test_two_registrations_of_one_person_are_two_bookings() -> None:
    world = network()
    world.report(ABO, booked("7"))
    world.report(THIRD, booked("4"))
    assert world.to_do(MASTER) == [("booking.create", "301:7"), ("booking.create", "412:4")]


def test_b4_only_the_person_the_status_and_the_day_travel_with_a_booking() -> None:
    world = network()
    world.report(ABO, booked("7"))
    [change] = world.changes(MASTER)
    assert change.fields is None
    assert (change.status, change.booked_at) == (Status.CONFIRMED, "2026-01-05T10:00:00+01:00")


def test_d15_free_text_in_the_status_of_a_row_enters_no_event() -> None:
    world = shared()
    found = world.report(ABO, held(ABO, status="Kim anrufen 0999 301"))
    assert types(found) == ["UnknownStatusSeen"]
    assert "anrufen" not in repr(found) + repr(world.state)
    assert world.report(ABO, held(ABO, status="Kim erreicht")) == []


def test_d15_free_text_in_old_events_is_left_out_when_they_are_read() -> None:
    seen = upcast.lift("koop.UnknownStatusSeen.1", {"ref": "563:1", "raw_status": "Kim anrufen"})
    assert seen["raw_status"] == NO_LETTER
    assert upcast.lift("koop.UnknownStatusSeen.1", {"ref": "563:1", "raw_status": "X"})["raw_status"] == "X"
    for topic in ("koop.ViolationOpened.1", "koop.ViolationAcknowledged.1"):
        opened = {"code": "UNKNOWN_STATUS", "detail": {"found": "Kim anrufen", "waiting": "status"}}
        assert upcast.lift(topic, opened)["detail"] == {"found": NO_LETTER, "waiting": "status"}
        other = {"code": "COURSE_CHANGED", "detail": {"found": "lang genug"}}
        assert upcast.lift(topic, other) == other
