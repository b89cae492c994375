"""Every refusal names its rule, says what is the matter in words, and what a program may want to read."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any, NamedTuple

import pytest

from koop_es.domain.errors import Refused
from koop_es.domain.seats import claim_seat
from koop_es.domain.subscription import close_release, withdraw_release
from tests.unit.domain.test_release import check
from tests.unit.domain.test_subscription import TERMS, agree, end, join
from tests.unit.domain.test_subscription import released as offered
from tests.unit.domain.world import ABO, COOP, MASTER, THIRD, World, booked, held, network, shared


def full() -> World:
    world = network()
    world.report(MASTER, booked("1"), capacity=1)
    world.report(ABO, booked("7", "W"), capacity=1)
    return world


def cancelled() -> World:
    world = shared()
    world.report(ABO, held(ABO, status="S"))
    return world


def closed() -> World:
    world = offered()
    world.decide(MASTER, close_release)
    return world


def ausfall() -> World:
    world = offered()
    world.report(MASTER, cancelled=True)
    return world


def unpriced() -> World:
    world = network(vhss=())
    world.report(MASTER, fee_cents=None)
    return world


def joined() -> World:
    world = offered()
    join(world)
    return world


class Case(NamedTuple):
    """What is tried, which rule forbids it, and what is said."""

    name: str
    rule: str
    work: Callable[[], Any]
    message: str
    details: dict[str, Any]


CASES = [
    Case("no number", "R24", lambda: join(offered(), number=""), ("an Abo needs a new course number and a period"), {}),
    Case(
        "no terms",
        "R25",
        lambda: join(unpriced()),
        ("{coop} was released without fee or rate; the Master must report them first"),
        {},
    ),
    Case(
        "another rate",
        "R25",
        lambda: join(offered(), rate="70"),
        (
            "the rate of {coop} is 80 percent for the Master (VHS 563), not 70; accept "
            "exactly that with --accept-rate 80"
        ),
        {"rate": "80"},
    ),
    Case(
        "number taken",
        "R26",
        lambda: join(offered(), taken=True),
        ("course number K-9 is taken at VHS 301; choose another one"),
        {"number": "K-9"},
    ),
    Case("not released", "R31", lambda: join(World()), ("{coop} is not released"), {"coop_id": "563-COOP-219"}),
    Case(
        "own course",
        "R32",
        lambda: join(offered(), vhs=MASTER),
        ("VHS 563 runs {coop} itself and cannot subscribe it"),
        {},
    ),
    Case(
        "subscribed already",
        "R32",
        lambda: join(joined(), number="K-11"),
        ("VHS 301 has subscribed {coop} already as K-9 (26F)"),
        {},
    ),
    Case(
        "another market",
        "R31",
        lambda: join(offered("schwaben")),
        ("VHS 301 is in none of the markets of {coop} and can neither see nor subscribe it"),
        {},
    ),
    Case("cancelled", "R47", lambda: join(ausfall()), ("{coop} was cancelled (Ausfall)"), {}),
    Case("closed", "D9", lambda: join(closed()), ("the release of {coop} is closed for new Abos"), {}),
    Case(
        "linked",
        "R6",
        lambda: join(offered(rate="Link"), rate="Link"),
        ("{coop} is a linked course: customers are forwarded to VHS 563, there is no Abo"),
        {},
    ),
    Case(
        "closed twice",
        "D9",
        lambda: closed().decide(MASTER, close_release),
        ("the release of {coop} is closed already"),
        {},
    ),
    Case(
        "withdrawn with an Abo",
        "D9",
        lambda: joined().decide(MASTER, withdraw_release),
        ("{coop} has Abos of VHS 301 and cannot be withdrawn; it can be closed for new ones"),
        {},
    ),
    Case(
        "release of another",
        "D9",
        lambda: offered().decide(ABO, withdraw_release),
        ("VHS 301 has no release {coop}"),
        {},
    ),
    Case("no Abo", "D9", lambda: end(network(), "999"), ("VHS 999 has no Abo of {coop}"), {}),
    Case(
        "booked Abo",
        "D9",
        lambda: end(shared()),
        ("1 live bookings of VHS 301 hang on {coop}; cancel them with S first"),
        {"refs": ["301:7"]},
    ),
    Case(
        "terms of others",
        "D13",
        lambda: agree(network(), THIRD, TERMS),
        ("VHS 412 has no part in terms between VHS 301 and the Master of {coop}"),
        {},
    ),
    Case(
        "seat of nobody",
        "D7",
        lambda: network().decide(ABO, lambda draft: claim_seat(draft, "301:9")),
        ("{coop} has no booking 301:9"),
        {"ref": "301:9"},
    ),
    Case(
        "seat of another",
        "B19",
        lambda: shared(status="W").decide(MASTER, lambda draft: claim_seat(draft, "301:7")),
        ("booking 301:7 belongs to VHS 301; only it can claim a seat for it"),
        {"ref": "301:7"},
    ),
    Case(
        "seat of a cancelled",
        "D5",
        lambda: cancelled().decide(ABO, lambda draft: claim_seat(draft, "301:7")),
        ("booking 301:7 is cancelled; a new registration is a new booking"),
        {"ref": "301:7"},
    ),
    Case(
        "no seat",
        "D7",
        lambda: full().decide(ABO, lambda draft: claim_seat(draft, "301:7")),
        ("no seat is free in {coop}: 1 of 1 are taken; 301:7 stays on the waiting list"),
        {"ref": "301:7"},
    ),
    Case(
        "begun",
        "R1",
        lambda: check(today=date(2026, 3, 31)),
        ("{course} began on 2026-03-30; only future courses can be released"),
        {},
    ),
    Case(
        "bought in",
        "R12",
        lambda: check(own_offer=False),
        (
            "{course} can be released only as an own offer, agreed individually and "
            "exclusively with its instructors; attest that with --own-offer"
        ),
        {},
    ),
    Case(
        "Abo-Kurs",
        "R11",
        lambda: check(markers=("100",)),
        ("{course} is itself an Abo-Kurs (Kennzeichen 100) and cannot be released again"),
        {},
    ),
    Case(
        "foreign number",
        "D12",
        lambda: check(external="L-1"),
        (
            "\"Externe Kurs-Nr.\" of {course} holds 'L-1'; empty it in the admin program and "
            "export again, it is the place of the COOP-Id"
        ),
        {},
    ),
    Case("never", "R2", lambda: check(never_share=True), ('{course} is marked "NIE bei vhsKOOP"'), {}),
    Case(
        "blank field",
        "R5",
        lambda: check(venue="", title=""),
        (
            "{course} lacks Titel, Kursort; fill them in the admin program and export again, "
            "or give what no export carries with --fact"
        ),
        {"missing": ["Titel", "Kursort"]},
    ),
    Case(
        "ends before it begins",
        "R5",
        lambda: check(ends_on=date(2026, 3, 1)),
        ("{course} ends on 2026-03-01, before it begins on 2026-03-30"),
        {},
    ),
    Case(
        "online without software",
        "R8",
        lambda: check(delivery="Online-Kurs"),
        (
            "{course} is Online-Kurs but names no Software; fill it in the admin program, or "
            "give it with --fact Software=Zoom where no export carries it; access data may "
            "follow later"
        ),
        {},
    ),
    Case(
        "children",
        "R9",
        lambda: check(course_type=None, title="Töpfern für Kinder"),
        ("no export says which type {course} has, and its text says 'für kinder'; give it with --type"),
        {},
    ),
    Case(
        "type",
        "R9",
        lambda: check(course_type="Kinderkurs"),
        ("{course} is of type Kinderkurs; only Normalkurs and Einzelveranstaltung can be shared"),
        {},
    ),
    Case("funded", "R10", lambda: check(bamf=True), ("{course} is BAMF-funded and cannot be shared"), {}),
    Case(
        "no fee",
        "R5",
        lambda: check(fee_cents=None),
        ("no export carries the fee of {course}; give it with --fee 90,00"),
        {"missing": ["Gebühr"]},
    ),
    Case(
        "pass-through",
        "M6",
        lambda: check(pass_through_cents=9001),
        ("pass-through items of {course} (90,01) exceed its fee (90,00)"),
        {},
    ),
    Case(
        "no rate",
        "R6a",
        lambda: check(rate=""),
        (
            "{course} costs 90,00 but has no rate; fill vhsKOOP-Verrechnung, or give --rate "
            "80 where no export carries it"
        ),
        {"missing": ["vhsKOOP-Verrechnung"]},
    ),
    Case(
        "odd rate",
        "R6",
        lambda: check(rate="101"),
        ("the rate of {course} is '101'; it must be a whole number from 0 to 100 or \"Link\""),
        {},
    ),
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_refusal_names_rule_matter_and_details(case: Case) -> None:
    with pytest.raises(Refused) as refused:
        case.work()
    assert refused.value.rule == case.rule
    assert refused.value.message == case.message.format(course="course 26-10009 (26F) of VHS 563", coop=COOP)
    assert refused.value.details == {"rule": case.rule} | case.details
