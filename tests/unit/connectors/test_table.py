"""Broken CSV: no row is lost beyond what cannot be separated, and every rejected one keeps its exact bytes."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from koop_es.connectors import ExportQuarantined, limits, read_export
from koop_es.domain.observation import Report

from .conftest import BOOKING, BOOKINGS, COURSE, COURSES, Export


def row(booking_id: int, **replaced: str) -> str:
    text = BOOKING.replace("8841", str(booking_id))
    for before, after in replaced.items():
        text = text.replace(before, after)
    return text


def ids(report: Report) -> list[str]:
    return [booking.booking_id for booking in report.bookings]


def test_quote_that_never_closes_costs_its_own_line_only(export: Export) -> None:
    bad = row(2, Müller='"Müller')
    report = read_export(export(None, BOOKINGS + row(1) + bad + row(3) + row(4)))
    assert ids(report) == ["1", "3", "4"]
    assert [(found.line, found.raw) for found in report.rejected] == [(3, bad.encode())]
    assert report.rejected[0].key == ("2", "26-10009", "26F"), "the cells before the quote are beyond doubt"


def test_two_open_quotes_that_close_each_other_do_not_swallow_the_rows_between(export: Export) -> None:
    rows = row(1, Müller='"Müller') + row(2) + row(3) + row(4, Müller='"Huber') + row(5)
    report = read_export(export(None, BOOKINGS + rows))
    assert ids(report) == ["2", "3", "5"]
    assert [found.line for found in report.rejected] == [2, 5]


def test_d17_a_text_of_two_lines_whose_quote_never_closes_costs_its_own_row(export: Export) -> None:
    given = [COURSE.replace("10009", str(number)) for number in range(10001, 10005)]
    given[1] = given[1].replace("Yoga", '"Yoga\r\nim Freien')
    report = read_export(export(COURSES + "".join(given), BOOKINGS + row(1), rows={"courses": 4, "bookings": 1}))
    assert [course.number for course in report.courses] == ["26-10001", "26-10003", "26-10004"]
    assert (report.courses_complete, report.bookings_complete) == (False, True), "nobody knows what is not there"
    assert b"".join(found.raw for found in report.rejected) == given[1].encode()
    (notice,) = report.notices
    assert "has 5 rows where the manifest says 4" in notice.text


@pytest.mark.parametrize("behind", [0, 2])
@pytest.mark.parametrize(
    "stray",
    [
        lambda text: '"' + text,
        lambda text: text.replace(";", ';"', 1),
        lambda text: text.replace("26F", '"26F"').replace(";A;", ';"A;'),
        lambda text: '"' + text.replace(";", '";"').replace("\r\n", "\r\n"),
    ],
    ids=["before the first cell", "before the second", "behind whole ones", "in front of every cell"],
)
@pytest.mark.parametrize("many", [2, 3, 4])
def test_d17_neighbouring_rows_with_a_stray_quote_cost_themselves(
    export: Export, many: int, stray: Callable[[str], str], behind: int
) -> None:
    """At the end of the file as well: the rows that are there are as many as were written."""
    bad = [stray(row(10 + number)) for number in range(many)]
    good = "".join(row(20 + number) for number in range(behind))
    report = read_export(export(None, BOOKINGS + row(1) + "".join(bad) + good, rows={"bookings": 1 + many + behind}))
    assert (ids(report), report.bookings_complete) == (["1", *(str(20 + number) for number in range(behind))], True)
    assert [found.raw for found in report.rejected] == [text.encode() for text in bad]


def test_d17_a_row_of_two_lines_whose_quote_never_closes_proves_nothing_missing(export: Export) -> None:
    bad = row(2, Müller='"Mül\r\nler')
    report = read_export(export(None, BOOKINGS + row(1) + bad + row(3), rows={"bookings": 3}))
    assert (ids(report), report.bookings_complete) == (["1", "3"], False)
    assert b"".join(found.raw for found in report.rejected) == bad.encode()


@pytest.mark.parametrize("text", ['Matte\r\n";F', 'Matte\r\nDecke; Kissen;"\r\n";F', 'a\r\n"";b;c;d""\r\n"'])
def test_d17_lines_of_a_text_are_no_rows_although_they_begin_with_a_quote(export: Export, text: str) -> None:
    broken = COURSE.replace("Yoga", '"Yoga" x').replace("Matte;F", f'"{text}')
    good = COURSE.replace("10009", "10010")
    report = read_export(export(COURSES + broken + good, rows={"courses": 2}))
    assert [course.number for course in report.courses] == ["26-10010"]
    assert b"".join(found.raw for found in report.rejected) == broken.encode()


def test_d17_a_text_of_more_lines_than_a_row_may_have_costs_itself(export: Export) -> None:
    long = COURSE.replace("Matte", '"' + "Matte\r\n" * (limits.RECORD_LINES + 300) + '"')
    courses = COURSE + long.replace("10009", "10010") + COURSE.replace("10009", "10011")
    report = read_export(export(COURSES + courses, rows={"courses": 3}))
    assert [course.number for course in report.courses] == ["26-10009", "26-10011"]
    assert not report.courses_complete


@pytest.mark.parametrize("cut", [1, 40, 90, 130])
@pytest.mark.parametrize("missing", [0, 1, 500])
def test_d17_a_file_that_was_cut_off_is_refused_although_a_quote_is_open(
    export: Export, cut: int, missing: int
) -> None:
    last = COURSE.replace("10009", "10010").replace("Matte", '"Matte\r\nund\r\nDecke"')
    content = COURSES + COURSE + COURSE.replace("10009", "10008").replace("Matte", '"Matte') + last[:-cut]
    with pytest.raises(ExportQuarantined, match="where the manifest says"):
        read_export(export(content, rows={"courses": 4 + missing}))


def test_open_quote_in_the_last_line_of_the_file(export: Export) -> None:
    report = read_export(export(None, BOOKINGS + row(1) + row(2, Müller='"Müller').rstrip("\r\n"), proof=False))
    assert ids(report) == ["1"]
    assert len(report.rejected) == 1


def test_cell_over_several_lines_is_one_row_and_counts_lines(export: Export) -> None:
    rows = COURSE.replace("Matte", '"Matte\r\nund ""Decke"";\r\n2026"') + COURSE.replace("10009", "10010")
    report = read_export(export(COURSES + rows, rows={"courses": 2}))
    assert [course.line for course in report.courses] == [2, 5]
    assert report.courses[0].facts.info == 'Matte\nund "Decke";\n2026'


def test_quotes_that_are_not_doubled_cost_their_row_with_all_its_lines(export: Export) -> None:
    bad = COURSE.replace("Matte", '"Matte und "Decke"\r\nund Kissen"')
    report = read_export(export(COURSES + bad + COURSE.replace("10009", "10010"), rows={"courses": 2}))
    assert [course.number for course in report.courses] == ["26-10010"]
    assert [found.raw for found in report.rejected] == [bad.encode()]


def test_wrong_width_of_a_row_over_several_lines_rejects_that_row_as_one(export: Export) -> None:
    bad = COURSE.replace("Matte", '"Matte\r\nDecke"').replace(";F\r\n", ";F;zu viel\r\n")
    report = read_export(export(COURSES + bad + COURSE.replace("10009", "10010"), rows={"courses": 2}))
    assert [course.number for course in report.courses] == ["26-10010"]
    assert [(found.raw, found.key) for found in report.rejected] == [(bad.encode(), None)]


def test_wrong_width_has_no_key_since_its_columns_may_have_shifted(export: Export) -> None:
    report = read_export(export(None, BOOKINGS + row(1).replace("1;", ";1;", 1) + row(2)))
    assert ids(report) == ["2"]
    assert (report.rejected[0].key, "columns" in report.rejected[0].reason) == (None, True)


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_line_ends_of_every_kind(export: Export, end: str) -> None:
    text = (BOOKINGS + row(1) + row(2)).replace("\r\n", end)
    report = read_export(export(None, text, rows={"bookings": 2}))
    assert [(booking.booking_id, booking.line) for booking in report.bookings] == [("1", 2), ("2", 3)]


def test_mixed_line_ends_lose_nothing(export: Export) -> None:
    rows = [row(1).replace("\r\n", "\n"), row(2), row(3).replace("\r\n", "\r"), row(4).rstrip("\r\n")]
    assert ids(read_export(export(None, BOOKINGS + "".join(rows), rows={"bookings": 4}))) == ["1", "2", "3", "4"]


@pytest.mark.parametrize("block", [7, 40])
@pytest.mark.parametrize("end", ["\r", "\r\n", "\n"])
def test_a_file_longer_than_a_line_may_be_is_read_whatever_its_line_ends(
    export: Export, end: str, block: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "LINE_BYTES", 2 * len(BOOKINGS.encode()))
    monkeypatch.setattr("koop_es.connectors.lines._BLOCK", block)
    text = BOOKINGS + "".join(BOOKING.replace("8841", str(number)) for number in range(1, 30))
    report = read_export(export(None, text.replace("\r\n", end), rows={"bookings": 29}))
    assert [(row.booking_id, row.line) for row in report.bookings] == [(str(n), n + 1) for n in range(1, 30)]


def test_blank_lines_are_no_rows(export: Export) -> None:
    report = read_export(export(None, BOOKINGS + "\r\n" + row(1) + "\r\n\r\n", rows={"bookings": 1}))
    assert (ids(report), report.rejected, report.bookings[0].line) == (["1"], [], 3)


def test_nul_rejects_its_row(export: Export) -> None:
    bad = row(2, Müller="Mül\0ler")
    report = read_export(export(None, BOOKINGS + row(1) + bad + row(3)))
    assert ids(report) == ["1", "3"]
    assert (report.rejected[0].raw, report.rejected[0].column) == (bad.encode(), "Name")


def test_line_break_inside_a_name_rejects_its_row(export: Export) -> None:
    report = read_export(export(None, BOOKINGS + row(1, Müller='"Mül\nler"') + row(2), rows={"bookings": 2}))
    assert ids(report) == ["2"]
    assert report.rejected[0].column == "Name"


def test_byte_without_meaning_in_utf8_rejects_its_row_only(export: Export) -> None:
    raw = (BOOKINGS + row(1)).encode() + row(2).encode("cp1252") + row(3).encode()
    report = read_export(export(None, raw))
    assert ids(report) == ["1", "3"]
    (found,) = report.rejected
    assert (found.raw, found.column, found.key) == (row(2).encode("cp1252"), "Name", ("2", "26-10009", "26F"))
    assert "0xFC" in found.reason


def test_byte_without_meaning_in_windows_1252_rejects_its_row_only(export: Export) -> None:
    raw = (BOOKINGS + row(1)).encode("cp1252") + row(2).encode("cp1252").replace(b"\xfc", b"\x81")
    report = read_export(export(None, raw, encoding="windows-1252"))
    assert ids(report) == ["1"]
    assert "0x81" in report.rejected[0].reason


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "iso8859-15", "utf-16", "utf-16-le", "utf-16-be"])
def test_every_encoding_reads_the_same(export: Export, encoding: str) -> None:
    declared = {"utf-8-sig": "utf-8", "cp1252": "windows-1252", "iso8859-15": "iso-8859-15"}.get(encoding, encoding[:6])
    raw = (BOOKINGS + row(1, Müller="Čöß€" if "utf" in encoding else "Öß€")).encode(encoding)
    if encoding == "utf-16-be":
        raw = b"\xfe\xff" + raw
    declared = declared if declared != "utf-8" or not encoding.startswith("utf-16") else "utf-16"
    report = read_export(export(None, raw, encoding=declared, rows={"bookings": 1}))
    assert report.bookings[0].person is not None
    assert report.bookings[0].person.name.endswith("öß€" if "utf" in encoding else "Öß€")


def test_rejected_row_of_utf16_keeps_its_bytes(export: Export) -> None:
    bad = row(2).replace(";T1;", ";;")
    raw = (BOOKINGS + row(1) + bad + row(3)).encode("utf-16")
    report = read_export(export(None, raw, encoding="utf-16", rows={"bookings": 3}))
    assert report.rejected[0].raw == bad.encode("utf-16-le")


def test_broken_utf16_quarantines_the_export(export: Export) -> None:
    raw = (BOOKINGS + row(1)).encode("utf-16") + b"\x00"
    with pytest.raises(ExportQuarantined, match="no utf-16") as caught:
        read_export(export(None, raw, encoding="utf-16", proof=False))
    assert (caught.value.vhs, caught.value.sequence, caught.value.kind) == ("563", 42, "full")


@pytest.mark.parametrize(("real", "declared"), [("utf-16", "utf-8"), ("utf-8", "utf-16"), ("utf-16", "windows-1252")])
def test_wrongly_declared_encoding_is_never_guessed(export: Export, real: str, declared: str) -> None:
    with pytest.raises(ExportQuarantined):
        read_export(export(None, (BOOKINGS + row(1)).encode(real), encoding=declared, proof=False))


def test_utf8_declared_as_windows_1252_is_read_as_declared_and_noted(export: Export) -> None:
    report = read_export(export(None, (BOOKINGS + row(1)).encode(), encoding="windows-1252"))
    assert report.bookings[0].person is not None
    assert report.bookings[0].person.name == "MÃ¼ller"
    assert any("valid utf-8" in notice.text for notice in report.notices)


def test_cell_of_ten_megabytes_rejects_its_row_only(export: Export) -> None:
    bad = row(2, Müller="x" * 10_000_000)
    report = read_export(export(None, BOOKINGS + row(1) + bad + row(3)))
    assert ids(report) == ["1", "3"]
    assert report.rejected[0].raw == bad.encode()
    assert "more than 1 MiB" in report.rejected[0].reason


def test_row_of_ten_million_columns_is_rejected_without_being_taken_apart(export: Export) -> None:
    report = read_export(export(None, BOOKINGS + row(1) + ";" * 10_000_000 + "\r\n" + row(3)))
    assert (ids(report), len(report.rejected)) == (["1", "3"], 1)


def test_million_blank_lines_quarantine_the_export(export: Export) -> None:
    with pytest.raises(ExportQuarantined, match="blank lines"):
        read_export(export(None, BOOKINGS + "\n" * (limits.BLANK_LINES + 1), proof=False))


def test_endless_line_of_utf16_is_quarantined(export: Export) -> None:
    raw = BOOKINGS.encode("utf-16") + b"x\0" * limits.LINE_BYTES
    with pytest.raises(ExportQuarantined, match="12 MiB"):
        read_export(export(None, raw, encoding="utf-16", proof=False))


def test_cell_past_the_limit_but_not_the_parsers_rejects_its_row_only(export: Export) -> None:
    report = read_export(export(None, BOOKINGS + row(1, Müller="x" * (limits.CELL_CHARS + 1)) + row(2)))
    assert (ids(report), report.rejected[0].column) == (["2"], "Name")


def test_ten_thousand_columns_quarantine_the_export(export: Export) -> None:
    with pytest.raises(ExportQuarantined, match="10000 columns"):
        read_export(export(None, ";".join(f"c{n}" for n in range(10_000)) + "\n", proof=False))


def test_quotes_broken_in_every_row_end_in_bounded_work(export: Export) -> None:
    rows = "".join(row(n, Müller='"Müller') for n in range(1, 2_001))
    report = read_export(export(None, BOOKINGS + rows + row(9_999)))
    assert len(report.rejected) + len(report.bookings) == 2_001


def test_file_of_one_endless_line_is_quarantined(export: Export) -> None:
    with pytest.raises(ExportQuarantined, match="12 MiB"):
        read_export(export(None, BOOKINGS.encode() + b"x" * (limits.LINE_BYTES + 10), proof=False))


def test_r6_formula_guard_is_taken_off(export: Export) -> None:
    report = read_export(
        export(None, BOOKINGS + row(1, **{"0941 1": "'+49 941 1"}) + row(2, **{"0941 1": "+49 941 1"}))
    )
    assert [booking.person and booking.person.phone for booking in report.bookings] == ["+49 941 1", "+49 941 1"]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
@pytest.mark.parametrize("end", ["\u2028", "\u2029", "\x0b", "\x0c"])
def test_what_ends_a_line_elsewhere_ends_none_here_and_goes_nowhere_in_silence(
    export: Export, end: str, encoding: str
) -> None:
    folder = export(
        COURSES + COURSE.replace("Matte", f"Matte{end}Decke"),
        BOOKINGS + row(1, Müller=f"Mül{end}ler") + row(2),
        rows={"courses": 1, "bookings": 2},
        encoding=encoding,
    )
    report = read_export(folder)
    assert [course.facts.info for course in report.courses] == ["Matte\nDecke"]
    assert (ids(report), [(found.line, found.column) for found in report.rejected]) == (["2"], [(2, "Name")])


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
@pytest.mark.parametrize("end", ["\x85", "\u2028", "\u2029"])
@pytest.mark.parametrize("proof", [True, False])
def test_rows_that_end_with_what_ends_no_line_are_refused_as_what_they_are(
    export: Export, end: str, encoding: str, proof: bool
) -> None:
    text = (BOOKINGS + row(1) + row(2)).replace("\r\n", end)
    with pytest.raises(ExportQuarantined, match="a line end that CSV does not have"):
        read_export(export(None, text, rows={"bookings": 2}, proof=proof, encoding=encoding))
    report = read_export(
        export(None, BOOKINGS + (row(1) + row(2)).rstrip().replace("\r\n", end), proof=False, encoding=encoding)
    )
    assert (ids(report), len(report.rejected)) == ([], 1)
