"""Which delimiter a CSV file has that is not the one of its profile, told by its header line."""

from __future__ import annotations

import csv
import re
from collections.abc import Callable

DELIMITERS = ";,\t|"
"""Those that a profile may name."""

TOLD_BY = 2
"""So many headings of koop-es between delimiters tell them: no text has two of them by chance."""

_NAMED = re.compile(r'"?sep=(?P<mark>[;,|\t])"?[;,|\t]*\s*', re.IGNORECASE)


def named(line: str) -> str | None:
    """Give the delimiter that a line names to Excel, ``sep=;``; None for any other line."""
    match = _NAMED.fullmatch(line)
    return match["mark"] if match is not None else None


def other(line: str, delimiter: str, is_known: Callable[[str], bool]) -> str | None:
    """Find the delimiter by which more headings of a header line are known than by the profile's; None without one."""
    counts = {mark: _known(line, mark, is_known) for mark in DELIMITERS}
    best = max(counts, key=lambda mark: counts[mark])
    return best if counts[best] >= max(TOLD_BY, counts.get(delimiter, 0) + 1) else None


def remedy(found: str, delimiter: str) -> str:
    """Say how a file of another delimiter is read."""
    has, needs = (mark.replace("\t", "\\t") for mark in (found, delimiter))
    return f'the cells are delimited by "{has}": export them with "{needs}", or name a profile with delimiter = "{has}"'


def _known(line: str, mark: str, is_known: Callable[[str], bool]) -> int:
    try:
        cells = next(csv.reader([line], delimiter=mark), [])
    except csv.Error:
        cells = line.split(mark)
    return sum(map(is_known, cells))
