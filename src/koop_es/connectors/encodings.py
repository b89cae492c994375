"""What the bytes of a file say of themselves: marks, web pages, and letters of windows-1252 under another name."""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from typing import NamedTuple

from koop_es.connectors.profiles import Encoding

HEAD_BYTES = 1024

_MARKS: tuple[tuple[bytes, Encoding], ...] = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_WEB_PAGE = re.compile(
    rb"\s*(?:<\?xml[^>]*\?>\s*)?(?:<!--.*?-->\s*)*<(?:!doctype\s+html|"
    rb"(?:html|head|body|title|meta|script|style|link|div|br|hr|p|b|h[1-6]|center|table|form)(?=[\s/>]))",
    re.IGNORECASE | re.DOTALL,
)
WEB_PAGE = "it is a web page (HTML), such as a login or an error page, and no export"
WEB_PAGE_REMEDY = "open the address in a browser to see what it says, log in, and fetch the export again"

_MEANT = {byte: char for byte in range(0x80, 0xA0) if (char := bytes([byte]).decode("cp1252", "ignore"))}
WINDOWS_ONLY = frozenset(_MEANT.values())
"""The characters that windows-1252 has where ISO 8859 and Unicode have control characters."""

BYTE_OF = {char: byte for byte, char in _MEANT.items()}
_CONTROLS = re.compile("[\x80-\x9f]")
_CONTROL_BYTES = re.compile(rb"[\x80-\x9f]")
_DOS_BYTES = re.compile(rb"[A-Za-z][\x84\x94](?=[a-z])|[A-Za-z]\x81|(?<![\x80-\xff])\x81(?=[a-z])")
_DOS = re.compile("[A-Za-z][\x81\x84\x94\u201e\u201d][a-z]")
"""What "für", "Mädchen" and "Köln" look like where DOS wrote them (cp850): hardly a text has „ or ” between letters."""

_OF_DOS = "\x81\x84\x94\x8e\x99\x9a„”Ž™š"
_IN_DOS = re.compile(rf"[^\W\d_][{_OF_DOS}]|[{_OF_DOS}][^\W\d_]|[^\W\d_][\x82‚]|[a-z]á")
"""What umlauts, é and ß look like in a file that DOS wrote, wherever in a word they stand: Ž is Ä there, š is Ü."""

_BEGINS_AS_DOS = re.compile(r"(?<![^\s;,|-])[Ž™š][a-zß-öø-ÿ]")
"""What a name with an umlaut at its beginning looks like where DOS wrote it: nothing else, but for Ž."""

_DOS_CODECS = frozenset({"cp437", "cp850", "cp852", "cp858"})

_FEW = 3
"""So many quotation marks between two letters may each be a slip of somebody's finger; more are umlauts.

In a name one is enough: nobody has a quotation mark amid the letters of a name.
"""

_SIGNS = "‚„†‡ˆ‰‹“”•™"
_NOT_IN_NAMES = f"{_SIGNS}š"
_IN_NAME = re.compile(
    rf"[^\W\d_][{_SIGNS}][^\W\d_]|[a-zß-öø-ÿ]‚(?=[\s;,|-]|$)|(?<![^\s;,|-])(?:™[^\W\d_]|š[a-zß-öø-ÿ])|[A-Z]š[A-Z]"
)
"""What "Mädchen", "Köhler", "René", "Özil", "Übel" and "MÜLLER" look like where the bytes of another system were read
as windows-1252: a sign that no name has amid its letters, or š where names have Š. Apostrophes and dashes are in names.
"""

_LATIN9 = {
    bytes([byte]).decode("iso8859-15"): bytes([byte]).decode("cp1252") for byte in b"\xa4\xa6\xa8\xb4\xb8\xbc\xbd\xbe"
}
"""The letters of ISO 8859-15 that are signs in windows-1252."""

_LATIN9_SIGNS = {sign: letter for letter, sign in _LATIN9.items()}

_LATIN9_BYTES = re.compile(
    rb"[A-Za-z\xc0-\xff][\xa6\xa8\xb8\xbc\xbd](?=[a-z\xdf-\xff])|(?<![\w\xc0-\xff])[\xa6\xa8\xb8\xbc][a-z]{2}"
)

_PAIR_BYTES = re.compile(rb"\xC3[\x80-\xBF]|\xC5[\xA0\xA1\xBD\xBE\x81\x82]|\xC4[\x87\x8D\x8F\x99\x9B]")
_PAIR = re.compile("Ã[\x80-\xbf\u0152-\u2122]|Å[\xa0\xa1\xbd\xbe]")
"""Letters of UTF-8 read in another encoding: "MÃ¼ller"."""

UNREADABLE_REMEDY = "write the export in utf-8 or windows-1252, and declare that"

_ISO = frozenset({"iso-8859-15", "iso-8859-1"})

LOST = "\ufffd"
"""Stands where another program could not read a letter."""


def marked(head: bytes) -> Encoding | None:
    """Read the byte order mark at the beginning of a file."""
    return next((encoding for mark, encoding in _MARKS if head.startswith(mark)), None)


def is_web_page(head: bytes) -> bool:
    """Tell by its beginning whether a file is a web page."""
    for mark, _ in _MARKS:
        head = head.removeprefix(mark)
    return _WEB_PAGE.match(head) is not None


class Reading(NamedTuple):
    """A text as it is read, what is to be said of that, and why it cannot be used."""

    text: str
    remarks: Sequence[str] = ()
    wrong: str | None = None


class Doubts(NamedTuple):
    """What is looked for in every text of a file, because of what its bytes as a whole look like."""

    windows: bool = False
    """Letters that only windows-1252 has are said, since another encoding was declared."""

    latin9: bool = False
    """Signs that are letters in ISO 8859-15 are said, since that was declared of what is read as windows-1252."""

    mixed: bool = False
    """Letters that only ISO 8859-15 has are said, since the file is partly written in windows-1252."""

    dos: bool = False
    """What looks like cp850 is refused."""

    few: bool = False
    """A name that looks like cp850 is refused, since its bytes may be that."""

    pairs: bool = False
    """What looks like UTF-8 is said."""

    def touch(self, text: str) -> bool:
        """Tell whether a text must be looked at more closely."""
        return (
            (self.windows and not WINDOWS_ONLY.isdisjoint(text))
            or (self.latin9 and not _LATIN9_SIGNS.keys().isdisjoint(text))
            or (self.mixed and not _LATIN9.keys().isdisjoint(text))
            or (self.few and _DOS.search(text) is not None)
            or (self.few and _BEGINS_AS_DOS.search(text) is not None)
            or (self.dos and _IN_DOS.search(text) is not None)
            or (self.pairs and _PAIR.search(text) is not None)
        )

    def read(self, text: str, *, is_name: bool = False) -> Reading:
        """Read a text, which may be the name of a person, as it is plainly meant.

        No letter is ever dropped or changed without a word: a control character that windows-1252 has a letter for is
        that letter, and one that it has none for was a letter that nobody knows.
        """
        if found := self._of_dos(text, is_name=is_name):
            return Reading(text, wrong=f"holds {found[0]!r}, which looks like an umlaut of cp850 (DOS)")
        if not _CONTROLS.search(text):
            return Reading(text, self._remarks(text, is_name=is_name))
        shown = text.translate(_MEANT)
        if found := _CONTROLS.search(shown):
            return Reading(text, wrong=f"holds 0x{ord(found[0]):02X}, for which windows-1252 has no letter either")
        return Reading(shown, [f"holds {_named(shown)} of windows-1252: read as that", *self._read_otherwise(text)])

    def _of_dos(self, text: str, *, is_name: bool) -> re.Match[str] | None:
        """Find what is refused as an umlaut of cp850; of a file that may be that in a name only, and no Ž."""
        if self.dos:
            return _IN_DOS.search(text)
        if not (self.few and is_name):
            return None
        begins = _BEGINS_AS_DOS.search(text)
        return _DOS.search(text) or (begins if begins and begins[0][0] != "Ž" else None)

    def _remarks(self, text: str, *, is_name: bool) -> list[str]:
        """Say what in a text may not be what was typed."""
        found = [] if (remark := self._remark(text, is_name=is_name)) is None else [remark]
        return found + self._read_otherwise(text)

    def _read_otherwise(self, text: str) -> list[str]:
        """Name the letters that are others by one of the two encodings in which parts of the file are written."""
        if self.latin9 and (odd := _other_by(_LATIN9_SIGNS, text, "iso-8859-15")):
            return [f"holds {odd}: read as windows-1252"]
        if self.mixed and (odd := _other_by(_LATIN9, text, "windows-1252")):
            return [f"holds {odd}: read as declared, although other texts are windows-1252"]
        return []

    def _remark(self, text: str, *, is_name: bool) -> str | None:
        if found := _DOS.search(text) or (_BEGINS_AS_DOS.search(text) if self.few and is_name else None):
            return f"holds {found[0]!r}, which looks like an umlaut of cp850 (DOS): letters may come out wrong"
        if is_name and (found := _IN_NAME.search(text)):
            return f"holds {found[0]!r}, a sign that no name has: letters may come out wrong"
        if self.windows and not WINDOWS_ONLY.isdisjoint(text):
            return f"holds {_named(text)} of windows-1252: read as that"
        if LOST in text:
            return f"holds {LOST}: a letter was lost before the file was written"
        if self.pairs and (found := _PAIR.search(text)):
            return f"holds {found[0]!r}, which looks like one letter of utf-8: letters may come out wrong"
        return None


NO_DOUBTS = Doubts()


def meant(text: str) -> str:
    """Read the control characters of a text as the letters of windows-1252 that they once were."""
    return text.translate(_MEANT) if _CONTROLS.search(text) else text


def is_unclear(text: str) -> bool:
    """Tell whether a text holds what ``Doubts.read`` may have to say something about, whatever the file."""
    return LOST in text or _has_sign(text) or (not text.isprintable() and _CONTROLS.search(text) is not None)


def has_odd_sign(text: str) -> bool:
    """Tell whether a sign stands amid letters that may be another letter, as one of cp850 may be."""
    return _has_sign(text) and _IN_NAME.search(text) is not None


def _has_sign(text: str) -> bool:
    return any(sign in text for sign in _NOT_IN_NAMES)


def _named(text: str) -> str:
    """Name the characters of windows-1252 in a text with the bytes they have there."""
    return ", ".join(f"{char!r} (0x{BYTE_OF[char]:02X})" for char in dict.fromkeys(text) if char in WINDOWS_ONLY)


def _other_by(other: Mapping[str, str], text: str, encoding: str) -> str:
    """Name the characters of a text that are others in an encoding."""
    return ", ".join(f"{char!r} ({other[char]!r} in {encoding})" for char in dict.fromkeys(text) if char in other)


class Look:
    """Looks at every block of a file in a single-byte encoding: is it valid UTF-8, is it windows-1252 in truth?"""

    def __init__(self, *, closely: bool) -> None:
        """See the beginning of the file, and all of it where one looks ``closely``."""
        self._decoder, self._closely = codecs.getincrementaldecoder("utf-8")(), closely
        self._ascii = self.valid_utf8 = True
        self.head = b""
        self.controls = self.latin9 = self.pairs = False
        self._dos = 0

    def __call__(self, block: bytes) -> None:
        """See the next block."""
        if len(self.head) < HEAD_BYTES:
            self.head = (self.head + block[:HEAD_BYTES])[:HEAD_BYTES]
        if not self._closely:
            return
        if not block.isascii():
            self._ascii = False
            self._look_at(block)
        try:
            self.valid_utf8 = self.valid_utf8 and self._decoder.decode(block) is not None
        except UnicodeDecodeError:
            self.valid_utf8 = False

    def _look_at(self, block: bytes) -> None:
        """Look for what only other encodings have; that a byte of it is there at all is told in no time."""
        self.controls = self.controls or _CONTROL_BYTES.search(block) is not None
        if self._dos <= _FEW and _has_any(block, b"\x81\x84\x94"):
            self._dos += sum(_FEW + 1 if b"\x81" in found else 1 for found in _DOS_BYTES.findall(block))
        if not self.latin9 and _has_any(block, b"\xa6\xa8\xb8\xbc\xbd"):
            self.latin9 = _LATIN9_BYTES.search(block) is not None
        if not self.pairs and _has_any(block, b"\xc3\xc4\xc5"):
            self.pairs = _PAIR_BYTES.search(block) is not None

    @property
    def dos(self) -> bool:
        """Tell whether the file has umlauts of cp850."""
        return self._dos > _FEW

    @property
    def may_be_dos(self) -> bool:
        """Tell whether the file has what may be umlauts of cp850."""
        return self._dos > 0

    @property
    def reads_as_utf8(self) -> bool:
        """Tell whether the file has letters beyond ASCII and all of it is valid UTF-8."""
        return self._closely and self.valid_utf8 and not self._ascii


def _has_any(block: bytes, marks: bytes) -> bool:
    return any(mark in block for mark in marks)


class Verdict(NamedTuple):
    """How a file is written in truth, what is to be said of that, and what is looked for in its texts."""

    encoding: str
    said: str | None = None
    doubts: Doubts = NO_DOUBTS


def judged(declared: str, looks: Iterable[Look]) -> Verdict:
    """Judge the files of an export by their bytes, where an encoding of one byte a letter is declared.

    Bytes that are letters in windows-1252 and control characters in ISO 8859 mean windows-1252, unless the same files
    hold letters of ISO 8859-15 as well, or the umlauts of DOS: then each text is read by itself, as it is declared.
    """
    looks = list(looks)
    controls, dos = any(look.controls for look in looks), any(look.dos for look in looks)
    mixed = controls and declared == "iso-8859-15" and any(look.latin9 for look in looks)
    few = any(look.may_be_dos for look in looks)
    pairs = any(look.pairs and not look.reads_as_utf8 for look in looks)
    if dos:
        said = f"declared as {declared}, but it looks like cp850 (DOS): texts with such letters are set aside"
        return Verdict(declared, said, Doubts(dos=True))
    if controls and declared in _ISO:
        if mixed:
            said = f"declared as {declared}, but partly it is windows-1252: each text is read by itself"
            return Verdict(declared, said, Doubts(mixed=True, pairs=pairs, few=few))
        said = f"declared as {declared}, but it is windows-1252, as its bytes show: read as windows-1252"
        latin9 = declared == "iso-8859-15"
        return Verdict("windows-1252", said, Doubts(windows=True, latin9=latin9, pairs=pairs, few=few))
    return Verdict(declared, None, Doubts(pairs=pairs, few=few))


def is_of_dos(declared: str) -> bool:
    """Tell whether a declared encoding is one of DOS, which XML alone can declare."""
    with suppress(LookupError):
        return codecs.lookup(declared).name in _DOS_CODECS
    return False


def utf8_in(declared: str) -> str:
    """Say that a file is valid UTF-8 although another encoding is declared."""
    return f"declared as {declared}, but all of it is valid utf-8: letters may come out wrong"
