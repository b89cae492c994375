"""Person data that are withheld lie in the vault and are named by the log, whatever comes of them (D31, G7)."""

from __future__ import annotations

from pathlib import Path

import pytest

from koop_es.audit import chain, recovery, verify
from koop_es.domain.events import BookingAmended
from koop_es.ingest import approve, erasure, withheld_persons
from koop_es.ingest.withdrawing import withdraw_export
from koop_es.store import Store, backup
from koop_es.store.errors import StoreFull
from koop_es.views.rebuild import rebuild
from tests.conftest import Place, PostgresServer, empty_store
from tests.integration.ingest.conftest import NOW
from tests.integration.ingest.test_guard import Vhs
from tests.integration.views.test_rebuild import execute

COLUMNS = "person_id, version, coop_id, ref, name, first_name, phone, email, position"
"""Of the vault."""


@pytest.fixture
def url(any_place: Place) -> str:
    """The address of a store without events."""
    any_place.pour(empty_store)
    return any_place.url


def withheld(store: Store, folder: Path) -> Vhs:
    """Let a VHS show other phones of all its people, which are withheld."""
    vhs = Vhs(store, folder, 2)
    others(vhs)
    assert vhs.kinds() == [("person", 10)]
    return vhs


def others(vhs: Vhs, first: str = "0999") -> None:
    vhs.report([row | {"Telefon": f"{first}{n}"} for n, row in enumerate(vhs.bookings)])


def wrong(store: Store) -> list[str]:
    return [check.detail for check in verify.verify(store) if check.ok is False]


@pytest.mark.parametrize(
    "ending", ["waits", "taken back", "taken back and others", "withdrawn", "approved", "forgotten", "rebuilt"]
)
def test_d31_g7_a_store_in_which_persons_are_withheld_is_sound(url: str, tmp_path: Path, ending: str) -> None:
    with Store.open(url) as store:
        vhs = withheld(store, tmp_path)
        chain.seal(store, NOW)
        assert wrong(store) == []
        if ending.startswith("taken back"):
            vhs.report()
            assert vhs.kinds() == []
        if ending == "taken back and others":
            others(vhs, "0888")
            assert vhs.kinds() == [("person", 10)]
        elif ending == "withdrawn":
            withdraw_export(store, now=NOW, vhs="563", export="563#2", reason="wrong column")
            assert vhs.kinds() == []
        elif ending == "approved":
            approve(store, now=NOW, withheld_id="563#2/person", up_to=10)
        elif ending == "forgotten":
            erasure.forget(store, (), ("563:10",), now=NOW)
        elif ending == "rebuilt":
            rebuild(store, url)
        assert wrong(store) == []
        chain.seal(store, NOW)
        assert wrong(store) == []


@pytest.mark.parametrize("version", ["version - 2", "version + 1"])
def test_d31_g7_a_version_that_was_put_into_the_vault_is_found_beside_withheld_ones(
    url: str, tmp_path: Path, version: str
) -> None:
    with Store.open(url) as store:
        withheld(store, tmp_path)
    whose = "koop_persons WHERE ref = '563:10' AND version = 2"
    added = COLUMNS.replace("version", version)
    execute(url, f"INSERT INTO koop_persons ({COLUMNS}) SELECT {added} FROM {whose}")  # noqa: S608
    with Store.open(url) as store:
        assert any("no event names person" in detail for detail in wrong(store))


def test_d31_g7_a_withheld_version_that_was_taken_out_of_the_vault_is_found(url: str, tmp_path: Path) -> None:
    with Store.open(url) as store:
        withheld(store, tmp_path)
    execute(url, "DELETE FROM koop_persons WHERE ref = '563:10' AND version = 2")
    with Store.open(url) as store:
        assert any("version 2 is neither in the vault nor forgotten" in detail for detail in wrong(store))


def no_name_of(store: Store, ref: str) -> bool:
    named = [item.event for story in store.load(["563-COOP-1"]).values() for item in story]
    return not [event for event in named if isinstance(event, BookingAmended) and event.ref == ref]


@pytest.mark.parametrize("shown", ["former", "withheld"])
def test_d31_d15_what_is_withheld_of_a_forgotten_person_is_gone_when_forget_is_done(
    url: str, tmp_path: Path, shown: str
) -> None:
    with Store.open(url) as store:
        vhs = withheld(store, tmp_path)
        assert erasure.forget(store, (), ("563:10",), now=NOW).complete
        assert vhs.kinds() == [("person", 9)]
        assert wrong(store) == []
        rebuild(store, url)
        assert vhs.kinds() == [("person", 9)]
        if shown == "withheld":
            others(vhs)
            assert vhs.kinds() == [("person", 9)]
        else:
            vhs.report()
            assert vhs.kinds() == []
        assert no_name_of(store, "563:10")
        assert wrong(store) == []


def test_d31_d15_an_erasure_that_was_killed_behind_its_fence_ends_what_is_withheld_when_it_is_finished(
    url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Killed(BaseException):
        pass

    def killed(*_: object) -> None:
        raise Killed

    with Store.open(url) as store:
        vhs = withheld(store, tmp_path)
        with monkeypatch.context() as patch:
            patch.setattr(withheld_persons, "end", killed)
            with pytest.raises(Killed):
                erasure.forget(store, (), ("563:10",), now=NOW)
        assert vhs.kinds() == [("person", 10)]
        assert erasure.begun(store) is not None
        assert erasure.finish_begun(store, now=NOW).complete
        assert vhs.kinds() == [("person", 9)]


def test_d31_d15_what_cannot_be_let_go_of_is_said_as_unfinished(
    url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(*_: object) -> None:
        raise StoreFull("the disk is full")

    with Store.open(url) as store:
        withheld(store, tmp_path)
        with monkeypatch.context() as patch:
            patch.setattr(withheld_persons, "end", refused)
            found = erasure.forget(store, (), ("563:10",), now=NOW)
        assert (found.complete, found.erased, found.left) == (False, False, "store_full")
        assert erasure.finish_begun(store, now=NOW).complete


def test_d31_d15_an_approval_meanwhile_writes_nothing_of_who_is_forgotten(
    url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The erasure was broken off behind its fence."""
    with Store.open(url) as store:
        vhs = withheld(store, tmp_path)
        with monkeypatch.context() as patch:
            patch.setattr(erasure, "conclude", lambda *_: erasure.Concluded(False, "", (), ()))
            erasure.forget(store, (), ("563:10",), now=NOW)
        assert "563:10" not in approve(store, now=NOW, withheld_id="563#2/person", up_to=10)
        assert vhs.kinds() == []
        assert no_name_of(store, "563:10")
        erasure.finish_begun(store, now=NOW)
        assert wrong(store) == []


def test_d31_d15_what_is_withheld_of_who_was_forgotten_since_does_not_come_back_with_a_backup(
    url: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    target, place = tmp_path / "koop.backup", f"sqlite:///{tmp_path / 'restored.db'}"
    if not url.startswith("sqlite"):
        server: PostgresServer = request.getfixturevalue("postgres_server")
        place = server.url(server.create_database())
    with Store.open(url) as store:
        withheld(store, tmp_path)
        backup.make(store, target, NOW.isoformat())
        erasure.forget(store, (), ("563:10",), now=NOW)
    done = recovery.restore(target, place, now=NOW)
    with Store.open(place) as store:
        with store.reading() as tx:
            assert len([row for row in tx.rows("withheld_all") if row[3] == "563:10"]) == 0
        assert wrong(store) == []
    assert recovery.restore(target, place, now=NOW) == done
