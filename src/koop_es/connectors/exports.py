"""Any export, recognised by what it is: a ``koop-export/1`` directory or archive, or one of the two XML formats."""

from __future__ import annotations

import codecs
import os
import stat
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from koop_es.connectors import manifest
from koop_es.connectors.errors import ExportQuarantined, FileMissing, UnknownFormat
from koop_es.connectors.koop_export import KoopExport
from koop_es.connectors.source import Archive, Directory, SingleFile, Source, reading
from koop_es.connectors.xml_export import XmlExport
from koop_es.domain.errors import BadInput
from koop_es.domain.observation import Report

_ZIP_STARTS = (b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08")
_HEAD_BYTES = 1024
_FORMATS = "a directory or .zip with a manifest.json, a KuferSQL Internet-XML, or an Open-vhs XML"

Export = KoopExport | XmlExport


@contextmanager
def open_export(
    path: Path, *, profile: str | None = None, vhs: str | None = None, secret: str = ""
) -> Iterator[Export]:
    """Open an export of any format: its ``fingerprint`` is known at once, its rows are read by ``report()``.

    ``profile`` is the name of a shipped connector profile or the path of one's own; ``vhs`` is needed for XML, which
    does not say whose it is; ``secret`` is the store's, by which staff have their pseudonyms. Raises FileMissing,
    UnknownFormat, VhsNeeded, VhsMismatch, ProfileInvalid, ExportQuarantined.
    """
    source: Source
    mode = mode_of(path)
    if stat.S_ISREG(mode) and path.name == manifest.NAME:
        path = path.parent
        mode = stat.S_IFDIR
    if stat.S_ISDIR(mode):
        source = Directory(path)
    elif not stat.S_ISREG(mode):
        raise UnknownFormat(f"{path.name} is neither a file nor a directory: give {_FORMATS}", file=path.name)
    else:
        with reading(SingleFile(path), path.name) as stream:
            head = stream.read(_HEAD_BYTES)
        if not head.startswith(_ZIP_STARTS):
            yield _xml(path, head, vhs)
            return
        source = Archive(path, manifest.NAME)
    try:
        if not source.has(manifest.NAME):
            raise UnknownFormat(f"{path.name} holds no manifest.json: give {_FORMATS}", file=path.name)
        with closing(KoopExport(source, profile=profile, vhs=vhs, secret=secret)) as export:
            yield export
    finally:
        source.close()


def read_export(path: Path, *, profile: str | None = None, vhs: str | None = None, secret: str = "") -> Report:
    """Read and validate an export of any format, all of it at once; arguments and errors as for open_export."""
    with open_export(path, profile=profile, vhs=vhs, secret=secret) as export:
        report = export.report()
        rows = (row for item in report.bookings_by_course().values() for row in item.rows)
        report.bookings, report.by_course = sorted(rows, key=lambda row: row.line), None
        return report


def _xml(path: Path, head: bytes, vhs: str | None) -> XmlExport:
    marks = (codecs.BOM_UTF8, codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
    text = head
    for mark in marks:
        text = text.removeprefix(mark)
    if not text.replace(b"\0", b"").lstrip().startswith(b"<"):
        raise UnknownFormat(f"{path.name} is in no format that koop-es reads: give {_FORMATS}", file=path.name)
    return XmlExport(path, vhs=vhs)


def mode_of(path: Path) -> int:
    """Read what kind of file a path names; raises FileMissing, and BadInput for one that cannot be looked at."""
    try:
        return os.stat(path).st_mode  # noqa: PTH116 - the error of Path.stat is the same, this names the one call
    except (FileNotFoundError, NotADirectoryError) as error:
        raise FileMissing(f"there is no {path}: check the path", file=str(path)) from error
    except (OSError, ValueError) as error:
        raise BadInput(f"{path!s} cannot be opened ({error}): check the path and its rights", file=str(path)) from error


__all__ = ["Export", "ExportQuarantined", "open_export", "read_export"]
