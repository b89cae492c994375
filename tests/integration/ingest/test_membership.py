"""Mini-markets, and courses that were shared before there were COOP-Ids: what commands write besides events."""

from __future__ import annotations

from pathlib import Path

import pytest

from koop_es.domain.errors import Refused
from koop_es.domain.terms import Policy
from koop_es.ingest import (
    LegacyAbo,
    adopt_legacy,
    assign_coop_id,
    cancelling,
    join_market,
    leave_market,
    quarantine,
    terminate_subscription,
)
from koop_es.store import Store
from koop_es.views import change_list, open_violations, view
from tests.acceptance.exports import booking, course, write_export
from tests.integration.ingest.conftest import NOW, take_in

LEGACY = "563-KNR-26F-K1"
ABO = LegacyAbo("301", "A1", "26F")


def markets_of(store: Store, vhs: str) -> list[str]:
    with store.reading() as tx:
        return [market for (market,) in tx.rows("markets_of_vhs", vhs=vhs)]


def adopt(store: Store, *abos: LegacyAbo, number: str = "K1") -> str:
    return adopt_legacy(store, Policy(), now=NOW, vhs="563", number=number, period="26F", abos=list(abos))


@pytest.fixture
def known(store: Store, tmp_path: Path) -> Store:
    """A store that knows the Master's course and its Abo, both without COOP-Id."""
    take_in(store, write_export(tmp_path / "563-1", "563", 1, [course("K1"), course("K2")], []))
    take_in(store, write_export(tmp_path / "301-1", "301", 1, [course("A1")], []))
    return store


def test_r31_membership_of_a_market_begins_and_ends_once(store: Store) -> None:
    assert join_market(store, now=NOW, market="oberland", vhs="563")
    assert not join_market(store, now=NOW, market="oberland", vhs="563")
    assert join_market(store, now=NOW, market="oberland", vhs="301")
    assert markets_of(store, "563") == ["oberland"]
    assert leave_market(store, now=NOW, market="oberland", vhs="563")
    assert not leave_market(store, now=NOW, market="oberland", vhs="563")
    assert (markets_of(store, "563"), markets_of(store, "301")) == ([], ["oberland"])
    assert store.head() == 3


def test_d12_course_without_coop_id_is_taken_up_with_its_abos_once(known: Store) -> None:
    assert adopt(known, ABO) == LEGACY
    with pytest.raises(Refused) as again:
        adopt(known)
    assert again.value.rule == "R13"


def test_r13_abo_of_one_course_is_no_abo_of_another(known: Store) -> None:
    adopt(known, ABO)
    head = known.head()
    with pytest.raises(Refused):
        adopt(known, ABO, number="K2")
    assert known.head() == head


def test_d12_r32_refused_adoption_leaves_nothing(known: Store) -> None:
    with pytest.raises(Refused) as own:
        adopt(known, LegacyAbo("563", "K2", "26F"))
    assert (own.value.rule, known.head()) == ("R32", 0)


def test_d12_move_to_a_coop_id_takes_bookings_and_persons_along(known: Store, tmp_path: Path) -> None:
    adopt(known, ABO)
    rows = [booking("A1", "7", name="Muster")]
    take_in(known, write_export(tmp_path / "301-2", "301", 2, [course("A1")], rows))
    coop_id = assign_coop_id(known, now=NOW, vhs="563", legacy_id=LEGACY)
    assert coop_id == "563-COOP-1"
    [shown] = view(known, "301")["courses"]
    assert shown["coop_id"] == coop_id
    assert "Muster" in str(shown["bookings"])
    rows = [booking("A1", "7", name="Neumann")]
    take_in(known, write_export(tmp_path / "301-3", "301", 3, [course("A1")], rows))
    [shown] = view(known, "301")["courses"]
    assert "Neumann" in str(shown["bookings"]), "a person left behind could not be compared any more"
    with pytest.raises(Refused):
        assign_coop_id(known, now=NOW, vhs="563", legacy_id=LEGACY)


def test_d12_what_stands_open_goes_on_under_the_coop_id_alone_and_is_decided_there(
    known: Store, tmp_path: Path
) -> None:
    adopt(known, ABO)
    rows = [booking("A1", "7", name="Muster")]
    take_in(known, write_export(tmp_path / "301-2", "301", 2, [course("A1")], []))
    take_in(known, write_export(tmp_path / "301-3", "301", 3, [course("A1") | {"Ausfall": "W"}], rows))
    assert (LEGACY, "CANCELLED_ONLY_AT_SUBSCRIBER") in {
        (item["coop_id"], item["code"]) for item in open_violations(known)
    }
    coop_id = assign_coop_id(known, now=NOW, vhs="563", legacy_id=LEGACY)
    assert {item["coop_id"] for item in open_violations(known)} == {coop_id}, "it is said once"
    for decide in (
        lambda: cancelling.confirm(known, now=NOW, vhs="301", coop_id=LEGACY, ref="301:7", reason="asked"),
        lambda: terminate_subscription(known, now=NOW, vhs="301", coop_id=LEGACY),
    ):
        with pytest.raises(Refused, match=f"goes on as {coop_id}"):
            decide()


def test_d12_r20_exchange_of_numbers_with_a_course_nobody_shares_cancels_and_shows_nobody(
    known: Store, tmp_path: Path
) -> None:
    adopt(known, ABO)
    shared, cooking = course("A1"), course("L1", Titel="Kochen") | {"Datum von": "05.05.2026"}
    people, cook = [booking("A1", "7"), booking("A1", "8")], booking("L1", "9", name="Koch")
    exchanged = {"A1": "L1", "L1": "A1"}
    for number in (2, 3, 4, 5):
        rows = [shared, cooking, *people, cook]
        if number in (3, 4):
            rows = [row | {"Kursnummer": exchanged[row["Kursnummer"]]} for row in rows]
        take_in(known, write_export(tmp_path / f"301-{number}", "301", number, rows[:2], rows[2:]))
        [shown] = view(known, "301")["courses"]
        assert [(seat["ref"], seat["status"]) for seat in shown["bookings"]] == [("301:7", "A"), ("301:8", "A")]
        told = [(item["kind"], item["booking"]["ref"]) for item in change_list(known, "563")]
        assert told == [("booking.create", "301:7"), ("booking.create", "301:8")]
        assert len(quarantine.listed(known)) == (2 if number in (3, 4) else 0)
