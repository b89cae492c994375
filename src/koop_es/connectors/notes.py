"""What is odd or unusable in one file, collected within bounds."""

from __future__ import annotations

from sys import getsizeof
from typing import Literal

from koop_es.connectors import limits
from koop_es.connectors.errors import ExportQuarantined
from koop_es.connectors.values import unseen
from koop_es.domain.course import given
from koop_es.domain.observation import ILLEGIBLE, CourseRow, Notice, Rejected, Told
from koop_es.domain.unstated import SPREADSHEET

_MANY = 2
"""From so many rows on it is the file, and not a cell, that is at fault."""

About = Literal["course", "booking", "user"]


class Notes:
    """The notices and rejected rows of one file."""

    def __init__(self, file: str, about: About) -> None:
        """Begin with nothing found in ``file``, whose rows are ``about`` courses, bookings or users."""
        self.file, self.about = file, about
        self.rejected: list[Rejected] = []
        self._notices: list[Notice] = []
        self._unlisted = 0
        self._raw_bytes = 0
        self._traces = 0
        self._courses_bytes = 0
        self._padded: set[str] = set()

    @property
    def count(self) -> int:
        """Count everything that was found so far."""
        return len(self._notices) + self._unlisted + len(self.rejected)

    def forget(self, rest: int) -> None:
        """Forget all but the first few findings, because their file is gone through again; none was left out yet."""
        kept = min(rest, len(self._notices))
        del self._notices[kept:], self.rejected[rest - kept :]
        self._unlisted = 0
        self._traces = sum(item.remedy == SPREADSHEET for item in self.rejected)
        self._raw_bytes = sum(len(item.raw) for item in self.rejected)

    def notice(self, line: int, text: str, course_number: str | None = None) -> None:
        """Note something odd that does not keep the row from being used."""
        if len(self._notices) < limits.NOTICES:
            self._notices.append(Notice(file=self.file, line=line, text=text, course_number=course_number))
        else:
            self._unlisted += 1

    def taken_off(self, line: int, heading: str, cell: str, text: str, number: str | None) -> None:
        """Note what was taken off the ends of an id: each that cannot be seen; of blanks the first, as a column has."""
        if text not in cell or not text:
            return
        if cell.strip(" ") != text:
            self.notice(line, f"{heading}: invisible characters around {text!r} were taken off", number)
        elif heading not in self._padded:
            self._padded.add(heading)
            self.notice(line, f"{heading}: blanks around {text!r} were taken off; other rows are not listed", number)

    def unseen(self, line: int, name: str, heading: str, cell: str) -> None:
        """Note what cannot be seen and was taken off the ends of a text, blanks left out; the text is not repeated.

        ``name`` is the number of the course, or the Beleg-ID of the booking.
        """
        if (found := unseen(cell)) is None:
            return
        if self.about == "booking":
            said = f"booking {name}: {heading} holds {found} at an end, which cannot be seen and was taken off"
        else:
            said = f"course {name}: {heading} holds {found} at an end, which cannot be seen and was taken off"
        self.notice(line, said, name if self.about == "course" else None)

    def reject(
        self,
        line: int,
        raw: bytes,
        reason: str,
        remedy: str,
        *,
        column: str | None = None,
        key: tuple[str, ...] | None = None,
        told: Told = ILLEGIBLE,
    ) -> None:
        """Set a row aside with its original bytes; raises ExportQuarantined where too much of the file is unusable."""
        self._raw_bytes += len(raw)
        self._traces += remedy == SPREADSHEET
        if len(self.rejected) >= limits.REJECTED_ROWS or self._raw_bytes > limits.REJECTED_BYTES:
            raise ExportQuarantined(
                f"{len(self.rejected)} rows are unusable, the last because: {reason}",
                file=self.file,
                line=line,
                remedy="no matter of single rows any more: check format, profile and encoding, and export again",
            )
        self.rejected.append(
            Rejected(
                file=self.file,
                line=line,
                reason=reason,
                remedy=remedy,
                raw=raw,
                about=self.about,
                column=column,
                key=key,
                told=told,
            )
        )

    def keep(self, row: CourseRow) -> None:
        """Count what a course takes in memory until all of them are read; raises ExportQuarantined past the limit."""
        self._courses_bytes += limits.COURSE_BYTES
        for value in given(row.facts).values():
            self._courses_bytes += getsizeof(value) + (sum(map(getsizeof, value)) if isinstance(value, tuple) else 0)
        if self._courses_bytes > limits.COURSES_BYTES:
            raise ExportQuarantined(
                f"its courses take more than {limits.COURSES_BYTES >> 20} MiB of memory",
                file=self.file,
                line=row.line,
                remedy="the largest VHS has a third of that: look for texts that are none, or export fewer periods",
            )

    def set_aside(self) -> list[Rejected]:
        """List the rejected rows by line."""
        return sorted(self.rejected, key=lambda item: item.line)

    def notices(self) -> list[Notice]:
        """List the notices by line, with a last one that counts those left out.

        Where many ids are what only a spreadsheet writes, a first one says so in one sentence, with the cause (D18d).
        """
        self._notices.sort(key=lambda notice: notice.line)
        first = [] if self._traces < _MANY else [self._whole(f"{self._traces} rows were set aside: {SPREADSHEET}")]
        rest = [self._whole(f"and {self._unlisted} further notices, not listed")] if self._unlisted else []
        return [*first, *self._notices, *rest]

    def _whole(self, text: str) -> Notice:
        return Notice(file=self.file, line=0, text=text)
