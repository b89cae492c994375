"""The same file says the same however it is gone through: in blocks of any size, row by row, or put in order first."""

from __future__ import annotations

import errno
import random
from collections.abc import Callable

import pytest

from koop_es.connectors import content, grouping, lines, names, open_export, read_export, sheet
from koop_es.connectors.errors import ExportQuarantined
from koop_es.connectors.pile import Pile, filed
from koop_es.domain.observation import Report

from .conftest import BOOKING, BOOKINGS, COURSE, COURSES, Export

Said = tuple[object, ...]


def odd_rows(seed: int, count: int = 120) -> str:
    """Make rows of seven courses in any order: plain ones, quoted ones, with blanks, broken, doubled, unusable."""
    drawn = random.Random(seed)
    rows = []
    for number in range(count):
        row = BOOKING.replace("8841", str(number)).replace("26-10009", f"26-{drawn.randrange(7)}")
        match drawn.randrange(14):
            case 0:
                row = row.replace("Müller", '"Mül;ler"')
            case 1:
                row = row.replace("Müller", '"Mül\r\nler"')
            case 2:
                row = row.replace("Müller", '"Müller')
            case 3:
                row = row.replace(";26F;", "; 26F ;")
            case 4:
                row = row.replace("\r\n", drawn.choice(["\n", "\r"]))
            case 5:
                row = row.replace(";A;", ";A;;")
            case 6:
                row = row.replace("02.01.2026", "31.02.2026")
            case 7:
                row = row * 2
            case 8:
                row += row.replace(";A;", ";S;")
            case 9:
                row = row.replace(";;\r\n", ";563:9;\r\n")
        rows.append(row)
    return BOOKINGS + "".join(rows)


def said(report: Report) -> Said:
    return (report.courses, report.bookings, report.rejected, report.notices, report.rows)


@pytest.fixture
def written(export: Export) -> Callable[..., Said]:
    def read(text: str, encoding: str = "utf-8") -> Said:
        return said(read_export(export(COURSES + COURSE, text, proof=False, encoding=encoding)))

    return read


@pytest.mark.parametrize("encoding", ["utf-8", "windows-1252", "utf-16"])
@pytest.mark.parametrize("seed", range(6))
def test_the_size_of_blocks_changes_nothing(
    written: Callable[..., Said], monkeypatch: pytest.MonkeyPatch, seed: int, encoding: str
) -> None:
    text = odd_rows(seed)
    whole = written(text, encoding)
    for size in (1, 90, 700):
        monkeypatch.setattr(lines, "_BLOCK", size)
        monkeypatch.setattr(lines, "_UTF16_BLOCK", size)
        assert written(text, encoding) == whole


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
@pytest.mark.parametrize("seed", range(6))
def test_rows_that_are_put_in_order_first_say_the_same(
    written: Callable[..., Said], monkeypatch: pytest.MonkeyPatch, seed: int, encoding: str
) -> None:
    text = odd_rows(seed)
    remembered = written(text, encoding)
    for most in (0, 3, 40):
        monkeypatch.setattr(grouping, "MOST_RUNS", most)
        assert written(text, encoding) == remembered


@pytest.mark.parametrize("seed", range(6))
def test_rows_that_are_typed_again_say_the_same(
    written: Callable[..., Said], monkeypatch: pytest.MonkeyPatch, seed: int
) -> None:
    text = odd_rows(seed)
    kept = written(text)
    monkeypatch.setattr(content, "KEPT_ROWS", 0)
    assert written(text) == kept


@pytest.mark.parametrize("bound", ["HELD", "AT_ONCE"])
@pytest.mark.parametrize("seed", range(3))
def test_names_that_are_put_away_or_told_apart_are_compared_all_the_same(
    written: Callable[..., Said], monkeypatch: pytest.MonkeyPatch, seed: int, bound: str
) -> None:
    text = odd_rows(seed)
    held = written(text)
    monkeypatch.setattr(names, bound, 10)
    assert written(text) == held


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
@pytest.mark.parametrize("seed", range(6))
def test_a_file_too_large_to_be_held_says_the_same(
    written: Callable[..., Said], monkeypatch: pytest.MonkeyPatch, seed: int, encoding: str
) -> None:
    text = odd_rows(seed)
    held = written(text, encoding)
    monkeypatch.setattr(sheet, "WHOLE_BYTES", 0)
    assert written(text, encoding) == held
    monkeypatch.setattr(sheet, "RUN_BYTES", 300)
    assert written(text, encoding) == held


def test_a_long_run_of_rows_is_read_in_pieces(written: Callable[..., Said], monkeypatch: pytest.MonkeyPatch) -> None:
    text = BOOKINGS + "".join(BOOKING.replace("8841", str(number)) for number in range(200))
    whole = written(text)
    monkeypatch.setattr(lines, "_BLOCK", 500)
    monkeypatch.setattr(grouping, "RUN_BYTES", 1_000)
    assert written(text) == whole


def test_one_file_is_checked_and_read_by_course(export: Export) -> None:
    rows = [BOOKING.replace("8841", str(n)).replace("26-10009", f"K{n % 3}") for n in range(9)]
    with open_export(export(COURSES + COURSE, BOOKINGS + "".join(rows))) as opened:
        found = opened.report().bookings_by_course()
        assert {key: [row.booking_id for row in item.rows] for key, item in found.items()} == {
            ("K0", "26F"): ["0", "3", "6"],
            ("K1", "26F"): ["1", "4", "7"],
            ("K2", "26F"): ["2", "5", "8"],
        }
        assert found["K1", "26F"].rows[1].line == 6
        assert len(found["K2", "26F"].rows) == 3


def test_a_file_that_changes_after_it_was_checked_is_not_read(export: Export, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(content, "KEPT_ROWS", 0)
    monkeypatch.setattr(sheet, "WHOLE_BYTES", 0)
    folder = export(COURSES + COURSE, BOOKINGS + BOOKING)
    with open_export(folder) as opened:
        (found,) = opened.report().bookings_by_course().values()
        with (folder / "belegungen.csv").open("r+b") as file:
            file.seek(len(BOOKINGS.encode()))
            file.write(b"9")
        with pytest.raises(ExportQuarantined, match="changed while it was being read"):
            list(found.rows)


@pytest.mark.parametrize("after", [1, 2])
def test_a_disk_that_fails_while_a_file_is_gone_through_quarantines_it(
    export: Export, monkeypatch: pytest.MonkeyPatch, after: int
) -> None:
    folder = export(COURSES + COURSE, BOOKINGS + BOOKING)
    left = [after]

    def failing(found: grouping.Grouping, *_: object) -> None:
        left[0] -= 1
        if not left[0]:
            raise OSError(errno.EIO, "Input/output error")

    monkeypatch.setattr(grouping.Grouping, "_note", failing)
    with pytest.raises(ExportQuarantined, match="cannot be read") as refused:
        read_export(folder)
    assert refused.value.vhs == "563"


def test_a_pile_gives_back_what_was_put_on_it_course_by_course(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("koop_es.connectors.pile.FLUSH_BYTES", 40)
    pile = Pile()
    for line in range(1_000):
        pile.put(line % 600, line, b"%d;" % line)
    found = list(pile.sort())
    assert sorted(item.number for item in found) == list(range(600))
    for item in found:
        lines_of = [line for line in range(1_000) if line % 600 == item.number]
        assert item.records == [(line, b"%d;" % line) for line in lines_of]
        pile.file.seek(item.offset)
        assert filed(pile.file.read(item.size)) == item.records
    pile.close()


def test_rows_that_are_set_aside_are_split_once(export: Export, monkeypatch: pytest.MonkeyPatch) -> None:
    split = []
    records = sheet._Piece.records

    def counted(piece: sheet._Piece, codec: str) -> list[bytes]:
        split.append(piece.lines)
        return records(piece, codec)

    monkeypatch.setattr(sheet._Piece, "records", counted)
    rows = "".join(BOOKING.replace("8841", str(number)).replace("02.01.2026", "32.01.2026") for number in range(50))
    report = read_export(export(COURSES + COURSE, BOOKINGS + rows))
    assert len({item.raw for item in report.rejected}) == 50
    assert len(split) <= 2, "not once for each"
