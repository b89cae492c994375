"""Hostile exports, one function or bytes each: what somebody who means harm, or a connector gone mad, may send (G5)."""

from __future__ import annotations

import io
import json
import os
import stat
import struct
import zipfile
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from typing import Any

from tests.acceptance.exports import BOOKINGS, COURSES, FILES, USERS, Row, booking, course, csv_text, write_export
from tests.acceptance.network import COOP, MASTER

SECRET = "secret-of-another-program"
SHARED = course("26-10009") | {"Externe Kurs-Nr.": COOP}
ROW = booking("26-10009", "77")
USER = {"Name": "Muster", "Vorname": "Vera", "E-Mail": "v@example.org", "Im Internet anzeigen": "W", "Aktiv": "W"}
SEQUENCE = 5
HEADINGS = {"courses": COURSES, "bookings": BOOKINGS, "users": USERS}
GOOD_ROWS: dict[str, Row] = {"courses": SHARED, "bookings": ROW, "users": USER}

Make = Callable[[Path], Path]
"""Writes something hostile below a folder and gives the path to ingest."""


def good(folder: Path, sequence: int = SEQUENCE) -> Path:
    """Write an export with nothing wrong: one shared course, four bookings, one user."""
    bookings = [booking("26-10009", str(number)) for number in range(4)]
    return write_export(folder, MASTER, sequence, [SHARED], bookings, [USER])


def table(part: str, *more: bytes, encoding: str = "utf-8") -> bytes:
    """Give a good row of a file and behind it whatever bytes."""
    return csv_text(HEADINGS[part], [GOOD_ROWS[part]]).encode(encoding) + b"".join(more)


def state(folder: Path, part: str, content: bytes, rows: int, **manifest: Any) -> Path:
    """Put other bytes into one file of an export and let its manifest vouch for them."""
    (folder / FILES[part]).write_bytes(content)
    stated = json.loads((folder / "manifest.json").read_text())
    stated["files"][part] |= {"rows": rows, "sha256": sha256(content).hexdigest()}
    (folder / "manifest.json").write_text(json.dumps(stated | manifest))
    return folder


def holding(part: str, content: Callable[[], bytes], rows: int = 2, **manifest: Any) -> Make:
    return lambda folder: state(good(folder / "563"), part, content(), rows, **manifest)


# --- manifests --------------------------------------------------------------------------------------------------------


def stating(change: Callable[[dict[str, Any]], object]) -> Make:
    """Make an export whose manifest was changed in place."""

    def make(folder: Path) -> Path:
        path = good(folder / "563")
        stated = json.loads((path / "manifest.json").read_text())
        change(stated)
        (path / "manifest.json").write_text(json.dumps(stated))
        return path

    return make


def of_bookings(**stated: Any) -> Make:
    return stating(lambda manifest: manifest["files"]["bookings"].update(stated))


def manifest_bytes(content: Callable[[bytes], bytes]) -> Make:
    def make(folder: Path) -> Path:
        file = good(folder / "563") / "manifest.json"
        file.write_bytes(content(file.read_bytes()))
        return file.parent

    return make


def twisted_number(content: bytes) -> bytes:
    return content.replace(b'"sequence": ', b'"sequence": ' + b"9" * 5_000)


MANIFESTS: dict[str, Make] = {
    "more rows than there are": of_bookings(rows=5),
    "fewer rows than there are": of_bookings(rows=3),
    "rows beyond any number": of_bookings(rows=10**4_000),
    "rows below none": of_bookings(rows=-1),
    "rows as text": of_bookings(rows="4"),
    "rows as decimal": of_bookings(rows=4.0),
    "rows as truth": of_bookings(rows=True),
    "rows as list": of_bookings(rows=[4]),
    "the checksum of other bytes": of_bookings(sha256="0" * 64),
    "half a checksum": of_bookings(sha256="0" * 32),
    "a checksum that is a number": of_bookings(sha256=0),
    "a path as list": of_bookings(path=["belegungen.csv"]),
    "a path of nothing": of_bookings(path=""),
    "a path of blanks": of_bookings(path="  "),
    "the directory itself": of_bookings(path="."),
    "the manifest as data": of_bookings(path="manifest.json", rows=None, sha256=None),
    "courses as bookings": of_bookings(path="kurse.csv", rows=None, sha256=None),
    "a path past all limits": of_bookings(path="x" * 5_000),
    "a path of 3,000 steps": of_bookings(path="a/" * 3_000 + "x"),
    "a path with NUL": of_bookings(path="belegungen.csv\0"),
    "a path with a line end": of_bookings(path="belegungen.csv\n"),
    "a path with half a letter": of_bookings(path="\ud800"),
    "a path on another drive": of_bookings(path="C:belegungen.csv"),
    "a path with a backslash": of_bookings(path="..\\belegungen.csv"),
    "a path that goes up and back": of_bookings(path="../563/belegungen.csv"),
    "a path below a file": of_bookings(path="kurse.csv/belegungen.csv"),
    "files as list": stating(lambda manifest: manifest.update(files=[])),
    "a file as text": stating(lambda manifest: manifest["files"].update(bookings="belegungen.csv")),
    "a key with half a letter": stating(lambda manifest: manifest.update({"\udfff": 1})),
    "a sequence as decimal": stating(lambda manifest: manifest.update(sequence=6.0)),
    "a sequence as truth": stating(lambda manifest: manifest.update(sequence=True)),
    "no time": stating(lambda manifest: manifest.update(exported_at=0)),
    "a vhs as number": stating(lambda manifest: manifest.update(vhs=563)),
    "a vhs of other digits": stating(lambda manifest: manifest.update(vhs="\u0665\u0666\u0663")),
    "a system that is a path": stating(lambda manifest: manifest.update(system="../../profile")),
    "a system nobody has": stating(lambda manifest: manifest.update(system="dbase")),
    "a scope of all time": stating(lambda manifest: manifest.update(scope={"courses_ending_from": 10**20})),
    "a number of 5,000 digits": manifest_bytes(twisted_number),
    "no number at all": manifest_bytes(lambda content: content.replace(b": 5,", b": -Infinity,")),
    "objects 100,000 deep": manifest_bytes(lambda _: b'{"files": ' * 100_000),
    "lists 50,000 deep, closed": manifest_bytes(lambda _: b'{"x": ' + b"[" * 50_000 + b"]" * 50_000 + b"}"),
    "a key twice": manifest_bytes(lambda content: content.replace(b"{", b'{"vhs": "301",', 1)),
    "utf-16": manifest_bytes(lambda content: content.decode().encode("utf-16")),
    "two manifests": manifest_bytes(lambda content: content + content),
    "a manifest of 2 MiB": manifest_bytes(lambda content: content + b" " * (2 << 20)),
    "a manifest of nothing": manifest_bytes(lambda _: b""),
    "a manifest of NUL": manifest_bytes(lambda _: b"\0" * 1_000),
}

# --- encodings and tables that cost the whole export ------------------------------------------------------------------


def text(part: str, **row: str) -> str:
    return csv_text(HEADINGS[part], [GOOD_ROWS[part] | row])


TABLES: dict[str, Make] = {
    **{
        f"{real} declared as {declared}": holding(
            "bookings",
            lambda real=real: text("bookings", Name="Müller").encode(real),  # type: ignore[misc]
            1,
            encoding=declared,
        )
        for real, declared in [
            ("utf-8-sig", "utf-16"),
            ("utf-8-sig", "windows-1252"),
            ("utf-8-sig", "iso-8859-15"),
            ("utf-16-le", "utf-8"),
            ("utf-16-be", "utf-8"),
            ("utf-16", "windows-1252"),
            ("utf-16-be", "utf-16"),
            ("utf-32", "utf-8"),
            ("utf-32", "utf-16"),
            ("cp037", "utf-8"),
            ("cp500", "windows-1252"),
        ]
    },
    "latin letters in a heading declared as utf-8": holding("courses", lambda: text("courses").encode("cp1252"), 1),
    "half a letter of utf-16": holding("bookings", lambda: text("bookings").encode("utf-16") + b"x", 1),
    "a packed file": holding("bookings", lambda: b"\x1f\x8b\x08\0" + bytes(range(256)) * 40, 1),
    "a line end and nothing else": holding("bookings", lambda: b"\r\n" * 1_000, 0),
    "a mark and nothing else": holding("bookings", lambda: b"\xef\xbb\xbf", 0),
    "NUL in the header": holding("bookings", lambda: table("bookings").replace(b"TNR", b"TN\0R", 1), 1),
    "a quote in the header that never closes": holding("bookings", lambda: b'"' + table("bookings"), 1),
    "a header of 10 MB": holding("bookings", lambda: b"x" * 10_000_000 + b";" + table("bookings"), 1),
    "10,000 columns of courses": holding(
        "courses", lambda: b";" * 10_000 + table("courses").replace(b"\r\n", b";" * 10_000 + b"\r\n"), 1
    ),
    "a heading twice under two names": holding(
        "bookings", lambda: table("bookings").replace(b"Telefon", b"  bEleg-id ", 1), 1
    ),
    "no header for users": holding("users", lambda: table("users").split(b"\r\n", 1)[1], 1),
    "a file without end in one line": holding("users", lambda: b"x;" * 7_000_000, 1),
    "nothing but quotes": holding("bookings", lambda: b'"' * 1_000_001, 1),
    "100,001 rows that are none": holding("bookings", lambda: table("bookings", b"x\r\n" * 100_001), 100_002),
}

# --- rows -------------------------------------------------------------------------------------------------------------

BROKEN = {"courses": b"26-77;26F", "bookings": b"78;26-10009;26F;1", "users": b"x"}
"""The first cells of a second row."""


def second(part: str, line: bytes) -> Make:
    return holding(part, lambda: table(part, BROKEN[part], line, b"\r\n"))


def rest(part: str, cell: bytes = b"") -> bytes:
    """Give the cells behind the first of a second row, the very next of which holds ``cell``."""
    return b";" + cell + b";" * (len(HEADINGS[part]) - len(BROKEN[part].split(b";")) - 1)


ROWS: dict[str, tuple[str, Make]] = {
    f"{name} in {part}": (part, second(part, line))
    for part in ("courses", "bookings", "users")
    for name, line in [
        ("a cell of 10 MB", rest(part, b"x" * 10_000_000)),
        ("a quoted cell of 10 MB", rest(part, b'"' + b"x" * 10_000_000 + b'"')),
        ("10,000 cells", b";" * 10_000),
        ("a million cells", b";" * 1_000_000),
        ("one cell", b""),
        ("NUL", rest(part, b"\0")),
        ("a quote that never closes", rest(part, b'"x')),
        ("a quote inside", rest(part, b'"x"y"')),
        ("a byte of no letter", rest(part, b"\xff")),
        ("half a surrogate as utf-8", rest(part, b"\xed\xa0\x80")),
        ("a letter spelt too long", rest(part, b"\xc0\xaf")),
    ]
}
ROWS["a line separator in a name"] = ("bookings", second("bookings", b";M\xe2\x80\xa8uster;V;;;A;02.02.2026 09:15;;"))
ROWS["the end of an old text file"] = ("bookings", second("bookings", b"\x1a"))

# --- archives ---------------------------------------------------------------------------------------------------------


def entries(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in good(folder / "563").iterdir()}


def packed(folder: Path, content: dict[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> Path:
    path = folder / "563.zip"
    with zipfile.ZipFile(path, "w", method) as archive:
        for name, data in content.items():
            archive.writestr(name, data)
    return path


def archive(change: Callable[[dict[str, bytes]], dict[str, bytes]], method: int = zipfile.ZIP_DEFLATED) -> Make:
    return lambda folder: packed(folder, change(entries(folder)), method)


def patched(before: bytes, after: Callable[[bytes], bytes], method: int = zipfile.ZIP_DEFLATED) -> Make:
    """Make an archive whose bytes were changed from the last place where ``before`` stands."""

    def make(folder: Path) -> Path:
        path = packed(folder, entries(folder), method)
        content = path.read_bytes()
        at = content.rindex(before)
        path.write_bytes(content[:at] + after(content[at:]))
        return path

    return make


def bomb(name: str, fill: bytes, size: int) -> Make:
    return archive(lambda content: content | {name: content.get(name, b"") + fill * (size // len(fill))})


def liar(folder: Path) -> Path:
    """Unpack to 60 MB and say 100 bytes: the table of contents is not to be believed."""
    content = entries(folder) | {"belegungen.csv": table("bookings") + b"\r\n" * 30_000_000}
    path = packed(folder, content)
    data = path.read_bytes()
    size = struct.pack("<L", len(content["belegungen.csv"]))
    path.write_bytes(data.replace(size, struct.pack("<L", 100)))
    return path


def overlap(folder: Path) -> Path:
    """Let a hundred entries share one packed megabyte, as the best of the bombs do."""
    path = packed(folder, entries(folder) | {"f000": os.urandom(1 << 16) * 16})
    data = path.read_bytes()
    end = data.rindex(b"PK\x05\x06")
    directory_at = struct.unpack_from("<L", data, end + 16)[0]
    shared = data[data.rindex(b"PK\x01\x02", 0, end) : end]
    more = b"".join(shared.replace(b"f000", b"f%03d" % number) for number in range(1, 200))
    directory = data[directory_at:end] + more
    count = directory.count(b"PK\x01\x02")
    tail = b"PK\x05\x06" + struct.pack("<HHHHLLH", 0, 0, count, count, len(directory), directory_at, 0)
    path.write_bytes(data[:directory_at] + directory + tail)
    return path


def linked(name: str) -> Make:
    def make(folder: Path) -> Path:
        path = folder / "563.zip"
        with zipfile.ZipFile(path, "w") as archive:
            for other, data in entries(folder).items():
                info = zipfile.ZipInfo(other)
                info.external_attr = (stat.S_IFLNK | 0o777) << 16 if other == name else 0
                archive.writestr(info, b"../secret.txt" if other == name else data)
        return path

    return make


def in_itself(folder: Path) -> Path:
    inner = io.BytesIO()
    with zipfile.ZipFile(inner, "w") as archive:
        archive.writestr("manifest.json", b"{}")
    return packed(folder, {"563.zip": inner.getvalue()})


ARCHIVES: dict[str, Make] = {
    "a bomb of zeros": bomb("belegungen.csv", b"\0", 300_000_000),
    "a bomb of blank lines": bomb("belegungen.csv", b"\r\n", 200_000_000),
    "a bomb as manifest": bomb("manifest.json", b" ", 200_000_000),
    "sizes that lie": liar,
    "entries that share their bytes": overlap,
    "an archive in an archive": in_itself,
    "a data file that is an archive": archive(lambda content: content | {"belegungen.csv": content["kurse.csv"] * 2}),
    "nothing": archive(lambda _: {}),
    "two manifests": archive(lambda content: {f"{top}/{name}": data for top in "ab" for name, data in content.items()}),
    "a manifest two folders down": archive(lambda content: {f"a/b/{name}": data for name, data in content.items()}),
    "a way out": archive(lambda content: content | {"../../evil.csv": b"x"}),
    "a way out in the middle": archive(lambda content: content | {"a/../../evil.csv": b"x"}),
    "an absolute way": archive(lambda content: content | {"/evil.csv": b"x"}),
    "a way to a drive": archive(lambda content: content | {"C:/evil.csv": b"x"}),
    "a way with backslashes": archive(lambda content: content | {"..\\evil.csv": b"x"}),
    "a linked manifest": linked("manifest.json"),
    "a linked file": linked("belegungen.csv"),
    "packed by bzip2": archive(lambda content: content, zipfile.ZIP_BZIP2),
    "packed by lzma": archive(lambda content: content, zipfile.ZIP_LZMA),
    "cut in the table of contents": patched(b"PK\x05\x06", lambda _: b""),
    "bytes before the archive": patched(b"PK\x03\x04", lambda tail: b"MZ" + tail),
    "an encrypted entry": patched(b"PK\x01\x02", lambda tail: tail[:8] + b"\x01\0" + tail[10:]),
    "a method nobody knows": patched(b"PK\x01\x02", lambda tail: tail[:10] + b"\x63\0" + tail[12:]),
    "an entry that lies nowhere": patched(b"PK\x01\x02", lambda tail: tail[:42] + b"\xff\xff\xff\x7f" + tail[46:]),
    "a count that lies": patched(b"PK\x05\x06", lambda tail: tail[:10] + b"\xff\xff" + tail[12:]),
    "names that differ": patched(b"PK\x01\x02", lambda tail: tail.replace(b".csv", b".cs/")),
    "20 names of 60,000 letters": archive(lambda content: content | {f"{n}" * 30_000: b"" for n in range(10, 30)}),
    "5,000 entries": archive(lambda content: content | {f"f{n}": b"" for n in range(5_000)}),
}

# --- directories ------------------------------------------------------------------------------------------------------


def with_link(name: str, to: str, *, is_directory: bool = False) -> Make:
    def make(folder: Path) -> Path:
        (folder / "secret.txt").write_text(SECRET)
        path = good(folder / "563")
        (path / name).unlink(missing_ok=True)
        (path / name).symlink_to(folder / to if to else path / name, target_is_directory=is_directory)
        return path

    return make


def linked_folder(folder: Path) -> Path:
    outside = folder / "outside"
    outside.mkdir()
    (outside / "b.csv").write_text(SECRET)
    path = of_bookings(path="sub/b.csv", rows=None, sha256=None)(folder)
    (path / "sub").symlink_to(outside, target_is_directory=True)
    return path


def piped(folder: Path) -> Path:
    path = good(folder / "563")
    (path / "belegungen.csv").unlink()
    os.mkfifo(path / "belegungen.csv")
    return path


def nested(folder: Path) -> Path:
    path = good(folder / "563")
    (path / "belegungen.csv").unlink()
    (path / "belegungen.csv").mkdir()
    return path


DIRECTORIES: dict[str, Make] = {
    "a link to a secret": with_link("belegungen.csv", "secret.txt"),
    "a linked manifest": with_link("manifest.json", "secret.txt"),
    "a link to itself": with_link("belegungen.csv", ""),
    "a link to nothing": with_link("belegungen.csv", "nowhere"),
    "a linked folder": linked_folder,
    "a pipe": piped,
    "a folder in place of a file": nested,
}

WHOLE: dict[str, Make] = {
    f"{kind}: {name}": make
    for kind, cases in {
        "manifest": MANIFESTS,
        "table": TABLES,
        "archive": ARCHIVES,
        "directory": DIRECTORIES,
    }.items()
    for name, make in cases.items()
}
"""Exports of which nothing may be used, by name."""
