"""Open matters: every kind is found where it stands, once, and named to whoever asks (D30)."""

from __future__ import annotations

import re

import pytest

from koop_es.domain.open_matters import STATES, VIOLATION, Matter, open_matters, violations_too
from koop_es.domain.violation_texts import REMEDIES, TEXTS, text
from tests.unit.domain.world import ABO, MASTER, THIRD, World, held, row, shared


def kinds(world: World) -> list[tuple[str, str, str]]:
    return [(matter.kind, matter.vhs, matter.ref) for matter in open_matters(world.state)]


def test_d30_nothing_stands_open_where_all_agree() -> None:
    world = shared()
    assert list(violations_too(world.state)) == []


@pytest.mark.parametrize(("vhs", "kind"), [(ABO, "suspected"), (MASTER, "suspected_copy"), (THIRD, "suspected_copy")])
def test_d30_a_first_absence_stands_open_before_it_counts(vhs: str, kind: str) -> None:
    world = shared()
    world.report(vhs)
    assert kinds(world) == [(kind, vhs, "301:7")]
    assert [(m.kind, m.code) for m in violations_too(world.state)] == [(kind, "BOOKING_REMOVED")], "and is said once"
    world.report(vhs)
    assert kinds(world) == [], "now it is decided"
    assert [(m.kind, m.code) for m in violations_too(world.state)] == [(VIOLATION, "BOOKING_REMOVED")]


def test_d30_a_frozen_course_stands_open_at_its_vhs() -> None:
    world = shared()
    world.report(ABO, held(ABO), course=row(ABO, coop_id=""))
    assert kinds(world) == [("frozen", ABO, "")]
    assert [m.code for m in violations_too(world.state)] == ["COOP_ID_LOST"]


def test_d30_an_unreadable_letter_stands_open_at_its_booking() -> None:
    world = shared()
    world.report(THIRD, held(THIRD, status="?"))
    assert kinds(world) == [("unreadable", THIRD, "301:7")]
    (matter,) = open_matters(world.state)
    assert matter.values == {"found": "?"}


def test_d30_every_kind_that_a_state_names_weighs_something() -> None:
    assert set(STATES.values()) <= {"behind", "frozen", "withheld", "suspended", "quarantined"}
    assert Matter(VIOLATION, ABO).kind not in STATES, "what the rules forbid may stand, and all show the same"


def test_d30_a_remedy_stands_in_the_text_of_its_violation() -> None:
    for code in REMEDIES.keys() & TEXTS.keys():
        names = {*re.findall(r"\{(\w+)\}", TEXTS[code] + REMEDIES[code])} - {"ref", "remedy"}
        detail = dict.fromkeys(names, "x")
        said = text(code, detail, "301:7")
        assert "{" not in said
        if "{remedy}" in TEXTS[code]:
            assert said.endswith(REMEDIES[code].format_map(detail))
    assert REMEDIES.keys() <= TEXTS.keys()
