"""Change lists: wanted minus reported, with ids that neither change nor come back."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from koop_es.domain.course import HEADINGS, CourseFacts
from koop_es.domain.wanted import abo_info, wanted_status
from tests.unit.domain.world import (
    ABO,
    BERND,
    COOP,
    MASTER,
    THIRD,
    World,
    booked,
    held,
    mirror,
    network,
    row,
    shared,
)


def ids(world: World, vhs: str) -> list[str]:
    return [change.id for change in world.changes(vhs)]


def test_ids_name_vhs_course_booking_and_version() -> None:
    world = network()
    world.report(ABO, booked("7"))
    [change] = world.changes(MASTER)
    assert change.id == f"563:{COOP}:booking:301:7:{change.because}"
    assert world.events[change.because - 1].type == "BookingMade"


def test_id_of_an_update_tells_what_the_fields_should_be() -> None:
    world = network()
    world.report(MASTER, venue="Raum 2")
    [change] = world.changes(ABO)
    head, _, content = change.id.rpartition("-")
    assert head == f"301:{COOP}:course.update:{change.because}"
    assert len(content) == 8
    assert world.events[change.because - 1].type == "CourseRevised"


def test_d11_booking_that_ends_with_its_course_names_the_ausfall() -> None:
    world = shared()
    world.report(MASTER, held(MASTER), cancelled=True)
    [change] = [change for change in world.changes(ABO) if change.ref]
    assert (change.kind, world.events[change.because - 1].type) == ("booking.cancel", "CourseCancelled")


def test_b16_owner_whose_beleg_id_never_changed_is_told_none() -> None:
    world = shared()
    world.report(THIRD, held(THIRD, status="S"))
    assert [(change.ref, change.booking_id) for change in world.changes(ABO)] == [("301:7", None)]


def test_the_same_change_keeps_its_id() -> None:
    world = shared()
    world.report(ABO, held(ABO, status="S"))
    before = ids(world, MASTER)
    world.report(MASTER, held(MASTER, person=BERND))
    world.report(THIRD, held(THIRD, status="S"))
    world.report(ABO, held(ABO, status="S"), booked("8"))
    assert ids(world, MASTER)[: len(before)] == before


@pytest.mark.parametrize("news", [{"markers": ("7", "100")}, {"title": "anders"}, {"keywords": ("a",)}, {"rate": "1"}])
def test_news_about_other_fields_leave_a_pending_change_alone(news: dict[str, Any]) -> None:
    world = network()
    world.report(MASTER, venue="Raum 2")
    before = world.changes(ABO)
    world.report(ABO, **news)
    assert world.changes(ABO) == before


def test_a_different_change_has_a_different_id() -> None:
    """Whatever happens, one id never stands for two contents."""
    world = shared()
    seen: dict[str, Any] = {}
    steps: list[tuple[str, list[Any], dict[str, Any]]] = [
        (ABO, [held(ABO, status="W")], {"cancelled": True}),
        (MASTER, [held(MASTER)], {"venue": "Raum 2"}),
        (ABO, [held(ABO)], {"cancelled": True, "max_guard": False}),
        (MASTER, [held(MASTER)], {"venue": "Raum 1"}),
        (THIRD, [held(THIRD, status="W")], {}),
        (ABO, [held(ABO, person=BERND)], {"cancelled": True}),
        (MASTER, [held(MASTER)], {"venue": "Raum 2", "capacity": 3}),
        (THIRD, [], {}),
        (THIRD, [], {}),
        (THIRD, [held(THIRD)], {}),
        (ABO, [held(ABO)], {"cancelled": True, "venue": "Keller"}),
        (MASTER, [held(MASTER, status="S")], {"venue": "Raum 2", "capacity": 3, "cancelled": True}),
        (ABO, [held(ABO)], {"cancelled": False}),
    ]
    for vhs, rows, facts in steps:
        world.report(vhs, *rows, **facts)
        for other in (MASTER, ABO, THIRD):
            for change in world.changes(other):
                content = msgspec.structs.replace(change, because=0)
                assert seen.setdefault(change.id, content) == content, change.id


def test_change_made_again_after_it_was_done_is_a_new_one() -> None:
    world = network()
    world.report(MASTER, venue="Raum 2")
    first = ids(world, ABO)
    world.report(ABO, venue="Raum 2")
    world.report(MASTER, venue="Raum 1")
    world.report(ABO, venue="Raum 1")
    world.report(MASTER, venue="Raum 2")
    assert set(first).isdisjoint(ids(world, ABO))


def test_cancellation_undone_by_hand_is_told_under_a_new_id() -> None:
    world = shared()
    world.report(ABO, held(ABO, status="S"))
    first = ids(world, MASTER)
    world.report(MASTER, held(MASTER, status="S"))
    world.report(MASTER, held(MASTER))
    assert set(first).isdisjoint(ids(world, MASTER))


def test_list_begins_with_the_course_and_then_the_oldest() -> None:
    world = network()
    world.report(ABO, booked("7"))
    world.report(THIRD, booked("4"))
    world.report(MASTER, venue="Raum 2")
    assert [change.ref for change in world.changes(ABO)] == [None, "412:4"]
    assert [change.ref for change in world.changes(MASTER)] == ["301:7", "412:4"]


def test_d6_the_master_is_told_no_course_facts() -> None:
    world = network()
    world.report(MASTER, max_guard=False, countable=False, markers=("7",))
    assert world.changes(MASTER) == []


def test_nothing_is_asked_of_a_vhs_that_takes_no_part() -> None:
    assert shared().changes("999") == []


def test_nothing_is_asked_while_the_course_is_missing() -> None:
    world = shared()
    world.report_without_course(MASTER)
    world.report(ABO, held(ABO, status="S"))
    assert world.changes(MASTER) == []


def test_nothing_is_asked_while_the_master_is_unknown() -> None:
    world = World()
    world.report(ABO, booked("7"), max_guard=False)
    world.report(THIRD, venue="Keller")
    assert world.changes(ABO) == world.changes(THIRD) == []


def test_t6_late_echo_of_a_former_value_is_no_local_edit() -> None:
    world = network()
    world.report(MASTER, venue="Raum 2")
    world.report(MASTER, venue="Raum 1")
    world.report(ABO, course=row(ABO, venue="Raum 2", edited_by="WS"))
    assert world.to_do(ABO) == [("course.update", "Kursort")]


@pytest.mark.parametrize("first", [MASTER, ABO])
def test_d6_local_venue_loses_against_a_change_of_the_master_in_every_order(first: str) -> None:
    world = network()
    for vhs in (first, *({MASTER, ABO} - {first})):
        world.report(vhs, venue="Raum 2" if vhs == MASTER else "Keller")
    assert world.changes(ABO)[0].fields == {"Kursort": "Raum 2"}


def test_field_without_a_column_is_told_once_and_taken_as_written() -> None:
    world = network(vhss=(MASTER,))
    world.report(ABO, access_data=None)
    world.report(MASTER, access_data="https://example.org/x")
    assert world.to_do(ABO) == [("course.update", "Zugangsdaten")]
    world.report(ABO, access_data=None)
    assert world.changes(ABO) == []


def test_d1_what_is_wanted_of_a_booking() -> None:
    world = network()
    world.report(ABO, booked("7"))
    world.report(MASTER, mirror("900", "301:7"))
    booking = world.state.bookings["301:7"]
    assert [wanted_status(world.state, booking, vhs) for vhs in (MASTER, ABO, THIRD)] == ["A", "A", "A"]
    world.report(ABO, booked("7", "S"))
    booking = world.state.bookings["301:7"]
    assert [wanted_status(world.state, booking, vhs) for vhs in (MASTER, ABO, THIRD)] == ["S", "S", None]


def test_r37_info_of_an_abo_ends_with_the_three_lines() -> None:
    assert abo_info(CourseFacts(), MASTER) == "Kursleitung:\nVeranstaltungsort:\nAusführende vhs: VHS 563"


def test_changes_name_the_headings_of_the_export() -> None:
    world = network()
    world.report(MASTER, starts_at="19:00")
    assert set(world.changes(ABO)[0].fields or ()) <= set(HEADINGS.values())


@pytest.mark.parametrize("vhs", [MASTER, ABO, THIRD])
def test_d3_vanished_booking_is_asked_nothing_where_it_is_gone(vhs: str) -> None:
    world = shared()
    world.report(vhs)
    other = MASTER if vhs != MASTER else ABO
    world.report(other, held(other, status="S"))
    assert world.changes(vhs) == []
