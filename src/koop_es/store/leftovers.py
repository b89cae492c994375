"""What a backup that was broken off leaves: a copy of the vault in its workplace, or in a scratch database (D15, G8).

A workplace is noted in the store before anything is written into it, so that it is found wherever it lies. It is looked
for also where backups are known to lie and beside a store in a file; a scratch database is known by its name, which
holds the number of the one it was made beside. Nothing that somebody works in counts.
"""

from __future__ import annotations

import os
import socket
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import NamedTuple

import msgspec

from koop_es.domain.errors import StoreUnusable
from koop_es.store import sidefiles, workplace
from koop_es.store.address import PostgresAddress, SqliteAddress
from koop_es.store.store import Store
from koop_es.store.transaction import Tx
from koop_es.store.workplace import Use

NOTE, FORMER = "workplace ", "former "
"""How the key of a note begins; the path of the workplace follows, or of a file of a former store."""


class Note(msgspec.Struct, frozen=True):
    """When and on which machine a workplace was made, and the number its parent has there as a file."""

    at: str
    host: str
    parent: int


class Left(NamedTuple):
    """What was left: the path of a workplace or the name of a database, and since when, if that is known.

    ``host`` is the machine on which it lies, where it cannot be looked at from here. A ``former`` store is no backup's
    rest: it was kept aside on purpose, and somebody was forgotten since.
    """

    what: str
    since: str | None = None
    host: str | None = None
    former: bool = False

    @property
    def told(self) -> str:
        """Say what it is, and the way out."""
        if self.former:
            return f"{self.what}, a former store kept aside, holds whoever was forgotten since: remove it"
        return f"a backup that was broken off may have left names in {self.what}: koop-es forget --finish"


@contextmanager
def working(store: Store, target: Path, at: str) -> Iterator[Path]:
    """Make a workplace beside a file, that the store knows before there is anything in it; raises OSError."""
    folder: Path | None = None
    try:
        with workplace.workplace(target) as folder:
            note = Note(at, socket.gethostname(), folder.parent.stat().st_ino)
            with store.write() as tx:
                tx.run("note_put", key=f"{NOTE}{folder}", value=msgspec.json.encode(note).decode())
            yield folder
    finally:
        if folder is not None and not folder.exists():
            _forget(store, [folder])


def left(store: Store) -> list[Left]:
    """Name what broken-off backups left; nothing is changed."""
    with store.reading() as tx:
        notes, places = _notes(tx), _places(store, tx)
        found, former = [Left(str(row[0])) for row in tx.rows("scratch_left")], _former(tx)
    for folder in sorted(_seen(notes, places)):
        use = workplace.use(folder)
        if use is Use.LEFT or (folder in notes and use in {Use.UNKNOWN, Use.UNLOCKED}):
            found.append(Left(str(folder), notes[folder].at if folder in notes else None))
    found += [Left(str(file), at, former=True) for file, at in former if os.path.lexists(file)]
    hidden = sorted(folder for folder in notes if not folder.exists() and not _is_gone(folder, notes[folder]))
    return found + [Left(str(folder), notes[folder].at, notes[folder].host) for folder in hidden]


def clear(store: Store) -> list[Left]:
    """Take away what broken-off backups left, and name what of it is still there.

    What a broken-off restore left where temporary files go is taken away as well, and never named: whose it is cannot
    be told.
    """
    with store.reading() as tx:
        notes, places = _notes(tx), _places(store, tx) | {Path(tempfile.gettempdir())}
        bases, former = tx.rows("scratch_left"), _former(tx)
    for folder in _seen(notes, places):
        workplace.clear(folder, ours=folder in notes)
    if bases and isinstance(store.place, PostgresAddress):
        from koop_es.store import pg_tools  # noqa: PLC0415 - a store in a file never loads the driver

        pg_tools.sweep(store.place)
    _forget(store, [folder for folder, note in notes.items() if _is_gone(folder, note)])
    _forget(store, [file for file, _ in former if not os.path.lexists(file)], FORMER)
    return left(store)


def note_former(store: Store, at: str) -> None:
    """Note the files of former stores beside one of whom somebody is forgotten: they hold the name, and are not ours to
    remove. They count as left as long as they lie there.
    """
    if isinstance(store.place, SqliteAddress):
        note_kept(store, sidefiles.former(store.place.path.resolve()), at)


def note_kept(store: Store, files: Iterable[Path], at: str) -> None:
    """Note that files hold somebody who is forgotten in a store, unless it knows that already."""
    with store.reading() as tx:
        known = {file for file, _ in _former(tx)}
    if new := [file for file in files if file not in known]:
        with store.write() as tx:
            for file in new:
                tx.run("note_put", key=f"{FORMER}{file}", value=at)


def give_up(store: Store, folders: Iterable[Path]) -> None:
    """Look no more for workplaces that cannot be looked at from here, since they are gone for good."""
    _forget(store, [folder for folder in folders if not folder.exists()])


def settle(tx: Tx, made_at: str) -> None:
    """Take out of a restored store the note of the workplace in which its own backup was made."""
    for folder, note in _notes(tx).items():
        if note.at == made_at:
            tx.run("note_delete", key=f"{NOTE}{folder}")


def _notes(tx: Tx) -> dict[Path, Note]:
    return {Path(path): msgspec.json.decode(value, type=Note) for path, value in tx.notes(NOTE).items()}


def _former(tx: Tx) -> list[tuple[Path, str]]:
    """Read which files of former stores lay there when somebody was forgotten, and when that was."""
    return [(Path(file), at) for file, at in tx.notes(FORMER).items()]


def _places(store: Store, tx: Tx) -> set[Path]:
    """Name the folders in which backups of a store are known to lie, and that of the store itself."""
    near = {store.place.path.resolve().parent} if isinstance(store.place, SqliteAddress) else set[Path]()
    return near | {Path(str(row[0])).parent for row in tx.rows("backups")}


def _seen(notes: dict[Path, Note], places: set[Path]) -> set[Path]:
    """Find the workplaces that can be looked at from here."""
    found = set[Path]()
    for place in places | {folder.parent for folder in notes}:
        with suppress(OSError):
            found |= set(workplace.workplaces(place))
    return found


def _is_gone(folder: Path, note: Note) -> bool:
    """Tell whether a workplace is away, and not only out of sight: its parent is the one in which it was made."""
    try:
        here = note.host == socket.gethostname() and folder.parent.stat().st_ino == note.parent
        return here and not folder.exists()
    except OSError:
        return False


def _forget(store: Store, folders: list[Path], kind: str = NOTE) -> None:
    """Take out notes, without which nothing is lost where that fails: what they name is away."""
    if folders:
        with suppress(StoreUnusable), store.write() as tx:
            for folder in folders:
                tx.run("note_delete", key=f"{kind}{folder}")
