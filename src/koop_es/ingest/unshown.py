"""Courses that VHSs hold as Abo-Kurse of a Master whose complete exports do not have them (R19, D30).

The COOP-Id was mistyped, or the Master's course deleted before anybody looked: the Abo-Kurs is taken over as one that
was shared before the engine, and nobody ever passes its bookings on. VHSs are connected one after the other, so that
only a complete export of the Master tells.
"""

from __future__ import annotations

from collections.abc import Collection

import msgspec

from koop_es.domain.draft import Moment
from koop_es.domain.events import Event
from koop_es.domain.identifiers import institution_stream, issuer
from koop_es.domain.violations import CRITICAL
from koop_es.ingest import institution
from koop_es.store import Tx

CODE = "COURSE_NEVER_SHOWN"

LONGEST = 20
"""Digits of a running number up to which a COOP-Id is looked for: more than any that is issued."""


def said(tx: Tx, moment: Moment, shown: Collection[str] = ()) -> list[Event]:
    """Say which courses others hold under COOP-Ids of a VHS that a complete export of it lacks, once for all of them;
    nothing where that is what was said last. ``shown`` are those that this export shows.
    """
    prefix = f"{moment.vhs}-COOP-"
    bounds = {"first": f"{prefix}0", "last": prefix + "9" * LONGEST, "prefix": prefix}
    holders: dict[str, list[str]] = {}
    for coop_id, vhs in tx.rows("views_unshown", vhs=moment.vhs, **bounds):
        if coop_id not in shown:
            holders.setdefault(coop_id, []).append(f"VHS {vhs}")
    found = "; ".join(f"{coop_id} ({', '.join(holders[coop_id])})" for coop_id in sorted(holders))
    before = _found(tx, moment.vhs)
    if found == before:
        return []
    events: list[Event] = [institution.closed(moment, CODE, "R19")] if before else []
    return [*events, institution.opened(moment, CODE, CRITICAL, "R19", {"found": found})] if found else events


def is_lacked(tx: Tx, coop_id: str) -> bool:
    """Tell whether it stands open that the Master of a COOP-Id does not have the course."""
    return any(said.startswith(f"{coop_id} (") for said in _found(tx, issuer(coop_id)).split("; "))


def _found(tx: Tx, master: str) -> str:
    """Give what was said last about a Master, "" where nothing stands open."""
    row = tx.row("violation_opened_at", coop_id=institution_stream(master), code=CODE)
    return msgspec.json.decode(row[1], type=dict[str, str])["found"] if row is not None else ""
