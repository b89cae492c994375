"""Acknowledging: somebody knows of an open violation and answers for it, so that alarms leave it out (D30)."""

from __future__ import annotations

from datetime import date, datetime

import msgspec

from koop_es.domain.cooperation import Acknowledgement
from koop_es.domain.errors import BadInput, Refused
from koop_es.domain.events import ViolationAcknowledged
from koop_es.domain.identifiers import is_cooperation
from koop_es.ingest import institution
from koop_es.ingest.command import decide, moment
from koop_es.store import MAX_POSITION, Store

_detail = msgspec.json.Decoder(dict[str, str])
_before = msgspec.json.Decoder(Acknowledgement)


class ViolationNotOpen(BadInput):
    """No such violation is open; koop-es violations shows those that are."""

    code = "violation_not_open"


def acknowledge(
    store: Store, *, now: datetime, stream: str, code: str, vhs: str, ref: str, reason: str, until: date | None
) -> Acknowledgement:
    """Answer for an open violation of a cooperation, or of a VHS as a whole (``vhs:301``), as it shows itself now.

    Raises ViolationNotOpen, and Refused where somebody answers for it already: the first decision stands.
    """
    found = _found(store, stream, code, vhs, ref, now)
    day = until.isoformat() if until is not None else None
    if is_cooperation(stream):
        decide(
            store,
            stream,
            moment(vhs, now),
            lambda draft: draft.add(
                ViolationAcknowledged, "D30", code=code, ref=ref, reason=reason, until=day, detail=found
            ),
        )
    else:
        at = moment(vhs, now)
        event = ViolationAcknowledged(
            vhs=vhs, rule="D30", at=at.at, recorded_at=at.recorded_at, code=code, ref=ref, reason=reason, until=day,
            detail=found,
        )  # fmt: skip
        store.retrying(lambda: _append(store, vhs, event))
    return Acknowledgement(reason, found, day)


def _append(store: Store, vhs: str, event: ViolationAcknowledged) -> None:
    with store.write() as tx:
        institution.append(tx, vhs, [event])


def _found(store: Store, stream: str, code: str, vhs: str, ref: str, now: datetime) -> dict[str, str]:
    """Read what an open violation shows now."""
    with store.reading() as tx:
        rows = tx.rows("violations", vhs=vhs, coop_id=stream, closed_too=0, upto=MAX_POSITION)
    row = next((row for row in rows if (row[0], row[4]) == (code, ref)), None)
    if row is None:
        about = f" of booking {ref}" if ref else ""
        raise ViolationNotOpen(
            f"no {code}{about} is open in {stream} at VHS {vhs}; koop-es violations --vhs {vhs} shows those that are",
            code=code,
            vhs=vhs,
            ref=ref or None,
        )
    detail, before = _detail.decode(row[5]), _before.decode(row[-1]) if row[-1] is not None else None
    if before is not None and before.holds(detail, now.date()):
        raise Refused(f"{code} was acknowledged already: {before.reason}", rule="D30", reason=before.reason)
    return detail
