"""Where the bytes of an export lie: a directory, an archive or one file, read as streams and never followed outside."""

from __future__ import annotations

import errno
import os
import shutil
import stat
import struct
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from hashlib import sha256
from pathlib import Path, PurePosixPath
from tempfile import SpooledTemporaryFile
from typing import BinaryIO, Protocol, cast

from koop_es.connectors import limits, plain_files
from koop_es.connectors.errors import ExportQuarantined

_BLOCK = 1 << 18
_MOST = f"{limits.EXPORT_BYTES >> 30} GiB"
_END_OF_DIRECTORY = b"PK\x05\x06"
_END_BYTES = 22
_ZIP64_LOCATOR = b"PK\x06\x07"


class Source(Protocol):
    """Named byte streams of one export."""

    name: str

    def has(self, path: str) -> bool:
        """Tell whether a file of this name is there."""

    def open(self, path: str) -> BinaryIO:
        """Open a file for reading; raises ExportQuarantined where that would be unsafe or it is not there."""

    def stamp(self, path: str) -> tuple[int, ...]:
        """Give what changes when the file is written to, so that a change while reading is noticed."""

    def size(self, path: str) -> int:
        """Give the size of a file in bytes, unpacked; 0 where it cannot be told."""

    def close(self) -> None:
        """Let go of everything."""


class Directory:
    """An export as a directory; links and anything but plain files inside it are refused."""

    def __init__(self, root: Path) -> None:
        """Read below ``root``."""
        self.name, self._root = root.name, str(root)

    def has(self, path: str) -> bool:
        """Tell whether a file of this name is there."""
        return os.path.lexists(self._at(path))

    def open(self, path: str) -> BinaryIO:
        """Open a plain file below the root."""
        step = self._root
        for part in path.split("/"):
            step = f"{step}/{part}"
            if _is_link(step, path):
                raise ExportQuarantined("is a link", file=path, remedy="put the file itself into the directory")
        return open_plain(step, path)

    def stamp(self, path: str) -> tuple[int, ...]:
        """Give inode, size and time of change of the file, nothing where it is gone."""
        return _stamp_of(self._at(path))

    def size(self, path: str) -> int:
        """Ask the file system."""
        return next(iter(self.stamp(path)[1:2]), 0)

    def close(self) -> None:
        """Hold nothing, so there is nothing to let go of."""

    def _at(self, path: str) -> str:
        return f"{self._root}/{path}"


class SingleFile:
    """An export that is one file."""

    def __init__(self, path: Path) -> None:
        """Read ``path``, whatever name is asked for."""
        self.name, self._path = path.name, path

    def has(self, path: str) -> bool:
        """Tell whether the file is called so."""
        return path == self.name

    def open(self, path: str) -> BinaryIO:
        """Open the file."""
        return open_plain(self._path, path)

    def stamp(self, path: str) -> tuple[int, ...]:
        """Give inode, size and time of change of the file, nothing where it is gone."""
        return _stamp_of(self._path)

    def size(self, path: str) -> int:
        """Ask the file system."""
        return next(iter(self.stamp(path)[1:2]), 0)

    def close(self) -> None:
        """Hold nothing, so there is nothing to let go of."""


class Archive:
    """An export as a zip archive, at its top or in one folder; entries are read as streams."""

    def __init__(self, path: Path, manifest: str) -> None:
        """Check the table of contents of the archive before any entry is read; raises ExportQuarantined."""
        self.name = path.name
        self._stream = open_plain(path, path.name)
        try:
            _check_directory_size(self._stream, path.name)
            self._zip = zipfile.ZipFile(self._stream)
            self._entries = self._checked()
        except (zipfile.BadZipFile, NotImplementedError, ValueError, struct.error) as error:
            self._stream.close()
            if isinstance(error.__context__, OSError):  # zipfile calls that no archive
                raise _unreadable(error.__context__, path.name) from error
            raise _bad_zip(str(error), path.name) from error
        except OSError as error:
            self._stream.close()
            raise _unreadable(error, path.name) from error
        except ExportQuarantined:
            self._stream.close()
            raise
        tops = [name for name in self._entries if PurePosixPath(name).name == manifest and name.count("/") <= 1]
        self._prefix = tops[0][: -len(manifest)] if len(tops) == 1 else ""

    def _checked(self) -> dict[str, zipfile.ZipInfo]:
        infos = self._zip.infolist()
        if len(infos) > limits.ARCHIVE_ENTRIES:
            raise _bad_zip(f"holds {len(infos)} entries, more than {limits.ARCHIVE_ENTRIES}", self.name)
        if sum(info.file_size for info in infos) > limits.EXPORT_BYTES:
            raise _bad_zip(f"unpacks to more than {_MOST}", self.name)
        found: dict[str, zipfile.ZipInfo] = {}
        for info in infos:
            name = info.filename.replace("\\", "/")  # as some packers of Windows write them
            pure = PurePosixPath(name)
            if pure.is_absolute() or ".." in pure.parts or ":" in name:
                raise _bad_zip(f"the entry {info.filename!r} leads out of the archive", self.name)
            if stat.S_ISLNK(info.external_attr >> 16):
                raise _bad_zip(f"the entry {info.filename!r} is a link", self.name)
            if name in found:
                raise _bad_zip(f"holds the entry {name!r} twice", self.name)
            found[name] = info
        return found

    def has(self, path: str) -> bool:
        """Tell whether an entry of this name is there."""
        return self._prefix + path in self._entries

    def open(self, path: str) -> BinaryIO:
        """Open an entry as a stream."""
        info = self._entries.get(self._prefix + path)
        if info is None:
            raise _missing(path)
        if info.flag_bits & 1:
            raise _bad_zip(f"the entry {path!r} is encrypted", self.name)
        if info.compress_type not in {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}:
            raise _bad_zip(f"the entry {path!r} is packed in a way other than deflate", self.name)
        ratio = info.file_size / max(info.compress_size, 1)
        if info.file_size > limits.ARCHIVE_RATIO_FREE_BYTES and ratio > limits.ARCHIVE_RATIO:
            raise _bad_zip(f"the entry {path!r} unpacks to {ratio:.0f} times its size", self.name)
        try:
            return cast(BinaryIO, self._zip.open(info))
        except (zipfile.BadZipFile, NotImplementedError, RuntimeError, struct.error) as error:
            raise _bad_zip(str(error), self.name) from error
        except OSError as error:
            raise _unreadable(error, path) from error

    def stamp(self, path: str) -> tuple[int, ...]:
        """Give inode, size and time of change of the archive."""
        return _stamp(os.fstat(self._stream.fileno()))

    def size(self, path: str) -> int:
        """Read it in the table of contents."""
        info = self._entries.get(self._prefix + path)
        return info.file_size if info is not None else 0

    def close(self) -> None:
        """Close the archive."""
        self._zip.close()
        self._stream.close()


@contextmanager
def reading(source: Source, path: str) -> Iterator[BinaryIO]:
    """Open a file of a source for a while and turn whatever fails in reading it into ExportQuarantined."""
    stream = source.open(path)
    try:
        with faults_named(source, path):
            yield stream
    finally:
        stream.close()


@contextmanager
def faults_named(source: Source, path: str) -> Iterator[None]:
    """Turn whatever fails in reading a file of a source into ExportQuarantined."""
    try:
        yield
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError) as error:
        raise _bad_zip(f"the entry {path!r} is damaged ({error})", source.name) from error
    except OSError as error:
        raise _unreadable(error, path) from error


@contextmanager
def seekable(source: Source, path: str) -> Iterator[BinaryIO]:
    """Open a file of a source to be read in any order; what is packed is unpacked into a file without a name.

    Raises ExportQuarantined; what fails in reading later is for ``faults_named``.
    """
    with reading(source, path) as stream, ExitStack() as kept:
        if isinstance(source, Archive):
            unpacked = kept.enter_context(SpooledTemporaryFile(max_size=limits.UNPACKED_BYTES))
            shutil.copyfileobj(stream, unpacked, _BLOCK)
            unpacked.seek(0)
            yield cast(BinaryIO, unpacked)
        else:
            yield stream


def open_plain(path: Path | str, shown: str) -> BinaryIO:
    """Open a plain file within the limit of an export; a pipe or device, which could block for ever, is refused."""
    remedy = f"export to a plain file of at most {_MOST}"
    try:
        file = plain_files.opened(path)
    except FileNotFoundError as error:
        raise _missing(shown) from error
    except plain_files.NotPlain as error:
        raise ExportQuarantined("is no plain file", file=shown, remedy=remedy) from error
    except (OSError, ValueError) as error:
        raise _unopenable(error, shown) from error
    if os.fstat(file.fileno()).st_size > limits.EXPORT_BYTES:
        file.close()
        raise ExportQuarantined(f"is larger than {_MOST}", file=shown, remedy=remedy)
    return file


def _is_link(step: str, shown: str) -> bool:
    try:
        return stat.S_ISLNK(os.lstat(step).st_mode)
    except (FileNotFoundError, NotADirectoryError):  # which is said when it is opened
        return False
    except (OSError, ValueError) as error:  # a name longer than the file system takes
        raise _unopenable(error, shown) from error


def _unopenable(error: Exception, shown: str) -> ExportQuarantined:
    reason = error.strerror if isinstance(error, OSError) else error
    return ExportQuarantined(f"cannot be opened ({reason})", file=shown, remedy="check its name and its rights")


def _unreadable(error: OSError, shown: str) -> ExportQuarantined:
    """Make the refusal of an export of which a byte cannot be read; the others of the command go on."""
    full = error.errno == errno.ENOSPC
    remedy = "make room where temporary files lie" if full else "try again; if it stays so, copy the export anew"
    return ExportQuarantined(f"cannot be read ({error.strerror or error})", file=shown, remedy=remedy)


def _stamp_of(path: Path | str) -> tuple[int, ...]:
    try:
        return _stamp(os.stat(path))  # noqa: PTH116 - a path that was put together as a text
    except OSError:
        return ()


def _stamp(state: os.stat_result) -> tuple[int, ...]:
    return state.st_ino, state.st_size, state.st_mtime_ns


def checksum(source: Source, path: str, also: Callable[[bytes], object] | None = None) -> str:
    """Give the sha256 of a file as hex; ``also`` sees every block on the way."""
    digest = sha256()
    with reading(source, path) as stream:
        while block := stream.read(_BLOCK):
            digest.update(block)
            if also:
                also(block)
    return digest.hexdigest()


def _check_directory_size(stream: BinaryIO, shown: str) -> None:
    """Bound the table of contents before zipfile builds an object for each of its entries."""
    size = stream.seek(0, os.SEEK_END)
    tail_at = stream.seek(max(0, size - 65_557))  # the end record and the longest comment that may follow it
    tail = stream.read()
    found = tail.rfind(_END_OF_DIRECTORY)
    if found < 0 or len(tail) - found < _END_BYTES:
        raise _bad_zip("has no end: it was cut off", shown)
    entries, directory_bytes = struct.unpack_from("<HL", tail, found + 10)
    if tail[max(0, found - 20) : found].startswith(_ZIP64_LOCATOR):
        stream.seek(max(0, tail_at + found - 20 - 56))
        entries, directory_bytes = struct.unpack_from("<QQ", stream.read(56), 32)
    stream.seek(0)
    if entries > limits.ARCHIVE_ENTRIES or directory_bytes > limits.ARCHIVE_DIRECTORY_BYTES:
        raise _bad_zip(f"holds {entries} entries, more than {limits.ARCHIVE_ENTRIES}", shown)


def _bad_zip(reason: str, shown: str) -> ExportQuarantined:
    return ExportQuarantined(
        f"archive {reason}",
        file=shown,
        remedy="pack manifest.json and its files anew, as a plain zip without links or folders",
    )


def _missing(path: str) -> ExportQuarantined:
    return ExportQuarantined("is not there", file=path, remedy="export again, with every file that the manifest names")
