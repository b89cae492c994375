"""What a store that takes the place of another has to know of it: whatever that one had still to see to (D15, G8)."""

from __future__ import annotations

from typing import NamedTuple

from koop_es.store import erased, fences, leftovers, noted
from koop_es.store.erased import Erased
from koop_es.store.fences import Fence
from koop_es.store.transaction import Row, Tx

KINDS = (noted.PLACE, noted.OWED, leftovers.NOTE, leftovers.FORMER, erased.KEPT, erased.UNLISTED)
"""How the keys begin of the notes that go on in the new store: where backups were made and which lack a note, what was
left of broken-off ones, former stores that hold somebody, and names that were erased.
"""


class Heritage(NamedTuple):
    """What a store leaves to the one that takes its place: who was forgotten, which names were erased, its backups, and
    what is noted of them.

    ``unfinished`` says that names of somebody who was forgotten may be in its files.
    """

    fences: list[Fence]
    names: list[Erased]
    backups: list[Row]
    notes: dict[str, str]
    unfinished: bool

    @classmethod
    def of(cls, tx: Tx, *, unfinished: bool) -> Heritage:
        """Read it."""
        notes = {f"{kind}{key}": value for kind in KINDS for key, value in tx.notes(kind).items()}
        return cls(fences.everything(tx), erased.everything(tx), tx.rows("backups_whole"), notes, unfinished)

    def leave(self, tx: Tx) -> None:
        """Give backups and notes to a store that does not know them; the fences are put up by whoever erases."""
        known = {str(row[0]) for row in tx.rows("backups")}
        for made_at, position, digest, target, size, proven_at in self.backups:
            if target not in known:
                values = {"made_at": made_at, "position": position, "digest": digest, "target": target, "bytes": size}
                number = tx.rows("backup_begun", **values)[0][0]
                if proven_at is not None:
                    tx.run("backup_proven", id=number, at=proven_at)
        for key, value in self.notes.items():
            tx.run("note_put", key=key, value=value)
