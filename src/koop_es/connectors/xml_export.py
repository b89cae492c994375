"""An export that is one XML file: recognised by its root, summed up, then read by the reader of its format."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from pathlib import Path

from koop_es.connectors import kufersql, open_vhs
from koop_es.connectors.content import NOTHING, Content, Remembered
from koop_es.connectors.encodings import WEB_PAGE, WEB_PAGE_REMEDY, Look, is_web_page, marked
from koop_es.connectors.errors import ExportQuarantined, UnknownFormat, VhsNeeded
from koop_es.connectors.fingerprint import Fingerprint, digest_of
from koop_es.connectors.grouping import Key
from koop_es.connectors.notes import Notes
from koop_es.connectors.source import SingleFile, checksum, reading
from koop_es.connectors.xml_stream import XmlStream
from koop_es.domain.identifiers import vhs_id
from koop_es.domain.observation import Kind, Report

_DECLARED = re.compile(rb"""^[^<]*<\?xml[^>]*\bencoding\s*=\s*["']([^"']*)["']""")
_ALLOWED = {
    kufersql.RECORD: kufersql.ALLOWED,
    open_vhs.RECORD: open_vhs.ALLOWED,
    open_vhs.EXPORT: open_vhs.EXPORT_ALLOWED,
}


class XmlExport:
    """One XML file, opened: root known and bytes summed up, courses not yet read."""

    def __init__(self, path: Path, *, vhs: str | None) -> None:
        """Recognise the format, or a web page; raises UnknownFormat, VhsNeeded, ExportQuarantined."""
        self._source = SingleFile(path)
        self._file = path.name
        self._look = Look(closely=True)
        total = checksum(self._source, self._file, self._look)
        if is_web_page(self._look.head):
            raise UnknownFormat(f"{self._file} has the root html: {WEB_PAGE}; {WEB_PAGE_REMEDY}", file=self._file)
        self._encoding = self._found_encoding()
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
                stream = XmlStream(raw, self._file, allowed=_ALLOWED, encoding=self._encoding, windows=self._windows())
                stream.begin()
                self._say_encoding(notes)
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

    def _found_encoding(self) -> str | None:
        """Find what overrides the declaration: a byte order mark; None lets it be honoured.

        Without either, UTF-8 where the bytes are valid, else windows-1252 (domain 7.4).
        """
        mark, declared = marked(self._look.head), self._declared()
        if mark == "utf-8":
            if not self._look.valid_utf8:
                raise ExportQuarantined(
                    f"begins with the mark of utf-8, declares {declared or 'nothing'}, and is no utf-8",
                    file=self._file,
                    line=1,
                    remedy="write it in one encoding and declare that",
                )
            return "utf-8"
        if mark is not None:
            return "utf-16"
        return None if declared or self._look.valid_utf8 else "windows-1252"

    def _windows(self) -> bool:
        """Tell whether the file is read as windows-1252."""
        return (self._encoding or self._declared()) in {"windows-1252", "cp1252"}

    def _declared(self) -> str | None:
        """Read the encoding that the file declares, in small letters."""
        head = self._look.head.replace(b"\0", b"")
        found = _DECLARED.search(head)
        return found[1].decode("ascii", "replace").lower() if found else None

    def _say_encoding(self, notes: Notes) -> None:
        """Say where the file is not written as it declares."""
        mark, declared = marked(self._look.head), self._declared()
        if mark is None and self._encoding is not None:
            notes.notice(1, "declares no encoding and is no utf-8; it was read as windows-1252")
        elif mark is not None and declared is not None and not declared.startswith(mark):
            notes.notice(1, f"declares {declared}, but begins with the mark of {mark}: read as {mark}")

    def _recognised(self) -> str:
        with reading(self._source, self._file) as raw:
            stream = XmlStream(raw, self._file, allowed={}, encoding=self._encoding, windows=self._windows())
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
