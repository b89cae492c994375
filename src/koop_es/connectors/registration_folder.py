"""The folder that KuferSQL imports from: each registration is written into it once, whatever happens in between.

``written.jsonl`` names the changes that were written. A file stands there under a hidden name until its change is
noted, and comes to stand under its own name after that: a run that was killed is finished by the next one, and a file
that was imported is not written again until its change is given another id. Runs in one folder wait for one another.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, NamedTuple

from koop_es.connectors.changes import jsonl
from koop_es.connectors.registrations import can_say, file_name, registration
from koop_es.domain.errors import AnswerUnwritten, BadInput

WRITTEN, REST, LOCK = "written.jsonl", "rest.jsonl", ".lock"
"""What was written, what is work for people, and the file that runs hold while they write; that says whether anything
was written, so that a memory which was lost is told from one that is new.
"""

_PART = ".part"
_OF_A_CHANGE = re.compile(r"-?[0-9]+-[0-9]+(?::|%3A).*\.xml", re.DOTALL)
_HAS_NOTES = b"something was written: written.jsonl tells what\n"
_NO_NOTES = b"nothing was written so far\n"


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


class RegistrationsUnclear(BadInput):
    """What was written into the folder for registrations cannot be told, or it is another VHS's; nothing was written,
    so that no registration is written twice.
    """

    code = "registrations_unclear"


def noted(vhs: str, folder: Path) -> dict[str, str]:
    """Read the changes that were written and their files; a last line that was cut off is none (B2).

    Raises RegistrationsUnclear where another line cannot be read, all of them are gone, or the folder is another
    VHS's, and RegistrationsUnwritten where it cannot be read at all.
    """
    try:
        found = _noted(folder)
        rest = _content(folder / REST).partition(b"\n")[0]
    except OSError as error:
        raise _unwritten(folder, error) from error
    with suppress(ValueError, TypeError, KeyError):
        found = {f"{json.loads(rest)['vhs']}:": "", **found}
    for change in found:
        owner = change.partition(":")[0]
        if owner != vhs:
            raise RegistrationsUnclear(
                f"{folder} is the folder of VHS {owner}: give VHS {vhs} one of its own, always the same one",
                folder=str(folder),
            )
    found.pop(f"{vhs}:", None)
    return found


def foreseen(vhs: str, changes: Sequence[Mapping[str, Any]], folder: Path) -> Written:
    """Tell what writing would do, and write nothing; raises as ``noted`` does."""
    before = noted(vhs, folder)
    said = [change for change in changes if can_say(change)]
    files = [
        file_name(change) for change in said if change["id"] not in before and not (folder / file_name(change)).exists()
    ]
    return Written(files, len(said) - len(files), len(changes) - len(said))


def write(vhs: str, changes: Sequence[Mapping[str, Any]], folder: Path) -> Written:
    """Write what can be said as import files and the rest for people; raises as ``noted`` does."""
    said = [change for change in changes if can_say(change)]
    rest = [change for change in changes if not can_say(change)]
    try:
        folder.mkdir(parents=True, exist_ok=True)
        is_new = not (folder / LOCK).exists()
        with _alone(folder):
            if is_new and not _content(folder / LOCK):
                _put(folder / LOCK, _NO_NOTES)
            files = _write_said(vhs, said, folder)
            _put(folder / f".{REST}{_PART}", "".join(f"{line}\n" for line in jsonl(rest)).encode())
            (folder / f".{REST}{_PART}").replace(folder / REST)
    except OSError as error:
        raise _unwritten(folder, error) from error
    return Written(files, len(said) - len(files), len(rest))


def _write_said(vhs: str, changes: Sequence[Mapping[str, Any]], folder: Path) -> list[str]:
    """Write files that were not written before; gives their names."""
    before = noted(vhs, folder)
    _keep_in_mind(folder, before)
    named = {change["id"]: before.get(change["id"]) or file_name(change) for change in changes}
    waiting = {name: folder / f".{name}{_PART}" for name in named.values()}
    _clear(folder, {f".{name}{_PART}" for change, name in before.items() if change in named})
    news = [change for change in changes if change["id"] not in before]
    fresh = [change for change in news if not (folder / named[change["id"]]).exists()]  # else its note was lost
    for change in fresh:
        _put(waiting[named[change["id"]]], registration(change))
    _note(folder, {change["id"]: named[change["id"]] for change in news})
    files = [name for name, part in waiting.items() if part.exists()]
    for name in files:
        waiting[name].replace(folder / name)
    return files


def _keep_in_mind(folder: Path, before: Mapping[str, str]) -> None:
    """Mark a folder of an earlier version as one that has notes; an empty file of notes is what a killed run left."""
    if before and _content(folder / LOCK) != _HAS_NOTES:
        _put(folder / LOCK, _HAS_NOTES)
    if not before and not _content(folder / WRITTEN):
        (folder / WRITTEN).unlink(missing_ok=True)


def _clear(folder: Path, kept: set[str]) -> None:
    """Take away what a killed run left: it was not noted, or nobody asks for it any more."""
    for left in folder.glob(f".*.xml{_PART}"):
        if left.name not in kept:
            left.unlink()


def _noted(folder: Path) -> dict[str, str]:
    found: dict[str, str] = {}
    content = _content(folder / WRITTEN)
    if not content and _is_lost(folder):
        raise RegistrationsUnclear(
            f"{folder / WRITTEN} is empty or gone, although registrations were written into {folder}: put a copy of it "
            f"back, or delete {folder / LOCK} and, of the files that are then written again, those that KuferSQL has "
            f"taken already",
            folder=str(folder),
        )
    whole = content[: _end(content)]
    for number, line in enumerate(whole.split(b"\n"), 1):
        if not line:
            continue
        entry = _entry(line)
        if entry is None:
            raise RegistrationsUnclear(
                f"{folder / WRITTEN}, line {number}: which registration was written is not told any more: take "
                f"that line from a copy of the file, or delete it and, of the files that are then written again, those "
                f"that KuferSQL has taken already",
                folder=str(folder),
                line=number,
            )
        found[entry[0]] = entry[1]
    return found


def _is_lost(folder: Path) -> bool:
    """Tell whether registrations were written, of which nothing is noted any more, unless somebody deleted the lock.

    An earlier version left the lock empty. What it wrote is told by files that KuferSQL did not take, or put away below
    the folder, and by notes that were emptied: no run leaves them so, unless it was killed before its files had names.
    """
    if not (folder / LOCK).exists():
        return False
    if marked := _content(folder / LOCK):
        return not _NO_NOTES.startswith(marked)  # of which a full disk may have kept a part
    if (folder / WRITTEN).exists() and not any(folder.glob(f".*.xml{_PART}")):
        return True
    return any(_OF_A_CHANGE.fullmatch(path.name) for path in folder.rglob("*.xml"))


def _entry(line: bytes) -> tuple[str, str] | None:
    """Read the change and the file that a line names; None where it does not."""
    with suppress(ValueError, TypeError, KeyError):
        entry = json.loads(line)
        change, name = entry["id"], entry["file"]
        if isinstance(change, str) and isinstance(name, str):
            return change, name
    return None


def _end(content: bytes) -> int:
    """Tell where the notes end: a last line that can be read is one, although an editor left out its line feed."""
    stop = content.rfind(b"\n") + 1
    return stop if _entry(content[stop:]) is None else len(content)


def _content(path: Path) -> bytes:
    try:
        _only_a_file(path)
        return path.read_bytes()
    except FileNotFoundError:
        return b""


def _only_a_file(path: Path) -> None:
    """Refuse what reading or writing might wait for without end, such as a pipe."""
    if path.exists() and not path.is_file():
        raise OSError(f"{path.name} is no file")


def _note(folder: Path, named: Mapping[str, str]) -> None:
    """Note that changes are written, on the disk; a last line that was cut off goes."""
    if not named:
        return
    lines = (json.dumps({"id": change, "file": name}, ensure_ascii=False) for change, name in named.items())
    with (folder / WRITTEN).open("a+b") as file:
        file.seek(0)
        content = file.read()
        end = _end(content)
        file.truncate(end)
        file.write(b"\n" if content[:end].rpartition(b"\n")[2] else b"")
        file.write("".join(f"{line}\n" for line in lines).encode())
        file.flush()
        os.fsync(file.fileno())
    _put(folder / LOCK, _HAS_NOTES)


def _put(path: Path, content: bytes) -> None:
    _only_a_file(path)
    with path.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """Wait until nobody else writes into the folder, where the system knows locks."""
    _only_a_file(folder / LOCK)
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
