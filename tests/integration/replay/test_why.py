"""Why: each of the situations an operator asks about is explained by what happened, and by nothing else."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from koop_es.domain.errors import WrongUsage
from koop_es.domain.terms import Policy
from koop_es.ingest import claim_seat, confirm, give_out, ingest
from koop_es.ingest.acknowledging import acknowledge
from koop_es.replay.timeline import Timeline
from koop_es.replay.why import BookingUnknown, Question, VhsNotInvolved, why
from koop_es.store import Store, vault
from tests.acceptance.exports import Row
from tests.acceptance.network import COOP, FAR, MASTER, NEAR, NUMBERS, booked
from tests.acceptance.program import Program
from tests.conftest import Place
from tests.integration.ingest.conftest import NOW

OWN, THEIRS, ELSE = f"{MASTER}:8800", f"{NEAR}:500", f"{FAR}:70000"
"""A booking of each of the three VHSs in the first course."""


@dataclass
class Net:
    """Three admin programs and a store, settled when a test begins."""

    store: Store
    programs: dict[str, Program]
    rounds: int = 0

    def report(self, *vhss: str, policy: Policy | None = None, **manifest: Any) -> None:
        for vhs in vhss or NUMBERS:
            self.rounds += 1
            now = NOW + timedelta(minutes=5 * self.rounds)
            path = self.programs[vhs].export(exported_at=now.isoformat(), **manifest)
            ingest(self.store, path, policy or Policy(), now=now)

    def settle(self) -> None:
        for _ in range(2):
            for vhs, program in self.programs.items():
                program.obey(give_out(self.store, vhs, now=NOW + timedelta(minutes=5 * self.rounds)))
            self.report()

    def ask(self, ref: str | None = None, vhs: str | None = None, **more: Any) -> dict[str, Any]:
        german = why(self.store, Question(COOP, ref, vhs, lang="de", **more))
        answer = why(self.store, Question(COOP, ref, vhs, **more))
        assert german.keys() == answer.keys()
        assert {**german["value"], "text": ""} == {**answer["value"], "text": ""}
        return answer

    def row(self, vhs: str) -> Row:
        return next(row for row in self.programs[vhs].courses if row["Externe Kurs-Nr."] == COOP)


def settled(url: str, folder: Path) -> tuple[dict[str, Program], int]:
    """Let three programs share their bookings; gives them, and how often they reported."""
    with Store.create(url) as store:
        net = Net(store, booked(folder))
        net.report()
        net.settle()
    return net.programs, net.rounds


@pytest.fixture
def net(any_place: Place, tmp_path: Path) -> Iterator[Net]:
    programs, rounds = any_place.pour(settled)
    for program in programs.values():
        program.folder = tmp_path / "exports"
    with Store.open(any_place.url) as store:
        yield Net(store, programs, rounds)


def kinds(answer: dict[str, Any]) -> list[str]:
    return [link["type"] for link in answer["chain"]]


def rules(answer: dict[str, Any]) -> list[str]:
    return [item["rule"] for item in answer["rules"]]


def said(answer: dict[str, Any], name: str) -> str:
    return " ".join(answer[name])


def test_b3_a_cancellation_is_led_back_to_the_row_that_set_s(net: Net) -> None:
    net.programs[MASTER].cancel(THEIRS)
    net.report(MASTER)
    answer = net.ask(THEIRS)
    assert answer["vhs"] == NEAR, "the first at which something is to be written"
    assert answer["value"] | {"text": ""} == {
        "wanted": "S", "shown": "A", "reason": "participant", "condition": "not_told", "pending": "booking.cancel",
        "text": "",
    }  # fmt: skip
    assert kinds(answer)[0] == "BookingCancelled"
    assert (answer["chain"][0]["vhs"], answer["chain"][0]["export"]) == (MASTER, f"{MASTER}#4")
    assert answer["chain"][0]["row"].startswith("belegungen.csv:")
    assert kinds(answer)[-1] == "BookingMade"
    assert rules(answer) == ["B3"]
    assert f"VHS {NEAR} showed A and VHS {FAR}" not in said(answer, "otherwise")
    assert [item["text"] for item in answer["collided"]] == [
        f"VHS {MASTER} cancelled booking {THEIRS}, while VHS {NEAR} showed A and VHS {FAR} showed A"
    ]
    assert answer["otherwise"] == [f"Had VHS {MASTER} not set S, it would have status A."]
    assert "301#3" in said(answer, "now"), "the newest export of the VHS is older than the cancellation"
    assert f"It is also to be written at VHS {FAR}." in answer["now"]


def test_d3_a_removed_booking_is_a_suspicion_then_an_orphan_then_lives_again(net: Net) -> None:
    row = net.programs[NEAR].remove(THEIRS)
    net.report(NEAR)
    answer = net.ask(THEIRS, NEAR)
    assert (answer["value"]["wanted"], answer["value"]["shown"]) == ("A", None)
    assert answer["value"]["condition"] == "absent"
    assert kinds(answer)[0] == "BookingVanished"
    assert "all others get S" in said(answer, "now")
    net.report(NEAR)
    answer = net.ask(THEIRS, MASTER)
    assert (answer["value"]["wanted"], answer["value"]["reason"]) == ("S", "orphan")
    assert kinds(answer)[:2] == ["OrphanDetected", "BookingVanished"]
    assert rules(answer)[0] == "D3"
    assert answer["otherwise"] == [
        f"Had export {NEAR}#5 of VHS {NEAR} shown it as before, nobody would have been cancelled then."
    ]
    assert f"at VHS {NEAR}" in said(answer, "now")
    assert {item["code"] for item in answer["violations"]} == {"BOOKING_REMOVED"}
    net.programs[NEAR].restore(row)
    net.report(NEAR)
    answer = net.ask(THEIRS, MASTER)
    assert (answer["value"]["wanted"], kinds(answer)[0]) == ("A", "BookingReinstated")


def test_d17_a_suspicion_of_before_the_last_day_cancels_nobody_after_it_and_can_be_answered_for(net: Net) -> None:
    net.programs[NEAR].remove(THEIRS)
    net.report(NEAR)
    before, after = datetime(2026, 6, 30, 20, tzinfo=NOW.tzinfo), datetime(2026, 7, 1, 8, tzinfo=NOW.tzinfo)
    assert "up to the last day of the course, all others get S" in said(net.ask(THEIRS, NEAR, now=before), "now")
    answer = net.ask(THEIRS, NEAR, now=after)
    assert "all others get S" not in said(answer, "now")
    assert "It stays and is billed." in said(answer, "now")
    assert [item["kind"] for item in answer["open"]] == ["suspected_over"]
    command = f"koop-es acknowledge {COOP} BOOKING_REMOVED --vhs {NEAR} --booking {THEIRS} --reason TEXT"
    assert command in said(answer, "now")
    acknowledge(
        net.store, now=after, stream=COOP, code="BOOKING_REMOVED", vhs=NEAR, ref=THEIRS, reason="came", until=None
    )
    assert net.ask(THEIRS, NEAR, now=after)["open"] == []


def test_b11_a_removed_copy_is_to_be_entered_with_its_koop_beleg_id_at_every_stage(net: Net) -> None:
    net.programs[MASTER].remove(THEIRS)
    for _ in range(2):  # a suspicion, an orphan
        net.report(MASTER)
        for vhs in (MASTER, NEAR):
            answer = net.ask(THEIRS, vhs)
            assert "with its Koop-Beleg-ID" in said(answer, "now")
            assert all("a copy with its Koop-Beleg-ID" in item["text"] for item in answer["violations"])


def test_d2_of_a_removed_mirror_it_says_what_owner_only_would_have_done(net: Net) -> None:
    net.programs[MASTER].remove(THEIRS)
    net.report(MASTER)
    net.report(MASTER)
    answer = net.ask(THEIRS, NEAR)
    assert f"Under orphan_policy=owner_only the copy at VHS {MASTER}" in said(answer, "otherwise")


def test_d2_under_owner_only_a_removed_mirror_is_delivered_again(net: Net) -> None:
    net.programs[MASTER].remove(THEIRS)
    policy = Policy(orphan_policy="owner_only")
    net.report(MASTER, policy=policy)
    net.report(MASTER, policy=policy)
    answer = net.ask(THEIRS)
    assert (answer["vhs"], answer["value"]["condition"]) == (MASTER, "lost")
    assert (answer["value"]["wanted"], answer["value"]["pending"]) == ("A", "booking.create")
    assert (kinds(answer)[0], rules(answer)[-1]) == ("MirrorLost", "D2")


def test_b11_a_mirror_that_stands_in_another_course_is_delivered_again(net: Net) -> None:
    program = net.programs[MASTER]
    row = next(row for row in program.bookings.values() if row["Koop-Beleg-ID"] == THEIRS)
    other = next(row for row in program.courses if row["Externe Kurs-Nr."] not in ("", COOP))
    row |= {heading: other[heading] for heading in ("Kursnummer", "Periode")}
    net.report(MASTER)
    answer = net.ask(THEIRS)
    assert (answer["vhs"], answer["value"]["condition"]) == (MASTER, "lost")
    assert (answer["value"]["wanted"], answer["value"]["pending"]) == ("A", "booking.create")
    assert (kinds(answer)[0], rules(answer)[-1]) == ("MirrorLost", "B11")


def test_d4_a_withheld_cancellation_names_the_command_that_approves_it(net: Net) -> None:
    policy = Policy(guard_bookings=0, guard_percent=0, guard_absolute=0)
    net.programs[NEAR].remove(THEIRS)
    net.report(NEAR, policy=policy)
    net.report(NEAR, policy=policy)
    answer = net.ask(THEIRS, NEAR)
    assert (answer["value"]["wanted"], answer["value"]["condition"]) == ("A", "withheld")
    assert f"koop-es withheld approve {NEAR}#5" in said(answer, "now")
    assert "a copy with its Koop-Beleg-ID" in said(answer, "now")
    assert "D4" in rules(answer)


def test_d5_s_taken_back_is_told_as_final(net: Net) -> None:
    net.programs[MASTER].cancel(OWN)
    net.report(MASTER)
    net.settle()
    net.programs[NEAR].row(OWN)["Status"] = "A"
    net.report(NEAR)
    answer = net.ask(OWN)
    assert (answer["vhs"], answer["value"]["condition"]) == (NEAR, "reactivated")
    assert (kinds(answer)[0], rules(answer)) == ("BookingReported", ["B3", "D5"])
    assert [item["code"] for item in answer["violations"]] == ["CANCELLED_BOOKING_REACTIVATED"]
    assert any("showed S" in item["text"] for item in answer["collided"])


def test_d31_letters_that_changed_together_name_both_ways_on(net: Net) -> None:
    for letter in ("S", "A"):
        for ref in (OWN, THEIRS, ELSE):
            net.programs[MASTER].row(ref)["Status"] = letter
        net.report(MASTER)
        if letter == "S":
            net.settle()
    answer = net.ask(THEIRS, MASTER)
    assert answer["value"]["condition"] == "letter_waits"
    assert [item["kind"] for item in answer["open"]] == ["withheld_letter"]
    sequence = net.programs[MASTER].sequence
    assert f"koop-es withheld approve {MASTER}#{sequence}/letter sets S again" in said(answer, "now")
    assert "koop-es withdraw-export takes back the export that cancelled it" in said(answer, "now")
    assert "If it is meant" not in said(answer, "now"), "approving these letters cancels"
    course = net.ask(vhs=MASTER)
    assert "koop-es withdraw-export" in said(course, "now")


def test_d6_a_letter_that_is_not_the_owners_is_told_as_overwritten(net: Net) -> None:
    net.programs[MASTER].row(THEIRS)["Status"] = "W"
    net.report(MASTER)
    answer = net.ask(THEIRS)
    assert (answer["vhs"], answer["value"]["wanted"], answer["value"]["shown"]) == (MASTER, "A", "W")
    assert (answer["value"]["condition"], "D6" in rules(answer)) == ("letter", True)


def test_b6_an_unknown_status_is_told_as_frozen(net: Net) -> None:
    net.programs[FAR].row(THEIRS)["Status"] = "X"
    net.report(FAR)
    answer = net.ask(THEIRS, FAR)
    assert (answer["value"]["condition"], kinds(answer)[0]) == ("unknown_status", "UnknownStatusSeen")
    assert answer["value"]["shown"] == "X"
    assert answer["value"]["text"].startswith(f"Booking {THEIRS} at VHS {FAR} should be A and shows X.")
    assert "nothing is read from it or written into it" in answer["value"]["text"]
    assert f'VHS {FAR} shows the unknown letter "X"' in [item["text"] for item in answer["seen"]]
    assert "Set A, W or S" in said(answer, "now")
    assert "name it under status in the profile" in said(answer, "now")


def test_b6_a_first_letter_that_nobody_knows_is_told_as_a_booking_nobody_hears_of(net: Net) -> None:
    new = net.programs[NEAR].book(NUMBERS[NEAR][COOP], "777", "X")
    net.report(NEAR)
    answer = net.ask(new)
    assert (answer["vhs"], answer["value"]["condition"]) == (NEAR, "unknown_at_owner")
    assert (answer["value"]["shown"], answer["value"]["wanted"]) == ("X", None)
    assert "no other VHS is told of the booking" in answer["value"]["text"]
    assert "B6" in rules(answer)


def test_d30_a_letter_that_nobody_knows_is_not_shown_once_its_row_is_gone(net: Net) -> None:
    program = net.programs[FAR]
    program.row(THEIRS)["Status"] = "X"
    net.report(FAR)
    program.remove(THEIRS)
    net.report(FAR)
    answer = net.ask(THEIRS, FAR)
    assert (answer["value"]["shown"], answer["value"]["condition"]) == (None, "absent")


def test_d11_ausfall_is_told_of_the_course_and_of_its_bookings(net: Net) -> None:
    net.row(MASTER)["Ausfall"] = "W"
    net.report(MASTER)
    course, seat = net.ask(vhs=NEAR), net.ask(THEIRS, NEAR)
    assert (course["value"]["wanted"], course["value"]["condition"]) == ("cancelled", "ausfall_not_told")
    assert (seat["value"]["reason"], rules(seat)[0]) == ("course", "R47")
    assert kinds(course)[0] == kinds(seat)[0] == "CourseCancelled"
    assert seat["otherwise"] == ["Without the Ausfall it would have status A."]


def test_b15_a_merged_booking_is_found_under_its_new_beleg_id(net: Net) -> None:
    row = net.programs[MASTER].remove(OWN)
    net.programs[MASTER].restore(row | {"Beleg-ID": "9901", "TNR": "9901"})
    net.report(MASTER)
    answer = net.ask(f"{MASTER}:9901")
    assert answer["subject"]["ref"] == OWN
    assert answer["value"]["wanted"] == "A"
    assert {item["code"] for item in answer["violations"]} == {"PARTICIPANTS_MERGED"}


def test_d30_why_says_of_a_booking_that_went_up_in_another_row_what_is_there_and_what_was_decided(net: Net) -> None:
    program = net.programs[MASTER]
    row = program.row(OWN)
    program.restore(row | {"Beleg-ID": "9901", "TNR": "9901"})
    net.report(MASTER)
    program.remove(OWN)
    net.report(MASTER)
    asked = net.ask(OWN, MASTER)
    assert asked["value"]["condition"] == "double"
    assert {item["vhs"]: item["shown"] for item in asked["seen"]}[MASTER] == "-"
    confirm(net.store, now=NOW, vhs=MASTER, coop_id=COOP, ref=OWN, reason="asked")
    decided = net.ask(OWN, MASTER)
    assert (decided["value"]["shown"], decided["value"]["condition"]) == (None, "absent_final")
    assert "a human decides" not in decided["value"]["text"]


def test_r15_an_altered_coop_id_freezes_what_is_told(net: Net) -> None:
    net.row(FAR)["Externe Kurs-Nr."] = "lost"
    net.report(FAR)
    course, seat = net.ask(vhs=FAR), net.ask(THEIRS, FAR)
    assert (course["value"]["condition"], seat["value"]["condition"]) == ("course_frozen", "frozen")
    assert kinds(course)[0] == "CoopIdAltered"
    assert "lost" in course["value"]["text"]
    assert course["violations"][0]["code"] == "COOP_ID_CHANGED"


def test_r33_the_price_of_an_abo_is_told_with_the_terms(net: Net) -> None:
    net.row(NEAR)["Gebühr"] = "95,00"
    net.report(NEAR)
    for field in ("Gebühr", "fee_cents"):
        answer = net.ask(field=field)
        assert (answer["vhs"], answer["value"]["shown"], answer["value"]["pending"]) == (NEAR, "95,00", "course.update")
        assert answer["value"]["wanted"] == net.row(MASTER)["Gebühr"]
        assert (kinds(answer)[0], rules(answer)[0]) == ("CourseReported", "R33")
        assert answer["violations"][0]["code"] == "SUBSCRIBER_PRICE_DIFFERS"


def test_r20_a_renumbered_course_is_told_by_its_number(net: Net) -> None:
    net.row(NEAR)["Kursnummer"] = "K-NEW"
    for booking in net.programs[NEAR].bookings.values():
        if booking["Kursnummer"] == NUMBERS[NEAR][COOP]:
            booking["Kursnummer"] = "K-NEW"
    net.report(NEAR)
    answer = net.ask(vhs=NEAR, field="Kursnummer")
    assert (answer["value"]["wanted"], kinds(answer)[0], rules(answer)[0]) == ("K-NEW", "CourseRenumbered", "R20")


def test_r21_a_field_of_the_master_is_led_back_to_the_row_that_changed_it(net: Net) -> None:
    net.row(MASTER)["Uhrzeit von"] = "17:15"
    net.report(MASTER)
    answer = net.ask(field="Uhrzeit von")
    assert (answer["value"]["wanted"], rules(answer)) == ("17:15", ["R21"])
    assert (kinds(answer)[0], answer["chain"][0]["row"]) == ("CourseRevised", "kurse.csv:2")
    answer = net.ask(field="Uhrzeit von", vhs=MASTER)
    assert answer["value"]["condition"] == "master_decides"


def test_d7_who_has_no_seat_and_why(net: Net) -> None:
    net.row(MASTER)["TN max"] = "5"
    net.report(MASTER)
    beyond = Timeline.load(net.store, COOP).state().beyond_capacity()
    refs = [f"{vhs}:{booking}" for vhs, program in net.programs.items() for booking in program.bookings]
    told = {ref: net.ask(ref) for ref in refs if ref in Timeline.load(net.store, COOP).state().bookings}
    assert [ref for ref, answer in told.items() if "D7" in rules(answer)] == beyond
    answer = told[beyond[0]]
    assert "With 6 seats or more it would have one." in answer["otherwise"]
    assert "number 6 of 5 seats" in said(answer, "now")
    assert "OVERBOOKED" in {item["code"] for item in answer["violations"]}


def test_d7_a_waiting_booking_is_told_how_its_seat_is_claimed_and_a_claim_how_it_came(net: Net) -> None:
    net.programs[NEAR].book(NUMBERS[NEAR][COOP], "599", "W")
    net.report(NEAR)
    net.settle()
    ref = f"{NEAR}:599"
    assert f"koop-es claim-seat {COOP} --vhs {NEAR} --booking {ref}" in said(net.ask(ref), "now")
    claim_seat(net.store, now=NOW + timedelta(days=1), vhs=NEAR, coop_id=COOP, ref=ref)
    answer = net.ask(ref, NEAR)
    assert (answer["value"]["wanted"], answer["value"]["condition"]) == ("A", "owner_told")
    assert (kinds(answer)[0], answer["chain"][0]["export"], rules(answer)[0]) == ("BookingPromoted", None, "D7")


def test_a_booking_that_its_owner_never_reported_is_told_so(net: Net) -> None:
    net.programs[MASTER].bookings["M1"] = net.programs[MASTER].row(THEIRS) | {
        "Beleg-ID": "M1", "TNR": "M1", "Koop-Beleg-ID": f"{NEAR}:4711",
    }  # fmt: skip
    net.report(MASTER)
    answer = net.ask(f"{NEAR}:4711", MASTER)
    assert (answer["value"]["condition"], "B1" in rules(answer)) == ("unclaimed", True)


def test_a_booking_that_hides_in_the_quarantine_is_told_with_its_row(net: Net) -> None:
    net.programs[NEAR].book(NUMBERS[NEAR][COOP], "650", **{"Gebucht am": "soon"})
    net.report(NEAR)
    answer = net.ask(f"{NEAR}:650")
    assert answer["chain"] == []
    assert "koop-es quarantine show" in said(answer, "now")
    assert answer["quarantine"][0]["row"].startswith("belegungen.csv:")


def test_a_row_set_aside_is_told_beside_what_was_known_before(net: Net) -> None:
    net.programs[NEAR].row(THEIRS)["Gebucht am"] = "soon"
    net.report(NEAR)
    answer = net.ask(THEIRS, NEAR)
    assert answer["value"]["wanted"] == "A"
    assert "koop-es quarantine show" in said(answer, "now")


def test_an_unknown_booking_vhs_or_field_is_refused_in_words(net: Net) -> None:
    with pytest.raises(BookingUnknown, match="no export ever showed booking 301:4712"):
        net.ask(f"{NEAR}:4712")
    with pytest.raises(VhsNotInvolved, match="those with a part: 301, 412, 563"):
        net.ask(THEIRS, "999")
    with pytest.raises(WrongUsage, match="--field Farbe is no field of a course"):
        net.ask(field="Farbe")


def test_d15_names_are_told_only_when_asked_for_and_say_when_they_are_erased(net: Net) -> None:
    name = net.programs[NEAR].row(THEIRS)["Name"]
    assert name not in str(net.ask(THEIRS, NEAR))
    assert name in net.ask(THEIRS, NEAR, with_persons=True)["persons"][-1]["name"]
    with net.store.write() as tx:
        ids = [row[0] for row in tx.rows("persons_of_streams", coop_ids=[COOP])]
        vault.erase(tx, ids)
    assert net.ask(THEIRS, NEAR, with_persons=True)["persons"] == [{"version": 1, "name": "erased"}]


def test_d1_of_a_name_a_vhs_that_is_asked_about_is_told_only_what_it_sees(net: Net) -> None:
    name = net.programs[NEAR].row(THEIRS)["Name"]
    for vhs in (NEAR, MASTER, None):
        assert name in str(net.ask(THEIRS, vhs, with_persons=True)["persons"])
    answer = net.ask(THEIRS, FAR, with_persons=True)
    assert answer["persons"] == []
    assert name not in str(answer)


def test_as_of_an_export_the_answer_is_the_one_of_that_time(net: Net) -> None:
    before = net.store.head()
    net.programs[MASTER].cancel(THEIRS)
    net.report(MASTER)
    then = net.ask(THEIRS, NEAR, at=before)
    assert (then["value"]["wanted"], then["value"]["condition"]) == ("A", "agrees")
    assert "BookingCancelled" not in kinds(then)


def test_person_data_are_told_by_version(net: Net) -> None:
    net.programs[NEAR].row(THEIRS)["Telefon"] = "0721 99999"
    net.report(NEAR)
    answer = net.ask(THEIRS, field="person")
    assert (answer["vhs"], answer["value"]["wanted"], answer["value"]["shown"]) == (MASTER, "2", "1")
    assert (answer["value"]["condition"], answer["value"]["pending"]) == ("person_old", "booking.update")
    assert net.ask(THEIRS, FAR, field="Name")["value"]["condition"] == "no_identity"
