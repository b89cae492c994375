"""What is said about a VHS as a whole: events of its own stream, and the violations in them.

A violation of a cooperation follows from its state; one of a VHS is opened and closed by who decides it, in the
transaction that does so.
"""

from __future__ import annotations

from collections.abc import Sequence

from koop_es.domain.draft import Moment
from koop_es.domain.events import Event, ViolationClosed, ViolationOpened
from koop_es.domain.identifiers import institution_stream
from koop_es.store import Append, Tx
from koop_es.views import project_institution


def opened(moment: Moment, code: str, severity: str, rule: str, detail: dict[str, str]) -> ViolationOpened:
    """Say that a violation of the moment's VHS opened."""
    return ViolationOpened(
        vhs=moment.vhs,
        rule=rule,
        at=moment.at,
        recorded_at=moment.recorded_at,
        origin=moment.origin,
        code=code,
        severity=severity,
        detail=detail,
    )


def closed(moment: Moment, code: str, rule: str) -> ViolationClosed:
    """Say that a violation of the moment's VHS closed."""
    return ViolationClosed(
        vhs=moment.vhs, rule=rule, at=moment.at, recorded_at=moment.recorded_at, origin=moment.origin, code=code
    )


def mark(tx: Tx, vhs: str, events: Sequence[Event]) -> Append:
    """Put events behind the stream of a VHS; to be appended in a transaction that sees the same."""
    stream = institution_stream(vhs)
    return Append(stream, tx.version(stream), events)


def append(tx: Tx, vhs: str, events: Sequence[Event]) -> None:
    """Write events to the stream of a VHS, and what is derived from them; first of all in a transaction that writes."""
    (positions,) = tx.append([mark(tx, vhs, events)])
    project_institution(tx, institution_stream(vhs), events, positions)
