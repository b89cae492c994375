"""Backups: one file that holds a whole store as of one moment, and the digests by which it is proven.

The file is a zip of two entries: ``manifest.json`` and the copy, which is an SQLite file or a dump of pg_dump. Nothing
ever stands under a backup's name that was not read again, put back into a store of its own and found to be the same.
"""

from __future__ import annotations

import errno
import os
import shutil
import stat
import struct
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from hashlib import file_digest, sha256
from pathlib import Path
from typing import IO

import msgspec

from koop_es.domain.errors import BadInput, StoreUnusable
from koop_es.store import erased, fences, leftovers, noted, private, schema, sidefiles
from koop_es.store.address import Address, PostgresAddress, SqliteAddress
from koop_es.store.digest import Digest, of_store
from koop_es.store.errors import SchemaTooNew, SchemaTooOld, StoreDamaged, StoreFull, StoreReadOnly, StoreUnreachable
from koop_es.store.store import Store
from koop_es.store.transaction import Tx

FORMAT = "koop-backup/1"
MANIFEST, COPY = "manifest.json", "store"

CHUNK_BYTES = 1 << 20
"""Bytes read at once: a mebibyte is past the point where larger pieces are faster, and fits any memory."""

MANIFEST_BYTES = 1 << 20
"""Longest manifest that is read: a real one has two kilobytes."""

NO_ENTRY_IS_OLDER = (1980, 1, 1, 0, 0, 0)
"""Time of the entries: the oldest a zip can hold, because the manifest says when the backup was made."""


class BackupExists(BadInput):
    """There is something under the name of the backup already; a backup is never overwritten, choose another name."""

    code = "backup_exists"


class BackupUnusable(BadInput):
    """This is no backup of koop-es, or it is damaged or cut; take another one."""

    code = "backup_unusable"


class BackupUnproven(StoreUnusable):
    """What was put back is not what was copied; the backup was thrown away, see whether disk and memory are sound."""

    code = "backup_unproven"


class BackupUnwritten(BadInput):
    """The backup, or the copy that proves it, cannot be written there; nothing was changed, make room or choose another
    place.
    """

    code = "backup_unwritten"


class BackupUnnoted(StoreUnusable):
    """The backup stands in its place and was proven, but the store could not note that, so status does not know."""

    code = "backup_unnoted"


class Manifest(msgspec.Struct, frozen=True, kw_only=True):
    """What a backup says of itself: of which moment it is, and the digests of the copy and of every table in it.

    ``store`` is the same in all backups of one store, empty where it is not known. ``names`` says that names which are
    erased later are noted beside it; an older koop-es noted only whom it forgot.
    """

    format: str
    kind: str
    schema_version: int
    made_at: str
    position: int
    bytes: int
    sha256: str
    tables: dict[str, Digest]
    store: str = ""
    names: bool = False

    @property
    def digest(self) -> str:
        """Name all tables by one digest."""
        return sha256(msgspec.json.encode(self.tables, order="deterministic")).hexdigest()


def make(store: Store, target: Path, at: str) -> Manifest:
    """Back a store up into a new file while others go on writing, and prove it; returns what it says of itself.

    Raises BackupExists, BackupUnwritten, BackupUnproven and BackupUnnoted. A run that is broken off leaves nothing
    under the target's name, and the next one, wherever it goes, clears away what it left beside it.
    """
    target = target.absolute()
    with writing(target):
        _refuse(target, store.place)
        leftovers.clear(store)
        noted.everywhere(store, (), at)  # its disk may be that of others beside which nothing could be noted
        with leftovers.working(store, target, at) as folder:
            copy, packed = folder / COPY, folder / "packed"
            manifest, known = _copied(store, copy, at)
            _pack(manifest, copy, packed)
            copy.unlink()
            prove(packed, store.place, folder)
            number = _begun(store, manifest, target)
            known = _note_since(store, target, known)
            _place(packed, target)
            try:
                _note_since(store, target, known)  # from here on whoever forgets somebody finds the file
            except OSError:
                target.unlink()  # whoever restores it would bring somebody back
                raise
    try:
        with store.write() as tx:
            tx.run("backup_proven", id=number, at=at)
    except StoreUnusable as error:
        raise BackupUnnoted(
            f"{target} stands in its place and was proven, but the store could not note that ({error.message})"
        ) from error
    return manifest


@contextmanager
def writing(target: Path) -> Iterator[None]:
    """Say of a file that is being made, or of what is made beside it, why it cannot be written; as BackupUnwritten."""
    try:
        yield
    except (OSError, ValueError) as error:  # a name that no file can have is a ValueError
        reason = getattr(error, "strerror", None) or str(error)
        raise BackupUnwritten(
            f"{target} cannot be written ({reason}); nothing was changed, make room or choose another place"
        ) from error


def _refuse(target: Path, place: Address) -> None:
    """Refuse a name that something has already, that the database keeps for the files beside its own, or that is too
    long for a list of the forgotten beside it.
    """
    if target.exists() or target.is_symlink():
        raise BackupExists(f"{target} is there already; a backup is never overwritten, choose another name")
    if not target.parent.is_dir():
        raise BadInput(f"the folder {target.parent} does not exist; make it, or choose another one")
    noted.beside(target).exists()  # raises OSError for a name that leaves no room for that of the list
    near = isinstance(place, SqliteAddress) and str(target.resolve()).startswith(f"{place.path.resolve()}-")
    if near or target.name.endswith(sidefiles.SUFFIXES):
        raise BackupUnwritten(f"{target} is a name that SQLite may use beside a store; choose another one")
    if left := sidefiles.leftovers(target.resolve()):
        raise BackupUnwritten(
            f"{target} is the place of a store whose file is gone: {left[0].name} of it lies here; choose another name"
        )


def _note_since(store: Store, target: Path, known: frozenset[str]) -> frozenset[str]:
    """Note beside a backup that is being made who was forgotten meanwhile, and which names were erased; gives who and
    which are known to be (D15).
    """
    with store.reading() as tx:
        stand, names, now = fences.everything(tx), erased.everything(tx), _known(tx)
    new = [fence for fence in stand if fence.person_id not in known]
    since = [name for name in names if _moment(name) not in known]
    if new or since:
        noted.write(target, new, since)
    return now


def _known(tx: Tx) -> frozenset[str]:
    """Tell who is forgotten and which names are erased."""
    return frozenset([*(fence.person_id for fence in fences.everything(tx)), *map(_moment, erased.everything(tx))])


def _moment(name: erased.Erased) -> str:
    return f"{name.key} {name.erased_at}"


def _copied(store: Store, copy: Path, at: str) -> tuple[Manifest, frozenset[str]]:
    """Copy a store as of one moment, and say what the copy has to hold, and who is forgotten in it."""
    private.ensure(copy)
    with store.reading() as tx:
        tables, position = of_store(tx), tx.head()
        known = _known(tx)
        tx.copy(copy)
    manifest = Manifest(
        format=FORMAT,
        kind=kind_of(store.place),
        schema_version=schema.SCHEMA_VERSION,
        made_at=at,
        position=position,
        bytes=copy.stat().st_size,
        sha256=_sum(copy),
        tables=tables,
        store=store.known_as,
        names=True,
    )
    return manifest, known


def others(folders: Iterable[Path], name: str) -> Iterator[tuple[Path, Manifest]]:
    """Find the backups of a store of a name in some folders."""
    for folder in sorted(set(folders)) if name else ():
        for path in sorted(folder.glob("*")):
            with suppress(BackupUnusable, SchemaTooNew, SchemaTooOld):
                if path.is_file() and (manifest := read(path)).store == name:
                    yield path, manifest


NO_LINKS = {errno.EPERM, errno.EOPNOTSUPP, errno.ENOTSUP, errno.ENOSYS}
"""What a file system says that knows no second names, such as FAT or some network folders."""


def _place(packed: Path, target: Path) -> None:
    """Give what was proven its name, never over anything that has come to stand there meanwhile."""
    try:
        os.link(packed, target)
    except FileExistsError:
        raise BackupExists(f"{target} is there by now; a backup is never overwritten, choose another name") from None
    except OSError as error:
        if error.errno not in NO_LINKS:
            raise
        if target.exists():
            raise BackupExists(
                f"{target} is there by now; a backup is never overwritten, choose another name"
            ) from None
        packed.rename(target)
    try:
        sync(target.parent)
    except OSError:
        target.unlink()  # whether it survives a power cut is not known, so it has no name
        raise


def prove(path: Path, place: Address, folder: Path) -> Manifest:
    """Put a backup back into a scratch store and compare every row with what was copied; nothing else is touched.

    The scratch store is in ``folder``, or on PostgreSQL a database beside the one at ``place``. Raises BackupUnusable
    and BackupUnproven.
    """
    try:
        with proven(path, place, folder) as (manifest, _):
            pass
    except (StoreFull, StoreReadOnly, StoreUnreachable) as error:
        if isinstance(place, PostgresAddress):
            raise
        raise BackupUnwritten(
            f"no copy can be put back in {folder.parent} to compare it ({error.message.partition('. ')[0]}); "
            "nothing was changed, make room or choose another place"
        ) from error
    return manifest


@contextmanager
def proven(path: Path, place: Address, folder: Path, *, schema: str = "") -> Iterator[tuple[Manifest, Store]]:
    """Open the scratch store that ``prove`` makes, once it was compared; its tables lie in a ``schema`` if one is
    named.
    """
    manifest = unpack(path, folder / COPY)
    with _scratch(place, folder / COPY, manifest, schema) as scratch:
        compare(scratch, manifest)
        yield manifest, scratch


def compare(restored: Store, manifest: Manifest) -> None:
    """Compare a store with what a backup of it says; raises BackupUnproven."""
    with restored.reading() as tx:
        try:
            sound = [row[0] for row in tx.rows("integrity")] == ["ok"]
            found, position = (of_store(tx), tx.head()) if sound else ({}, 0)
        except StoreDamaged:
            found, position = {}, 0
    if found == manifest.tables and position != manifest.position:
        raise BackupUnproven(
            f"{restored.address}: the log put back from the backup ends at position {position}, and it says "
            f"{manifest.position}"
        )
    if found != manifest.tables:
        differing = sorted(name for name in manifest.tables if found.get(name) != manifest.tables[name])
        raise BackupUnproven(
            f"{restored.address}: {', '.join(differing)} put back from the backup are not what was copied",
            tables=differing,
        )


def read(path: Path) -> Manifest:
    """Read what a backup says of itself; raises BackupUnusable, SchemaTooNew or SchemaTooOld."""
    with _opened(path) as archive:
        return _manifest(path, archive)


def unpack(path: Path, copy: Path) -> Manifest:
    """Take the copy out of a backup, checked byte for byte; raises what ``read`` raises, and BackupUnwritten."""
    with writing(copy), private.new(copy) as file, _opened(path) as archive:
        manifest, found, size = _manifest(path, archive), sha256(), 0
        with _entry(archive, COPY) as entry:
            while size <= manifest.bytes and (chunk := entry.read(CHUNK_BYTES)):
                found.update(chunk)
                size += len(chunk)
                with writing(copy):
                    file.write(chunk)
        with writing(copy):
            file.flush()
            os.fsync(file.fileno())
    if (found.hexdigest(), size) != (manifest.sha256, manifest.bytes):
        raise BackupUnusable(f"{path}: the copy in it is not the one it was made with; take another backup")
    return manifest


@contextmanager
def _scratch(place: Address, copy: Path, manifest: Manifest, schema: str) -> Iterator[Store]:
    """Open a store that holds the copy and nothing else."""
    if manifest.kind != kind_of(place):
        raise wrong_kind(copy, manifest)
    if isinstance(place, SqliteAddress):
        with Store.open(SqliteAddress(copy).shown) as scratch:
            yield scratch
        return
    from koop_es.store import pg_tools  # noqa: PLC0415 - a store in a file never loads the driver

    with pg_tools.scratch(place) as beside:
        pg_tools.restore(beside, copy)
        held = pg_tools.move(beside, schema) if schema else pg_tools.holding(beside) or beside
        with Store.at(held) as scratch:
            yield scratch


def wrong_kind(path: Path, manifest: Manifest) -> BackupUnusable:
    """Say that a backup is of the other database."""
    return BackupUnusable(f"{path} is a backup of a store in {manifest.kind}; name one of that kind with --db")


def kind_of(place: Address) -> str:
    """Name the database at an address."""
    return "postgresql" if isinstance(place, PostgresAddress) else "sqlite"


def _begun(store: Store, manifest: Manifest, target: Path) -> int:
    with store.write() as tx:
        return begun(tx, manifest, target)


def begun(tx: Tx, manifest: Manifest, target: Path) -> int:
    """Note where a backup stands, or is about to, so that whoever is forgotten is noted beside it."""
    values = {"made_at": manifest.made_at, "position": manifest.position, "digest": manifest.digest}
    noted.remember(tx, target)
    return int(tx.rows("backup_begun", **values, target=str(target), bytes=manifest.bytes)[0][0])


def _pack(manifest: Manifest, copy: Path, packed: Path) -> None:
    with private.new(packed) as file:
        with zipfile.ZipFile(file, "w", zipfile.ZIP_STORED, allowZip64=True) as archive:
            archive.writestr(zipfile.ZipInfo(MANIFEST, NO_ENTRY_IS_OLDER), msgspec.json.encode(manifest))
            info = zipfile.ZipInfo(COPY, NO_ENTRY_IS_OLDER)
            info.file_size = manifest.bytes
            with copy.open("rb") as source, archive.open(info, "w") as entry:
                shutil.copyfileobj(source, entry, CHUNK_BYTES)
        file.flush()
        os.fsync(file.fileno())


@contextmanager
def _opened(path: Path) -> Iterator[zipfile.ZipFile]:
    """Open a backup; whatever is wrong with it is BackupUnusable."""
    try:
        if not stat.S_ISREG(path.stat().st_mode):  # a device may have no end, and a pipe waits for somebody
            raise BackupUnusable(f"{path} is no plain file; name the file that koop-es backup made")
        with zipfile.ZipFile(path) as archive:
            yield archive
    except FileNotFoundError:
        raise BackupUnusable(f"there is no {path}; name the file that koop-es backup made") from None
    except _DAMAGED as error:
        raise BackupUnusable(f"{path} is no backup, or damaged or cut ({error}); take another one") from error
    except OSError as error:
        raise BackupUnusable(f"{path} cannot be read ({error.strerror or error}); see rights and disk") from error


def _entry(archive: zipfile.ZipFile, name: str) -> IO[bytes]:
    """Open an entry; a backup compresses nothing."""
    if archive.getinfo(name).compress_type != zipfile.ZIP_STORED:
        raise zipfile.BadZipFile(f"{name} in it is compressed")
    return archive.open(name)


_DAMAGED = (
    zipfile.BadZipFile,
    KeyError,
    EOFError,
    zlib.error,
    struct.error,
    ValueError,
    NotImplementedError,
    RuntimeError,
)
"""What the standard library raises for a zip that is none, or is damaged."""


def _manifest(path: Path, archive: zipfile.ZipFile) -> Manifest:
    with _entry(archive, MANIFEST) as entry:
        data = entry.read(MANIFEST_BYTES)
    try:
        found = msgspec.json.decode(data, type=Manifest)
    except msgspec.MsgspecError as error:
        raise BackupUnusable(f"{path}: {MANIFEST} in it cannot be read ({error}); take another one") from error
    if (reason := _impossible(found)) is not None:
        raise BackupUnusable(f"{path}: {MANIFEST} in it says {reason}; take another one")
    if found.format != FORMAT:
        raise BackupUnusable(f"{path} is a backup in the form {found.format}, this koop-es reads {FORMAT}")
    if found.schema_version > schema.SCHEMA_VERSION:
        raise SchemaTooNew(f"{path} was made by a newer koop-es; restore it with that version")
    if found.schema_version < schema.SCHEMA_VERSION:
        raise SchemaTooOld(f"{path} was made by an older koop-es; restore it with that version, then koop-es init")
    return found


def _impossible(manifest: Manifest) -> str | None:
    """Name what no backup says of itself, if there is any."""
    try:
        aware = datetime.fromisoformat(manifest.made_at).tzinfo is not None
    except ValueError:
        aware = False
    if not aware:
        return f"made_at {manifest.made_at!r}, which is no time"
    numbers = {"position": manifest.position, "bytes": manifest.bytes, "schema_version": manifest.schema_version}
    wrong = [f"{name} {number}" for name, number in numbers.items() if number < 0]
    return " and ".join(wrong) or None


def _sum(path: Path) -> str:
    with path.open("rb") as file:
        return file_digest(file, "sha256").hexdigest()


def sync(folder: Path) -> None:
    """Have the names in a folder survive a power cut, where its file system can be asked for that."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    except OSError as error:
        if error.errno not in {errno.EINVAL, *NO_LINKS}:
            raise
    finally:
        os.close(descriptor)
