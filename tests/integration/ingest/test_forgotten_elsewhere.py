"""Somebody who was forgotten, and whose row is new in another course: the fence holds there, too (D15, D18e)."""

from __future__ import annotations

from pathlib import Path

import pytest

from koop_es.ingest import erasure
from koop_es.store import Store, fences, vault
from koop_es.views import change_list
from tests.acceptance.exports import Row, abo, booking, course, write_export
from tests.integration.ingest.conftest import NOW, take_in

K1, K2 = "563-COOP-1", "563-COOP-2"
THEIRS = [course("N1") | {"Externe Kurs-Nr.": K1}, course("N2") | {"Externe Kurs-Nr.": K2}]
OURS = [abo(THEIRS[0], "A1", K1), abo(THEIRS[1], "A2", K2)]
VERA = booking("A1", "55") | {"Gebucht am": "02.02.2026 09:15:30"}


class Night:
    """301 exports its own bookings, night after night; one of another person stands in each course."""

    def __init__(self, store: Store, folder: Path) -> None:
        self.store, self.folder, self.sequence = store, folder, 0
        of_563 = [booking("N1", "1"), booking("N2", "2")]
        take_in(store, write_export(folder / "563-1", "563", 1, THEIRS, of_563))
        self.export(VERA)
        erasure.forget(store, [], ["301:55"], now=NOW)

    def export(self, *rows: Row) -> None:
        self.sequence += 1
        folder = self.folder / f"301-{self.sequence}"
        beside = [booking("A1", "56"), booking("A2", "57")]
        take_in(self.store, write_export(folder, "301", self.sequence, OURS, [*beside, *rows]))

    def told(self, ref: str) -> str | None:
        """Give the name that the Master is told of a booking."""
        changes = [item["booking"] for item in change_list(self.store, "563") if "booking" in item]
        [name] = [item["name"] for item in changes if item["ref"] == ref]
        assert name is None or isinstance(name, str)
        return name

    def kept(self) -> set[str]:
        with self.store.reading() as tx:
            return {item.ref for item in vault.held(tx, [], ["301:55", "301:55~2", "301:55~3", "301:58"])}


@pytest.fixture
def night(store: Store, tmp_path: Path) -> Night:
    return Night(store, tmp_path)


def test_d18e_whoever_was_forgotten_and_is_moved_is_nobody_there_either(night: Night) -> None:
    night.export(VERA | {"Kursnummer": "A2"})
    assert night.told("301:55~2") is None
    night.export(VERA | {"Kursnummer": "A2", "Telefon": "0941 99"})
    night.export(VERA)
    assert night.told("301:55~3") is None, "nor when the row is moved back"
    assert night.kept() == set()
    with night.store.reading() as tx:
        fenced = fences.of_owner(tx, "301")
    assert [(item.ref, item.coop_id) for item in fenced] == [("301:55", K1), ("301:55~2", K2), ("301:55~3", K1)]
    assert all(item.erased_at for item in fenced), "and nothing is left to erase"


def test_d18e_the_fence_holds_under_another_beleg_id(night: Night) -> None:
    night.export(VERA | {"Kursnummer": "A2", "Beleg-ID": "58"})
    assert night.told("301:58") is None


@pytest.mark.parametrize(
    "other",
    [{"Gebucht am": "03.02.2026 09:15:30"}, {"TNR": "799", "Vorname": "Ina"}],
    ids=["a later order", "somebody else of one order"],
)
def test_d18e_another_registration_is_behind_no_fence(night: Night, other: Row) -> None:
    night.export(VERA | {"Kursnummer": "A2", "Beleg-ID": "58"} | other)
    assert night.told("301:58") == "Muster"


def test_d18e_one_more_course_of_the_same_order_is_behind_no_fence(night: Night) -> None:
    """What was forgotten stands where it was: this is another booking, of which nobody asked."""
    night.export(VERA, VERA | {"Kursnummer": "A2", "Beleg-ID": "58"})
    assert night.told("301:58") == "Muster"
