"""Recovery: a store is put back from a backup, and whoever was forgotten since stays forgotten (D15)."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections import deque
from collections.abc import Iterable, Iterator
from contextlib import suppress
from datetime import datetime
from itertools import chain
from pathlib import Path
from typing import NamedTuple

import msgspec

from koop_es.connectors import plain_files
from koop_es.domain.errors import BadInput, StoreUnusable
from koop_es.ingest import erasure, putting_back
from koop_es.store import Store, backup, digest, fences, leftovers, private, sidefiles, times
from koop_es.store.address import PostgresAddress, SqliteAddress, parse
from koop_es.store.backup import Manifest
from koop_es.store.errors import StoreBusy, at
from koop_es.store.fences import Fence
from koop_es.store.noted import beside
from koop_es.store.workplace import workplace

LINE_BYTES = 1 << 16
"""Longest line of a list of who was forgotten: a real one has some 200 bytes."""

NAMED = 3
"""So many of the tables that lie where a store is to be are named: enough to know whose they are."""


class StoreNotEmpty(BadInput):
    """There is a store here already, or tables of others lie in the schema; restore into an empty place, or a file with
    --replace, which keeps the old store aside.
    """

    code = "store_not_empty"


class FencesUnreadable(BadInput):
    """It cannot be read who was forgotten; give --fences FILE, or an empty file if nobody was."""

    code = "fences_unreadable"


class Restored(NamedTuple):
    """What was put back: what the backup says of itself, who stayed forgotten, where the old store is kept, how many
    VHSs are to tell what they hold; whether there was any list of who was forgotten since the backup (D15); and where
    that is kept which SQLite had left beside a store whose file is gone. ``lacking`` is how many its list did not name
    who were forgotten since, and stand in the lists of other backups of the store.
    """

    manifest: Manifest
    fences: int
    kept: Path | None
    vhss: int
    listed: bool
    aside: tuple[Path, ...] = ()
    lacking: int = 0


def check(source: Path, url: str) -> Manifest:
    """Prove a backup in a scratch store beside the one at ``url``, which is not touched."""
    place = parse(url)
    near = place.path if isinstance(place, SqliteAddress) else _near(source)
    backup.read(source)
    with backup.writing(near.parent), workplace(near) as folder:
        return backup.prove(source, place, folder)


def _near(source: Path) -> Path:
    """Find where a backup is unpacked: beside it, or where temporary files go if nobody may write there."""
    source = source.absolute()
    return source if os.access(source.parent, os.W_OK) else Path(tempfile.gettempdir(), source.name)


def restore(source: Path, url: str, *, now: datetime, replace: bool = False, known: Path | None = None) -> Restored:
    """Put a backup back into an empty store, or in place of an old one that is kept aside.

    The fences of the old store, those in the file beside the backup and those in ``known`` are put up before anybody
    can read the store. Raises StoreNotEmpty, FencesUnreadable and what ``backup.prove`` raises.
    """
    manifest = backup.read(source)
    place = parse(url)
    if manifest.kind != backup.kind_of(place):
        raise backup.wrong_kind(source, manifest)
    noted = _noted(source, known)
    noted = noted._replace(lacking=_lacking(source, manifest, noted))
    if isinstance(place, SqliteAddress):
        place = SqliteAddress(place.path.resolve())  # of a link it is the file that is replaced, for all who use it
    if isinstance(place, PostgresAddress):
        if replace:
            raise StoreNotEmpty(
                f"{place.shown}: a PostgreSQL database is not replaced; make an empty one and restore into that"
            )
        done = _into_database(source, place, manifest, noted, now)
    else:
        done = _into_file(source, place, manifest, noted, now, replace=replace, read_old=known is None)
    return done._replace(lacking=len(noted.lacking))


def _into_file(
    source: Path,
    place: SqliteAddress,
    manifest: Manifest,
    noted: Noted,
    now: datetime,
    *,
    replace: bool,
    read_old: bool,
) -> Restored:
    path, kept, aside = place.path, None, list[Path]()
    new = not path.exists()
    if path.exists() and not replace and (done := _done_in(place, manifest, noted, now)) is not None:
        return done
    old = _old(place, replace=replace, read_old=read_old) if path.exists() else None
    with backup.writing(path), workplace(path) as folder:
        backup.prove(source, place, folder)
        copy = folder / backup.COPY
        with Store.at(SqliteAddress(copy)) as restored:
            forgotten = _fence(restored, chain(noted.fences(), old or ()), now)
            _know_backups(restored, source, manifest)
            vhss = putting_back.note(restored, now, manifest.made_at)
        with sidefiles.placing(path):
            if not path.exists():
                aside = sidefiles.set_aside(path, sidefiles.free_name(path))
            elif new and not replace:
                raise StoreNotEmpty(f"{place.shown} holds a store by now, which somebody else made meanwhile")
            else:
                kept = _keep(path)
            copy.replace(path)
        backup.sync(path.parent)
    return Restored(manifest, forgotten, kept, vhss, noted.is_known or old is not None, tuple(aside))


def _done_in(place: SqliteAddress, manifest: Manifest, noted: Noted, now: datetime) -> Restored | None:
    """Give the answer once more of a restore into a file that can be read."""
    with suppress(StoreUnusable), Store.at(place) as store:
        return _done(store, manifest, noted, now)
    return None


def _keep(path: Path) -> Path:
    """Give an old store a second name, and what is left of its log the only one: it must not reach the new store."""
    kept = sidefiles.free_name(path)
    path.chmod(private.OWNER_ONLY)
    try:
        os.link(path, kept)
    except OSError as error:
        if error.errno not in backup.NO_LINKS:
            raise
        with private.new(kept) as file, path.open("rb") as old:  # by a copy: the store is in its place all the time
            shutil.copyfileobj(old, file, backup.CHUNK_BYTES)
    sidefiles.set_aside(path, kept)
    return kept


def _old(place: SqliteAddress, *, replace: bool, read_old: bool) -> list[Fence] | None:
    """Read the fences of the store that is to be replaced, once nobody else has it open; None where nothing was ever in
    it, or it cannot be read.
    """
    try:
        with Store.at(place) as store, store.reading() as tx:
            found, empty = (
                fences.everything(tx),
                not tx.head() and not tx.rows("exports_as_of", upto=0, vhs="", moment=times.EVER),
            )
        if not (empty or replace):
            raise StoreNotEmpty(
                f"{place.shown} holds a store; restore into another file, or with --replace (the old one is kept aside)"
            )
    except StoreUnusable as error:
        if not replace:
            raise StoreNotEmpty(
                f"{place.shown} is there and cannot be read ({error.message}); --replace keeps it aside"
            ) from error
        _refuse_open(place)
        if read_old:
            raise FencesUnreadable(
                f"{place.shown} cannot be read ({error.message}), nor who was forgotten in it; "
                "give --fences FILE, or an empty file if nobody was"
            ) from error
        return None
    _refuse_open(place)
    return None if empty else found


def _refuse_open(place: SqliteAddress) -> None:
    """Raise StoreBusy where another program has a store open; that a log is left does not tell, damage leaves it."""
    if sidefiles.is_open(place.path):
        raise at(StoreBusy, place.shown, "another program has it open")


def _into_database(source: Path, place: PostgresAddress, manifest: Manifest, noted: Noted, now: datetime) -> Restored:
    """Put a backup back into an empty database, unless that was done already and nothing else has happened there."""
    from koop_es.store import pg_tools  # noqa: PLC0415 - a store in a file never loads the driver

    if pg_tools.holding(place) is None:
        with backup.writing(_near(source).parent), workplace(_near(source)) as folder:
            return _into_empty(source, place, noted, now, folder)
    with Store.at(place) as store:
        done = _done(store, manifest, noted, now)
    if done is None:
        raise StoreNotEmpty(f"{place.shown} holds a store; make an empty database and restore into that")
    return done


def _done(store: Store, manifest: Manifest, noted: Noted, now: datetime) -> Restored | None:
    """Give the answer of a restore once more, if that was the last that happened in the store: whoever was killed
    before an answer repeats the command. None otherwise.
    """
    with store.reading() as tx:
        log = manifest.tables[digest.LOG]
        told = putting_back.noted(tx, manifest.position) if digest.of_log(tx, log.rows) == log else None
    if not told:
        return None
    return Restored(manifest, _fence(store, noted.fences(), now), None, told, listed=noted.is_known)


def _into_empty(source: Path, place: PostgresAddress, noted: Noted, now: datetime, folder: Path) -> Restored:
    """Prove a backup in a scratch database, make it there what it is to be, and carry that over in one transaction: so
    the database holds all or nothing of it at any moment, and nobody in it who was forgotten (D15).

    The tables lie where the address looks for them, in whichever schema they were.
    """
    from koop_es.store import pg_tools  # noqa: PLC0415 - a store in a file never loads the driver

    schema, there = pg_tools.first_schema(place)
    if others := pg_tools.there(place, schema):
        named = ", ".join([*others[:NAMED], *(["…"] if len(others) > NAMED else [])])
        raise StoreNotEmpty(
            f"{place.shown}: the schema {schema} holds {named}, which is not of koop-es; "
            "make an empty database, or name another schema in the address, and restore into that"
        )
    ready = folder / "ready"
    with backup.proven(source, place, folder, schema=schema) as (manifest, restored):
        (folder / backup.COPY).unlink()
        forgotten = _fence(restored, noted.fences(), now)
        _know_backups(restored, source, manifest)
        vhss = putting_back.note(restored, now, manifest.made_at)
        private.ensure(ready)
        with restored.reading() as tx:
            right = msgspec.structs.replace(manifest, tables=digest.of_store(tx), position=tx.head())
            tx.copy(ready)
    try:
        pg_tools.restore(place, ready, schema=schema if there else "")
    except pg_tools.ToolFailed as error:
        if pg_tools.holding(place) is None:
            raise
        raise StoreNotEmpty(f"{place.shown} holds a store by now, which somebody else made meanwhile") from error
    with Store.at(place) as carried:
        backup.compare(carried, right)
    return Restored(manifest, forgotten, None, vhss, listed=noted.is_known)


def _know_backups(restored: Store, source: Path, manifest: Manifest) -> None:
    """Have a restored store know the backup it came from, and those of the same store that lie where it, or those that
    are known, were made: else nobody who is forgotten from now on is noted beside them (D15).
    """
    source = source.resolve()
    with restored.reading() as tx:
        known = {Path(str(row[0])) for row in tx.rows("backups")}
    folders = {source.parent, *(path.parent for path in known)}
    found = {source: manifest, **dict(backup.others(folders, backup.name_of(restored)))}
    with restored.write() as tx:
        leftovers.settle(tx, manifest.made_at)
        for path in sorted({source, *found.keys() - known}):
            noted = backup.begun(tx, found[path], path)
            if path == source:  # what was put back was proven, as it was when it was made
                tx.run("backup_proven", id=noted, at=manifest.made_at)


def _fence(restored: Store, noted: Iterable[Fence], now: datetime) -> int:
    """Put the fences up in a restored store, and destroy what lies behind them."""
    with restored.write() as tx:
        fences.copy(tx, noted)
    erasure.complete(restored, now.isoformat())
    with restored.reading() as tx:
        return fences.count(tx)


class Noted(NamedTuple):
    """Who was forgotten since a backup: by lists that may not fit the memory and are read anew each time, and others.

    ``lists`` are None where there is no list at all.
    """

    lists: tuple[Path, ...] | None
    lacking: tuple[Fence, ...] = ()

    @property
    def is_known(self) -> bool:
        """Tell whether anything says who was forgotten."""
        return self.lists is not None or bool(self.lacking)

    def fences(self) -> Iterator[Fence]:
        """Read them one by one; raises FencesUnreadable."""
        for path in self.lists or ():
            yield from _read(path)
        yield from self.lacking


def _noted(source: Path, known: Path | None) -> Noted:
    """Find the fences that were noted beside the backup, and those in a file that was given; raises FencesUnreadable
    where one of them cannot be read.
    """
    listed = beside(source)
    files = tuple(path for path in (known, listed if listed.exists() else None) if path is not None)
    noted = Noted(files or None)
    deque(noted.fences(), maxlen=0)
    return noted


def _lacking(source: Path, manifest: Manifest, noted: Noted) -> tuple[Fence, ...]:
    """Find who was forgotten since a backup by the lists of others of the same store in its folder, and is not noted:
    it was out of reach when that was done (D15).
    """
    found = dict[str, Fence]()
    for path, _ in backup.others([source.absolute().parent], manifest.store):
        with suppress(FencesUnreadable):
            for fence in _read(listed) if (listed := beside(path)).exists() else ():
                if fence.forgotten_at > manifest.made_at:
                    found[fence.person_id] = fence
    for fence in noted.fences() if found else ():
        found.pop(fence.person_id, None)
    return tuple(found.values())


def _read(path: Path) -> Iterator[Fence]:
    """Read a list, or nothing from where there is never anything; raises FencesUnreadable."""
    if str(path) == os.devnull:
        return
    try:
        yield from fences.from_lines(plain_files.lines(path, LINE_BYTES))
    except (OSError, ValueError, TypeError) as error:
        raise FencesUnreadable(
            f"{path} cannot be read as fences ({error}); one JSON object a line, as beside a backup"
        ) from error
