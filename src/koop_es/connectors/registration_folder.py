"""The folder that KuferSQL imports from: each registration is written into it once, whatever happens in between.

``written.jsonl`` names the changes that were written. A file stands there under a hidden name until its change is
noted, and comes to stand under its own name after that: a run that was killed is finished by the next one, and a file
that was imported is not written again until its change is given another id. Runs in one folder wait for one another.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, NamedTuple

from koop_es.connectors.changes import jsonl
from koop_es.connectors.registrations import can_say, file_name, registration
from koop_es.domain.errors import AnswerUnwritten

WRITTEN, REST, LOCK = "written.jsonl", "rest.jsonl", ".lock"
"""What was written, what is work for people, and the file that runs hold while they write."""

_PART = ".part"


class Written(NamedTuple):
    """What a run did: the files it wrote, how many it found written before, and how many changes are for people."""

    files: list[str]
    before: int
    rest: int


class RegistrationsUnwritten(AnswerUnwritten):
    """The folder for registrations cannot be written; make room there and call again with the same one: nothing is
    lost, and nothing written twice.
    """

    code = "registrations_unwritten"


def foreseen(changes: Sequence[Mapping[str, Any]], folder: Path) -> Written:
    """Tell what writing would do, and write nothing; raises RegistrationsUnwritten where the folder cannot be read."""
    try:
        noted = _noted(folder) if folder.exists() else {}
    except OSError as error:
        raise _unwritten(folder, error) from error
    said = [change for change in changes if can_say(change)]
    files = [
        file_name(change) for change in said if change["id"] not in noted and not (folder / file_name(change)).exists()
    ]
    return Written(files, len(said) - len(files), len(changes) - len(said))


def write(vhs: str, changes: Sequence[Mapping[str, Any]], folder: Path) -> Written:
    """Write what can be said as import files and the rest for people; raises RegistrationsUnwritten."""
    said = [change for change in changes if can_say(change)]
    rest = [change for change in changes if not can_say(change)]
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with _alone(folder):
            files = _write_said(vhs, said, folder)
            _put(folder / f".{REST}{_PART}", "".join(f"{line}\n" for line in jsonl(rest)).encode())
            (folder / f".{REST}{_PART}").replace(folder / REST)
    except OSError as error:
        raise _unwritten(folder, error) from error
    return Written(files, len(said) - len(files), len(rest))


def _write_said(vhs: str, changes: Sequence[Mapping[str, Any]], folder: Path) -> list[str]:
    """Write files that were not written before; gives their names."""
    noted = _noted(folder)
    named = {change["id"]: noted.get(change["id"]) or file_name(change) for change in changes}
    waiting = {name: folder / f".{name}{_PART}" for name in named.values()}
    asked = {change: name for change, name in noted.items() if change in named or not change.startswith(f"{vhs}:")}
    _clear(folder, {f".{name}{_PART}" for name in asked.values()})
    news = [change for change in changes if change["id"] not in noted]
    fresh = [change for change in news if not (folder / named[change["id"]]).exists()]  # else its note was lost
    for change in fresh:
        _put(waiting[named[change["id"]]], registration(change))
    _note(folder, {change["id"]: named[change["id"]] for change in news})
    files = [name for name, part in waiting.items() if part.exists()]
    for name in files:
        waiting[name].replace(folder / name)
    return files


def _clear(folder: Path, kept: set[str]) -> None:
    """Take away what a killed run left: it was not noted, or nobody asks for it any more."""
    for left in folder.glob(f".*.xml{_PART}"):
        if left.name not in kept:
            left.unlink()


def _noted(folder: Path) -> dict[str, str]:
    """Read the changes that were written and their files; a last line that was cut off is none."""
    try:
        text = (folder / WRITTEN).read_text(encoding="utf-8", errors="replace")
    except FileNotFoundError:
        return {}
    found: dict[str, str] = {}
    for line in text.split("\n"):
        with suppress(ValueError, TypeError, KeyError):
            entry = json.loads(line)
            found[entry["id"]] = entry["file"]
    return found


def _note(folder: Path, named: Mapping[str, str]) -> None:
    """Note that changes are written, on the disk."""
    if not named:
        return
    lines = (json.dumps({"id": change, "file": name}, ensure_ascii=False) for change, name in named.items())
    with (folder / WRITTEN).open("ab") as file:
        file.write("".join(f"\n{line}" for line in lines).encode() + b"\n")  # a line that was cut off ends here
        file.flush()
        os.fsync(file.fileno())


def _put(path: Path, content: bytes) -> None:
    with path.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """Wait until nobody else writes into the folder, where the system knows locks."""
    with (folder / LOCK).open("ab") as lock:
        with suppress(ImportError, OSError):
            import fcntl  # noqa: PLC0415 - there is none on Windows, and not every file system knows locks

            fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _unwritten(folder: Path, error: OSError) -> RegistrationsUnwritten:
    why = error.strerror or str(error)
    return RegistrationsUnwritten(
        f"registrations could not be written into {folder} ({why}): make room there or mend what is in the way, and "
        f"call again with the same folder, which knows what was written; the list was noted as given out",
        folder=str(folder),
    )
