"""G8: who stands in what was set aside is forgotten, whatever it is written in and wherever it lies."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from koop_es.cli.answer import FOUND
from koop_es.ingest import erasure
from koop_es.store import Store
from tests.acceptance.console import Console
from tests.acceptance.exports import BOOKINGS, booking, course, csv_text, write_export
from tests.faults.picture import picture

VHS, NUMBER, COOP = "563", "26-1", "563-COOP-1"
NAME, FIRST = "Müllerin", "Jörgke"
UNUSABLE = "31.02.2026 10:00"
REF = f"{VHS}:1"


def exported(folder: Path, sequence: int, **given: Any) -> Path:
    rows = [
        booking(NUMBER, "1", name="Quarzbach") | {"Vorname": "Xaverlinde", "Telefon": ""},
        booking(NUMBER, "2", name="Zweiter"),
    ]
    return write_export(folder, VHS, sequence, [course(NUMBER, **{"Externe Kurs-Nr.": COOP})], rows, **given)


def with_row(folder: Path, name: bytes, first_name: bytes, encoding: str) -> Path:
    """Write an export with a row that cannot be used, in whichever bytes the two names are."""
    row = booking(NUMBER, "9", name="@1") | {"Vorname": "@2", "Gebucht am": UNUSABLE, "Telefon": "", "E-Mail": ""}
    path = write_export(folder, VHS, 1, [course(NUMBER)], [booking(NUMBER, "1")], proof=(), encoding=encoding)
    text = csv_text(BOOKINGS, [booking(NUMBER, "1"), row]).encode()
    (path / "belegungen.csv").write_bytes(text.replace(b"@1", name).replace(b"@2", first_name))
    return path


@pytest.mark.parametrize("declared", ["utf-8", "windows-1252", "iso-8859-15"])
@pytest.mark.parametrize(
    ("name", "first_name"),
    [
        (NAME.encode("cp1252"), FIRST.encode()),
        (NAME.encode(), FIRST.encode("cp1252")),
        (NAME.encode("cp850"), FIRST.encode("cp850")),
        (NAME.encode("cp850"), FIRST.encode()),
        ("Mül\x01lerin".encode(), FIRST.encode("cp1252")),
        ("Mül\u00adlerin".encode(), "Jör\u200bgke".encode()),
    ],
    ids=["windows and utf-8", "utf-8 and windows", "DOS", "DOS and utf-8", "a control character", "what is unseen"],
)
def test_g8_a_row_set_aside_is_found_whatever_each_of_its_names_is_written_in(
    any_koop: Console, tmp_path: Path, declared: str, name: bytes, first_name: bytes
) -> None:
    any_koop.call("ingest", with_row(tmp_path / "1", name, first_name, declared))
    for other in ("Müllerin, Eva", "Müller, Jörgke", "ller, Jörgke"):
        assert any_koop.ask("forget", "--name", other, "--in-quarantine")["quarantined_rows"] == 0, "lacks a word"
    held = any_koop.ask("quarantine", "list", status=1)["quarantine"]
    planned = any_koop.ask("forget", "--name", f"{NAME}, {FIRST}", "--in-quarantine", "--dry-run")
    assert [item["line"] for item in planned["set_aside"]] == [item["line"] for item in held if item["line"]] == [3]
    done = any_koop.ask("forget", "--name", f"{NAME}, {FIRST}", "--in-quarantine")
    assert done["set_aside"] == planned["set_aside"]
    assert not any_koop.ask("quarantine", "list", "--all")["quarantine"]


BY = {"booking": ("--booking", REF), "name": ("--name", "Quarzbach, Xaverlinde", "--in-quarantine")}


@pytest.mark.parametrize("end", ["resolved", "discarded"])
@pytest.mark.parametrize("by", BY)
def test_g8_a_path_that_names_somebody_goes_once_nothing_is_read_from_there(
    any_koop: Console, tmp_path: Path, end: str, by: str
) -> None:
    any_koop.take_in(exported(tmp_path / "1", 1))
    refused = exported(tmp_path / "Anmeldung_Xaverlinde-Quarzbach", 2)
    (refused / "belegungen.csv").write_bytes(b"x")
    other = exported(tmp_path / "Anmeldung_Eva-Quarzbach", 2)
    (other / "belegungen.csv").write_bytes(b"x")
    any_koop.call("ingest", refused, other)
    (first, second) = any_koop.ask("quarantine", "list", status=1)["quarantine"]
    kept = any_koop.ask("forget", *BY["name"])
    assert kept["set_aside"] == [], "as long as it is set aside it is read from there"
    assert any_koop.ask("quarantine", "list", status=1)["quarantine"] == [first, second]
    if end == "resolved":
        any_koop.call("ingest", exported(tmp_path / "3", 3))
    else:
        any_koop.ask("quarantine", "discard", str(first["id"]))
    (planned, done) = (any_koop.ask("forget", *BY[by], *more) for more in (["--dry-run"], []))
    assert planned["quarantined_rows"] == done["quarantined_rows"] == 1
    assert "xaverlinde" not in repr(any_koop.call("quarantine", "list", "--all")).casefold()
    held = picture(any_koop.db)
    assert "xaverlinde" not in repr([held["koop_quarantine"], held["koop_exports"]]).casefold()
    left = any_koop.ask("quarantine", "list", "--all", status=int(end != "resolved"))["quarantine"]
    assert [item["id"] for item in left] == [second["id"]]
    assert any_koop.call("verify").status != FOUND


@pytest.mark.parametrize("by", BY)
def test_g8_a_path_goes_also_from_rows_of_others_that_are_set_aside_no_more(
    any_koop: Console, tmp_path: Path, by: str
) -> None:
    any_koop.take_in(exported(tmp_path / "1", 1))
    path = exported(tmp_path / "Anmeldung Xaverlinde Quarzbach", 2, proof=())
    rows = (path / "belegungen.csv").read_bytes()
    (path / "belegungen.csv").write_bytes(rows + rows.splitlines()[2].replace(b"02.02.2026", b"31.02.2026") + b"\r\n")
    any_koop.call("ingest", path)
    any_koop.call("ingest", exported(tmp_path / "3", 3))
    (before,) = any_koop.ask("quarantine", "list", "--all")["quarantine"]
    assert before["state"] == "resolved"
    any_koop.ask("forget", *BY[by])
    (after,) = any_koop.ask("quarantine", "list", "--all")["quarantine"]
    assert after == before | {"source": erasure.UNPLACED}
    with Store.open(any_koop.db) as store, store.reading() as tx:
        assert tx.row("quarantine_show", id=after["id"])[-1], "the bytes of somebody else stay"  # type: ignore[index]
    assert "xaverlinde" not in repr(picture(any_koop.db)["koop_quarantine"]).casefold()
    assert any_koop.call("verify").status != FOUND
