"""Another VHS cancels a booking while its own VHS moves it, and neither knows of the other (D25)."""

from __future__ import annotations

from pathlib import Path

import pytest

from koop_es.domain.cancellations import CancellationDecided
from koop_es.ingest import cancelling
from koop_es.ingest.giving import give_out
from koop_es.store import Store
from koop_es.views import change_list, open_violations, view
from tests.acceptance.exports import abo, booking, course, mirror, write_export
from tests.integration.ingest.conftest import NOW, take_in

K1, K2 = "563-COOP-1", "563-COOP-2"


def both(store: Store, folder: Path, *, cancel_first: bool) -> None:
    """Let 301 move 301:55 from K1 to K2, and 563 set "S" on the mirror in K1, before either heard of it."""
    theirs = [course("N1") | {"Externe Kurs-Nr.": K1}, course("N2") | {"Externe Kurs-Nr.": K2}]
    ours = [abo(theirs[0], "A1", K1), abo(theirs[1], "A2", K2)]
    of_563 = [booking("N1", "1"), booking("N2", "2")]
    beside = [booking("A1", "56"), booking("A2", "57"), booking("A2", "58")]

    def master(sequence: int, letter: str) -> None:
        rows = [*of_563, mirror("N1", "900", "301:55", letter)]
        take_in(store, write_export(folder / f"563-{sequence}", "563", sequence, theirs, rows))

    def owner(sequence: int, where: str) -> None:
        rows = [*beside, booking(where, "55")]
        take_in(store, write_export(folder / f"301-{sequence}", "301", sequence, ours, rows))

    take_in(store, write_export(folder / "563-1", "563", 1, theirs, of_563))
    owner(1, "A1")
    give_out(store, "563", now=NOW)
    master(2, "A")
    if cancel_first:
        master(3, "S")
        owner(2, "A2")
    else:
        owner(2, "A2")
        master(3, "S")


def every(store: Store) -> dict[str, str]:
    return {held["ref"]: held["status"] for shown in view(store, "301")["courses"] for held in shown["bookings"]}


def letters(store: Store) -> dict[str, str]:
    return {ref: letter for ref, letter in every(store).items() if ref.startswith("301:55")}


def codes(store: Store) -> set[tuple[str, str, str]]:
    return {(item["code"], item["vhs"], item["ref"] or "") for item in open_violations(store)}


@pytest.mark.parametrize("written", [False, True], ids=["not written yet", "written by the connector"])
def test_d25_a_couple_that_changes_courses_is_two_moves_and_the_s_for_the_one_is_asked(
    store: Store, tmp_path: Path, written: bool
) -> None:
    """Name and mail, and the moment of their order, are the same: each whole row says where it went.

    An "S" that the connector wrote in the row before it moved says nothing of the course where that is now.
    """
    theirs = [course("N1") | {"Externe Kurs-Nr.": K1}, course("N2") | {"Externe Kurs-Nr.": K2}]
    ours = [abo(theirs[0], "A1", K1), abo(theirs[1], "A2", K2)]
    family = {"Telefon": "0911 1", "E-Mail": "m@example.org", "Gebucht am": "02.02.2026 09:15:30"}
    of_563 = [booking("N1", "1"), booking("N2", "2")]
    by_ws = {"Status": "S", "Bearbeitet von": "WS"}

    def owner(sequence: int, one: str, other: str, more: dict[str, str]) -> None:
        rows = [booking(one, "55") | family | more, booking(other, "56") | family]
        rows += [mirror("A1", "800", "563:1"), mirror("A2", "801", "563:2")]
        take_in(store, write_export(tmp_path / f"301-{sequence}", "301", sequence, ours, rows))

    def master(sequence: int, letter: str) -> None:
        rows = [*of_563, mirror("N1", "900", "301:55", letter), mirror("N2", "901", "301:56")]
        take_in(store, write_export(tmp_path / f"563-{sequence}", "563", sequence, theirs, rows))

    take_in(store, write_export(tmp_path / "563-1", "563", 1, theirs, of_563))
    owner(1, "A1", "A2", {})
    give_out(store, "563", now=NOW)
    master(2, "A")
    if written:
        master(3, "S")
        give_out(store, "301", now=NOW)
    owner(2, "A2", "A1", by_ws if written else {})
    if not written:
        master(3, "S")
    assert {ref: letter for ref, letter in every(store).items() if ref.startswith("301:")} == {
        "301:55": "S",
        "301:56": "S",
        "301:55~2": "A",
        "301:56~2": "A",
    }
    assert ("MOVED_AND_CANCELLED", "301", "301:55") in codes(store)
    assert not {item for item in codes(store) if item[0] == "PARTICIPANTS_MERGED"}


@pytest.mark.parametrize("cancel_first", [True, False])
@pytest.mark.parametrize("reject", [True, False])
def test_d25_s_of_another_beside_a_move_is_answered_where_the_booking_is(
    store: Store, tmp_path: Path, cancel_first: bool, reject: bool
) -> None:
    both(store, tmp_path, cancel_first=cancel_first)
    assert letters(store) == {"301:55": "S", "301:55~2": "A"}
    assert ("MOVED_AND_CANCELLED", "301", "301:55") in codes(store)

    def answer() -> None:
        cancelling.confirm(
            store, now=NOW, vhs="301", coop_id=K1, ref="301:55", reason="somebody was asked", reject=reject
        )

    answer()
    assert letters(store) == {"301:55": "S", "301:55~2": "A" if reject else "S"}
    told = {(item["kind"], item["booking"]["ref"]) for item in change_list(store, "301") if "booking" in item}
    assert (("booking.cancel", "301:55~2") in told) is not reject
    assert ("MOVED_AND_CANCELLED", "301", "301:55") not in codes(store)
    with pytest.raises(CancellationDecided):
        answer()
