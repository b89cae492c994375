"""D12: a course that was shared without COOP-Id gets one, and whatever hangs on its story goes on as with any course.

Each story is told twice: of a course that had its COOP-Id from the beginning, and of one that gets it in the middle of
it. Both end alike.
"""

from __future__ import annotations

from copy import deepcopy
from pathlib import Path
from typing import Any, Self

import pytest

from tests.acceptance.console import Console
from tests.acceptance.network import COOP, FAR, MASTER, NEAR, NUMBERS, OTHER, booked
from tests.acceptance.program import Bare, Program, settle
from tests.acceptance.told import Programs, pour
from tests.conftest import Place

PERIOD = "26F"
KINDS = ("given", "assigned")


class Network:
    """Three VHSs that agree about twelve bookings in two courses; ``coop_id`` is what the first one is called now."""

    def __init__(
        self, koop: Console, folder: Path, kind: str, *, both: bool = False, made: type[Program] = Program
    ) -> None:
        self.koop, self.kind, self.coop_id, self.other = koop, kind, COOP, OTHER
        self.programs = {vhs: made(**vars(program)) for vhs, program in booked(folder / "exports").items()}
        if kind == "assigned":
            ids = self._take_up((COOP, OTHER) if both else (COOP,))
            self.coop_id, self.other = ids[COOP], ids.get(OTHER, OTHER)
        for program in self.programs.values():
            koop.take_in(program.export())
        self.settle()

    @classmethod
    def of(cls, koop: Console, programs: Programs, kind: str) -> Self:
        """Take three VHSs over that agree already."""
        made = cls.__new__(cls)
        made.koop, made.kind, made.other, made.programs = koop, kind, OTHER, programs
        (made.coop_id,) = (
            str(course["coop_id"])
            for course in koop.view(MASTER)["courses"]
            if course["course_number"] == NUMBERS[MASTER][COOP]
        )
        return made

    def _take_up(self, courses: tuple[str, ...]) -> dict[str, str]:
        for program in self.programs.values():
            for row in program.courses:
                if row["Externe Kurs-Nr."] in courses:
                    row["Externe Kurs-Nr."] = ""
        for program in self.programs.values():
            self.koop.ingest(program.export())
        found = {}
        for name in courses:
            abos = [word for vhs in (NEAR, FAR) for word in ("--abo", f"{vhs}:{NUMBERS[vhs][name]}:{PERIOD}")]
            course = ("--vhs", MASTER, "--course", NUMBERS[MASTER][name], "--period", PERIOD)
            found[name] = self.koop.ask("adopt", *course, *abos)["coop_id"]
        return found

    def assign(self) -> None:
        """Give the course its COOP-Id, if it has none."""
        if self.kind == "assigned":
            self.coop_id = self.koop.ask("assign-coop-id", self.coop_id, "--vhs", MASTER)["coop_id"]

    def settle(self) -> None:
        settle(self.koop, self.programs.values(), rounds=4)

    def night(self, vhs: str, **manifest: Any) -> dict[str, Any]:
        """Take in a complete export of a VHS."""
        (export,) = self.koop.call("ingest", self.programs[vhs].export(**manifest)).answer["data"]["exports"]
        assert export["status"] in {"applied", "unchanged"}, export
        return dict(export)

    def nights(self, count: int = 1) -> None:
        """Let all obey their lists and report, some nights long."""
        for _ in range(count):
            for vhs, program in self.programs.items():
                program.obey(self.koop.changes(vhs))
            for vhs in self.programs:
                self.night(vhs)

    def refs(self) -> dict[str, list[str]]:
        """Name the bookings of each VHS in the first course."""
        return {
            vhs: sorted(
                f"{vhs}:{key}"
                for key, row in program.bookings.items()
                if row["Kursnummer"] == NUMBERS[vhs][COOP] and not row["Koop-Beleg-ID"]
            )
            for vhs, program in self.programs.items()
        }

    def letters(self) -> dict[str, dict[str, str]]:
        """Tell what the first course's bookings should be at each VHS."""
        found = {}
        for vhs in NUMBERS:
            (course,) = (item for item in self.koop.view(vhs)["courses"] if item["coop_id"] == self.coop_id)
            found[vhs] = {item["ref"]: item["status"] for item in course["bookings"]}
        return found

    def codes(self) -> set[tuple[str, str]]:
        data = self.koop.call("violations").answer["data"]
        return {(item["code"], item["vhs"]) for item in data["violations"]}


class Nameless(Program):
    """A program that does not say who edited a row."""

    def export(self, **manifest: Any) -> Path:
        edited = {key: row["Bearbeitet von"] for key, row in self.bookings.items()}
        for row in self.bookings.values():
            row["Bearbeitet von"] = ""
        path = super().export(**manifest)
        for key, row in self.bookings.items():
            row["Bearbeitet von"] = edited[key]
        return path


class Copy:
    """A backup of an admin program: its rows, not the count of its exports."""

    def __init__(self, program: Program) -> None:
        self.courses, self.bookings = deepcopy(program.courses), deepcopy(program.bookings)

    def restore(self, program: Program) -> None:
        program.courses, program.bookings = deepcopy(self.courses), deepcopy(self.bookings)


def agreed(koop: Console, folder: Path, kind: str) -> Programs:
    return Network(koop, folder, kind).programs


@pytest.fixture(params=KINDS)
def network(request: pytest.FixtureRequest, koop: Console, sqlite_place: Place, tmp_path: Path) -> Network:
    return Network.of(koop, pour(sqlite_place, agreed, koop, tmp_path / "exports", request.param), request.param)


def wrong_letters(network: Network) -> tuple[str, dict[str, dict[str, str]]]:
    """Let an export of the near VHS show an "S" in both of its bookings; gives its name and what was before."""
    near, before = network.programs[NEAR], network.letters()
    for ref in network.refs()[NEAR]:
        near.cancel(ref)
    network.night(NEAR)
    assert network.letters() != before
    return f"{NEAR}#{near.sequence}", before


def withdraw(network: Network, export: str) -> dict[str, Any]:
    return network.koop.ask("withdraw-export", export, "--reason", "read wrongly", "--yes")


def test_d32_d12_an_export_of_before_is_withdrawn_and_its_s_are_taken_back(network: Network) -> None:
    export, before = wrong_letters(network)
    network.assign()
    withdraw(network, export)
    assert network.letters() == before
    for ref in network.refs()[NEAR]:
        network.programs[NEAR].row(ref)["Status"] = "A"
    network.nights(3)
    assert network.letters() == before


def test_d32_d12_so_it_is_where_the_change_lists_were_carried_out_before_and_after(network: Network) -> None:
    export, before = wrong_letters(network)
    network.programs[FAR].obey(network.koop.changes(FAR))
    network.night(FAR)
    network.assign()
    network.programs[MASTER].obey(network.koop.changes(MASTER))
    network.night(MASTER)
    withdraw(network, export)
    assert network.letters() == before
    network.nights(3)
    assert network.letters() == before
    refused = network.koop.refused("withdraw-export", export, "--reason", "again", "--yes", status=3)
    assert "was withdrawn" in refused["message"]


def test_d32_d12_an_export_that_lacked_rows_is_withdrawn(network: Network) -> None:
    near, before = network.programs[NEAR], network.letters()
    removed = [near.remove(ref) for ref in network.refs()[NEAR][:1]]
    network.nights(2)
    assert network.letters() != before
    export = f"{NEAR}#{near.sequence}"
    network.assign()
    network.nights(1)
    withdraw(network, export)
    assert network.letters() == before
    for row in removed:
        near.restore(row)
    network.nights(3)
    assert network.letters() == before


def test_d32_d12_facts_persons_and_an_ausfall_of_before_are_withdrawn(network: Network) -> None:
    master, before = network.programs[MASTER], network.letters()
    ref = network.refs()[MASTER][0]
    (course,) = (row for row in master.courses if row["Kursnummer"] == NUMBERS[MASTER][COOP])
    right, person = dict(course), dict(master.row(ref))
    course.update({"Kursort": "Raum 9", "Ausfall": "W"})
    master.row(ref).update({"Telefon": "0941 1"})
    network.night(MASTER)
    export = f"{MASTER}#{master.sequence}"
    network.assign()
    back = {item["type"] for item in withdraw(network, export)["comes_back"]}
    assert {"CourseReinstated", "RevisionWithdrawn", "AmendmentWithdrawn"} <= back
    network.nights(3)
    assert network.letters() == before
    assert (course["Kursort"], course["Ausfall"]) == (right["Kursort"], "F")
    assert master.row(ref)["Telefon"] == person["Telefon"]


def work_since(network: Network) -> None:
    """Let a day pass: bookings are made at all three, and one is cancelled."""
    for vhs, booking_id in ((MASTER, "9001"), (MASTER, "9002"), (NEAR, "9101"), (NEAR, "9102"), (FAR, "9201")):
        network.programs[vhs].book(NUMBERS[vhs][COOP], booking_id)
    network.programs[FAR].cancel(network.refs()[FAR][0])
    for vhs in network.programs:
        network.night(vhs)
    network.settle()


@pytest.mark.parametrize("vhs", [NEAR, MASTER])
@pytest.mark.parametrize("work", ["before", "after", "across"])
def test_d20_d12_a_program_that_is_put_back_to_before_is_recognised(network: Network, vhs: str, work: str) -> None:
    recognised(network, vhs, work)


@pytest.mark.parametrize("made", [Bare, Nameless])
@pytest.mark.parametrize("kind", KINDS)
def test_d20_d12_so_is_one_without_references_or_editors(
    koop: Console, tmp_path: Path, kind: str, made: type[Program]
) -> None:
    recognised(Network(koop, tmp_path, kind, made=made), NEAR, "before")


def test_d20_d32_d12_in_both_kinds_of_store(any_koop: Console, tmp_path: Path) -> None:
    network = Network(any_koop, tmp_path, "assigned")
    export, before = wrong_letters(network)
    copy = Copy(network.programs[NEAR])
    network.assign()
    withdraw(network, export)
    assert network.letters() == before
    work_since(network)
    wanted = network.letters()
    copy.restore(network.programs[NEAR])
    network.night(NEAR)
    network.nights(1)
    assert ("PROGRAM_WENT_BACK", NEAR) in network.codes()
    assert network.letters() == wanted
    assert_whole(any_koop)


def recognised(network: Network, vhs: str, work: str) -> None:
    """Put a program back to before the course had its COOP-Id; nobody is cancelled, and all is written again."""
    program, copy = network.programs[vhs], Copy(network.programs[vhs])
    if work != "after":
        work_since(network)
    if work == "across":
        network.nights(1)
    network.assign()
    if work == "across":
        network.settle()
    if work == "after":
        network.settle()
        work_since(network)
    wanted = network.letters()
    copy.restore(program)
    network.night(vhs)
    assert network.letters() == wanted
    network.nights(4)
    assert ("PROGRAM_WENT_BACK", vhs) in network.codes()
    assert network.letters() == wanted
    own = [ref for ref in (f"{vhs}:9001", f"{vhs}:9002", f"{vhs}:9101", f"{vhs}:9102") if ref in wanted[vhs]]
    for ref in own:
        words = ("--booking", ref, "--vhs", vhs, "--reason", "backup of the night")
        network.koop.ask("restore-booking", network.coop_id, *words)
    network.settle()
    assert network.letters() == wanted
    assert ("PROGRAM_WENT_BACK", vhs) not in network.codes()


def test_d20_d12_letters_and_persons_of_before_are_no_claims(network: Network) -> None:
    near, copy = network.programs[NEAR], Copy(network.programs[NEAR])
    one, other = network.refs()[NEAR]
    near.cancel(one)
    near.row(other)["Telefon"] = "0941 777"
    near.book(NUMBERS[NEAR][COOP], "9101")
    network.night(NEAR)
    network.settle()
    network.assign()
    network.settle()
    wanted = network.letters()
    copy.restore(near)
    network.nights(3)
    assert ("PROGRAM_WENT_BACK", NEAR) in network.codes()
    assert network.letters() == wanted
    assert wanted[MASTER][one] == "S"


def test_d3_d12_absences_count_on(network: Network) -> None:
    near, ref = network.programs[NEAR], network.refs()[NEAR][0]
    row = near.remove(ref)
    network.night(NEAR)
    assert network.letters()[MASTER][ref] == "A"
    network.assign()
    assert network.letters()[MASTER][ref] == "A"
    network.night(NEAR)
    assert network.letters()[MASTER][ref] == "S", "the second in a row"
    near.restore(row)
    network.nights(2)
    assert network.letters()[MASTER][ref] == "A", "an orphan that is back (D5)"


def test_d3_d12_a_first_absence_is_taken_back(network: Network) -> None:
    near, ref = network.programs[NEAR], network.refs()[NEAR][0]
    row = near.remove(ref)
    network.night(NEAR)
    network.assign()
    near.restore(row)
    network.nights(1)
    near.remove(ref)
    network.night(NEAR)
    assert network.letters()[MASTER][ref] == "A", "a first one again"


@pytest.mark.parametrize("seen", ["before", "after"])
def test_d21_d12_an_s_that_was_given_out_is_no_claim_when_it_is_taken_back(network: Network, seen: str) -> None:
    export, before = wrong_letters(network)
    lists = {vhs: network.koop.changes(vhs) for vhs in (MASTER, FAR)}
    if seen == "after":
        network.assign()
    for vhs, program in network.programs.items():
        program.obey(lists.get(vhs, []))
        if vhs != NEAR:
            network.night(vhs)
    if seen == "before":
        network.assign()
    withdraw(network, export)
    network.nights(3)
    assert network.letters() == before
    assert not any(code == "CANCELLATION_UNCLEAR" for code, _ in network.codes())


def test_d26_d12_a_mirror_is_made_once_whichever_list_makes_it(network: Network) -> None:
    near, master = network.programs[NEAR], network.programs[MASTER]
    ref = near.book(NUMBERS[NEAR][COOP], "9101")
    network.night(NEAR)
    told = network.koop.changes(MASTER)
    network.assign()
    anew = network.koop.changes(MASTER)
    master.obey(told)
    network.night(MASTER)
    master.obey(anew)
    network.nights(2)
    assert [row["Koop-Beleg-ID"] for row in master.bookings.values()].count(ref) == 1
    assert network.letters()[MASTER][ref] == "A"
    assert not any(code == "MIRROR_DOUBLED" for code, _ in network.codes())


def test_d5_d12_an_s_that_was_acknowledged_stays_final(network: Network) -> None:
    _, _ = wrong_letters(network)
    network.nights(2)
    wanted = network.letters()
    network.assign()
    network.nights(1)
    for vhs in (MASTER, FAR):
        network.programs[vhs].row(network.refs()[NEAR][0])["Status"] = "A"
        network.night(vhs)
    assert network.letters() == wanted
    assert ("CANCELLED_BOOKING_REACTIVATED", MASTER) in network.codes()


def test_d30_d12_what_somebody_answers_for_stays_answered(network: Network) -> None:
    near = network.programs[NEAR]
    (course,) = (row for row in near.courses if row["Kursnummer"] == NUMBERS[NEAR][COOP])
    course["Kennzeichen"] = "17"
    network.night(NEAR)
    assert ("MARKER_MISSING", NEAR) in network.codes()
    network.koop.ask(
        "acknowledge", network.coop_id, "MARKER_MISSING", "--vhs", NEAR, "--reason", "it will be set in autumn"
    )
    assert ("MARKER_MISSING", NEAR) not in network.codes()
    network.assign()
    network.night(NEAR)
    assert ("MARKER_MISSING", NEAR) not in network.codes()


def test_d30_d12_so_does_what_names_the_course(network: Network) -> None:
    near = network.programs[NEAR]
    near.courses = [row for row in near.courses if row["Kursnummer"] != NUMBERS[NEAR][COOP]]
    gone = {key: row for key, row in near.bookings.items() if row["Kursnummer"] == NUMBERS[NEAR][COOP]}
    near.bookings = {key: row for key, row in near.bookings.items() if key not in gone}
    network.night(NEAR)
    assert ("COURSE_VANISHED", NEAR) in network.codes()
    network.koop.ask("acknowledge", network.coop_id, "COURSE_VANISHED", "--vhs", NEAR, "--reason", "it comes back")
    assert ("COURSE_VANISHED", NEAR) not in network.codes()
    network.assign()
    network.night(NEAR)
    assert ("COURSE_VANISHED", NEAR) not in network.codes()


def test_d30_d12_why_and_history_name_the_exports_of_before(network: Network) -> None:
    near, ref = network.programs[NEAR], network.refs()[NEAR][0]
    near.cancel(ref)
    network.night(NEAR)
    export = f"{NEAR}#{near.sequence}"
    network.assign()
    network.nights(2)
    told = network.koop.call("why", network.coop_id, "--booking", ref, "--vhs", MASTER).answer["data"]
    assert export in str(told)
    (cancelled,) = (item for item in network.koop.events(network.coop_id) if item["type"] == "BookingCancelled")
    assert (cancelled["export"], cancelled["ref"]) == (export, ref)
    assert cancelled["row"].startswith("belegungen.csv:")
    told = [item for item in network.koop.events(network.coop_id) if item["type"] == "CancellationDelivered"]
    assert {item["cause"] for item in told} == {cancelled["version"]}


def assert_whole(koop: Console) -> None:
    assert not [item for item in koop.call("verify").answer["data"]["checks"] if item["ok"] is False]


def test_d12_nothing_is_lost_or_told_twice_and_the_store_is_whole(network: Network) -> None:
    export, _ = wrong_letters(network)
    network.nights(1)
    wanted = network.letters()
    network.assign()
    assert network.letters() == wanted
    pending = [item["kind"] for vhs in NUMBERS for item in network.koop.changes(vhs)]
    assert set(pending) <= {"course.set_external_number"}
    network.settle()
    assert network.letters() == wanted
    assert_whole(network.koop)
    assert network.koop.call("rebuild").status == 0
    withdraw(network, export)
    assert_whole(network.koop)
    ref = network.refs()[NEAR][0]
    network.koop.ask("forget", "--booking", ref, "--yes")
    assert_whole(network.koop)


def test_d25_d12_who_was_moved_before_is_moved_back(network: Network) -> None:
    near, (ref, _) = network.programs[NEAR], network.refs()[NEAR]
    near.row(ref)["Kursnummer"] = NUMBERS[NEAR][OTHER]
    network.nights(2)
    assert network.letters()[MASTER][ref] == "S"
    network.assign()
    network.settle()
    near.row(ref)["Kursnummer"] = NUMBERS[NEAR][COOP]
    network.nights(3)
    live = [one for one, letter in network.letters()[MASTER].items() if letter == "A" and one.startswith(ref)]
    assert len(live) == 1, "one seat"


def test_d9_d12_an_abo_that_ended_before_is_made_again_after(network: Network) -> None:
    far = network.programs[FAR]
    refs = network.refs()[FAR]
    for ref in refs:
        far.cancel(ref)
    network.nights(2)
    network.koop.ask("terminate-abo", network.coop_id, "--vhs", FAR, "--yes")
    network.assign()
    for vhs in (MASTER, NEAR):
        network.programs[vhs].obey(network.koop.changes(vhs))
        network.night(vhs)
    words = ("--vhs", FAR, "--number", NUMBERS[FAR][COOP], "--period", PERIOD, "--accept-rate", "80")
    network.koop.ask("subscribe", network.coop_id, *words)
    network.nights(3)
    assert {network.letters()[MASTER][ref] for ref in refs} == {"S"}


def ended(koop: Console, tmp_path: Path) -> tuple[Network, str]:
    network = Network(koop, tmp_path, "assigned")
    before = network.coop_id
    network.assign()
    return network, before


def test_d12_what_is_asked_under_the_former_name_says_where_it_goes_on(koop: Console, tmp_path: Path) -> None:
    network, former = ended(koop, tmp_path)
    ref = network.refs()[NEAR][0]
    for words in (
        ("restore-booking", former, "--booking", ref, "--vhs", NEAR, "--reason", "x"),
        ("confirm-cancellation", former, "--booking", ref, "--vhs", NEAR, "--reason", "x"),
        ("terminate-abo", former, "--vhs", NEAR, "--yes"),
        ("assign-coop-id", former, "--vhs", MASTER),
    ):
        assert f"goes on as {network.coop_id}" in koop.refused(*words, status=3)["message"]
    assert network.coop_id in str(koop.call("why", former, "--booking", ref, "--vhs", NEAR).answer)
    assert "lacks a COOP-Id" in koop.refused("assign-coop-id", network.coop_id, "--vhs", MASTER, status=3)["message"]


def test_d12_what_waits_for_an_answer_has_to_be_answered_first(koop: Console, tmp_path: Path) -> None:
    network = Network(koop, tmp_path, "assigned")
    copy = Copy(network.programs[NEAR])
    work_since(network)
    copy.restore(network.programs[NEAR])
    network.nights(1)
    error = koop.refused("assign-coop-id", network.coop_id, "--vhs", MASTER, status=3)
    assert "koop-es why" in error["message"]
    assert {item["ref"] for item in error["details"]["matters"]} == {f"{NEAR}:9101", f"{NEAR}:9102"}
    wanted = network.letters()
    for ref in (f"{NEAR}:9101", f"{NEAR}:9102"):
        koop.ask("restore-booking", network.coop_id, "--booking", ref, "--vhs", NEAR, "--reason", "backup")
    network.assign()
    network.settle()
    assert network.letters() == wanted


def test_d23_d12_a_question_about_a_moment_before_it_had_its_coop_id_says_which_course_to_ask(
    koop: Console, tmp_path: Path
) -> None:
    network = Network(koop, tmp_path, "assigned")
    before, former = koop.ask("view", "--vhs", NEAR)["position"], network.coop_id
    network.assign()
    ref = network.refs()[NEAR][0]
    words = ("--booking", ref, "--vhs", NEAR, "--at", str(before))
    error = koop.refused("why", network.coop_id, *words, status=4)
    assert former in error["message"]
    told = koop.ask("why", former, *words)
    assert (told["value"]["shown"], told["value"]["condition"]) == ("A", "agrees")
    assert former in {item["coop_id"] for item in koop.ask("view", "--vhs", NEAR, "--at", str(before))["courses"]}


def test_d16_r31_a_vhs_without_an_abo_gets_none_by_typing_the_coop_id(koop: Console, tmp_path: Path) -> None:
    network, _ = ended(koop, tmp_path)
    network.settle()
    stranger = Program("777", tmp_path / "exports")
    row = next(row for row in network.programs[NEAR].courses if row["Externe Kurs-Nr."] == network.coop_id)
    stranger.courses.append(row | {"Kursnummer": "Z1"})
    stranger.book("Z1", "1")
    koop.ingest(stranger.export(), status=1)
    assert "777:1" not in network.letters()[MASTER]
    assert "subscribe" in str(koop.call("quarantine", "list").answer)


def test_d32_d12_what_would_have_been_without_an_export_of_before(network: Network) -> None:
    export, _ = wrong_letters(network)
    network.nights(1)
    network.assign()
    network.nights(1)
    told = network.koop.call("whatif", network.coop_id, "--without-export", export).answer["data"]
    assert not told["doubts"]
    asked = {f"{MASTER}/changes/booking.cancel/{ref}" for ref in network.refs()[NEAR]}
    assert asked <= {item["path"] for item in told["changes"]}


def test_r15_d12_coop_ids_that_are_exchanged_after_it_cost_nobody_anything(network: Network) -> None:
    near = network.programs[NEAR]
    work_since(network)
    network.assign()
    network.settle()
    wanted = network.letters()
    one, other = (
        next(row for row in near.courses if row["Kursnummer"] == NUMBERS[NEAR][coop_id]) for coop_id in (COOP, OTHER)
    )
    for _ in range(2):
        one["Externe Kurs-Nr."], other["Externe Kurs-Nr."] = other["Externe Kurs-Nr."], one["Externe Kurs-Nr."]
        network.nights(3)
        assert network.letters() == wanted
    network.settle()
    assert network.letters() == wanted


def test_r20_d12_a_number_that_changes_with_the_coop_id_costs_nobody_anything(network: Network) -> None:
    near = network.programs[NEAR]
    network.assign()
    network.settle()
    wanted = network.letters()
    for row in (*near.courses, *near.bookings.values()):
        if row["Kursnummer"] == NUMBERS[NEAR][COOP]:
            row["Kursnummer"] = "K-2300"
    network.nights(3)
    assert network.letters() == wanted
    (said,) = (item for item in network.koop.violations() if item["code"] == "COURSE_RENUMBERED")
    assert said["severity"] == "info"


def test_d12_d20_of_two_courses_that_get_one_a_program_put_back_to_before_is_recognised(
    koop: Console, tmp_path: Path
) -> None:
    network = Network(koop, tmp_path, "assigned", both=True)
    near, copy = network.programs[NEAR], Copy(network.programs[NEAR])
    near.cancel(network.refs()[NEAR][0])
    network.night(NEAR)
    export, kept = f"{NEAR}#{near.sequence}", koop.held(MASTER)
    network.assign()
    network.other = koop.ask("assign-coop-id", network.other, "--vhs", MASTER)["coop_id"]
    for vhs, booking_id in ((MASTER, "9001"), (NEAR, "9101"), (FAR, "9201")):
        network.programs[vhs].book(NUMBERS[vhs][OTHER], booking_id)
    network.nights(2)
    wanted = koop.held(MASTER)
    assert kept.items() <= wanted.items()
    copy.restore(near)
    network.nights(3)
    assert ("PROGRAM_WENT_BACK", NEAR) in network.codes()
    assert koop.held(MASTER) == wanted
    withdraw(network, export)
    assert koop.held(MASTER)[network.refs()[NEAR][0]] == "A"
