"""Names that were erased are erased again in a backup that is put back, and no list names them (D15, G8)."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import msgspec
import pytest

from koop_es.audit import instructors
from koop_es.ingest import erasure, recognised
from koop_es.store import Store, erased, noted
from koop_es.store import backup as backups
from koop_es.store.erased import Erased
from tests.acceptance.console import Console
from tests.acceptance.network import COOP, MASTER, NEAR, NUMBERS, booked
from tests.acceptance.program import Program
from tests.acceptance.test_forget_set_aside import FIRST, NAME, with_row
from tests.faults.picture import picture
from tests.integration.ingest.conftest import NOW

INSTRUCTOR, ASIDE = ("käßmann-unverwechselbar", "zoë maria"), ("öztürk-einzigartig", "ylva")
WRITTEN = (
    "Käßmann-Unverwechselbar, Zoë Maria", "Zoë Maria Käßmann-Unverwechselbar", "KÄßMANN-UNVERWECHSELBAR; ZOË MARIA",
    "Leitung:Zoë Maria Käßmann-Unverwechselbar.", "(Zoë Maria) Käßmann-Unverwechselbar",
    "Ka\u0308ßmann-Unverwechselbar - Zoe\u0308  Maria", "KÄSSMANN-UNVERWECHSELBAR [ZOË MARIA]",
)  # fmt: skip
OTHER = "Käßmann-Unverwechselbarstr. 5 bei Maria Käßmann, Zoë"
"""What is not that name, and stays."""


def names_beside(backup: Path) -> list[Erased]:
    with noted.beside(backup).open("rb") as lines:
        return [line for line in noted.from_lines(lines) if isinstance(line, Erased)]


@pytest.fixture
def network(tmp_path: Path) -> dict[str, Program]:
    return booked(tmp_path / "exports")


@pytest.fixture
def told(any_koop: Console, network: dict[str, Program]) -> Console:
    """A store with a name in facts of courses and in the catalogue, and with another in a row set aside."""
    for text in WRITTEN:
        for row in network[MASTER].courses:
            row |= {
                "Dozent": text,
                "Info": f"bei {text}\n{OTHER}",
                "Kennzeichen": "7,Käßmann-Unverwechselbar,Zoë Maria",
            }
        any_koop.call("ingest", network[MASTER].export())
    network[NEAR].book(
        NUMBERS[NEAR][COOP], "5050", Name="Öztürk-Einzigartig", Vorname="Ylva", **{"Gebucht am": "31.02.2026"}
    )
    any_koop.call("ingest", network[NEAR].export())
    assert left(any_koop) == {*INSTRUCTOR, *ASIDE}
    return any_koop


def left(koop: Console) -> set[str]:
    """Tell which parts of the names are anywhere in a store."""
    shown = repr(picture(koop.db)).replace("a\u0308", "ä").replace("e\u0308", "ë").casefold()
    shown = shown.replace(OTHER.casefold(), "").replace("ka\\u0308", "kä").replace("kässmann", "käßmann")
    shown = shown.replace(OTHER.casefold().replace("ss", "ß"), "")
    return {part for part in (*INSTRUCTOR, *ASIDE) if part.replace("ss", "ß") in shown}


def forget_both(koop: Console, *, status: int = 0) -> None:
    koop.ask("forget", "--instructor", "Käßmann-Unverwechselbar, Zoë Maria", status=status)
    koop.ask("forget", "--in-quarantine", "--name", "Ylva Öztürk-Einzigartig", status=status)
    assert left(koop) == set()


def test_g8_names_erased_since_are_erased_again_in_a_backup_that_is_put_back(
    told: Console, elsewhere: Console, tmp_path: Path
) -> None:
    backup = tmp_path / "koop.backup"
    told.ask("backup", backup)
    forget_both(told)
    listed = noted.beside(backup).read_text()
    shown = listed.casefold()
    assert [part for text in (*INSTRUCTOR, *ASIDE) for part in text.split() if part in shown] == []
    done = elsewhere.ask("restore", backup)
    assert (done["names_erased"], done["names_left"], done["forgotten"]) == (2, 0, 0)
    assert left(elsewhere) == set()
    assert OTHER in repr(picture(elsewhere.db)).replace("\\\\n", "\n"), "what is another name stays"
    assert elsewhere.ask("restore", backup) == done
    assert not [check for check in elsewhere.ask("verify", status=7)["checks"] if check["ok"] is False]
    if elsewhere.db.startswith("sqlite"):
        raw = Path(elsewhere.db.removeprefix("sqlite:///")).read_bytes()
        assert "Öztürk-Einzigartig".encode() not in raw
        assert "Zoë Maria".encode() not in raw.replace(OTHER.encode(), b"")


@pytest.mark.parametrize("name", [NAME.encode("cp1252"), NAME.encode("cp850"), "Mül\u00adlerin".encode()])
def test_g8_a_row_whose_names_are_in_encodings_of_their_own_is_erased_again(
    any_koop: Console, elsewhere: Console, tmp_path: Path, name: bytes
) -> None:
    any_koop.call("ingest", with_row(tmp_path / "1", name, FIRST.encode(), "utf-8"))
    backup = tmp_path / "koop.backup"
    any_koop.ask("backup", backup)
    any_koop.ask("forget", "--name", f"{NAME}, {FIRST}", "--in-quarantine")
    done = elsewhere.ask("restore", backup)
    assert (done["names_erased"], done["names_left"]) == (1, 0)
    assert not elsewhere.ask("quarantine", "list", "--all")["quarantine"]


def test_g8_a_name_of_more_words_than_any_is_counted_alone(
    any_koop: Console, elsewhere: Console, tmp_path: Path
) -> None:
    backup = tmp_path / "koop.backup"
    any_koop.ask("init")
    any_koop.ask("backup", backup)
    any_koop.ask("forget", "--instructor", " ".join(f"wort{number}" for number in range(recognised.MOST_WORDS + 1)))
    assert len(names_beside(backup)) == 1
    reply = elsewhere.call("restore", backup)
    assert (reply.answer["data"]["names_erased"], reply.answer["data"]["names_left"]) == (0, 1)


def test_g8_people_are_told_what_of_names_a_restore_does(told: Console, elsewhere: Console, tmp_path: Path) -> None:
    backup = tmp_path / "koop.backup"
    told.ask("backup", backup)
    told.ask("forget", "--instructor", "Käßmann-Unverwechselbar, Zoë Maria")
    said = " ".join(elsewhere.run("restore", backup).out.split())
    assert "names that were taken out since by forget --instructor or --in-quarantine are taken out again: 1" in said
    assert "are back" not in said


def test_g8_a_name_that_could_not_be_noted_beside_a_backup_is_said_and_noted_later(
    told: Console, elsewhere: Console, tmp_path: Path
) -> None:
    disk, away = tmp_path / "disk", tmp_path / "away"
    disk.mkdir()
    told.ask("backup", disk / "koop.backup")
    disk.rename(away)
    forget_both(told, status=1)
    assert told.call("status").answer["data"]["unnoted_backups"] == [str(disk / "koop.backup")]
    away.rename(disk)
    told.ask("forget", "--finish")
    assert elsewhere.ask("restore", disk / "koop.backup")["names_erased"] == 2
    assert left(elsewhere) == set()


class Killed(BaseException):
    pass


def broken_off(*_: object, **__: object) -> Any:
    raise Killed


@pytest.mark.parametrize("name", ["instructor", "set aside"])
def test_g8_a_name_whose_erasure_was_killed_before_it_was_noted_is_noted_by_whoever_finishes_it(
    told: Console, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    backup = tmp_path / "koop.backup"
    told.ask("backup", backup)
    with Store.open(told.db) as store, monkeypatch.context() as patch:
        patch.setattr(erasure, "conclude", broken_off)
        with pytest.raises(Killed):
            if name == "instructor":
                instructors.forget(store, "Käßmann-Unverwechselbar, Zoë Maria", now=NOW)
            else:
                erasure.forget_set_aside(store, "Öztürk-Einzigartig", now=NOW)
    assert not noted.beside(backup).exists()
    told.ask("forget", "--finish")
    assert len(names_beside(backup)) == 1


def test_g8_a_name_that_is_erased_while_a_backup_is_made_is_noted_beside_it(
    told: Console, elsewhere: Console, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = backups._place

    def forgetting(packed: Path, target: Path) -> None:
        with monkeypatch.context() as patch:
            patch.setattr(noted, "_noted", lambda *_: True)  # the other one does not see the file yet
            forget_both(told)
        place(packed, target)

    monkeypatch.setattr(backups, "_place", forgetting)
    told.ask("backup", tmp_path / "koop.backup")
    assert elsewhere.ask("restore", tmp_path / "koop.backup")["names_erased"] == 2
    assert left(elsewhere) == set()


def test_g8_names_that_a_list_can_only_count_are_said_aloud_with_the_way_out(
    told: Console, elsewhere: Console, tmp_path: Path
) -> None:
    """A store of an older koop-es has no secret."""
    with Store.open(told.db) as store, store.write() as tx:
        tx.run("note_delete", key="secret")
    backup = tmp_path / "koop.backup"
    told.ask("backup", backup)
    forget_both(told)
    assert len(names_beside(backup)) == 2
    reply = elsewhere.call("restore", backup)
    assert (reply.status, reply.answer["data"]["names_erased"], reply.answer["data"]["names_left"]) == (0, 0, 2)
    assert "ATTENTION: 2 names that were taken out since" in reply.err
    assert "repeat these commands" in reply.err


def test_g8_the_names_of_the_store_that_is_replaced_are_erased_in_the_new_one(koop: Console, tmp_path: Path) -> None:
    near, backup, brought = booked(tmp_path / "exports")[NEAR], tmp_path / "koop.backup", tmp_path / "brought.backup"
    near.book(NUMBERS[NEAR][COOP], "5050", Name="Öztürk-Einzigartig", Vorname="Ylva", **{"Gebucht am": "31.02.2026"})
    koop.call("ingest", near.export())
    koop.ask("backup", backup)
    shutil.copy(backup, brought)
    koop.ask("forget", "--in-quarantine", "--name", "Ylva Öztürk-Einzigartig")
    noted.beside(backup).unlink()
    assert koop.ask("restore", brought, "--replace")["names_erased"] == 1
    assert left(koop) == set()
    assert koop.call("status").answer["data"]["left_behind"] == []
    with Store.open(koop.db) as store, store.reading() as tx:
        assert len(erased.everything(tx)) == 1, "whoever puts an older backup back finds it here"


def test_g8_a_list_of_yesterday_is_read_and_a_backup_of_yesterday_says_what_nobody_can_tell(
    koop: Console, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    near, backup = booked(tmp_path / "exports")[NEAR], tmp_path / "koop.backup"
    near.book(NUMBERS[NEAR][COOP], "5050", Name="Unverwechselbar")
    koop.take_in(near.export())
    encode = msgspec.json.encode

    def of_yesterday(value: object, **options: Any) -> bytes:
        if isinstance(value, backups.Manifest):
            value = {key: item for key, item in msgspec.to_builtins(value).items() if key != "names"}
        return encode(value, **options)

    with monkeypatch.context() as patch:
        patch.setattr(msgspec.json, "encode", of_yesterday)
        koop.ask("backup", backup)
    koop.ask("forget", "--booking", f"{NEAR}:5050")
    fresh = Console(f"sqlite:///{tmp_path / 'fresh.db'}", koop.capsys)
    said = " ".join(fresh.run("restore", backup).out.split())
    assert "of an older koop-es, which made this backup, are back: repeat that" in said
    assert "who was forgotten stays so: 1 persons" in said
    assert "Unverwechselbar" not in repr(picture(fresh.db))


def test_g8_a_digest_is_of_one_name_and_one_store() -> None:
    one, other = (erased.Key(secret, "s") for secret in ("a" * 32, "b" * 32))
    assert one.pair("Kim", "Toni") == one.pair("KIM", "toni")
    assert len({one.pair("Kim", "Toni"), other.pair("Kim", "Toni"), one.pair("Toni", "Kim"), one.word("kim")}) == 4
    names = [Erased(erased="instructor", erased_at=at, store="s", words=("x", "y")) for at in ("2026-01", "2026-02")]
    assert [name.erased_at for name in erased.latest(names)] == ["2026-02"]
