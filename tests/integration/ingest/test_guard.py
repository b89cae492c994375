"""The guard: an export is weighed by what it would do to others, however it says so (D19, D31)."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest

from koop_es.domain.errors import Refused
from koop_es.domain.terms import Policy
from koop_es.ingest import ExportResult, approve
from koop_es.replay.whatif import past_of, proof
from koop_es.store import Store
from koop_es.views import change_list, open_violations, status, view, withheld
from tests.acceptance.exports import Row, booking, course, write_export
from tests.integration.ingest.conftest import NOW, take_in

HOUR = "2026-03-{day:02d}T{hour:02d}:00:00+01:00"


class Vhs:
    """A Master with courses of five bookings each, which reports every night."""

    def __init__(self, store: Store, folder: Path, courses: int, seats: int = 5) -> None:
        self.store, self.folder, self.sequence = store, folder, 0
        self.courses = [course(f"K{n}") | {"Externe Kurs-Nr.": f"563-COOP-{n}"} for n in range(1, courses + 1)]
        self.bookings = [
            booking(row["Kursnummer"], f"{n}{seat}") | {"Name": f"Person{n}{seat}", "Telefon": f"0{n}{seat}"}
            for n, row in enumerate(self.courses, 1)
            for seat in range(seats)
        ]
        self.report()

    def report(
        self, bookings: Iterable[Row] | None = None, courses: Iterable[Row] | None = None, **more: Any
    ) -> ExportResult:
        """Report, by default the same as before; each export is a day later unless ``exported_at`` says when."""
        self.sequence += 1
        rows = list(self.bookings if bookings is None else bookings)
        more.setdefault("exported_at", HOUR.format(day=self.sequence, hour=2))
        path = write_export(
            self.folder / f"563-{self.sequence}",
            "563",
            self.sequence,
            list(self.courses if courses is None else courses),
            rows,
            **more,
        )
        return take_in(self.store, path)

    def letters(self, letter: str, count: int) -> list[Row]:
        return [row | {"Status": letter} if n < count else row for n, row in enumerate(self.bookings)]

    def held(self) -> list[str]:
        return [b["status"] for item in view(self.store, "563")["courses"] for b in item["bookings"]]

    def kinds(self) -> list[tuple[str, int]]:
        return [(item["kind"], item["items"]) for item in withheld(self.store, NOW)]


@pytest.fixture
def vhs(store: Store, tmp_path: Path) -> Vhs:
    return Vhs(store, tmp_path, 4)


# --- absences -------------------------------------------------------------------------------------------------------


def test_d19_more_than_half_missing_is_said_at_once_and_withheld_at_the_second_export(
    store: Store, tmp_path: Path
) -> None:
    vhs = Vhs(store, tmp_path, 3)
    first = vhs.report(vhs.bookings[:7])
    assert first.foreseen
    assert "more than half" in first.notices[-1]["text"]
    second = vhs.report(vhs.bookings[:7])
    assert second.withheld_cancellations == 8
    assert set(vhs.held()) == {"A"}
    assert vhs.kinds() == [("absence", 8)]
    vhs.report()
    assert vhs.kinds() == [], "the rows coming back release everything"


def new(vhs: Vhs, course: str, count: int) -> list[Row]:
    return [
        booking(course, f"9{n}") | {"Name": f"Neu{n}", "Telefon": f"099{n}", "E-Mail": f"neu{n}@example.org"}
        for n in range(count)
    ]


def test_d19_a_letter_that_waits_was_shown_live_all_the_same(store: Store, tmp_path: Path) -> None:
    """The booking file had five rows and is empty, though three of them are "S" until somebody has answered."""
    vhs = Vhs(store, tmp_path, 1)
    vhs.report(vhs.letters("S", 3))
    vhs.report()
    assert vhs.kinds() == [("letter", 3)]
    vhs.report([])
    assert vhs.report([]).withheld_cancellations == 2
    assert vhs.held().count("A") == 2


@pytest.mark.parametrize("shown", ["with the first absence", "only when it is confirmed"])
def test_d19_who_is_new_since_the_first_absence_makes_no_loss_smaller(store: Store, tmp_path: Path, shown: str) -> None:
    vhs = Vhs(store, tmp_path, 6, seats=1)
    left, fresh = vhs.bookings[:2], new(vhs, "K1", 9)
    vhs.report([*left, *fresh] if shown == "with the first absence" else left)
    second = vhs.report([*left, *fresh])
    assert second.withheld_cancellations == 4
    assert "S" not in vhs.held()


def test_d19_new_bookings_make_no_emptied_course_a_course_that_lost_some(vhs: Vhs) -> None:
    left = [row for row in vhs.bookings if row["Kursnummer"] != "K1"]
    vhs.report([*left, *new(vhs, "K1", 3)])
    vhs.report([*left, *new(vhs, "K1", 3)])
    assert vhs.kinds() == [("absence", 5)]
    assert "S" not in vhs.held()


def test_d19_a_loss_is_counted_by_what_was_live_before_it_not_by_what_was_cancelled_since(
    store: Store, tmp_path: Path
) -> None:
    vhs = Vhs(store, tmp_path, 4, seats=3)
    gone = {"10", "20", "30"}
    assert not vhs.report([row for row in vhs.bookings if row["Beleg-ID"] not in gone]).foreseen
    letters = [
        row | {"Status": "S"} if row["Beleg-ID"] in ("11", "21", "31", "40", "41") else row for row in vhs.bookings
    ]
    vhs.report([row for row in letters if row["Beleg-ID"] not in gone])
    assert vhs.kinds() == [], "three of twelve"


def test_d19_a_whole_course_of_four_is_withheld_and_a_single_booking_elsewhere_is_not(vhs: Vhs) -> None:
    left = [row for row in vhs.bookings if row["Kursnummer"] != "K1" and row["Beleg-ID"] != "20"]
    vhs.report(left)
    vhs.report(left)
    assert vhs.kinds() == [("absence", 5)]
    assert vhs.held().count("S") == 1


@pytest.mark.parametrize("gone", ["moved", "cancelled", "cancelled later", "moved long ago"])
def test_d19_who_left_otherwise_makes_no_emptied_course_a_course_that_lost_some(
    store: Store, tmp_path: Path, gone: str
) -> None:
    """One of ten leaves the course the same day by another way, and the other nine are missing (D25)."""
    vhs = Vhs(store, tmp_path, 4, seats=10)
    one, others = vhs.bookings[0], vhs.bookings[10:]
    away = one | ({"Status": "S"} if "cancelled" in gone else {"Kursnummer": "K2"})
    if gone == "moved long ago":
        for _ in range(3):
            vhs.report([*vhs.bookings[1:], away])
    first = vhs.report([one if gone == "cancelled later" else away, *others])
    assert first.foreseen is (gone != "cancelled later")
    vhs.report([away, *others])
    assert vhs.kinds() == [("absence", 9)]
    assert vhs.held().count("S") == 1, "only the one who was moved, or cancelled by letter"


def test_d19_one_who_moves_does_not_wait_for_the_others_who_are_missing(vhs: Vhs) -> None:
    left = [vhs.bookings[0] | {"Kursnummer": "K2"}, *vhs.bookings[5:]]
    assert vhs.report(left).foreseen
    assert vhs.kinds() == []
    assert vhs.held().count("S") == 1


def test_d19_who_moved_before_the_first_absence_is_no_part_of_the_loss(vhs: Vhs) -> None:
    left = [*vhs.bookings[1:], vhs.bookings[0] | {"Kursnummer": "K2"}]
    for _ in range(2):
        vhs.report(left)
    for gone in (1, 2, 3):
        assert not vhs.report(left[gone:]).foreseen, "one of those who are left"
        vhs.report(left[gone:])
    assert vhs.kinds() == []
    assert vhs.held().count("S") == 4


def test_d19_two_courses_of_two_are_withheld(store: Store, tmp_path: Path) -> None:
    vhs = Vhs(store, tmp_path, 6, seats=2)
    left = [row for row in vhs.bookings if row["Kursnummer"] not in ("K1", "K2")]
    vhs.report(left)
    vhs.report(left)
    assert vhs.kinds() == [("absence", 4)]


def test_d19_one_course_of_two_is_no_mass(store: Store, tmp_path: Path) -> None:
    vhs = Vhs(store, tmp_path, 6, seats=2)
    left = [row for row in vhs.bookings if row["Kursnummer"] != "K1"]
    assert not vhs.report(left).foreseen
    vhs.report(left)
    assert vhs.kinds() == []
    assert vhs.held().count("S") == 2


def test_d19_while_withheld_a_new_row_under_a_missing_name_waits_and_comes_after_the_approval(vhs: Vhs) -> None:
    anew = [
        row
        | {"Beleg-ID": f"9{row['Beleg-ID']}", "TNR": f"9{row['TNR']}", "Gebucht am": "01.03.2026 08:00"}
        | {"Telefon": "", "E-Mail": ""}
        for row in vhs.bookings
    ]
    vhs.report(anew)
    vhs.report(anew)
    assert len(vhs.held()) == len(vhs.bookings)
    assert vhs.kinds() == [("absence", 20)]
    approve(vhs.store, now=NOW, withheld_id="563#3", up_to=20)
    vhs.report(anew)
    assert vhs.held().count("A") == len(vhs.bookings)
    assert vhs.held().count("S") == len(vhs.bookings)


# --- effects --------------------------------------------------------------------------------------------------------


def test_d31a_a_wrong_status_letter_cancels_nobody_and_is_void_when_it_is_right_again(vhs: Vhs) -> None:
    result = vhs.report(vhs.letters("S", 20))
    assert result.withheld_cancellations == 20
    assert set(vhs.held()) == {"A"}
    assert vhs.kinds() == [("cancellation", 20)]
    assert {item["code"] for item in open_violations(vhs.store)} >= {"EFFECTS_WITHHELD"}
    assert status(vhs.store, now=NOW)["vhs"][0]["withheld"] == 20
    assert vhs.report(vhs.letters("S", 20)).events == 0, "what waits is no news the next night"
    vhs.report()
    assert vhs.kinds() == []
    assert "EFFECTS_WITHHELD" not in {item["code"] for item in open_violations(vhs.store)}


def test_d31a_what_is_meant_is_confirmed_by_the_vhs_itself_and_happens_at_once(vhs: Vhs) -> None:
    vhs.report(vhs.letters("S", 20))
    with pytest.raises(Refused, match="only its own"):
        approve(vhs.store, now=NOW, withheld_id="563#2/cancellation", by="301")
    assert len(approve(vhs.store, now=NOW, withheld_id="563#2/cancellation", up_to=20, by="563")) == 20
    assert set(vhs.held()) == {"S"}
    assert vhs.report(vhs.letters("S", 20)).events == 0


def test_d31a_seven_letters_or_a_third_are_no_mass(vhs: Vhs) -> None:
    vhs.report(vhs.letters("S", 6))
    assert vhs.kinds() == []
    assert vhs.held().count("S") == 6


def test_d31a_small_exports_that_do_the_same_within_a_day_count_together(vhs: Vhs) -> None:
    vhs.report(vhs.letters("S", 5), exported_at="2026-03-10T08:00:00+01:00")
    vhs.report(vhs.letters("S", 9), exported_at="2026-03-10T20:00:00+01:00")
    assert vhs.held().count("S") == 5
    assert vhs.kinds() == [("cancellation", 4)]


def test_d31a_a_day_later_they_do_not(vhs: Vhs) -> None:
    vhs.report(vhs.letters("S", 5), exported_at="2026-03-10T08:00:00+01:00")
    vhs.report(vhs.letters("S", 9), exported_at="2026-03-11T08:00:00+01:00")
    assert vhs.held().count("S") == 9


def test_d31b_ausfall_on_all_courses_for_a_night_cancels_nothing(vhs: Vhs) -> None:
    gone = [row | {"Ausfall": "W"} for row in vhs.courses]
    vhs.report(courses=gone)
    assert vhs.kinds() == [("ausfall", 4)]
    assert set(vhs.held()) == {"A"}
    vhs.report()
    assert vhs.kinds() == []


def test_d31b_with_a_withheld_ausfall_the_letters_of_its_bookings_wait_too(vhs: Vhs) -> None:
    vhs.report(vhs.letters("S", 20), [row | {"Ausfall": "W"} for row in vhs.courses])
    assert set(vhs.held()) == {"A"}
    for item in withheld(vhs.store):
        approve(vhs.store, now=NOW, withheld_id=item["id"])
    assert set(vhs.held()) == {"S"}


def test_d31c_other_places_of_most_courses_are_withheld_and_approved_at_once(store: Store, tmp_path: Path) -> None:
    vhs = Vhs(store, tmp_path, 6, seats=1)
    vhs.report(courses=[row | {"Kursort": "Raum 9"} for row in vhs.courses])
    assert vhs.kinds() == [("revision", 6)]
    assert vhs.report(courses=[row | {"Kursort": "Raum 9"} for row in vhs.courses]).events == 0
    approve(store, now=NOW, withheld_id="563#2/revision", up_to=6)
    assert vhs.kinds() == []
    vhs.report(courses=[row | {"Kursort": "Raum 9"} for row in vhs.courses])
    assert not change_list(store, "563")


def test_d31d_a_shifted_column_renames_nobody(vhs: Vhs) -> None:
    shifted = [row | {"Name": row["Vorname"], "Vorname": row["Telefon"]} for row in vhs.bookings]
    vhs.report(shifted)
    assert vhs.kinds() == [("person", 20)]
    assert vhs.report(shifted).events == 0
    vhs.report()
    assert vhs.kinds() == []
    right = [row | {"Telefon": "0999"} if n < 2 else row for n, row in enumerate(vhs.bookings)]
    vhs.report(right)
    assert vhs.kinds() == [], "two people may change their phone"


def test_d31d_one_mail_for_five_people_is_withheld(vhs: Vhs) -> None:
    alike = [row | {"E-Mail": "kurs@example.org"} if n < 5 else row for n, row in enumerate(vhs.bookings)]
    vhs.report(alike)
    assert vhs.kinds() == [("person", 5)]
    approve(vhs.store, now=NOW, withheld_id="563#2/person", up_to=5)
    assert vhs.report(alike).events == 0


def test_d31e_three_letters_back_at_once_are_one_question_and_nothing_is_written(vhs: Vhs) -> None:
    vhs.report(vhs.letters("S", 3))
    vhs.report()
    assert vhs.kinds() == [("letter", 3)]
    assert not change_list(vhs.store, "563"), "D5 writes nothing until the question is answered"
    assert "LETTERS_CHANGED_TOGETHER" in {item["code"] for item in open_violations(vhs.store)}
    approve(vhs.store, now=NOW, withheld_id="563#3/letter", up_to=3)
    assert {item["booking"]["status"] for item in change_list(vhs.store, "563")} == {"S"}


def test_d31_another_status_map_lowers_every_limit_for_the_next_export(vhs: Vhs, tmp_path: Path) -> None:
    profile = tmp_path / "odd.toml"
    profile.write_text('name = "odd"\n[status]\nA = "A"\nW = "S"\nS = "W"\n', encoding="utf-8")
    vhs.sequence += 1
    path = write_export(
        tmp_path / "odd", "563", vhs.sequence, vhs.courses, vhs.letters("W", 1), exported_at="2026-03-09T02:00:00+01:00"
    )
    assert take_in(vhs.store, path, profile=str(profile)).withheld_cancellations == 1
    assert vhs.kinds() == [("cancellation", 1)]


def test_d31_plan_and_run_share_the_judgement(vhs: Vhs, tmp_path: Path) -> None:
    path = write_export(
        tmp_path / "plan", "563", 2, vhs.courses, vhs.letters("S", 20), exported_at="2026-03-09T02:00:00+01:00"
    )
    planned = take_in(vhs.store, path, dry_run=True)
    done = take_in(vhs.store, path, max_events=6)
    assert [item["type"] for item in planned.plan].count("EffectWithheld") == 20
    assert planned.events == done.events
    assert done.withheld_cancellations == 20


def test_d31_what_was_withheld_can_be_told_and_run_again(vhs: Vhs) -> None:
    vhs.report(vhs.letters("S", 20), [row | {"Kursort": "Raum 9", "Ausfall": "W"} for row in vhs.courses])
    vhs.report([row | {"Name": "X", "Telefon": "1"} for row in vhs.bookings])
    vhs.report()
    vhs.report(vhs.letters("S", 20))
    approve(vhs.store, now=NOW, withheld_id="563#5/cancellation")
    for number in range(1, 5):
        past = past_of(vhs.store, f"563-COOP-{number}", Policy())
        assert not past.doubts
        assert not proof(past)
