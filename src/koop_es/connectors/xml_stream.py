"""XML as a stream of records: one course at a time, with its line and original bytes; no DTD, no entities.

What is no XML within one record costs that record: reading goes on at the next one. What is kept of a file is bounded.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import BinaryIO
from xml.parsers import expat

from koop_es.connectors import limits
from koop_es.connectors.errors import ExportQuarantined
from koop_es.connectors.xml_characters import MARK, Characters
from koop_es.connectors.xml_edges import OVERLAP_BYTES, Edge, Edges

Say = Callable[[int, str], None]
"""Is told on which line there is something odd, and what."""

_REMEDY = "export the file again from the admin program"
_PARAGRAPHS = frozenset({"p", "div", "li", "ul", "ol", "tr", "table", "h1", "h2", "h3", "h4", "h5", "h6"})
_LINES = _PARAGRAPHS | {"br", "hr"}
_MARKUP = _LINES | {
    *("b", "i", "u", "s", "em", "strong", "span", "font", "a", "small", "big", "sub", "sup", "center", "strike"),
    *("td", "th", "tbody", "thead", "blockquote", "abbr", "mark", "code", "pre", "dl", "dt", "dd"),
}
"""What editors put into a text: the text in it is kept, and so are its line ends."""

_RECORD_DEPTH = 2
_SEPARATOR = " "  # between namespace and name; neither can hold one
_AGAIN_BYTES = 1 << 12
"""Bytes given to the parser at once behind a record that was broken, so that many such records cost little each."""


class Element:
    """One element of a record: local name, place, text, and the children that the format's allow-list names.

    ``passed_over`` are children that hold text and are no markup.
    """

    __slots__ = ("at", "attributes", "children", "line", "name", "parts", "passed_over", "until")

    def __init__(self, name: str, line: int, at: int, attributes: dict[str, str]) -> None:
        """Begin an element that stands on ``line``, ``at`` so many bytes from the beginning of the file."""
        self.name, self.line, self.at, self.attributes = name, line, at, attributes or _NO_ATTRIBUTES
        self.until = at
        self.parts: list[str] = []
        self.children: list[Element] = []
        self.passed_over: tuple[str, ...] = ()

    @property
    def text(self) -> str:
        """Give the element's own text."""
        if len(self.parts) > 1:
            self.parts = ["".join(self.parts)]
        return self.parts[0] if self.parts else ""

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


_NO_ATTRIBUTES: dict[str, str] = {}
_INVALID = expat.errors.codes[expat.errors.XML_ERROR_INVALID_TOKEN]
_WRITTEN = {"&": "&amp;", "<": "&lt;"}
_MISMATCH = expat.errors.codes[expat.errors.XML_ERROR_TAG_MISMATCH]


class Flaw(Exception):
    """What makes a record no XML, or more than is read: why, in which element and on which line."""

    def __init__(self, reason: str, element: str | None, line: int, at: int) -> None:
        """Keep why, where, and ``at`` how many bytes from the beginning of the file."""
        super().__init__(reason)
        self.reason, self.element, self.line, self.at = reason, element, line, at


class Record:
    """One record: its element, the bytes it was read from, and what is wrong with it.

    A flaw between records has no element.
    """

    __slots__ = ("_characters", "element", "flaw", "parts", "raw")

    def __init__(
        self,
        element: Element | None,
        parts: list[Element],
        raw: bytes,
        characters: Characters,
        flaw: Flaw | None = None,
    ) -> None:
        """Keep the element, ``parts`` which are it and all below it, and its original bytes."""
        self.element, self.parts, self.raw, self.flaw, self._characters = element, parts, raw, flaw, characters

    def wrong(self, part: Element) -> str | None:
        """Name the first character or entity in one of its parts that no XML may hold."""
        if self.element is None or not (MARK in part.text or any(MARK in text for text in part.attributes.values())):
            return None
        raw = self.raw[part.at - self.element.at : part.until - self.element.at]
        return self._characters.first_wrong(raw)


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
        written: str = "utf-8",
        roots: frozenset[str] = frozenset(),
        say: Say = lambda *_: None,
    ) -> None:
        """Read ``stream``; ``allowed`` maps a record's name to the paths below it that are kept; the rest is dropped.

        ``encoding`` overrides what the file says of itself; None honours its declaration, UTF-8 by default. ``windows``
        says that it is ``written`` in windows-1252. A name that is known in other letters, one of the ``roots`` or of
        an element that is read, is read as that; this, and what else is passed over, ``say`` is told.
        """
        self._stream, self._file, self._allowed, self._say = stream, file, allowed, say
        read = {name for record, paths in allowed.items() for path in paths for name in (record, *path.split("/"))}
        self._meant = {name: name for name in read | roots}
        self._encoding, self._written = encoding, written
        self._edges = Edges(stream, allowed)
        self._characters = Characters(windows=windows, wide=self._edges.wide, codec=self._edges.codec)
        self.root: tuple[str, str] | None = None
        self.attributes: dict[str, str] = {}
        self._declaration = self._head = b""
        self._known: set[str] = set()
        self._said: set[str] = set()
        self._begun = self._over = False
        self._names: list[str] = []
        self._open: list[Element | None] = []
        self._done: list[Record] = []
        self._buffer = bytearray()
        self._buffer_at = 0
        self._again = b""
        self._begin_parser(0, 1)

    def begin(self) -> None:
        """Read as far as the root element; raises ExportQuarantined where there is none."""
        while self.root is None:
            if not self._feed() and self.root is None:
                raise self._unusable("holds no element", 1)

    def records(self) -> Iterator[Record]:
        """Yield the records in order; raises ExportQuarantined where the file is no well-formed, harmless XML."""
        more = True
        while more:
            done, self._done = self._done, []
            yield from done
            more = self._feed()
        yield from self._done

    # --- bytes --------------------------------------------------------------------------------------------------------

    def _begin_parser(self, at: int, line: int) -> None:
        """Begin to parse at a place of the file, within the root where that is known."""
        parser = self._parser = expat.ParserCreate(self._encoding, _SEPARATOR)
        parser.buffer_text = True
        parser.UseForeignDTD(True)  # so that an entity nobody declared is told instead of ending everything
        parser.StartDoctypeDeclHandler = self._refuse_doctype
        parser.StartNamespaceDeclHandler = self._prefix
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self._text
        parser.SkippedEntityHandler = self._entity
        parser.CommentHandler = self._comment
        parser.ProcessingInstructionHandler = self._instruction
        parser.StartCdataSectionHandler = self._section
        parser.EndCdataSectionHandler = self._section_end
        self._names.clear()
        self._open.clear()
        self._record_at = self._section_at = self._searched = -1
        self._parts: list[Element] = []
        self._looked_at = 0
        self._characters.begin()
        self._shift, self._line_shift = at - len(self._head), line - 1
        self._fed = self._shift
        if self._head:
            parser.Parse(self._head, False)
            self._fed = at
            self._line_shift = line - parser.CurrentLineNumber

    @property
    def _here(self) -> int:
        """Give how many bytes from the beginning of the file the parser is."""
        return self._parser.CurrentByteIndex + self._shift

    @property
    def _line(self) -> int:
        return self._parser.CurrentLineNumber + self._line_shift

    def _feed(self) -> bool:
        """Parse the next block; False after the last."""
        if self._over:
            return False
        ended = False
        if self._again:
            block, self._again = self._again[:_AGAIN_BYTES], self._again[_AGAIN_BYTES:]
        else:
            block = self._stream.read(limits.XML_CHUNK_BYTES)
            if not self._begun:
                block = self._begin_file(block)
            self._buffer += block
            ended = not block
        clean = self._characters.clean(block)
        self._fed += len(clean)
        try:
            self._parser.Parse(clean, ended)
            self._check_closed()
            self._check_size()
        except expat.ExpatError as error:
            line, at = error.lineno + self._line_shift, self._parser.ErrorByteIndex + self._shift
            self._over = self._is_over(at, line)
            if self._over:
                return False
            flaw = self._unclosed(at) or Flaw(self._explained(error, at), self._name(), line, at)
            if (ended and self._record_at < 0) or not self._go_on(flaw):
                reason = f"is no well-formed XML: {expat.ErrorString(error.code)}, column {error.offset + 1}"
                raise self._unusable(reason, line) from error
            ended = False
        except Flaw as flaw:
            if not self._go_on(flaw):
                raise self._unusable(flaw.reason, flaw.line) from None
            ended = False
        except (LookupError, ValueError) as error:
            reason = f"names an encoding that is not known ({error})"
            raise self._unusable(reason, 1, "declare the encoding that the file has") from error
        if ended:
            self._say_half(self._line, self._buffer[self._buffer_at % 2 :])
        self._forget()
        return not ended

    def _begin_file(self, block: bytes) -> bytes:
        """Take off what stands before the declaration, which is no XML and says nothing."""
        self._begun = True
        block, blanks, lines = self._edges.blanks(block)
        if blanks:
            self._say(1, "blanks before the XML declaration were passed over")
            self._shift = self._fed = self._buffer_at = blanks
            self._line_shift = lines
        self._declaration = self._edges.declaration(bytearray(block[:2048]))
        return block

    def _is_over(self, at: int, line: int) -> bool:
        """Tell, and say, that the root has ended and what stands behind it carries nothing."""
        if self.root is None or self._names:
            return False
        rest = bytes(self._buffer[at - self._buffer_at :])
        whole = len(rest) >= self._edges.step
        while self._edges.says_nothing(rest):
            last, rest = rest, self._stream.read(limits.XML_CHUNK_BYTES)
            if not rest:
                if whole:
                    self._say(line, "what stands behind the end of the root carries nothing, and was passed over")
                self._say_half(line, last)
                return True
        return False

    def _say_half(self, line: int, last: bytes | bytearray) -> None:
        """Say that a file ends with half a letter, where its last bytes, from a whole letter on, are not even."""
        if self._edges.wide and len(last) % 2:
            self._say(line, f"ends with half a letter of UTF-16, 0x{last[-1]:02X}, which was passed over")

    def _forget(self) -> None:
        """Drop the bytes before the record that is still open, or all that were parsed."""
        keep = self._record_at if self._record_at >= 0 else self._here
        if 0 < keep - self._buffer_at <= len(self._buffer):
            del self._buffer[: keep - self._buffer_at]
            self._buffer_at = keep

    def _check_size(self) -> None:
        """Raise Flaw where a record, or anything else between two tags, is longer than any real one."""
        here = self._here
        pending = self._fed - here
        if pending > limits.XML_TAG_BYTES and self._edges.is_tag(self._buffer, here - self._buffer_at):
            raise self._flaw(f"has a tag longer than {limits.XML_TAG_BYTES >> 10} KiB")
        if self._fed - (self._record_at if self._record_at >= 0 else here) > limits.XML_RECORD_BYTES:
            raise self._flaw(f"is longer than {limits.XML_RECORD_BYTES >> 20} MiB")

    # --- what is no XML -----------------------------------------------------------------------------------------------

    def _check_closed(self) -> None:
        """Raise Flaw where a comment, section or instruction goes on beyond the record in which it was opened."""
        at = self._section_at if self._section_at >= 0 else self._here
        if self._record_at < 0 or at >= self._fed or not self._edges.is_silent(self._buffer, at - self._buffer_at):
            return
        if (flaw := self._unclosed(self._fed)) is not None:
            raise flaw

    def _unclosed(self, until: int) -> Flaw | None:
        """Find what was opened in a record, hides an edge of it from the parser, and is not closed before that."""
        if self._record_at < 0:
            return None
        first = self._record_at - self._buffer_at
        start = max(first + self._edges.step, self._searched - self._buffer_at - OVERLAP_BYTES)
        edge = self._edges.find(self._buffer, start)
        self._searched = self._record_at + (len(self._buffer) - first & -2)
        if edge is None or edge.at + self._buffer_at > until:
            return None
        if (found := self._edges.unclosed(self._buffer, first, edge.at)) is None:
            return None
        at, opened = found
        record = self._parts[0]
        line = record.line + self._edges.between(self._buffer, first, at).count("\n")
        return self._never_closed(opened, line, at + self._buffer_at)

    def _never_closed(self, opened: str, line: int, at: int) -> Flaw:
        near = f"near {self._edges.shown(self._buffer, at - self._buffer_at)!r}"
        return Flaw(f"is no well-formed XML: {opened} is not closed, {near}", self._name(), line, at)

    def _go_on(self, flaw: Flaw) -> bool:
        """Give up the record that is open and go on behind it, or at the next one; False where there is none (D17)."""
        if not self._names:
            return False
        record = self._open[1] if self._record_at >= 0 else None
        if record:
            self._edges.end_at(self._names[0])
        first = self._record_at if record else flaw.at
        del self._buffer[: first - self._buffer_at]
        self._buffer_at = first
        line = record.line if record else flaw.line
        raw, edge, line = self._skipped(first, flaw.at, line, inside=record is not None)
        if edge is None:
            return False
        if record is None and edge.closed:
            record = Element(edge.closed, flaw.line, first, {})  # of which not even the beginning was read
        if record:
            self._name_it(record, raw)
        self._done.append(Record(record, self._parts, raw if record else b"", self._characters, flaw))
        del self._buffer[: edge.at]
        self._buffer_at += edge.at
        self._again = bytes(self._buffer)
        self._begin_parser(self._buffer_at, line)
        return True

    def _skipped(self, first: int, at: int, line: int, *, inside: bool) -> tuple[bytes, Edge | None, int]:
        """Read on to where a record ends or the next begins: what was passed over, that place, and its line.

        The buffer begins at ``first``. A record that was never closed reaches to the beginning of another.
        """
        buffer, limit, lost = self._buffer, limits.XML_RECORD_BYTES, b""
        step = self._edges.step  # of a tag that closes nothing the place is behind ``</``
        place = step if inside else max(at - first - step * 2, step)
        edge = self._edges.find(buffer, place)
        while edge is None and (block := self._stream.read(limits.XML_CHUNK_BYTES)):
            place = max(place, len(buffer) - OVERLAP_BYTES)
            buffer += block
            edge = self._edges.find(buffer, place)
            if edge is None and len(buffer) > 2 * limit:
                lost = lost or bytes(buffer[:limit])
                line += buffer.count(b"\n", 0, place)
                del buffer[:place]
                self._buffer_at, place = self._buffer_at + place, step
        if edge is None:
            return b"", None, line
        return lost or bytes(buffer[: min(edge.at, limit)]), edge, line + buffer.count(b"\n", 0, edge.at)

    def _name_it(self, record: Element, raw: bytes) -> None:
        """Add the elements that name a course and stand behind what is wrong with it."""
        for name in limits.XML_NAMING:
            if name in self._allowed[record.name] and record.find(name) is None:
                text = self._edges.inside(raw, name, self._written)
                if text is not None:
                    found = Element(name, record.line, record.at, {})
                    found.parts.append(text)
                    record.children.append(found)

    def _explained(self, error: expat.ExpatError, at: int) -> str:
        """Say what is wrong with the XML, with the byte or the tag that shows it."""
        place = at - self._buffer_at
        before, mark = (self._edges.character(self._buffer, place - back) for back in (self._edges.step, 0))
        near = f"near {self._edges.shown(self._buffer, place)!r}"
        if error.code == _MISMATCH and self._names:
            return f"is no well-formed XML: <{self._names[-1]}> is not closed, {near}"
        if error.code == _INVALID and mark and mark not in "\t\r\n" and mark < " ":
            return f"holds 0x{ord(mark):02X}, a character that no XML may hold, {near}"
        if error.code == _INVALID and mark > "~" and not self._edges.wide:
            return f"holds the byte 0x{ord(mark):02X}, which has no meaning in {self._written}, {near}"
        if error.code == _INVALID and before in _WRITTEN:
            return f"is no well-formed XML: it holds {before} where XML writes {_WRITTEN[before]}, {near}"
        return f"is no well-formed XML: {expat.ErrorString(error.code)}, {near}"

    def _flaw(self, reason: str) -> Flaw:
        return Flaw(reason, self._name(), self._line, self._here)

    def _name(self) -> str | None:
        """Name the element in which the parser is, of those below a record."""
        return self._names[2] if self._record_at >= 0 and len(self._names) > 2 else None

    def _refuse_doctype(self, *_: object) -> None:
        raise ExportQuarantined(
            "declares a document type, which may hide entities",
            file=self._file,
            line=self._line,
            remedy="take the DOCTYPE out; neither KuferSQL nor Open-vhs writes one",
        )

    def _unusable(self, reason: str, line: int, remedy: str = _REMEDY) -> ExportQuarantined:
        return ExportQuarantined(reason, file=self._file, line=line, remedy=remedy)

    # --- what the parser finds ----------------------------------------------------------------------------------------

    def _know(self, *names: str | None) -> None:
        """Count the different names of a file: the parser keeps every one of them as long as it lives."""
        for name in names:
            if name not in self._known and name:
                self._known.add(name)
                if len(self._known) > limits.XML_NAMES or len(name) > limits.XML_NAME_CHARS:
                    raise self._unusable(
                        f"has more than {limits.XML_NAMES:,} different names of elements, attributes and entities, or "
                        f"one of more than {limits.XML_NAME_CHARS} characters",
                        self._line,
                    )

    def _prefix(self, prefix: str | None, namespace: str | None) -> None:
        self._know(prefix, namespace)

    def _entity(self, name: str, is_parameter: bool) -> None:
        """Mark an entity that nobody declared, where its text would be read."""
        self._know(name)
        self._text(MARK)

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        if attributes or name not in self._known:
            self._know(name, *attributes)
        namespace, _, written = name.rpartition(_SEPARATOR)
        local = self._meant.get(written) or self._meant.setdefault(written, self._meant.get(written.lower(), written))
        if self.root is None:
            self.root, self.attributes = (namespace, local), attributes
            tag = self._edges.tag(self._buffer, self._here - self._buffer_at)
            self._head = self._declaration + self._characters.marked(tag)
        self._names.append(local)
        depth = len(self._names)
        if depth > limits.XML_DEPTH:
            raise self._flaw(f"has elements that lie more than {limits.XML_DEPTH} deep")
        element = None
        if depth == 2 and local in self._allowed:
            self._record_at = self._searched = self._here
            element = Element(local, self._line, self._record_at, attributes)
            self._parts, self._looked_at = [element], 0
        elif depth > 2 and (parent := self._open[-1]):
            element = self._child(parent, local, attributes)
        elif depth == 2 or (local in self._allowed and depth > 2):
            self._pass_over(local)
        if local != written and (element is not None or depth == 1):
            self._say_once(f"elements named {written} were read as {local}")
        self._open.append(element)

    def _pass_over(self, local: str) -> None:
        """Say that what lies beside the courses, or a course that lies elsewhere than they do, is not read."""
        if self._record_at >= 0:
            record = self._parts[0]
            record.passed_over = (*dict.fromkeys((*record.passed_over, local)),)
        elif local in self._allowed:
            self._say(self._line, f"{local} lies in {self._names[-2]}, where none is read")
        else:
            self._say_once(f"elements named {local} lie beside the courses, and are not read")

    def _say_once(self, text: str) -> None:
        if text not in self._said:
            self._said.add(text)
            self._say(self._line, text)

    def _child(self, parent: Element, local: str, attributes: dict[str, str]) -> Element | None:
        """Begin an element below one that is read: itself, the text of its parent, or nothing that is read."""
        self._looked_at += 1
        if self._looked_at > limits.XML_ELEMENTS:
            raise self._flaw(f"has more than {limits.XML_ELEMENTS:,} elements in one course")
        if len(self._names) == _RECORD_DEPTH + 1 and local == parent.name:
            raise Flaw(f"<{local}> is not closed before another one begins", None, parent.line, self._here)
        allowed = self._allowed[self._names[1]]
        if "/".join(self._names[2:]) in allowed:
            element = Element(local, self._line, self._here, attributes)
            parent.children.append(element)
            self._parts.append(element)
            return element
        if _has_parts("/".join(self._names[2:-1]), allowed):
            if local in self._allowed:
                self._pass_over(local)
            return None
        if local.lower() not in _MARKUP:
            if local not in parent.passed_over:
                parent.passed_over += (local,)
            return None
        if local.lower() in _LINES:
            parent.parts.append("\n")
        return parent  # a text with markup in it: all of it is the parent's text

    def _comment(self, text: str) -> None:
        self._silent("<!--", text)

    def _instruction(self, target: str, text: str) -> None:
        self._silent("<?", text)

    def _silent(self, opened: str, text: str) -> None:
        """Raise Flaw where what was read over in a record reaches into another."""
        if self._record_at >= 0 and self._edges.is_over(text):
            raise self._never_closed(opened, self._line, self._here)

    def _section(self) -> None:
        self._section_at, self._section_line = self._here, self._line

    def _section_end(self) -> None:
        at, self._section_at = self._section_at, -1
        text = self._edges.between(self._buffer, at - self._buffer_at, self._here - self._buffer_at)
        if self._record_at >= 0 and self._edges.is_over(text):
            raise self._never_closed("<![CDATA[", self._section_line, at)

    def _text(self, text: str) -> None:
        if self._open and (element := self._open[-1]):
            element.parts.append(text)

    def _end(self, _: str) -> None:
        element, name = self._open.pop(), self._names.pop()
        if element is None:
            return
        if self._open[-1] is element:
            if name.lower() in _PARAGRAPHS:
                element.parts.append("\n")
            return
        element.until = self._here
        if len(self._names) == 1:
            self._edges.end_at(self._names[0])
            raw = self._raw_until(element.until)
            self._done.append(Record(element, self._parts, raw, self._characters))
            self._record_at = -1

    def _raw_until(self, end_tag_at: int) -> bytes:
        found = self._buffer.find(b">", end_tag_at - self._buffer_at)
        return bytes(self._buffer[self._record_at - self._buffer_at : found + self._edges.closing_bytes])


def _has_parts(path: str, allowed: frozenset[str]) -> bool:
    """Tell whether an element holds others that are read, and so is no text."""
    return any(other.startswith(f"{path}/") for other in allowed) if path else True
