"""The vault (D15): the only table beside the quarantine with personal data, each person under a random id."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from koop_es.domain.draft import VaultEntry
from koop_es.domain.observation import Person
from koop_es.store.transaction import Row, Tx

Key = tuple[str, int]
"""Id and version of a person, as events name them."""


def put(tx: Tx, rows: Iterable[VaultEntry]) -> None:
    """Keep versions of persons, behind the events that name them; raises StatementFailed for one that is kept already.

    With them stands where the log ended: what was there when it was sealed changes by an erasure alone.
    """
    new = list(rows)
    if not new:
        return
    position = tx.head()
    tx.write_rows(
        "person_insert",
        [
            (row.person_id, row.version, row.coop_id, row.ref, who.name, who.first_name, who.phone, who.email, position)
            for row in new
            for who in (row.person,)
        ],
    )


class Held(NamedTuple):
    """A person in the vault without the data: id, cooperation, booking, and how many versions there are."""

    person_id: str
    coop_id: str
    ref: str
    versions: int


def of_streams(tx: Tx, coop_ids: Iterable[str]) -> dict[Key, Person]:
    """Read all persons of some cooperations; a forgotten one is missing."""
    return _persons(tx.rows("persons_of_streams", coop_ids=list(coop_ids)))


def of_ids(tx: Tx, person_ids: Iterable[str]) -> dict[Key, Person]:
    """Read all versions of some persons; a forgotten one is missing."""
    return _persons(tx.rows("persons_of_ids", person_ids=list(person_ids)))


def held(tx: Tx, person_ids: Iterable[str], refs: Iterable[str]) -> list[Held]:
    """Find persons by id or by booking, forgotten ones whose data are still there included."""
    return [Held(*row) for row in tx.rows("persons_held", person_ids=list(person_ids), refs=list(refs))]


def homes(tx: Tx, refs: Iterable[str]) -> list[tuple[str, str]]:
    """Find in which cooperations bookings are that go by some references, forgotten people's too."""
    return [(row[0], row[1]) for row in tx.rows("persons_homes", refs=list(refs))]


def registrations(tx: Tx, refs: Iterable[str], first: int, last: int) -> list[tuple[str, str]]:
    """Find the same of references with a number behind ``~``, from ``first`` to ``last``; the first has none (D18a)."""
    rows = tx.rows("persons_registrations", refs=list(refs), first=first, last=last)
    return [(row[0], row[1]) for row in rows]


def named(tx: Tx, vhs: str) -> list[tuple[str, str, Person]]:
    """Read the names of a VHS's own bookings, with booking and cooperation, where something is open there."""
    rows = tx.rows("persons_named", vhs=vhs, since=f"{vhs}:", until=f"{vhs};")
    return [(ref, coop_id, Person(name, first_name)) for ref, coop_id, name, first_name in rows]


def values(tx: Tx, person_ids: Iterable[str]) -> list[tuple[str, Person]]:
    """Read every version of some persons, also of forgotten ones: what has to be found before it can be erased."""
    rows = tx.rows("persons_values", person_ids=list(person_ids))
    return [(row[0], Person(*row[1:])) for row in rows]


def alike(tx: Tx, person: Person) -> list[tuple[str, str, str, Person]]:
    """Find persons of the same name or mail, with id, cooperation and booking."""
    rows = tx.rows("persons_alike", surname=person.name, first_name=person.first_name, email=person.email)
    return [(row[0], row[1], row[2], Person(*row[3:])) for row in rows]


def erase(tx: Tx, person_ids: Iterable[str]) -> int:
    """Erase persons with all their versions and return how many rows that were; the log is not touched (D15)."""
    return tx.run("persons_erase", person_ids=list(person_ids))


def _persons(rows: list[Row]) -> dict[Key, Person]:
    return {
        (person_id, version): Person(name=name, first_name=first_name, phone=phone, email=email)
        for person_id, version, name, first_name, phone, email in rows
    }
