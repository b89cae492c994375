"""Cells of one record as a typed row, by the columns of the file and the letters of the profile."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from operator import itemgetter
from typing import Any

from koop_es.connectors.booking_cells import IDENTITIES, NONE, is_doubtful, nameless
from koop_es.connectors.columns import BOOKINGS, Header
from koop_es.connectors.notes import Notes
from koop_es.connectors.personal import NO_IDENTIFIER, REMEDY, names_somebody
from koop_es.connectors.profiles import Profile
from koop_es.connectors.pseudonyms import pseudonym
from koop_es.connectors.sentinels import NULLS, is_error, is_first_day, is_no_day, is_none, may_be_none
from koop_es.connectors.tidy import TidyBookings, composed
from koop_es.connectors.values import (
    Unreadable,
    cents,
    clean,
    count,
    day,
    identity,
    items,
    left_out,
    moment,
    plain,
    prose,
    reference,
    time_of_day,
)
from koop_es.domain.course import MONEY_FIELDS, CourseFacts
from koop_es.domain.identifiers import ID_LIMIT, owner_of
from koop_es.domain.observation import CANCELLED, WEB_SERVICE_USER, BookingRow, CourseRow, Person, Status, actor_of
from koop_es.domain.unstated import NAMELESS, UNTOLD_MIRROR, without_decimals
from koop_es.domain.witnesses import day_of, is_day_only

Parser = Callable[[str], Any]

_FLAGS = frozenset({"bamf", "koop_key", "never_share", "countable", "max_guard", "cancelled"})
DAYS = frozenset({"starts_on", "ends_on"})
_TIMES = frozenset({"starts_at", "ends_at"})
_TIMES = frozenset({"starts_at", "ends_at"})
_COUNTS = frozenset({"min_participants", "capacity"})
_LISTS = frozenset({"markers", "keywords"})
_DELIVERIES = {"präsenz": "Präsenz", "online-kurs": "Online-Kurs", "gemischt": "Gemischt"}
_WANTED = ("title", "course_type", "starts_on", "ends_on", "capacity", "fee_cents")


class CellRefused(Exception):
    """A cell keeps its row from being used."""

    def __init__(self, field: str, reason: str, remedy: str) -> None:
        """Keep the field, why, and what to do."""
        super().__init__(reason)
        self.field, self.reason, self.remedy = field, reason, remedy


class CourseReader:
    """Rows of ``kurse.csv``."""

    def __init__(self, header: Header, profile: Profile, notes: Notes, secret: str = "") -> None:
        """Choose a parser for every column of the file; with a ``secret`` editors have pseudonyms."""
        self._at, self._names, self._notes, self._secret = header.at, header.names, notes, secret
        self._facts = [
            (index, field, fact_parser(field, profile))
            for field, index in header.at.items()
            if field in CourseFacts.__struct_fields__
        ]

    def row(self, cells: Sequence[str], line: int, *, tidy: bool = False) -> CourseRow:
        """Type one row; raises CellRefused. Every cell is cleaned, ``tidy`` or not."""
        number = self._identity(cells, "number", line)
        period = self._identity(cells, "period", line)
        unstated: tuple[str, ...] = self._unstated(cells, number, line) if may_be_none(cells) else ()
        if not "".join(cells).isprintable():
            self._say_what_is_left_out(cells, number, line)
            self._say_what_is_taken_off(cells, number, line)
        facts: dict[str, Any] = {}
        field = ""
        try:
            for index, field, parse in self._facts:
                facts[field] = parse(cells[index]) if field not in unstated else None
            field = "external_number"
            external = self._text(cells, field) if field not in unstated else None
            field = "created_by"
            created_by = self._text(cells, field) or None
            field = "edited_by"
            edited_by = self._text(cells, field) or None
        except Unreadable as error:
            raise CellRefused(field, error.reason, error.remedy) from None
        typed = CourseFacts(**facts)
        self._look(typed, number, line, unstated)
        return CourseRow(
            number=number,
            period=period,
            external_number=external,
            facts=typed,
            file=self._notes.file,
            line=line,
            created_by=created_by if created_by not in NULLS else None,
            edited_by=pseudonym(edited_by, self._secret) if edited_by and edited_by not in NULLS else None,
            unstated=unstated,
        )

    def _identity(self, cells: Sequence[str], field: str, line: int) -> str:
        cell = cells[self._at[field]]
        try:
            text = identity(cell)
        except Unreadable as error:
            raise CellRefused(field, error.reason, error.remedy) from None
        if text != cell:
            number = self._text(cells, "number")
            self._notes.taken_off(line, self._names[field], cell, text, number)
        return text

    def _say_what_is_left_out(self, cells: Sequence[str], number: str, line: int) -> None:
        for index, field, parse in self._facts:
            if parse in (prose, items) and (found := left_out(cells[index])) is not None:
                heading = self._names[field]
                said = f"course {number}: {heading} holds {found}, which was left out; a letter may be lost there"
                self._notes.notice(line, said, number)

    def _say_what_is_taken_off(self, cells: Sequence[str], number: str, line: int) -> None:
        for field, index in self._at.items():
            if field not in ("number", "period"):
                self._notes.unseen(line, number, self._names[field], cells[index])

    def _unstated(self, cells: Sequence[str], number: str, line: int) -> tuple[str, ...]:
        """Name the fields whose cell holds a value that is none, with a notice (D29)."""
        found = tuple(field for field, index in self._at.items() if is_nothing(field, clean(cells[index])))
        for field in found:
            text = clean(cells[self._at[field]])
            self._notes.notice(line, unstated_note(number, self._names[field], text), number)
        return found

    def _text(self, cells: Sequence[str], field: str) -> str | None:
        index = self._at.get(field)
        return None if index is None else plain(cells[index])

    def _look(self, facts: CourseFacts, number: str, line: int, unstated: tuple[str, ...]) -> None:
        if facts.starts_on and facts.ends_on and facts.ends_on < facts.starts_on:
            self._notes.notice(
                line, f"course {number} ends on {facts.ends_on} before it begins on {facts.starts_on}", number
            )
        if facts.min_participants and facts.capacity is not None and facts.min_participants > facts.capacity:
            self._notes.notice(
                line,
                f"course {number} needs {facts.min_participants} participants but has {facts.capacity} seats",
                number,
            )
        empty = [field for field in _WANTED if field in self._at and getattr(facts, field) in (None, "")]
        if empty := [self._names[field] for field in empty if field not in unstated]:
            self._notes.notice(
                line, f"course {number} has no {', '.join(empty)}; it cannot be released like that", number
            )


def is_nothing(field: str, text: str) -> bool:
    """Tell whether the cell of a fact holds a value that is none (D29). ``NULL`` may be the name of an instructor.

    With a time of day, such a day is how some programs write the time.
    """
    if field in _TIMES and ":" in text:
        return is_none(text)
    return is_error(text) or is_first_day(text) if field == "instructor" else is_no_day(text)


def unstated_note(number: str, heading: str, text: str) -> str:
    """Say that a value is none, and what follows from it (D29)."""
    return f"course {number}: {heading} {text!r} is no value; what was known stands, and nothing is sent on"


class BookingReader:
    """Rows of ``belegungen.csv``."""

    def __init__(self, header: Header, profile: Profile, notes: Notes, vhs: str, secret: str = "") -> None:
        """Remember where each field stands; a field without a column reads the empty cell put behind the row.

        With a ``secret`` editors have pseudonyms, and the cell stands beside.
        """
        self._at, self._names, self._notes, self._vhs = header.at, header.names, notes, vhs
        self._secret = secret
        self._status, self._style = profile.status, profile.dates
        self._composed = profile.booking_ids == "per course"
        self.many = TidyBookings(header, profile, vhs, notes.file, secret)
        self._pick = itemgetter(*(header.at.get(field, len(header.cells)) for field in BOOKINGS.headings))
        self._shared: dict[str, str] = {}
        self._doubtful: list[BookingRow] = []

    def row(self, cells: Sequence[str], line: int, *, tidy: bool = False) -> BookingRow:
        """Type one row; an unknown status letter keeps the row (B6), raises CellRefused for whatever else is wrong.

        A ``tidy`` row is known to have no cell that must be cleaned.
        """
        found, moment_iso, unstated = self._valid(cells, line, tidy=tidy)
        return self._typed(found, moment_iso, unstated, line)

    def _typed(self, found: tuple[str, ...], moment_iso: str, unstated: tuple[str, ...], line: int) -> BookingRow:
        booking_id, number, period, tnr, name, first_name, phone, email, letter, _, ref, edited_by = found
        shared = self._shared.setdefault
        return BookingRow(
            booking_id=booking_id,
            number=shared(number, number),
            period=shared(period, period),
            participant_no=tnr,
            status=self._status.get(letter),
            raw_status=shared(letter, letter),
            booked_at=moment_iso,
            file=self._notes.file,
            line=line,
            ref=ref or None,
            person=Person(name, first_name, phone, email) if name or first_name or phone or email else None,
            edited_by=pseudonym(edited_by, self._secret) or None,
            unstated=unstated,
            editor=(shared(edited_by, edited_by) or None) if self._secret else None,
        )

    def name(self, cells: Sequence[str], line: int, *, tidy: bool = False) -> tuple[str, str | None, Status | None]:
        """Check one row as ``row`` does and give its Beleg-ID, Koop-Beleg-ID and status only."""
        found, _, _ = self._valid(cells, line, tidy=tidy)
        return found[0], found[10], self._status.get(found[8])

    def take_doubtful(self) -> list[BookingRow]:
        """Give the rows read since the last time that can only be used if their booking is known (D29, D18d)."""
        found, self._doubtful = self._doubtful, []
        return found

    def _valid(self, cells: Sequence[str], line: int, *, tidy: bool) -> tuple[tuple[str, ...], str, tuple[str, ...]]:
        """Give the cells in the order of the layout, cleaned, the moment of booking, and which fields are unstated.

        Raises CellRefused.
        """
        found: tuple[str, ...] = self._pick([*cells, ""] if tidy else self._tidied(cells, line))
        found, unstated = self._stated(found, line)
        moment_iso = self._checked(found, unstated, line)
        if nameless(found, unstated) or is_doubtful(found, unstated) or without_decimals(found[0]) is not None:
            self._doubtful.append(self._typed(found, moment_iso, unstated, line))
        return found, moment_iso, unstated

    def _stated(self, found: tuple[str, ...], line: int) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """Empty the cells whose value is none (D29), with a notice, and name their fields.

        Raises CellRefused where what names the row, or a participant or another booking, is no identity (D18d, G8).
        """
        cells = dict(zip(BOOKINGS.headings, found, strict=True))
        for field, text in cells.items():
            if names_somebody(field, text):  # first, so that no notice repeats it
                raise CellRefused(field, NO_IDENTIFIER, REMEDY)
        unstated: list[str] = []
        for field, text in cells.items():
            if text and (none := NONE[field](text)) is not None:
                cells[field] = ""
                if field != "edited_by" and (field, text in NULLS) != ("ref", True):
                    unstated.append(field)
                heading = self._names[field]
                self._notes.notice(line, f"booking {cells['booking_id']}: {heading} {none}; what was known stands")
            elif text in NULLS and field in ("name", "first_name"):
                heading = self._names[field]
                self._notes.notice(line, f"booking {cells['booking_id']}: {heading} is {text}; it is taken for a name")
        if not cells["booked_at"] and "booked_at" not in unstated:
            unstated.append("booked_at")
            heading = self._names["booked_at"]
            self._notes.notice(line, f"booking {cells['booking_id']}: {heading} is empty; what was known stands")
        for field, read in IDENTITIES.items():
            try:
                cells[field] = read(cells[field]) if cells[field] else ""
            except Unreadable as error:
                raise CellRefused(field, error.reason, error.remedy) from None
        if self._composed and cells["booking_id"]:
            cells["booking_id"] = composed(cells["number"], cells["period"], cells["booking_id"])
        return tuple(cells.values()), tuple(unstated)

    def _checked(self, found: tuple[str, ...], unstated: tuple[str, ...], line: int) -> str:
        """Check the cells that every row needs and give the moment of booking, empty where it is unstated."""
        booking_id, number, period, tnr, _, _, _, _, letter, booked_at, ref, _ = found
        if (
            not (booking_id and number and period)
            or not (tnr or "participant_no" in unstated)
            or not (letter or "status" in unstated)
            or len(booking_id) > ID_LIMIT
            or len(number) > ID_LIMIT
            or len(period) > ID_LIMIT
            or len(tnr) > ID_LIMIT
            or (len(letter) > 1 and letter not in self._status)
        ):
            self._refuse((booking_id, number, period, tnr, letter), unstated)
        moment_iso = ""
        if "booked_at" not in unstated:
            try:
                moment_iso = moment(booked_at, self._style)
            except Unreadable as error:
                raise CellRefused("booked_at", error.reason, error.remedy) from None
        if ref:
            self._mirrored(ref, booking_id, line)
        elif "ref" not in unstated and (field := nameless(found, unstated)) and is_day_only(moment_iso):
            if self._status.get(letter) is CANCELLED:
                return moment_iso  # it may be the "S" of a booking that is known, which this file does not tell (D29)
            nobody = not any(found[4:8])
            if nobody and day_of(moment_iso):
                return moment_iso  # it may be a mirror that was given out, of a program without time of day (D26)
            ours = nobody and actor_of(found[11]) == WEB_SERVICE_USER
            raise CellRefused(field, *(UNTOLD_MIRROR if ours else NAMELESS))
        return moment_iso

    def _tidied(self, cells: Sequence[str], line: int) -> list[str]:
        """Clean every cell, and put an empty one behind the last."""
        tidy = [*cells, ""]
        for field, place in self._at.items():
            try:
                tidy[place] = plain(cells[place])
            except Unreadable as error:
                raise CellRefused(field, error.reason, error.remedy) from None
        for field in IDENTITIES:
            place = self._at.get(field, len(cells))
            if place < len(cells) and tidy[place] != cells[place] and not names_somebody(field, tidy[place]):
                number = tidy[self._at["number"]]
                self._notes.taken_off(line, self._names[field], cells[place], tidy[place], number)
        if not "".join(cells).isprintable():
            for field, place in self._at.items():
                if field not in IDENTITIES:
                    self._notes.unseen(line, tidy[self._at["booking_id"]], self._names[field], cells[place])
        return tidy

    def _refuse(self, named: tuple[str, ...], unstated: tuple[str, ...]) -> None:
        """Say which of the cells that every row needs is empty or too long.

        What is longer than a letter, and none of the profile's, is text that somebody typed into the status: it may
        name people, so its row is set aside and the text is not repeated (G8).
        """
        for field, text in zip(("booking_id", "number", "period", "participant_no", "status"), named, strict=True):
            try:
                if field not in unstated:
                    identity(text)
            except Unreadable as error:
                raise CellRefused(field, error.reason, error.remedy) from None
        letters = ", ".join(self._status)
        raise CellRefused(
            "status",
            "is longer than a letter",
            f"write one of {letters}, or give the program's letters in a profile",
        )

    def _mirrored(self, ref: str, booking_id: str, line: int) -> None:
        try:
            owner = owner_of(reference(ref))
        except Unreadable as error:
            raise CellRefused("ref", error.reason, error.remedy) from None
        if owner == self._vhs:
            self._notes.notice(line, f"booking {booking_id} is a mirror of {ref}, a booking of this VHS itself")


def fact_parser(field: str, profile: Profile) -> Parser:
    """Choose how the text of a fact is read; the parser raises Unreadable."""
    if field in _FLAGS:
        return flag_parser(profile)
    if field in _LISTS:
        return items
    if field == "rate":
        return lambda text: rate(plain(text), profile)
    if field in _TIMES:
        return lambda text: time_of_day(clean(text))
    if field in DAYS:
        return _or_none(lambda text: day(text, profile.dates))
    if field in _COUNTS:
        return _or_none(count)
    if field in MONEY_FIELDS:
        return _or_none(cents)
    return _delivery if field == "delivery" else prose


def _or_none(parse: Parser) -> Parser:
    """Read an empty cell as None: nothing is stated."""
    return lambda text: parse(text) if (text := clean(text)) else None


def flag_parser(profile: Profile) -> Parser:
    """Read the profile's letters for true and false; an empty cell is false."""
    truth = dict.fromkeys(profile.booleans.true, True) | dict.fromkeys(profile.booleans.false, False) | {"": False}

    def flag(text: str) -> bool:
        try:
            return truth[clean(text)]
        except KeyError:
            letters = ", ".join(letter for letter in truth if letter)
            raise Unreadable(
                f"{clean(text)!r} is neither true nor false", f"write one of {letters}, or name a profile"
            ) from None

    return flag


def rate(text: str, profile: Profile) -> str:
    """Read "vhsKOOP-Verrechnung": a whole number 0 to 100, ``Link``, or empty; R6 refuses the rest at the release.

    R6a: where the profile says so (itm:MANAGER), a blank or whatever is no number means ``Link``.
    """
    if text.casefold() == "link":
        return "Link"
    if not text:
        return "Link" if profile.rate.blank == "link" else ""
    if text.isascii() and text.isdigit():
        return text
    return "Link" if profile.rate.other == "link" else text


def _delivery(text: str) -> str:
    text = plain(text)
    if text and text.casefold() not in _DELIVERIES:
        raise Unreadable(
            f"{text!r} is no Kursart", f"write one of {', '.join(_DELIVERIES.values())}, or leave it empty"
        )
    return _DELIVERIES.get(text.casefold(), "")
