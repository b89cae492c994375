"""Whatever the bytes, readers either read or say what is wrong; what is written reads back."""

from __future__ import annotations

import csv
import io
import json
import shutil
import tempfile
import zipfile
from datetime import UTC, date, datetime
from functools import partial
from pathlib import Path
from typing import Any

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from koop_es.connectors import FactUnreadable, changes, facts_from_text, read_export, registrations
from koop_es.connectors.cells import neutralise, restore
from koop_es.connectors.errors import ProfileInvalid
from koop_es.connectors.export_writer import UserRow, write_export
from koop_es.connectors.personal import is_somebody
from koop_es.connectors.profiles import load
from koop_es.connectors.sentinels import is_first_day
from koop_es.connectors.values import (
    BERLIN,
    Unreadable,
    clean,
    count,
    day,
    dot_cents,
    identity,
    items,
    local_text,
    moment,
    plain,
    prose,
    time_of_day,
)
from koop_es.connectors.values import cents as cents_of
from koop_es.domain.course import HEADINGS, CourseFacts
from koop_es.domain.errors import KoopError
from koop_es.domain.observation import BookingRow, CourseRow, Kind, Person, Report, Status

STATED: dict[str, Any] = {"vhs": "563", "sequence": 7, "exported_at": "2026-03-02T02:00:00+01:00"}
letters = st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=12)
names = letters.map(plain).filter(lambda text: text == clean(text) and bool(text) and not is_first_day(text))
lines = (
    st.lists(letters, max_size=3)
    .map("\n".join)
    .map(prose)
    .filter(lambda text: text == prose(text) and not is_first_day(text))
)
ids = st.text("abcXYZ0123456789-./", min_size=1, max_size=20).filter(lambda text: not is_first_day(text))
own_ids = ids.filter(lambda text: not is_somebody(text))
"""Identifiers of bookings and participants, in which nobody is named (G8)."""
cents = st.integers(0, 10_000_000)
days = st.dates(date(1900, 1, 1), date(2199, 12, 31))
times = st.builds("{:02d}:{:02d}".format, st.integers(0, 23), st.integers(0, 59))
facts = st.builds(
    CourseFacts,
    title=lines,
    info=lines,
    course_type=lines,
    bamf=st.booleans(),
    starts_on=st.none() | days,
    ends_on=st.none() | days,
    starts_at=st.just("") | times,
    capacity=st.none() | st.integers(0, 999),
    fee_cents=st.none() | cents,
    rate=st.sampled_from(["", "0", "80", "Link", "viel"]),
    markers=st.lists(st.sampled_from(["100", "7", "A"]), max_size=3).map(tuple),
    delivery=st.sampled_from(["", "Online-Kurs"]),
)
moments = (
    st.datetimes(datetime(1990, 1, 1), datetime(2100, 1, 1))
    .filter(lambda when: when.hour > 3)  # the hour that comes twice is read as the first, so it cannot come back
    .map(lambda when: moment(f"{when:%d.%m.%Y %H:%M:%S}"))
)
mails = st.builds("{}@{}".format, names, names)
people = st.builds(Person, names, names, st.just("") | names, st.just("") | mails)
statuses = st.sampled_from([("A", Status.CONFIRMED), ("W", Status.WAITLISTED), ("S", Status.CANCELLED), ("X", None)])


@st.composite
def course_rows(draw: st.DrawFn) -> list[CourseRow]:
    keys = draw(st.lists(st.tuples(ids, ids), unique=True, max_size=5))
    return [
        CourseRow(
            number=number, period=period, external_number=draw(st.just("") | ids), facts=draw(facts), file="", line=0
        )
        for number, period in keys
    ]


@st.composite
def booking_rows(draw: st.DrawFn) -> list[BookingRow]:
    rows = []
    for booking_id in draw(st.lists(own_ids, unique=True, max_size=5)):
        letter, status = draw(statuses)
        mirror = draw(st.booleans())
        rows.append(
            BookingRow(
                booking_id=booking_id,
                number=draw(ids),
                period=draw(ids),
                participant_no=draw(own_ids),
                status=status,
                raw_status=letter,
                booked_at=draw(moments),
                ref=f"301:{draw(own_ids)}" if mirror else None,
                person=draw(st.none() | people) if mirror else draw(people),
                edited_by=draw(st.none() | names),
                file="",
                line=0,
            )
        )
    return rows


def bare(rows: list[Any]) -> list[Any]:
    return [msgspec.structs.replace(row, file="", line=0) for row in rows]


@given(course_rows(), booking_rows(), st.sampled_from(["utf-8", "utf-16"]), st.sampled_from(["e", "e.zip"]))
def test_rows_that_are_written_read_back_equal(
    courses: list[CourseRow], bookings: list[BookingRow], encoding: Any, name: str
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        target = Path(folder) / name
        write_export(target, courses=courses, bookings=bookings, encoding=encoding, **STATED)
        report = read_export(target)
    assert report.rejected == []
    assert bare(report.bookings) == bookings
    assert bare(report.courses) == courses or not courses
    assert report.kind is Kind.FULL
    assert report.courses_complete
    assert report.bookings_complete


@given(st.text(max_size=40))
def test_restore_undoes_neutralise_for_every_text(text: str) -> None:
    assert restore(neutralise(text)) == text
    assert not neutralise(text).startswith(("=", "+", "-", "@", "\t", "\r"))


SAMPLE_CSV = (
    "Beleg-ID;Kursnummer;Periode;TNR;Name;Vorname;Status;Gebucht am;Koop-Beleg-ID\r\n"
    '1;7;26F;T1;"Mü\nller";Eva;A;02.01.2026 09:30;\r\n2;7;26F;T2;Huber;"E""va";S;02.01.2026 09:30:01;\r\n'
).encode()
SAMPLE_XML = (
    '<?xml version="1.0" encoding="UTF-8"?><kurse><kurs><knr>1</knr><beginndat>03.04.2026</beginndat>'
    "<dozenten><dozent><name>Ä</name></dozent></dozenten></kurs></kurse>"
).encode()
SAMPLE_OPEN_VHS = (
    '<o:veranstaltungen version="1.2" xmlns:o="http://www.dvv-vhs.de/Open-VHS"><veranstaltung><guid>1</guid>'
    "<nummer>N</nummer><beginn_datum>2026-02-03</beginn_datum><text><text>\x7f</text></text><schlagwort>\x85a</schlagwort>"
    "<termin><beginn_datum>2026</beginn_datum></termin></veranstaltung></o:veranstaltungen>"
).encode()


def zipped() -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("manifest.json", manifest())
        archive.writestr("b.csv", SAMPLE_CSV)
    return stream.getvalue()


def manifest(encoding: str = "utf-8") -> str:
    return (
        '{"format": "koop-export/1", "vhs": "563", "system": "kufersql", "sequence": 1, "kind": "full", '
        f'"exported_at": "2026-03-02T02:00:00+01:00", "encoding": "{encoding}", '
        '"files": {"bookings": {"path": "b.csv"}}}'
    )


@st.composite
def mutated(draw: st.DrawFn, sample: bytes) -> bytes:
    content = bytearray(sample)
    for _ in range(draw(st.integers(0, 6))):
        at = draw(st.integers(0, len(content)))
        match draw(st.integers(0, 3)):
            case 0:
                content[at : at + 1] = draw(st.binary(max_size=3))
            case 1:
                del content[at : at + draw(st.integers(1, 20))]
            case 2:
                content[at:at] = draw(st.sampled_from([b'"', b";", b"\r", b"\n", b"\0", b"<", b"&", b"\xff", b"]]>"]))
            case _:
                content[at:at] = content[: draw(st.integers(0, 60))]
    return bytes(content)


def survives(name: str, content: bytes, beside: dict[str, str] | None = None) -> Report | None:
    """Read a file and let only errors of koop-es through."""
    folder = Path(tempfile.mkdtemp())
    try:
        (folder / name).write_bytes(content)
        for other, text in (beside or {}).items():
            (folder / other).write_text(text, encoding="utf-8")
        return read_export(folder if beside is not None else folder / name, vhs="563")
    except KoopError as error:
        assert error.message
        return None
    finally:
        shutil.rmtree(folder)


@given(
    mutated(SAMPLE_CSV) | st.binary(max_size=200), st.sampled_from(["utf-8", "windows-1252", "iso-8859-15", "utf-16"])
)
def test_mutated_csv_never_ends_in_a_traceback_and_keeps_rejected_bytes(content: bytes, encoding: str) -> None:
    report = survives("b.csv", content, {"manifest.json": manifest(encoding)})
    for rejected in report.rejected if report else []:
        assert rejected.raw in content
        assert rejected.reason
        assert rejected.line >= 1


@given(mutated(manifest().encode()) | st.binary(max_size=200))
def test_mutated_manifest_never_ends_in_a_traceback(content: bytes) -> None:
    survives("manifest.json", content, {"b.csv": SAMPLE_CSV.decode()})


@given(mutated(SAMPLE_XML) | mutated(SAMPLE_OPEN_VHS) | mutated(zipped()) | st.binary(max_size=200))
def test_mutated_file_never_ends_in_a_traceback(content: bytes) -> None:
    report = survives("export.bin", content)
    for rejected in report.rejected if report else []:
        assert rejected.raw in content or content.startswith(b"PK")


# --- rows and values that are none (D17, D29) -------------------------------------------------------------------------

HEAD, *ROWS = SAMPLE_CSV.decode().replace("Mü\nller", "Müller").splitlines(keepends=True)
nothings = st.sampled_from([";" * HEAD.count(";") + "\r\n", "\r\n", " ;;;\n", "\x1a\r\n", "\u00a0;;\r\n"])


@given(st.lists(st.tuples(st.integers(0, len(ROWS)), nothings), max_size=6), st.sampled_from(["", "\x1a"]))
def test_d17_rows_that_are_none_change_nothing_wherever_they_stand(places: list[tuple[int, str]], end: str) -> None:
    lines = list(ROWS)
    for place, nothing in sorted(places, reverse=True):
        lines.insert(place, nothing)
    found = survives("b.csv", (HEAD + "".join(lines) + end).encode(), {"manifest.json": manifest("utf-8")})
    plain = survives("b.csv", (HEAD + "".join(ROWS)).encode(), {"manifest.json": manifest("utf-8")})
    assert found is not None
    assert plain is not None
    assert bare(found.bookings) == bare(plain.bookings)
    assert [item.reason for item in found.rejected] == [item.reason for item in plain.rejected]


@given(st.sampled_from(["NULL", "#NV", "#NAME?", "01.01.1900", "30.12.1899"]), st.integers(0, HEAD.count(";")))
def test_d29_a_value_that_is_none_never_stands_in_a_row(none: str, column: int) -> None:
    cells = ROWS[0].rstrip("\r\n").split(";")
    cells[column] = none
    content = (HEAD + ";".join(cells) + "\r\n" + "".join(ROWS[1:])).encode()
    found = survives("b.csv", content, {"manifest.json": manifest("utf-8")})
    assert found is not None
    heading = HEAD.rstrip().split(";")[column]
    if none == "NULL" and heading in ("Name", "Vorname"):
        return  # a name
    if "." not in none or heading == "Gebucht am":
        assert not [row for row in found.bookings if none in repr(row)]


# --- formula cells (G6) -----------------------------------------------------------------------------------------------

FORMULAS = ("=", "+", "-", "@", "\t", "\r")
nasty = st.sampled_from(
    ["=1+1", "+49 941", "-5", "@SUM(A1)", "\t=1", "\r=1", "'=1", "''+1", "'t Hooft", "=cmd|'/C calc'!A1"]
)
texts_typed = nasty | st.builds("{}{}".format, st.sampled_from(["", "'", "=", "+", "-", "@", "''="]), letters)
names_typed = texts_typed.map(clean).filter(
    lambda text: bool(text) and text == clean(text) and text == plain_or_none(text)
)


def plain_or_none(text: str) -> str | None:
    try:
        return plain(text)
    except Unreadable:
        return None


@given(st.lists(names_typed, min_size=4, max_size=4), st.sampled_from([";", '";', '"']))
def test_no_cell_of_a_written_export_is_a_formula_and_all_of_them_read_back(texts: list[str], rest: str) -> None:
    name, first_name, phone, title = texts
    person = Person(name, first_name + clean(rest), phone, "a@example.org")
    booking = booking_of("=B1", person)
    course = CourseRow(number="+7", period="26F", external_number="-1", facts=CourseFacts(title=title), file="", line=0)
    with tempfile.TemporaryDirectory() as folder:
        target = write_export(
            Path(folder) / "e",
            courses=[course],
            bookings=[booking],
            users=[UserRow(name, first_name, "@x.de")],
            **STATED,
        )
        report = read_export(target)
        cells = [
            cell
            for file in target.glob("*.csv")
            for row in csv.reader(io.StringIO(file.read_text(encoding="utf-8"), newline=""), delimiter=";")
            for cell in row
        ]
    assert not [cell for cell in cells if cell.startswith(FORMULAS)]
    assert bare(report.bookings) == [booking]
    assert [(row.number, row.external_number, row.facts.title) for row in report.courses] == [("+7", "-1", title)]


def booking_of(booking_id: str, person: Person) -> BookingRow:
    return BookingRow(
        booking_id=booking_id,
        number="+7",
        period="26F",
        participant_no="-T1",
        status=Status.CONFIRMED,
        raw_status="A",
        booked_at="2026-01-02T09:30:00+01:00",
        person=person,
        file="",
        line=0,
    )


# --- what else goes in and out ----------------------------------------------------------------------------------------

xml_texts = st.text(
    st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="\ufffe\uffff"), min_size=1, max_size=20
)


@given(st.lists(xml_texts, min_size=4, max_size=4))
def test_a_registration_import_reads_back_whatever_the_names(texts: list[str]) -> None:
    name, first_name, phone, email = texts
    booking = {"ref": "301:5", "status": "W", "name": name, "first_name": first_name, "phone": phone, "email": email}
    booking["booked_at"] = "2026-01-02T09:30:00+01:00"
    change = {"kind": "booking.create", "coop_id": "563-COOP-1", "course": {"number": name}, "booking": booking}
    (back,) = registrations.read_back(registrations.registration(change))
    assert [back.name, back.first_name, back.phone, back.email, back.course_number] == [*texts, name]
    assert back.status == "W"


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)
half_changes = st.dictionaries(
    st.sampled_from(["id", "vhs", "coop_id", "kind", "course", "booking", "because"]),
    json_values | st.sampled_from([*changes.KINDS, {"fields": {}}, {"ref": "1:2"}]),
)


@given(half_changes.map(json.dumps) | json_values.map(json.dumps) | st.text(max_size=40))
def test_a_line_is_a_change_or_a_typed_error_and_a_change_reads_back(line: str) -> None:
    try:
        change = changes.parse(line)
    except changes.ChangeInvalid as error:
        assert error.message
    else:
        assert changes.ordered(change) == change or "NaN" in line
        assert change["kind"] in changes.KINDS


@given(st.text(max_size=60) | st.binary(max_size=60).map(lambda raw: raw.decode("latin-1")))
def test_every_reader_of_a_cell_reads_or_says_what_is_wrong(text: str) -> None:
    for read in (
        plain,
        identity,
        day,
        time_of_day,
        moment,
        count,
        cents_of,
        dot_cents,
        partial(day, style="YYYY-MM-DD"),
    ):
        try:
            read(text)
        except Unreadable as error:
            assert error.reason
            assert error.remedy
    assert prose(neutralise(prose(text))) == prose(text), "or a change list that writes it is never done"
    assert clean(neutralise(clean(text))) == clean(text)
    assert all(item == item.strip() for item in items(text))


@given(days, times, st.sampled_from(["", ":00", ":59"]))
def test_a_moment_keeps_day_and_time_or_is_in_the_hour_that_spring_leaves_out(on: date, at: str, seconds: str) -> None:
    assert day(f"{on:%d.%m.}{on.year:04d}") == on
    text = f"{on:%d.%m.}{on.year:04d} {at}{seconds}"
    written = datetime.fromisoformat(f"{on}T{at}{seconds or ':00'}")
    there = written.replace(tzinfo=BERLIN).astimezone(UTC).astimezone(BERLIN).replace(tzinfo=None) == written
    try:
        read = moment(text)
    except Unreadable:
        assert not there
    else:
        assert there
        assert datetime.fromisoformat(read).replace(tzinfo=None) == written
        assert local_text(read)[: len(text)] == text


@given(st.dictionaries(st.sampled_from([*HEADINGS.values(), "IBAN", ""]), st.text(max_size=20), max_size=4))
def test_facts_an_operator_types_are_read_or_refused_by_their_heading(given_facts: dict[str, str]) -> None:
    try:
        facts_from_text(given_facts)
    except FactUnreadable as error:
        assert error.details["heading"] in given_facts


PROFILE = 'name = "own"\ndelimiter = ";"\n[status]\nA = "A"\n[columns.bookings]\nname = ["Nachname"]\n'


@given(mutated(PROFILE.encode()) | st.binary(max_size=80))
def test_a_profile_is_read_or_refused(content: bytes) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "own.toml"
        path.write_bytes(content)
        try:
            assert len(load(str(path)).delimiter) == 1
        except ProfileInvalid as error:
            assert "own.toml" in error.message
