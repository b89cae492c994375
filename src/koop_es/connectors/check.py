"""Judging an export by itself, without a store: all that reading it has to say, for whoever writes a connector."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Literal

import msgspec

from koop_es.connectors.errors import ExportQuarantined
from koop_es.connectors.exports import Export, open_export
from koop_es.connectors.fingerprint import Fingerprint
from koop_es.domain.errors import BadInput
from koop_es.domain.observation import BookingRow, Report
from koop_es.domain.unstated import MirrorTraces, unusable

Level = Literal["refused", "set aside", "set aside if new", "frozen", "noted"]
"""What becomes of it: the export or the row is not used, the row only where its booking is known already (D29), the
booking waits for a letter that is known (B6), or it is used and the oddity is said.
"""


class Finding(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that reading an export has to say; never a value of a person beyond what the sentence quotes."""

    level: Level
    file: str | None
    line: int | None
    column: str | None = None
    text: str
    remedy: str | None = None


class Checked(msgspec.Struct, kw_only=True):
    """What reading one export came to; the counts are of rows that can be used."""

    path: str
    vhs: str | None = None
    system: str | None = None
    sequence: int | None = None
    kind: str | None = None
    exported_at: str | None = None
    courses: int = 0
    bookings: int = 0
    users: int = 0
    proves_absence: bool = False
    findings: list[Finding] = msgspec.field(default_factory=list)

    @property
    def usable(self) -> bool:
        """Tell whether the export as a whole can be used."""
        return all(finding.level != "refused" for finding in self.findings)


def check(
    path: Path,
    *,
    profile: str | None = None,
    vhs: str | None = None,
    also: Callable[[Fingerprint | Report], None] = lambda _: None,
) -> Checked:
    """Read an export of any format to its end and say what there is to say of it; arguments as for open_export.

    ``also`` looks at whose export it is, and raises BadInput where it is refused.
    """
    checked = Checked(path=str(path))
    try:
        with open_export(path, profile=profile, vhs=vhs) as export:
            _identify(checked, export.fingerprint)
            also(export.fingerprint)
            report = export.report()
            also(report)
            _identify(checked, report)
            checked.findings = list(_findings(export, report, checked))
    except ExportQuarantined as error:
        _identify(checked, error)
        checked.findings = [
            Finding(level="refused", file=error.file, line=error.line, text=error.reason, remedy=error.remedy)
        ]
    except BadInput as error:
        checked.findings = [Finding(level="refused", file=None, line=None, text=error.message)]
    return checked


def _identify(checked: Checked, found: Fingerprint | Report | ExportQuarantined) -> None:
    """Take over whose export it is, as far as it is known by now."""
    for name in ("vhs", "system", "sequence", "kind", "exported_at"):
        value = getattr(found, name, None)
        setattr(checked, name, getattr(checked, name) if value is None else value)


def _findings(export: Export, report: Report, checked: Checked) -> Iterator[Finding]:
    """Give what is said of the rows, the worst first, and count those that can be used."""
    for item in report.rejected:
        yield Finding(
            level="set aside",
            file=item.file,
            line=item.line,
            column=item.column,
            text=item.reason,
            remedy=item.remedy,
        )
    letters: dict[str, tuple[BookingRow, int]] = {}
    doubtful: list[BookingRow] = []
    for course in report.bookings_by_course().values():
        checked.bookings += len(course.rows)
        doubtful += course.doubtful
        for row in course.rows:
            if row.status is None and "status" not in row.unstated:
                first, count = letters.get(row.raw_status, (row, 0))
                letters[row.raw_status] = first, count + 1
    for lacking in unusable(doubtful, (), (), (), lambda: MirrorTraces({}, ())):
        yield Finding(
            level="set aside if new",
            file=lacking.row.file,
            line=lacking.row.line,
            column=lacking.column,
            text=lacking.reason,
            remedy=lacking.remedy,
        )
    for letter, (first, count) in letters.items():
        yield Finding(
            level="frozen",
            file=first.file,
            line=first.line,
            column="Status",
            text=f"{letter!r} is no letter of the profile; rows that show it: {count}",
            remedy="write A, W or S, or give the program's letters in a profile",
        )
    for notice in report.notices:
        yield Finding(level="noted", file=notice.file, line=notice.line or None, text=notice.text)
    checked.courses, checked.users, checked.proves_absence = len(report.courses), report.users, report.proves_absence
