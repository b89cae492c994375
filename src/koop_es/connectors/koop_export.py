"""Reading a ``koop-export/1``: manifest, proof of completeness, then course, booking and user rows."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from hashlib import sha256
from typing import cast

from koop_es.connectors import limits, manifest, profiles
from koop_es.connectors.columns import BOOKINGS, USERS, Header, course_layout
from koop_es.connectors.content import NOTHING, Content, Remembered
from koop_es.connectors.data_file import DataFile
from koop_es.connectors.encodings import WEB_PAGE, WEB_PAGE_REMEDY, Look, is_web_page, judged, marked, utf8_in
from koop_es.connectors.errors import ExportQuarantined, VhsMismatch
from koop_es.connectors.fingerprint import Fingerprint, digest_of
from koop_es.connectors.grouping import Key
from koop_es.connectors.manifest import Part
from koop_es.connectors.notes import About, Notes
from koop_es.connectors.profiles import Encoding, Profile
from koop_es.connectors.rows import BookingReader, CourseReader
from koop_es.connectors.sheet import Sheet
from koop_es.connectors.source import Source, checksum, reading
from koop_es.connectors.table import Unclear
from koop_es.domain.observation import Kind, Report

_ABOUT: dict[Part, About] = {"courses": "course", "bookings": "booking", "users": "user"}


class KoopExport:
    """One export in the neutral format, opened: proved whole, its rows not yet read."""

    def __init__(self, source: Source, *, profile: str | None, vhs: str | None, secret: str = "") -> None:
        """Read the manifest and verify every checksum; raises ExportQuarantined, VhsMismatch, ProfileInvalid."""
        self._source, self._secret = source, secret
        content = _bounded(source)
        self.manifest = manifest.parse(content)
        if vhs is not None and vhs != self.manifest.vhs:
            raise VhsMismatch(
                f"{source.name} is an export of VHS {self.manifest.vhs}, not of {vhs}: check --vhs, or the file",
                file=source.name,
                vhs=self.manifest.vhs,
                wanted=vhs,
            )
        self._parts = self.manifest.parts()
        self._sha256: str | None = None
        self._kept = ExitStack()
        self._content = Content(None, None, "")
        with self._whose():
            self._profile = self._chosen(profile)
            self._read_with = self._profile.fingerprint()
            self._encoding: Encoding = self.manifest.encoding or self._profile.encoding
            self._stamps = {part: source.stamp(file.path) for part, file in self._parts.items()}
            self._looks = {part: Look(closely=self._encoding not in {"utf-8", "utf-16"}) for part in self._parts}
            sums = {part: checksum(source, file.path, self._looks[part]) for part, file in self._parts.items()}
            self._sha256 = digest_of(
                [[manifest.NAME, sha256(content).hexdigest()], *([part, sums[part]] for part in sums)]
            )
            for part, file in self._parts.items():
                if file.sha256 is not None and file.sha256.lower() != sums[part]:
                    raise ExportQuarantined(
                        f"has the sha256 {sums[part]} where the manifest says {file.sha256.lower()}",
                        file=file.path,
                        remedy="it was cut off or changed on the way: transfer or export it again",
                    )
            self._encodings = self._found_encodings()
            self.fingerprint = self._fingerprint(sums, self._sha256)

    def report(self, known: Mapping[Key, Remembered] = NOTHING) -> Report:
        """Validate every row; raises ExportQuarantined.

        Courses of which every byte is what is ``known`` of them are recognised and not read. The bookings are given by
        course and typed when they are asked for, as long as the export is open.
        """
        report = self.fingerprint.report()
        report.scope_from = self.manifest.scope_from
        report.reading = self._read_with[:16]
        report.composed = self._profile.booking_ids == "per course"
        with self._whose():
            notes = Notes(manifest.NAME, "course")
            for key in self.manifest.unknown_keys():
                notes.notice(0, f"the key {key} is not known and was ignored")
            report.notices += notes.notices()
            found = {part: Notes(file.path, _ABOUT[part]) for part, file in self._parts.items()}
            self._content = self._opened(found, report)
            if "courses" in found:
                report.courses = self._content.check_courses(found["courses"], known)
            if "bookings" in found:
                report.by_course = self._content.check_bookings(found["bookings"], report.vhs, known)
            for part, file in self._parts.items():
                if self._source.stamp(file.path) != self._stamps[part]:
                    raise ExportQuarantined("changed while it was being read", file=file.path, remedy="try again")
                report.rejected += found[part].set_aside()
                report.notices += found[part].notices()
            report.files = tuple(file.path for file in self._parts.values())
        return report

    @property
    def size_bytes(self) -> int:
        """Size of the data files, unpacked."""
        return sum(self._source.size(file.path) for file in self._parts.values())

    @property
    def content(self) -> Content:
        """What the courses say, once they were validated."""
        return self._content

    def close(self) -> None:
        """Close the files that were opened to be read more than once."""
        self._kept.close()

    def _opened(self, notes: dict[Part, Notes], report: Report) -> Content:
        """Go through every file once and compare the number of its rows."""
        courses: Sheet[CourseReader] | None = None
        bookings: Sheet[BookingReader] | None = None
        for part, file in self._parts.items():
            data, found = self._data_file(part), notes[part]
            self._say_encoding(part, found)
            whole = self.manifest.kind is Kind.FULL and file.rows is not None and file.sha256 is not None
            if part == "users":
                report.users, total, empty, unclear = data.users(found)
                _prove(file, found, total, empty, unclear)
            elif part == "bookings":
                bookings = Sheet(data, self._kept, found, self._booking_reader)
                proved = _prove(file, found, bookings.total, bookings.empty, bookings.unclear)
                report.has_bookings, report.bookings_complete = True, whole and proved
            else:
                courses = Sheet(data, self._kept, found, self._course_reader)
                proved = _prove(file, found, courses.total, courses.empty, courses.unclear)
                report.courses_complete = whole and proved
        return Content(courses, bookings, f"{self._written} {self._read_with} {self.manifest.kind}")

    def _course_reader(self, header: Header, notes: Notes) -> CourseReader:
        return CourseReader(header, self._profile, notes, self._secret)

    def _booking_reader(self, header: Header, notes: Notes) -> BookingReader:
        return BookingReader(header, self._profile, notes, self.manifest.vhs, self._secret)

    def raw(self, file: str, lines: Collection[int]) -> dict[int, bytes]:
        """Read the original bytes of rows of one file, by the line they begin on; raises ExportQuarantined."""
        part = next(part for part, named in self._parts.items() if named.path == file)
        return self._data_file(part).raw(lines)

    def _data_file(self, part: Part) -> DataFile:
        return DataFile(
            source=self._source,
            path=self._parts[part].path,
            layout={"courses": course_layout(self.manifest.kind), "bookings": BOOKINGS, "users": USERS}[part],
            aliases=getattr(self._profile.columns, part),
            encoding=self._encodings[part],
            doubts=self._verdict.doubts,
            profile=self._profile,
            vhs=self.manifest.vhs,
        )

    def _chosen(self, profile: str | None) -> Profile:
        system = self.manifest.system
        if profile is None and system not in profiles.SHIPPED:
            raise ExportQuarantined(
                f"system: there is no profile for {system!r}",
                file=manifest.NAME,
                remedy=f"name one of {', '.join(profiles.SHIPPED)} there, or a profile by --profile",
            )
        return profiles.load(profile or system)

    def _found_encodings(self) -> dict[Part, Encoding]:
        """Find how each file is written: as declared, unless its own bytes say otherwise beyond doubt.

        A byte order mark that contradicts the declaration is refused.
        """
        self._verdict = judged(self._encoding, self._looks.values())
        declared = cast(Encoding, self._verdict.encoding)
        found: dict[Part, Encoding] = {}
        for part, look in self._looks.items():
            path, mark = self._parts[part].path, marked(look.head)
            if is_web_page(look.head):
                raise ExportQuarantined(f"holds no rows: {WEB_PAGE}", file=path, line=1, remedy=WEB_PAGE_REMEDY)
            if mark is not None and mark != self._encoding:
                raise ExportQuarantined(
                    f"begins with the byte order mark of {mark}, but {self._encoding} is declared",
                    file=path,
                    line=1,
                    remedy=f"declare {mark} in {manifest.NAME}, or write the file as it is declared",
                )
            found[part] = declared
        return found

    def _say_encoding(self, part: Part, notes: Notes) -> None:
        """Say where a file is not written as declared, or may not be."""
        if self._verdict.said is not None:
            notes.notice(1, self._verdict.said)
        elif self._looks[part].reads_as_utf8:
            notes.notice(1, utf8_in(self._encoding))

    @property
    def _written(self) -> str:
        """Name the encodings of the files, or the declared one where it is that of all."""
        found = set(self._encodings.values())
        return self._encoding if found <= {self._encoding} else " ".join(map(str, self._encodings.values()))

    def _fingerprint(self, sums: dict[Part, str], whole: str) -> Fingerprint:
        stated = self.manifest
        meaning = {
            "vhs": stated.vhs,
            "system": stated.system,
            "kind": stated.kind,
            "scope": stated.scope_from.isoformat() if stated.scope_from else None,
            "encoding": self._written,
            "profile": self._read_with,
            "files": [[part, sums[part], file.rows, file.sha256 is not None] for part, file in self._parts.items()],
        }
        return Fingerprint(
            source=self._source.name,
            vhs=stated.vhs,
            system=stated.system,
            sequence=stated.sequence,
            kind=Kind(stated.kind),
            exported_at=stated.exported_at.isoformat(),
            sha256=whole,
            digest=digest_of(meaning),
        )

    @contextmanager
    def _whose(self) -> Iterator[None]:
        try:
            yield
        except ExportQuarantined as error:
            stated = self.manifest
            raise error.of(
                vhs=stated.vhs, sequence=stated.sequence, kind=stated.kind, sha256=self._sha256
            ) from error.__cause__


def _prove(file: manifest.DataFile, notes: Notes, total: int, empty: int, unclear: Unclear) -> bool:
    """Compare the number of rows with what the manifest says; False where quotes hide how many they are (D17).

    Rows that are none may be counted or not. Raises ExportQuarantined where the number is another for sure.
    """
    if file.rows is None or total <= file.rows <= total + empty:
        return True
    if not total - unclear.fewer <= file.rows <= total + empty + unclear.more:
        raise ExportQuarantined(
            f"has {total} rows where the manifest says {file.rows}", file=file.path, remedy="export again, in full"
        )
    notes.notice(
        0,
        f"has {total} rows where the manifest says {file.rows}: how many they are where quotes do not close cannot be "
        "told, so nothing counts as missing from this file until those rows were corrected",
    )
    return False


def _bounded(source: Source) -> bytes:
    with reading(source, manifest.NAME) as stream:
        content = stream.read(limits.MANIFEST_BYTES + 1)
    if len(content) > limits.MANIFEST_BYTES:
        raise ExportQuarantined(
            "is larger than 1 MiB", file=manifest.NAME, remedy="a manifest is a page of text: export again"
        )
    return content
