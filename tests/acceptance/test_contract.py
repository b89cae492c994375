"""Every command keeps its part of the contract: schema, keys, exit status, and nothing but JSON on standard output."""

from __future__ import annotations

from json import loads
from pathlib import Path
from typing import Any

import click
import pytest

from koop_es.cli.entry import COMMANDS, cli, run
from koop_es.connectors.registrations import read_back
from tests.acceptance.console import Console
from tests.acceptance.exports import booking, course, write_export
from tests.acceptance.network import COOP, FAR, MASTER, NEAR, NUMBERS, booked
from tests.acceptance.told import pour, reported
from tests.conftest import Place

VIEW = {"vhs", "position", "courses"}
COURSE = {
    "coop_id", "role", "course_number", "period", "title", "capacity", "confirmed", "waitlisted", "cancelled",
    "bookings",
}  # fmt: skip
BOOKING = {"ref", "owner", "status", "reported", "reason", "name", "first_name"}
EXPORT = {"vhs", "sequence", "kind", "status", "rows", "events", "quarantined_rows", "withheld_cancellations"}
EVENT = {"position", "version", "type", "at", "vhs", "export", "row", "rule", "text"}
VIOLATION = {"code", "severity", "vhs", "coop_id", "ref", "opened_at", "open", "text"}


def groups() -> list[tuple[str, ...]]:
    """List every command that does something, those of groups with both words."""
    found: list[tuple[str, ...]] = []
    for name in COMMANDS:
        command = cli.get_command(click.Context(cli), name)
        if isinstance(command, click.Group):
            found += [(name, inner) for inner in command.commands]
        else:
            found.append((name,))
    return found


@pytest.fixture
def shared(koop: Console, sqlite_place: Place, tmp_path: Path) -> Console:
    """A console on a store with three VHSs that share two courses."""
    pour(sqlite_place, reported, koop, tmp_path / "exports")
    return koop


@pytest.mark.parametrize("words", groups(), ids=" ".join)
def test_help_shows_an_example_that_can_be_copied(words: tuple[str, ...], capsys: pytest.CaptureFixture[str]) -> None:
    assert run([*words, "--help"], as_json=False) == 0
    text = capsys.readouterr().out
    assert f"koop-es {' '.join(words)}" in text.partition("Example")[2]


@pytest.mark.parametrize("words", [w for w in groups() if w[0] not in {"completion"}], ids=" ".join)
def test_every_command_takes_db_now_and_json_behind_its_name(
    words: tuple[str, ...], capsys: pytest.CaptureFixture[str]
) -> None:
    run([*words, "--help"], as_json=False)
    text = capsys.readouterr().out
    assert all(option in text for option in ("--db URL", "--now TIME", "--json"))


def test_init_names_the_store_and_may_be_repeated(koop: Console) -> None:
    first, second = koop.ask("init"), koop.ask("init")
    assert first == second
    assert first["db"] == koop.db


def test_ingest_answers_for_every_export_in_the_order_given(koop: Console, tmp_path: Path) -> None:
    network = booked(tmp_path / "exports")
    paths = [network[vhs].export() for vhs in (FAR, MASTER)]
    exports = koop.ingest(*paths)
    assert [(e["vhs"], e["sequence"], e["kind"], e["status"], e["rows"]) for e in exports] == [
        (FAR, 1, "full", "applied", 6),
        (MASTER, 1, "full", "applied", 6),
    ]
    assert all(export.keys() >= EXPORT for export in exports)
    assert all(export["events"] > 0 for export in exports)


def test_dry_run_plans_the_very_events_that_the_run_writes(koop: Console, tmp_path: Path) -> None:
    path = booked(tmp_path / "exports")[MASTER].export()
    plan = koop.ask("ingest", path, "--dry-run")
    assert koop.view(MASTER)["courses"] == []
    assert koop.take_in(path)["events"] == len(plan["plan"])
    assert [item["type"] for item in plan["plan"] if item["coop_id"] == COOP] == [
        event["type"] for event in koop.events(COOP)
    ]
    assert koop.ask("ingest", path, "--dry-run")["plan"] == []


def test_release_subscribe_and_change_list_speak_the_contract(koop: Console, tmp_path: Path) -> None:
    koop.take_in(write_export(tmp_path / "563", MASTER, 1, [course("26-10009")], [booking("26-10009", "8841")]))
    koop.take_in(write_export(tmp_path / "301", NEAR, 1, [course("local")], []))
    release = ("release", "--vhs", MASTER, "--course", "26-10009", "--period", "26F", "--own-offer")
    coop_id = koop.ask(*release)["coop_id"]
    assert coop_id == "563-COOP-1"
    words = ("subscribe", coop_id, "--vhs", NEAR, "--number", "K-2204", "--period", "26F", "--accept-rate", "80")
    assert koop.ask(*words).keys() >= {"subscribed", "failed"}
    create, seat = [*koop.changes(NEAR), None][:2]
    assert create is not None
    assert create.keys() == {"id", "vhs", "coop_id", "kind", "course", "because"}
    assert create["kind"] == "course.create"
    assert create["because"].keys() == {"event", "type", "rule"}
    assert create["because"]["type"] == "CourseSubscribed"
    fields = create["course"]["fields"]
    assert create["course"] | {"fields": None} == {"number": "K-2204", "period": "26F", "fields": None}
    assert fields["Externe Kurs-Nr."] == coop_id
    assert fields["Kennzeichen"] == "100"
    assert (fields["Gebühr"], fields["Anrechenbar"], fields["Belegen nur bis Maximum"]) == ("90,00", "F", "W")
    assert (fields["Erstellt von"], fields["Datum von"]) == ("WS", "14.04.2026")
    assert all(label in fields["Info"] for label in ("Kursleitung:", "Veranstaltungsort:", "Ausführende vhs:"))
    assert seat is None, "the Master's booking was reported before the release, its next export tells it"
    (told,) = koop.changes(MASTER)
    assert (told["kind"], told["coop_id"]) == ("course.set_external_number", coop_id)


def test_booking_changes_carry_the_seat_and_no_identity_for_another_abo_vhs(shared: Console) -> None:
    for vhs, ref in ((MASTER, f"{NEAR}:500"), (FAR, f"{NEAR}:500")):
        (change,) = [c for c in shared.changes(vhs) if c.get("booking", {}).get("ref") == ref]
        told = change["booking"]
        assert change["kind"] == "booking.create"
        assert change["course"]["number"] == NUMBERS[vhs][COOP]
        assert told.keys() == {"ref", "status", "name", "first_name", "phone", "email", "booked_at"}
        assert told["status"] == "A"
        assert told["booked_at"] == "2026-02-02T09:15:00+01:00"
        assert (told["name"], told["email"]) == (("Muster", "vera.500@example.org") if vhs == MASTER else (None, None))
        assert change["because"]["type"] == "BookingMade"


def test_changes_without_json_are_json_lines_in_the_same_order(
    shared: Console, capsys: pytest.CaptureFixture[str]
) -> None:
    expected = shared.changes(NEAR)
    assert run(shared.words("changes", "--vhs", NEAR), as_json=False) == 0
    assert [loads(line) for line in capsys.readouterr().out.splitlines()] == expected
    assert shared.changes(NEAR) == expected, "the same list until an export acknowledges it"


@pytest.mark.parametrize("words", [("changes",), ("changes", "--preview"), ("changes", "--at", "1"), ("view",)])
def test_d30_empty_answer_about_a_vhs_that_never_reported_says_so_beside_it(
    shared: Console, capsys: pytest.CaptureFixture[str], words: tuple[str, ...]
) -> None:
    """Standard output is the answer of the contract: whoever reads it is told nothing else there."""
    capsys.readouterr()
    for as_json in (True, False):
        silent = [*shared.words(words[0], "--vhs", "999", *words[1:]), *(["--json"] if as_json else [])]
        assert run(silent, as_json=as_json) == 0
        told = capsys.readouterr()
        assert told.err.startswith("koop-es: VHS 999 has never reported: ") and told.err.count("\n") == 1
        assert not as_json or loads(told.out)["data"].get(words[0], []) == []
        assert as_json or told.out == ("" if words[0] == "changes" else "VHS 999 shares no course\n")
        known = [*shared.words(words[0], "--vhs", FAR, *words[1:]), *(["--json"] if as_json else [])]
        assert run(known, as_json=as_json) == 0
        assert capsys.readouterr().err == "", "of others an empty answer is one"


def test_changes_as_registration_import_are_files_for_kufersql(shared: Console, tmp_path: Path) -> None:
    into = tmp_path / "anmeldungen"
    words = ("changes", "--vhs", MASTER, "--format", "kufer-xml", "--into", into)
    listed = shared.ask(*words, "--preview")
    assert not into.exists()
    written = shared.ask(*words)
    assert written["changes"] == shared.changes(MASTER)
    assert written["files"] == listed["files"]
    assert sorted(written["files"]) == sorted(path.name for path in into.glob("*.xml"))
    assert len(written["files"]) + written["rest"] == len(written["changes"])
    names = {f"-{change['id']}.xml" for change in written["changes"] if change["kind"] == "booking.create"}
    assert {name[name.index("-") :] for name in written["files"]} == names
    for name in written["files"]:
        (back,) = read_back((into / name).read_bytes())
        assert (back.status, back.company) in [("A", f"VHS {NEAR}"), ("A", f"VHS {FAR}")]
        assert name.startswith(f"{back.session_time}-")
    assert (again := shared.ask(*words))["files"] == []
    assert again["before"] == len(written["files"])
    assert shared.refused(*words[:-2], status=2)["code"] == "wrong_usage"
    assert shared.refused(*words[:3], "--into", into, status=2)["code"] == "wrong_usage"


def test_g2_registrations_that_cannot_be_written_are_written_when_called_again(shared: Console, tmp_path: Path) -> None:
    into = tmp_path / "anmeldungen"
    into.write_text("in the way")
    words = ("changes", "--vhs", MASTER, "--format", "kufer-xml", "--into", into)
    assert shared.refused(*words, status=6)["code"] == "registrations_unwritten"
    into.unlink()
    assert shared.ask(*words)["files"]


def test_view_has_the_keys_of_the_contract(shared: Console) -> None:
    view = shared.ask("view", "--vhs", NEAR)
    assert view.keys() >= VIEW
    assert view["vhs"] == NEAR
    for shown in view["courses"]:
        assert shown.keys() >= COURSE
        assert shown["role"] == "subscriber"
        for item in shown["bookings"]:
            assert item.keys() >= BOOKING
            assert item["reported"] == ("A" if item["owner"] == NEAR else None)
            assert item["reason"] is None
            assert (item["name"] is None) == (item["owner"] != NEAR)


def test_view_at_a_position_or_time_shows_what_was_known_then(koop: Console, tmp_path: Path) -> None:
    network = booked(tmp_path / "exports")
    koop.take_in(network[MASTER].export())
    before = koop.ask("view", "--vhs", MASTER)
    later = Console(koop.db, koop.capsys, "2026-03-21T08:00")
    later.take_in(network[NEAR].export())
    after = koop.ask("view", "--vhs", MASTER)
    assert before != after
    assert koop.ask("view", "--vhs", MASTER, "--at", str(before["position"])) == before
    assert koop.ask("view", "--vhs", MASTER, "--at", str(after["position"])) == after
    at_time = koop.ask("view", "--vhs", MASTER, "--at", "2026-03-20T12:00")
    assert at_time["courses"] == before["courses"]
    assert koop.ask("view", "--vhs", MASTER, "--at", "0")["courses"] == []


def test_history_tells_events_by_their_names_with_row_and_rule(shared: Console) -> None:
    events = shared.events(COOP)
    assert all(event.keys() >= EVENT for event in events)
    assert [event["version"] for event in events] == list(range(1, len(events) + 1))
    assert {event["type"] for event in events} == {
        "CourseReleased",
        "CourseSubscribed",
        "BookingMade",
        "CourseDelivered",
    }
    released = events[0]
    assert (released["type"], released["vhs"], released["export"]) == ("CourseReleased", MASTER, f"{MASTER}#1")
    assert (released["row"], released["rule"]) == ("kurse.csv:2", "R14")
    booked_at = next(event for event in events if event["type"] == "BookingMade")
    assert booked_at["row"].startswith("belegungen.csv:")


def test_violations_exit_1_while_one_is_open_and_0_after(koop: Console, tmp_path: Path) -> None:
    network = booked(tmp_path / "exports")
    for program in network.values():
        koop.take_in(program.export())
    row = network[NEAR].courses[0]
    row["Gebühr"] = "95,00"
    koop.take_in(network[NEAR].export())
    (found,) = koop.ask("violations", "--vhs", NEAR, status=1)["violations"]
    assert found.keys() >= VIOLATION
    assert (found["code"], found["severity"], found["coop_id"]) == ("SUBSCRIBER_PRICE_DIFFERS", "critical", COOP)
    assert "95,00" in found["text"]
    assert koop.ask("violations", "--vhs", FAR)["violations"] == []
    row["Gebühr"] = "90,00"
    koop.take_in(network[NEAR].export())
    assert koop.ask("violations", "--coop-id", COOP)["violations"] == []
    (closed,) = koop.ask("violations", "--vhs", NEAR, "--all")["violations"]
    assert (closed["open"], closed["opened_at"]) == (False, found["opened_at"])


def test_status_tells_age_pending_and_convergence_of_each_vhs(shared: Console) -> None:
    data = shared.ask("status", status=1)
    assert [item["vhs"] for item in data["vhs"]] == [NEAR, FAR, MASTER]
    for item in data["vhs"]:
        assert item["last_sequence"] == 1
        assert item["age_seconds"] == 18 * 86_400 + 6 * 3_600
        assert item["pending_changes"] == len(shared.changes(item["vhs"]))
        assert not item["converged"]
        assert (item["open_violations"], item["withheld"], item["quarantined"]) == (0, 0, 0)


REFUSALS: list[tuple[int, str, tuple[str, ...]]] = [
    (2, "wrong_usage", ("ingest",)),
    (2, "wrong_usage", ("view",)),
    (2, "wrong_usage", ("nonsense",)),
    (2, "wrong_usage", ("status", "--nonsense")),
    (2, "wrong_usage", ("subscribe", "--vhs", NEAR)),
    (2, "wrong_usage", ("subscribe", COOP, "--vhs", NEAR)),
    (2, "wrong_usage", ("quarantine", "show", "three")),
    (2, "wrong_usage", ("withheld", "approve", "563#1", "--up-to", "-1")),
    (2, "invalid_time", ("view", "--vhs", NEAR, "--at", "yesterday")),
    (3, "refused", ("claim-seat", COOP, "--vhs", NEAR, "--booking", f"{NEAR}:1")),
    (3, "refused", ("close-release", COOP, "--vhs", NEAR)),
    (3, "refused", ("withdraw-release", COOP, "--vhs", MASTER, "--yes")),
    (3, "refused", ("terminate-abo", COOP, "--vhs", NEAR, "--yes")),
    (4, "file_missing", ("ingest", "nowhere")),
    (4, "course_unknown", ("release", "--vhs", MASTER, "--course", "X", "--period", "26F", "--own-offer")),
    (4, "cooperation_unknown", ("history", "563-COOP-9999")),
    (4, "cooperation_unknown", ("claim-seat", "563-COOP-9999", "--vhs", NEAR, "--booking", f"{NEAR}:1")),
    (4, "invalid_identifier", ("history", "no-coop-id")),
    (4, "invalid_identifier", ("view", "--vhs", "Regensburg")),
    (4, "invalid_identifier", ("claim-seat", COOP, "--vhs", NEAR, "--booking", "5")),
    (4, "not_in_quarantine", ("quarantine", "show", "99")),
    (4, "not_in_quarantine", ("quarantine", "discard", "99")),
    (4, "withheld_unknown", ("withheld", "approve", "563#1", "--up-to", "5")),
]  # fmt: skip


@pytest.mark.parametrize(
    ("status", "code", "words"), REFUSALS, ids=lambda value: " ".join(value) if isinstance(value, tuple) else ""
)
def test_a_failure_is_one_error_object_with_its_exit_status(
    shared: Console, status: int, code: str, words: tuple[str, ...]
) -> None:
    before = {vhs: shared.view(vhs) for vhs in NUMBERS}
    assert shared.refused(*words, status=status)["code"] == code
    assert {vhs: shared.view(vhs) for vhs in NUMBERS} == before


HUGE = "9" * 30


@pytest.mark.parametrize(
    "words", [("view", "--vhs", NEAR, "--at", HUGE), ("quarantine", "show", HUGE), ("quarantine", "discard", HUGE)]
)
def test_a_number_beyond_any_database_is_no_traceback(any_koop: Console, words: tuple[str, ...]) -> None:
    reply = any_koop.call(*words)
    assert reply.status in {0, 2, 4}
    assert reply.answer["schema"].startswith("koop-es/")


@pytest.mark.parametrize(
    ("db", "status", "code"),
    [
        ("sqlite:///nowhere/koop.db", 5, "store_missing"),
        ("sqlite:///absent.db", 5, "store_missing"),
        ("sqlite:///garbage.db", 5, "store_damaged"),
        ("postgresql://nobody@127.0.0.1:1/none?connect_timeout=1", 5, "store_unreachable"),
        ("oracle://somewhere", 2, "settings_invalid"),
    ],
)
def test_a_store_that_cannot_be_used_exits_5(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], db: str, status: int, code: str
) -> None:
    (tmp_path / "garbage.db").write_bytes(b"no database at all\n" * 200)
    console = Console(db, capsys)
    assert console.refused("status", status=status)["code"] == code
    assert not (tmp_path / "absent.db").exists()


def test_a_password_is_in_no_message(capsys: pytest.CaptureFixture[str]) -> None:
    reply = Console("postgresql://koop:g3heim@127.0.0.1:1/none", capsys).call("status")
    assert reply.status == 5
    assert "g3heim" not in reply.out + reply.err


def test_settings_come_from_the_environment_and_options_stand_above(
    koop: Console, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("KOOP_DB", "sqlite:///absent.db")
    assert koop.call("status").status == 0
    monkeypatch.setenv("KOOP_DB", koop.db)
    monkeypatch.setenv("KOOP_NOW", "01.03.2026")
    assert run(["status", "--json"], as_json=True) == 0
    monkeypatch.setenv("KOOP_NOW", "soon")
    assert run(["status", "--json"], as_json=True) == 2
    capsys.readouterr()


@pytest.mark.parametrize(
    ("number", "period"), [("x" * 41, "26F"), ("K\n1", "26F"), ("K1", "2\n6F"), (" ", "26F"), ("K1", "")]
)
def test_r24_a_number_no_export_row_could_carry_is_refused(shared: Console, number: str, period: str) -> None:
    words = ("subscribe", COOP, "--vhs", "77", "--number", number, "--period", period, "--accept-rate", "80")
    reply = shared.call(*words)
    assert reply.status in {2, 3, 4}, reply
    assert shared.changes("77") == []


def test_r24_blanks_around_a_number_are_taken_off_as_in_every_row(shared: Console) -> None:
    shared.ask("subscribe", COOP, "--vhs", "77", "--number", " K1 ", "--period", "26F ", "--accept-rate", "80")
    (create, *_) = shared.changes("77")
    assert create["course"]["number"] == create["course"]["fields"]["Kursnummer"] == "K1"
    assert create["course"]["period"] == create["course"]["fields"]["Periode"] == "26F"


@pytest.mark.parametrize(
    "words",
    [
        ("release", "--vhs", MASTER, "--course", "K\udcff", "--period", "26F", "--own-offer"),
        ("subscribe", COOP, "--vhs", "77", "--number", "K\udcff", "--period", "26F", "--accept-rate", "80"),
        ("claim-seat", COOP, "--vhs", NEAR, "--booking", f"{NEAR}:\udcff"),
        ("ingest", "n\udcff"),
        ("withheld", "approve", "\udcff", "--up-to", "1"),
    ],
    ids=lambda words: words[0],
)
def test_a_word_that_is_no_utf8_is_no_traceback(koop: Console, words: tuple[str, ...]) -> None:
    reply = koop.run(*words, "--json")
    assert "Traceback" not in reply.err
    assert reply.status in {2, 3, 4}
    assert "\\xff" not in reply.out, "the answer is UTF-8 all the same"
    assert reply.error["message"]


# --- a process of its own ---------------------------------------------------------------------------------------------


def test_the_program_itself_keeps_output_pure_and_exits_as_promised(koop: Console, tmp_path: Path) -> None:
    network = booked(tmp_path / "exports")
    paths = [program.export() for program in network.values()]
    cases: list[tuple[int, tuple[Any, ...]]] = [
        (0, ("ingest", *paths, "--json")),
        (1, ("status", "--json")),
        (2, ("ingest", "--json")),
        (3, ("close-release", COOP, "--vhs", NEAR, "--json")),
        (4, ("ingest", tmp_path / "nowhere", "--json")),
    ]
    for status, words in cases:
        reply = koop.run(*words)
        assert reply.status == status, reply
        assert reply.answer["schema"] == (f"koop-es/{words[0]}/1" if status < 2 else "koop-es/error/1")
        assert "Traceback" not in reply.err
    plain = koop.run("view", "--vhs", MASTER)
    assert plain.status == 0
    assert "Töpfern 26-10009" in plain.out


def test_python_m_koop_es_is_the_program(koop: Console) -> None:
    import subprocess
    import sys

    done = subprocess.run([sys.executable, "-m", "koop_es", "--version"], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("koop-es")


def test_a_reader_that_stops_reading_is_told_to_call_again(shared: Console) -> None:
    with shared.start("changes", "--vhs", MASTER) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.close()
        said = process.stderr.read()
    assert process.returncode == 6
    assert said.startswith("koop-es: the answer could not be written (")
    assert said.endswith("call it again, it is the same\n")
