"""A store as a region of Volkshochschulen leaves it: a long log, and beside it every table that a delta meets.

The log is stamped (``workload``), the views are what a rebuild makes of it, the other tables hold what a real VHS has.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import msgspec
import psycopg

from koop_es.connectors.export_writer import write_export
from koop_es.domain.course import CourseFacts
from koop_es.domain.events import ExportApplied
from koop_es.domain.identifiers import booking_ref, institution_stream
from koop_es.domain.observation import Kind, Origin
from koop_es.ingest import ingest
from koop_es.simulate.rows import booking_row
from koop_es.store import Append, Store, Tx
from koop_es.store.codec import encode_all
from koop_es.views import change_list
from koop_es.views.rebuild import rebuild
from tests.benchmarks.workload import FIRST_VHS, NOW, PERIOD, SYSTEMS, UNLIMITED, Stream, Template, in_pages, write_log

NIGHTS = 250
"""Exports that every VHS has sent before: one in every night of a year that is no holiday."""

FIRST_NEW_BOOKING = 500_000
"""Beleg-IDs of bookings that are made while we measure, far from those of the template."""

KINDS = ("new", "cancelled", "waitlisted")


@dataclass(slots=True)
class Region:
    """A filled store, and who takes part in what; ``sequences`` holds the last export of every VHS."""

    store: Store
    template: Template
    coop_ids: list[str]
    numbers: list[str]
    names: list[list[str]]
    sequences: dict[str, int]
    events: int
    deltas: int = 0


def settle_in(store: Store, url: str, template: Template, *, events: int, vhs: int, catalogue: int) -> Region:
    """Fill a store with at least so many events of ``vhs`` Volkshochschulen, each with so many courses it shares with
    nobody; the views are built by a rebuild.
    """
    who = [str(FIRST_VHS + number) for number in range(vhs)]
    found = Region(store, template, [], [], [], dict.fromkeys(who, NIGHTS), events)
    for name in who:
        with store.write() as tx:
            _nights(tx, name)
            tx.run_many("catalogue_put", _catalogue(name, catalogue))
    streams = max(1, -(-(events - NIGHTS * vhs) // len(template.rows)))
    for page in in_pages(template, streams, vhs):
        with store.write() as tx:
            write_log(tx, page)
            tx.write_rows("person_insert", (person for stream in page for person in stream.persons))
            tx.run_many("slice_put", (row for stream in page for row in _slices(stream)))
        found.coop_ids += [stream.coop_id for stream in page]
        found.numbers += [stream.number for stream in page]
        found.names += [stream.names for stream in page]
    rebuild(store, url)
    rest(url)
    return found


def rest(url: str) -> None:
    """Let PostgreSQL do what it would have done in the time that went by, so that it does not while we measure."""
    if url.startswith("postgres"):
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute("VACUUM ANALYZE")
            connection.execute("CHECKPOINT")


def _nights(tx: Tx, vhs: str) -> None:
    """Write what the exports of a year left: a line in the ledger each, and an event in the VHS's own stream."""
    tx.run("lane_ensure", vhs=vhs)
    common: dict[str, Any] = {"vhs": vhs, "system": SYSTEMS[0], "recorded_at": NOW.isoformat()}
    applied = []
    for night in range(1, NIGHTS + 1):
        at = (NOW - timedelta(days=NIGHTS - night)).isoformat()
        sha256 = hashlib.sha256(f"{vhs} {night}".encode()).hexdigest()
        origin = Origin(vhs=vhs, sha256=sha256, sequence=night)
        applied.append(
            ExportApplied(vhs=vhs, rule="2", at=at, recorded_at=at, origin=origin, kind="full", rows=900, events=4)
        )
        line = {
            "sequence": night, "kind": "full", "source": f"{vhs}-{night:04}", "sha256": sha256, "digest": sha256,
            "exported_at": at, "status": "applied", "reason": None, "rows": 900, "events": 4, "quarantined_rows": 0,
            "withheld": 0, "position": 0, "proves": 1,
        }  # fmt: skip
        tx.run("export_insert", **common | line | {"recorded_at": at})
    tx._insert(encode_all([Append(institution_stream(vhs), 0, applied)]))
    tx.run("lane_applied", **common, sequence=NIGHTS, digest=None, exported_at=NOW.isoformat(), reading=None)


def _catalogue(vhs: str, courses: int) -> Iterator[dict[str, Any]]:
    facts = CourseFacts(title="Aquarellmalerei für Anfänger", course_type="Normalkurs", capacity=12, fee_cents=9_000)
    encoded = msgspec.json.encode(facts).decode()
    for number in range(courses):
        yield {
            "vhs": vhs, "key": f"L{number}/{PERIOD}", "number": f"L{number}", "period": PERIOD, "external_number": None,
            "source": "full", "facts": encoded, "unsure": 0, "noted_at": NOW.isoformat(),
        }  # fmt: skip


def _slices(stream: Stream) -> Iterator[dict[str, Any]]:
    for name in stream.names:
        said = hashlib.sha256(f"{name} {stream.coop_id}".encode()).hexdigest()
        yield {"vhs": name, "coop_id": stream.coop_id, "hash": said}


@dataclass(frozen=True, slots=True)
class Delta:
    """One changed booking on its way: the export, whose booking it is, and who must hear of it."""

    path: Path
    ref: str
    others: list[str]


def delta(region: Region, folder: Path) -> Delta:
    """Write the next delta, each of another cooperation: a booking made, cancelled or put on the waiting list."""
    number = region.deltas
    region.deltas += 1
    # Large steps without a common factor with most counts: neighbours in the log share pages, real deltas do not.
    place, chosen = number % len(SYSTEMS), number * 7_919 % len(region.coop_ids)
    names, kind = region.names[chosen], KINDS[number % len(KINDS)]
    vhs = names[place]
    # A booking of its own for each kind, so that a cooperation may have its turn again.
    row = dict(region.template.bookings[place][KINDS.index(kind)]) | {"Kursnummer": region.numbers[chosen]}
    if kind == "new":
        new = str(FIRST_NEW_BOOKING + number)
        row |= {"Beleg-ID": new, "TNR": f"9{new}", "Name": f"Neu {new}", "E-Mail": f"{new}@example.org"}
    elif kind == "cancelled":
        row |= {"Status": "S"}
    else:
        row |= {"Status": "W"}
    region.sequences[vhs] += 1
    path = write_export(
        folder / str(number),
        vhs=vhs,
        sequence=region.sequences[vhs],
        exported_at=(NOW + timedelta(minutes=number)).isoformat(),
        bookings=[booking_row(row, vhs)],
        system=SYSTEMS[0],  # one program a VHS: another one would be read with another profile (D31)
        kind=Kind.DELTA,
    )
    return Delta(path, booking_ref(vhs, row["Beleg-ID"]), [name for name in names if name != vhs])


def take_in(region: Region, news: Delta) -> None:
    """Take a delta in; when this returns it is durable, and ``is_told`` finds it in every change list."""
    result = ingest(region.store, news.path, UNLIMITED, now=NOW + timedelta(days=1))
    assert result.status == "applied" and result.events, result


def is_told(region: Region, news: Delta) -> bool:
    """Tell whether everybody else is told of the booking."""
    lists = (change_list(region.store, name) for name in news.others)
    return all(any((line.get("booking") or {}).get("ref") == news.ref for line in lines) for lines in lists)
