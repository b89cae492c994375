"""What is fuzzed and what must hold: every input of the program, through its command line, into a real store.

The name of an input begins with its target (``bookings-swapped.csv``), so that a file alone can be played again.
"""

from __future__ import annotations

import io
import json
import re
import shutil
import tempfile
import zipfile
from contextlib import redirect_stderr, redirect_stdout
from hashlib import sha256
from pathlib import Path
from typing import Any
from zlib import crc32

from koop_es.cli.entry import run
from koop_es.connectors import read_export
from koop_es.domain.errors import KoopError
from koop_es.domain.observation import Rejected, Report
from koop_es.simulate.rehearsal import MEMORY
from koop_es.store import Store
from tests.acceptance.exports import FILES, Row, booking, course, write_export

VHS, OTHER, COOP = "563", "301", "563-COOP-219"
CANCELLED = re.compile(rb"(?:^|;)\s*\"?S\"?\s*(?:;|$)", re.MULTILINE)
CANARY = re.compile(r"B[0-9]{4}")
"""A mark that every row of the corpus carries: whatever becomes of a row, its mark must be found again."""

PARTS = {
    "bookings": "bookings",
    "bookings16": "bookings",
    "bookings1252": "bookings",
    "courses": "courses",
    "users": "users",
}
ENCODINGS = {"bookings16": "utf-16", "bookings1252": "windows-1252"}
TARGETS = (*PARTS, "manifest", "archive", "kufer", "openvhs", "profile", "list")
LOSSES = ("BookingVanished", "OrphanDetected", "OrphanWithheld", "CourseVanished", "BookingCancelled", "MirrorLost")
"""Events that say that somebody lost something: none may follow from a file that proves nothing."""

SHARED = course("B0001") | {"Externe Kurs-Nr.": COOP}
ROWS = [booking("B0001", f"B{number:04}") for number in range(2, 8)]


class Wrong(AssertionError):
    """An input broke what must hold."""


def courses() -> list[Row]:
    return [SHARED, course("B0008"), course("B0009")]


class Bench:
    """A store in which one booking was missing once already, copied anew for every input."""

    def __init__(self) -> None:
        self.home = Path(tempfile.mkdtemp(prefix="koop-es-fuzz-", dir=MEMORY if MEMORY.is_dir() else None))
        self.template = self.home / "template.db"
        self.db = self.home / "koop.db"
        assert call("init", db=self.template)[0] == 0
        for sequence, rows in enumerate((ROWS, ROWS[1:]), 1):
            path = write_export(self.home / f"before-{sequence}", VHS, sequence, courses(), rows)
            status, out, _ = call("ingest", path, db=self.template)
            assert status == 0, out

    def close(self) -> None:
        shutil.rmtree(self.home)

    def __enter__(self) -> Bench:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    # --- one input ----------------------------------------------------------------------------------------------------

    def play(self, target: str, content: bytes) -> None:
        """Give the program one input; raises Wrong."""
        shutil.copyfile(self.template, self.db)
        work = self.home / "work"
        shutil.rmtree(work, ignore_errors=True)
        work.mkdir()
        path, words = self._written(target, content, work)
        before = self._head()
        try:
            status, out, err = call(*words, db=self.db)
        except BaseException as error:
            if isinstance(error, KeyboardInterrupt):
                raise
            raise Wrong(f"raised {error!r}") from error
        data = _checked(status, out, err, (0, 1, 3, 4) if target == "list" else (0, 1, 4))
        if words[0] != "ingest" or "--profile" in words:
            return
        events = self._since(before)
        if losses := [event for event in events if event in LOSSES and not self._says_cancelled(event, content)]:
            raise Wrong(f"a file that proves no absence led to {losses}")
        if status == 4 and events:
            raise Wrong(f"refused, and yet wrote {events}")
        if target in PARTS and data is not None:
            self._account(path, target, content, data)

    def _written(self, target: str, content: bytes, work: Path) -> tuple[Path, list[str | Path]]:
        """Put an input where the program finds it; gives it and the command."""
        export = work / "export"
        if target in ("kufer", "openvhs"):
            path = work / "file.xml"
            path.write_bytes(content)
            return path, ["ingest", path, "--vhs", VHS]
        if target == "archive":
            path = work / "file.zip"
            path.write_bytes(content)
            return path, ["ingest", path]
        if target == "list":
            path = work / "list.csv"
            path.write_bytes(content)
            return path, ["subscribe", "--vhs", OTHER, "--from", path]
        write_export(export, VHS, 3, courses(), ROWS, [], encoding=ENCODINGS.get(target, "utf-8"))
        if target == "profile":
            path = work / "own.toml"
            path.write_bytes(content)
            return path, ["ingest", export, "--profile", path]
        if target == "manifest":
            (export / "manifest.json").write_bytes(content.replace(b"BOOKINGS-SUM", _sum(export / "belegungen.csv")))
            return export, ["ingest", export]
        self._state(export, PARTS[target], content)
        return export, ["ingest", export]

    def _state(self, export: Path, part: str, content: bytes) -> None:
        """Put the file in; one in five has a checksum that does not hold, the others have none."""
        (export / FILES[part]).write_bytes(content)
        manifest = json.loads((export / "manifest.json").read_text())
        manifest["files"][part] = {"path": FILES[part]}
        if crc32(content) % 5 == 0:
            manifest["files"][part]["sha256"] = "0" * 64
        (export / "manifest.json").write_text(json.dumps(manifest))

    # --- what must hold -----------------------------------------------------------------------------------------------

    def _head(self) -> int:
        with Store.open(f"sqlite:///{self.db}") as store:
            return store.head()

    def _since(self, position: int) -> list[str]:
        """Name the events after a position."""
        status, out, _ = call("history", COOP, db=self.db)
        assert status == 0, out
        return [event["type"] for event in json.loads(out)["data"]["events"] if event["position"] > position]

    @staticmethod
    def _says_cancelled(event: str, content: bytes) -> bool:
        """Leave out what the file says itself: an "S" that was put into it is a cancellation by its VHS."""
        return event == "BookingCancelled" and CANCELLED.search(content.replace(b"\0", b"")) is not None

    def _account(self, path: Path, target: str, content: bytes, data: dict[str, Any]) -> None:
        """Find every marked row again: used, set aside with its bytes, or the whole export refused."""
        (export,) = data["exports"]
        if export["status"] == "quarantined":
            return
        try:
            report = read_export(path)
        except KoopError as error:
            raise Wrong(f"read the first time and not the second: {error.message}") from error
        if any("were left out" in notice.text for notice in report.notices):
            return  # a column that nobody knows may have held marks
        encoding = {"bookings16": "utf-16", "bookings1252": "cp1252"}.get(target, "utf-8")
        rejected = [item for item in report.rejected if item.file == FILES[PARTS[target]]]
        for item in rejected:
            if not item.raw or (target != "bookings16" and item.raw not in content) or not item.reason:
                raise Wrong(f"set aside without its bytes or its reason: {item}")
        given = set(CANARY.findall(content.decode(encoding, "replace")))
        header = set(CANARY.findall(_text(content, encoding).split("\n")[0]))
        if PARTS[target] != "users" and (lost := given - header - _found(report, rejected, encoding)):
            raise Wrong(f"rows were lost: {sorted(lost)}")


def call(*words: str | Path, db: Path) -> tuple[int, str, str]:
    """Run a command in this process; gives exit status, standard output and standard error."""
    out, err = io.StringIO(), io.StringIO()
    with redirect_stdout(out), redirect_stderr(err):
        arguments = [*map(str, words), "--db", f"sqlite:///{db}", "--now", "2026-03-20T08:00", "--json"]
        status = run(arguments, as_json=True)
    return status, out.getvalue(), err.getvalue()


def _checked(status: int, out: str, err: str, allowed: tuple[int, ...]) -> dict[str, Any] | None:
    """Check that a command answered as it promised; gives its data, None for an error."""
    if status not in allowed or "Traceback" in err:
        raise Wrong(f"exit status {status}: {out[-300:]} {err[-300:]}")
    out.encode()  # half a letter could not be printed
    answer = json.loads(out)
    if answer["schema"] == "koop-es/error/1":
        if status == 0 or not answer["error"]["message"]:
            raise Wrong(f"exit status {status} with {out[:300]}")
        return None
    data: dict[str, Any] = answer["data"]
    return data


def _text(content: bytes, encoding: str) -> str:
    return content.decode(encoding, "replace").replace("\r\n", "\n").replace("\r", "\n").lstrip("\ufeff\n")


def _found(report: Report, rejected: list[Rejected], encoding: str) -> set[str]:
    """Find the marks in what became of a file."""
    raw_encoding = "utf-16-le" if encoding == "utf-16" else encoding
    texts = [str(row) for row in (*report.courses, *report.bookings)]
    texts += [notice.text for notice in report.notices]
    texts += [item.raw.decode(code, "replace") for item in rejected for code in (raw_encoding, "utf-16-be")]
    return {mark for text in texts for mark in CANARY.findall(text)}


def _sum(file: Path) -> bytes:
    return sha256(file.read_bytes()).hexdigest().encode()


def archive_of(folder: Path) -> bytes:
    """Pack an export."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in sorted(folder.iterdir()):
            archive.writestr(zipfile.ZipInfo(path.name, (1980, 1, 1, 0, 0, 0)), path.read_bytes(), zipfile.ZIP_DEFLATED)
    return stream.getvalue()
