"""The frames: what each event changed, what differs after it, and what the views say at the same moment."""

from __future__ import annotations

import pytest

from koop_es.domain.subscription import terminate_subscription
from koop_es.domain.wanted import changes
from koop_es.replay.frames import Frame, Place
from koop_es.replay.grid import BOOKING, FIELD, Cell
from koop_es.replay.states import states
from koop_es.replay.why import BookingUnknown
from koop_es.views.documents import documents
from tests.unit.domain.world import ABO, COOP, MASTER, THIRD, World, booked, held, network, shared, types
from tests.unit.replay.stories import APART, frames, removed_once, removed_twice, timeline

REF = "booking:301:7"


def last(world: World, booking: str | None = None) -> Frame:
    return frames(world, booking).frame(len(world.events))


def cells(frame: Frame, key: str = REF) -> dict[str, Cell]:
    return dict(zip((column.vhs for column in frame.grid.columns), frame.grid.rows[key].cells, strict=True))


def test_columns_are_the_master_and_then_every_abo_vhs_from_the_first_frame_on() -> None:
    found = list(frames(network()))
    assert {tuple(column.vhs for column in frame.grid.columns) for frame in found} == {(MASTER, ABO, THIRD)}
    assert [column.role for column in found[0].grid.columns] == ["master", None, None]
    assert [column.role for column in found[-1].grid.columns] == ["master", "subscriber", "subscriber"]


def test_a_frame_stands_for_each_event_and_names_its_place() -> None:
    world = removed_once()
    found = list(frames(world))
    assert [frame.event["type"] for frame in found] == [event.type for event in world.events]
    assert [(frame.version, frame.position) for frame in found] == [
        (version, version * APART) for version in range(1, len(world.events) + 1)
    ]


def test_a_booking_is_absent_where_it_has_not_arrived_and_should_be_held_there() -> None:
    world = network()
    world.report(ABO, booked("7"))
    found = cells(last(world))
    assert found[ABO] == Cell("A", "A")
    assert found[MASTER] == found[THIRD] == Cell(None, "A", differs=True)


def test_an_event_changes_the_cells_it_is_about_and_no_others() -> None:
    world = shared("301:7")
    frame = next(frame for frame in frames(world) if frame.event["type"] == "BookingDelivered")
    assert frame.event["vhs"] == THIRD
    assert frame.changed == {Place(REF, THIRD)}
    assert cells(frame)[THIRD] == Cell("A", "A")


def test_d3_a_suspicion_is_shown_where_the_booking_is_missing_and_nobody_else_is_told() -> None:
    found = cells(last(removed_once()))
    assert found[ABO] == Cell(None, "A", differs=True, notes=("suspected",))
    assert found[MASTER] == found[THIRD] == Cell("A", "A")


def test_b11_an_orphan_is_wanted_cancelled_and_lacks_nothing_at_the_vhs_that_lost_it() -> None:
    frame = last(removed_twice())
    assert frame.grid.rows[REF].reason == "orphan"
    assert cells(frame) == {
        MASTER: Cell("S", "S"),
        ABO: Cell(None, "S", notes=("orphan",)),
        THIRD: Cell("A", "S", differs=True),
    }


def test_d4_a_withheld_cancellation_is_shown() -> None:
    world = removed_once()
    world.report(ABO, withhold=True)
    assert cells(last(world))[ABO] == Cell(None, "A", differs=True, notes=("withheld",))


def test_b6_an_unknown_letter_is_shown_as_it_stands_and_frozen() -> None:
    world = shared("301:7")
    world.report(THIRD, held(THIRD, "301:7", "X"))
    assert cells(last(world))[THIRD] == Cell("X", "A", differs=True, notes=("frozen",))


def test_b13_a_merged_booking_goes_on_and_says_so() -> None:
    world = shared("301:7")
    world.report(ABO, booked("9", tnr="T9"))
    assert "ParticipantsMerged" in types(world.events)
    assert "merged" in cells(last(world))[ABO].notes


def test_b1_a_mirror_without_owner_is_unclaimed() -> None:
    world = network()
    world.report(MASTER, held(MASTER, "301:7"))
    assert cells(last(world))[ABO].notes == ("unclaimed",)


def test_r15_an_altered_coop_id_is_shown_and_frozen() -> None:
    world = shared("301:7")
    world.report(THIRD, held(THIRD, "301:7"), coop_id="")
    assert cells(last(world), "coop_id")[THIRD] == Cell("", COOP, differs=True, notes=("frozen",))


def test_r21_a_field_the_master_changed_differs_at_the_abo_vhss_until_they_show_it() -> None:
    world = network()
    world.report(MASTER, capacity=12)
    world.report(ABO, capacity=12)
    found = cells(last(world), "capacity")
    assert found == {MASTER: Cell("12", "12"), ABO: Cell("12", "12"), THIRD: Cell("10", "12", differs=True)}


def test_d11_ausfall_is_wanted_at_every_abo_vhs() -> None:
    world = network()
    world.report(MASTER, cancelled=True)
    found = cells(last(world), "cancelled")
    assert (found[MASTER].shows, found[ABO]) == ("W", Cell("F", "W", differs=True))


def test_r34_a_course_that_is_missing_is_shown() -> None:
    world = network()
    world.report_without_course(THIRD)
    assert cells(last(world), "course")[THIRD] == Cell("missing", "there", differs=True)


def test_d9_an_ended_abo_has_no_role_and_lacks_nothing() -> None:
    world = network()
    world.decide(MASTER, lambda draft: terminate_subscription(draft, THIRD))
    frame = last(world)
    assert [column.role for column in frame.grid.columns] == ["master", "subscriber", None]
    assert not any(row.cells[-1].differs for row in frame.grid.rows.values())


def test_an_event_is_a_conflict_as_long_as_something_differs_and_brings_one_once() -> None:
    found = list(frames(removed_once()))
    assert not found[-3].conflicts, "before the removal all agree"
    assert found[-2].arisen == {Place(REF, ABO)}
    assert found[-1].arisen == {Place("BOOKING_REMOVED", "301 301:7")}
    assert found[-1].conflicts == found[-1].arisen | found[-2].arisen


def test_conflicts_are_found_onwards_and_back() -> None:
    found = frames(removed_once())
    brings = [frame.version for frame in found if frame.arisen]
    forward, version = [], 0
    while (at := found.conflict_from(version)) is not None:
        forward.append(version := at)
    assert forward == brings
    back, version = [], len(found) + 1
    while (at := found.conflict_from(version, -1)) is not None:
        back.append(version := at)
    assert back == brings[::-1]


def test_a_frame_is_the_same_from_whichever_side_it_is_come_to() -> None:
    world = removed_twice()
    found = frames(world)
    forward = list(found)
    assert [found.frame(version) for version in range(len(found), 0, -1)] == forward[::-1]


@pytest.mark.parametrize("world", [removed_once(), removed_twice(), shared("301:7", status="W")], ids=str)
def test_after_every_event_the_grid_shows_what_the_views_and_the_change_lists_say(world: World) -> None:
    for frame, (_, state) in zip(frames(world), timeline(world).steps(), strict=True):
        for document in documents(state):
            column = [column.vhs for column in frame.grid.columns].index(document.vhs)
            shown = {row.label: row.cells[column] for row in frame.grid.rows.values() if row.kind == BOOKING}
            told = {ref: (cell.should, cell.shows) for ref, cell in shown.items() if cell.should is not None}
            assert told == {b.ref: (b.status.value, b.reported and b.reported.value) for b in document.course.bookings}
            to_write = {change.ref for change in changes(state, document.vhs) if change.ref is not None}
            assert to_write <= {ref for ref, cell in shown.items() if cell.differs}


def test_with_a_booking_only_its_row_and_the_course_are_there() -> None:
    world = network()
    world.report(ABO, booked("7"), booked("8", tnr="T8"))
    kinds = [(row.kind, row.label) for row in last(world, "301:8").grid.rows.values() if row.kind != FIELD]
    assert kinds == [("course", "Kurs"), ("course", "Kursnummer"), ("course", "Periode"), ("course", "COOP-Id"),
                     (BOOKING, "301:8")]  # fmt: skip


def test_a_booking_that_never_was_is_refused() -> None:
    with pytest.raises(BookingUnknown, match="has no booking 301:9"):
        frames(network(), "301:9")


def test_states_share_rows_that_stay_as_they_were() -> None:
    before, after = list(states(frames(removed_once())))[-2:]
    same = [old is new for old, new in zip(before["rows"], after["rows"], strict=True)]
    assert same.count(False) == 1, "the booking's marks of change went"


def test_no_name_of_a_person_is_in_any_frame() -> None:
    world = removed_twice()
    said = repr([frame.grid for frame in frames(world)]) + repr(list(states(frames(world))))
    assert world.people
    for person in world.people.values():
        assert person.first_name not in said
        assert person.phone not in said
