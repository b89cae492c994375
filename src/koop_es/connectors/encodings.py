"""What the bytes of a file say of themselves: marks, web pages, and letters of windows-1252 under another name."""

from __future__ import annotations

import codecs
import re

from koop_es.connectors.profiles import Encoding

HEAD_BYTES = 1024

_MARKS: tuple[tuple[bytes, Encoding], ...] = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_WEB_PAGE = re.compile(
    rb"\s*(?:<\?xml[^>]*\?>\s*)?(?:<!--.*?-->\s*)*<(?:!doctype\s+html|html)\b", re.IGNORECASE | re.DOTALL
)
WEB_PAGE = "it is a web page (HTML), such as a login or an error page, and no export"
WEB_PAGE_REMEDY = "open the address in a browser to see what it says, log in, and fetch the export again"

_MEANT = {
    byte: char
    for byte in range(0x80, 0xA0)
    if byte != 0x85 and (char := bytes([byte]).decode("cp1252", "ignore"))  # 0x85 ends a line
}
WINDOWS_ONLY = frozenset(_MEANT.values())
"""The characters that windows-1252 has where ISO 8859 and Unicode have control characters."""

BYTE_OF = {char: byte for byte, char in _MEANT.items()}
_CONTROLS = re.compile("[\x80-\x84\x86-\x9f]")
_CONTROL_BYTES = re.compile(rb"[\x80-\x84\x86-\x9f]")
_UNDEFINED_BYTES = re.compile(rb"[\x81\x8d\x8f\x90\x9d]")


def marked(head: bytes) -> Encoding | None:
    """Read the byte order mark at the beginning of a file."""
    return next((encoding for mark, encoding in _MARKS if head.startswith(mark)), None)


def is_web_page(head: bytes) -> bool:
    """Tell by its beginning whether a file is a web page."""
    for mark, _ in _MARKS:
        head = head.removeprefix(mark)
    return _WEB_PAGE.match(head) is not None


def has_controls(text: str) -> bool:
    """Tell whether a text holds characters that no text has, and that windows-1252 has letters for."""
    return not text.isprintable() and _CONTROLS.search(text) is not None


def meant(text: str) -> str:
    """Read such characters as the letters that are plainly meant: no letter of a name is ever dropped."""
    return text.translate(_MEANT)


def named(text: str) -> str:
    """Name the characters of windows-1252 in a text with the bytes they have there."""
    return ", ".join(f"{char!r} (0x{BYTE_OF[char]:02X})" for char in dict.fromkeys(text) if char in WINDOWS_ONLY)


class Look:
    """Looks at every block of a file in a single-byte encoding: is it valid UTF-8, is it windows-1252 in truth?"""

    def __init__(self, *, closely: bool) -> None:
        """See the beginning of the file, and all of it where one looks ``closely``."""
        self._decoder, self._closely = codecs.getincrementaldecoder("utf-8")(), closely
        self._ascii = self.valid_utf8 = True
        self.head, self.controls, self.undefined = b"", False, False

    def __call__(self, block: bytes) -> None:
        """See the next block."""
        if len(self.head) < HEAD_BYTES:
            self.head = (self.head + block[:HEAD_BYTES])[:HEAD_BYTES]
        if not self._closely:
            return
        self._ascii = self._ascii and block.isascii()
        self.controls = self.controls or _CONTROL_BYTES.search(block) is not None
        self.undefined = self.undefined or _UNDEFINED_BYTES.search(block) is not None
        try:
            self.valid_utf8 = self.valid_utf8 and self._decoder.decode(block) is not None
        except UnicodeDecodeError:
            self.valid_utf8 = False

    @property
    def reads_as_utf8(self) -> bool:
        """Tell whether the file has letters beyond ASCII and all of it is valid UTF-8."""
        return self._closely and self.valid_utf8 and not self._ascii
