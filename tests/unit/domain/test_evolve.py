"""The fold: pure, complete and the same however it is run."""

from __future__ import annotations

from copy import deepcopy

import msgspec
import pytest

from koop_es.domain import evolve
from koop_es.domain.cooperation import Cooperation
from koop_es.domain.course import CourseFacts
from koop_es.domain.draft import VaultEntry
from koop_es.domain.events import (
    EVENTS,
    Event,
    ExportApplied,
    ExportWithdrawn,
    MarketJoined,
    MarketLeft,
    ProgramWentBack,
    SequenceRestarted,
)
from koop_es.domain.observation import Origin, actor_of
from koop_es.domain.observe import observe
from koop_es.domain.slices import Slice
from koop_es.domain.terms import Policy
from tests.unit.domain.world import ABO, BERND, COOP, MASTER, THIRD, World, booked, fold_of, held, network, row, shared

OTHER_STREAMS = {ExportApplied, ExportWithdrawn, MarketJoined, MarketLeft, ProgramWentBack, SequenceRestarted}


def busy() -> World:
    world = shared()
    world.report(THIRD)
    world.report(MASTER, held(MASTER), booked("1"), venue="Raum 2", rate="90")
    world.report(THIRD)
    world.report(ABO, held(ABO, status="S"), booked("8", "X"), coop_id=COOP)
    world.report(THIRD, held(THIRD))
    world.report_without_course(ABO)
    return world


def test_every_event_of_a_cooperation_acts_on_its_state() -> None:
    known = set(evolve._APPLY)
    assert set(EVENTS.values()) - OTHER_STREAMS == known


def test_version_counts_the_events() -> None:
    world = busy()
    assert world.state.version == len(world.events)


def test_evolve_leaves_its_argument_alone() -> None:
    world = busy()
    state = Cooperation(COOP)
    for event in world.events:
        before = deepcopy(state)
        after = evolve.evolve(state, event)
        assert state == before
        state = after


def test_fold_is_evolve_step_by_step() -> None:
    world = busy()
    state = Cooperation(COOP)
    for number, event in enumerate(world.events):
        assert evolve.fold(COOP, world.events[:number]) == fold_of(world.events[:number]) == state
        state = evolve.evolve(state, event)
    assert evolve.fold(COOP, world.events) == fold_of(world.events) == state


def test_events_come_back_from_json_as_they_went_in() -> None:
    for event in busy().events:
        kind = EVENTS[event.TOPIC]
        assert msgspec.json.decode(msgspec.json.encode(event), type=kind) == event


def test_observation_leaves_the_state_alone() -> None:
    world = shared()
    before = deepcopy(world.state)
    part = Slice(COOP, course=row(MASTER, rate="90"), bookings=[booked("1", person=BERND)], proves_absence=True)
    outcome = observe(
        world.state,
        part,
        world.moment(MASTER, None, Origin(vhs=MASTER, sha256="x", sequence=99)),
        Policy(),
        people=world.people,
        new_person_id=lambda: "p",
    )
    assert world.state == before
    assert [event.type for event in outcome.events].count("BookingVanished") == 1
    assert outcome.persons == [VaultEntry("p", 1, COOP, "563:1", BERND)]


def test_every_event_says_why() -> None:
    for event in busy().events:
        assert event.rule
        assert event.at
        assert event.recorded_at
        if not event.type.startswith("Violation"):
            assert event.origin is not None
            assert event.origin.export.startswith(f"{event.origin.vhs}#")


def test_violations_follow_from_an_event_before_them() -> None:
    for version, event in enumerate(busy().events, start=1):
        if event.type == "ViolationOpened":
            assert event.cause is not None
            assert event.cause < version


def test_rows_name_their_file_and_line() -> None:
    [event] = network().report(MASTER, course=row(MASTER, venue="Raum 2", edited_by="Meier"))
    assert event.origin is not None
    assert (event.origin.file, event.origin.line, event.actor) == ("kurse.csv", 2, actor_of("Meier"))


@pytest.mark.parametrize(
    ("edited_by", "actor"),
    [("WS", "WS"), ("WS am 17.07.2025, 09:42", "WS"), ("", None), (None, None), ("WSchmidt", "staff-")],
)
def test_t6_d15_actor_is_ws_or_a_pseudonym_and_never_a_name(edited_by: str | None, actor: str | None) -> None:
    found = actor_of(edited_by)
    assert found == actor or (found is not None and found.startswith("staff-") and "WSchmidt" not in found)
    assert actor_of(found) == found
    assert actor_of("DM am 24.07.2025, 16:33") != actor_of("DM am 25.07.2025, 08:01")


def test_topics_are_stable() -> None:
    assert EVENTS["koop.BookingMade.1"].TOPIC == "koop.BookingMade.1"
    assert all(topic.startswith("koop.") and issubclass(kind, Event) for topic, kind in EVENTS.items())


def test_facts_that_are_not_carried_change_nothing() -> None:
    world = network()
    before = world.state.lanes[MASTER].facts
    [event] = world.report(MASTER, venue="Raum 2", starts_at=None, title=None)
    assert getattr(event, "facts", None) == CourseFacts(venue="Raum 2")
    assert world.state.lanes[MASTER].facts == msgspec.structs.replace(before, venue="Raum 2")
