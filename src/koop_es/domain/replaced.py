"""An "S" for somebody who was replaced: its VHS did not know yet that another person takes part (D18c, D21).

The booking goes on with the new person, and nobody has cancelled that one: it lives until somebody has said whom the
"S" means. It is asked whichever of the two was reported first. A mirror that was removed is delivered again, with the
new person.
"""

from __future__ import annotations

from koop_es.domain import events as e
from koop_es.domain.cooperation import Booking, Cooperation
from koop_es.domain.draft import Draft
from koop_es.domain.evolve_echo import REPLACED
from koop_es.domain.observation import CANCELLED, WEB_SERVICE_USER, BookingRow


def means_former(state: Cooperation, booking: Booking, vhs: str, shown: int | None) -> bool:
    """Tell whether the "S" of a VHS may mean somebody who was replaced since: its row shows another person than the one
    who takes part now, or it was not told anything of the booking since (D18c).

    ``shown`` is the version of the person in the row, None where it names nobody.
    """
    if not booking.replaced or not booking.claimed or vhs == booking.owner:
        return False
    lane = state.lanes.get(vhs)
    if lane is None or (shown is not None and shown < booking.replaced):
        return True
    if shown is not None and not any(other.given for other in state.lanes.values()):
        return False  # a store of yesterday, which noted no lists: what the row shows was told (ADR 0006)
    told = lane.told.get(booking.ref)
    return told is None or told.version < booking.replaced_version


def _set_beside(state: Cooperation, booking: Booking) -> set[str]:
    """Name the VHSs to which nothing was ever given out and that show "S" as well: where another had set it before, it
    was taken for told (ADR 0006).
    """
    seats = ((vhs, seat) for vhs, seat in booking.seats.items() if booking.cancelled_by and vhs != booking.owner)
    return {
        vhs
        for vhs, seat in seats
        if seat.status is CANCELLED and seat.actor != WEB_SERVICE_USER and not state.lanes[vhs].given
    }


def ask_whom(draft: Draft, booking: Booking, row: BookingRow | None = None, *, cause: int | None = None) -> None:
    """Ask whom an "S" means, in a row or withheld before: its VHS did not know that another takes part (D18c)."""
    draft.add(e.CancellationDelivered, "D18", row=row, cause=cause or booking.changed or None, ref=booking.ref)
    draft.add(e.CancellationUnclear, "D18", row=row, ref=booking.ref, why=REPLACED)


def take_replaced(draft: Draft, booking: Booking, row: BookingRow) -> None:
    """Note that another person takes part; what others set to "S" before they could know of that is asked, and what
    they lost of it is delivered again (D18c).

    Where the owner shows the "S" itself, it is cancelled for both.
    """
    version = draft.add(e.ParticipantReplaced, "D18", row=row, ref=booking.ref)
    owner = booking.owner
    if draft.moment.vhs != owner or row.status is CANCELLED or owner in booking.cancelled_by | booking.orphaned_by:
        return
    for vhs in sorted(booking.cancelled_by | _set_beside(draft.state, booking)):
        draft.add(e.CancellationUnclear, "D18", vhs=vhs, cause=version, ref=booking.ref, why=REPLACED)
    for vhs in sorted(booking.orphaned_by - {owner}):
        draft.add(e.MirrorLost, "D18", vhs=vhs, cause=version, ref=booking.ref)
