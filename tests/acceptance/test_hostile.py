"""Hostile files through the command line: set aside with place and reason, in 256 MB, and nothing else suffers (G5).

``hostile.py`` is the list; ``test_bad_input.py`` has the everyday faults and what becomes of quarantined rows.
"""

from __future__ import annotations

import base64
import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.acceptance.console import PROGRAM, Console, Reply, clean_environment
from tests.acceptance.exports import FILES, booking, write_export
from tests.acceptance.hostile import ARCHIVES, DIRECTORIES, ROWS, SECRET, SHARED, TABLES, USER, WHOLE, Make
from tests.acceptance.hostile_sizes import KINDS, QUICK
from tests.acceptance.network import COOP, FAR, MASTER

ROOT = Path(__file__).parents[2]
LIMIT_MEGABYTES = 256
LIMIT_OF_READING = 160
"""What reading alone may take of them."""
BEFORE = {f"{MASTER}:{number}": "A" for number in range(3)}


@pytest.fixture
def settled(koop: Console, tmp_path: Path) -> Console:
    """A console on a store that holds one cooperation with three bookings."""
    bookings = [booking("26-10009", str(number)) for number in range(3)]
    koop.take_in(write_export(tmp_path / "before", MASTER, 1, [SHARED], bookings, [USER]))
    return koop


def neighbour(folder: Path) -> Path:
    """Write a good export of another VHS."""
    own = SHARED | {"Kursnummer": "99-0TON", "Externe Kurs-Nr.": "412-COOP-7"}
    return write_export(folder, FAR, 1, [own], [booking("99-0TON", "700")])


def assert_untouched(koop: Console) -> None:
    assert koop.held(MASTER) == BEFORE
    assert [change for change in koop.changes(MASTER) if change["kind"] == "booking.cancel"] == []


@pytest.mark.parametrize("make", WHOLE.values(), ids=WHOLE)
def test_a_hostile_export_is_set_aside_and_the_others_of_the_command_go_on(
    settled: Console, tmp_path: Path, make: Make
) -> None:
    (tmp_path / "in").mkdir()
    hostile = make(tmp_path / "in")
    reply = settled.call("ingest", hostile)
    assert reply.status == 4, reply
    assert SECRET not in reply.out + reply.err
    refused = reply.answer.get("error") or reply.answer["data"]["exports"][0]
    assert refused.get("message") or (refused["status"] == "quarantined" and ": " in refused["reason"]), refused
    assert_untouched(settled)
    exports = settled.ingest(hostile, neighbour(tmp_path / "other"), status=1)
    assert [export["status"] for export in exports] == ["quarantined", "applied"]
    assert exports[0]["reason"]
    assert settled.held(FAR) == {f"{FAR}:700": "A"}
    assert_untouched(settled)
    assert not list(tmp_path.parent.rglob("evil.csv"))


@pytest.mark.parametrize(("part", "make"), ROWS.values(), ids=ROWS)
def test_a_hostile_row_is_set_aside_with_its_place_reason_and_bytes(
    koop: Console, tmp_path: Path, part: str, make: Make
) -> None:
    folder = make(tmp_path)
    content = (folder / FILES[part]).read_bytes()
    (export,) = koop.ingest(folder, status=1)
    assert (export["status"], export["quarantined_rows"]) == ("applied", 1)
    (item,) = koop.ask("quarantine", "list", status=1)["quarantine"]
    assert item["file"] == FILES[part]
    begins = len(content.split(b"\r\n")) - 1 if part != "courses" else content.count(b"\n")
    assert item["line"] == begins
    assert item["reason"]
    assert item["remedy"]
    raw = base64.b64decode(koop.ask("quarantine", "show", str(item["id"]))["raw_base64"])
    assert raw
    assert content.endswith(raw)
    assert set(koop.held(MASTER).values()) == {"A"}


# --- XML --------------------------------------------------------------------------------------------------------------

KUFER = ("<kurse>", "<kurs><knr>{}</knr></kurs>", "</kurse>")
OPEN_VHS = (
    '<o:veranstaltungen version="1.2" xmlns:o="http://www.dvv-vhs.de/Open-VHS">',
    "<veranstaltung><guid>1</guid><nummer>{}</nummer><beginn_datum>2026-02-03</beginn_datum></veranstaltung>",
    "</o:veranstaltungen>",
)
FORMATS = {"kufer": KUFER, "open-vhs": OPEN_VHS}
LAUGHS = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))

DOCUMENTS: dict[str, str] = {
    "a billion laughs": f'<!DOCTYPE x [<!ENTITY l0 "ha">{LAUGHS}]>TOP<a>&l9;</a>END',
    "a quadratic blow-up": f'<!DOCTYPE x [<!ENTITY a "{"x" * 50_000}">]>TOP<a>{"&a;" * 5_000}</a>END',
    "an external entity": '<!DOCTYPE x [<!ENTITY s SYSTEM "file:///etc/passwd">]>TOP<a>&s;</a>END',
    "an external parameter entity": '<!DOCTYPE x [<!ENTITY % s SYSTEM "file:///etc/passwd">%s;]>TOPEND',
    "an external DTD": '<!DOCTYPE x SYSTEM "http://127.0.0.1:1/x.dtd">TOPEND',
    "a public DTD": '<!DOCTYPE x PUBLIC "-//x//y" "file:///dev/zero">TOPEND',
    "elements 100,000 deep": f"TOP{'<a>' * 100_000}{'</a>' * 100_000}END",
    "an element that never closes": "TOP<a>END",
    "a second root": "TOPENDTOPEND",
    "text behind the root": "TOPENDx",
    "an attribute of 10 MB": f'TOP<a b="{"x" * 10_000_000}"/>END',
    "an attribute twice": 'TOP<a b="1" b="2"/>END',
    "a name of 10 MB": f"TOP<{'a' * 10_000_000}/>END",
    "a comment that never closes": f"TOP<!--{'x' * 6_000_000}",
    "a section that never closes": f"TOP<![CDATA[{'x' * 6_000_000}",
    "a prefix nobody declared": "TOP<z:a/>END",
    "a declaration in the middle": "TOP<?xml version='1.0'?>END",
}

ENCODINGS = ["utf-7", "rot13", "hex", "zlib", "idna", "punycode", "undefined", "utf-32", "ucs-2", "big5", "x" * 5_000]


def internet_xml(tmp_path: Path, content: bytes) -> Path:
    path = tmp_path / "internet.xml"
    path.write_bytes(content)
    return path


@pytest.mark.parametrize("form", FORMATS)
@pytest.mark.parametrize("document", DOCUMENTS.values(), ids=DOCUMENTS)
def test_hostile_xml_is_set_aside_with_its_line_and_nothing_is_fetched(
    settled: Console, tmp_path: Path, form: str, document: str
) -> None:
    top, _, end = FORMATS[form]
    path = internet_xml(tmp_path, document.replace("TOP", top).replace("END", end).encode())
    exports = settled.ingest(path, "--vhs", MASTER, status=4)  # type: ignore[arg-type]
    assert exports[0]["status"] == "quarantined"
    assert exports[0]["reason"].startswith("internet.xml, line ")
    assert "root:" not in json.dumps(exports)
    assert_untouched(settled)


@pytest.mark.parametrize("form", FORMATS)
@pytest.mark.parametrize("text", ["&#xD800;", "&#0;", "\0", "&nobody;"])
def test_a_character_no_xml_may_hold_costs_nothing_where_nothing_is_read(
    settled: Console, tmp_path: Path, form: str, text: str
) -> None:
    path = internet_xml(tmp_path, f"<a>{text}</a>".join(FORMATS[form]).encode())
    (export,) = settled.ingest(path, "--vhs", MASTER)  # type: ignore[arg-type]
    assert (export["events"], export["quarantined_rows"]) == (0, 0)


@pytest.mark.parametrize("form", FORMATS)
@pytest.mark.parametrize("encoding", ENCODINGS, ids=lambda name: name[:12])
def test_xml_in_an_encoding_that_is_none_is_set_aside(
    settled: Console, tmp_path: Path, form: str, encoding: str
) -> None:
    content = f'<?xml version="1.0" encoding="{encoding}"?>' + "".join(FORMATS[form])
    (export,) = settled.ingest(internet_xml(tmp_path, content.encode()), "--vhs", MASTER, status=4)  # type: ignore[arg-type]
    assert (export["status"], export["events"]) == ("quarantined", 0)


@pytest.mark.parametrize("form", FORMATS)
@pytest.mark.parametrize("number", ["", "x" * 41, "1<a/>\n2", "x" * 3_000_000], ids=lambda text: f"{len(text)} letters")
def test_a_course_of_a_hostile_number_is_set_aside_with_its_bytes(
    settled: Console, tmp_path: Path, form: str, number: str
) -> None:
    top, record, end = FORMATS[form]
    content = (top + record.format("26-1") + "\n" + record.replace("guid>1<", "guid>2<").format(number) + end).encode()
    (export,) = settled.ingest(internet_xml(tmp_path, content), "--vhs", FAR, status=1)  # type: ignore[arg-type]
    assert export["quarantined_rows"] == 1
    (item,) = settled.ask("quarantine", "list", status=1)["quarantine"]
    assert (item["file"], item["line"], item["about"]) == ("internet.xml", 2, "course")
    raw = base64.b64decode(settled.ask("quarantine", "show", str(item["id"]))["raw_base64"])
    assert raw in content
    assert raw


# --- profiles and lists -----------------------------------------------------------------------------------------------

PROFILES: dict[str, bytes] = {
    "nothing": b"",
    "no text": bytes(range(256)),
    "utf-16": 'name = "x"'.encode("utf-16"),
    "NUL": b'name = "x\0"',
    "a number of 5,000 digits": b"name = " + b"1" * 5_000,
    "lists 5,000 deep": b"name = " + b"[" * 5_000 + b"]" * 5_000,
    "tables 5,000 deep": b"[" + b".".join([b"a"] * 5_000) + b"]",
    "2 MiB": b'name = "x"\n' + b"#" * (2 << 20),
    "a delimiter of two": b'name = "x"\ndelimiter = ";;"',
    "a quote as delimiter": b'name = "x"\ndelimiter = "\\""',
    "a line end as delimiter": b'name = "x"\ndelimiter = "\\n"',
    "another encoding": b'name = "x"\nencoding = "utf-7"',
    "a status that is none": b'name = "x"\n[status]\nA = "Z"',
    "a field that is none": b'name = "x"\n[columns.bookings]\niban = "IBAN"',
    "headings that are none": b'name = "x"\n[columns.bookings]\nname = 5',
    "a key twice": b'name = "x"\nname = "y"',
    "a day that is none": b"name = 2026-02-30",
    "not a number": b"name = nan",
}


@pytest.mark.parametrize("content", PROFILES.values(), ids=PROFILES)
def test_a_hostile_profile_is_refused_and_names_itself(settled: Console, tmp_path: Path, content: bytes) -> None:
    profile = tmp_path / "own.toml"
    profile.write_bytes(content)
    error = settled.refused("ingest", neighbour(tmp_path / "other"), "--profile", profile, status=4)
    assert error["code"] == "profile_invalid"
    assert "own.toml" in error["message"]
    assert settled.held(FAR) == {}
    assert_untouched(settled)


def test_a_profile_that_is_no_plain_file_is_refused(settled: Console, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "loop").symlink_to(tmp_path / "loop")
    other = neighbour(tmp_path / "other")
    for name in ("/dev/zero", "pipe", "loop", ".", "x" * 5_000, "a/" * 3_000, "name\nwith line"):
        error = settled.refused("ingest", other, "--profile", str(tmp_path / name), status=4)
        assert error["code"] == "profile_invalid"


HEAD = "COOP-Id;Neue Kursnummer;Semester/Periode;Verrechnungssatz\r\n"
LISTS: dict[str, bytes] = {
    "no text": bytes(range(256)),
    "utf-16": (HEAD + f"{COOP};K-1;26F;80\r\n").encode("utf-16"),
    "latin": (HEAD + f"{COOP};Kü-1;26F;80\r\n").encode("cp1252"),
    "a heading twice": b"COOP-Id;" + HEAD.encode(),
    "a heading under two names": b"coop_id;" + HEAD.encode(),
    "no header": f"{COOP};K-1;26F;80\r\n".encode(),
    "10,000 columns": b"x;" * 10_000,
    "a row of 10,000 cells": HEAD.encode() + b"x;" * 10_000,
    "a cell of 10 MB": HEAD.encode() + b"x" * 10_000_000 + b";K;26F;80",
    "a quote that never closes": HEAD.encode() + b'"' + COOP.encode() + b";K-1;26F;80\r\n",
    "a quote inside": HEAD.encode() + b'"x"y;K-1;26F;80\r\n',
    "one cell": HEAD.encode() + b"x\r\n",
    "only quotes": b'"' * 1_000,
}


@pytest.mark.parametrize("content", LISTS.values(), ids=LISTS)
def test_a_hostile_list_of_abos_is_refused_and_nothing_is_subscribed(
    settled: Console, tmp_path: Path, content: bytes
) -> None:
    source = tmp_path / "list.csv"
    source.write_bytes(content)
    error = settled.refused("subscribe", "--vhs", FAR, "--from", source, status=4)
    assert error["code"] == "list_invalid"
    assert "list.csv" in error["message"]
    assert settled.held(FAR) == {}
    assert_untouched(settled)


CELLS = ["\0", "=1+1", "x" * 41, "\u202e", "K\u2028K", "' OR 1=1 --", "[red]K[/red]", "../../x", "  "]


@pytest.mark.parametrize("cell", CELLS, ids=ascii)
def test_a_hostile_cell_of_a_list_fails_alone_or_is_taken_as_text(settled: Console, tmp_path: Path, cell: str) -> None:
    source = tmp_path / "list.csv"
    source.write_text(f'{HEAD}{COOP};"{cell}";26F;80\r\n{cell};K-2;26F;80\r\n', encoding="utf-8")
    reply = settled.call("subscribe", "--vhs", FAR, "--from", source)
    assert reply.status in {1, 3, 4}, reply
    if reply.status != 4:
        data = reply.answer["data"]
        assert len(data["subscribed"]) + len(data["failed"]) == 2
        assert data["failed"][-1]["reason"]
    assert_untouched(settled)


# --- memory -----------------------------------------------------------------------------------------------------------


METER = (
    "import resource, subprocess, sys; status = subprocess.run(sys.argv[1:]).returncode;"
    "print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss, file=sys.stderr); sys.exit(status)"
)
"""A small process between: a child's peak begins with what its parent held when it was made, here all of the tests."""


def measured(koop: Console, *words: str | Path) -> tuple[Reply, int]:
    """Run the program as a process of its own; gives its answer and its peak resident memory in megabytes."""
    command = [sys.executable, "-S", "-c", METER, *PROGRAM, *koop.words(*words), "--json"]
    done = subprocess.run(command, capture_output=True, encoding="utf-8", env=clean_environment(), check=False)
    peak = int(done.stderr.splitlines()[-1])
    return Reply(done.returncode, done.stdout, done.stderr), peak >> (20 if sys.platform == "darwin" else 10)


def dear(name: str) -> Make:
    return {**TABLES, **ARCHIVES, **DIRECTORIES, **{row: make for row, (_, make) in ROWS.items()}}[name]


DEAR = [
    "a bomb of zeros",
    "a bomb of blank lines",
    "a bomb as manifest",
    "sizes that lie",
    "entries that share their bytes",
    "a file without end in one line",
    "nothing but quotes",
    "100,001 rows that are none",
    "a header of 10 MB",
    "a cell of 10 MB in bookings",
    "a quoted cell of 10 MB in courses",
    "a million cells in bookings",
]


@pytest.mark.skipif(not Path("/proc/self/status").is_file(), reason="the peak of a process is read from /proc")
@pytest.mark.parametrize(
    ("mebibytes", "kinds"),
    [pytest.param(12, QUICK, id="some"), pytest.param(100, list(KINDS), id="all", marks=pytest.mark.soak)],
)
def test_whatever_a_file_repeats_without_end_takes_little_memory(mebibytes: int, kinds: list[str]) -> None:
    command = [sys.executable, "-m", "tests.acceptance.hostile_sizes", str(mebibytes), *kinds]
    done = subprocess.run(command, capture_output=True, encoding="utf-8", cwd=ROOT, check=True)
    found = dict(re.findall(r"^(.+?) +[0-9]+ MiB: +([0-9]+) MiB", done.stdout, re.MULTILINE))
    assert "Traceback" not in done.stdout
    assert found.keys() == set(kinds)
    assert {kind: peak for kind, peak in found.items() if int(peak) > LIMIT_OF_READING} == {}


@pytest.mark.parametrize("name", DEAR)
def test_the_dearest_exports_stay_below_256_megabytes(koop: Console, tmp_path: Path, name: str) -> None:
    (tmp_path / "in").mkdir()
    reply, megabytes = measured(koop, "ingest", dear(name)(tmp_path / "in"))
    assert reply.status in {1, 4}, reply
    assert "Traceback" not in reply.err
    assert reply.answer["schema"] == "koop-es/ingest/1"
    assert megabytes <= LIMIT_MEGABYTES


@pytest.mark.parametrize(
    "name", ["a quadratic blow-up", "an attribute of 10 MB", "a name of 10 MB", "a billion laughs"]
)
def test_the_dearest_xml_stays_below_256_megabytes(koop: Console, tmp_path: Path, name: str) -> None:
    content = DOCUMENTS[name].replace("TOP", KUFER[0]).replace("END", KUFER[2]).encode()
    reply, megabytes = measured(koop, "ingest", internet_xml(tmp_path, content), "--vhs", MASTER)
    assert reply.status == 4, reply
    assert "Traceback" not in reply.err
    assert megabytes <= LIMIT_MEGABYTES
