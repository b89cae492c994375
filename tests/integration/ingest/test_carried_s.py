"""An "S" that was given out for a course stands in a row that was moved to another one: nobody is cancelled there
(D21, D25).
"""

from __future__ import annotations

from pathlib import Path

import pytest

from koop_es.domain.terms import Policy
from koop_es.ingest import cancelling
from koop_es.ingest.giving import give_out
from koop_es.replay.whatif import past_of, proof
from koop_es.store import Store
from koop_es.views import change_list, open_violations, view
from tests.acceptance.exports import Row, abo, booking, course, mirror, write_export
from tests.integration.ingest.conftest import NOW, take_in

K1, K2 = "563-COOP-1", "563-COOP-2"
HERE, THERE = "301:55", "301:55~2"
MASTER_S, AUSFALL = "the Master cancels her", "the course is called off"


class Network:
    """A Master with two courses, and 301, whose booking 55 stands in the first one; 563 ends it there, and 301 is told
    "S" but has not shown it.
    """

    def __init__(self, store: Store, folder: Path, why: str, *, told: bool = True, rekeyed: bool = False) -> None:
        self.store, self.folder, self.sequences, self.why = store, folder, {"563": 0, "301": 0}, why
        self.off, self.letter, self.booking_id = False, "", "55"
        self.master()
        self.owner("A1", seats="W")
        give_out(store, "563", now=NOW)
        give_out(store, "301", now=NOW)  # the letter of the Master's own booking
        self.letter = "A"
        self.master()
        if rekeyed:
            self.booking_id = "59"
            self.owner("A1", seats="W")
        self.letter, self.off = ("S", False) if why == MASTER_S else ("A", True)
        self.master()
        if told:
            give_out(store, "301", now=NOW)

    def report(self, vhs: str, courses: list[Row], rows: list[Row]) -> None:
        self.sequences[vhs] += 1
        number = self.sequences[vhs]
        at = f"2026-03-{number:02d}T0{2 if vhs == '563' else 3}:00:00+01:00"
        path = write_export(self.folder / f"{vhs}-{number}", vhs, number, courses, rows, exported_at=at)
        take_in(self.store, path)

    def courses(self) -> list[Row]:
        off = {"Ausfall": "W" if self.off else "F"}
        return [course("N1") | {"Externe Kurs-Nr.": K1} | off, course("N2") | {"Externe Kurs-Nr.": K2}]

    def master(self) -> None:
        letter = [mirror("N1", "900", HERE, self.letter)] if self.letter else []
        self.report("563", self.courses(), [booking("N1", "1"), booking("N2", "2"), *letter])

    def owner(self, where: str, letter: str = "A", by: str = "Büro", *, seats: str = "A") -> None:
        """Let 301 export with booking 55 in one of its courses."""
        shared = [abo(item | {"Ausfall": "F"}, f"A{n}", f"563-COOP-{n}") for n, item in enumerate(self.courses(), 1)]
        rows = [
            booking("A1", "56"),
            booking("A2", "57"),
            mirror("A1", "801", "563:1", seats),
            mirror("A2", "802", "563:2"),
        ]
        about = {"Beleg-ID": self.booking_id, "Bearbeitet von": by}
        self.report("301", shared, [*rows, booking(where, "55", letter) | about])

    @property
    def there(self) -> str:
        """Where it is moved to, the booking goes by the Beleg-ID its row has now."""
        return THERE if self.booking_id == "55" else f"301:{self.booking_id}"

    def wanted(self) -> str:
        return next(
            str(held["status"]) for item in view(self.store, "301")["courses"] for held in item["bookings"]
            if held["ref"] == self.there
        )  # fmt: skip

    def written(self) -> list[str]:
        """List what 301 has to write in the row that was moved."""
        told = change_list(self.store, "301")
        return [f"{item['kind']} {item['booking']['status']}" for item in told if _ref(item) == self.there]

    def codes(self) -> set[str]:
        return {item["code"] for item in open_violations(self.store)}

    def answer(self, coop_id: str, ref: str, *, reject: bool) -> str:
        return cancelling.confirm(
            self.store, now=NOW, vhs="301", coop_id=coop_id, ref=ref, reason="she was asked", reject=reject
        )

    def check(self) -> None:
        """Both histories can be run again."""
        for coop_id in (K1, K2):
            past = past_of(self.store, coop_id, Policy())
            assert not past.doubts
            assert not proof(past)


def _ref(change: object) -> str | None:
    assert isinstance(change, dict)
    return (change.get("booking") or {}).get("ref")


A_OVER_S = ["booking.update A"]


@pytest.mark.parametrize("why", [MASTER_S, AUSFALL])
def test_d25_s_of_ours_that_was_written_before_the_move_is_seen_gets_its_letter(
    store: Store, tmp_path: Path, why: str
) -> None:
    net = Network(store, tmp_path, why)
    net.owner("A2", "S", "WS")
    assert net.wanted() == "A"
    assert net.written() == A_OVER_S
    assert ("MOVED_AND_CANCELLED" in net.codes()) is (why == MASTER_S)
    assert "CANCELLATION_UNCLEAR" not in net.codes()
    net.check()
    give_out(store, "301", now=NOW)
    net.owner("A2", "A", "WS")
    assert (net.wanted(), net.written()) == ("A", [])


@pytest.mark.parametrize("why", [MASTER_S, AUSFALL])
@pytest.mark.parametrize("reject", [True, False])
def test_d25_where_a_person_edited_the_row_it_is_asked(store: Store, tmp_path: Path, why: str, reject: bool) -> None:
    net = Network(store, tmp_path, why)
    net.owner("A2", "S")
    assert (net.wanted(), net.written()) == ("A", [])
    assert "CANCELLATION_UNCLEAR" in net.codes()
    if why == MASTER_S:
        assert net.answer(K1, HERE, reject=reject) == ("A" if reject else "S")
    else:
        assert net.answer(K2, THERE, reject=reject) == ("A" if reject else "S")
    assert net.codes().isdisjoint({"CANCELLATION_UNCLEAR", "MOVED_AND_CANCELLED"})
    assert (net.wanted(), net.written()) == (("A", A_OVER_S) if reject else ("S", []))
    net.check()


@pytest.mark.parametrize("by", ["WS", "Büro", ""])
def test_d25_s_of_ours_that_is_written_after_the_move_was_seen_cancels_nobody(
    store: Store, tmp_path: Path, by: str
) -> None:
    net = Network(store, tmp_path, AUSFALL)
    net.owner("A2", "A", by)
    assert (net.wanted(), net.written()) == ("A", [])
    net.owner("A2", "S", by)
    assert net.wanted() == "A"
    assert net.written() == (A_OVER_S if by == "WS" else [])
    assert ("CANCELLATION_UNCLEAR" in net.codes()) is (by != "WS")
    net.check()


def test_d25_who_cancels_some_exports_after_the_move_means_it(store: Store, tmp_path: Path) -> None:
    net = Network(store, tmp_path, AUSFALL)
    for letter in "AAAS":
        net.owner("A2", letter)
    assert net.wanted() == "S"
    net.check()


@pytest.mark.parametrize("why", [MASTER_S, AUSFALL])
@pytest.mark.parametrize("before", [0, 3], ids=["moved at once", "moved later"])
@pytest.mark.parametrize("by", ["WS", ""])
def test_d21_d25_s_of_ours_that_is_written_long_after_the_move_cancels_nobody(
    store: Store, tmp_path: Path, why: str, before: int, by: str
) -> None:
    net = Network(store, tmp_path, why)
    if why == AUSFALL:
        net.off = False
        net.master()
    for _ in range(before):
        net.owner("A1", "A", by)
    for _ in range(4):
        net.owner("A2", "A", by)
    net.owner("A2", "S", by)
    assert net.wanted() == "A"
    assert net.written() == (A_OVER_S if by == "WS" else [])
    assert ("CANCELLATION_UNCLEAR" in net.codes()) is (by == "")
    net.check()


def test_d25_s_that_was_never_given_out_is_a_claim_where_the_row_is(store: Store, tmp_path: Path) -> None:
    net = Network(store, tmp_path, MASTER_S, told=False)
    net.owner("A1")
    net.owner("A2", "S", "Büro")
    assert net.wanted() == "S"


def test_d25_s_that_was_shown_where_the_row_was_is_no_s_of_the_move(store: Store, tmp_path: Path) -> None:
    net = Network(store, tmp_path, MASTER_S)
    net.owner("A1", "S", "WS")
    net.owner("A2", "S", "WS")
    assert net.wanted() == "S"


def test_d25_rejected_says_so_where_the_booking_was_cancelled_anew(store: Store, tmp_path: Path) -> None:
    net = Network(store, tmp_path, MASTER_S)
    for letter in "AAAS":
        net.owner("A2", letter)
    assert net.wanted() == "S"
    assert net.answer(K1, HERE, reject=True) == "S", "it was cancelled where it is now, and stays so"
    assert net.written() == []


@pytest.mark.parametrize("why", [MASTER_S, AUSFALL])
@pytest.mark.parametrize("seen", [True, False], ids=["the move was seen", "before the move is seen"])
def test_d21_s_that_was_given_out_for_a_row_under_another_beleg_id_is_no_claim_where_it_is_moved(
    store: Store, tmp_path: Path, why: str, seen: bool
) -> None:
    net = Network(store, tmp_path, why, rekeyed=True)
    if seen:
        net.owner("A2", "A", "WS")
    net.owner("A2", "S", "WS")
    assert net.wanted() == "A"
    assert net.written() == A_OVER_S
    net.check()
    if why == MASTER_S:
        assert net.answer(K1, HERE, reject=True) == "A", "it lives where it is, as is said"
    give_out(store, "301", now=NOW)
    net.owner("A2", "A", "WS")
    assert (net.wanted(), net.written()) == ("A", [])
    assert "MOVED_AND_CANCELLED" not in net.codes()


def test_d21_s_given_out_for_a_beleg_id_is_a_claim_in_a_row_under_another(store: Store, tmp_path: Path) -> None:
    net = Network(store, tmp_path, MASTER_S)
    net.owner("A1")
    net.booking_id = "59"
    net.owner("A2", "S", "WS")
    assert net.wanted() == "S"
