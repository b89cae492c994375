"""What a row that cannot be used still tells: each of its cells by itself (D17)."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from koop_es.connectors.columns import Header
from koop_es.connectors.sentinels import is_error, is_first_day
from koop_es.connectors.values import Unreadable, identity, own_identity, plain, reference
from koop_es.domain.observation import WEB_SERVICE_USER, Told, actor_of


def told(header: Header, cells: Sequence[str]) -> Told:
    """Read of the cells of a row, of which the last may be missing, whatever is legible.

    A field without a column is empty; one whose cell is missing cannot be read.
    """
    found: dict[str, str | None] = {}
    for field, read in _READ.items():
        place = header.at.get(field)
        if place is None:
            found[field] = ""
            continue
        try:
            found[field] = read(cells[place]) if plain(cells[place]) else ""
        except (Unreadable, IndexError):
            found[field] = None
    return Told(**found)


def _name(text: str) -> str:
    """Read a name; ``NULL`` is one (D29), a spreadsheet's error or the first day of a calendar is none."""
    text = plain(text)
    if is_error(text) or is_first_day(text):
        raise Unreadable("is not stated", "correct it in the admin program")
    return text


def _connector(text: str) -> str:
    """Read who edited a row where that is the connector; of the staff nobody is named here (D15)."""
    return WEB_SERVICE_USER if actor_of(plain(text)) == WEB_SERVICE_USER else ""


_READ: dict[str, Callable[[str], str]] = {
    "booking_id": own_identity,
    "ref": reference,
    "number": identity,
    "period": identity,
    "participant_no": own_identity,
    "name": _name,
    "first_name": _name,
    "external_number": plain,
    "edited_by": _connector,
}
