"""Hostile and broken files at the command line: set aside with reason and place, or refused, never a traceback (G5)."""

from __future__ import annotations

import base64
import io
import json
import os
import stat
import zipfile
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from koop_es.cli.entry import run
from tests.acceptance.console import Console
from tests.acceptance.exports import BOOKINGS, FILES, Row, booking, course, csv_text, write_export
from tests.acceptance.network import MASTER, NEAR

COOP = "563-COOP-219"
SHARED = course("26-10009") | {"Externe Kurs-Nr.": COOP}


def good(folder: Path, sequence: int = 1) -> Path:
    """Write an export with nothing wrong: one shared course, three bookings."""
    return write_export(folder, MASTER, sequence, [SHARED], [booking("26-10009", str(n)) for n in range(3)])


def with_file(folder: Path, part: str, content: bytes, rows: int, **manifest: Any) -> Path:
    """Write a good export of which one file has other bytes that the manifest vouches for."""
    state(good(folder), part, content, rows, **manifest)
    return folder


def state(folder: Path, part: str, content: bytes, rows: int, **changed: Any) -> None:
    """Put other bytes into a file of an export and let its manifest state them, and whatever else."""
    (folder / FILES[part]).write_bytes(content)
    manifest = json.loads((folder / "manifest.json").read_text())
    manifest["files"][part] |= {"rows": rows, "sha256": sha256(content).hexdigest()}
    (folder / "manifest.json").write_text(json.dumps(manifest | changed))


def booking_lines(*rows: Row) -> bytes:
    return csv_text(BOOKINGS, rows).encode()


# --- one row that cannot be used --------------------------------------------------------------------------------------

ROW = booking("26-10009", "77")

BAD_CELLS: list[tuple[str, str]] = [
    ("Gebucht am", "31.02.2026 09:15"),
    ("Gebucht am", "2026-02-02"),
    ("Gebucht am", "29.03.2026 02:30"),
    ("Beleg-ID", ""),
    ("Beleg-ID", "x" * 41),
    ("TNR", ""),
    ("Kursnummer", ""),
    ("Kursnummer", "26-10009\0"),
    ("Status", ""),
    ("Name", ""),
    ("Vorname", ""),
    ("Name", "Muster\nMuster"),
    ("Name", "x" * 100_001),
    ("Koop-Beleg-ID", "301"),
    ("Koop-Beleg-ID", "563:78"),
    ("Kursnummer", "never-reported"),
]


@pytest.mark.parametrize(("column", "text"), BAD_CELLS, ids=lambda value: value[:20])
def test_a_bad_booking_is_set_aside_with_its_place_reason_and_bytes(
    koop: Console, tmp_path: Path, column: str, text: str
) -> None:
    content = booking_lines(booking("26-10009", "1"), ROW | {column: text}, booking("26-10009", "2"))
    (export,) = koop.ingest(with_file(tmp_path / "563", "bookings", content, 3), status=1)
    assert (export["status"], export["rows"], export["quarantined_rows"]) == ("applied", 4, 1)
    (item,) = koop.ask("quarantine", "list", status=1)["quarantine"]
    assert (item["vhs"], item["sequence"], item["about"], item["state"]) == (MASTER, 1, "booking", "open")
    assert (item["file"], item["line"], item["column"]) == ("belegungen.csv", 3, column)
    assert item["reason"]
    assert item["remedy"]
    shown = koop.ask("quarantine", "show", str(item["id"]))
    line = content.split(b"\r\n")[2]
    assert base64.b64decode(shown["raw_base64"]).startswith(line[:60])
    assert koop.held(MASTER) == {f"{MASTER}:1": "A", f"{MASTER}:2": "A"}


BAD_COURSES: list[tuple[str, str]] = [
    ("Kursnummer", ""),
    ("Periode", ""),
    ("Datum von", "30.02.2026"),
    ("Datum bis", "1.2.26"),
    ("TN max", "zwölf"),
    ("TN max", "-1"),
    ("Gebühr", "90.00"),
    ("Gebühr", "-1,00"),
    ("Gebühr", "1e3"),
    ("Gebühr", "100.000.000,00"),
    ("Anrechenbar", "vielleicht"),
    ("Uhrzeit von", "25:00"),
]


@pytest.mark.parametrize(("column", "text"), BAD_COURSES, ids=lambda value: value[:20])
def test_a_bad_course_is_set_aside_and_its_bookings_wait(koop: Console, tmp_path: Path, column: str, text: str) -> None:
    koop.take_in(good(tmp_path / "1"))
    bad = [SHARED | {column: text}, course("26-10010")]
    bookings = [booking("26-10009", str(n)) for n in range(3)]
    (export,) = koop.ingest(write_export(tmp_path / "2", MASTER, 2, bad, bookings), status=1)
    assert export["quarantined_rows"] >= 1
    items = koop.ask("quarantine", "list", status=1)["quarantine"]
    (item,) = [item for item in items if item["about"] == "course"]
    assert (item["file"], item["line"], item["column"]) == ("kurse.csv", 2, column)
    raw = base64.b64decode(koop.ask("quarantine", "show", str(item["id"]))["raw_base64"])
    assert text.encode() in raw
    koop.ingest(write_export(tmp_path / "3", MASTER, 3, bad, bookings), status=1)
    assert set(koop.held(MASTER).values()) == {"A"}
    assert koop.open_codes() == set()


BROKEN_TABLES: dict[str, tuple[bytes, int]] = {
    "too few cells": (booking_lines(ROW) + b"78;26-10009;26F\r\n", 2),
    "too many cells": (booking_lines(ROW) + b";" * 300 + b"\r\n", 2),
    "a quote that never closes": (booking_lines(ROW) + b'78;"26-10009;26F;1;M;V;;;A;02.02.2026 09:15;;\r\n', 2),
    "a quote in the middle": (booking_lines(ROW) + b'78;26-10009;26F;1;M"x;"V"y;;;A;02.02.2026 09:15;;\r\n', 2),
    "bytes of no utf-8": (booking_lines(ROW) + b"78;26-10009;26F;1;M\xfcller;V;;;A;02.02.2026 09:15;;\r\n", 2),
    "NUL": (booking_lines(ROW) + b"78;26-10009;26F;1;M\0;V;;;A;02.02.2026 09:15;;\r\n", 2),
    "a cell of 10 MB": (booking_lines(ROW) + b"78;" + b"x" * 10_000_000 + b";26F;1;M;V;;;A;02.02.2026 09:15;;\r\n", 2),
}


@pytest.mark.parametrize(("content", "rows"), BROKEN_TABLES.values(), ids=BROKEN_TABLES)
def test_a_broken_line_is_set_aside_and_the_others_go_on(
    koop: Console, tmp_path: Path, content: bytes, rows: int
) -> None:
    (export,) = koop.ingest(with_file(tmp_path / "563", "bookings", content, rows), status=1)
    assert (export["status"], export["quarantined_rows"]) == ("applied", 1)
    (item,) = koop.ask("quarantine", "list", status=1)["quarantine"]
    assert (item["file"], item["line"]) == ("belegungen.csv", 3)
    assert item["reason"]
    assert base64.b64decode(koop.ask("quarantine", "show", str(item["id"]))["raw_base64"])
    assert koop.held(MASTER) == {f"{MASTER}:77": "A"}


def test_mixed_line_ends_and_blank_lines_are_no_fault(koop: Console, tmp_path: Path) -> None:
    lines = booking_lines(*(booking("26-10009", str(n)) for n in range(4))).split(b"\r\n")
    content = b"\n".join(lines[:2]) + b"\r\n\r\n" + b"\r".join(lines[2:])
    koop.take_in(with_file(tmp_path / "563", "bookings", content, 4))
    assert len(koop.held(MASTER)) == 4


def test_columns_in_any_order_and_unknown_ones_are_no_fault(koop: Console, tmp_path: Path) -> None:
    row = ROW | {"IBAN": "DE00", "Geburtstag": "01.01.1970"}
    content = csv_text([*reversed(BOOKINGS), "IBAN", "Geburtstag"], [row]).encode()
    export = koop.take_in(with_file(tmp_path / "563", "bookings", content, 1))
    (notice,) = export["notices"]
    assert "IBAN" in notice["text"]
    assert "DE00" not in json.dumps(export)
    assert len(koop.held(MASTER)) == 1


# --- a whole file or export that cannot be used -----------------------------------------------------------------------

HEADERLESS: dict[str, bytes] = {
    "empty": b"",
    "no header": booking_lines(ROW).split(b"\r\n", 1)[1],
    "a required heading missing": booking_lines(ROW).replace(b"Beleg-ID;", b"Beleg;", 1),
    "a heading twice": booking_lines(ROW).replace(b"Telefon", b"Name", 1),
    "10,000 columns": b";".join(b"c%d" % n for n in range(10_000)) + b"\r\n",
    "commas": booking_lines(ROW).replace(b";", b","),
    "utf-16 declared as utf-8": csv_text(BOOKINGS, [ROW]).encode("utf-16"),
}


@pytest.mark.parametrize("content", HEADERLESS.values(), ids=HEADERLESS)
def test_a_file_without_a_usable_header_quarantines_the_export(koop: Console, tmp_path: Path, content: bytes) -> None:
    (export,) = koop.ingest(with_file(tmp_path / "563", "bookings", content, 1), status=4)
    assert export["status"] == "quarantined"
    assert "belegungen.csv" in export["reason"]
    assert koop.view(MASTER)["courses"] == []


@pytest.mark.parametrize("declared", ["utf-16", "latin-1", "utf-7", "", 5])
def test_a_wrong_encoding_is_never_guessed_silently(koop: Console, tmp_path: Path, declared: Any) -> None:
    content = booking_lines(ROW | {"Name": "Müller"})
    folder = with_file(tmp_path / "563", "bookings", content, 1, encoding=declared)
    (export,) = koop.ingest(folder, status=4)
    assert (export["status"], export["events"]) == ("quarantined", 0)


@pytest.mark.parametrize("declared", ["windows-1252", "iso-8859-15"])
def test_utf8_declared_as_a_narrow_encoding_is_pointed_out(koop: Console, tmp_path: Path, declared: str) -> None:
    folder = tmp_path / "563"
    write_export(folder, MASTER, 1, [SHARED], [], encoding=declared)
    state(folder, "bookings", booking_lines(ROW | {"Name": "Müller"}), 1)
    export = koop.take_in(folder)
    assert any("utf-8" in notice["text"] for notice in export["notices"])


MANIFESTS: dict[str, Callable[[dict[str, Any]], Any]] = {
    "another format": lambda m: m | {"format": "koop-export/2"},
    "no vhs": lambda m: {k: v for k, v in m.items() if k != "vhs"},
    "a vhs that is no number": lambda m: m | {"vhs": "Regensburg"},
    "sequence 0": lambda m: m | {"sequence": 0},
    "sequence as text": lambda m: m | {"sequence": "1"},
    "sequence beyond 64 bits": lambda m: m | {"sequence": 2**63},
    "time without offset": lambda m: m | {"exported_at": "2026-03-02T02:00:00"},
    "another kind": lambda m: m | {"kind": "partial"},
    "a path that leads out": lambda m: m | {"files": {"courses": {"path": "../../etc/passwd"}}},
    "an absolute path": lambda m: m | {"files": {"courses": {"path": "/etc/passwd"}}},
    "no object": lambda m: [m],
    "scope that is no day": lambda m: m | {"scope": {"courses_ending_from": "soon"}},
}


@pytest.mark.parametrize("change", MANIFESTS.values(), ids=MANIFESTS)
def test_a_manifest_that_is_wrong_quarantines_the_export(
    koop: Console, tmp_path: Path, change: Callable[[dict[str, Any]], Any]
) -> None:
    path = good(tmp_path / "563")
    manifest = json.loads((path / "manifest.json").read_text())
    (path / "manifest.json").write_text(json.dumps(change(manifest)))
    (export,) = koop.ingest(path, status=4)
    assert (export["status"], export["events"]) == ("quarantined", 0)
    assert "manifest.json" in export["reason"]
    known = koop.call("status").answer["data"]["vhs"]
    assert known == [] or (known[0]["quarantined"], known[0]["state"]) == (1, "quarantined")


@pytest.mark.parametrize(
    "content", [b"", b"{", b"\xff\xfe{", b"[" * 100_000, b'{"vhs": NaN}', b"null", b"{}" * 600_000]
)
def test_a_manifest_that_is_no_json_quarantines_the_export(koop: Console, tmp_path: Path, content: bytes) -> None:
    path = good(tmp_path / "563")
    (path / "manifest.json").write_bytes(content)
    assert koop.ingest(path, status=4)[0]["status"] == "quarantined"


def zipped(path: Path, entries: dict[str, bytes], **kinds: int) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in entries.items():
            info = zipfile.ZipInfo(name)
            info.compress_type = zipfile.ZIP_DEFLATED
            info.external_attr = kinds.get(name, 0) << 16
            archive.writestr(info, content)
    return path


def entries_of(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def bomb(tmp_path: Path) -> Path:
    entries = entries_of(good(tmp_path / "563"))
    return zipped(tmp_path / "bomb.zip", entries | {"belegungen.csv": b"\0" * 300_000_000})


def slip(tmp_path: Path) -> Path:
    return zipped(tmp_path / "slip.zip", entries_of(good(tmp_path / "563")) | {"../../evil.csv": b"x"})


def link(tmp_path: Path) -> Path:
    entries = entries_of(good(tmp_path / "563")) | {"belegungen.csv": b"/etc/passwd"}
    return zipped(tmp_path / "link.zip", entries, **{"belegungen.csv": stat.S_IFLNK | 0o777})


def crowd(tmp_path: Path) -> Path:
    return zipped(tmp_path / "crowd.zip", entries_of(good(tmp_path / "563")) | {f"f{n}": b"" for n in range(5_000)})


def nested(tmp_path: Path) -> Path:
    inner = io.BytesIO()
    with zipfile.ZipFile(inner, "w") as archive:
        archive.writestr("manifest.json", b"{}")
    entries = entries_of(good(tmp_path / "563")) | {"belegungen.csv": inner.getvalue()}
    return zipped(tmp_path / "nested.zip", entries)


def cut_archive(tmp_path: Path) -> Path:
    path = zipped(tmp_path / "cut.zip", entries_of(good(tmp_path / "563")))
    path.write_bytes(path.read_bytes()[:-30])
    return path


def bad_crc(tmp_path: Path) -> Path:
    path = zipped(tmp_path / "crc.zip", entries_of(good(tmp_path / "563")))
    content = bytearray(path.read_bytes())
    content[content.index(b"manifest.json") + 40] ^= 0xFF
    path.write_bytes(content)
    return path


def linked_directory(tmp_path: Path) -> Path:
    path = good(tmp_path / "563")
    (path / "belegungen.csv").unlink()
    (path / "belegungen.csv").symlink_to("/etc/passwd")
    return path


@pytest.mark.parametrize("make", [bomb, slip, link, crowd, nested, cut_archive, bad_crc, linked_directory])
def test_a_hostile_container_is_quarantined_or_refused(
    koop: Console, tmp_path: Path, make: Callable[[Path], Path]
) -> None:
    reply = koop.call("ingest", make(tmp_path))
    assert reply.status == 4, reply
    answer = reply.answer
    found = answer.get("error") or answer["data"]["exports"][0]
    assert found.get("message") or (found["status"] == "quarantined" and found["reason"])
    assert koop.view(MASTER)["courses"] == []
    assert not (tmp_path.parent / "evil.csv").exists()


XMLS: dict[str, bytes] = {
    "a billion laughs": b'<?xml version="1.0"?><!DOCTYPE kurse [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">'
    b"]><kurse><kurs><knr>&b;</knr></kurs></kurse>",
    "an external entity": b'<!DOCTYPE kurse [<!ENTITY x SYSTEM "file:///etc/passwd">]><kurse><kurs><knr>&x;</knr></kurs>'
    b"</kurse>",
    "an external DTD": b'<!DOCTYPE kurse SYSTEM "http://127.0.0.1:1/x.dtd"><kurse></kurse>',
    "cut off": b"<kurse><kurs><knr>1</knr>",
    "not well-formed": b"<kurse></kurs>",
    "deep": b"<kurse>" + b"<a>" * 10_000 + b"</a>" * 10_000 + b"</kurse>",
    "another root": b"<html><body/></html>",
    "bytes of no encoding": b'<?xml version="1.0" encoding="utf-8"?><kurse>\xff\xfe</kurse>',
    "an unknown encoding": b'<?xml version="1.0" encoding="klingon"?><kurse></kurse>',
    "no format at all": b"\x00\x01\x02 nothing",
    "an empty file": b"",
}


@pytest.mark.parametrize("content", XMLS.values(), ids=XMLS)
def test_hostile_xml_exits_4_and_reads_nothing_else(koop: Console, tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "internet.xml"
    path.write_bytes(content)
    reply = koop.call("ingest", path, "--vhs", MASTER)
    assert reply.status == 4, reply
    assert "root:" not in reply.out
    assert reply.answer["schema"] in {"koop-es/error/1", "koop-es/ingest/1"}


def test_paths_that_are_no_files_are_refused(koop: Console, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "empty").mkdir()
    (tmp_path / "loop").symlink_to(tmp_path / "loop")
    for name in ("pipe", "empty", "loop", "missing", "name\nwith line", "x" * 5_000, "/dev/null"):
        assert koop.refused("ingest", tmp_path / name, status=4)["code"]


@pytest.mark.parametrize("order", [(0, 1, 2), (1, 0, 2), (0, 2, 1)])
@pytest.mark.parametrize("other", ["missing", "pipe", "empty", "x" * 5_000, "loop"])
def test_g5_the_others_of_a_command_go_on_where_one_is_none(
    koop: Console, tmp_path: Path, other: str, order: tuple[int, int, int]
) -> None:
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "empty").mkdir()
    (tmp_path / "loop").symlink_to(tmp_path / "loop")
    there = write_export(tmp_path / "near", NEAR, 1, [course("K-1")], [])
    paths = [good(tmp_path / "good"), tmp_path / other, there]
    paths = [paths[place] for place in order]
    judged = koop.ask("check", *paths, status=1)["exports"]
    found = koop.ingest(*paths, status=1)
    assert [export["status"] == "applied" for export in found] == [path != tmp_path / other for path in paths]
    assert [export["usable"] for export in judged] == [export["status"] == "applied" for export in found]
    (reason,) = [export["reason"] for export in found if export["status"] != "applied"]
    assert reason


def test_g5_where_no_export_of_a_command_is_there_no_store_is_made(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert run(["ingest", "one", "two"], as_json=False) == 4
    assert "there is no one" in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []


# --- what becomes of it -----------------------------------------------------------------------------------------------


def test_retry_takes_in_a_mended_row_from_wherever_it_is_called(
    koop: Console, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    bad = [booking("26-10009", "1"), booking("26-10009", "2") | {"Gebucht am": "gestern"}]
    path = write_export(tmp_path / "563", MASTER, 1, [SHARED], bad)
    monkeypatch.chdir(tmp_path)
    koop.ingest(Path("563"), status=1)
    retried = koop.ask("quarantine", "retry", status=1)
    assert retried["open"] == 1
    state(path, "bookings", booking_lines(booking("26-10009", "1"), booking("26-10009", "2")), 2)
    monkeypatch.chdir("/")
    retried = koop.ask("quarantine", "retry")
    assert retried["open"] == 0
    assert [export["status"] for export in retried["exports"]] == ["applied"]
    assert koop.held(MASTER) == {f"{MASTER}:1": "A", f"{MASTER}:2": "A"}
    (item,) = koop.ask("quarantine", "list", "--all")["quarantine"]
    assert item["state"] == "resolved"


def test_retry_takes_in_a_whole_export_that_was_mended(koop: Console, tmp_path: Path) -> None:
    path = good(tmp_path / "563")
    whole = (path / FILES["bookings"]).read_bytes()
    (path / FILES["bookings"]).write_bytes(whole[:-30])
    koop.ingest(path, status=4)
    assert koop.ask("quarantine", "retry", status=1)["open"] == 1
    (path / FILES["bookings"]).write_bytes(whole)
    assert koop.ask("quarantine", "retry")["open"] == 0
    assert len(koop.held(MASTER)) == 3
    assert koop.status()[MASTER]["quarantined"] == 0


def test_retry_of_an_export_that_is_gone_says_so(koop: Console, tmp_path: Path) -> None:
    path = good(tmp_path / "563")
    (path / FILES["bookings"]).unlink()
    koop.ingest(path, status=4)
    path.rename(tmp_path / "elsewhere")
    (export,) = koop.ask("quarantine", "retry", status=1)["exports"]
    assert export["status"] == "unreadable"
    assert "563" in export["reason"]


def test_a_newer_export_settles_what_was_set_aside(koop: Console, tmp_path: Path) -> None:
    path = good(tmp_path / "1")
    (path / FILES["bookings"]).unlink()
    koop.ingest(path, status=4)
    koop.take_in(good(tmp_path / "2", 2))
    koop.call("quarantine", "retry")
    assert koop.ask("quarantine", "list")["quarantine"] == []


def test_discard_gives_up_the_bytes_and_keeps_the_reason(koop: Console, tmp_path: Path) -> None:
    content = booking_lines(ROW | {"Gebucht am": "gestern", "Name": "Geheim"})
    koop.ingest(with_file(tmp_path / "563", "bookings", content, 1), status=1)
    (item,) = koop.ask("quarantine", "list", status=1)["quarantine"]
    number = str(item["id"])
    assert "Geheim" not in json.dumps(item), "the list names no person"
    assert koop.ask("quarantine", "discard", number) == {"id": item["id"], "state": "discarded"}
    shown = koop.ask("quarantine", "show", number)
    assert (shown["raw_base64"], shown["state"], shown["reason"]) == ("", "discarded", item["reason"])
    assert koop.ask("quarantine", "list")["quarantine"] == []
    assert koop.status()[MASTER]["quarantined"] == 0


def test_a_list_of_abos_fails_row_by_row_and_the_others_are_subscribed(koop: Console, tmp_path: Path) -> None:
    koop.take_in(good(tmp_path / "563"))
    source = tmp_path / "abos.csv"
    source.write_text(
        "COOP-Id;Neue Kursnummer;Semester/Periode;Verrechnungssatz\r\n"
        f"{COOP};K-1;26F;80\r\n563-COOP-999;K-2;26F;80\r\nnonsense;K-3;26F;80\r\n{COOP};K-4;26F;75\r\n"
    )
    data = koop.ask("subscribe", "--vhs", NEAR, "--from", source, status=1)
    assert [item["number"] for item in data["subscribed"]] == ["K-1"]
    assert [item["number"] for item in data["failed"]] == ["K-2", "K-3", "K-4"]
    assert all(item["reason"] for item in data["failed"])
    again = koop.ask("subscribe", "--vhs", NEAR, "--from", source, status=1)
    assert [item["number"] for item in again["subscribed"]] == ["K-1"]
    for text in ("", "a;b\n1;2\n", f"COOP-Id;Neue Kursnummer;Semester/Periode;Verrechnungssatz\n{COOP};K\n"):
        source.write_text(text)
        assert koop.refused("subscribe", "--vhs", NEAR, "--from", source, status=4)["code"] == "list_invalid"


@pytest.mark.parametrize("odd", ["[red]Ton[/red]", "Ton [/b]", "=cmd|'/C calc'!A1", "Ton \u05e9", "{0} %s"])
def test_what_staff_typed_is_shown_and_never_obeyed(
    koop: Console, tmp_path: Path, capsys: pytest.CaptureFixture[str], odd: str
) -> None:
    koop.take_in(write_export(tmp_path / "563", MASTER, 1, [SHARED | {"Titel": odd}], [ROW | {"Name": odd}]))
    assert run(koop.words("view", "--vhs", MASTER), as_json=False) == 0
    shown = capsys.readouterr().out
    assert shown.count(odd) == 2
