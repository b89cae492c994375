"""Where records begin and end in the bytes of an XML file, found without parsing: for what is no XML in between."""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterable
from typing import BinaryIO, NamedTuple

from koop_es.connectors import limits

OVERLAP_BYTES = 256
"""What is looked at again with the next block, longer than any tag of a record without attributes."""

_NAME = r"[^\s<>/!?\"'=]"
_MARK = r"(?:\ufeff|\u00ef\u00bb\u00bf)?"
_DECLARATION = re.compile(rf"{_MARK}(?:<\?xml[^>]*\?>)?")
_BLANKS = re.compile(rf"({_MARK})([\x20\t\r\n]+)(?=<\?xml)")
_SAYS_NOTHING = re.compile("[\x00-\x20\x7f\ufeff]*")
"""Blanks, what DOS wrote behind the last line, NUL bytes that fill a block, and marks: nothing of a course."""

_TAG = re.compile(r"<[^>\"']*(?:\"[^\"]*\"[^>\"']*|'[^']*'[^>\"']*)*>")
_CLOSED_BY = {"<!--": "-->", "<![CDATA[": "]]>", "<?": "?>"}
_SILENT = ("<!", "<?")
"""Between these the parser finds no tags."""


class Edge(NamedTuple):
    """Where a record begins; the first byte behind one that is ``closed``, with its name; or where the root ends."""

    at: int
    closed: str = ""
    is_last: bool = False


class Edges:
    """The tags of records in a file; ``wide`` says that a byte is no character there, as in UTF-16."""

    def __init__(self, stream: BinaryIO, records: Iterable[str]) -> None:
        """Look at the first bytes of ``stream``, whose records have these names."""
        head = stream.read(4)
        stream.seek(0)
        self.wide = b"\0" in head or head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
        little = head.startswith(codecs.BOM_UTF16_LE) or head[1:2] == b"\0"
        self.codec = ("utf-16-le" if little else "utf-16-be") if self.wide else "latin-1"
        self.step = 2 if self.wide else 1
        self.closing_bytes = 2 if self.wide and little else 1
        names = "|".join(map(re.escape, records))
        begins, ends = rf"<(?:{_NAME}+:)?(?:{names})(?=[\s/>])", rf"</(?:{_NAME}+:)?(?P<closed>{names})\s*>"
        self._begins, self._edge = re.compile(begins, re.I), re.compile(f"{begins}|{ends}", re.I)
        self._root: re.Pattern[str] | None = None

    def end_at(self, root: str) -> None:
        """Take the end of the root for an edge as well, now that there was a record."""
        if self._root is None:
            end = rf"</(?:{_NAME}+:)?{re.escape(root)}\s*>"
            self._root = self._edge = re.compile(rf"{self._edge.pattern}|{end}", re.I)

    def find(self, buffer: bytearray, start: int, *, closed: bool = True) -> Edge | None:
        """Find the first edge behind a place, or the first beginning where what is ``closed`` does not count."""
        text = self._text(buffer, start)
        match = (self._edge if closed else self._begins).search(text)
        if match is None:
            return None
        name = (match.groupdict().get("closed") or "").lower()
        at = start + self._size(text[: match.end() if name else match.start()])
        return Edge(at, name, not name and match[0].startswith("</"))

    def is_tag(self, buffer: bytearray, start: int) -> bool:
        """Tell whether a tag begins at a place, and no comment, section or instruction."""
        text = self._text(buffer, start, start + 4)
        return text.startswith("<") and not text.startswith(_SILENT)

    def is_silent(self, buffer: bytearray, start: int) -> bool:
        """Tell whether a comment, a section or an instruction begins at a place."""
        return self._text(buffer, start, start + 4).startswith(_SILENT)

    def is_over(self, text: str) -> bool:
        """Tell whether a text that lies within a record goes on beyond it: it has the edge of one."""
        return "<" in text and self._edge.search(text) is not None

    def unclosed(self, buffer: bytearray, start: int, stop: int) -> tuple[int, str] | None:
        """Find what is opened between two places and not closed there: where, and how it begins."""
        text = self._text(buffer, start, stop)
        found = [(text.rfind(opened), opened, closed) for opened, closed in _CLOSED_BY.items()]
        places = [(at, opened) for at, opened, closed in found if at >= 0 and closed not in text[at + len(opened) :]]
        if not places:
            return None
        at, opened = min(places)
        return start + self._size(text[:at]), opened

    def blanks(self, block: bytes) -> tuple[bytes, int, int]:
        """Take the blanks off that stand before the declaration: what is left, their bytes, and their lines."""
        match = _BLANKS.match(self._text(block, 0, limits.XML_CHUNK_BYTES))
        if match is None:
            return block, 0, 0
        mark, blanks = (len(text.encode(self.codec)) for text in match.groups())
        lines = len(re.findall("\r\n?|\n", match[2]))
        return block[:mark] + block[mark + blanks :], blanks, lines

    def says_nothing(self, rest: bytes) -> bool:
        """Tell whether what stands behind the end of the root carries nothing; half a wide letter carries nothing."""
        return _SAYS_NOTHING.fullmatch(self._text(rest, 0, len(rest))) is not None

    def declaration(self, buffer: bytearray) -> bytes:
        """Give the byte order mark and the declaration at the beginning of a file."""
        match = _DECLARATION.match(self._text(buffer, 0, 2048))
        return match[0].encode(self.codec) if match else b""

    def tag(self, buffer: bytearray, start: int) -> bytes:
        """Give the whole tag that begins at a place."""
        match = _TAG.match(self._text(buffer, start))
        return match[0].encode(self.codec, "surrogatepass") if match else b""

    def inside(self, raw: bytes, name: str, encoding: str) -> str | None:
        """Give the text of the first element of a name, where it is nothing but text."""
        codec = self.codec if self.wide else encoding
        match = re.search(rf"<{name}>([^<&]{{0,200}})</{name}>", raw.decode(codec, "replace"), re.I)
        return match[1] if match else None

    def between(self, buffer: bytearray, start: int, stop: int) -> str:
        """Give the characters between two places, of a letter in UTF-8 its bytes."""
        return self._text(buffer, start, stop)

    def character(self, buffer: bytearray, place: int) -> str:
        """Give the character at a place, of a letter in UTF-8 its first byte."""
        return self._text(buffer, place, place + self.step) if place >= 0 else ""

    def shown(self, buffer: bytearray, start: int) -> str:
        """Show a few characters around a place."""
        more = 32 if self.wide else 16
        before = self._text(buffer, start - more if start >= more else start % 2, start)
        return "".join(mark if mark.isprintable() else " " for mark in before + self._text(buffer, start, start + more))

    def _text(self, buffer: bytes | bytearray, start: int, stop: int | None = None) -> str:
        part = bytes(buffer[max(0, start) : stop])
        if not self.wide:
            return part.decode(self.codec)
        return part[: len(part) & -2].decode(self.codec, "surrogatepass")

    def _size(self, text: str) -> int:
        return len(text.encode(self.codec, "surrogatepass")) if self.wide else len(text)
