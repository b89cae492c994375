"""Who may subscribe, with which number and terms, and how an Abo ends."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec
import pytest

from koop_es.domain.cancellations import confirm_cancellation
from koop_es.domain.cooperation import Reason
from koop_es.domain.errors import Refused
from koop_es.domain.events import CourseSubscribed
from koop_es.domain.release import Candidate, release
from koop_es.domain.subscription import confirm_terms, is_subscribed, subscribe, terminate_subscription
from koop_es.domain.terms import Policy, Terms
from koop_es.domain.withdraw import NO_ABO, withdraw
from tests.unit.domain.world import (
    ABO,
    COOP,
    MASTER,
    PERIOD,
    THIRD,
    World,
    booked,
    facts_of,
    held,
    listed,
    network,
    shared,
    types,
)

TERMS = Terms(9000, 1200, "80")
DEARER = Terms(9500, 1200, "75")
GENERAL = frozenset({"general"})


def released(*markets: str, rate: str = "80", **changed: Any) -> World:
    world = World()
    candidate = Candidate(MASTER, "26-10009", PERIOD, "", facts_of(MASTER, rate=rate, **changed))
    world.decide(MASTER, lambda draft: release(draft, candidate, Terms(9000, 1200, rate), markets))
    return world


def join(
    world: World,
    vhs: str = ABO,
    *,
    number: str = "K-9",
    period: str = PERIOD,
    rate: str = "80",
    markets: frozenset[str] = GENERAL,
    taken: bool = False,
) -> None:
    world.decide(
        vhs,
        lambda draft: subscribe(
            draft,
            world.policy,
            number=number,
            period=period,
            accepted_rate=rate,
            system="kufersql",
            markets=markets,
            number_taken=taken,
        ),
    )


def refused_rule(world: World, **how: Any) -> str:
    events = len(world.events)
    with pytest.raises(Refused) as refused:
        join(world, **how)
    assert len(world.events) == events
    return refused.value.rule


def agree(world: World, side: str, terms: Terms, subscriber: str = ABO) -> bool:
    return bool(world.decide(side, lambda draft: confirm_terms(draft, subscriber, terms)))


def end(world: World, vhs: str = ABO, *, never_shown: bool = False) -> None:
    world.decide(vhs, lambda draft: terminate_subscription(draft, vhs, never_shown=never_shown))


@pytest.mark.parametrize(("number", "period"), [("", PERIOD), ("  ", PERIOD), ("K-9", ""), ("K-9", " ")])
def test_r24_number_and_period_are_needed(number: str, period: str) -> None:
    assert refused_rule(released(), number=number, period=period) == "R24"


@pytest.mark.parametrize("rate", ["", "70", "Link", "80 %"])
def test_r25_exactly_the_shown_rate_must_be_accepted(rate: str) -> None:
    assert refused_rule(released(), rate=rate) == "R25"


def test_r25_acceptance_is_kept_with_the_terms() -> None:
    world = released()
    join(world, rate="080")
    assert world.state.lanes[ABO].terms == TERMS


def test_r26_number_must_be_free() -> None:
    world = released()
    assert refused_rule(world, taken=True) == "R26"
    join(world, number="K-10")
    assert world.state.lanes[ABO].number == "K-10"


def test_r26_retry_of_the_very_abo_is_recognised() -> None:
    world = released()
    join(world)
    assert is_subscribed(world.state, ABO, "K-9", PERIOD)
    assert not is_subscribed(world.state, ABO, "K-10", PERIOD)
    assert not is_subscribed(world.state, MASTER, "26-10009", PERIOD)


@pytest.mark.parametrize("vhs", [MASTER, ABO])
def test_r32_one_abo_each_and_never_of_the_own_course(vhs: str) -> None:
    world = released()
    join(world)
    assert refused_rule(world, vhs=vhs, number="K-11") == "R32"


def test_d8_many_vhss_may_subscribe() -> None:
    world = released()
    join(world)
    join(world, THIRD)
    assert [lane.vhs for lane in world.state.subscribers()] == [ABO, THIRD]


def test_r31_vhs_outside_the_markets_cannot_subscribe() -> None:
    world = released("oberpfalz")
    assert refused_rule(world) == "R31"
    assert refused_rule(world, markets=frozenset({"general", "schwaben"})) == "R31"
    join(world, markets=frozenset({"oberpfalz"}))


def test_r31_what_is_not_released_cannot_be_subscribed() -> None:
    assert refused_rule(World()) == "R31"


def test_r6_linked_course_has_no_abo() -> None:
    assert refused_rule(released(rate="Link"), rate="Link") == "R6"


def test_r47_cancelled_course_has_no_new_abo() -> None:
    world = released()
    world.report(MASTER, cancelled=True)
    assert refused_rule(world) == "R47"


def test_release_without_terms_cannot_be_subscribed() -> None:
    world = network(vhss=())
    world.report(MASTER, fee_cents=None)
    assert refused_rule(world) == "R25"


# --- the new Abo-Kurs -------------------------------------------------------------------------------------------------


def test_r28_abo_kurs_is_made_with_all_its_automatic_entries() -> None:
    world = released()
    join(world)
    [change] = world.changes(ABO)
    assert change.kind == "course.create"
    assert change.fields == {
        "Kursnummer": "K-9",
        "Periode": "26F",
        "Externe Kurs-Nr.": COOP,
        "Titel": "Aquarell",
        "Titel Programmheft": "Aquarell für alle",
        "Info": "Farben mitbringen\nKursleitung: R. Muster\nVeranstaltungsort: Raum 1\nAusführende vhs: VHS 563",
        "Typ": "Normalkurs",
        "BAMF": "F",
        "Datum von": "30.03.2026",
        "Datum bis": "30.05.2026",
        "Uhrzeit von": "18:00",
        "Uhrzeit bis": "19:30",
        "Kursort": "Raum 1",
        "DVV-Fachbereich": "2.06",
        "TN min": "5",
        "TN max": "10",
        "Gebühr": "90,00",
        "Durchlaufende Posten": "12,00",
        "vhsKOOP-Key": "F",
        "vhsKOOP-Verrechnung": "80",
        "NIE bei vhsKOOP": "F",
        "Kennzeichen": "100",
        "Anrechenbar": "F",
        "Veranstaltungsart": "",
        "Kooperation": "",
        "Dozent": "VHS 563",
        "Belegen nur bis Maximum": "W",
        "Ausfall": "F",
        "Erstellt von": "WS",
        "Bearbeitet von": "WS",
    }


@pytest.mark.parametrize(("course_type", "kind"), [("Normalkurs", "75"), ("Einzelveranstaltung", "76")])
def test_t3_bavarian_abo_gets_its_codes(course_type: str, kind: str) -> None:
    world = released(course_type=course_type)
    world.policy = Policy(bavaria=frozenset({ABO}))
    join(world)
    fields = world.changes(ABO)[0].fields or {}
    assert (fields["Veranstaltungsart"], fields["Kooperation"]) == (kind, "04")


def test_d14_kinds_are_a_setting() -> None:
    world = released()
    world.policy = Policy(bavaria=frozenset({"*"}), event_kind_course="76")
    join(world)
    assert (world.changes(ABO)[0].fields or {})["Veranstaltungsart"] == "76"


def test_t2_abo_is_made_as_not_countable() -> None:
    world = released()
    join(world)
    assert (world.changes(ABO)[0].fields or {})["Anrechenbar"] == "F"


def test_r22_access_data_and_software_go_to_the_abo() -> None:
    world = released(delivery="Online-Kurs", software="BigBlueButton")
    join(world)
    fields = world.changes(ABO)[0].fields or {}
    assert fields["Info"].endswith("\nSoftware: BigBlueButton")
    assert (fields["Kursart"], fields["Software"]) == ("Online-Kurs", "BigBlueButton")
    world.report(ABO, delivery="Online-Kurs", software="BigBlueButton", access_data="")
    world.report(MASTER, delivery="Online-Kurs", software="BigBlueButton", access_data="https://example.org/x")
    assert world.changes(ABO)[0].fields == {"Zugangsdaten": "https://example.org/x"}


def test_r8_access_data_follow_later() -> None:
    world = released(delivery="Online-Kurs", software="BigBlueButton")
    assert types(world.report(MASTER, coop_id="", delivery="Online-Kurs", software="BBB", access_data="x")) == [
        "CourseRevised"
    ]


def test_r23_bavarian_online_abo_gets_the_matching_keyword() -> None:
    world = released(delivery="Online-Kurs", software="BBB", keywords=("onlinevhs.bayern-Master",))
    world.policy = Policy(bavaria=frozenset({ABO}))
    join(world)
    join(world, THIRD)
    assert (world.changes(ABO)[0].fields or {})["Stichwörter"] == "onlinevhs.bayern-Abo"
    assert "Stichwörter" not in (world.changes(THIRD)[0].fields or {})


def test_r30_what_the_master_filled_is_carried_over_and_the_rest_stays_blank() -> None:
    world = released(programme_title=None, min_participants=None)
    join(world)
    fields = world.changes(ABO)[0].fields or {}
    assert (fields["Titel Programmheft"], fields["TN min"], fields["Typ"]) == ("", "", "Normalkurs")


def test_r29_title_and_info_are_written_once_and_never_again() -> None:
    world = released()
    join(world)
    world.report(ABO, title="Eigener Titel")
    world.report(MASTER, title="Neuer Titel", programme_title="Neu", info="Neu")
    assert world.changes(ABO) == []


def test_r21_later_changes_of_the_master_reach_the_abo() -> None:
    world = released()
    join(world)
    world.report(ABO)
    world.report(MASTER, starts_at="19:00", capacity=12)
    assert world.changes(ABO)[0].fields == {"Uhrzeit von": "19:00", "TN max": "12"}
    world.report(ABO, starts_at="19:00", capacity=12)
    assert world.changes(ABO) == []


def test_r26_course_with_the_abos_number_is_not_taken_for_it() -> None:
    world = released()
    join(world)
    assert world.report(ABO, booked("7"), course=None, coop_id="") == []
    assert world.to_do(ABO)[0][0] == "course.create"


def test_bookings_come_with_the_new_course() -> None:
    world = released()
    world.report(MASTER, booked("1"))
    join(world)
    assert [kind for kind, _ in world.to_do(ABO)] == ["course.create", "booking.create"]


def test_r28_acknowledged_creation_is_no_longer_listed() -> None:
    world = released()
    join(world)
    assert types(world.report(ABO)) == ["CourseDelivered"]
    assert world.changes(ABO) == []
    assert world.open == set()


# --- the end of an Abo ------------------------------------------------------------------------------------------------


def test_r27_abo_with_a_live_booking_cannot_be_ended() -> None:
    world = shared()
    with pytest.raises(Refused) as refused:
        end(world)
    assert (refused.value.rule, refused.value.details["refs"]) == ("D9", ["301:7"])


def test_d9_operator_ends_an_abo_on_which_nothing_hangs() -> None:
    world = shared("412:4")
    end(world)
    assert world.report(ABO, booked("9")) == []
    assert world.changes(ABO) == []
    assert [document.vhs for document in world.documents()] == [THIRD, MASTER]


@pytest.mark.parametrize("vhs", [MASTER, "999"])
def test_d9_what_is_no_abo_cannot_be_ended(vhs: str) -> None:
    with pytest.raises(Refused):
        end(network(), vhs)


def test_d9_ended_abo_can_be_subscribed_anew() -> None:
    world = released()
    join(world)
    world.report(ABO, max_guard=False)
    end(world)
    assert world.codes == set()
    join(world, number="K-10")
    assert world.open == set()
    assert [kind for kind, _ in world.to_do(ABO)] == ["course.create"]
    assert (world.changes(ABO)[0].fields or {})["Kursnummer"] == "K-10"


def called_off(world: World) -> Callable[[], object]:
    """Cancel the booking with its course; gives what takes that back (D24)."""
    world.report(MASTER, held(MASTER), cancelled=True)
    for vhs in (MASTER, ABO, THIRD):
        world.report(vhs, held(vhs, status="S", edited_by="WS"), cancelled=True, edited_by="WS")
    return lambda: world.report(MASTER, held(MASTER, status="S", edited_by="WS"))


def removed(world: World) -> Callable[[], object]:
    """Remove a copy until it is taken for an orphan; gives what puts it back (D5)."""
    world.report(MASTER)
    world.report(MASTER)
    for vhs in (ABO, THIRD):
        world.report(vhs, held(vhs, status="S", edited_by="WS"))
    return lambda: world.report(MASTER, held(MASTER))


def wrongly_cancelled(world: World) -> Callable[[], object]:
    """Let an export of the Master cancel; gives what withdraws it (D32)."""
    world.report(MASTER, held(MASTER, status="S", edited_by="Kern"))
    export = f"{MASTER}#{world.exports[MASTER]}"
    for vhs in (ABO, THIRD):
        world.report(vhs, held(vhs, status="S", edited_by="WS"))

    def take_back() -> None:
        stays = world.decide(MASTER, lambda draft: withdraw(draft, export, list(world.events)))
        assert [item.why for item in stays] == [NO_ABO]

    return take_back


@pytest.mark.parametrize("cancel", [called_off, removed, wrongly_cancelled])
def test_d9_booking_whose_abo_ended_lives_only_with_another_abo_and_that_is_asked(
    cancel: Callable[[World], Callable[[], object]],
) -> None:
    world = shared()
    world.give(MASTER, ABO, THIRD)
    take_back = cancel(world)
    end(world)
    assert "BOOKINGS_WITHOUT_ABO" not in world.codes, "nobody has taken anything back"
    take_back()
    assert world.statuses(MASTER) == world.statuses(THIRD) == {"301:7": "S"}
    assert world.state.reason(world.state.bookings["301:7"]) is Reason.ABO
    assert world.state.confirmed() == []
    assert world.detail("BOOKINGS_WITHOUT_ABO") == {"found": "VHS 301", "refs": "301:7", "course": COOP}
    world.report(MASTER, held(MASTER, status="S", edited_by="WS"))
    assert ("BOOKINGS_WITHOUT_ABO", MASTER, "") in world.open

    join(world, number="K-10")
    assert "BOOKINGS_WITHOUT_ABO" not in world.codes
    assert world.statuses(MASTER) == world.statuses(THIRD) == world.statuses(ABO) == {"301:7": "A"}
    for vhs in (MASTER, ABO, THIRD):
        world.report(vhs, held(vhs, edited_by="WS"), number="K-10" if vhs == ABO else None)
    assert world.open == set()


def test_d9_what_was_cancelled_by_s_asks_nothing_when_its_abo_has_ended() -> None:
    world = shared()
    world.report(ABO, held(ABO, status="S"))
    for vhs in (MASTER, THIRD):
        world.report(vhs, held(vhs, status="S", edited_by="WS"))
    world.report(MASTER, held(MASTER, status="S"), cancelled=True)
    end(world)
    world.report(MASTER, held(MASTER, status="S"))
    assert "BOOKINGS_WITHOUT_ABO" not in world.codes
    join(world, number="K-10")
    assert world.state.reason(world.state.bookings["301:7"]) is Reason.PARTICIPANT


def test_d9_s_of_a_person_at_the_owner_is_asked_about_when_its_abo_is_made_again() -> None:
    world = shared()
    world.give(MASTER, ABO, THIRD)
    world.report(MASTER, held(MASTER), cancelled=True)
    world.give(ABO)
    world.report(ABO, held(ABO, status="S", edited_by="Kern"), cancelled=True)
    end(world)
    world.report(MASTER, held(MASTER))
    join(world, number="K-10")
    assert world.detail("CANCELLATION_UNCLEAR")["refs"] == "301:7"
    assert [kind for kind, _ in world.to_do(ABO)] == ["course.create"], "nothing is written over it (D21)"


@pytest.mark.parametrize("shown", [True, False])
def test_d22_an_abo_that_is_made_again_gives_out_no_id_of_the_former_one(shown: bool) -> None:
    """What a connector carried out once it never does again: the mirrors would come three exports late."""
    world = released()
    world.report(MASTER, booked("1"), booked("2"))
    join(world)
    former = {change.id for change in world.give(ABO)}
    if shown:
        world.report(ABO, *(held(ABO, f"563:{number}") for number in (1, 2)))
    world.report(MASTER, booked("1", "S"), booked("2"))
    former |= {change.id for change in world.give(ABO)}
    end(world)
    join(world, number="K-10")
    again = world.give(ABO)
    assert [(change.kind, change.ref) for change in again] == [("course.create", None), ("booking.create", "563:2")]
    assert former.isdisjoint(change.id for change in again)
    assert world.give(ABO) == again, "and these are kept"


@pytest.mark.parametrize("others", [(), (THIRD,)])
def test_r19_abo_under_a_coop_id_that_no_master_shows_ends_with_the_bookings_that_nobody_else_shows(
    others: tuple[str, ...],
) -> None:
    world = World()
    for vhs in (ABO, *others):
        world.report(vhs, booked("7"))
    for vhs in (ABO, *others):
        end(world, vhs, never_shown=bool(others))
    for vhs in (MASTER, ABO, THIRD):
        world.report(vhs)
        assert world.to_do(vhs) == [], "it is another course, and nobody there hears of them"
    assert world.statuses(MASTER) == {}


def test_r19_booking_that_another_vhs_shows_hangs_on_an_abo_whoever_the_master_is() -> None:
    world = World()
    world.report(ABO, booked("7"))
    world.report(THIRD, held(THIRD))
    with pytest.raises(Refused) as refused:
        end(world, never_shown=True)
    assert refused.value.details["refs"] == ["301:7"]


# --- other terms ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("first", "second"), [(MASTER, ABO), (ABO, MASTER)])
def test_d13_terms_change_when_both_sides_confirmed_the_same(first: str, second: str) -> None:
    world = network()
    assert not agree(world, first, DEARER)
    assert world.state.terms_of(ABO) == TERMS
    assert agree(world, second, DEARER)
    assert world.state.terms_of(ABO) == DEARER
    assert world.state.terms_of(THIRD) == TERMS
    assert world.changes(ABO)[0].fields == {"Gebühr": "95,00"}
    assert world.changes(THIRD) == []


def test_d13_different_terms_are_no_agreement() -> None:
    world = network()
    agree(world, MASTER, DEARER)
    assert not agree(world, ABO, Terms(9400, 1200, "75"))
    assert world.state.terms_of(ABO) == TERMS
    assert agree(world, MASTER, Terms(9400, 1200, "75"))


def test_d13_old_confirmation_does_not_count_for_the_next_terms() -> None:
    world = network()
    agree(world, MASTER, DEARER)
    agree(world, ABO, DEARER)
    assert not agree(world, ABO, TERMS)
    assert world.state.terms_of(ABO) == DEARER


@pytest.mark.parametrize(("first", "second"), [(MASTER, ABO), (ABO, MASTER)])
def test_d13_confirmation_is_used_up_by_the_agreement(first: str, second: str) -> None:
    world = network()
    for terms in (DEARER, TERMS):
        agree(world, MASTER, terms)
        agree(world, ABO, terms)
    assert not agree(world, first, DEARER)
    assert agree(world, second, DEARER)


@pytest.mark.parametrize(("side", "subscriber"), [(THIRD, ABO), (MASTER, MASTER), (MASTER, "999")])
def test_d13_only_the_two_sides_confirm(side: str, subscriber: str) -> None:
    with pytest.raises(Refused):
        agree(network(), side, DEARER, subscriber)


def test_d13_agreed_terms_that_were_not_written_yet_are_no_violation() -> None:
    world = network()
    agree(world, MASTER, DEARER)
    agree(world, ABO, DEARER)
    assert world.open == set()


def test_d13_master_that_changed_first_is_right_once_everybody_agreed() -> None:
    world = network(vhss=(MASTER, ABO))
    world.report(MASTER, fee_cents=9500, rate="75")
    assert world.codes == {"RATE_CHANGED", "MASTER_PRICE_CHANGED"}
    agree(world, MASTER, DEARER)
    agree(world, ABO, DEARER)
    assert world.open == set()


def test_d13_agreement_is_no_violation_of_a_master_that_changes_its_price_afterwards() -> None:
    world = network(vhss=(MASTER, ABO))
    agree(world, MASTER, DEARER)
    agree(world, ABO, DEARER)
    assert world.open == set()
    world.report(MASTER, fee_cents=9500, rate="75")
    assert world.open == set()
    world.report(MASTER)
    assert world.codes == {"RATE_CHANGED", "MASTER_PRICE_CHANGED"}


def test_r33_price_counts_as_agreed() -> None:
    world = network()
    agree(world, MASTER, DEARER)
    agree(world, ABO, DEARER)
    world.report(ABO, fee_cents=9500)
    assert world.open == set()
    world.report(ABO, fee_cents=9000)
    assert world.codes == {"SUBSCRIBER_PRICE_DIFFERS"}


def test_r16_rate_changed_at_the_master_binds_nobody() -> None:
    world = network()
    world.report(MASTER, rate="90")
    assert world.state.terms_of(ABO) == TERMS


@pytest.mark.parametrize("apart", [True, False])
def test_d8_d21_s_set_while_a_vhs_took_no_part_is_asked_when_it_subscribes_again(apart: bool) -> None:
    """Whoever tidies up the copies of an Abo that ended cancels nobody: the course goes on without that VHS."""
    world = shared("563:7")
    if apart:
        end(world)
        join(world)
    mirror = held(ABO, "563:7", "S")
    world.report(ABO, mirror)
    assert (world.state.lanes[ABO].unclear.get("563:7") == "apart") is apart
    assert world.statuses(MASTER) == {"563:7": "A" if apart else "S"}
    assert ("CANCELLATION_UNCLEAR" in world.codes) is apart
    if apart:
        assert world.report(ABO, mirror) == []
        world.decide(ABO, lambda draft: confirm_cancellation(draft, "563:7", "rang them up"))
        assert world.statuses(MASTER) == {"563:7": "S"}


@pytest.mark.parametrize(("editor", "asked"), [("WS", False), ("Kern", True), (None, True)])
@pytest.mark.parametrize("lives", [True, False])
def test_d8_d21_d32_s_of_before_in_a_copy_that_was_left_is_no_claim_when_its_abo_is_made_again(
    editor: str | None, asked: bool, lives: bool
) -> None:
    """It was given out there or counted already; taken for a claim, it would outlast the wrong file that brought it."""
    world = shared("563:7")
    world.give(ABO, MASTER, THIRD)
    world.report(THIRD, held(THIRD, "563:7", "S"))
    wrong = f"{THIRD}#{world.exports[THIRD]}"
    world.give(ABO)
    copy = held(ABO, "563:7", "S", edited_by=editor)
    world.report(ABO, copy)
    end(world)
    join(world)
    world.give(ABO)
    if lives:
        world.decide(THIRD, lambda draft: withdraw(draft, wrong, list(world.events)))
    world.report(ABO, copy)
    if not lives:
        assert "CANCELLATION_UNCLEAR" not in world.codes, "it is cancelled all the same"
        world.decide(THIRD, lambda draft: withdraw(draft, wrong, list(world.events)))
    assert world.statuses(MASTER) == {"563:7": "A"}
    assert ("CANCELLATION_UNCLEAR" in world.codes) is (asked or lives)


def test_d8_d21_s_set_after_a_vhs_has_shown_its_copies_again_is_a_claim() -> None:
    world = shared("563:7")
    end(world)
    join(world)
    world.report(ABO, held(ABO, "563:7"))
    world.report(ABO, held(ABO, "563:7", "S"))
    assert world.statuses(MASTER) == {"563:7": "S"}


def test_d9_d26_an_abo_made_again_knows_nothing_of_rows_that_stood_there_twice() -> None:
    world = listed()
    world.report(THIRD, held(THIRD), msgspec.structs.replace(held(THIRD), booking_id="9"))
    assert "MIRROR_DOUBLED" in world.codes
    world.decide(MASTER, lambda draft: terminate_subscription(draft, THIRD))
    assert world.state.doubled == set()
    world.decide(THIRD, lambda draft: draft.add(CourseSubscribed, "R25", course_number="K-9", period=PERIOD))
    world.report(THIRD, held(THIRD), number="K-9")
    assert "MIRROR_DOUBLED" not in world.codes
