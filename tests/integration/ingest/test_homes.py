"""Where Beleg-IDs were booked before, and mirrors that stand in another shared course (D18a, D25)."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from koop_es.domain.draft import VaultEntry
from koop_es.domain.observation import Person
from koop_es.domain.route import COPIED
from koop_es.domain.slices import Home
from koop_es.domain.terms import Policy
from koop_es.ingest import ExportResult, quarantine
from koop_es.ingest.giving import give_out
from koop_es.ingest.references import NUMBERS_AT_ONCE, References
from koop_es.replay.whatif import past_of, proof
from koop_es.store import Store, Tx, vault
from koop_es.views import change_list, open_violations, view
from tests.acceptance.exports import Row, abo, booking, course, mirror, write_export
from tests.integration.ingest.conftest import NOW, take_in

K1, K2 = "563-COOP-1", "563-COOP-2"
NAME = Person("Muster", "Vera", "", "")


def kept(store: Store, *refs: tuple[str, str]) -> None:
    with store.write() as tx:
        vault.put(tx, [VaultEntry(f"p{n}", 1, coop_id, ref, NAME) for n, (ref, coop_id) in enumerate(refs)])


def asked(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    calls: list[str] = []

    def counted(question: Any) -> Any:
        def ask(tx: Tx, refs: Any, *numbers: int) -> Any:
            calls.append(",".join(refs))
            return question(tx, refs, *numbers)

        return ask

    monkeypatch.setattr(vault, "homes", counted(vault.homes))
    monkeypatch.setattr(vault, "registrations", counted(vault.registrations))
    return calls


def test_d18_references_of_a_beleg_id_are_found_over_all_courses(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    kept(store, ("301:7", K1), ("301:7~2", K2), ("301:7~11", K1), ("563:7", K2), ("301:70", K2))
    calls = asked(monkeypatch)
    with store.reading() as tx:
        found = References(tx, "301", lambda: ["7", "8", "9"])
        assert found.homes("8") == []
        assert len(calls) == 3, "all new ones at once, and of the one that has numbers behind it those that follow"
        assert found.homes("7") == [Home("301:7", K1), Home("301:7~2", K2), Home("301:7~11", K1)]
        assert found.of("9") == []
        assert len(calls) == 3, "nothing is asked twice"
        assert list(found.of("70")) == ["301:70"]
    assert NUMBERS_AT_ONCE == 8


def test_d18_nothing_is_asked_where_nothing_is_known(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    calls = asked(monkeypatch)
    with store.reading() as tx:
        assert References(tx, "301", lambda: ["1", "2"]).homes("1") == []
    assert len(calls) == 1


def network(store: Store, folder: Path, calls: list[str]) -> tuple[list[Any], list[Any], list[Any]]:
    """Let 563 run two courses that 301 subscribed, in the first of which 301 has a booking, written at 563."""
    theirs = [course("N1") | {"Externe Kurs-Nr.": K1}, course("N2") | {"Externe Kurs-Nr.": K2}]
    ours = [abo(theirs[0], "A1", K1), abo(theirs[1], "A2", K2)]
    own = [booking("A1", "55")]
    take_in(store, write_export(folder / "563-1", "563", 1, theirs, [booking("N1", "1"), booking("N2", "2")]))
    take_in(store, write_export(folder / "301-1", "301", 1, ours, own))
    assert calls == [], "none where a VHS has nothing yet"
    rows = [booking("N1", "1"), booking("N2", "2"), mirror("N1", "900", "301:55")]
    take_in(store, write_export(folder / "563-2", "563", 2, theirs, rows))
    return theirs, ours, rows


def test_d25_moved_mirror_is_delivered_again_and_its_row_set_aside(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    theirs, _, rows = network(store, tmp_path, asked(monkeypatch))
    moved = [*rows[:2], mirror("N2", "900", "301:55")]
    for sequence in (3, 4):
        result = take_in(store, write_export(tmp_path / f"563-{sequence}", "563", sequence, theirs, moved))
        assert result.quarantined_rows == 1
        creates = [
            (item["coop_id"], item["kind"], item["booking"]["ref"])
            for item in change_list(store, "563")
            if "booking" in item
        ]
        assert (K1, "booking.create", "301:55") in creates
        assert not [item for item in creates if item[0] == K2 and item[2] == "301:55"]
    assert not [item for item in change_list(store, "301") if item["kind"] == "booking.cancel"], "nobody is cancelled"


@pytest.mark.parametrize("where", ["N2", "LOKAL"], ids=["another shared one", "one that nobody shares"])
def test_d25_lost_mirror_that_is_back_in_another_course_lives_again(store: Store, tmp_path: Path, where: str) -> None:
    """Its own course shows what it showed before, and is read all the same."""
    theirs, _, rows = network(store, tmp_path, [])
    theirs = [*theirs, course("LOKAL")]

    def night(sequence: int, *more: Row) -> ExportResult:
        path = write_export(tmp_path / f"563-{sequence}", "563", sequence, theirs, [*rows[:2], *more])
        return take_in(store, path)

    def told(vhs: str) -> list[str]:
        changes = [item for item in change_list(store, vhs) if "booking" in item]
        return [item["kind"] for item in changes if item["booking"]["ref"] == "301:55"]

    for sequence in (3, 4, 5):
        night(sequence)
    assert told("301") == ["booking.cancel"]
    assert night(6, mirror(where, "900", "301:55", "S")).quarantined_rows == 0
    assert told("301") == ["booking.cancel"], "it shows S there"
    assert night(7, mirror(where, "900", "301:55")).quarantined_rows == 1
    assert (told("301"), told("563")) == ([], ["booking.create"])


@pytest.mark.parametrize("where", ["N2", "LOKAL"], ids=["another shared one", "one that nobody shares"])
@pytest.mark.parametrize("first", [None, "delta"], ids=["at once", "first in a delta"])
def test_b3_s_in_a_mirror_that_is_filed_in_another_course_counts(
    store: Store, tmp_path: Path, where: str, first: str | None
) -> None:
    theirs, _, rows = network(store, tmp_path, [])
    theirs = [*theirs, course("LOKAL")]
    filed = mirror(where, "900", "301:55", "S")

    def night(sequence: int, kind: str = "full") -> ExportResult:
        path = write_export(tmp_path / f"563-{sequence}", "563", sequence, theirs, [*rows[:2], filed], kind=kind)
        return take_in(store, path)

    if first is not None:
        night(3, first)
        assert not [item for item in change_list(store, "301") if item["kind"] == "booking.cancel"], "nobody can tell"
    for sequence in (4, 5):
        assert night(sequence).quarantined_rows == 0
        assert [item["booking"]["ref"] for item in change_list(store, "301") if item["kind"] == "booking.cancel"] == [
            "301:55"
        ]
        assert "301:55" not in [item["booking"]["ref"] for item in change_list(store, "563") if "booking" in item]
    assert not open_violations(store)
    assert not proof(past_of(store, K1, Policy()))


@pytest.mark.parametrize("where", ["N2", "LOKAL"], ids=["another shared one", "one that nobody shares"])
def test_d25_s_that_is_asked_for_in_a_stray_row_cancels_nobody(store: Store, tmp_path: Path, where: str) -> None:
    """No export says so before it is certain that the mirror is delivered again."""
    theirs, _, rows = network(store, tmp_path, [])
    theirs = [*theirs, course("LOKAL")]

    def night(sequence: int, letter: str, kind: str = "full") -> list[str]:
        strays = [*rows[:2], mirror(where, "900", "301:55", letter)]
        take_in(store, write_export(tmp_path / f"563-{sequence}", "563", sequence, theirs, strays, kind=kind))
        return [item["remedy"] for item in quarantine.listed(store)]

    assert ["set no S before that" in remedy for remedy in night(3, "A", "delta")] == [True]
    assert ["set status S in this row" in remedy for remedy in night(4, "A")] == [True]
    for sequence in (5, 6):
        assert night(sequence, "S") == []
        assert not [item for item in change_list(store, "301") if item["kind"] == "booking.cancel"]


@pytest.mark.parametrize("new", [False, True])
def test_d28_exchange_of_numbers_with_a_course_nobody_shares_cancels_and_shares_nobody(
    store: Store, tmp_path: Path, new: bool
) -> None:
    shared, local = course("N1") | {"Externe Kurs-Nr.": K1}, course("L1") | {"Externe Kurs-Nr.": "", "Titel": "Chor"}
    people, theirs = [booking("N1", "1"), booking("N1", "2")], booking("L1", "90") | {"Name": "Privat"}
    sequence = iter(range(1, 9))

    def night(courses: list[Row], *rows: Row) -> ExportResult:
        number = next(sequence)
        at = f"2026-03-{number + 8:02d}T02:00:00+01:00"
        path = write_export(tmp_path / str(number), "563", number, courses, list(rows), exported_at=at)
        return take_in(store, path)

    night([shared, local], *people, theirs)
    take_in(store, write_export(tmp_path / "301", "301", 1, [abo(shared, "A1", K1)], []))
    moved = [row | {"Kursnummer": "L1"} for row in people] + ([booking("L1", "3")] if new else [])
    exchanged = [shared | {"Kursnummer": "L1"}, local | {"Kursnummer": "N1"}]
    for _ in range(3):
        night(exchanged, *moved, theirs | {"Kursnummer": "N1"})
        held = [seat for item in view(store, "301")["courses"] for seat in item["bookings"]]
        assert [(seat["ref"], seat["status"]) for seat in held] == [("563:1", "A"), ("563:2", "A")]
        assert not [item for item in change_list(store, "563") if item["kind"] == "course.set_external_number"]
        codes = {item["code"] for item in open_violations(store)}
        assert codes == (set() if new else {"COURSE_RENUMBERED"})
        assert len(quarantine.listed(store)) == (2 if new else 0), "what cannot be told is said"
    back = [row | {"Kursnummer": "N1"} for row in moved]
    night([shared, local], *back, theirs)
    held = [seat for item in view(store, "301")["courses"] for seat in item["bookings"]]
    assert [seat["ref"] for seat in held] == ["563:1", "563:2", *(["563:3"] if new else [])]
    assert not open_violations(store)
    assert not quarantine.listed(store)


@pytest.mark.parametrize("number", ["N2", "L1"])
def test_d25_nobody_who_registered_in_a_copy_of_a_mirror_is_told_s(store: Store, tmp_path: Path, number: str) -> None:
    theirs, _, rows = network(store, tmp_path, [])
    copied = mirror(number, "901", "301:55") | {"Name": "Hier", "Vorname": "Hanna", "TNR": "4711"}
    local = course("L1") | {"Externe Kurs-Nr.": ""}
    take_in(store, write_export(tmp_path / "563-3", "563", 3, [*theirs, local], [*rows, copied]))
    [item] = quarantine.listed(store)
    assert item["remedy"].startswith(COPIED)
    assert "Koop-Beleg-ID" in COPIED


def test_d25_booking_that_moved_between_shared_courses(store: Store, tmp_path: Path) -> None:
    theirs = [course("N1") | {"Externe Kurs-Nr.": K1}, course("N2") | {"Externe Kurs-Nr.": K2}, course("LOKAL")]
    ours = [abo(theirs[0], "A1", K1), abo(theirs[1], "A2", K2)]
    others = [booking(f"N{1 + number % 2}", f"10{number}") for number in range(10)]
    rows = [*others, booking("N1", "1"), booking("N1", "3")]

    def night(sequence: int, bookings: list[Any]) -> Any:
        return take_in(store, write_export(tmp_path / f"563-{sequence}", "563", sequence, theirs, bookings))

    night(1, rows)
    mirrors = [mirror("A1", "71", "563:1"), mirror("A1", "73", "563:3")]
    mirrors += [mirror(f"A{1 + number % 2}", f"80{number}", f"563:10{number}") for number in range(10)]
    take_in(store, write_export(tmp_path / "301-1", "301", 1, ours, mirrors))
    moved = [*others, booking("N2", "1"), booking("LOKAL", "3")]
    night(2, moved)
    told = {(item["coop_id"], item["kind"], item["booking"]["ref"]) for item in change_list(store, "301")}
    assert told == {
        (K1, "booking.cancel", "563:1"),
        (K1, "booking.cancel", "563:3"),
        (K2, "booking.create", "563:1~2"),
    }
    reasons = {
        (shown["coop_id"], held["ref"]): held["reason"]
        for shown in view(store, "301")["courses"]
        for held in shown["bookings"]
        if held["reason"]
    }
    assert reasons == {(K1, "563:1"): "moved", (K1, "563:3"): "moved"}
    assert night(3, moved).events == 0
    night(4, rows)
    told = {(item["coop_id"], item["kind"], item["booking"]["ref"]) for item in change_list(store, "301")}
    assert told == {
        (K1, "booking.cancel", "563:1"),
        (K1, "booking.cancel", "563:3"),
        (K1, "booking.create", "563:1~3"),
        (K1, "booking.create", "563:3~2"),
    }, "back again it is another booking: S is final"


@pytest.mark.parametrize("moved", [True, False])
def test_d17_row_set_aside_is_a_sight_of_whose_it_is_now_and_of_nobody_before(
    store: Store, tmp_path: Path, moved: bool
) -> None:
    """The Beleg-ID was the row's in the first course, or somebody's who was removed there; now it is in the second."""
    theirs = [course("N1") | {"Externe Kurs-Nr.": K1}, course("N2") | {"Externe Kurs-Nr.": K2}]
    ours = [abo(theirs[0], "A1", K1), abo(theirs[1], "A2", K2)]
    others = [booking(f"N{1 + number % 2}", f"10{number}") for number in range(6)]
    mirrors = [mirror(f"A{1 + number % 2}", f"80{number}", f"563:10{number}") for number in range(6)]

    def night(sequence: int, *bookings: Any) -> Any:
        return take_in(store, write_export(tmp_path / f"563-{sequence}", "563", sequence, theirs, [*others, *bookings]))

    night(1, booking("N1", "1"))
    gone = mirror("A1", "71", "563:1") | {"Status": "A" if moved else "S"}
    take_in(store, write_export(tmp_path / "301-1", "301", 1, ours, [*mirrors, gone]))
    now = booking("N2", "1") | ({} if moved else {"TNR": "4711", "Name": "Anders", "E-Mail": "", "Telefon": ""})
    night(2, now)
    assert night(3, now | {"Gebucht am": "unklar"}).quarantined_rows == 1
    told = [(item["kind"], item["booking"]["ref"]) for item in change_list(store, "563") if "booking" in item]
    assert not [item for item in told if item[0] == "booking.cancel"], "it would be written into the row that lives"


def test_d25_all_bookings_that_follow_their_coop_id_are_a_renumbering(store: Store, tmp_path: Path) -> None:
    before = [course("N1") | {"Externe Kurs-Nr.": K1}]
    after = [course("N7") | {"Externe Kurs-Nr.": K1}]
    for sequence, courses in ((1, before), (2, after)):
        rows = [booking(courses[0]["Kursnummer"], f"{number}") for number in range(4)]
        take_in(store, write_export(tmp_path / f"563-{sequence}", "563", sequence, courses, rows))
    with store.reading() as tx:
        kinds = [item.event.type for item in tx.load([K1])[K1]]
    assert kinds.count("CourseRenumbered") == 1
    assert "BookingMoved" not in kinds


def test_d25_a_shifted_column_cancels_nobody_and_books_nobody_twice(store: Store, tmp_path: Path) -> None:
    courses = [course(f"N{number}") | {"Externe Kurs-Nr.": f"563-COOP-{number}"} for number in range(1, 7)]
    rows = [booking(row["Kursnummer"], f"{place}{seat}") for place, row in enumerate(courses) for seat in range(4)]
    numbers = [row["Kursnummer"] for row in rows]
    shifted = [row | {"Kursnummer": number} for row, number in zip(rows, [*numbers[4:], *numbers[:4]], strict=True)]

    def night(sequence: int, bookings: list[Any]) -> Any:
        return take_in(store, write_export(tmp_path / f"563-{sequence}", "563", sequence, courses, bookings))

    night(1, rows)
    before = view(store, "563")["courses"]
    night(2, shifted)
    withheld = night(3, shifted).withheld_cancellations
    assert withheld == len(rows)
    assert [[held["status"] for held in shown["bookings"]] for shown in view(store, "563")["courses"]] == [
        ["A"] * 4
    ] * 6
    night(4, shifted)
    assert [len(shown["bookings"]) for shown in view(store, "563")["courses"]] == [4] * 6, "they wait each night"
    night(5, rows)
    assert view(store, "563")["courses"] == before


def test_d25_booking_under_another_beleg_id_that_moves_in_a_delta_waits_as_any_other(
    store: Store, tmp_path: Path
) -> None:
    courses = [course("N1") | {"Externe Kurs-Nr.": K1}, course("N2") | {"Externe Kurs-Nr.": K2}]
    others = [booking(f"N{1 + number % 2}", f"10{number}") for number in range(6)]

    def report(sequence: int, *rows: Row, kind: str = "full") -> list[tuple[str, str]]:
        at = f"2026-03-{sequence + 8:02d}T02:00:00+01:00"
        path = write_export(tmp_path / f"{sequence}", "563", sequence, courses, list(rows), kind=kind, exported_at=at)
        take_in(store, path)
        shown = view(store, "563")["courses"]
        return sorted((held["ref"], held["status"]) for item in shown for held in item["bookings"] if held["name"])

    def seats(found: list[tuple[str, str]]) -> list[tuple[str, str]]:
        return [item for item in found if item[0] in ("563:1", "563:9", "563:20")]

    report(1, *others, booking("N1", "1"))
    assert seats(report(2, *others, booking("N1", "1") | {"Beleg-ID": "9"})) == [("563:1", "A")]
    moved, new = booking("N2", "1") | {"Beleg-ID": "9"}, booking("N2", "20") | {"Gebucht am": "11.03.2026 01:00:00"}
    assert seats(report(3, moved, new, kind="delta")) == [("563:1", "A"), ("563:20", "A")], "no seat doubles"
    assert ("REGISTRATION_HELD", "563:1") in {(item["code"], item["ref"]) for item in open_violations(store)}
    assert seats(report(4, *others, moved, new)) == [("563:1", "S"), ("563:20", "A"), ("563:9", "A")]


def test_d18_beleg_id_of_a_withheld_booking_given_to_somebody_else_in_another_course_is_booked(
    store: Store, tmp_path: Path
) -> None:
    courses = [course("N1") | {"Externe Kurs-Nr.": K1}, course("N2") | {"Externe Kurs-Nr.": K2}]
    ours = [abo(courses[0], "A1", K1), abo(courses[1], "A2", K2)]
    lost, others = [booking("N1", str(number)) for number in range(1, 6)], [booking("N2", "20"), booking("N2", "21")]

    def night(sequence: int, *rows: Row) -> dict[str, str]:
        at = f"2026-03-{sequence + 8:02d}T02:00:00+01:00"
        take_in(store, write_export(tmp_path / f"{sequence}", "563", sequence, courses, list(rows), exported_at=at))
        shown = view(store, "301")["courses"]
        return {held["ref"]: held["status"] for item in shown for held in item["bookings"]}

    night(1, *lost, *others)
    take_in(store, write_export(tmp_path / "301", "301", 1, ours, []))
    night(2, *others)
    before = night(3, *others)
    assert before == {f"563:{number}": "A" for number in (1, 2, 3, 4, 5, 20, 21)}, "too many are gone at once (D19)"
    somebody = booking("N2", "1") | {"TNR": "4711", "Name": "Neu", "Vorname": "Nora", "Gebucht am": "11.03.2026 09:00"}
    moved = booking("N2", "2")
    assert night(4, *others, somebody, moved) == before | {"563:1~2": "A"}, "her seat is hers, and his is not doubled"
    assert [item["ref"] for item in open_violations(store) if item["code"] == "REGISTRATION_HELD"] == ["563:2"]


def test_d18_beleg_id_of_a_booking_that_showed_an_unknown_letter_only_is_taken(store: Store, tmp_path: Path) -> None:
    courses = [course("N1") | {"Externe Kurs-Nr.": K1}, course("N2") | {"Externe Kurs-Nr.": K2}]
    frozen = booking("N1", "1") | {"Status": "X"}
    someone = booking("N2", "2") | {"TNR": "4711", "Name": "Neu", "Vorname": "Nora", "Gebucht am": "11.03.2026 09:00"}
    nights = [
        [frozen, booking("N2", "20")],
        [frozen | {"Beleg-ID": "2"}, booking("N2", "20"), someone | {"Beleg-ID": "1"}],  # the column slipped by a row
        [frozen | {"Status": "A"}, booking("N2", "20"), someone],
    ]
    for sequence, rows in enumerate(nights, 1):
        take_in(store, write_export(tmp_path / f"{sequence}", "563", sequence, courses, rows))
    seats = {(item["coop_id"], held["ref"]) for item in view(store, "563")["courses"] for held in item["bookings"]}
    assert {item for item in seats if item[1] != "563:2"} == {(K1, "563:1"), (K2, "563:20"), (K2, "563:1~2")}
    assert len({ref for _, ref in seats}) == len(seats), "two people are never one booking"


@pytest.mark.parametrize("at_once", [True, False])
def test_d26_s_in_exchanged_references_is_asked_and_can_be_run_again(
    store: Store, tmp_path: Path, at_once: bool
) -> None:
    theirs, ours, rows = network(store, tmp_path, [])
    own, seven, eight = booking("A1", "55"), mirror("A1", "71", "563:1"), mirror("A1", "72", "563:3")
    later = {"Gebucht am": "03.02.2026 10:15"}
    eight |= later
    take_in(store, write_export(tmp_path / "563-3", "563", 3, theirs, [*rows, booking("N1", "3") | later]))
    give_out(store, "301", now=NOW)
    take_in(store, write_export(tmp_path / "301-2", "301", 2, ours, [own, seven, eight]))
    seven, eight = seven | {"Koop-Beleg-ID": "563:3"}, eight | {"Koop-Beleg-ID": "563:1"}
    s = {"Status": "S", "Bearbeitet von": "kern"}
    for sequence, row in enumerate((seven | s if at_once else seven, seven | s, seven | s), 3):
        path = write_export(tmp_path / f"301-{sequence}", "301", sequence, ours, [own, row, eight])
        take_in(store, path)
    [asked_about] = [item["text"] for item in open_violations(store) if item["code"] == "CANCELLATION_UNCLEAR"]
    assert asked_about.startswith("Cancelled or not? 563:1, 563:3. An S stands in a row")
    assert not [item for item in change_list(store, "563") if item["kind"] == "booking.cancel"]
    assert not proof(past_of(store, K1, Policy()))


@dataclass
class Bare:
    """563, whose program has no field for the Koop-Beleg-ID, holds 301's booking of the first course in a row without
    reference.
    """

    store: Store
    folder: Path
    sequence: int = 0
    theirs: list[Row] = field(
        default_factory=lambda: [course("N1") | {"Externe Kurs-Nr.": K1}, course("N2") | {"Externe Kurs-Nr.": K2}]
    )
    local: Row = field(default_factory=lambda: booking("N2", "2"))
    bare: Row = field(default_factory=lambda: booking("N1", "900") | {"TNR": "9900"})

    def ours(self, sequence: int, *bookings: Row) -> None:
        courses = [abo(self.theirs[0], "A1", K1), abo(self.theirs[1], "A2", K2)]
        take_in(self.store, write_export(self.folder / f"301-{sequence}", "301", sequence, courses, list(bookings)))
        give_out(self.store, "563", now=NOW)

    def night(self, *bookings: Row) -> ExportResult:
        self.sequence += 1
        path = self.folder / f"563-{self.sequence}"
        return take_in(self.store, write_export(path, "563", self.sequence, self.theirs, [self.local, *bookings]))

    def booked(self) -> list[str]:
        told = change_list(self.store, "301")
        return [item["booking"]["ref"] for item in told if item["kind"] == "booking.create"]


@pytest.fixture
def bare(store: Store, tmp_path: Path) -> Bare:
    made = Bare(store, tmp_path)
    made.night()
    made.ours(1, booking("A1", "55"))
    made.night(made.bare)
    return made


def test_d25_moved_mirror_without_reference_is_delivered_again_and_its_row_set_aside(bare: Bare, store: Store) -> None:
    """A program without a field for the Koop-Beleg-ID: its staff files somebody else's citizen elsewhere (D26)."""
    for _ in range(3):
        assert bare.night(bare.bare | {"Kursnummer": "N2"}).quarantined_rows == 1
        told = [(item["coop_id"], item["kind"]) for item in change_list(store, "563") if "booking" in item]
        assert told == [(K1, "booking.create")]
        assert not [item for item in change_list(store, "301") if item["kind"] == "booking.cancel"]
        assert bare.booked() == ["563:2"], "its stray row is nobody's registration"
    assert not proof(past_of(store, K1, Policy())), "and it can be run again"


@pytest.mark.parametrize("number", ["N2", "LOKAL"])
def test_b3_s_in_a_mirror_without_reference_that_is_filed_in_another_course_counts(
    bare: Bare, store: Store, number: str
) -> None:
    bare.theirs.append(course("LOKAL"))
    for _ in range(2):
        bare.night(bare.bare | {"Kursnummer": number, "Status": "S"})
        told = [item["booking"]["ref"] for item in change_list(store, "301") if item["kind"] == "booking.cancel"]
        assert told == ["301:55"]
        assert bare.booked() == ["563:2"], "it is nobody's registration"
    assert not proof(past_of(store, K1, Policy()))


def test_d25_stray_row_stays_aside_when_its_mirror_was_written_again(bare: Bare, store: Store) -> None:
    stray = bare.bare | {"Kursnummer": "N2"}
    bare.night(stray)
    give_out(store, "563", now=NOW)
    for _ in range(2):
        assert bare.night(stray, bare.bare | {"Beleg-ID": "901", "TNR": "9901"}).quarantined_rows == 1
        assert "booking.create" not in [item["kind"] for item in change_list(store, "563")]
        assert bare.booked() == ["563:2"]


def test_d25_row_of_another_tnr_under_the_beleg_id_of_a_mirror_is_a_registration(bare: Bare) -> None:
    assert bare.night(bare.bare | {"Kursnummer": "N2", "TNR": "4711"}).quarantined_rows == 0
    assert bare.booked() == ["563:2", "563:900"]


def test_d18a_who_has_the_numbers_of_a_mirror_in_another_course_is_a_registration(bare: Bare, store: Store) -> None:
    """Who is set aside is asked to be written "S", and nobody may ask that of somebody else's citizen."""
    new = booking("N2", "900", name="Neu") | {"TNR": "9900", "Gebucht am": "03.03.2026 11:20", "Telefon": "0911 55"}
    assert bare.night(new | {"E-Mail": "neu@example.org"}).quarantined_rows == 0
    assert bare.booked() == ["563:2", "563:900"]
    assert [(item["code"], item["ref"]) for item in open_violations(store)] == [("BOOKING_REMOVED", "301:55")]


def test_d26_moved_mirror_that_shows_what_was_given_out_there_is_that_mirror(bare: Bare, store: Store) -> None:
    """301 moved its citizen, and the Master's staff moved the mirror by hand: D26 is judged before D25."""
    bare.ours(2, booking("A2", "55"))
    assert bare.night(bare.bare | {"Kursnummer": "N2"}).quarantined_rows == 0
    assert bare.booked() == ["563:2"]
    shown = {
        (held["ref"], held["reported"])
        for seen in view(store, "563")["courses"]
        for held in seen["bookings"]
        if held["ref"].startswith("301:55~")
    }
    assert shown == {("301:55~2", "A")}


@pytest.mark.parametrize("stands_in", ["A2", "A1"])
@pytest.mark.parametrize("kind", ["full", "delta"])
def test_d17_d25_nameless_mirror_that_is_filed_in_another_course_suspends_no_absence_there(
    store: Store, tmp_path: Path, kind: str, stands_in: str
) -> None:
    """Its Beleg-ID and TNR say whose it is: who is missing in the course where it stands is somebody else."""
    courses = [course("N1") | {"Externe Kurs-Nr.": K1}, course("N2") | {"Externe Kurs-Nr.": K2}]
    take_in(store, write_export(tmp_path / "563-1", "563", 1, courses, [booking("N1", "55")]))
    held = [abo(courses[0], "A1", K1), abo(courses[1], "A2", K2)]
    bare = booking("A1", "900") | {"TNR": "9900", "Name": "", "Vorname": "", "Telefon": "", "E-Mail": ""}
    own, stray = booking("A2", "2"), bare | {"Kursnummer": stands_in}

    def night(sequence: int, *rows: Row, **more: Any) -> ExportResult:
        return take_in(store, write_export(tmp_path / f"301-{sequence}", "301", sequence, held, list(rows), **more))

    night(1)
    give_out(store, "301", now=NOW)
    night(2, bare, own)
    night(3, stray, own, **({"kind": "delta"} if kind == "delta" else {}))
    for sequence in (4, 5):
        said = night(sequence, stray)
        assert said.quarantined_rows == (stands_in == "A2")
    assert "ABSENCES_SUSPENDED" not in [item["code"] for item in open_violations(store)]
    booked = [item["booking"]["ref"] for item in change_list(store, "563") if "booking" in item]
    assert not booked, "it was removed, and two complete exports say so"
    told = [(item["coop_id"], item["kind"]) for item in change_list(store, "301") if "booking" in item]
    assert told == ([(K1, "booking.create")] if stands_in == "A2" else [])


def test_d17_nameless_row_under_the_beleg_id_of_a_mirror_elsewhere_and_another_tnr_suspends(
    bare: Bare, store: Store
) -> None:
    nobody = bare.bare | {"Kursnummer": "N2", "TNR": "4711", "Name": "", "Vorname": ""}
    for _ in range(3):
        bare.sequence += 1
        path = write_export(bare.folder / f"563-{bare.sequence}", "563", bare.sequence, bare.theirs, [nobody])
        assert take_in(store, path).quarantined_rows == 1
    assert "ABSENCES_SUSPENDED" in [item["code"] for item in open_violations(store)]
    assert not [item for item in change_list(store, "301") if item["kind"] == "booking.cancel"]


@pytest.mark.parametrize("owner_first", [True, False])
def test_d18_mirror_of_another_citizen_is_said_whoever_reports_first(
    store: Store, tmp_path: Path, owner_first: bool
) -> None:
    ours = course("N1") | {"Externe Kurs-Nr.": K1}
    before = {"Name": "Alt", "Vorname": "Max", "Telefon": "0911 1", "E-Mail": "max@example.org"}
    after = {"Name": "Neu", "Vorname": "Ute", "Telefon": "0911 2", "E-Mail": "ute@example.org"}
    former = mirror("N1", "1", "301:7") | before | {"Gebucht am": "04.02.2026 08:04:08", "Bearbeitet von": "WS"}
    given = booking("A1", "7") | after | {"Gebucht am": "06.02.2026 09:00:00"}
    exports = [("563", ours, former), ("301", abo(ours, "A1", K1), given)]
    for vhs, held, row in reversed(exports) if owner_first else exports:
        take_in(store, write_export(tmp_path / vhs, vhs, 1, [held], [row]))
    assert [(item["code"], item["vhs"]) for item in open_violations(store)] == [("MIRROR_SHOWS_ANOTHER", "563")]
    assert not change_list(store, "563")
