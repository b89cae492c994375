"""A store that was put back from a backup: until a VHS has told what it holds, nobody knows what it was told (D21), nor
which COOP-Ids stand there (D16).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, datetime
from itertools import chain

import msgspec

from koop_es.domain.cooperation import Acknowledgement
from koop_es.domain.draft import Moment
from koop_es.domain.errors import Refused
from koop_es.domain.events import EffectDropped, Event, ViolationClosed, ViolationOpened
from koop_es.domain.identifiers import booking_ref
from koop_es.domain.observation import Kind, Rejected, Report
from koop_es.domain.violations import WARNING
from koop_es.ingest import institution, ledger
from koop_es.ingest.ledger import PUT_BACK
from koop_es.store import Store, Tx, fences

NAMED = 5
"""VHSs that a refusal names: who waits for more of them looks at the violations."""

_detail = msgspec.json.Decoder(dict[str, str])
_said = msgspec.json.Decoder(Acknowledgement)


def note(store: Store, now: datetime, made_at: str) -> int:
    """Note in the stream of every VHS that ever reported that the store is one of a backup that was ``made_at`` a time;
    returns how many these are (D21).
    """
    at, detail = now.isoformat(), {"since": made_at}
    with store.write() as tx:
        known = [row[0] for row in tx.rows("lanes_that_reported")]
        for vhs in known:
            moment = Moment(vhs, at, at)
            before = [institution.closed(moment, PUT_BACK, "D21")] if ledger.put_back_at(tx, vhs) is not None else []
            institution.append(tx, vhs, [*before, institution.opened(moment, PUT_BACK, WARNING, "D21", detail)])
    return len(known)


def noted(tx: Tx, position: int) -> int | None:
    """Count the VHSs of which that was noted behind a position, 0 where nothing stands there; None where something else
    does. That nothing is withheld any more of whoever is forgotten belongs to it (D31).
    """
    most = 2 * len(tx.rows("lanes_that_reported"))  # one that was noted before is closed and opened
    most += len(fences.everything(tx))
    found = [item.event for item in tx.read(position, most + 1)]
    notes = [event for event in found if _is_note(event)]
    if len(found) > most or not all(_is_note(event) or _is_let_go(event) for event in found):
        return None
    return len({event.vhs for event in notes})


def _is_note(event: Event) -> bool:
    return isinstance(event, ViolationOpened | ViolationClosed) and event.code == PUT_BACK and event.origin is None


def _is_let_go(event: Event) -> bool:
    return isinstance(event, EffectDropped) and event.origin is None


def settled(tx: Tx, report: Report, moment: Moment) -> Sequence[Event]:
    """Say that a VHS has told what it holds since the store was put back: a complete export that was made after that
    does, or any full one where its VHS never gives proof (D21).
    """
    at = ledger.put_back_at(tx, report.vhs)
    if at is None or report.kind is not Kind.FULL or datetime.fromisoformat(moment.at) < datetime.fromisoformat(at):
        return ()
    if not report.proves_absence and (not report.has_bookings or ledger.complete_made_at(tx, report) is not None):
        return ()
    return (institution.closed(moment, PUT_BACK, "D21"),)


def refuse_untold(tx: Tx, today: date) -> None:
    """Refuse to give a COOP-Id out while one that was given out after the backup may stand in an admin program that has
    not told since what it holds (D16). Whoever acknowledged that answers for it. Raises Refused.
    """
    if untold := sorted(_untold(tx, today)):
        others = f" and {len(untold) - NAMED} others" if len(untold) > NAMED else ""
        raise Refused(
            "the store was put back from a backup, and the next COOP-Id may be one that was given out after that and "
            f"stands in a course of VHS {', '.join(untold[:NAMED])}{others}: ingest a complete export of each that was "
            f"made since the restore; where one holds no such COOP-Id, koop-es acknowledge vhs:{untold[0]} {PUT_BACK} "
            f"--vhs {untold[0]} --reason TEXT",
            rule="D16",
            vhs=untold,
        )


def untold(tx: Tx, report: Report, today: date) -> tuple[str, ...]:
    """Name the other VHSs that have not told since the store was put back what they hold, so that nobody knows of which
    of their bookings this one was given mirrors (D21, D26).

    None for a program that keeps references: its mirrors say whose they are. Whoever acknowledged it answers for that.
    """
    found = sorted(vhs for vhs in _untold(tx, today) if vhs != report.vhs)
    own = booking_ref(report.vhs, "")
    rows = chain.from_iterable(item.rows for item in report.bookings_by_course().values()) if found else ()
    return () if any(row.ref and not row.ref.startswith(own) for row in rows) else tuple(found)


def _untold(tx: Tx, today: date) -> Iterator[str]:
    return (vhs for vhs, detail, said in tx.rows("put_back_untold") if not _holds(detail, said, today))


def _holds(detail: str, said: str | None, today: date) -> bool:
    return said is not None and _said.decode(said).holds(_detail.decode(detail), today)


def shown(report: Report, rejected: Sequence[Rejected]) -> Iterator[str]:
    """List what stands as COOP-Id in the courses of an export, those that were set aside included (D16)."""
    rows = chain((row.external_number for row in report.courses), (item.told.external_number for item in rejected))
    return (text for text in rows if text)
