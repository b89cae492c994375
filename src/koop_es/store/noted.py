"""Who was forgotten is noted beside every backup, for whoever restores it (D15, G8).

A backup whose disk is not mounted, or that lies on another machine, is out of sight and not gone: that it lacks the
note is kept in the store until the note stands there. Which of the two it is tells the folder in which it was made.
"""

from __future__ import annotations

import os
import socket
from collections.abc import Iterable, Iterator
from pathlib import Path

import msgspec

from koop_es.store import erased, fences, private
from koop_es.store.erased import Erased
from koop_es.store.fences import Fence
from koop_es.store.store import Store
from koop_es.store.transaction import Tx

PLACE, OWED = "backup ", "unnoted "
"""How the keys begin of notes where a backup was made, and that it lacks a note; its path follows."""


class Place(msgspec.Struct, frozen=True):
    """The folder in which a backup was made: the machine, the file system and the number of the folder there.

    ``gone`` says that an operator gave the backup up, with its disk or machine.
    """

    host: str
    system: str
    folder: int
    gone: bool = False


def beside(backup: Path) -> Path:
    """Name the file beside a backup that says who was forgotten since (D15)."""
    return backup.with_name(f"{backup.name}.forgotten")


def write(backup: Path, stand: Iterable[Fence], names: Iterable[Erased] = ()) -> None:
    """Note beside a backup who was forgotten since, and which names were erased, of which none can be read there (D15);
    a line twice does no harm. Raises OSError.

    What a full disk or a power cut left of a line goes: whoever wrote it was told so, or writes it again.
    """
    private.add_lines(beside(backup), (fences.to_lines(stand) + erased.to_lines(names)).encode())


def from_lines(lines: Iterable[bytes]) -> Iterator[Fence | Erased]:
    """Read what ``write`` wrote, one by one; raises ValueError or TypeError."""
    for line in filter(bytes.strip, lines):
        yield erased.from_line(line) or fences.from_line(line)


def remember(tx: Tx, backup: Path) -> None:
    """Keep where a backup is made, by which it is known later whether it is gone or out of sight."""
    if (place := _place(backup)) is not None:
        _put(tx, f"{PLACE}{backup}", place)


def owed(tx: Tx) -> list[str]:
    """Name the backups beside which it is not noted who was forgotten."""
    return sorted(tx.notes(OWED))


def everywhere(store: Store, stand: Iterable[Fence], at: str) -> tuple[str, ...]:
    """Note fences, and names that were erased, beside every backup, all of them where former ones could not be noted,
    and name those that lack them.

    Which backups there are is read after the fences were put up: one that is begun later notes them itself.
    """
    new = list(dict.fromkeys(stand))
    with store.reading() as tx:
        late, names = tx.notes(OWED), erased.unlisted(tx)
        if not (new or names or late):
            return ()
        all_of_them = (fences.everything(tx), erased.everything(tx)) if late else ([], [])
        targets = {str(row[0]) for row in tx.rows("backups")}
        places = {key: msgspec.json.decode(value, type=Place) for key, value in tx.notes(PLACE).items()}
    lacking = {
        target
        for target in targets
        if any(noting := all_of_them if target in late else (new, names))
        and not _noted(target, noting, targets, places)
    }
    if names or lacking - late.keys() or late.keys() - lacking:
        with store.write() as tx:
            for target in sorted(lacking - late.keys()):
                tx.run("note_put", key=f"{OWED}{target}", value=at)
            for target in sorted(late.keys() - lacking):
                tx.run("note_delete", key=f"{OWED}{target}")
            erased.listed(tx, names)
    return tuple(sorted(lacking))


def give_up(store: Store, paths: Iterable[Path]) -> None:
    """Look no more for backups that are out of sight, since they, or their folders, are gone for good."""
    given = [path.absolute() for path in paths]
    with store.reading() as tx:
        lost = [Path(target) for target in owed(tx)]
    lost = [backup for backup in lost if (backup in given or backup.parent in given) and not _exists(backup)]
    if lost:
        with store.write() as tx:
            for backup in lost:
                tx.run("note_delete", key=f"{OWED}{backup}")
                _put(tx, f"{PLACE}{backup}", Place("", "", 0, gone=True))


def _noted(target: str, noting: tuple[list[Fence], list[Erased]], targets: set[str], places: dict[str, Place]) -> bool:
    """Note fences and names beside a backup; returns whether nothing is missing there, since they stand or it is
    gone.
    """
    try:
        if Path(target).exists():
            write(Path(target), *noting)
            return True
        return _is_gone(target, targets, places)
    except OSError:
        return False


def _is_gone(target: str, targets: set[str], places: dict[str, Place]) -> bool:
    """Tell whether a backup is away, and not only out of sight: its folder is here, or another one that was made in it.

    Raises OSError where nobody may look.
    """
    made, backup = places.get(target), Path(target)
    if made is not None and (made.gone or made == _place(backup)):
        return True
    others = (other for other in targets if other != target and places.get(other) == made)
    return any(Path(other).parent == backup.parent and Path(other).exists() for other in others)


def _place(backup: Path) -> Place | None:
    try:
        found = backup.parent.stat()
        system = os.statvfs(backup.parent).f_fsid if hasattr(os, "statvfs") else found.st_dev
    except FileNotFoundError:
        return None
    return Place(socket.gethostname(), str(system), found.st_ino)


def _exists(path: Path) -> bool:
    try:
        return path.exists()
    except OSError:
        return True


def _put(tx: Tx, key: str, place: Place) -> None:
    tx.run("note_put", key=key, value=msgspec.json.encode(place).decode())
