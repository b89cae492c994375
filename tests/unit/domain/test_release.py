"""What may be released, and what a release fixes."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from koop_es.domain.course import HEADINGS, CourseFacts
from koop_es.domain.errors import KoopError, Refused, WrongUsage
from koop_es.domain.release import MANDATORY, Candidate, check_release, completed, release
from koop_es.domain.subscription import close_release, subscribe, withdraw_release
from koop_es.domain.terms import Policy, Terms, normal_rate
from tests.unit.domain.world import ABO, MASTER, MASTER_FACTS, PERIOD, STARTS_ON, World, booked, facts_of

TODAY = date(2026, 2, 1)
TERMS = Terms(9000, 1200, "80")


def candidate(*, external: str | None = "", given: CourseFacts | None = None, **changed: Any) -> Candidate:
    return Candidate(
        MASTER, "26-10009", PERIOD, external, facts_of(MASTER, **changed), "kufersql", given=given or CourseFacts()
    )


def check(
    *, own_offer: bool = True, policy: Policy | None = None, today: date = TODAY, **more: Any
) -> tuple[Terms, list[str]]:
    return check_release(candidate(**more), policy or Policy(), today, own_offer=own_offer)


def refusal(**more: Any) -> Refused:
    with pytest.raises(Refused) as refused:
        check(**more)
    return refused.value


def released(**changed: Any) -> World:
    world = World()
    world.decide(MASTER, lambda draft: release(draft, candidate(**changed), TERMS, ()))
    return world


def join(world: World, vhs: str = ABO) -> None:
    world.decide(
        vhs,
        lambda draft: subscribe(
            draft,
            Policy(),
            number="K-9",
            period=PERIOD,
            accepted_rate="80",
            system=None,
            markets=frozenset({"general"}),
            number_taken=False,
        ),
    )


def test_a_proper_course_may_be_released() -> None:
    terms, warnings = check()
    assert terms == TERMS
    assert [warning[:3] for warning in warnings] == ["R7:"]


def test_r1_only_future_courses() -> None:
    assert refusal(today=date(2026, 3, 31)).rule == "R1"
    assert check(today=STARTS_ON)[0] == TERMS


def test_r2_course_marked_never_is_refused() -> None:
    assert refusal(never_share=True).rule == "R2"


@pytest.mark.parametrize("field", MANDATORY)
@pytest.mark.parametrize("value", [None, ""])
def test_r5_missing_field_is_named(field: str, value: str | None) -> None:
    refused = refusal(**{field: value})
    assert (refused.rule, refused.details["missing"]) == ("R5", [HEADINGS[field]])


def test_r5_all_missing_fields_are_named_at_once() -> None:
    refused = refusal(title="", venue="", dvv_category=None)
    assert refused.details["missing"] == ["Titel", "Kursort", "DVV-Fachbereich"]


def test_r5_course_that_ends_before_it_begins_is_refused() -> None:
    assert refusal(ends_on=date(2026, 3, 1)).rule == "R5"


def test_r5_course_without_fee_is_refused() -> None:
    assert refusal(fee_cents=None).details["missing"] == ["Gebühr"]


@pytest.mark.parametrize("rate", ["0", "80", "100", "Link", "link", "080"])
def test_r6_rate_is_a_whole_number_or_link(rate: str) -> None:
    assert check(rate=rate)[0].rate == normal_rate(rate, 9000)


@pytest.mark.parametrize("rate", ["80,5", "101", "-5", "80 %", "viel", "²", "８０"])
def test_r6_any_other_rate_is_refused(rate: str) -> None:
    assert refusal(rate=rate).rule == "R6"


@pytest.mark.parametrize("rate", ["", "  ", None])
def test_r6a_blank_rate_of_a_course_with_a_price_is_refused(rate: str | None) -> None:
    assert refusal(rate=rate).rule == "R6a"


@pytest.mark.parametrize("rate", ["", None])
def test_r6a_blank_rate_of_a_free_course_is_zero(rate: str | None) -> None:
    assert check(rate=rate, fee_cents=0, pass_through_cents=0)[0] == Terms(0, 0, "0")


def test_pass_through_items_above_the_fee_are_refused() -> None:
    assert refusal(pass_through_cents=9001).rule == "M6"
    assert check(pass_through_cents=9000)[0].pass_through_cents == 9000


def test_r7_number_should_be_final() -> None:
    assert any(warning.startswith("R7") and "26-10009" in warning for warning in check()[1])


@pytest.mark.parametrize("delivery", ["Online-Kurs", "Gemischt"])
def test_r8_online_course_needs_its_software(delivery: str) -> None:
    assert refusal(delivery=delivery).rule == "R8"
    assert check(delivery=delivery, software="BigBlueButton")[0] == TERMS


@pytest.mark.parametrize("kind", ["Kinderkurs", "Eltern-Kind-Kurs", "Reise", ""])
def test_r9_other_types_are_refused(kind: str) -> None:
    assert refusal(course_type=kind).rule == "R9"


@pytest.mark.parametrize("kind", ["Normalkurs", "Einzelveranstaltung"])
def test_r9_two_types_can_be_shared(kind: str) -> None:
    assert check(course_type=kind)[0] == TERMS


def test_r9_type_no_export_carries_must_not_hint_at_children() -> None:
    assert refusal(course_type=None, title="Töpfern für Kinder").rule == "R9"
    assert any(warning.startswith("R9") for warning in check(course_type=None)[1])


def test_r9_course_without_type_is_released_as_normalkurs() -> None:
    world = released(course_type=None)
    assert world.state.master_lane is not None
    assert world.state.master_lane.facts.course_type == "Normalkurs"


def test_r10_funded_course_is_refused() -> None:
    assert refusal(bamf=True).rule == "R10"
    assert any(warning.startswith("R10") for warning in check(bamf=None, title="Integrationskurs B1")[1])
    for known in ({"bamf": False, "title": "Integrationskurs B1"}, {"bamf": None}):
        assert not any(warning.startswith("R10") for warning in check(**known)[1])


def test_r11_abo_kurs_is_not_released_again() -> None:
    assert refusal(markers=("7", "100")).rule == "R11"


def test_d8_shared_course_is_not_released_again() -> None:
    shared = Candidate(ABO, "K-9", PERIOD, "", MASTER_FACTS, shared_as="563-COOP-219")
    with pytest.raises(Refused) as refused:
        check_release(shared, Policy(), TODAY, own_offer=True)
    assert refused.value.rule == "R13"


def test_r12_own_offer_must_be_attested() -> None:
    assert refusal(own_offer=False).rule == "R12"


@pytest.mark.parametrize("title", ["Xpert Business Netz", "vhs.wissen live: Mars", "VHS-Flatrate", "Zubucher Excel"])
def test_r12_suspicious_titles_are_pointed_out(title: str) -> None:
    assert any(warning.startswith("R12") for warning in check(title=title)[1])


def test_r13_markets_of_a_release_are_general_unless_named() -> None:
    world = World()
    world.decide(MASTER, lambda draft: release(draft, candidate(), TERMS, ("oberpfalz",)))
    assert world.state.lanes[MASTER].markets == ("oberpfalz",)
    assert released().state.lanes[MASTER].markets == ("general",)


def test_r14_release_is_one_event_that_carries_facts_and_terms() -> None:
    world = released()
    [event] = world.events
    assert (event.type, event.rule) == ("CourseReleased", "R14")
    assert world.state.terms_of(MASTER) == TERMS


def test_r23_bavarian_online_course_should_carry_the_keyword() -> None:
    bavaria = Policy(bavaria=frozenset({MASTER}))
    online: dict[str, Any] = {"delivery": "Online-Kurs", "software": "BBB"}
    assert any(warning.startswith("R23") for warning in check(policy=bavaria, **online)[1])
    named = check(policy=bavaria, keywords=(bavaria.online_keyword_master,), **online)[1]
    assert not any(warning.startswith("R23") for warning in named)
    assert not any(warning.startswith("R23") for warning in check(**online)[1])


def test_b8_course_without_maximum_is_pointed_out() -> None:
    assert any(warning.startswith("B8") for warning in check(capacity=None)[1])


@pytest.mark.parametrize("external", ["LOKAL-7", "301-COOP-9"])
def test_d12_foreign_external_number_refuses_a_release(external: str) -> None:
    assert refusal(external=external).rule == "D12"
    assert check(external=None)[0] == TERMS


def test_facts_no_export_carried_can_be_given() -> None:
    given = CourseFacts(fee_cents=9000, rate="80", pass_through_cents=1200)
    assert check(given=given, fee_cents=None, rate=None, pass_through_cents=None)[0] == TERMS


def test_facts_an_export_carried_cannot_be_overridden() -> None:
    with pytest.raises(WrongUsage, match="Gebühr"):
        completed(candidate(given=CourseFacts(fee_cents=1)))
    assert completed(candidate(given=CourseFacts(fee_cents=9000))).fee_cents == 9000


def test_refusals_say_what_to_do_and_where() -> None:
    for case in ({"venue": ""}, {"external": "X"}, {"own_offer": False}, {"rate": ""}, {"fee_cents": None}):
        refused = refusal(**case)
        assert isinstance(refused, KoopError)
        assert "26-10009" in refused.message


# --- closing and withdrawing ------------------------------------------------------------------------------------------


def test_d9_closed_release_takes_no_new_abos_and_keeps_the_old() -> None:
    world = released()
    join(world)
    world.decide(MASTER, close_release)
    with pytest.raises(Refused) as refused:
        join(world, "412")
    assert refused.value.rule == "D9"
    assert [lane.vhs for lane in world.state.subscribers()] == [ABO]
    with pytest.raises(Refused):
        world.decide(MASTER, close_release)


def test_d9_release_can_be_withdrawn_while_it_has_no_abo() -> None:
    world = released()
    world.decide(MASTER, withdraw_release)
    assert world.state.ended
    assert world.documents() == []
    with pytest.raises(Refused):
        world.decide(MASTER, withdraw_release)


def test_d9_release_with_an_abo_cannot_be_withdrawn() -> None:
    world = released()
    join(world)
    with pytest.raises(Refused) as refused:
        world.decide(MASTER, withdraw_release)
    assert ABO in refused.value.message


@pytest.mark.parametrize("work", [close_release, withdraw_release])
def test_d9_only_the_master_ends_its_release(work: Any) -> None:
    with pytest.raises(Refused):
        released().decide(ABO, work)


def test_d9_bookings_of_a_withdrawn_course_are_the_masters_own_business() -> None:
    world = released()
    world.report(MASTER, booked("1"))
    world.decide(MASTER, withdraw_release)
    assert world.report(MASTER) == []
