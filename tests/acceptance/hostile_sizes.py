"""Files of any size that would take much memory to read, made by a program; and how much they take (G5).

``python -m tests.acceptance.hostile_sizes MIB [KIND]…`` prints the peak of each kind, read in a process of its own.
"""

from __future__ import annotations

import json
import os
import sys
import tempfile
from collections.abc import Callable, Iterable, Iterator
from itertools import count
from pathlib import Path
from typing import NamedTuple

from koop_es.connectors import open_export
from koop_es.domain.errors import BadInput

HEAD, END = b'<?xml version="1.0" encoding="windows-1252"?>\n<kurse>\n', b"</kurse>\n"
COURSES = "Kursnummer;Periode;Titel;Typ;Datum von;Datum bis;TN max;Gebühr;Stichwörter;Info\r\n".encode()
BOOKINGS = b"Beleg-ID;Kursnummer;Periode;TNR;Name;Vorname;Status;Gebucht am;Koop-Beleg-ID\r\n"
WIDE = "\U0001f600".encode()
"""One such letter makes all of a text take four bytes a letter."""

_PIECE = 1 << 16

Pieces = Callable[[int], Iterator[bytes]]
"""Gives a file of some bytes in pieces."""


def gathered(parts: Iterable[bytes], size: int) -> Iterator[bytes]:
    """Put parts together to pieces until there is enough of them."""
    buffer, total = bytearray(), 0
    for part in parts:
        buffer += part
        if len(buffer) >= _PIECE:
            total += len(buffer)
            yield bytes(buffer)
            buffer.clear()
            if total >= size:
                return


def kurs(number: int, inside: bytes = b"") -> bytes:
    return (
        b"<kurs><knr>A%d</knr><haupttitel>Yoga</haupttitel><beginndat>01.12.2026</beginndat>"
        b"<endedat>15.12.2026</endedat><tnmin>4</tnmin><tnmax>12</tnmax>%s</kurs>\n" % (number, inside)
    )


def each(inside: Callable[[int], bytes]) -> Pieces:
    """Make a file of courses, each with something inside."""

    def pieces(size: int) -> Iterator[bytes]:
        yield HEAD
        yield from gathered((kurs(n, inside(n)) for n in count()), size)
        yield END

    return pieces


def once(part: Callable[[int], bytes], before: bytes = b"", after: bytes = b"") -> Pieces:
    """Make a file with something between two courses that is as long as the file."""

    def pieces(size: int) -> Iterator[bytes]:
        yield HEAD + kurs(1) + before
        yield from gathered((part(n) for n in count()), size)
        yield after + kurs(2) + END

    return pieces


def inside(part: Callable[[int], bytes], before: bytes, after: bytes) -> Pieces:
    return once(part, b"<kurs><knr>A</knr>" + before, after + b"</kurs>")


def many(text: Callable[[int], str]) -> Callable[[int], bytes]:
    """Write thirty things at once."""
    return lambda n: "".join(text(n * 30 + m) for m in range(30)).encode()


def csv(header: bytes, row: Callable[[int], bytes]) -> Pieces:
    def pieces(size: int) -> Iterator[bytes]:
        yield header
        yield from gathered((row(n) for n in count()), size)

    return pieces


def course_row(words: bytes = b"", info: bytes = b"") -> Callable[[int], bytes]:
    return lambda n: b"K%d;26F;Yoga;Normalkurs;01.12.2026;15.12.2026;12;90,00;%s;%s\r\n" % (n, words, info)


def booking_row(course: Callable[[int], int]) -> Callable[[int], bytes]:
    return lambda n: b"%d;K%d;26F;1;Muster;Vera;A;02.02.2026 09:15;\r\n" % (n, course(n))


XML: dict[str, Pieces] = {
    "distinct elements": each(many(lambda n: f"<n{n}/>")),
    "distinct elements between courses": once(lambda n: b"<n%d/>" % n),
    "distinct long elements": each(lambda n: b"<%s%d/>" % (b"n" * 3_000, n)),
    "distinct attributes": each(lambda n: b"<x %s/>" % many(lambda m: f"a{m}='' ")(n)),
    "distinct prefixes": each(many(lambda n: f"<x xmlns:p{n}='u'/>")),
    "distinct namespaces": each(lambda n: b"<x xmlns='%s%d'/>" % (b"u" * 3_000, n)),
    "distinct entities": each(many(lambda n: f"<x>&e{n};</x>")),
    "distinct instructions": each(many(lambda n: f"<?p{n}?>")),
    "a tag of attributes": inside(lambda n: b"a%d='' " % n, b"<x ", b"/>"),
    "a long attribute": inside(lambda _: b"x" * 1_000, b"<x a='", b"'/>"),
    "a long comment": once(lambda _: b"x" * 1_000, b"<!--", b"-->"),
    "a long instruction": once(lambda _: b"x" * 1_000, b"<?x ", b"?>"),
    "a long section": inside(lambda _: b"x" * 1_000, b"<inhalt><![CDATA[", b"]]></inhalt>"),
    "a long name": once(lambda _: b"x" * 1_000, b"<", b"/>"),
    "a long text": inside(lambda _: b"Text " * 1_000, b"<inhalt>", b"</inhalt>"),
    "a long text that is not read": inside(lambda _: b"Text " * 1_000, b"<intern>", b"</intern>"),
    "a course of many children": inside(lambda _: b"<tag/>" * 100, b"<termine><termin>", b"</termin></termine>"),
    "courses of many children": each(lambda _: b"<termine><termin>%s</termin></termine>" % (b"<tag/>" * 600_000)),
    "courses of much markup": each(lambda _: b"<inhalt>%s</inhalt>" % (b"x<b/>" * 600_000)),
    "elements without end": once(lambda _: b"<a>" * 100),
    "courses of deep elements": each(lambda _: b"<a>" * 100 + b"</a>" * 100),
    "control characters": each(lambda _: b"<inhalt>%s</inhalt>" % (b"\x0b" * 3_000_000)),
    "control characters between courses": once(lambda _: b"<x>%s</x>" % (b"\x0b" * 60_000)),
    "references to nothing": each(lambda _: b"<inhalt>%s</inhalt>" % (b"&#0;" * 750_000)),
    "courses set aside": each(lambda _: b"<inhalt>\x81</inhalt>"),
    "courses that are no XML": each(lambda _: b"<inhalt>&</inhalt>"),
    "texts of 90,000 letters": each(lambda _: b"<inhalt>%s</inhalt>" % (b"x" * 90_000)),
    "wide texts": each(lambda _: b"<inhalt>&#128512;%s</inhalt>" % (b"x" * 90_000)),
    "texts of 3 MB": each(lambda _: b"<inhalt>%s</inhalt>" % (b"x" * 3_000_000)),
    "small courses": each(lambda _: b""),
    "notices": each(lambda _: b"<gebnorm>x</gebnorm><dauer>x</dauer>"),
}
CSV: dict[str, Pieces] = {
    "courses: texts of 90,000 letters": csv(COURSES, course_row(info=b"x" * 90_000)),
    "courses: wide texts": csv(COURSES, course_row(info=WIDE + b"x" * 90_000)),
    "courses: words": csv(COURSES, course_row(b",".join(b"%d" % n for n in range(15_000)))),
    "courses: small ones": csv(COURSES, course_row()),
    "bookings: each of its own course": csv(BOOKINGS, booking_row(lambda n: n)),
    "bookings: of 50,000 courses by turns": csv(BOOKINGS, booking_row(lambda n: n % 50_000)),
    "bookings: of two courses by turns": csv(BOOKINGS, booking_row(lambda n: n % 2)),
    "bookings: of one course": csv(BOOKINGS, booking_row(lambda _: 1)),
}
KINDS = XML | CSV

QUICK = [
    *("distinct elements", "distinct attributes", "distinct prefixes", "distinct entities", "a tag of attributes"),
    *("a long comment", "a course of many children", "elements without end", "control characters", "wide texts"),
    *("a long text", "courses: wide texts", "courses: words", "bookings: of one course"),
]
"""Kinds whose limit is reached soon."""


class Reading(NamedTuple):
    """What came of reading a file: the most memory of the process in MiB, and what was said."""

    mebibytes: int
    said: str


def written(kind: str, size: int, folder: Path) -> Path:
    """Write a file of a kind; gives the path of the export."""
    part = kind.partition(":")[0] if kind in CSV else "courses"
    path = folder / ("rows.csv" if kind in CSV else "internet.xml")
    with path.open("wb") as file:
        file.writelines(KINDS[kind](size))
    if kind in XML:
        return path
    manifest = {"format": "koop-export/1", "vhs": "563", "system": "native", "sequence": 1, "kind": "full"}
    manifest |= {"exported_at": "2026-03-02T02:00:00+01:00", "encoding": "utf-8", "files": {part: {"path": path.name}}}
    (folder / "manifest.json").write_text(json.dumps(manifest))
    return folder


def read_apart(path: Path) -> Reading:
    """Read an export in a process of its own, which begins with what this one holds."""
    reading, writing = os.pipe()
    pid = os.fork()
    if pid == 0:
        try:
            with open_export(path, vhs="563") as export:
                report = export.report()
                rows = sum(len(item.rows) for item in (report.by_course or {}).values())
                said = f"{len(report.courses)} courses, {rows} bookings, {len(report.rejected)} set aside"
        except BadInput as error:
            said = error.message
        except BaseException as error:
            said = f"Traceback: {error!r}"
        peak = int(Path("/proc/self/status").read_text().partition("VmHWM:")[2].split()[0]) >> 10
        os.write(writing, json.dumps([peak, said[:300]]).encode())
        os._exit(0)
    os.close(writing)
    os.waitpid(pid, 0)
    with os.fdopen(reading) as told:
        return Reading(*json.loads(told.read() or '[999999, "killed"]'))


def main(mebibytes: int, *kinds: str) -> None:
    """Print the peak of each kind."""
    for kind in kinds or KINDS:
        with tempfile.TemporaryDirectory() as folder:
            path = written(kind, mebibytes << 20, Path(folder))
            found = read_apart(path)
        print(f"{kind:40} {mebibytes:5} MiB: {found.mebibytes:4} MiB, {found.said[:100]}", flush=True)


if __name__ == "__main__":
    main(int(sys.argv[1]), *sys.argv[2:])
