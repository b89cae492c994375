"""Characters and entities that no XML may hold: each costs its course, not the whole file, and is named."""

from __future__ import annotations

import re

MARK = "\x7f"
"""Stands where such a character was while the file is read."""

_CONTROLS = bytes(byte for byte in range(0x20) if byte not in b"\t\n\r")
_UNDEFINED = bytes((0x81, 0x8D, 0x8F, 0x90, 0x9D))  # in windows-1252
_REFERENCE = re.compile(rb"&#(?:[xX]([0-9A-Fa-f]{1,8})|([0-9]{1,10}));")
_ENTITY = re.compile(rb"&(?!amp;|lt;|gt;|quot;|apos;|#)[^;&<>\s]{1,100};")
_REFERENCE_BYTES = 14
_HALF = re.compile("[\ud800-\udfff]")
_HALVES = "surrogatepass"


class Characters:
    """Puts a mark in the place of every such character, byte for byte, so that the parser reads on.

    The bytes given back may be fewer than those that went in: what may be the beginning of a reference waits.
    """

    def __init__(self, *, windows: bool, wide: bool, codec: str) -> None:
        """Look for control characters, and for bytes without meaning where the file is written in ``windows``-1252.

        In a ``wide`` encoding, where a byte is no character, half a letter is looked for, of which ``codec`` knows.
        """
        self._codec = codec
        wrong = _CONTROLS + (_UNDEFINED if windows else b"")
        self._wide = wide
        self._table = bytes(ord(MARK) if byte in wrong else byte for byte in range(256))
        self._wrong = re.compile(b"[" + b"".join(re.escape(wrong[at : at + 1]) for at in range(len(wrong))) + b"]")
        self._waiting = b""

    def begin(self) -> None:
        """Forget what waits: the bytes that come next are others than those that would follow."""
        self._waiting = b""

    def clean(self, block: bytes) -> bytes:
        """Give the bytes to parse; an empty block is the end of the file."""
        data = self._waiting + block
        if self._wide:
            return self._whole_letters(data, ended=not block)
        tail = data.rfind(b"&", max(0, len(data) - _REFERENCE_BYTES)) if block else -1
        if tail >= 0 and b";" not in data[tail:]:
            data, self._waiting = data[:tail], data[tail:]
        else:
            self._waiting = b""
        return self.marked(data)

    def marked(self, data: bytes) -> bytes:
        """Put a mark in the place of every character that no XML may hold; no byte moves."""
        if self._wide:
            return self._whole_letters(data, ended=True)
        clean = data.translate(self._table)
        return _REFERENCE.sub(_marked, clean) if b"&#" in clean else clean

    def _whole_letters(self, data: bytes, *, ended: bool) -> bytes:
        """Put a mark in the place of every half letter; what may be the beginning of a letter waits."""
        size = len(data) & -2
        text = data[:size].decode(self._codec, _HALVES)
        if not ended and text[-1:] >= "\ud800" and text[-1:] <= "\udbff":
            size, text = size - 2, text[:-1]
        self._waiting = b"" if ended else data[size:]
        rest = data[size:] if ended else b""
        return (_HALF.sub(MARK, text).encode(self._codec) if _HALF.search(text) else data[:size]) + rest

    def first_wrong(self, raw: bytes) -> str | None:
        """Name the first of them in the bytes of an element; None where there is none."""
        if self._wide:
            text = raw[: len(raw) & -2].decode(self._codec, _HALVES)
            if half := _HALF.search(text):
                return f"0x{ord(half[0]):04X}, half a letter of utf-16"
            raw = text.encode()
        found = [self._wrong.search(raw), next(filter(_is_wrong, _REFERENCE.finditer(raw)), None), _ENTITY.search(raw)]
        first = min((match for match in found if match), key=lambda match: match.start(), default=None)
        if first is None:
            return None
        if first[0].startswith(b"&#"):
            return f"{first[0].decode()}, a character that no XML may hold"
        if first[0].startswith(b"&"):
            return f"{first[0].decode('utf-8', 'replace')}, an entity that XML does not have"
        return f"0x{first[0][0]:02X}, a character that no XML may hold"


def _is_wrong(match: re.Match[bytes]) -> bool:
    code = int(match[1], 16) if match[1] else int(match[2])
    return not (
        code in (9, 10, 13) or 0x20 <= code <= 0xD7FF or 0xE000 <= code <= 0xFFFD or 0x10000 <= code <= 0x10FFFF
    )


def _marked(match: re.Match[bytes]) -> bytes:
    return MARK.encode() * len(match[0]) if _is_wrong(match) else match[0]
