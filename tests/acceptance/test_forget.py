"""G8: a person who was forgotten is nowhere any more, and does not come back."""

from __future__ import annotations

import os
import re
import sqlite3
import stat
import unicodedata
from contextlib import closing
from itertools import product
from pathlib import Path
from typing import Any

import psycopg
import pytest

from koop_es.audit import objects
from koop_es.cli import forget_words
from koop_es.cli.answer import UNPROVEN
from koop_es.domain.observation import actor_of
from koop_es.ingest import erasure
from koop_es.simulate.seam import Killed, SeamStore
from koop_es.store import Store, backup, fences, noted, postgres, vault
from tests.acceptance.console import Console
from tests.acceptance.exports import COURSES, HEADINGS
from tests.acceptance.network import COOP, FAR, MASTER, NEAR, NUMBERS, booked
from tests.acceptance.program import Program, settle
from tests.acceptance.told import pour
from tests.conftest import Place, PostgresServer, mostly_on_sqlite
from tests.faults.picture import picture
from tests.integration.ingest.conftest import NOW

PERSON = {
    "Name": "Unverwechselbar-Käßmann",
    "Vorname": "Annegret",
    "Telefon": "0175 4711 0815",
    "E-Mail": "annegret@unverwechselbar.example.org",
}
TEXTS = ("unverwechselbar", "annegret", "4711 0815")
"""Parts of these data that stand in nothing else."""

REF = f"{NEAR}:5050"
UNUSABLE = "31.02.2026"
Network = dict[str, Program]


def with_a_person(koop: Console, folder: Path) -> Network:
    """Let three VHSs agree, with a person of whom a row is set aside besides."""
    network = booked(folder)
    network[NEAR].book(NUMBERS[NEAR][COOP], "5050", **PERSON)
    for program in network.values():
        koop.take_in(program.export())
    settle(koop, network.values())
    row = network[NEAR].row(REF)
    good, row["Gebucht am"] = row["Gebucht am"], UNUSABLE
    network[NEAR].bookings["5052"] = row | {"Name": "Huber", "Vorname": "Ida", "Beleg-ID": "5052"} | OTHERS
    koop.take_in(network[NEAR].export(), status=1, outcome="unchanged")
    row["Gebucht am"] = good
    return network


@pytest.fixture
def network(any_koop: Console, any_place: Place, tmp_path: Path) -> Network:
    return pour(any_place, with_a_person, any_koop, tmp_path / "exports")


OTHERS = {"Telefon": "", "E-Mail": ""}


def forget(koop: Console, *words: str) -> dict[str, Any]:
    return koop.ask("forget", "--booking", REF, *words)


def texts_in(found: Any) -> set[str]:
    """Find parts of the person's data in whatever it is, also in bytes."""
    shown = repr(found).casefold().replace("\\xc3\\xa4", "ä")
    return {text for text in TEXTS if text in shown}


def answers(koop: Console) -> list[Any]:
    """Ask everything that may show a person."""
    asked = [koop.call(verb, "--vhs", vhs) for vhs in NUMBERS for verb in ("view", "changes")]
    asked += [koop.call("history", COOP), koop.call("violations", "--all"), koop.call("quarantine", "list", "--all")]
    items = koop.call("quarantine", "list", "--all").answer["data"]["quarantine"]
    return asked + [koop.call("quarantine", "show", str(item["id"])) for item in items]


def status_at(koop: Console, vhs: str) -> str:
    booking = koop.booking(vhs, REF)
    assert booking is not None
    status: str = booking["status"]
    return status


def shown_to(koop: Console, vhs: str) -> tuple[str | None, str | None]:
    booking = koop.booking(vhs, REF)
    assert booking is not None
    return booking["name"], booking["first_name"]


def test_g8_a_forgotten_person_is_in_no_table_and_no_answer(any_koop: Console, network: Network) -> None:
    assert texts_in(picture(any_koop.db))
    assert texts_in(answers(any_koop))
    found = forget(any_koop)
    (erased,) = found["erased"]
    assert (erased["ref"], erased["coop_id"], erased["told"], erased["versions"]) == (REF, COOP, [MASTER], 1)
    assert not texts_in(found)
    assert not texts_in(picture(any_koop.db))
    assert not texts_in(answers(any_koop))
    assert status_at(any_koop, NEAR) == "A"
    (left,) = any_koop.ask("quarantine", "list", status=1)["quarantine"]
    shown = any_koop.ask("quarantine", "show", str(left["id"]))
    assert shown["raw_base64"], "the row of somebody else is kept"


def test_g8_a_dry_run_says_the_same_and_erases_nothing(any_koop: Console, network: Network) -> None:
    before = picture(any_koop.db)
    planned = forget(any_koop, "--dry-run")
    assert picture(any_koop.db) == before
    done = forget(any_koop)
    for answer in (planned, done):
        answer["erased"][0].pop("forgotten_at")
        for key in ("scrubbed", "erased", "left"):
            answer["remains"].pop(key)
        answer.pop("dry_run")
    assert planned == done
    assert not texts_in(planned)


def test_g8_bytes_are_gone_from_every_file_of_an_sqlite_store(koop: Console, tmp_path: Path) -> None:
    network = booked(tmp_path / "exports")
    network[NEAR].book(NUMBERS[NEAR][COOP], "5050", **PERSON)
    for program in network.values():
        koop.take_in(program.export())
    held_open = Reader(koop.db)
    assert bytes_in(tmp_path)
    assert forget(koop)["remains"]["scrubbed"] is True
    assert not bytes_in(tmp_path), "another program has the store open, so the write-ahead log is still there"
    held_open.close()
    assert not bytes_in(tmp_path)


def test_g8_a_quote_in_the_ledger_of_exports_goes_with_the_person(koop: Console, tmp_path: Path) -> None:
    take_in_the_person(koop, tmp_path)
    quote = f"columns are missing: TNR; the header has: 5050, {PERSON['Name']}, {PERSON['E-Mail']}"
    for left in (erasure.ERASED, "columns are missing: TNR"):  # the second time the person is forgotten already
        with closing(sqlite3.connect(tmp_path / "koop.db")) as connection, connection:
            connection.execute("UPDATE koop_exports SET reason = ?", [quote])
        forget(koop)
        assert not bytes_in(tmp_path)
        assert {row[0] for row in quotes(tmp_path)} == {left}


def test_g8_paths_and_headings_that_name_a_forgotten_person_go_too(any_koop: Console, tmp_path: Path) -> None:
    network = booked(tmp_path / "exports")
    network[NEAR].book(NUMBERS[NEAR][COOP], "5050", **PERSON)
    export = network[NEAR].export()
    any_koop.take_in(export.rename(export.with_name(f"Anfrage_{PERSON['Vorname']}_{PERSON['Name']}")))
    any_koop.take_in(network[FAR].export())
    old = {"sequence": 1, "source": "x", "file": "x.csv", "about": "booking", "line": 2, "raw": b"", "stands_for": None}
    with Store.open(any_koop.db) as store, store.write() as tx:  # as an older koop-es kept a heading it did not know
        heading = f"{PERSON['Vorname']} {PERSON['Name']}"
        tx.run("quarantine_put", vhs=NEAR, col=heading, digest="", reason="long", remedy="mend it", seen="now", **old)
    assert texts_in(picture(any_koop.db)["koop_exports"])
    forget(any_koop)
    held = picture(any_koop.db)
    assert texts_in([held["koop_exports"], held["koop_quarantine"]]) == set()
    assert repr(held["koop_exports"]).count(erasure.UNPLACED) == 1


def quotes(folder: Path) -> list[tuple[str]]:
    with closing(sqlite3.connect(folder / "koop.db")) as connection:
        return connection.execute("SELECT reason FROM koop_exports").fetchall()


def bytes_in(folder: Path) -> list[str]:
    wanted = PERSON["E-Mail"].encode(), PERSON["Name"].encode(), PERSON["Telefon"].encode()
    return [p.name for p in folder.glob("koop.db*") for text in wanted if text in p.read_bytes()]


class Reader:
    """Another program that has the store open, so that nobody who closes it takes its write-ahead log away."""

    def __init__(self, url: str) -> None:
        from koop_es.store import Store

        self._store = Store.open(url)
        self._store.head()
        self.close = self._store.close


def bytes_of(path: Path) -> bytes:
    """Read a file of the server, which may take it away meanwhile."""
    try:
        return path.read_bytes()
    except FileNotFoundError:
        return b""


@pytest.mark.parametrize("others", [True, False], ids=["others are left", "nobody is left"])
def test_g8_bytes_are_gone_from_the_tables_of_postgresql(
    postgres_server: PostgresServer,
    postgres_url: str,
    capsys: pytest.CaptureFixture[str],
    tmp_path: Path,
    others: bool,
) -> None:
    koop = Console(postgres_url, capsys)
    koop.ask("init")
    take_in_the_person(koop, tmp_path, others=others)
    with psycopg.connect(postgres_url, autocommit=True) as connection:
        for _ in range(2):  # as the server does by itself; the second time it replaces what it knew
            connection.execute("ANALYZE")

    def found() -> list[tuple[str, str]]:
        with psycopg.connect(postgres_url, autocommit=True) as connection:
            connection.execute("CHECKPOINT")
            row = connection.execute("SELECT oid FROM pg_database WHERE datname = current_database()").fetchone()
        assert row is not None
        files = [path for path in (postgres_server.data / "base" / str(row[0])).iterdir() if path.is_file()]
        texts = PERSON["Name"], PERSON["E-Mail"], PERSON["Telefon"], PERSON["Vorname"]
        return [(path.name, text) for path in files for text in texts if text.encode() in bytes_of(path)]

    assert found()
    assert forget(koop)["remains"]["scrubbed"] is True
    assert not found()
    koop.ask("verify", status=UNPROVEN)


def test_g8_what_the_server_knows_of_values_is_said_where_the_role_may_not_have_it_forgotten(
    postgres_url: str, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    role = "koop_tables"
    with psycopg.connect(postgres_url, autocommit=True) as connection:
        connection.execute(f"DROP ROLE IF EXISTS {role}; CREATE ROLE {role} LOGIN")
        connection.execute(f"GRANT CREATE ON SCHEMA public TO {role}; GRANT pg_read_all_stats TO {role}")
    koop = Console(postgres_url.replace("//postgres@", f"//{role}@"), capsys)
    koop.ask("init")
    take_in_the_person(koop, tmp_path)
    remains = koop.ask("forget", "--booking", REF, status=1)["remains"]
    assert (remains["erased"], remains["scrubbed"], remains["left"]) == (True, False, "statistics_kept")
    said = " ".join(koop.read("forget", "--finish").out.split())
    assert "GRANT MAINTAIN ON pg_statistic" in said
    assert koop.call("status").answer["data"]["unfinished_erasure"]
    with psycopg.connect(postgres_url, autocommit=True) as connection:
        connection.execute(f"GRANT MAINTAIN ON pg_statistic TO {role}")
    assert koop.ask("forget", "--finish")["remains"]["scrubbed"] is True
    assert not koop.call("status").answer["data"]["unfinished_erasure"]
    with psycopg.connect(postgres_url, autocommit=True) as connection:
        connection.execute(f"DROP OWNED BY {role}; DROP ROLE {role}")


@pytest.mark.parametrize("clearable", [True, False], ids=["since version 18", "before"])
def test_g8_statistics_of_an_empty_table_are_forgotten_by_every_version_of_the_server(
    postgres_url: str, capsys: pytest.CaptureFixture[str], tmp_path: Path, clearable: bool
) -> None:
    koop = Console(postgres_url, capsys)
    koop.ask("init")
    take_in_the_person(koop, tmp_path)
    with psycopg.connect(postgres_url, autocommit=True) as connection:
        asked = "SELECT count(*) FROM pg_stats WHERE tablename = 'koop_persons'"
        connection.execute("ANALYZE; DELETE FROM koop_persons; ANALYZE")
        assert connection.execute(asked).fetchone() != (0,), "ANALYZE passes over an empty table"
        known = postgres.forget_statistics(connection.cursor(), ("persons", "log"), clearable=clearable)
        assert (known, connection.execute(asked).fetchone()) == (True, (0,))
    with Store.open(postgres_url) as store, store.reading() as tx:
        assert list(objects.faults(tx)) == []


def test_g8_no_export_brings_a_forgotten_person_back(any_koop: Console, network: Network, tmp_path: Path) -> None:
    old = tmp_path / "exports" / f"{NEAR}-{network[NEAR].sequence}"
    events = len(any_koop.events(COOP))
    forget(any_koop)
    (again,) = any_koop.ingest(old)
    assert again["status"] == "superseded"
    for vhs in (NEAR, MASTER, FAR):
        any_koop.call("ingest", network[vhs].export())
    assert len(any_koop.events(COOP)) == events, "exports that still carry the name say nothing new"
    network[NEAR].row(REF).update({"Telefon": PERSON["Telefon"] + "9", "Name": PERSON["Name"] + "-Neu"})
    network[MASTER].row(REF)["Vorname"] = "Annegret-Marie"
    for vhs in (NEAR, MASTER, FAR):
        any_koop.call("ingest", network[vhs].export())
    assert len(any_koop.events(COOP)) == events, "nor do new data of the person"
    assert not texts_in(picture(any_koop.db))
    assert not texts_in(answers(any_koop))
    assert settle(any_koop, network.values()) == 0


def test_g8_bookings_of_a_forgotten_person_go_on(any_koop: Console, network: Network) -> None:
    forget(any_koop)
    network[NEAR].row(REF)["Status"] = "W"
    any_koop.call("ingest", network[NEAR].export())
    settle(any_koop, network.values())
    assert {vhs: status_at(any_koop, vhs) for vhs in NUMBERS} == dict.fromkeys(NUMBERS, "W")
    network[MASTER].cancel(REF)
    any_koop.call("ingest", network[MASTER].export())
    settle(any_koop, network.values())
    assert {network[vhs].row(REF)["Status"] for vhs in NUMBERS} == {"S"}
    assert not texts_in(picture(any_koop.db))


def test_g8_a_person_forgotten_before_the_others_were_told_reaches_nobody(any_koop: Console, tmp_path: Path) -> None:
    network = booked(tmp_path / "exports")
    for program in network.values():
        any_koop.take_in(program.export())
    network[NEAR].book(NUMBERS[NEAR][COOP], "5050", **PERSON)
    any_koop.take_in(network[NEAR].export())
    forget(any_koop)
    settle(any_koop, network.values())
    assert network[MASTER].row(REF)["Name"] == ""
    assert shown_to(any_koop, MASTER) == (None, None)


def test_g8_a_change_that_the_others_had_not_shown_yet_is_no_difference_any_more(
    any_koop: Console, network: Network
) -> None:
    network[NEAR].row(REF)["Telefon"] = PERSON["Telefon"] + "9"
    any_koop.call("ingest", network[NEAR].export())
    assert [change["kind"] for change in any_koop.changes(MASTER)] == ["booking.update"]
    forget(any_koop)
    settle(any_koop, network.values(), rounds=1)


def test_b15_a_merge_of_a_forgotten_person_is_told_by_the_moment_of_booking(
    any_koop: Console, network: Network
) -> None:
    network[NEAR].row(REF)["Gebucht am"] = "03.02.2026 11:42:17"
    any_koop.call("ingest", network[NEAR].export())
    settle(any_koop, network.values())
    forget(any_koop)
    row = network[NEAR].remove(REF)
    network[NEAR].restore(row | {"Beleg-ID": "6060", "TNR": "76060"})
    any_koop.call("ingest", network[NEAR].export())
    assert "ParticipantsMerged" in [event["type"] for event in any_koop.events(COOP)]
    any_koop.call("ingest", network[NEAR].export())
    assert status_at(any_koop, FAR) == "A"
    assert not texts_in(picture(any_koop.db))


def test_g8_a_row_that_cannot_be_used_is_set_aside_without_the_person(any_koop: Console, network: Network) -> None:
    forget(any_koop)
    network[NEAR].row(REF)["Gebucht am"] = UNUSABLE
    network[MASTER].row(REF)["Gebucht am"] = UNUSABLE
    for vhs in (NEAR, MASTER):
        any_koop.call("ingest", network[vhs].export())
        any_koop.call("ingest", network[vhs].export())
    items = any_koop.ask("quarantine", "list", status=1)["quarantine"]
    assert [item["reason"] for item in items].count("a row of somebody who was erased cannot be used") == 2
    assert not texts_in(picture(any_koop.db))
    assert not texts_in(answers(any_koop))


@mostly_on_sqlite(("booking_id",), ["5050.0", "", "5,05E+03"], [""])
def test_g8_a_row_without_a_legible_beleg_id_is_known_by_tnr_and_moment(
    any_koop: Console, network: Network, booking_id: str
) -> None:
    forget(any_koop)
    network[NEAR].row(REF)["Beleg-ID"] = booking_id
    any_koop.call("ingest", network[NEAR].export())
    assert not texts_in(picture(any_koop.db))
    assert not texts_in(answers(any_koop))


def test_g8_an_editor_who_may_be_the_forgotten_person_is_not_kept(any_koop: Console, network: Network) -> None:
    forget(any_koop)
    network[NEAR].row(REF).update({"Status": "S", "Bearbeitet von": f"{PERSON['Name']}, {PERSON['Vorname']}"})
    any_koop.call("ingest", network[NEAR].export())
    assert status_at(any_koop, FAR) == "S"
    assert not texts_in(picture(any_koop.db))
    assert settle(any_koop, network.values()) >= 1


def test_g8_an_erasure_that_was_broken_off_is_reported_until_it_is_finished(
    any_koop: Console, network: Network
) -> None:
    assert any_koop.call("status").answer["data"]["unfinished_erasure"] is None
    with Store.open(any_koop.db) as store, store.write() as tx:
        fences.put(tx, [held.person_id for held in vault.held(tx, [], [REF])], NOW.isoformat())
    begun = any_koop.ask("status", status=1)["unfinished_erasure"]
    assert begun["refs"] == [REF]
    checks = {check["name"]: check for check in any_koop.ask("verify", status=1)["checks"]}
    assert not checks["erasure"]["ok"]
    assert REF in checks["erasure"]["detail"]
    assert texts_in(picture(any_koop.db))
    (erased,) = any_koop.ask("forget", "--finish")["erased"]
    assert erased["ref"] == REF
    assert not texts_in(picture(any_koop.db))
    assert any_koop.call("status").answer["data"]["unfinished_erasure"] is None


def test_g8_bytes_that_somebody_still_reads_are_said_and_taken_out_later(koop: Console, tmp_path: Path) -> None:
    take_in_the_person(koop, tmp_path)
    with closing(sqlite3.connect(koop.db.removeprefix("sqlite:///"), isolation_level=None)) as reader:
        reader.execute("BEGIN")
        reader.execute("SELECT count(*) FROM koop_persons").fetchone()
        with Store.open(koop.db, wait_seconds=1) as store:
            found = erasure.forget(store, [], [REF], now=NOW)
    assert (found.erased, found.left, found.complete) == (True, "open_reader", False)
    assert "another program has a transaction open" in forget_words.left(found, "en")[0]
    assert koop.ask("status", status=1)["unfinished_erasure"]["refs"] == []
    assert koop.ask("forget", "--finish")["remains"]["scrubbed"] is True
    assert not koop.call("status").answer["data"]["unfinished_erasure"]


def take_in_the_person(koop: Console, tmp_path: Path, *, others: bool = True) -> None:
    network = booked(tmp_path / "exports")
    if not others:
        for program in network.values():
            program.bookings.clear()
    network[NEAR].book(NUMBERS[NEAR][COOP], "5050", **PERSON)
    for program in network.values():
        koop.take_in(program.export())


def test_g8_a_role_that_may_not_rewrite_tables_is_told_so(
    postgres_url: str, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    owner = Console(postgres_url, capsys)
    owner.ask("init")
    take_in_the_person(owner, tmp_path)
    role = "koop_lesser"
    with psycopg.connect(postgres_url, autocommit=True) as connection:
        connection.execute(f"DROP ROLE IF EXISTS {role}; CREATE ROLE {role} LOGIN")
        connection.execute(f"GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {role}")
        connection.execute(f"GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO {role}")
    lesser = Console(postgres_url.replace("//postgres@", f"//{role}@"), capsys)
    remains = lesser.ask("forget", "--booking", REF, status=1)["remains"]
    assert (remains["erased"], remains["scrubbed"]) == (True, False)
    assert remains["left"] == "no_right_to_rewrite"
    assert "unfinished_erasure" in lesser.ask("status", status=1)
    assert not {check["name"]: check for check in owner.ask("verify", status=1)["checks"]}["erasure"]["ok"]
    assert owner.ask("forget", "--finish")["remains"]["scrubbed"] is True
    with psycopg.connect(postgres_url, autocommit=True) as connection:
        connection.execute(f"DROP OWNED BY {role}; DROP ROLE {role}")


@pytest.mark.parametrize("late", [False, True], ids=["before it has its name", "as it gets its name"])
def test_g8_who_is_forgotten_while_a_backup_is_made_is_noted_beside_it(
    any_koop: Console, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, late: bool
) -> None:
    take_in_the_person(any_koop, tmp_path)
    place = backup._place

    def forgetting(packed: Path, target: Path) -> None:
        if late:
            place(packed, target)
        with Store.open(any_koop.db) as store:
            monkeypatch.setattr(noted, "_noted", lambda *_: True)  # the other one does not see the file yet
            erasure.forget(store, [], [REF], now=NOW)
        if not late:
            place(packed, target)

    monkeypatch.setattr(backup, "_place", forgetting)
    any_koop.ask("backup", tmp_path / "koop.backup")
    assert REF in (tmp_path / "koop.backup.forgotten").read_text()


def test_g8_an_erasure_killed_before_it_was_noted_beside_a_backup_is_noted_by_whoever_finishes_it(
    koop: Console, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    take_in_the_person(koop, tmp_path)
    koop.ask("backup", tmp_path / "koop.backup")
    with Store.open(koop.db) as store, monkeypatch.context() as patch:
        patch.setattr(erasure, "conclude", broken_off)
        with pytest.raises(Killed):
            erasure.forget(store, [], [REF], now=NOW)
    assert not (tmp_path / "koop.backup.forgotten").exists()
    koop.ask("forget", "--finish")
    assert REF in (tmp_path / "koop.backup.forgotten").read_text()


def broken_off(*_: object) -> Any:
    raise Killed


def test_g8_a_note_that_cannot_be_written_beside_a_backup_is_said_and_hinders_nothing(
    koop: Console, tmp_path: Path
) -> None:
    take_in_the_person(koop, tmp_path)
    backup = tmp_path / "koop.backup"
    koop.ask("backup", str(backup))
    beside = Path(f"{backup}.forgotten")
    beside.mkdir()
    found = koop.ask("forget", "--booking", REF, status=1)["remains"]
    assert (found["scrubbed"], found["unnoted_backups"]) == (True, [str(backup)])
    beside.rmdir()
    assert koop.ask("forget", "--booking", REF)["remains"]["unnoted_backups"] == []
    assert REF in beside.read_text()


@pytest.mark.parametrize("kind", ["pipe", "pipe with a reader", "link", "dangling link", "link to a pipe", "device"])
def test_g8_what_is_no_plain_file_beside_a_backup_is_said_left_alone_and_hinders_nothing(
    koop: Console, tmp_path: Path, kind: str
) -> None:
    take_in_the_person(koop, tmp_path)
    backup, other = tmp_path / "koop.backup", tmp_path / "other"
    koop.ask("backup", str(backup))
    beside, reader = Path(f"{backup}.forgotten"), -1
    if kind != "dangling link":
        other.write_text("somebody else's")
        other.chmod(0o644)
    if kind.startswith("pipe"):
        os.mkfifo(beside)
        reader = os.open(beside, os.O_RDONLY | os.O_NONBLOCK) if "reader" in kind else -1
    elif kind == "link to a pipe":
        os.mkfifo(tmp_path / "pipe")
        beside.symlink_to(tmp_path / "pipe")
    else:
        beside.symlink_to(os.devnull if kind == "device" else other)
    before = stat.S_IMODE(Path(os.devnull).stat().st_mode)
    for _ in range(2):
        found = koop.ask("forget", "--booking", REF, status=1)["remains"]
        assert (found["scrubbed"], found["unnoted_backups"]) == (True, [str(backup)])
    assert stat.S_IMODE(Path(os.devnull).stat().st_mode) == before
    assert other.exists() == (kind != "dangling link")
    if other.exists():
        assert (other.read_text(), stat.S_IMODE(other.stat().st_mode)) == ("somebody else's", 0o644)
    if reader >= 0:
        os.close(reader)
    beside.unlink()
    assert koop.ask("forget", "--booking", REF)["remains"]["unnoted_backups"] == []
    assert REF in beside.read_text()


@pytest.mark.parametrize("content", ["", "somebody else's\n", None], ids=["empty", "foreign", "a list"])
def test_g8_g10_a_list_beside_a_backup_that_has_another_name_as_well_is_replaced_and_not_written_through(
    koop: Console, tmp_path: Path, content: str | None
) -> None:
    """As where somebody made a hard link, or keeps copies of a folder that way."""
    take_in_the_person(koop, tmp_path)
    backup, other = tmp_path / "koop.backup", tmp_path / "other"
    koop.ask("backup", str(backup))
    beside = noted.beside(backup)
    listed = f'{{"person_id":"x","coop_id":"{COOP}","ref":"y","forgotten_at":""}}\n'
    other.write_text(listed if content is None else content)
    other.chmod(0o644)
    os.link(other, beside)
    koop.ask("forget", "--booking", REF)
    assert (other.read_text(), stat.S_IMODE(other.stat().st_mode)) == (listed if content is None else content, 0o644)
    written = beside.read_text()
    assert written.startswith(other.read_text())
    assert REF in written
    assert (stat.S_IMODE(beside.stat().st_mode), beside.stat().st_nlink) == (0o600, 1)
    assert [file for file in tmp_path.iterdir() if file.name.startswith(".koop-")] == []


def test_g2_a_list_that_cannot_be_replaced_is_said_and_left_as_it_is(
    koop: Console, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    take_in_the_person(koop, tmp_path)
    backup, other = tmp_path / "koop.backup", tmp_path / "other"
    koop.ask("backup", str(backup))
    other.write_text("")
    os.link(other, noted.beside(backup))

    def refused(*_: object) -> None:
        raise OSError(28, "no room")

    with monkeypatch.context() as patch:
        patch.setattr(Path, "replace", refused)
        assert koop.ask("forget", "--booking", REF, status=1)["remains"]["unnoted_backups"] == [str(backup)]
    assert (other.read_text(), noted.beside(backup).read_text()) == ("", "")
    assert [file for file in tmp_path.iterdir() if file.name.startswith(".koop-")] == []
    koop.ask("forget", "--finish")
    assert (other.read_text(), REF in noted.beside(backup).read_text()) == ("", True)


def test_g8_a_line_that_was_torn_beside_a_backup_hinders_nobody_later(koop: Console, tmp_path: Path) -> None:
    take_in_the_person(koop, tmp_path)
    backup, fresh = tmp_path / "koop.backup", Console(f"sqlite:///{tmp_path / 'fresh.db'}", koop.capsys)
    koop.ask("backup", str(backup))
    beside = Path(f"{backup}.forgotten")
    unended = f'{{"person_id":"x","coop_id":"{COOP}","ref":"y","forgotten_at":""}}'
    for torn, lines in (('{"person_id":"e93', 1), (unended, 2)):
        beside.write_text(torn)
        forget(koop)
        assert len(list(fences.from_lines(beside.read_bytes().splitlines()))) == lines
    fresh.ask("restore", str(backup))
    beside.write_text("torn")
    empty = tmp_path / "empty"
    empty.touch()
    refused = koop.refused("restore", str(backup), "--replace", "--fences", str(empty), status=4)
    assert str(beside) in refused["message"], "the file that cannot be read is named, not the other"


def test_g8_a_restored_store_knows_its_backup_and_later_ones(koop: Console, tmp_path: Path) -> None:
    take_in_the_person(koop, tmp_path)
    first, later, other = (tmp_path / f"{name}.backup" for name in ("first", "later", "other"))
    koop.ask("backup", str(first))
    koop.ask("backup", str(later))
    stranger = Console(f"sqlite:///{tmp_path / 'stranger.db'}", koop.capsys)
    stranger.ask("init")
    stranger.ask("backup", str(other))
    Path(koop.ask("restore", str(first), "--replace")["kept"]).unlink()
    told = forget(koop)["remains"]["backups"]
    assert [item["target"] for item in told] == [str(first), str(later)]
    for path in (first, later):
        assert REF in Path(f"{path}.forgotten").read_text()
    assert not Path(f"{other}.forgotten").exists()


def test_g8_who_stands_only_in_rows_set_aside_is_found_by_name(any_koop: Console, network: Network) -> None:
    found = any_koop.ask("forget", "--name", "ida HUBER", "--in-quarantine", "--dry-run")
    assert [item["vhs"] for item in found["set_aside"]] == [NEAR]
    assert "huber" in repr(picture(any_koop.db)["koop_quarantine"]).casefold()
    done = any_koop.ask("forget", "--name", "Huber, Ida", "--in-quarantine")
    assert done["set_aside"] == found["set_aside"]
    assert "huber" not in repr(picture(any_koop.db)["koop_quarantine"]).casefold()
    kept = any_koop.ask("forget", "--name", f"{PERSON['Name']}, Annegret", "--in-quarantine", "--dry-run")
    assert [other["ref"] for other in kept["also"]] == [REF]
    assert any_koop.refused("forget", "--name", "Huber", status=2)["code"] == "wrong_usage"
    assert any_koop.refused("forget", "--name", " , ", "--in-quarantine", status=4)["code"] == "name_missing"


def test_g8_hashes_of_rows_are_not_made_of_a_forgotten_person(any_koop: Console, network: Network) -> None:
    forget(any_koop)
    any_koop.call("ingest", network[NEAR].export())
    before = slices(any_koop)
    assert before
    network[NEAR].row(REF).update({"Name": "Ganz", "Vorname": "Anders"})
    any_koop.call("ingest", network[NEAR].export())
    assert slices(any_koop) == before


def slices(koop: Console) -> list[Any]:
    return [row for row in picture(koop.db)["koop_slices"] if row[0] == NEAR]


def test_g8_what_is_kept_of_the_same_person_elsewhere_is_named(any_koop: Console, network: Network) -> None:
    network[FAR].book(NUMBERS[FAR][COOP], "900", **PERSON)
    any_koop.take_in(network[FAR].export())
    assert [other["ref"] for other in forget(any_koop)["also"]] == [f"{FAR}:900"]


def test_an_unknown_person_is_refused_and_nobody_is_erased(any_koop: Console, network: Network) -> None:
    before = picture(any_koop.db)
    error = any_koop.refused("forget", "--booking", REF, "--person", "00", status=4)
    assert (error["code"], error["details"]["missing"]) == ("person_unknown", ["00"])
    assert any_koop.refused("forget", status=2)["code"] == "wrong_usage"
    assert any_koop.refused("forget", "--booking", "x", status=4)["code"] == "invalid_identifier"
    assert picture(any_koop.db) == before


@pytest.mark.parametrize(
    ("any_place", "every"),
    [("sqlite", 1), ("postgres", 4), pytest.param("postgres", 1, marks=pytest.mark.soak)],
    indirect=["any_place"],
)
def test_g8_an_erasure_killed_anywhere_is_finished_by_the_same_command(
    any_koop: Console, network: Network, every: int
) -> None:
    """Until the fence stands everything is there; from then on nobody is shown the name, whatever is left to do."""
    for killed_at in range(1, 90, every):
        with SeamStore.open(any_koop.db) as store:
            store.kill_at = killed_at
            try:
                erasure.forget(store, [], [REF], now=NOW)
            except Killed:
                pass
            else:
                break
        held = picture(any_koop.db)
        fenced = any(row[2] == REF for row in held["koop_forgotten"])
        there = any(row[3] == REF for row in held["koop_persons"])
        assert fenced or there, f"destroyed before the fence stood, killed at {killed_at}"
        assert (shown_to(any_koop, MASTER) == (None, None)) == fenced
        if fenced:
            network[NEAR].row(REF)["E-Mail"] = f"killed-{killed_at}@example.org"
            any_koop.call("ingest", network[NEAR].export())
            assert f"killed-{killed_at}@" not in repr(picture(any_koop.db))
    else:
        pytest.fail("an erasure takes fewer statements than that")
    assert killed_at > 10
    assert not texts_in(picture(any_koop.db))


def test_g8_an_ingest_under_way_does_not_bring_a_forgotten_person_back(any_koop: Console, network: Network) -> None:
    """The ingest has decided on what it read before the person was forgotten, and writes afterwards."""
    network[NEAR].row(REF)["Telefon"] = PERSON["Telefon"] + "9"
    network[MASTER].row(REF)["Gebucht am"] = UNUSABLE
    path = network[NEAR].export()
    from koop_es.domain.terms import Policy
    from koop_es.ingest import ingest

    happened: list[bool] = []

    def meanwhile() -> None:
        assert forget(any_koop)["erased"]
        happened.append(True)

    with SeamStore.open(any_koop.db) as store:
        store.between = (1, meanwhile)
        ingest(store, path, Policy(), now=NOW)
    assert happened
    held = picture(any_koop.db)
    assert not any(row[3] == REF for row in held["koop_persons"])
    assert not texts_in([held[name] for name in ("koop_slices", "events", "koop_views")])


def test_g8_an_instructor_is_forgotten_in_the_log_too_and_the_network_goes_on(
    any_koop: Console, network: Network, tmp_path: Path
) -> None:
    name, file = "Käßmann-Unverwechselbar", tmp_path / "head.json"
    for program in network.values():
        for row in program.courses:
            row["Dozent"], row["Info"] = f"Zoë {name}", f"Mit {name.upper()}, Zoë\nab 18 Uhr"
        any_koop.call("ingest", program.export())
    settle(any_koop, network.values())
    any_koop.ask("seal", "--head", file)
    assert name.casefold() in repr(picture(any_koop.db)).casefold()
    planned = any_koop.ask("forget", "--instructor", f"{name}, Zoë", "--dry-run")["instructor"]
    assert planned["events"] > 0
    assert COOP in planned["streams"]
    for program in network.values():
        for row in program.courses:
            row["Dozent"], row["Info"] = "N. N.", "ab 18 Uhr"
    found = any_koop.ask("forget", "--instructor", f"Zoë {name}")
    assert (found["instructor"], found["remains"]["scrubbed"]) == (planned, True)
    assert name.casefold() not in repr(picture(any_koop.db)).casefold()
    if any_koop.db.startswith("sqlite"):
        files = [path for path in tmp_path.glob("*.db*") if name.encode() in path.read_bytes()]
        assert files == []
    checks = any_koop.ask("verify", "--witness", file, status=UNPROVEN)["checks"]
    (witness,) = [check for check in checks if check["name"] == "witness"]
    assert "written anew" in witness["detail"]
    for program in network.values():
        any_koop.call("ingest", program.export())
    settle(any_koop, network.values())
    assert name.casefold() not in repr(picture(any_koop.db)).casefold()
    assert any_koop.call("verify").status == UNPROVEN
    for half in ("Zoë", ", Zoë Maria", f"{name} Zoë,"):
        assert any_koop.refused("forget", "--instructor", half, status=4)["code"] == "name_missing"


WRITTEN = (
    "Käßmann,Zoë", "Käßmann; Zoë", "Käßmann;Zoë", "Käßmann (Zoë)", "Zoë(Käßmann)", "Käßmann/Zoë", "Zoë / Käßmann",
    "KÄSSMANN|ZOË", "Käßmann [Zoë]", "Käßmann,\tZoë", "Zoë\nKäßmann", "Ka\u0308ßmann,Zoe\u0308",
    "(Zoë) Käßmann", "[Zoë]Käßmann", "Käßmann, (Zoë)", "(Käßmann), Zoë", "Käßmann - Zoë",
    "ZOË – KÄSSMANN", "Käßmann -Zoë",
)  # fmt: skip
"""How programs write a name and a first name together."""


@mostly_on_sqlite(("asked",), ["Käßmann, Zoë", "Zoë Käßmann"], ["Käßmann, Zoë"])
def test_g8_an_instructor_is_found_however_a_program_joins_name_and_first_name(
    any_koop: Console, tmp_path: Path, asked: str
) -> None:
    network = booked(tmp_path / "exports")
    for text in WRITTEN:
        network[MASTER].courses[0] |= {"Dozent": text, "Info": f"bei {text}, ab 18 Uhr"}
        any_koop.call("ingest", network[MASTER].export())
    network[MASTER].courses[0] |= {"Dozent": "N. N.", "Info": "Käßmannstr. 1/Zoëgasse, ab 18 Uhr"}
    any_koop.call("ingest", network[MASTER].export())
    assert any_koop.ask("forget", "--instructor", asked)["instructor"]["events"] >= len(WRITTEN)
    left = repr(picture(any_koop.db))
    assert "bei …, ab 18 Uhr" in left
    left = unicodedata.normalize("NFC", left).casefold().replace("kässmannstr. 1/zoëgasse", "")
    assert [name for name in ("kässmann", "zoë") if name in left] == []


@mostly_on_sqlite(
    ("heading", "asked"),
    [*product(("Kennzeichen", "Stichwörter"), ("Käßmann, Zoë Maria", "Zoë Maria Käßmann"))],
    [("Kennzeichen", "Käßmann, Zoë Maria")],
)
def test_g8_an_instructor_is_found_where_a_list_was_parted_at_the_comma_of_the_name(
    any_koop: Console, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, heading: str, asked: str
) -> None:
    monkeypatch.setitem(HEADINGS, "courses", (*COURSES, "Stichwörter"))
    network = booked(tmp_path / "exports")
    written = ("7,Käßmann,Zoë Maria", "Käßmann, Zoë Maria,7", "Zoë Maria, KÄSSMANN", "Zoë, Maria, Käßmann")
    for text in (*written, "(Zoë Maria),Käßmann", "bei Käßmann, Zoë Maria ab 18 Uhr", "Käßmann,7,Maria"):
        for row in network[MASTER].courses:
            row |= {"Stichwörter": "", heading: text}
        any_koop.call("ingest", network[MASTER].export())
    assert any_koop.ask("forget", "--instructor", asked)["instructor"]["events"] >= len(written)
    left = repr(picture(any_koop.db))
    other = '["Käßmann","7","Maria"]'
    for items in ('["7","…","…"]', '["…","…","7"]', '["…","…","…"]', '["bei …","… ab 18 Uhr"]', other):
        assert items in left, "every item keeps its place, and what is not the name stays"
    left = left.replace(other, "").casefold()
    assert [name for name in ("käßmann", "kässmann", "zoë") if name in left] == []


def test_g8_forget_says_where_the_surname_of_an_instructor_stands_alone(any_koop: Console, tmp_path: Path) -> None:
    network = booked(tmp_path / "exports")
    for info in ("ohne Namen", "bei Frau\nKÄSSMANN", "in der Käßmannstr. 1", "bei Käßmann; Zoë kommt nach"):
        network[MASTER].courses[0] |= {"Info": info, "Dozent": "Käßmann, Zoë"}
        any_koop.call("ingest", network[MASTER].export())
    for asked in ("Käßmann, Zoë", "Zoë Käßmann"):
        assert any_koop.ask("forget", "--instructor", asked, "--dry-run")["instructor"]["surname_alone"] == 1
    told = " ".join(any_koop.read("forget", "--instructor", "Zoë Käßmann", "--dry-run").out.split())
    assert "the surname alone also stands in 1 events of these courses" in told
    assert any_koop.ask("forget", "--instructor", "Zoë Käßmann")["instructor"]["surname_alone"] == 1
    told = any_koop.read("forget", "--instructor", "Zoë Käßmann", "--dry-run").out
    assert "surname" not in told, "no course is named in which the name stands"


def test_d15_staff_have_pseudonyms_of_the_store_that_init_makes(
    sqlite_url: str, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    named = set()
    for number in range(2):
        koop = Console(f"{sqlite_url}{number}", capsys)
        koop.ask("init")
        take_in_the_person(koop, tmp_path / f"{number}")
        told = repr(picture(koop.db)["events"])
        found = set(re.findall(r"staff-[0-9a-f]{8}", told))
        assert len(found) == 1
        assert actor_of("Büro") not in found
        named |= found
        assert koop.ask("forget", "--booking", REF)["remains"]["staff_pseudonyms_keyed"] is True
        assert "older koop-es" not in koop.read("forget", "--booking", REF, "--yes").out
    assert len(named) == 2


def test_d15_forget_says_of_an_older_store_that_a_list_of_its_staff_undoes_their_pseudonyms(
    sqlite_url: str, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    koop = Console(sqlite_url, capsys)
    Store.create(sqlite_url).close()  # as an older program did: without a secret
    koop.ask("init")
    take_in_the_person(koop, tmp_path)
    assert str(actor_of("Büro")) in repr(picture(koop.db)["events"])
    assert koop.ask("forget", "--booking", REF, "--dry-run")["remains"]["staff_pseudonyms_keyed"] is False
    assert "this store was made by an older koop-es" in koop.read("forget", "--booking", REF, "--yes").out
    assert "stammt von einem älteren koop-es" in koop.read("forget", "--booking", REF, "--yes", "--lang", "de").out
