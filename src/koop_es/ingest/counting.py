"""Counting anew: an operator accepts that the exports of a VHS begin a new count, or that its files went back (D23)."""

from __future__ import annotations

from datetime import datetime

from koop_es.domain.draft import Moment
from koop_es.domain.errors import BadInput, Refused
from koop_es.domain.events import Event, SequenceRestarted
from koop_es.domain.identifiers import count_of, export_number, sequence_of
from koop_es.ingest import institution, ledger
from koop_es.store import Store, Tx


class NeverReported(BadInput):
    """This VHS has never reported, so there is no mark to set back; koop-es status shows who has."""

    code = "never_reported"


def restart_sequence(
    store: Store, *, now: datetime, vhs: str, reason: str, since: datetime | None = None
) -> SequenceRestarted:
    """Let the exports of a VHS begin a new count (D23): the next one is taken in whatever its sequence.

    What was made before ``since`` stays superseded; by default that is when the first export was made that came under
    the new count, else now. Raises NeverReported, and Refused where a new count was begun and none of it has come yet.
    """
    return store.retrying(lambda: _restart(store, now, vhs, reason, since))


def _restart(store: Store, now: datetime, vhs: str, reason: str, since: datetime | None) -> SequenceRestarted:
    at = Moment(vhs, now.isoformat(), now.isoformat())
    with store.write() as tx:
        before = _known(tx, vhs)
        count, last = count_of(before.last_sequence), sequence_of(before.last_sequence)
        if count > 1 and not last and before.restarted is None:
            raise Refused(
                f"count {count} of VHS {vhs} was begun already, for what is made since {before.counted_from}, and no "
                f"export of it was taken in yet; koop-es history --vhs {vhs} shows by whom and why",
                rule="D23",
                count=count,
            )
        begin = since.isoformat() if since is not None else before.restarted or at.at
        event = SequenceRestarted(
            vhs=vhs, rule="D23", at=at.at, recorded_at=at.recorded_at, since=begin, reason=reason, count=count + 1,
            last=last,
        )  # fmt: skip
        events: list[Event] = [event]
        if before.restarted is not None:
            events.append(institution.closed(at, "SEQUENCE_RESTARTED", "D23"))
        institution.append(tx, vhs, events)
        tx.run("lane_recount", vhs=vhs, number=export_number(count + 1, 0), since=begin)
    return event


def restart_files(
    store: Store, *, now: datetime, vhs: str, reason: str, since: datetime | None = None
) -> SequenceRestarted:
    """Set back the mark of a VHS's files that nobody counts, which is the time they were made (D23).

    What was made before ``since`` stays superseded; by default that is when the file was made that was superseded last,
    else now. Raises NeverReported.
    """
    return store.retrying(lambda: _remark(store, now, vhs, reason, since))


def _remark(store: Store, now: datetime, vhs: str, reason: str, since: datetime | None) -> SequenceRestarted:
    with store.write() as tx:
        _known(tx, vhs)
        refused = tx.row("export_refused", vhs=vhs)
        begin = since.isoformat() if since is not None else (refused and refused[0]) or now.isoformat()
        event = SequenceRestarted(
            vhs=vhs, rule="D23", at=now.isoformat(), recorded_at=now.isoformat(), since=begin, reason=reason
        )
        institution.append(tx, vhs, [event])
        tx.run("lane_remark", vhs=vhs, since=begin, line=ledger.last_line(tx, vhs))
    return event


def _known(tx: Tx, vhs: str) -> ledger.Progress:
    if tx.row("lane_peek", vhs=vhs) is None:
        raise NeverReported(f"VHS {vhs} has never reported; koop-es status shows who has", vhs=vhs)
    return ledger.peek(tx, vhs)
