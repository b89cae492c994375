"""A wrong export is taken back: what only it did to others is undone (D32)."""

from __future__ import annotations

from pathlib import Path

import pytest

from koop_es.domain.cancellations import NothingToConfirm
from koop_es.domain.errors import Refused
from koop_es.domain.terms import Policy
from koop_es.ingest import approve, give_out, withdraw_export
from koop_es.ingest.cancelling import confirm
from koop_es.ingest.withdrawing import ExportNotApplied
from koop_es.replay.whatif import past_of, proof
from koop_es.store import Store
from koop_es.views import change_list, open_violations, withheld
from koop_es.views.read import view
from tests.acceptance.exports import abo, mirror, write_export
from tests.integration.ingest.conftest import NOW, take_in
from tests.integration.ingest.test_guard import Vhs


@pytest.fixture
def vhs(store: Store, tmp_path: Path) -> Vhs:
    return Vhs(store, tmp_path, 4)


def withdraw(vhs: Vhs, export: str, *, with_approved: bool = False, preview: bool = False) -> list[str]:
    found = withdraw_export(
        vhs.store,
        now=NOW,
        vhs="563",
        export=export,
        reason="wrong profile",
        with_approved=with_approved,
        preview=preview,
    )
    return [event.type for _, event in found.events if not event.type.startswith("Violation")]


def letters(vhs: Vhs) -> list[tuple[str, str]]:
    return [(item["kind"], item["booking"]["status"]) for item in change_list(vhs.store, "563")]


def test_d32_what_only_the_export_cancelled_lives_again_and_the_change_list_writes_it(vhs: Vhs) -> None:
    wrong = vhs.letters("S", 5)
    vhs.report(wrong)
    assert vhs.held().count("S") == 5
    assert withdraw(vhs, "563#2", preview=True) == ["BookingReinstated"] * 5
    assert vhs.held().count("S") == 5, "a preview writes nothing"
    withdraw(vhs, "563#2")
    assert set(vhs.held()) == {"A"}
    assert letters(vhs) == [("booking.update", "A")] * 5


def test_d32_the_wrong_rows_are_no_claims_until_they_show_something_else(vhs: Vhs) -> None:
    wrong = vhs.letters("S", 5)
    vhs.report(wrong)
    withdraw(vhs, "563#2")
    assert vhs.report(wrong).events == 0
    assert set(vhs.held()) == {"A"}
    vhs.report()
    assert not change_list(vhs.store, "563")
    vhs.report(wrong[:1] + vhs.bookings[1:])
    assert vhs.held().count("S") == 1, "shown anew, it is an S of its own"


def test_d32_orphans_of_the_export_live_again_and_absences_count_from_the_beginning(vhs: Vhs) -> None:
    left = vhs.bookings[2:]
    vhs.report(left)
    vhs.report(left)
    assert vhs.held().count("S") == 2
    assert withdraw(vhs, "563#3") == ["BookingReinstated"] * 2
    assert set(vhs.held()) == {"A"}
    vhs.report(left)
    assert set(vhs.held()) == {"A"}
    vhs.report()
    assert set(vhs.held()) == {"A"}


def test_d32_facts_are_what_they_were_and_the_master_is_told(vhs: Vhs) -> None:
    wrong = [row | {"Kursort": "Raum 9"} if n < 2 else row for n, row in enumerate(vhs.courses)]
    vhs.report(courses=wrong)
    assert withdraw(vhs, "563#2") == ["RevisionWithdrawn"] * 2
    told = [item["course"]["fields"] for item in change_list(vhs.store, "563")]
    assert told == [{"Kursort": "Werkhaus, Raum 2"}] * 2
    assert vhs.report(courses=wrong).events == 0
    vhs.report()
    assert not change_list(vhs.store, "563")


@pytest.mark.parametrize("order", [("563#3", "563#2"), ("563#2", "563#3")])
def test_d32_letter_that_only_another_withdrawn_export_showed_does_not_count(vhs: Vhs, order: tuple[str, str]) -> None:
    vhs.report(vhs.letters("S", 1))
    vhs.report(vhs.letters("W", 1))
    for export in order:
        withdraw(vhs, export)
    assert set(vhs.held()) == {"A"}


def test_d32_what_was_revised_again_since_stays(vhs: Vhs) -> None:
    vhs.report(courses=[vhs.courses[0] | {"Kursort": "Raum 9", "TN max": "30"}, *vhs.courses[1:]])
    vhs.report(courses=[vhs.courses[0] | {"Kursort": "Raum 7"}, *vhs.courses[1:]])
    found = withdraw_export(vhs.store, now=NOW, vhs="563", export="563#2", reason="wrong", preview=False)
    assert [item.why for item in found.stays] == ["somebody has decided otherwise since"]
    assert view(vhs.store, "563")["courses"][0]["capacity"] == 12


def test_d32_what_the_next_complete_export_shows_as_well_stays_until_that_one_is_taken_back(vhs: Vhs) -> None:
    first = vhs.bookings[0]
    waiting = [first | {"Status": "W"}, *vhs.bookings[1:]]
    vhs.report(waiting)
    wrong = [first, vhs.bookings[1] | {"Telefon": "0999"}, *vhs.bookings[2:]]
    courses = [vhs.courses[0] | {"Kursort": "Raum 9"}, *vhs.courses[1:]]
    vhs.report(wrong, courses)
    assert vhs.report(wrong, courses).events == 0
    with pytest.raises(Refused, match=r"563#4 shows it as well"):
        withdraw(vhs, "563#3")
    assert vhs.held().count("W") == 0, "whoever was promoted keeps the seat"
    assert not change_list(vhs.store, "563")
    assert withdraw(vhs, "563#4") == [], "of two wrong exports the later one goes first"
    assert sorted(withdraw(vhs, "563#3")) == ["AmendmentWithdrawn", "AmendmentWithdrawn", "RevisionWithdrawn"]
    assert vhs.held().count("W") == 1


@pytest.mark.parametrize("told", [True, False])
def test_d32_d21_letter_that_only_our_list_wrote_over_an_s_since_is_no_witness_for_the_export(
    vhs: Vhs, *, told: bool
) -> None:
    waiting, wrong = vhs.letters("W", 1), vhs.letters("S", 1)
    vhs.report(waiting)
    vhs.report(wrong)
    withdraw(vhs, "563#3")
    if told:
        assert [item["booking"]["status"] for item in give_out(vhs.store, "563", now=NOW)] == ["W"]
    vhs.report(waiting)
    if told:
        assert withdraw(vhs, "563#2") == ["AmendmentWithdrawn"]
    else:
        with pytest.raises(Refused, match=r"563#4 shows it as well"):
            withdraw(vhs, "563#2")
    assert vhs.held().count("W") == (0 if told else 1), "what nobody told its VHS is what it means"


def test_d32_what_stayed_because_of_a_later_export_comes_back_after_that_one(vhs: Vhs) -> None:
    wrong = [*vhs.letters("S", 2)[:2], vhs.bookings[2] | {"Telefon": "0999"}, *vhs.bookings[3:]]
    vhs.report(wrong)
    new = vhs.bookings[3] | {"Beleg-ID": "990", "TNR": "990", "Name": "Neu"}
    vhs.report([*wrong, new])
    assert withdraw(vhs, "563#2")[:1] == ["BookingReinstated"]
    with pytest.raises(Refused, match="was withdrawn"):
        withdraw(vhs, "563#2")
    assert withdraw(vhs, "563#3") == [], "the booking it made stays, and it was wrong as well"
    assert withdraw(vhs, "563#2") == ["AmendmentWithdrawn"]
    with pytest.raises(Refused, match="was withdrawn"):
        withdraw(vhs, "563#2")


def test_d32_what_the_next_complete_export_lacks_or_shows_otherwise_comes_back(vhs: Vhs) -> None:
    vhs.report([row | {"Telefon": "0999"} if n < 2 else row for n, row in enumerate(vhs.bookings)])
    vhs.report([vhs.bookings[0], *vhs.bookings[2:]])
    found = withdraw_export(vhs.store, now=NOW, vhs="563", export="563#2", reason="wrong")
    assert [event.type for _, event in found.events] == ["AmendmentWithdrawn"], "of the row that is missing since"
    assert [item.why for item in found.stays] == ["somebody has decided otherwise since"]


def test_d32_persons_are_who_they_were_and_wrong_rows_rename_nobody(vhs: Vhs) -> None:
    wrong = [row | {"Telefon": "0999"} if n < 2 else row for n, row in enumerate(vhs.bookings)]
    vhs.report(wrong)
    assert withdraw(vhs, "563#2") == ["AmendmentWithdrawn"] * 2
    assert [kind for kind, _ in letters(vhs)] == ["booking.update"] * 2
    assert vhs.report(wrong).events == 0
    vhs.report()
    assert not change_list(vhs.store, "563")
    vhs.report(wrong)
    assert not change_list(vhs.store, "563"), "shown again, it is a change like any other"


def test_d32_a_course_that_was_called_off_takes_place_again(vhs: Vhs) -> None:
    wrong = [vhs.courses[0] | {"Ausfall": "W"}, *vhs.courses[1:]]
    vhs.report(courses=wrong)
    assert vhs.held().count("S") == 5
    withdraw(vhs, "563#2")
    assert set(vhs.held()) == {"A"}
    told = [item["course"].get("fields") for item in change_list(vhs.store, "563") if item["kind"] == "course.update"]
    assert told == [{"Ausfall": "F"}]
    vhs.report(courses=wrong)
    assert set(vhs.held()) == {"A"}, "the wrong row is no new Ausfall"
    vhs.report()
    assert not change_list(vhs.store, "563")
    vhs.report(courses=wrong)
    assert vhs.held().count("S") == 5, "shown anew, it is one"


def test_d32_of_two_decisions_the_first_stands(vhs: Vhs) -> None:
    vhs.report(vhs.letters("S", 5))
    withdraw(vhs, "563#2")
    with pytest.raises(Refused, match=r"was withdrawn at .* wrong profile"):
        withdraw(vhs, "563#2")
    vhs.report()
    vhs.report(vhs.letters("S", 20))
    approve(vhs.store, now=NOW, withheld_id="563#4/cancellation")
    with pytest.raises(ExportNotApplied):
        withdraw(vhs, "563#99")


def test_d32_what_is_withheld_of_a_withdrawn_export_cannot_be_approved(vhs: Vhs) -> None:
    vhs.report(vhs.letters("S", 20), [vhs.courses[0] | {"Kursort": "Raum 9"}, *vhs.courses[1:]])
    withdraw(vhs, "563#2")
    with pytest.raises(Refused, match="was withdrawn"):
        approve(vhs.store, now=NOW, withheld_id="563#2/cancellation")
    assert withheld(vhs.store) == []
    assert not {item["code"] for item in open_violations(vhs.store)} & {"EFFECTS_WITHHELD", "CANCELLATION_UNCLEAR"}
    vhs.report()
    assert vhs.kinds() == []


def test_d32_d31_what_only_waited_of_an_export_ends_with_it_and_what_another_says_as_well_can_be_approved(
    vhs: Vhs,
) -> None:
    for _ in range(2):
        vhs.report(vhs.letters("S", 20))
    with pytest.raises(Refused, match="563#3 shows it as well"):
        withdraw(vhs, "563#2")
    assert [item["items"] for item in withheld(vhs.store)] == [20]
    withdraw(vhs, "563#3")
    withdraw(vhs, "563#2")
    assert withheld(vhs.store) == []
    vhs.report(vhs.letters("S", 20))
    assert withheld(vhs.store) == [], "it is what was withdrawn"
    vhs.report()
    vhs.report(vhs.letters("S", 20))
    [item] = withheld(vhs.store)
    assert item["id"] == "563#6/cancellation"


def test_d21_d31_who_answers_what_is_settled_is_told_when_and_how(vhs: Vhs) -> None:
    vhs.report(vhs.letters("S", 20))
    vhs.report()
    [ref, *_] = sorted(booking["ref"] for booking in view(vhs.store, "563")["courses"][0]["bookings"])
    with pytest.raises(NothingToConfirm, match=r"it lives; what was asked there was settled at .* by event .*Dropped"):
        confirm(vhs.store, now=NOW, vhs="563", coop_id="563-COOP-1", ref=ref, reason="they called")
    with pytest.raises(NothingToConfirm) as refused:
        confirm(vhs.store, now=NOW, vhs="301", coop_id="563-COOP-1", ref=ref, reason="they called")
    assert "settled" not in refused.value.details, "nothing was asked there"


def test_d32_a_history_with_a_withdrawn_export_can_be_run_again(vhs: Vhs) -> None:
    vhs.report(vhs.letters("S", 5), [vhs.courses[0] | {"Kursort": "Raum 9"}, *vhs.courses[1:]])
    withdraw(vhs, "563#2")
    vhs.report(vhs.letters("S", 5))
    vhs.report()
    for number in range(1, 5):
        past = past_of(vhs.store, f"563-COOP-{number}", Policy())
        assert not past.doubts
        assert not proof(past)


def test_d32_what_an_operator_has_approved_stays_and_is_named(vhs: Vhs) -> None:
    vhs.report(vhs.letters("S", 20))
    approve(vhs.store, now=NOW, withheld_id="563#2/cancellation")
    with pytest.raises(Refused, match="an operator has approved it"):
        withdraw(vhs, "563#2")


def test_d32_a_wrong_approval_is_taken_back_with_its_export_where_that_is_asked_for(vhs: Vhs) -> None:
    wrong = vhs.letters("S", 20)
    vhs.report(wrong)
    approve(vhs.store, now=NOW, withheld_id="563#2/cancellation")
    assert set(vhs.held()) == {"S"}
    assert withdraw(vhs, "563#2", with_approved=True) == ["BookingReinstated"] * 20
    assert set(vhs.held()) == {"A"}
    assert letters(vhs) == [("booking.update", "A")] * 20
    assert vhs.report(wrong).events == 0, "its rows are no claims any more"
    vhs.report()
    assert set(vhs.held()) == {"A"}
    assert not change_list(vhs.store, "563")


def test_d32_what_was_approved_can_be_taken_back_after_the_rest_of_its_export(vhs: Vhs) -> None:
    wrong = vhs.letters("S", 20)
    vhs.report(wrong, [vhs.courses[0] | {"Kursort": "Raum 9"}, *vhs.courses[1:]])
    approve(vhs.store, now=NOW, withheld_id="563#2/cancellation")
    assert withdraw(vhs, "563#2") == ["RevisionWithdrawn"]
    assert set(vhs.held()) == {"S"}
    with pytest.raises(Refused, match=r"was withdrawn at .* wrong profile; .*--with-approved takes that back as well"):
        withdraw(vhs, "563#2")
    vhs.report()
    assert [item["code"] for item in open_violations(vhs.store)] == ["LETTERS_CHANGED_TOGETHER"] * 4
    back = withdraw(vhs, "563#2", with_approved=True)
    assert back == ["BookingReinstated", "BookingReported"] * 20, "the letters that waited are those of living bookings"
    assert set(vhs.held()) == {"A"}
    assert not open_violations(vhs.store)
    with pytest.raises(Refused, match=r"was withdrawn at .* wrong profile$"):
        withdraw(vhs, "563#2", with_approved=True)


def test_d32_approved_losses_courses_and_persons_come_back_as_well(vhs: Vhs) -> None:
    left = vhs.bookings[10:]
    vhs.report(left)
    vhs.report(left)
    approve(vhs.store, now=NOW, withheld_id="563#3")
    assert vhs.held().count("S") == 10
    assert withdraw(vhs, "563#3", with_approved=True) == ["BookingReinstated"] * 10
    vhs.report()
    off = [row | {"Ausfall": "W"} for row in vhs.courses]
    vhs.report([row | {"Telefon": "0999"} for row in vhs.bookings], off)
    for effect in ("ausfall", "person"):
        approve(vhs.store, now=NOW, withheld_id=f"563#5/{effect}")
    back = withdraw(vhs, "563#5", with_approved=True)
    assert back.count("CourseReinstated") == 4
    assert back.count("AmendmentWithdrawn") == 20
    assert set(vhs.held()) == {"A"}


def test_d32_d21_an_s_that_stays_when_the_others_of_a_withdrawn_export_are_right_again_is_asked_about(vhs: Vhs) -> None:
    """Staff cancelled one of them meanwhile, under the name that stands in every row."""
    wrong = vhs.letters("S", 5)
    vhs.report(wrong)
    withdraw(vhs, "563#2")
    change_list_given = give_out(vhs.store, "563", now=NOW)
    assert len(change_list_given) == 5
    vhs.report([wrong[0], *vhs.bookings[1:]])
    assert [item["code"] for item in open_violations(vhs.store)] == ["CANCELLATION_UNCLEAR"]
    assert not change_list(vhs.store, "563"), "nothing is written over what somebody may have meant"
    vhs.report()
    assert not open_violations(vhs.store)
    assert set(vhs.held()) == {"A"}


@pytest.mark.parametrize("once_more", [True, False])
@pytest.mark.parametrize("order", [("563#4", "563#2"), ("563#2", "563#4")])
def test_d32_d21_s_of_a_wrong_export_that_the_next_complete_one_showed_as_well_is_asked_about(
    vhs: Vhs, order: tuple[str, str], *, once_more: bool
) -> None:
    """Staff cancelled somebody after one wrong file, and the first to show it was wrong in something else."""
    wrong, cancelled = vhs.letters("S", 5), vhs.letters("S", 1)
    vhs.report(wrong)
    vhs.report()
    vhs.report([*cancelled[:1], cancelled[1] | {"Telefon": "0999"}, *cancelled[2:]])
    if once_more:
        vhs.report(cancelled)
    for export in order:
        withdraw(vhs, export)
    asked = [item["code"] for item in open_violations(vhs.store)]
    assert ("CANCELLATION_UNCLEAR" in asked) is once_more or order[0] == "563#2"
    assert (("booking.update", "A") in letters(vhs)) is not once_more or order[0] == "563#2"


def test_d32_d21_s_set_over_a_letter_that_a_wrong_export_and_the_next_complete_one_showed_is_asked_about(
    vhs: Vhs,
) -> None:
    vhs.report(vhs.letters("S", 5))
    vhs.report([vhs.bookings[0], vhs.bookings[1] | {"Telefon": "0999"}, *vhs.bookings[2:]])
    vhs.report()
    vhs.report(vhs.letters("S", 1))
    withdraw(vhs, "563#3")
    withdraw(vhs, "563#2")
    assert "CANCELLATION_UNCLEAR" in [item["code"] for item in open_violations(vhs.store)]
    assert ("booking.update", "A") not in letters(vhs), "nothing is written over what somebody meant"


@pytest.mark.parametrize("once_more", [True, False])
def test_d32_d24_ausfall_of_a_wrong_export_that_the_next_complete_one_showed_as_well_stays(
    vhs: Vhs, *, once_more: bool
) -> None:
    off = [vhs.courses[0] | {"Ausfall": "W"}, *vhs.courses[1:]]
    vhs.report(courses=off)
    vhs.report()
    vhs.report([*vhs.bookings[:-1], vhs.bookings[-1] | {"Telefon": "0999"}], off)
    if once_more:
        vhs.report(vhs.bookings[:-1], off)  # so that something is left to be taken back
    withdraw(vhs, "563#4")
    withdraw(vhs, "563#2")
    assert vhs.held().count("S") == (5 if once_more else 0)


def test_d32_d20_facts_and_persons_of_before_a_withdrawn_export_are_no_restored_backup(vhs: Vhs) -> None:
    courses = [row | {"Kursort": "Raum 9", "TN max": "30"} for row in vhs.courses]
    vhs.report([row | {"Telefon": "0999"} if n < 2 else row for n, row in enumerate(vhs.bookings)], courses)
    withdraw(vhs, "563#2")
    assert vhs.report().code is None
    assert not open_violations(vhs.store)
    assert not change_list(vhs.store, "563")


def test_d32_what_is_still_missing_after_its_loss_was_withdrawn_is_asked_about_and_cancels_nobody(vhs: Vhs) -> None:
    left = vhs.bookings[2:]
    vhs.report(left)
    vhs.report(left)
    withdraw(vhs, "563#3")
    for _ in range(3):
        vhs.report(left)
    assert set(vhs.held()) == {"A"}
    assert [(item["code"], item["ref"]) for item in open_violations(vhs.store)] == [
        ("BOOKING_REMOVED", "563:10"),
        ("BOOKING_REMOVED", "563:11"),
    ]
    vhs.report()
    assert not open_violations(vhs.store)
    vhs.report(vhs.bookings[1:])
    vhs.report(vhs.bookings[1:])
    assert vhs.held().count("S") == 1, "shown again and lost anew, it is lost as any other; both went back (D20)"


def test_d32_move_that_was_withdrawn_is_no_move_again_while_nobody_moves_the_row_back(vhs: Vhs) -> None:
    moved = [row | {"Kursnummer": "K2"} if row["Beleg-ID"] == "10" else row for row in vhs.bookings]
    vhs.report(moved)
    assert vhs.held().count("S") == 1
    withdraw(vhs, "563#2")
    for _ in range(3):
        vhs.report(moved)
    assert set(vhs.held()) == {"A"}
    assert [(item["code"], item["ref"]) for item in open_violations(vhs.store)] == [("BOOKING_REMOVED", "563:10")]


def test_d32_row_of_another_course_that_a_wrong_export_first_showed_here_is_nobody_once_it_is_back(vhs: Vhs) -> None:
    ended = vhs.letters("S", 1)
    vhs.report(ended)
    vhs.report([row | {"Kursnummer": "K2"} if row["Status"] == "S" else row for row in ended])
    vhs.report(ended)
    held = vhs.held()
    assert withdraw(vhs, "563#3") == []
    assert vhs.held() == held, "nobody is shown to those of the course in which the row never was"


@pytest.mark.parametrize("shown", [True, False])
def test_d32_d21_it_is_said_where_an_s_that_was_given_out_may_still_be_written(
    vhs: Vhs, tmp_path: Path, *, shown: bool
) -> None:
    ours, ref = [abo(vhs.courses[0], "A1", "563-COOP-1")], f"563:{vhs.bookings[0]['Beleg-ID']}"

    def told(sequence: int, letter: str) -> None:
        row = mirror("A1", "7", ref, letter)
        at = f"2026-03-{sequence + 2:02d}T03:00:00+01:00"
        take_in(vhs.store, write_export(tmp_path / f"301-{sequence}", "301", sequence, ours, [row], exported_at=at))

    told(1, "A")
    vhs.report(vhs.letters("S", 1))
    give_out(vhs.store, "301", now=NOW)
    if shown:
        told(2, "S")
    found = withdraw_export(vhs.store, now=NOW, vhs="563", export="563#2", reason="wrong", preview=True)
    assert found.on_its_way == ([] if shown else [("563-COOP-1", ref, "301")])
