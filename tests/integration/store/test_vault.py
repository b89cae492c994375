"""Persons lie in the vault and nowhere else (D15)."""

from __future__ import annotations

from pathlib import Path

import pytest

from koop_es.domain.draft import VaultEntry
from koop_es.domain.observation import Person
from koop_es.store import Store, vault
from koop_es.store.errors import StatementFailed, StoreContended

ANNA = Person(name="Unverwechselbar", first_name="Anna", phone="0911 4711", email="anna@example.org")
OTTO = Person(name="Huber", first_name="Otto")


def fill(store: Store) -> None:
    with store.write() as tx:
        vault.put(
            tx,
            [
                VaultEntry("p1", 1, "563-COOP-1", "563:1", ANNA),
                VaultEntry("p1", 2, "563-COOP-1", "563:1", OTTO),
                VaultEntry("p2", 1, "563-COOP-2", "563:2", OTTO),
            ],
        )


def test_d15_persons_are_found_by_cooperation_and_by_id(store: Store) -> None:
    fill(store)
    with store.reading() as tx:
        assert vault.of_streams(tx, ["563-COOP-1"]) == {("p1", 1): ANNA, ("p1", 2): OTTO}
        assert vault.of_ids(tx, ["p2", "p3"]) == {("p2", 1): OTTO}
        assert vault.of_ids(tx, []) == {}


def test_d15_an_erased_person_is_gone_with_all_versions(store: Store) -> None:
    fill(store)
    with store.write() as tx:
        assert vault.erase(tx, ["p1"]) == 2
    with store.reading() as tx:
        assert vault.of_streams(tx, ["563-COOP-1", "563-COOP-2"]) == {("p2", 1): OTTO}


def test_d15_the_file_holds_nothing_of_an_erased_person(sqlite_url: str) -> None:
    with Store.create(sqlite_url) as store:
        fill(store)
        with store.write() as tx:
            vault.erase(tx, ["p1"])
    folder = Path(sqlite_url.removeprefix("sqlite:///")).parent
    assert not any(b"Unverwechselbar" in path.read_bytes() for path in folder.iterdir())


def test_d15_an_error_does_not_quote_the_person(store: Store) -> None:
    fill(store)
    with pytest.raises((StatementFailed, StoreContended)) as refused, store.write() as tx:
        vault.put(tx, [VaultEntry("p1", 1, "563-COOP-1", "563:1", ANNA)])
    assert "Unverwechselbar" not in repr(refused.value) + repr(refused.value.details)
    assert refused.value.__suppress_context__, "the driver's own error, which quotes the row, is not shown"
    assert "person_insert" in refused.value.message
