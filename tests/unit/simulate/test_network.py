from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from koop_es.domain.observation import Person
from koop_es.domain.terms import Policy
from koop_es.ingest import release, subscribe
from koop_es.simulate.network import Clock, Network, NotSettled, Round
from koop_es.simulate.program import ITM_MANAGER, KUFERSQL, Program
from koop_es.simulate.rows import CourseKey
from koop_es.store import Store

COURSE = {
    "Titel": "Obstbäume schneiden",
    "Typ": "Normalkurs",
    "Datum von": "02.03.2026",
    "Datum bis": "23.03.2026",
    "Uhrzeit von": "18:00",
    "Uhrzeit bis": "20:15",
    "Kursort": "Lehrgarten",
    "DVV-Fachbereich": "1.07",
    "TN max": "4",
    "Gebühr": "90,00",
    "vhsKOOP-Verrechnung": "80",
}
ANNA = Person("Berger", "Anna", "09421 1001", "anna.berger@example.org")
MASTER_KEY, ABO_KEY = CourseKey("26-10009", "26F"), CourseKey("26-24", "26F")
COOP_ID = "563-COOP-1"


@pytest.fixture
def network(tmp_path: Path) -> Iterator[Network]:
    """A course of 563 that 301 has subscribed, created and reported."""
    clock = Clock(datetime(2026, 2, 2, 9, 0, tzinfo=ZoneInfo("Europe/Berlin")))
    programs = [Program("563", KUFERSQL, "Straubing"), Program("301", ITM_MANAGER, "Karlsruhe")]
    programs[0].add_course(*MASTER_KEY, COURSE)
    policy = Policy()
    with Store.create(f"sqlite:///{tmp_path / 'koop.db'}") as store:
        made = Network(store, programs, policy, clock, directory=tmp_path / "exports")
        made.settle(1)
        release(store, policy, now=clock.now, vhs="563", number=MASTER_KEY.number, period="26F", own_offer=True)
        made.settle(2)
        subscribe(
            store,
            policy,
            now=clock.now,
            vhs="301",
            coop_id=COOP_ID,
            number=ABO_KEY.number,
            period="26F",
            accepted_rate="80",
        )
        made.settle(2)
        yield made


def test_round_carries_a_booking_to_the_others_and_back(network: Network) -> None:
    master, abo = network.programs.values()
    abo.book(ABO_KEY, ANNA, network.clock.now)
    told = network.round().told
    assert {vhs: [change["kind"] for change in changes] for vhs, changes in told.items()} == {
        "563": ["booking.create"],
        "301": [],
    }
    assert master.held(COOP_ID) == abo.held(COOP_ID) == {"301:1": "A"}


def test_settle_counts_the_rounds_until_nobody_is_told_anything(network: Network) -> None:
    seen: list[Round] = []
    assert network.settle(3, seen.append) == 1
    network.programs["301"].book(ABO_KEY, ANNA, network.clock.now)
    assert network.settle(3, seen.append) == 2
    assert [bool(any(item.told.values())) for item in seen] == [False, True, False]
    assert network.disagreements() == []


def test_settle_that_is_given_too_few_rounds_names_what_is_left(network: Network) -> None:
    network.programs["301"].book(ABO_KEY, ANNA, network.clock.now)
    with pytest.raises(NotSettled, match="booking:301:1"):
        network.settle(1)


def test_c6_round_without_news_adds_no_event(network: Network) -> None:
    head = network.store.head()
    network.settle(1)
    assert network.store.head() == head


def test_disagreements_name_booking_and_holders(network: Network) -> None:
    network.programs["301"].book(ABO_KEY, ANNA, network.clock.now)
    network.settle(2)
    network.programs["301"].remove("1")
    first, second = network.disagreements()
    assert first == f"{COOP_ID} 301:1: VHS 301 holds nothing, its view (VHS 301) holds A"
    assert second == f"{COOP_ID} 301:1: VHS 563 holds A, VHS 301 holds nothing"


def test_cancelled_booking_that_one_vhs_never_held_is_no_disagreement(network: Network) -> None:
    abo = network.programs["301"]
    abo.cancel(abo.book(ABO_KEY, ANNA, network.clock.now))
    network.settle(2)
    assert network.programs["563"].held(COOP_ID) == {}
    assert network.disagreements() == []


def test_rehearsal_clock_passes_only_with_rounds(network: Network) -> None:
    before = network.clock.now
    network.round()
    assert (network.clock.now - before).total_seconds() == 300
