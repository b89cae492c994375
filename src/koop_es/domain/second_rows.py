"""Second rows: an own booking that was written again although its row stood there has two, and one seat (D20, D26)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from koop_es.domain.cooperation import Cooperation
from koop_es.domain.identifiers import owner_of
from koop_es.domain.observation import WEB_SERVICE_USER, BookingRow, actor_of
from koop_es.domain.witnesses import witness_of_row


def take_second_rows(
    state: Cooperation,
    vhs: str,
    rows: Sequence[BookingRow],
    shown: Mapping[str, BookingRow],
    doubled: dict[str, list[BookingRow]],
) -> list[BookingRow]:
    """Add to what is ``doubled`` the ``rows`` that fit no known booking, but name and second of an own one that
    somebody had written again, and whose own row is ``shown`` as well: what was answered was an old file (D20, D26).

    Whoever edited it, as long as what was given out is not seen; a list that was carried out later is told by WS.
    Returns the others.
    """
    again = {}
    for ref, row in sorted(shown.items()) if rows else ():
        witness = witness_of_row(row) if _was_written_again(state, vhs, ref) else None
        if witness is not None and witness.name and witness.time:
            again[witness.name, witness.time] = ref
    others = []
    for row in rows:
        witness = witness_of_row(row) if again else None
        own = again.get((witness.name, witness.time)) if witness is not None else None
        late = actor_of(row.edited_by) in (None, WEB_SERVICE_USER)
        if own is not None and (late or own in state.lanes[vhs].creates_given):
            doubled.setdefault(own, [shown[own]]).append(row)
        else:
            others.append(row)
    return others


def _was_written_again(state: Cooperation, vhs: str, ref: str) -> bool:
    """Tell whether it was decided that one of the VHS's own bookings is to be written again (D20, D24)."""
    booking = state.bookings.get(ref)
    seat = booking.seats.get(vhs) if booking is not None else None
    return seat is not None and seat.answered > 0 and owner_of(ref) == vhs
