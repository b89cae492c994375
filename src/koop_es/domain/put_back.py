"""An "S" after the store was put back from a backup: it may be one that was given out since, and forgotten (D21, T6).

The store does not know what it gave out after the backup. Who edited a row last still tells: what persons set is a
claim as ever; of an "S" by WS, or by nobody who is named, it is asked, until a complete export of its VHS has come.
"""

from __future__ import annotations

from koop_es.domain import events as e
from koop_es.domain.draft import Draft
from koop_es.domain.evolve_echo import PUT_BACK, by_person
from koop_es.domain.observation import BookingRow, actor_of


def may_be_forgotten(draft: Draft, row: BookingRow) -> bool:
    """Tell whether an "S" that was not given out may be our own all the same, of a list that went with the store (D21).

    Where this VHS told what it holds since the store was put back, it may not.
    """
    return draft.judgement.put_back and not by_person(actor_of(row.edited_by))


def ask_whose(draft: Draft, ref: str, row: BookingRow, *, delivered: bool = False) -> None:
    """Ask whose an "S" is: nobody is cancelled, and nothing is written over it, before somebody has said (D21).

    The row is taken to show it, unless it is ``delivered`` with it already.
    """
    if not delivered:
        cause = draft.state.bookings[ref].changed or None
        draft.add(e.CancellationDelivered, "D21", row=row, cause=cause, ref=ref)
    draft.add(e.CancellationUnclear, "D21", row=row, ref=ref, why=PUT_BACK)
