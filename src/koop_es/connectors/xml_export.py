"""An export that is one XML file: recognised by its root, summed up, then read by the reader of its format."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import BinaryIO

from koop_es.connectors import kufersql, open_vhs
from koop_es.connectors.content import NOTHING, Content, Remembered
from koop_es.connectors.encodings import (
    WEB_PAGE,
    WEB_PAGE_REMEDY,
    Look,
    Verdict,
    is_of_dos,
    is_web_page,
    judged,
    marked,
    utf8_in,
)
from koop_es.connectors.errors import ExportQuarantined, UnknownFormat, VhsNeeded
from koop_es.connectors.fingerprint import Fingerprint, digest_of
from koop_es.connectors.grouping import Key
from koop_es.connectors.notes import Notes
from koop_es.connectors.source import SingleFile, checksum, reading
from koop_es.connectors.xml_course import Catalogue
from koop_es.connectors.xml_stream import Say, XmlStream
from koop_es.domain.identifiers import vhs_id
from koop_es.domain.observation import Kind, Report

_DECLARED = re.compile(rb"""^[^<]*<\?xml[^>]*\bencoding\s*=\s*["']([^"']*)["']""")
_USUAL = {"cp1252": "windows-1252", "latin1": "iso-8859-1", "latin-1": "iso-8859-1", "latin-9": "iso-8859-15"}
_ALLOWED = {
    kufersql.RECORD: kufersql.ALLOWED,
    open_vhs.RECORD: open_vhs.ALLOWED,
    open_vhs.EXPORT: open_vhs.EXPORT_ALLOWED,
}
_ROOTS = frozenset({kufersql.ROOT, open_vhs.ROOT})


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
        self._verdict = self._judged()
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
                stream = self._stream(raw, notes.notice)
                stream.begin()
                if self._verdict.said is not None:
                    notes.notice(1, self._verdict.said)
                catalogue = Catalogue(notes, self._verdict.doubts)
                if self._format == kufersql.ROOT:
                    report.courses = kufersql.read(stream, catalogue)
                else:
                    report.courses, report.exported_at = open_vhs.read(stream, catalogue)
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

    def _judged(self) -> Verdict:
        """Find how the file is written: a byte order mark decides, else the declaration unless its bytes say otherwise.

        Without either, UTF-8 where the bytes are valid, else windows-1252 (domain 7.4).
        """
        mark, declared, look = marked(self._look.head), self._declared(), self._look
        if mark == "utf-8" and not look.valid_utf8:
            raise ExportQuarantined(
                f"begins with the mark of utf-8, declares {declared or 'nothing'}, and is no utf-8",
                file=self._file,
                line=1,
                remedy="write it in one encoding and declare that",
            )
        if mark is not None:
            odd = declared is not None and not declared.startswith(mark)
            said = f"declares {declared}, but begins with the mark of {mark}: read as {mark}" if odd else None
            return Verdict(mark, said)
        if declared is None:
            said = None if look.valid_utf8 else "declares no encoding and is no utf-8; it was read as windows-1252"
            return Verdict("utf-8" if look.valid_utf8 else "windows-1252", said)
        if declared.startswith("utf-") or is_of_dos(declared):
            return Verdict(declared)
        found = judged(declared, [look])
        return found._replace(said=utf8_in(declared)) if found.said is None and look.reads_as_utf8 else found

    def _stream(self, raw: BinaryIO, say: Say = lambda *_: None) -> XmlStream:
        """Read the file as it is written; what is written as it declares is left to the parser."""
        found = self._verdict.encoding
        as_said = marked(self._look.head) is None and found == (self._declared() or "utf-8")
        overrides = None if as_said else found
        is_windows = found == "windows-1252"
        return XmlStream(
            raw, self._file, allowed=_ALLOWED, encoding=overrides, windows=is_windows, written=found, roots=_ROOTS,
            say=say,
        )  # fmt: skip

    def _declared(self) -> str | None:
        """Read the encoding that the file declares, in small letters, by its usual name."""
        head = self._look.head.replace(b"\0", b"")
        found = _DECLARED.search(head)
        if not found:
            return None
        name = found[1].decode("ascii", "replace").lower()
        return _USUAL.get(name, name)

    def _recognised(self) -> str:
        with reading(self._source, self._file) as raw:
            stream = self._stream(raw)
            stream.begin()
        namespace, name = stream.root or ("", "")
        if name in _ROOTS:
            return name
        if namespace.startswith("http://www.dvv-vhs.de/") or name.startswith("belegungsstatus"):
            raise open_vhs.refuse_other(name, self._file)
        raise UnknownFormat(
            f"{self._file} is an XML file with the root {name}: "
            "koop-es reads KuferSQL's kurse and Open-vhs's veranstaltungen",
            file=self._file,
        )
