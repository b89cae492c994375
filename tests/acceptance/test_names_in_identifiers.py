"""G8: no name comes into the log by a column of identifiers, and one that an older koop-es let in is forgotten too."""

from __future__ import annotations

from itertools import product
from pathlib import Path
from typing import Any

import pytest

from koop_es.audit.anew import rewritten
from koop_es.connectors import personal
from koop_es.store import Store
from tests.acceptance.console import Console
from tests.acceptance.exports import Row
from tests.acceptance.network import COOP, MASTER, NEAR, NUMBERS, booked
from tests.acceptance.program import Program, settle
from tests.acceptance.told import pour
from tests.conftest import Place, PostgresServer, mostly_on_sqlite
from tests.faults.picture import picture

NAME = "Unverwechselbar"
PERSON = {
    "Name": NAME,
    "Vorname": "Annegret",
    "Telefon": "0175 4711 0815",
    "E-Mail": "annegret@unverwechselbar.example",
}
REF = f"{NEAR}:5050"
Network = dict[str, Program]

APART = {"koop_persons", "koop_cells", "koop_quarantine"}
"""Where names may be: the vault, and what was set aside."""


def with_a_person(koop: Console, folder: Path) -> Network:
    """Let three VHSs agree, about a person among others."""
    network = booked(folder)
    network[NEAR].book(NUMBERS[NEAR][COOP], "5050", **PERSON)
    for program in network.values():
        koop.take_in(program.export())
    settle(koop, network.values())
    return network


@pytest.fixture
def network(any_koop: Console, any_place: Place, tmp_path: Path) -> Network:
    return pour(any_place, with_a_person, any_koop, tmp_path / "exports")


def is_logged(koop: Console, name: str = NAME) -> bool:
    """Tell whether a name stands in anything but the vault and what was set aside."""
    tables = {table: rows for table, rows in picture(koop.db).items() if table not in APART}
    return name.casefold() in repr(tables).casefold()


def standing(koop: Console) -> list[dict[str, str]]:
    return [koop.held(vhs) for vhs in NUMBERS]


def nights(koop: Console, program: Program, rows: list[Row], spoiled: list[Row], *, count: int = 3) -> list[str]:
    """Take in exports in which some rows show something else; gives what was answered."""
    good = [dict(row) for row in rows]
    said = []
    for _ in range(count):
        for row, other in zip(rows, spoiled, strict=True):
            row.update(other)
        reply = koop.call("ingest", program.export())
        assert reply.status == 1
        said.append(reply.out + reply.err)
        for row, former in zip(rows, good, strict=True):
            row.update(former)
    return said


HEADINGS = ("TNR", "Beleg-ID")
TEXTS = (
    NAME, NAME.upper(), f"{NAME}, Annegret", f"Annegret {NAME}", f"Annegret {NAME} 1970", f" {NAME} ", f"von-{NAME}",
    "annegret@unverwechselbar.example", "a1970@unverwechselbar.example", f'="{NAME}"',
)  # fmt: skip


@mostly_on_sqlite(("heading", "text"), [*product(HEADINGS, TEXTS)], [*product(HEADINGS, TEXTS[:1])])
def test_g8_a_row_with_somebody_where_an_identifier_belongs_is_set_aside_and_enters_nothing(
    any_koop: Console, network: Network, heading: str, text: str
) -> None:
    before = standing(any_koop)
    row = network[NEAR].row(REF)
    said = nights(any_koop, network[NEAR], [row], [{heading: text, "Telefon": "NULL"}])
    assert not any(NAME.casefold() in answer.casefold() for answer in said)
    assert not is_logged(any_koop)
    (item,) = any_koop.ask("quarantine", "list", status=1)["quarantine"]
    assert (item["column"], item["reason"]) == (heading, personal.NO_IDENTIFIER)
    assert standing(any_koop) == before
    any_koop.take_in(network[NEAR].export(), outcome="unchanged")
    assert standing(any_koop) == before
    assert any_koop.ask("violations", "--all")["violations"] == []
    assert any_koop.ask("quarantine", "list")["quarantine"] == []


@mostly_on_sqlite(
    ("text",), [NAME, f"{NEAR}:{NAME}", f"{NEAR}:{NAME}~2", f"Annegret {NAME}", PERSON["E-Mail"]], [f"{NEAR}:{NAME}"]
)
def test_g8_a_mirror_with_somebody_in_its_reference_is_set_aside_and_stays(
    any_koop: Console, network: Network, text: str
) -> None:
    before = standing(any_koop)
    said = nights(any_koop, network[MASTER], [network[MASTER].row(REF)], [{"Koop-Beleg-ID": text}])
    assert not any(NAME in answer for answer in said)
    assert not is_logged(any_koop)
    assert standing(any_koop) == before


@mostly_on_sqlite(("heading", "vhs"), [*product(HEADINGS, NUMBERS)], [("TNR", NEAR), ("Beleg-ID", MASTER)])
def test_g8_columns_exchanged_for_some_nights_cancel_nobody_and_name_nobody(
    any_koop: Console, network: Network, vhs: str, heading: str
) -> None:
    before = standing(any_koop)
    program = network[vhs]
    for number, row in enumerate(program.bookings.values()):
        row["Name"] = row["Name"] and f"{NAME}{'abcdefghijklmnop'[number]}"
    any_koop.call("ingest", program.export())
    rows = [row for row in program.bookings.values() if row["Name"]]
    nights(any_koop, program, rows, [{heading: row["Name"], "Name": row[heading]} for row in rows])
    assert not is_logged(any_koop)
    assert standing(any_koop) == before
    any_koop.call("ingest", program.export())
    settle(any_koop, network.values())
    assert standing(any_koop) == before
    assert not is_logged(any_koop)


def older(
    monkeypatch: pytest.MonkeyPatch, koop: Console, program: Program, rows: list[Row], spoiled: list[Row]
) -> None:
    """Take in what an older koop-es took in, and then the right rows."""
    good = [dict(row) for row in rows]
    with monkeypatch.context() as former:
        former.setattr(personal, "is_somebody", lambda text: False)
        for row, other in zip(rows, spoiled, strict=True):
            row.update(other)
        koop.call("ingest", program.export())
    for row, former_row in zip(rows, good, strict=True):
        row.update(former_row)


def forget(koop: Console, ref: str = REF, *, status: int = 0) -> dict[str, Any]:
    return koop.ask("forget", "--booking", ref, status=status)


SPOILED = ({"TNR": NAME}, {"TNR": f"{NAME}, Annegret"}, {"TNR": NAME, "Name": "T5050"}, {"Beleg-ID": NAME})


@mostly_on_sqlite(
    ("spoiled", "mended"),
    [*product(SPOILED, (True, False))],
    [(SPOILED[0], True), (SPOILED[3], True), (SPOILED[2], False)],
)
def test_g8_forget_takes_a_name_out_of_the_identifiers_that_an_older_koop_es_let_into_the_log(
    any_koop: Console, network: Network, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, spoiled: Row, mended: bool
) -> None:
    program, file = network[NEAR], tmp_path / "head.json"
    row = program.row(REF)
    older(monkeypatch, any_koop, program, [row], [spoiled])
    if mended:
        any_koop.call("ingest", program.export())
    assert is_logged(any_koop)
    any_koop.ask("seal", "--head", file)
    before = standing(any_koop)
    planned = any_koop.ask("forget", "--booking", REF, "--dry-run")["identifiers"]
    assert planned["events"] > 0
    assert planned["references"] == []
    found = forget(any_koop)
    assert (found["identifiers"], found["remains"]["scrubbed"]) == (planned, True)
    assert not is_logged(any_koop)
    assert NAME not in repr(picture(any_koop.db))
    if any_koop.db.startswith("sqlite"):
        assert [path for path in tmp_path.glob("*.db*") if NAME.encode() in path.read_bytes()] == []
    assert standing(any_koop) == before
    checks = {check["name"]: check for check in any_koop.call("verify", "--witness", file).answer["data"]["checks"]}
    assert "written anew" in checks["witness"]["detail"]
    assert [name for name, check in checks.items() if check["ok"] is False] == []
    for one in network.values():
        any_koop.call("ingest", one.export())
    settle(any_koop, network.values())
    assert standing(any_koop) == before
    assert not is_logged(any_koop)
    assert forget(any_koop)["identifiers"]["events"] == 0
    reply = any_koop.call("verify")
    assert [check for check in reply.answer["data"]["checks"] if check["ok"] is False] == []


@pytest.mark.parametrize("spoiled", [{"TNR": NAME}, {"Beleg-ID": NAME}])
def test_g8_such_a_name_is_taken_out_of_a_backup_that_is_put_back(
    any_koop: Console,
    network: Network,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    request: pytest.FixtureRequest,
    spoiled: Row,
) -> None:
    older(monkeypatch, any_koop, network[NEAR], [network[NEAR].row(REF)], [spoiled])
    any_koop.ask("backup", tmp_path / "koop.backup")
    forget(any_koop)
    db = f"sqlite:///{tmp_path / 'elsewhere.db'}"
    if not any_koop.db.startswith("sqlite"):
        server: PostgresServer = request.getfixturevalue("postgres_server")
        db = server.url(server.create_database())
    restored = Console(db, any_koop.capsys)
    done = restored.ask("restore", tmp_path / "koop.backup")
    assert NAME not in repr(picture(db))
    assert [check for check in restored.call("verify").answer["data"]["checks"] if check["ok"] is False] == []
    assert restored.ask("restore", tmp_path / "koop.backup") == done


def test_g8_forget_says_that_the_reference_of_a_booking_names_somebody_and_stays(
    any_koop: Console, network: Network, monkeypatch: pytest.MonkeyPatch
) -> None:
    program = network[NEAR]
    with monkeypatch.context() as former:
        former.setattr(personal, "is_somebody", lambda text: False)
        program.book(NUMBERS[NEAR][COOP], NAME, **(PERSON | {"Name": "5051", "E-Mail": "", "Telefon": ""}))
        any_koop.take_in(program.export())
    ref = f"{NEAR}:{NAME}"
    found = forget(any_koop, status=1)
    assert (found["remains"]["scrubbed"], found["identifiers"]["references"]) == (False, [ref])
    said = any_koop.read("forget", "--booking", REF, "--yes")
    assert said.status == 1
    assert f"STILL THERE: the booking {ref}" in " ".join(said.out.split())


def test_g8_a_store_without_names_in_identifiers_is_not_written_anew(any_koop: Console, network: Network) -> None:
    assert forget(any_koop)["identifiers"] == {"events": 0, "streams": [], "references": []}
    with Store.open(any_koop.db) as store, store.reading() as tx:
        assert rewritten(tx) is None
