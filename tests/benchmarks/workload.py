"""A log of any length: what one real network did, stamped out under other VHS numbers and COOP-Ids.

The template is what the engine itself wrote for one course that four Volkshochschulen share. Only the numbers that name
VHSs, cooperation, course and persons are replaced, so that every stamped stream folds as the template does.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import Any

from koop_es.domain.observation import Person
from koop_es.domain.terms import Policy
from koop_es.settings import BERLIN
from koop_es.simulate.network import Clock, Network
from koop_es.simulate.program import CMX_ORGANIZE, ITM_MANAGER, KUFERSQL, Program
from koop_es.store import Store, Tx
from koop_es.store.codec import encode

NOW = datetime(2026, 2, 2, 9, 0, tzinfo=BERLIN)

UNLIMITED = Policy(guard_letters=10_000_000, guard_absolute=10_000_000)
"""A year's cancellations of one VHS come within a minute here: they are weighed, and nothing is withheld (D31)."""
NAMES = ("9000000001", "9000000002", "9000000003", "9000000004")
"""VHS numbers that no other text of the template holds."""

COOP = f"{NAMES[0]}-COOP-1"
NUMBER = "K900000000"
"""The course's number at everybody, which no other text of the template holds either."""

SYSTEMS = (KUFERSQL, ITM_MANAGER, CMX_ORGANIZE, KUFERSQL)
PERIOD = "26F"
BATCH = 5_000
FIRST_VHS = 1_000
COURSE = {
    "Titel": "Obstbäume schneiden", "Info": "Theorie und Praxis.", "Typ": "Normalkurs", "Datum von": "02.03.2026",
    "Datum bis": "30.05.2026", "Uhrzeit von": "18:00", "Uhrzeit bis": "20:15", "Kursort": "Lehrgarten",
    "DVV-Fachbereich": "1.07", "TN max": "400", "Gebühr": "90,00", "vhsKOOP-Verrechnung": "80", "Ausfall": "F",
    "Externe Kurs-Nr.": COOP,
}  # fmt: skip

Row = tuple[str, int, str, bytes]


@dataclass(frozen=True, slots=True)
class Template:
    """One cooperation as the engine wrote it: the rows of its log and of its persons, and the bookings that people
    made at each of the four, as staff sees them.
    """

    rows: list[Row]
    persons: list[tuple[Any, ...]]
    bookings: list[list[dict[str, str]]]


@dataclass(frozen=True, slots=True)
class Stream:
    """One stamped cooperation: COOP-Id, course number, who takes part, its rows and its persons."""

    coop_id: str
    number: str
    names: list[str]
    rows: list[Row]
    persons: list[tuple[Any, ...]]


def template(store: Store, folder: Path, *, people: int) -> Template:
    """Let four Volkshochschulen share one course; ``people`` book at each, and every fourth cancels."""
    programs = [Program(vhs, system, f"VHS {vhs}") for vhs, system in zip(NAMES, SYSTEMS, strict=True)]
    keys = [
        program.add_course(NUMBER, PERIOD, COURSE | ({"Kennzeichen": "100"} if count else {}))
        for count, program in enumerate(programs)
    ]
    clock = Clock(NOW)
    network = Network(store, programs, Policy(), clock, directory=folder)
    network.settle(8)
    for number in range(people):
        person = Person(f"Teilnehmer {number}", "Test", "0941 1", f"t{number}@example.org")
        booked = [program.book(key, person, clock.now) for program, key in zip(programs, keys, strict=True)]
        if number % 4 == 3:
            network.round()
            for program, booking in zip(programs, booked, strict=True):
                program.cancel(booking)
    network.settle(8)
    recorded = store.load([COOP])[COOP]
    rows = [(COOP, item.version, item.event.TOPIC, encode(item.event)) for item in recorded]
    with store.reading() as tx:
        persons = tx.rows("side_persons")
    own = [[dict(row) for row in program.bookings.values() if not row["Koop-Beleg-ID"]] for program in programs]
    return Template(rows, persons, own)


def stamped(found: Template, streams: int, vhs: int) -> Iterator[Stream]:
    """Give as many streams as asked for, shared among ``vhs`` Volkshochschulen."""
    people = sorted({str(row[0]) for row in found.persons})
    marks = [COOP, *NAMES, NUMBER, *people]
    rows = [(version, topic, _form(state, marks)) for _, version, topic, state in found.rows]
    for number in range(streams):
        # A step that shares no factor with most counts, so that every VHS meets many others.
        names = [str(FIRST_VHS + (number + place * 7) % vhs) for place in range(len(NAMES))]
        coop_id, course = f"{names[0]}-COOP-{number + 1}", f"K{number + 1}"
        given = [f"{number * len(people) + count:0{len(person)}x}" for count, person in enumerate(people)]
        values = dict(zip(marks, (coop_id, *names, course, *given), strict=True))
        filled = {mark.encode(): value.encode() for mark, value in values.items()}
        yield Stream(
            coop_id,
            course,
            names,
            [(coop_id, version, topic, form % filled) for version, topic, form in rows],
            [_person(row, values) for row in found.persons],
        )


def _form(state: bytes, marks: Sequence[str]) -> bytes:
    """Turn a state into a form whose blanks bear the names of what is replaced."""
    pattern = re.compile("|".join(map(re.escape, marks)).encode())
    return pattern.sub(lambda mark: b"%%(%b)b" % mark[0], state.replace(b"%", b"%%"))


def _person(row: tuple[Any, ...], values: dict[str, str]) -> tuple[Any, ...]:
    person_id, version, _, ref, *data = row
    owner, _, booking = ref.partition(":")
    return (values[person_id], version, values[COOP], f"{values[owner]}:{booking}", *data)


def fill(store: Store, found: Template, events: int, vhs: int) -> int:
    """Write at least so many events as ready rows, with who takes part in what; returns the streams written."""
    streams = -(-events // len(found.rows))
    for page in in_pages(found, streams, vhs):
        with store.write() as tx:
            write_log(tx, page)
    return streams


def in_pages(found: Template, streams: int, vhs: int) -> Iterator[list[Stream]]:
    """Give the stamped streams as many together as a transaction takes."""
    pages = stamped(found, streams, vhs)
    per_batch = max(1, BATCH // len(found.rows))
    while page := list(islice(pages, per_batch)):
        yield page


def write_log(tx: Tx, page: list[Stream]) -> None:
    """Write the ready rows of some streams, one row of each after the other as in a real log, and who takes part."""
    rows = sorted((row for stream in page for row in stream.rows), key=lambda row: row[1])
    first = tx._insert(rows) - len(rows) + 1
    tx.write_rows("member_note", _members(page, first))


def _members(page: list[Stream], first: int) -> Iterator[tuple[str, str, int]]:
    for since, stream in enumerate(page, first):
        yield from ((name, stream.coop_id, since) for name in stream.names)
