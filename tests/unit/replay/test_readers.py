"""What the readers say is said in German too: every sentence of theirs, and whatever is put together of several."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest

from koop_es.domain import unstated
from koop_es.replay.words.de_readers import SENTENCES
from koop_es.replay.words.readers import said

SRC = Path(__file__).parents[3] / "src" / "koop_es"
CONNECTORS = SRC / "connectors"
WRITERS = {
    "changes.py", "export_writer.py", "given.py", "plain_files.py", "registrations.py", "registration_folder.py",
    "sample.py",
}  # fmt: skip
"""What writes files, or reads what an operator types or names, says nothing about an export."""

NO_SENTENCES = {
    "known kind", "per course", "per vhs", "columns stand in the order of the layout", "set aside", "set aside if new",
    "expected after", "unexpected end", "field limit",
    "Erstellt von", "Bearbeitet von", "Gebucht am", "Im Internet anzeigen", "Externe Kurs-Nr.",
}  # fmt: skip
"""Headings, settings, levels, what the csv module says, and what developers alone read."""


def sentences(paths: Iterable[Path] = tuple(sorted(CONNECTORS.glob("*.py")))) -> Iterator[tuple[str, str]]:
    """Give whatever reads like a sentence in the readers, ``{}`` where something is put in, with its file."""
    for path in paths:
        if path.name in WRITERS:
            continue
        tree = ast.parse(path.read_text(encoding="utf-8"))
        passed_over = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
        for node in ast.walk(tree):
            if isinstance(node, ast.JoinedStr):
                passed_over |= {id(part) for part in node.values if isinstance(part, ast.Constant)}
            if isinstance(node, ast.FormattedValue) and node.format_spec is not None:
                passed_over.add(id(node.format_spec))
        for node in ast.walk(tree):
            text = _pattern(node) if id(node) not in passed_over else None
            if text and re.search(r"\S \S", text) and re.search("[a-z]{2}", text) and text not in NO_SENTENCES:
                yield path.name, text


def _pattern(node: ast.AST) -> str | None:
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return re.sub(r"\{[a-z]+\}", "{}", node.value)
    if isinstance(node, ast.JoinedStr):
        return "".join(str(part.value) if isinstance(part, ast.Constant) else "{}" for part in node.values)
    return None


def test_every_sentence_of_the_readers_has_german_words() -> None:
    missing = sorted({found for found in sentences() if found[1] not in SENTENCES})
    assert missing == [], "put it into German in replay/words/de_readers.py, or name its file as a writer here"


def test_no_german_words_are_left_of_sentences_that_nobody_says_any_more() -> None:
    others = (SRC / "domain" / "unstated.py", SRC / "ingest" / "intake.py")
    spoken = {text for _, text in (*sentences(), *sentences(others))}
    assert [text for text in SENTENCES if text not in spoken] == []


def test_german_words_take_up_everything_that_is_put_in() -> None:
    for text, german in SENTENCES.items():
        marks = [f"<{number}>" for number in range(text.count("{}"))]
        assert sorted(re.findall("<[0-9]+>", german.format(*marks))) == sorted(marks), text


def test_what_the_domain_says_of_a_row_has_german_words() -> None:
    for text in (*unstated.NAMELESS, *unstated.UNTOLD_MIRROR, unstated.SPREADSHEET):
        assert said(text, "de") != text


@pytest.mark.parametrize(
    ("text", "german"),
    [
        ("'1,2E+11' is a number with an exponent, whose digits are lost",
         "'1,2E+11' ist eine Zahl mit Exponent, deren Ziffern verloren sind"),
        ("course 26-1: beginndat '31.02.2026' is no day", "Kurs 26-1: beginndat '31.02.2026' ist kein Tag"),
        ("booking 8841: Gebucht am '01.01.1900' is no moment; what was known stands",
         "Buchung 8841: Gebucht am '01.01.1900' ist kein Zeitpunkt; was bekannt war, gilt weiter"),
        ("knr is empty", "knr ist leer"),
        ("vhs: is missing; sequence: must be a whole number", "vhs: fehlt; sequence: muss eine ganze Zahl sein"),
        ("archive the entry '../x' leads out of the archive", "Archiv der Eintrag '../x' führt aus dem Archiv hinaus"),
        ("nobody has put this into German", "nobody has put this into German"),
        ("Name holds 'Ž' (0x8E), 'ž' (0x9E) of windows-1252: read as that",
         "Name enthält 'Ž' (0x8E), 'ž' (0x9E) aus windows-1252: so gelesen"),
        ("Gebucht am holds 'Ã¼', which looks like one letter of utf-8: letters may come out wrong",
         "Gebucht am enthält 'Ã¼'; das sieht nach einem Buchstaben in utf-8 aus: Buchstaben können falsch ankommen"),
        ("its quotes do not close: there is no second one",
         "ihre Anführungszeichen schließen nicht: es fehlt ein zweites"),
        ("haupttitel of course A1 is no well-formed XML: it holds & where XML writes &amp;, near 'A & B of'",
         "haupttitel von Kurs A1 ist kein wohlgeformtes XML: es enthält &, wo XML &amp; schreibt, bei 'A & B of'"),
        ("haupttitel of a course is no well-formed XML: <haupttitel> is not closed, near 'is no'",
         "haupttitel von ein Kurs ist kein wohlgeformtes XML: <haupttitel> wird nicht geschlossen, bei 'is no'"),
        ("inhalt of course B1 is no well-formed XML: duplicate attribute, near \"a='1' a='2'\"",
         "inhalt von Kurs B1 ist kein wohlgeformtes XML: ein Attribut steht zweimal, bei \"a='1' a='2'\""),
        ("course B1 holds the byte 0xFC, which has no meaning in utf-8, near 'Müller'",
         "Kurs B1 enthält das Byte 0xFC, das in utf-8 nichts bedeutet, bei 'Müller'"),
        ("inhalt of course B1 holds 0x00, a character that no XML may hold",
         "inhalt von Kurs B1 enthält 0x00, ein Zeichen, das kein XML enthalten darf"),
        ("kurse.csv, line 4: is empty, without even a header line; export again, in full",
         "kurse.csv, Zeile 4: ist leer, sogar ohne Kopfzeile; bitte vollständig neu exportieren"),
        ("archive the entry 'b.csv' is damaged (Bad CRC-32 for file 'b.csv')",
         "Archiv der Eintrag 'b.csv' ist beschädigt (falsche Prüfsumme von 'b.csv')"),
    ],
)  # fmt: skip
def test_sentences_put_together_of_several_are_said_in_german(text: str, german: str) -> None:
    assert said(text, "de") == german
    assert said(text, "en") == text
