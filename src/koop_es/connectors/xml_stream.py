"""XML as a stream of records: one course at a time, with its line and original bytes; no DTD, no entities."""

from __future__ import annotations

from collections.abc import Iterator
from typing import BinaryIO
from xml.parsers import expat

from koop_es.connectors import limits
from koop_es.connectors.errors import ExportQuarantined
from koop_es.connectors.xml_characters import Bad, Characters

_REMEDY = "export the file again from the admin program"
_PARAGRAPHS = frozenset({"p", "div", "li", "ul", "ol", "tr", "table", "h1", "h2", "h3", "h4", "h5", "h6"})
_LINES = _PARAGRAPHS | {"br", "hr"}
_MARKUP = _LINES | {
    *("b", "i", "u", "s", "em", "strong", "span", "font", "a", "small", "big", "sub", "sup", "center", "strike"),
    *("td", "th", "tbody", "thead", "blockquote", "abbr", "mark", "code", "pre", "dl", "dt", "dd"),
}
"""What editors put into a text: the text in it is kept, and so are its line ends."""

_SEPARATOR = " "  # between namespace and name; neither can hold one


class Element:
    """One element of a record: local name, line, text, and the children that the format's allow-list names."""

    __slots__ = ("attributes", "children", "line", "name", "parts")

    def __init__(self, name: str, line: int, attributes: dict[str, str]) -> None:
        """Begin an element that stands on ``line``."""
        self.name, self.line, self.attributes = name, line, attributes
        self.parts: list[str] = []
        self.children: list[Element] = []

    @property
    def text(self) -> str:
        """Give the element's own text."""
        return "".join(self.parts)

    def find(self, path: str) -> Element | None:
        """Find the first element on a path of names, ``preis/betrag``."""
        return next(self.all(path), None)

    def all(self, path: str) -> Iterator[Element]:
        """Find every element on a path of names."""
        name, _, rest = path.partition("/")
        for child in self.children:
            if child.name == name:
                if rest:
                    yield from child.all(rest)
                else:
                    yield child


class Record:
    """One record: its element, the bytes it was read from, and the characters in them that no XML may hold."""

    __slots__ = ("bad", "element", "raw")

    def __init__(self, element: Element, raw: bytes, bad: list[Bad]) -> None:
        """Keep the element and its original bytes."""
        self.element, self.raw, self.bad = element, raw, bad


class XmlStream:
    """The records directly below the root of one XML file.

    ``root`` is (namespace, name) and ``attributes`` are the root's, both known after begin().
    """

    def __init__(
        self,
        stream: BinaryIO,
        file: str,
        *,
        allowed: dict[str, frozenset[str]],
        encoding: str | None,
        windows: bool = False,
    ) -> None:
        """Read ``stream``; ``allowed`` maps a record's name to the paths below it that are kept; the rest is dropped.

        ``encoding`` overrides what the file says of itself; None honours its declaration, UTF-8 by default. ``windows``
        says that it is written in windows-1252.
        """
        self._stream, self._file, self._allowed = stream, file, allowed
        self._closing_bytes = 2 if encoding in (None, "utf-16") and _is_little_utf16(stream) else 1
        self._characters = Characters(windows=windows) if _is_of_bytes(stream) else None
        self._parser = expat.ParserCreate(encoding, _SEPARATOR)
        self._parser.buffer_text = True
        self._parser.StartDoctypeDeclHandler = self._refuse_doctype
        self._parser.StartElementHandler = self._start
        self._parser.EndElementHandler = self._end
        self._parser.CharacterDataHandler = self._text
        self.root: tuple[str, str] | None = None
        self.attributes: dict[str, str] = {}
        self._names: list[str] = []
        self._open: list[Element | None] = []
        self._done: list[Record] = []
        self._buffer = bytearray()
        self._buffer_at = 0
        self._record_at = -1

    def begin(self) -> None:
        """Read as far as the root element; raises ExportQuarantined where there is none."""
        while self.root is None:
            if not self._feed():
                raise self._unusable("holds no element", 1)

    def records(self) -> Iterator[Record]:
        """Yield the records in order; raises ExportQuarantined where the file is no well-formed, harmless XML."""
        more = True
        while more:
            done, self._done = self._done, []
            yield from done
            more = self._feed()
        yield from self._done

    def _feed(self) -> bool:
        """Parse the next block; False after the last."""
        block = self._stream.read(limits.XML_CHUNK_BYTES)
        self._buffer += block
        try:
            self._parser.Parse(self._characters.clean(block) if self._characters else block, not block)
        except expat.ExpatError as error:
            place = f"column {error.offset + 1}"
            raise self._unusable(
                f"is no well-formed XML: {expat.ErrorString(error.code)}, {place}", error.lineno
            ) from error
        except (LookupError, ValueError) as error:
            raise self._unusable(f"names an encoding that is not known ({error})", 1) from error
        self._forget()
        return bool(block)

    def _forget(self) -> None:
        """Drop the bytes before the record that is still open, or all that were parsed."""
        keep = self._record_at if self._record_at >= 0 else self._parser.CurrentByteIndex
        if 0 < keep - self._buffer_at <= len(self._buffer):
            del self._buffer[: keep - self._buffer_at]
            self._buffer_at = keep
        if len(self._buffer) > limits.XML_RECORD_BYTES:
            raise self._unusable("one element is longer than 4 MiB", self._parser.CurrentLineNumber)

    def _refuse_doctype(self, *_: object) -> None:
        raise ExportQuarantined(
            "declares a document type, which may hide entities",
            file=self._file,
            line=self._parser.CurrentLineNumber,
            remedy="take the DOCTYPE out; neither KuferSQL nor Open-vhs writes one",
        )

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        namespace, _, local = name.rpartition(_SEPARATOR)
        if self.root is None:
            self.root, self.attributes = (namespace, local), attributes
        self._names.append(local)
        depth = len(self._names)
        if depth > limits.XML_DEPTH:
            raise self._unusable(f"elements lie more than {limits.XML_DEPTH} deep", self._parser.CurrentLineNumber)
        element = None
        if depth == 2 and local in self._allowed:
            element = Element(local, self._parser.CurrentLineNumber, attributes)
            self._record_at = self._parser.CurrentByteIndex
        elif depth > 2 and (parent := self._open[-1]):
            allowed = self._allowed[self._names[1]]
            if "/".join(self._names[2:]) in allowed:
                element = Element(local, self._parser.CurrentLineNumber, attributes)
                parent.children.append(element)
            elif local.lower() in _MARKUP and not _has_parts("/".join(self._names[2:-1]), allowed):
                element = parent  # a text with markup in it: all of it is the parent's text
                if local.lower() in _LINES:
                    parent.parts.append("\n")
        self._open.append(element)

    def _text(self, text: str) -> None:
        if self._open and (element := self._open[-1]):
            element.parts.append(text)

    def _end(self, _: str) -> None:
        element = self._open.pop()
        if self._names.pop().lower() in _PARAGRAPHS and element is not None and self._open[-1] is element:
            element.parts.append("\n")
        if element is not None and len(self._names) == 1:
            raw = self._raw_until(self._parser.CurrentByteIndex)
            first, bad = self._record_at, self._characters
            self._done.append(Record(element, raw, bad.between(first, first + len(raw)) if bad and bad.found else []))
            self._record_at = -1

    def _raw_until(self, end_tag_at: int) -> bytes:
        found = self._buffer.find(b">", end_tag_at - self._buffer_at)
        return bytes(self._buffer[self._record_at - self._buffer_at : found + self._closing_bytes])

    def _unusable(self, reason: str, line: int) -> ExportQuarantined:
        return ExportQuarantined(reason, file=self._file, line=line, remedy=_REMEDY)


def _has_parts(path: str, allowed: frozenset[str]) -> bool:
    """Tell whether an element holds others that are read, and so is no text."""
    return any(other.startswith(f"{path}/") for other in allowed) if path else True


def _is_of_bytes(stream: BinaryIO) -> bool:
    """Tell whether a byte below 0x80 is a character in itself, as it is in every encoding but UTF-16."""
    head = stream.read(4)
    stream.seek(0)
    return b"\0" not in head and not head.startswith((b"\xff\xfe", b"\xfe\xff"))


def _is_little_utf16(stream: BinaryIO) -> bool:
    """Tell whether a ``>`` is followed by a zero byte."""
    mark = stream.read(2)
    stream.seek(0)
    return mark == b"\xff\xfe"
