"""Run the commands in the how-to pages and write what they really print under them (``make docs``).

A page takes part by its blocks of ``console``: a line that begins with ``$ `` is run, in a folder of the page's own,
and what follows up to the next is what it printed. ``console lines=12`` keeps the first twelve lines of each output.
"""

from __future__ import annotations

import os
import re
import shlex
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from scripts.forked import Forked

PAGES = Path(__file__).parents[1] / "docs" / "how-to"
BLOCK = re.compile(r"^```console(?: lines=(\d+))?\n(.*?)^```$", re.MULTILINE | re.DOTALL)
FOLDER = "/srv/koop"
"""What stands in the pages for the folder the commands ran in."""


def pages() -> list[Path]:
    """List the pages whose commands are run."""
    return [page for page in sorted(PAGES.rglob("*.md")) if BLOCK.search(page.read_text(encoding="utf-8"))]


def render(page: Path, forked: Forked) -> str:
    """Give a page with its commands run anew, in order, in an empty folder."""
    with tempfile.TemporaryDirectory() as name:
        session = Session(forked, Path(name).resolve())
        return BLOCK.sub(lambda block: _block(session, block), page.read_text(encoding="utf-8"))


class Session:
    """A shell of sorts: knows ``export NAME=VALUE`` and ``koop-es``."""

    def __init__(self, forked: Forked, folder: Path) -> None:
        """Begin in a folder, with nobody's settings; ``forked`` runs what is asked for."""
        self.forked, self.folder = forked, folder
        kept = {key: value for key, value in os.environ.items() if not key.startswith("KOOP_")}
        self.environment = kept | {"PYTHONIOENCODING": "utf-8", "NO_COLOR": "1"}

    def run(self, command: str) -> str:
        """Run one line and return what it prints, errors included."""
        if setting := re.fullmatch(r"export (\w+)=(\S+)", command):
            self.environment[setting[1]] = setting[2]
            return ""
        program, *words = shlex.split(command)
        if program != "koop-es":
            raise ValueError(f"a page can only run koop-es and export, not: {command}")
        told = self.forked.run(words, self.folder, self.environment)
        lines = (line.rstrip() for line in told.replace(str(self.folder), FOLDER).splitlines())
        return "".join(f"{line}\n" for line in lines)


def _block(session: Session, block: re.Match[str]) -> str:
    most, head = block[1], block[0].partition("\n")[0]
    body = "".join(_said(session, line, int(most) if most else None) for line in _commands(block[2]))
    return f"{head}\n{body}```"


def _commands(text: str) -> Iterator[str]:
    return (line.removeprefix("$ ") for line in text.splitlines() if line.startswith("$ "))


def _said(session: Session, command: str, most: int | None) -> str:
    lines = session.run(command).splitlines(keepends=True)
    if most is not None and len(lines) > most:
        lines = [*lines[:most], "…\n"]
    return f"$ {command}\n{''.join(lines)}"


def main() -> int:
    """Write the pages, or say which would change."""
    stale = []
    with Forked() as forked:
        for page in pages():
            now = render(page, forked)
            if now != page.read_text(encoding="utf-8"):
                stale.append(page)
                if "--write" in sys.argv:
                    page.write_text(now, encoding="utf-8")
    for page in stale:
        sys.stderr.write(f"{page.name} {'written' if '--write' in sys.argv else 'is not what the commands print'}\n")
    return 0 if "--write" in sys.argv or not stale else 1


if __name__ == "__main__":
    sys.exit(main())
