"""The running numbers of COOP-Ids (D16): gapless per Master and never reused."""

from __future__ import annotations

from collections.abc import Iterable

from koop_es.domain.identifiers import issuer, running_number
from koop_es.store.errors import StatementFailed
from koop_es.store.transaction import Tx


def next_number(tx: Tx, vhs: str) -> int:
    """Take a Master's next number (D16); it is given back when the transaction is rolled back, so there are no gaps.

    Until the transaction ends nobody else gets a number of this Master.
    """
    row = tx.row("number_next", vhs=vhs)
    if row is None:
        raise StatementFailed("the database returned no number")
    return int(row[0])


def note_adopted(tx: Tx, coop_ids: Iterable[str]) -> None:
    """Keep later numbers above those that an export showed to be in use already (D16)."""
    highest: dict[str, int] = {}
    for coop_id in coop_ids:
        if (number := running_number(coop_id)) is not None:
            vhs = issuer(coop_id)
            highest[vhs] = max(number, highest.get(vhs, 0))
    for master, number in sorted(highest.items()):
        tx.run("number_adopt", vhs=master, number=number)
