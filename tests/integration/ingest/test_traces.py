"""Traces of forgotten persons in rows set aside, whatever the rows are written in (D15, G8)."""

from __future__ import annotations

from typing import get_args

import pytest

from koop_es.connectors.profiles import Encoding
from koop_es.ingest.traces import Traces

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
