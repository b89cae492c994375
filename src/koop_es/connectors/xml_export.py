"""An export that is one XML file: recognised by its root, summed up, then read by the reader of its format."""

from __future__ import annotations

import codecs
import re
from collections.abc import Collection, Mapping
from pathlib import Path

from koop_es.connectors import kufersql, open_vhs
from koop_es.connectors.content import NOTHING, Content, Remembered
from koop_es.connectors.errors import ExportQuarantined, UnknownFormat, VhsNeeded
from koop_es.connectors.fingerprint import Fingerprint, digest_of
from koop_es.connectors.grouping import Key
from koop_es.connectors.notes import Notes
from koop_es.connectors.source import SingleFile, checksum, reading
from koop_es.connectors.xml_stream import XmlStream
from koop_es.domain.identifiers import vhs_id
from koop_es.domain.observation import Kind, Report

_HEAD_BYTES = 1024  # an XML declaration is the first thing in a file and shorter than 100 bytes
_DECLARED = re.compile(rb"\s*<\?xml[^>]*\bencoding\s*=")
_ALLOWED = {
    kufersql.RECORD: kufersql.ALLOWED,
    open_vhs.RECORD: open_vhs.ALLOWED,
    open_vhs.EXPORT: open_vhs.EXPORT_ALLOWED,
}


class XmlExport:
    """One XML file, opened: root known and bytes summed up, courses not yet read."""

    def __init__(self, path: Path, *, vhs: str | None) -> None:
        """Recognise the format; raises UnknownFormat, VhsNeeded, ExportQuarantined."""
        self._source = SingleFile(path)
        self._file = path.name
        self._declared = self._head_declares()
        self._valid_utf8 = True
        decoder = codecs.getincrementaldecoder("utf-8")()

        def look(block: bytes) -> None:
            try:
                decoder.decode(block)
            except UnicodeDecodeError:
                self._valid_utf8 = False

        total = checksum(self._source, self._file, look)
        self._stamp = self._source.stamp(self._file)
        self._format = self._recognised()
        if vhs is None:
            raise VhsNeeded(f"{self._file} does not say which VHS it comes from: name it by --vhs", file=self._file)
        self.fingerprint = Fingerprint(
            source=self._file,
            vhs=vhs_id(vhs),
            system="kufersql" if self._format == kufersql.ROOT else None,
            sequence=None,
            kind=Kind.CATALOGUE,
            exported_at=None,
            sha256=total,
            digest=digest_of({"vhs": vhs, "format": self._format, "file": total}),
        )

    def report(self, known: Mapping[Key, Remembered] = NOTHING) -> Report:
        """Read every course, whatever is known of it; raises ExportQuarantined."""
        report, notes = self.fingerprint.report(), Notes(self._file, "course")
        try:
            with reading(self._source, self._file) as raw:
                stream = XmlStream(raw, self._file, allowed=_ALLOWED, encoding=self._encoding())
                stream.begin()
                if self._encoding():
                    notes.notice(1, "declares no encoding and is no utf-8; it was read as windows-1252")
                if self._format == kufersql.ROOT:
                    report.courses = kufersql.read(stream, notes)
                else:
                    report.courses, report.exported_at = open_vhs.read(stream, notes)
            if self._source.stamp(self._file) != self._stamp:
                raise ExportQuarantined("changed while it was being read", file=self._file, remedy="try again")
        except ExportQuarantined as error:
            whose = self.fingerprint
            raise error.of(vhs=whose.vhs, sequence=None, kind=whose.kind, sha256=whose.sha256) from error.__cause__
        report.rejected, report.notices = notes.rejected, notes.notices()
        report.files = (self._file,)
        return report

    @property
    def size_bytes(self) -> int:
        """Size of the file."""
        return self._source.size(self._file)

    @property
    def content(self) -> Content:
        """Recognise nothing by its bytes."""
        return Content(None, None, "")

    def close(self) -> None:
        """Hold nothing, so there is nothing to let go of."""

    def raw(self, file: str, lines: Collection[int]) -> dict[int, bytes]:
        """Give the original bytes of courses: none, since one that was read is never set aside later."""
        return {}

    def _encoding(self) -> str | None:
        """Honour the declaration, else UTF-8 where the bytes are valid, else windows-1252 (domain 7.4)."""
        return None if self._declared or self._valid_utf8 else "windows-1252"

    def _head_declares(self) -> bool:
        with reading(self._source, self._file) as raw:
            head = raw.read(_HEAD_BYTES)
        return head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)) or bool(
            _DECLARED.match(head.removeprefix(codecs.BOM_UTF8))
        )

    def _recognised(self) -> str:
        with reading(self._source, self._file) as raw:
            stream = XmlStream(raw, self._file, allowed={}, encoding=self._encoding())
            stream.begin()
        namespace, name = stream.root or ("", "")
        if name in {kufersql.ROOT, open_vhs.ROOT}:
            return name
        if namespace.startswith("http://www.dvv-vhs.de/") or name.startswith("belegungsstatus"):
            raise open_vhs.refuse_other(name, self._file)
        raise UnknownFormat(
            f"{self._file} is an XML file with the root {name}: "
            "koop-es reads KuferSQL's kurse and Open-vhs's veranstaltungen",
            file=self._file,
        )
