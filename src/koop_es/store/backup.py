"""Backups: one file that holds a whole store as of one moment, and the digests by which it is proven.

The file is a zip of two entries: ``manifest.json`` and the copy, which is an SQLite file or a dump of pg_dump. Nothing
ever stands under a backup's name that was not read again, put back into a store of its own and found to be the same.
"""

from __future__ import annotations

import os
import shutil
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import file_digest, sha256
from pathlib import Path

import msgspec

from koop_es.domain.errors import BadInput, StoreUnusable
from koop_es.store import schema
from koop_es.store.address import Address, PostgresAddress, SqliteAddress
from koop_es.store.digest import Digest, of_store
from koop_es.store.errors import SchemaTooNew, SchemaTooOld, StoreDamaged
from koop_es.store.store import Store

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


class Manifest(msgspec.Struct, frozen=True, kw_only=True):
    """What a backup says of itself: of which moment it is, and the digests of the copy and of every table in it."""

    format: str
    kind: str
    schema_version: int
    made_at: str
    position: int
    bytes: int
    sha256: str
    tables: dict[str, Digest]

    @property
    def digest(self) -> str:
        """Name all tables by one digest."""
        return sha256(msgspec.json.encode(self.tables, order="deterministic")).hexdigest()


def make(store: Store, target: Path, at: str) -> Manifest:
    """Back a store up into a new file while others go on writing, and prove it; returns what it says of itself.

    Raises BackupExists, BadInput for a folder that is not there, and BackupUnproven. A run that is broken off leaves
    nothing under the target's name, and the next one clears away what it left beside it.
    """
    target = target.absolute()
    if target.exists() or target.is_symlink():
        raise BackupExists(f"{target} is there already; a backup is never overwritten, choose another name")
    if not target.parent.is_dir():
        raise BadInput(f"the folder {target.parent} does not exist; make it, or choose another one")
    with workplace(target) as folder:
        copy, packed = folder / COPY, folder / "packed"
        with store.reading() as tx:
            tables, position = of_store(tx), tx.head()
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
        )
        _pack(manifest, copy, packed)
        copy.unlink()
        prove(packed, store.place, folder)
        noted = _begun(store, manifest, target)
        os.link(packed, target)  # never over anything that has come to stand there meanwhile
        sync(target.parent)
        with store.write() as tx:
            tx.run("backup_proven", id=noted, at=at)
    return manifest


def prove(path: Path, place: Address, folder: Path) -> Manifest:
    """Put a backup back into a scratch store and compare every row with what was copied; nothing else is touched.

    The scratch store is in ``folder``, or on PostgreSQL a database beside the one at ``place``. Raises BackupUnusable
    and BackupUnproven.
    """
    manifest = unpack(path, folder / COPY)
    with _scratch(place, folder / COPY, manifest) as scratch:
        compare(scratch, manifest)
    return manifest


def compare(restored: Store, manifest: Manifest) -> None:
    """Compare a store with what a backup of it says; raises BackupUnproven."""
    with restored.reading() as tx:
        try:
            sound = [row[0] for row in tx.rows("integrity")] == ["ok"]
            found = of_store(tx) if sound else {}
        except StoreDamaged:
            found = {}
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
    """Take the copy out of a backup, checked byte for byte; raises what ``read`` raises."""
    with _opened(path) as archive, copy.open("wb") as file:
        manifest, found = _manifest(path, archive), sha256()
        copy.chmod(0o600)
        with archive.open(COPY) as entry:
            while chunk := entry.read(CHUNK_BYTES):
                found.update(chunk)
                file.write(chunk)
        file.flush()
        os.fsync(file.fileno())
    if (found.hexdigest(), copy.stat().st_size) != (manifest.sha256, manifest.bytes):
        raise BackupUnusable(f"{path}: the copy in it is not the one it was made with; take another backup")
    return manifest


@contextmanager
def workplace(target: Path) -> Iterator[Path]:
    """Make a folder beside a file for what will become that file; what a killed run left in it is cleared away."""
    folder = target.with_name(f".{target.name}.part")
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(mode=0o700)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def _scratch(place: Address, copy: Path, manifest: Manifest) -> Iterator[Store]:
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
        with Store.at(beside) as scratch:
            yield scratch


def wrong_kind(path: Path, manifest: Manifest) -> BackupUnusable:
    """Say that a backup is of the other database."""
    return BackupUnusable(f"{path} is a backup of a store in {manifest.kind}; name one of that kind with --db")


def kind_of(place: Address) -> str:
    """Name the database at an address."""
    return "postgresql" if isinstance(place, PostgresAddress) else "sqlite"


def _begun(store: Store, manifest: Manifest, target: Path) -> int:
    with store.write() as tx:
        values = {"made_at": manifest.made_at, "position": manifest.position, "digest": manifest.digest}
        return int(tx.rows("backup_begun", **values, target=str(target), bytes=manifest.bytes)[0][0])


def _pack(manifest: Manifest, copy: Path, packed: Path) -> None:
    with packed.open("xb") as file:
        packed.chmod(0o600)  # the copy holds the vault
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
        with zipfile.ZipFile(path) as archive:
            yield archive
    except FileNotFoundError:
        raise BackupUnusable(f"there is no {path}; name the file that koop-es backup made") from None
    except (zipfile.BadZipFile, KeyError, EOFError, zlib.error, NotImplementedError, RuntimeError) as error:
        raise BackupUnusable(f"{path} is no backup, or damaged or cut ({error}); take another one") from error
    except IsADirectoryError:
        raise BackupUnusable(f"{path} is a folder; name the file that koop-es backup made") from None


def _manifest(path: Path, archive: zipfile.ZipFile) -> Manifest:
    with archive.open(MANIFEST) as entry:
        data = entry.read(MANIFEST_BYTES)
    try:
        found = msgspec.json.decode(data, type=Manifest)
    except msgspec.MsgspecError as error:
        raise BackupUnusable(f"{path}: {MANIFEST} in it cannot be read ({error}); take another one") from error
    if found.format != FORMAT:
        raise BackupUnusable(f"{path} is a backup in the form {found.format}, this koop-es reads {FORMAT}")
    if found.schema_version > schema.SCHEMA_VERSION:
        raise SchemaTooNew(f"{path} was made by a newer koop-es; restore it with that version")
    if found.schema_version < schema.SCHEMA_VERSION:
        raise SchemaTooOld(f"{path} was made by an older koop-es; restore it with that version, then koop-es init")
    return found


def _sum(path: Path) -> str:
    with path.open("rb") as file:
        return file_digest(file, "sha256").hexdigest()


def sync(folder: Path) -> None:
    """Have the names in a folder survive a power cut."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
