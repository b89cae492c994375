"""A file of another delimiter than the profile's is refused with the one it has; what names it to Excel is no row."""

from __future__ import annotations

from pathlib import Path

import pytest

from koop_es.connectors import ExportQuarantined, read_export
from koop_es.connectors.delimiters import DELIMITERS
from koop_es.replay.words.readers import said

from .conftest import BOOKING, BOOKINGS, COURSE, COURSES, Export

QUOTED = {True: "in quotes", False: "bare"}


def written(text: str, mark: str, *, quoted: bool) -> str:
    lines = [line.split(";") for line in text.splitlines()]
    return "".join(mark.join(f'"{cell}"' if quoted else cell for cell in cells) + "\r\n" for cells in lines)


def with_profile(folder: Path, remedy: str) -> Path:
    (folder / "profile.toml").write_text(f"name = 'x'\n{remedy.partition('a profile with ')[2]}\n")
    return folder / "profile.toml"


@pytest.mark.parametrize("quoted", QUOTED, ids=QUOTED.values())
@pytest.mark.parametrize("encoding", ["utf-8", "windows-1252", "utf-16"])
@pytest.mark.parametrize("mark", [mark for mark in DELIMITERS if mark != ";"], ids=["commas", "tabs", "bars"])
@pytest.mark.parametrize("part", ["courses", "bookings"])
def test_g5_a_file_of_another_delimiter_is_refused_with_the_one_it_has(
    export: Export, tmp_path: Path, part: str, mark: str, encoding: str, quoted: bool
) -> None:
    texts = {"courses": COURSES + COURSE, "bookings": BOOKINGS + BOOKING.replace("Müller", "Mayer")}
    texts["courses"] = texts["courses"].replace("90,00", "90")
    folder = export(**texts | {part: written(texts[part], mark, quoted=quoted)}, encoding=encoding)
    with pytest.raises(ExportQuarantined) as refused:
        read_export(folder)
    shown = mark.replace("\t", "\\t")
    assert refused.value.remedy == (
        f'the cells are delimited by "{shown}": export them with ";", or name a profile with delimiter = "{shown}"'
    )
    assert "Mayer" not in refused.value.message, "a line that is no header may be a row of somebody (D15)"
    assert "getrennt" in said(refused.value.remedy, "de")
    told = export(**{name: written(text, mark, quoted=quoted) for name, text in texts.items()}, encoding=encoding)
    report = read_export(told, profile=str(with_profile(tmp_path, refused.value.remedy)))
    assert (len(report.courses), len(report.bookings), report.rejected) == (1, 1, [])


@pytest.mark.parametrize("more", [0, 1], ids=["not counted", "counted"])
@pytest.mark.parametrize("line", ["sep=;", "SEP=;", '"sep=;"', "sep=;;;;", "sep=; "])
@pytest.mark.parametrize("encoding", ["utf-8", "windows-1252", "utf-16"])
def test_d17_a_line_that_names_the_delimiter_to_excel_is_no_row(
    export: Export, line: str, encoding: str, more: int
) -> None:
    rows = {"courses": 1 + more, "bookings": 2 + more}
    bookings = BOOKINGS + BOOKING + "kaputt\r\n" + BOOKING.replace("8841", "8842").replace("T1", "T2")
    rows["bookings"] += 1
    folder = export(f"{line}\r\n{COURSES}{COURSE}", f"{line}\r\n{bookings}", rows=rows, encoding=encoding)
    report = read_export(folder)
    assert (len(report.courses), len(report.bookings)) == (1, 2)
    assert [item.line for item in report.rejected] == [4], "lines are those of the file"
    assert report.courses_complete
    assert not [item for item in report.notices if "manifest says" in item.text]


@pytest.mark.parametrize(("before", "line"), [("", 1), ("sep=;\r\n", 2), ("\r\n", 2), ("sep=;\r\n\r\n", 3)])
@pytest.mark.parametrize("part", ["courses", "bookings"])
def test_g5_what_is_said_of_the_header_names_the_line_on_which_it_stands(
    export: Export, part: str, before: str, line: int
) -> None:
    rows = {"courses": COURSES + COURSE, "bookings": BOOKINGS + BOOKING}
    header, _, row = rows[part].partition("\r\n")
    odd = {**rows, part: f"{before}{header};Neu;\r\n{row.strip()};x;\r\n"}
    report = read_export(export(**odd, rows={"courses": 1, "bookings": 1}))
    said_of = [(item.line, item.text) for item in report.notices if "were left out" in item.text]
    assert [number for number, _ in said_of] == [line, line], said_of
    known = header.split(";")[0]
    for wrong in (header.replace(known, "Anders", 1), f"{header};{known}", f'{header};"a"b', f"{header};\0"):
        with pytest.raises(ExportQuarantined) as refused:
            read_export(export(**{**rows, part: f"{before}{wrong}\r\n{row}"}))
        assert refused.value.line == line, wrong


@pytest.mark.parametrize("line", ["sep=,", '"sep=,"'])
def test_g5_a_line_that_names_another_delimiter_is_said(export: Export, line: str) -> None:
    with pytest.raises(ExportQuarantined, match='delimited by ","'):
        read_export(export(None, f"{line}\r\n" + written(BOOKINGS + BOOKING, ",", quoted=False)))


@pytest.mark.parametrize(
    "first", ["", "2;26-1;26F;70002;sep=;\r\n", "sep\r\n", "Kursnummer\r\n", "Müller, Eva, Titel\r\n"]
)
def test_g5_a_line_that_tells_no_delimiter_is_answered_as_ever(export: Export, first: str) -> None:
    with pytest.raises(ExportQuarantined) as refused:
        read_export(export(None, first + BOOKING if first else ""))
    assert "delimited by" not in refused.value.remedy
    assert "Eva" not in refused.value.message


def test_d17_such_a_line_amid_the_rows_is_a_row_that_cannot_be_used(export: Export) -> None:
    report = read_export(export(None, BOOKINGS + BOOKING + "sep=;\r\n", rows={"bookings": 2}))
    assert (len(report.bookings), [item.line for item in report.rejected]) == (1, [3])
