"""The words: both languages say everything, with the same things put in."""

from __future__ import annotations

import re
from pathlib import Path
from types import ModuleType

import pytest

from koop_es.domain import violation_texts as violations
from koop_es.domain.events import EVENTS, BookingAmended, BookingReported, ViolationOpened
from koop_es.domain.observation import Status
from koop_es.domain.open_matters import STATES
from koop_es.replay import booking_reasons, course_reasons
from koop_es.replay.words import LANGUAGES, WORDS, Lang, Words, de, en

SRC = Path(__file__).parents[3] / "src" / "koop_es"
PUT_IN = re.compile(r"\{(\w+)")
RULE = re.compile(r'"([RBTDM]\d+[a-z]?|2\.8)"')

REFUSALS_ONLY = {"R1", "R2", "R5", "R6", "R6a", "R7", "R8", "R11", "R12", "R13", "R24", "R26", "R31", "R32", "M6", "D7"}
"""Rules the domain names where it refuses a command: no event follows from them (D7 is said all the same)."""

each_language = pytest.mark.parametrize("words", WORDS.values(), ids=LANGUAGES)


@each_language
def test_every_event_is_said(words: Words) -> None:
    assert words.events.keys() == set(EVENTS.values())


@each_language
def test_every_violation_is_said(words: Words) -> None:
    assert words.violations.keys() == violations.TEXTS.keys()


@each_language
def test_every_rule_an_event_can_follow_is_said(words: Words) -> None:
    named = {rule for path in (SRC / "domain").glob("*.py") for rule in RULE.findall(path.read_text(encoding="utf-8"))}
    used = {*booking_reasons.RULE_OF.values(), *course_reasons.RULE_OF.values(), *course_reasons._FIELD_RULES.values()}
    assert (named - REFUSALS_ONLY) | used <= words.rules.keys()
    assert "D15" not in words.rules, "a rule nobody needs is not said"


@each_language
def test_d30_every_kind_of_open_matter_is_said_with_what_to_do(words: Words) -> None:
    source = (SRC / "domain" / "open_matters.py").read_text(encoding="utf-8")
    kinds = {*STATES, *re.findall(r'Matter\("([a-z_]+)"', source)}
    assert {f"m_{kind}" for kind in kinds} == {name for name in words.says if name.startswith("m_")}
    assert {f"n_{kind}" for kind in kinds} <= words.says.keys()


@each_language
def test_d30_every_violation_says_what_to_do(words: Words) -> None:
    assert words.remedies.keys() == violations.REMEDIES.keys()
    for code in violations.TEXTS:
        assert words.remedy(code, _detail(code), "563:1")


def _detail(code: str) -> dict[str, str]:
    """Give every detail that a violation or its remedy puts in."""
    said = violations.TEXTS[code] + violations.REMEDIES.get(code, "")
    return {"found": "y"} | {name: f"x-{name}" for name in PUT_IN.findall(said) if name not in ("ref", "remedy")}


@pytest.mark.parametrize("part", ["EVENTS", "VIOLATIONS", "REMEDIES", "RULES", "SAYS"])
def test_both_languages_say_the_same_things_with_the_same_values(part: str) -> None:
    one, other = _texts(en, part), _texts(de, part)
    assert one.keys() == other.keys()
    for name in one:
        assert set(PUT_IN.findall(one[name])) == set(PUT_IN.findall(other[name])), name


def _texts(module: ModuleType, part: str) -> dict[str, str]:
    return {str(name): text for name, text in getattr(module, part).items()}


@each_language
def test_every_condition_is_said(words: Words) -> None:
    source = (SRC / "replay" / "subjects.py").read_text(encoding="utf-8")
    conditions = {*booking_reasons.RULE_OF, *course_reasons.RULE_OF}
    conditions |= {name for name in re.findall(r'"([a-z_]+)"', source) if f"c_{name}" in en.SAYS}
    assert {f"c_{name}" for name in conditions} == {name for name in words.says if name.startswith("c_")}


@pytest.mark.parametrize(
    ("code", "found", "said"),
    [
        ("PARTICIPANTS_MERGED", "TNR 1 became 2; the booking goes on", "aus TNR 1 wurde 2; die Belegung läuft weiter"),
        (
            "PARTICIPANTS_MERGED",
            "563:9 is a booking of the same person; cancel the one that is too many",
            "563:9 ist eine Belegung derselben Person; bitte die überzählige stornieren",
        ),
        ("TYPE_NO_LONGER_SHAREABLE", "BAMF-funded", "BAMF-gefördert"),
        ("TYPE_NO_LONGER_SHAREABLE", "of type Kinderkurs", "vom Typ Kinderkurs"),
        ("CONTENT_CHANGED_AFTER_RELEASE", "programme_title, cancelled", "Titel Programmheft, Ausfall"),
        ("RATE_CHANGED", "empty", "leer"),
        ("COUNTED_TWICE", "Anrechenbar, Veranstaltungsart empty", "Anrechenbar, Veranstaltungsart leer"),
    ],
)
def test_german_leaves_no_english_in_the_details(code: str, found: str, said: str) -> None:
    text = WORDS["de"].violation(code, {"found": found, "expected": "1"}, "563:1")
    assert said in text
    assert found not in text


@pytest.mark.parametrize(("lang", "said"), [("en", "Status W, person data"), ("de", "Status W, Personendaten")])
def test_what_changed_in_a_booking_is_named_but_never_a_person(lang: Lang, said: str) -> None:
    at = "2026-02-01T02:00:00+01:00"
    event = BookingAmended(
        vhs="563", rule="D6", at=at, recorded_at=at, ref="563:1", status=Status.WAITLISTED, person_version=2
    )
    assert WORDS[lang].event(event).endswith(f"563:1: {said}" if lang == "en" else f"geändert: {said}")
    other = BookingReported(vhs="301", rule="D6", at=at, recorded_at=at, ref="563:1", person_version=0)
    assert WORDS[lang].say("person_differs") in WORDS[lang].event(other)


@each_language
def test_a_violation_that_opened_is_said_by_its_own_text(words: Words) -> None:
    at = "2026-02-01T02:00:00+01:00"
    for code in violations.TEXTS:
        detail = _detail(code)
        event = ViolationOpened(
            vhs="563", rule="D5", at=at, recorded_at=at, code=code, severity="warning", ref="563:1", detail=detail
        )
        assert words.event(event) == words.violation(code, detail, "563:1")
