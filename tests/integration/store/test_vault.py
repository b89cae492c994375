"""Persons lie in the vault and nowhere else (D15)."""

from __future__ import annotations

from itertools import count
from pathlib import Path
from random import Random

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


@pytest.mark.parametrize("seed", [2, 5, 9, 20, 29, 44])
def test_d15_nothing_is_left_of_rows_that_moved_between_pages_before_they_were_erased(
    sqlite_url: str, seed: int
) -> None:
    """SQLite leaves copies of a row where it stood before its page was divided, and overwrites only where it stands."""
    random = Random(seed)
    number = count()
    with Store.create(sqlite_url) as store:
        with store.write() as tx:
            for _ in range(12):
                prefix = f"{random.getrandbits(72):018x}"
                ids = [f"{prefix}{place:06x}" for place in range(random.randint(1, 200))]
                tx.write_rows("person_insert", [_row(person_id, next(number), random) for person_id in ids])
            persons = sorted(row[0] for row in tx.rows("side_persons"))
            erased = random.sample(persons, 300)
            for person_id in erased:
                vault.erase(tx, [person_id])
        assert store.scrub() == ""
        content = Path(sqlite_url.removeprefix("sqlite:///")).read_bytes()
        assert not [person_id for person_id in erased if f"Marke{person_id}".encode() in content]
        with store.reading() as tx:
            assert sorted(row[0] for row in tx.rows("side_persons")) == sorted({*persons} - {*erased})


def _row(person_id: str, number: int, random: Random) -> tuple[object, ...]:
    place = f"563-COOP-{random.randint(0, 50)}", f"563:{number}"
    return (
        person_id,
        1,
        *place,
        f"Marke{person_id}",
        "Anna" * random.randint(1, 3),
        "0911 1234",
        "anna@example.org",
        1,
    )


def test_d15_writing_the_tables_anew_changes_nothing_in_them(store: Store) -> None:
    fill(store)
    with store.write() as tx:
        for item in ("x", "y"):
            tx.run_many("slice_put", [{"vhs": item, "coop_id": "563-COOP-1", "hash": item}])
        before = [tx.rows(f"side_{table}") for table in ("persons", "quarantine", "slices")]
    assert store.scrub() == ""
    with store.reading() as tx:
        assert [tx.rows(f"side_{table}") for table in ("persons", "quarantine", "slices")] == before


def test_d15_an_error_does_not_quote_the_person(store: Store) -> None:
    fill(store)
    with pytest.raises((StatementFailed, StoreContended)) as refused, store.write() as tx:
        vault.put(tx, [VaultEntry("p1", 1, "563-COOP-1", "563:1", ANNA)])
    assert "Unverwechselbar" not in repr(refused.value) + repr(refused.value.details)
    assert refused.value.__suppress_context__, "the driver's own error, which quotes the row, is not shown"
    assert "person_insert" in refused.value.message
