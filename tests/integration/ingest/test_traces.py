"""Traces of forgotten persons in rows set aside, whatever the rows are written in (D15, G8)."""

from __future__ import annotations

from typing import get_args

import pytest

from koop_es.connectors.profiles import Encoding
from koop_es.ingest import recognised
from koop_es.ingest.traces import Traces, all_shown, readings

NAME = "Žižekova, Šárka"


@pytest.mark.parametrize("encoding", get_args(Encoding))
def test_g8_a_name_is_found_in_every_encoding_that_a_reader_knows(encoding: str) -> None:
    row = f"56;K-318;26F;{NAME.replace(', ', ';')};anrufen".encode(encoding, "replace")
    whole = Traces.of_name(NAME) if b"?" not in row else Traces.of_name("rka")
    assert whole.lie_in("301", row.removeprefix(b"\xff\xfe"), "")


@pytest.mark.parametrize("row", ["<dozent>&#381;i&#x17E;ekova &Scaron;árka</dozent>", '"Žižekova ""Šárka"""'])
def test_g8_a_name_is_found_behind_what_xml_and_csv_write_for_a_letter(row: str) -> None:
    assert Traces.of_name(NAME).lie_in("301", row.encode(), "")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16-le", "utf-16-be", "iso-8859-1"])
def test_g8_a_name_is_found_whose_letters_became_control_characters(encoding: str) -> None:
    row = '1;"\x8ei\x9eekova";\x8aárka'.encode(encoding)
    assert Traces.of_name(NAME).lie_in("301", row, "")
    assert Traces.of_name("Mül…ler, Eva").lie_in("301", "1;Mül\x85ler;Eva".encode(encoding), "")


def test_g8_a_name_within_another_is_no_trace() -> None:
    assert not Traces.of_name("Kim, Toni").lie_in("301", b"1;Kimme;Toni", "")
    assert not Traces.of_name("Kim, Toni").lie_in("301", b"1;Kim;Antonia", "")


def in_each(name: str, first_name: str, one: str, other: str) -> bytes:
    """Write a row of which the two cells come from programs of different encodings."""
    return b";".join((b"56", b"K-318", name.encode(one), first_name.encode(other), b"anrufen"))


SEVERAL = ("utf-8", "windows-1252", "iso-8859-15", "cp850", "cp437", "cp852", "cp1250", "iso8859-2", "mac-roman")


@pytest.mark.parametrize("one", SEVERAL)
@pytest.mark.parametrize("other", SEVERAL)
def test_g8_each_word_of_a_name_is_found_in_an_encoding_of_its_own(one: str, other: str) -> None:
    row = in_each("Müllerin", "Jörgkeß", one, other)
    assert Traces.of_name("Müllerin, Jörgkeß").lie_in("301", row, "")
    assert not Traces.of_name("Müllerin, Jörgke").lie_in("301", row, "")
    assert not Traces.of_name("Müllerin, Eva").lie_in("301", row, "")
    for part in ("ller, Jörgkeß", "rgke, Müllerin", "M, Jörgkeß"):  # what is left beside a letter that is read as none
        assert not Traces.of_name(part).lie_in("301", row, "")


@pytest.mark.parametrize(
    "sign", ["\x00", "\x01", "\x1a", "\x1f", "\x7f", "\x81", "\xad", "\u200b", "\u200d", "\u2060", "\ufeff"]
)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16-le"])
def test_g8_what_cannot_be_seen_amid_the_letters_of_a_name_hides_none(sign: str, encoding: str) -> None:
    for name in (f"Mül{sign}lerin", f"Mu{sign}\u0308llerin", f"{sign}Müllerin{sign}"):
        assert Traces.of_name("Müllerin, Jörgke").lie_in("301", f"1;{name};Jörgke".encode(encoding), "")
        assert Traces.of_name(f"{name}, Jörgke").lie_in("301", "1;Müllerin;Jörgke".encode(encoding), "")
        assert Traces.of_name("Müllerin, Jörgke").are_in_path(f"/exporte/{name}_Jörgke/kurse.csv")
    assert not Traces.of_name(f"Mül{sign}lerin, Jörgke").lie_in("301", "1;Müller;Jörgke".encode(encoding), "")


@pytest.mark.parametrize("between", ["\x1f", "\x01", "\x00", "\x85", "\xa0"])
def test_g8_what_cannot_be_seen_between_two_names_joins_them_to_none(between: str) -> None:
    assert Traces.of_name("Kim, Toni").lie_in("301", f"1;Kim{between}Toni;".encode(), "")


def recognised_in(row: bytes, name: str) -> bool:
    """Tell whether each word of a name is among what may be one in a row, as digests are compared with it."""
    return set(recognised.shown_words(name)) <= set(recognised.pieces(all_shown(readings(row))))


@pytest.mark.parametrize("one", SEVERAL)
@pytest.mark.parametrize("other", SEVERAL)
def test_g8_a_name_is_recognised_by_its_digests_wherever_it_is_found_by_its_words(one: str, other: str) -> None:
    row = in_each("Müllerin", "Jörgkeß", one, other)
    assert recognised_in(row, "Müllerin, Jörgkeß")
    assert not recognised_in(row, "Müllerin, Eva")


@pytest.mark.parametrize(
    "name", ["O´Neill, Sean", "Müller\u00adin, Jö\u200brg", "Ka\u0308ßmann, Zoe\u0308", "@Home, Ada!"]
)
def test_g8_a_name_is_recognised_by_its_digests_with_whatever_signs_it_has(name: str) -> None:
    row = f"1;{name.replace(', ', ';')};anrufen".encode()
    assert Traces.of_name(name).lie_in("301", row, "")
    assert recognised_in(row, name)
    assert Traces.of_name(" ".join(recognised.shown_words(name))).lie_in("301", row, ""), "as it is found again"
