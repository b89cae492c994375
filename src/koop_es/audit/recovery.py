"""Recovery: a store is put back from a backup, and whoever was forgotten since stays forgotten (D15)."""

from __future__ import annotations

import os
import shutil
import tempfile
import time
from collections.abc import Iterable, Iterator
from contextlib import suppress
from datetime import datetime
from hashlib import sha256
from itertools import chain
from pathlib import Path
from typing import NamedTuple

import msgspec

from koop_es.audit import again
from koop_es.audit.again import Again
from koop_es.connectors import plain_files
from koop_es.domain.errors import BadInput, StoreUnusable
from koop_es.ingest import erasure, putting_back
from koop_es.store import Store, Tx, backup, digest, erased, fences, leftovers, noted, private, sidefiles, times
from koop_es.store.address import PostgresAddress, SqliteAddress, parse
from koop_es.store.backup import Manifest
from koop_es.store.erased import Erased
from koop_es.store.errors import StoreBusy, at
from koop_es.store.fences import Fence
from koop_es.store.heritage import Heritage
from koop_es.store.noted import beside
from koop_es.store.store import WAIT_SECONDS
from koop_es.store.workplace import workplace

LINE_BYTES = 1 << 16
"""Longest line of a list of who was forgotten: a real one has some 200 bytes, that of a name that was erased some 200 a
word.
"""

NAMED = 3
"""So many of the tables that lie where a store is to be are named: enough to know whose they are."""

ASK_AGAIN_SECONDS = 0.1
"""How often it is looked whether nobody has a store open that is to be replaced."""


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
    who were forgotten since, and stand in the lists of other backups of the store. ``former`` are the files of former
    stores that hold somebody who is forgotten in the one that was put back. ``names`` counts the names that were erased
    since and are erased again, and those that are not (D15).
    """

    manifest: Manifest
    fences: int
    kept: Path | None
    vhss: int
    listed: bool
    aside: tuple[Path, ...] = ()
    lacking: int = 0
    former: tuple[Path, ...] = ()
    names: Again = Again()


class Listed(NamedTuple):
    """Who was forgotten since a backup, and which names were erased: by lists that may not fit the memory and are read
    anew each time, and others.

    ``lists`` are None where there is no list at all; their ``names`` are few. ``lacking`` are those whom they lack.
    """

    lists: tuple[Path, ...] | None
    names: tuple[Erased, ...] = ()
    lacking: tuple[Fence | Erased, ...] = ()

    @property
    def is_known(self) -> bool:
        """Tell whether anything says who was forgotten."""
        return self.lists is not None or bool(self.lacking)

    def fences(self) -> Iterator[Fence]:
        """Read them one by one; raises FencesUnreadable."""
        for line in chain(_lines(self.lists or ()), self.lacking):
            if isinstance(line, Fence):
                yield line

    def all_names(self) -> list[Erased]:
        """Give the names that were erased."""
        return [*self.names, *(one for one in self.lacking if isinstance(one, Erased))]


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
    listed = _listed(source, known)
    listed = listed._replace(lacking=_lacking(source, manifest, listed))
    if isinstance(place, SqliteAddress):
        place = SqliteAddress(place.path.resolve())  # of a link it is the file that is replaced, for all who use it
    if isinstance(place, PostgresAddress):
        if replace:
            raise StoreNotEmpty(
                f"{place.shown}: a PostgreSQL database is not replaced; make an empty one and restore into that"
            )
        done = _into_database(source, place, manifest, listed, now)
    else:
        done = _into_file(source, place, manifest, listed, now, replace=replace, read_old=known is None)
    return done._replace(lacking=len(listed.lacking))


def _into_file(
    source: Path,
    place: SqliteAddress,
    manifest: Manifest,
    listed: Listed,
    now: datetime,
    *,
    replace: bool,
    read_old: bool,
) -> Restored:
    path, new = place.path, not place.path.exists()
    if not new and (done := _done_in(place, manifest, listed, now, replace=replace)) is not None:
        return done
    known, old = sidefiles.written(path), None if new else _old(place, replace=replace, read_old=read_old)
    with backup.writing(path), workplace(path) as folder:
        backup.prove(source, place, folder)
        copy, until = folder / backup.COPY, time.monotonic() + WAIT_SECONDS
        vhss = _made_ready(copy, source, manifest, now)
        while True:
            forgotten, names = _taken_over(copy, manifest, listed, old, now)
            with sidefiles.placing(path):
                if new and not replace and path.exists():
                    raise StoreNotEmpty(f"{place.shown} holds a store by now, which somebody else made meanwhile")
                if not path.exists() or not (sidefiles.is_open(path) or sidefiles.written(path) != known):
                    done = Restored(manifest, forgotten, None, vhss, listed.is_known or old is not None, names=names)
                    done = _placed(copy, path, old, done, now)
                    break
            if time.monotonic() > until:
                raise at(StoreBusy, place.shown, "another program has it open")
            time.sleep(ASK_AGAIN_SECONDS)
            known, old = sidefiles.written(path), _old(place, replace=True, read_old=read_old, waiting=True)
        backup.sync(path.parent)
    return done


def _made_ready(copy: Path, source: Path, manifest: Manifest, now: datetime) -> int:
    """Have a store that was put back know its backups and that it was put back; returns how many VHSs are to tell."""
    with Store.at(SqliteAddress(copy)) as restored:
        _know_backups(restored, source, manifest)
        return putting_back.note(restored, now, manifest.made_at)


def _taken_over(
    copy: Path, manifest: Manifest, listed: Listed, old: Heritage | None, now: datetime
) -> tuple[int, Again]:
    """Give a store that was put back what the one knew that it replaces, and forget there what either lists."""
    with Store.at(SqliteAddress(copy)) as restored:
        if old is not None:
            with restored.write() as tx:
                old.leave(tx)
        return _forget(restored, manifest, listed, now, old)


def _placed(copy: Path, path: Path, old: Heritage | None, done: Restored, now: datetime) -> Restored:
    """Give a store that was put back its name, while nobody opens the one that has it."""
    kept, aside = None, list[Path]()
    if path.exists():
        kept = _keep(path)
    else:
        aside = sidefiles.set_aside(path, sidefiles.free_name(path))
    with Store.at(SqliteAddress(copy)) as restored:
        leftovers.note_kept(restored, _holding(restored, path, kept, old), now.isoformat())
        former = tuple(Path(item.what) for item in leftovers.left(restored) if item.former)
        done = done._replace(kept=kept, aside=tuple(aside), former=former)
        if kept is not None:
            _note_replaced(restored, done, str(kept))
    copy.replace(path)
    return done


def _holding(restored: Store, path: Path, kept: Path | None, old: Heritage | None) -> list[Path]:
    """Name the files of former stores that may hold somebody who is forgotten in the one that is put back: those of the
    one that was kept where it did not know of that, or had not finished it, and all where it could not be asked.
    """
    with restored.reading() as tx:
        gone = {fence.person_id for fence in fences.everything(tx)} | {one.key for one in erased.everything(tx)}
    if old is None:
        return sidefiles.former(path) if gone else []
    known = {fence.person_id for fence in old.fences} | {one.key for one in old.names}
    if kept is None or not (old.unfinished or gone - known):
        return []
    return [file for file in sidefiles.former(path) if file.name.startswith(kept.name)]


class _Replaced(msgspec.Struct, frozen=True):
    """What a restore made: of which backup, what the store held then, where the former one is kept, and the answer."""

    backup: str
    kept: str
    held: str
    listed: bool
    names: Again


class _Restored(msgspec.Struct, frozen=True):
    """What the log of a backup is since names were erased again in it."""

    backup: str
    log: digest.Digest


RESTORED = "restored"
"""The key of the note which backup was put back, and what its log is since."""


def _restored(tx: Tx) -> list[_Restored]:
    return [msgspec.json.decode(note, type=_Restored) for note in tx.notes(RESTORED).values()]


REPLACED = "replaced"
"""The key of the note which restore replaced another store, and what it answered."""

BESIDE = {"backups", "meta"}
"""Tables in which a store notes what became of its files: they do not tell whether anything else has happened."""


def _note_replaced(restored: Store, done: Restored, kept: str) -> None:
    with restored.write() as tx:
        made = _Replaced(done.manifest.digest, kept, _held(tx), done.listed, done.names)
        tx.run("note_put", key=REPLACED, value=msgspec.json.encode(made).decode())


def _held(tx: Tx) -> str:
    held = {name: table.sha256 for name, table in digest.of_store(tx).items() if name not in BESIDE}
    return sha256(msgspec.json.encode(held, order="deterministic")).hexdigest()


def _done_in(
    place: SqliteAddress, manifest: Manifest, listed: Listed, now: datetime, *, replace: bool
) -> Restored | None:
    """Give the answer once more of a restore into a file that can be read."""
    with suppress(StoreUnusable), Store.at(place) as store:
        return _replaced(store, manifest, listed) if replace else _done(store, manifest, listed, now)
    return None


def _replaced(store: Store, manifest: Manifest, listed: Listed) -> Restored | None:
    """Give the answer once more of a restore that put another store aside, if that is kept there, the store is sound,
    and nothing else has happened in it nor become known since; None otherwise.
    """
    with store.reading() as tx:
        made = next((msgspec.json.decode(note, type=_Replaced) for note in tx.notes(REPLACED).values()), None)
        if made is None or made.backup != manifest.digest or not Path(made.kept).exists():
            return None
        known = {fence.person_id for fence in fences.everything(tx)}
        if not all(fence.person_id in known for fence in listed.fences()) or tx.rows("integrity") != [("ok",)]:
            return None
        if not {one.key for one in listed.all_names()} <= {one.key for one in erased.everything(tx)}:
            return None
        if _held(tx) != made.held:
            return None
        told = putting_back.noted(tx, manifest.position) or 0
    former = tuple(Path(item.what) for item in leftovers.left(store) if item.former)
    return Restored(manifest, len(known), Path(made.kept), told, made.listed, former=former, names=made.names)


def _keep(path: Path) -> Path:
    """Give an old store a second name, and what is left of its log the only one: it must not reach the new store."""
    kept = sidefiles.free_name(path)
    path.chmod(private.OWNER_ONLY)
    try:
        if not kept.exists():  # a run that was killed gave it that name already
            os.link(path, kept)
    except OSError as error:
        if error.errno not in backup.NO_LINKS:
            raise
        with private.new(kept) as file, path.open("rb") as old:  # by a copy: the store is in its place all the time
            shutil.copyfileobj(old, file, backup.CHUNK_BYTES)
    sidefiles.set_aside(path, kept)
    return kept


def _old(place: SqliteAddress, *, replace: bool, read_old: bool, waiting: bool = False) -> Heritage | None:
    """Read what the store that is to be replaced leaves to the next one, once nobody else has it open; None where
    nothing was ever in it, or it cannot be read. Whoever is ``waiting`` asks later whether it is open.
    """
    try:
        with Store.at(place) as store, store.reading() as tx:
            left = Heritage.of(tx, unfinished=erasure.pending(tx) is not None)
            empty = not tx.head() and not tx.rows("exports_as_of", upto=0, vhs="", moment=times.EVER)
        if not (empty or replace):
            raise StoreNotEmpty(
                f"{place.shown} holds a store; restore into another file, or with --replace (the old one is kept aside)"
            )
    except StoreUnusable as error:
        if not replace:
            raise StoreNotEmpty(
                f"{place.shown} is there and cannot be read ({error.message}); --replace keeps it aside"
            ) from error
        if not waiting:
            _refuse_open(place)
        if read_old:
            raise FencesUnreadable(
                f"{place.shown} cannot be read ({error.message}), nor who was forgotten in it; "
                "give --fences FILE, or an empty file if nobody was"
            ) from error
        return None
    if not waiting:
        _refuse_open(place)
    return None if empty else left


def _refuse_open(place: SqliteAddress) -> None:
    """Raise StoreBusy where another program has a store open; that a log is left does not tell, damage leaves it."""
    if sidefiles.is_open(place.path):
        raise at(StoreBusy, place.shown, "another program has it open")


def _into_database(source: Path, place: PostgresAddress, manifest: Manifest, listed: Listed, now: datetime) -> Restored:
    """Put a backup back into an empty database, unless that was done already and nothing else has happened there."""
    from koop_es.store import pg_tools  # noqa: PLC0415 - a store in a file never loads the driver

    if pg_tools.holding(place) is None:
        with backup.writing(_near(source).parent), workplace(_near(source)) as folder:
            return _into_empty(source, place, listed, now, folder)
    with Store.at(place) as store:
        done = _done(store, manifest, listed, now)
    if done is None:
        raise StoreNotEmpty(f"{place.shown} holds a store; make an empty database and restore into that")
    return done


def _done(store: Store, manifest: Manifest, listed: Listed, now: datetime) -> Restored | None:
    """Give the answer of a restore once more, if that was the last that happened in the store: whoever was killed
    before an answer repeats the command. None otherwise.
    """
    with store.reading() as tx:
        log = next((made.log for made in _restored(tx) if made.backup == manifest.digest), manifest.tables[digest.LOG])
        told = putting_back.noted(tx, manifest.position) if digest.of_log(tx, log.rows) == log else None
    if not told:
        return None
    forgotten, names = _forget(store, manifest, listed, now)
    return Restored(manifest, forgotten, None, told, listed.is_known, names=names)


def _into_empty(source: Path, place: PostgresAddress, listed: Listed, now: datetime, folder: Path) -> Restored:
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
        forgotten, names = _forget(restored, manifest, listed, now)
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
    return Restored(manifest, forgotten, None, vhss, listed.is_known, names=names)


def _know_backups(restored: Store, source: Path, manifest: Manifest) -> None:
    """Have a restored store know the backup it came from, and those of the same store that lie where it, or those that
    are known, were made: else nobody who is forgotten from now on is noted beside them (D15).
    """
    source = source.resolve()
    with restored.reading() as tx:
        known = {Path(str(row[0])) for row in tx.rows("backups")}
    folders = {source.parent, *(path.parent for path in known)}
    found = {source: manifest, **dict(backup.others(folders, restored.known_as))}
    with restored.write() as tx:
        leftovers.settle(tx, manifest.made_at)
        for path in sorted({source, *found.keys() - known}):
            noted = backup.begun(tx, found[path], path)
            if path == source:  # what was put back was proven, as it was when it was made
                tx.run("backup_proven", id=noted, at=manifest.made_at)


def _forget(
    restored: Store, manifest: Manifest, listed: Listed, now: datetime, old: Heritage | None = None
) -> tuple[int, Again]:
    """Put the fences up in a restored store, and destroy what lies behind them; erase names again. Returns how many are
    forgotten, and what came of the names.
    """
    former, erased_there = (old.fences, old.names) if old is not None else ([], [])
    with restored.write() as tx:
        fences.copy(tx, chain(listed.fences(), former))
    names, rewrote = again.erase(restored, [*listed.all_names(), *erased_there], now)
    if rewrote:
        with restored.write() as tx:
            made = _Restored(manifest.digest, digest.of_log(tx, manifest.tables[digest.LOG].rows))
            tx.run("note_put", key=RESTORED, value=msgspec.json.encode(made).decode())
    erasure.complete(restored, now.isoformat())
    with restored.reading() as tx:
        return fences.count(tx), names


def _listed(source: Path, known: Path | None) -> Listed:
    """Find what was noted beside the backup, and what is in a file that was given; raises FencesUnreadable where one of
    them cannot be read.
    """
    near = beside(source)
    files = tuple(path for path in (known, near if near.exists() else None) if path is not None)
    names = dict[str, Erased]()
    for line in _lines(files):
        if isinstance(line, Erased) and ((former := names.get(line.key)) is None or former.erased_at < line.erased_at):
            names[line.key] = line
    return Listed(files or None, tuple(names.values()))


def _lacking(source: Path, manifest: Manifest, listed: Listed) -> tuple[Fence | Erased, ...]:
    """Find who was forgotten since a backup, and which names were erased, by the lists of others of the same store in
    its folder, and is not noted: it was out of reach when that was done (D15).
    """
    found = dict[str, Fence | Erased]()
    for path, _ in backup.others([source.absolute().parent], manifest.store):
        with suppress(FencesUnreadable):
            for line in _lines([near] if (near := beside(path)).exists() else ()):
                at, key = (line.forgotten_at, line.person_id) if isinstance(line, Fence) else (line.erased_at, line.key)
                if at > manifest.made_at:
                    found[key] = line
    for one in listed.names:
        found.pop(one.key, None)
    for fence in listed.fences() if found else ():
        found.pop(fence.person_id, None)
    return tuple(found.values())


def _lines(paths: Iterable[Path]) -> Iterator[Fence | Erased]:
    """Read lists, or nothing from where there is never anything; raises FencesUnreadable."""
    for path in paths:
        if str(path) == os.devnull:
            continue
        try:
            yield from noted.from_lines(plain_files.lines(path, LINE_BYTES))
        except (OSError, ValueError, TypeError) as error:
            raise FencesUnreadable(
                f"{path} cannot be read as fences ({error}); one JSON object a line, as beside a backup"
            ) from error
