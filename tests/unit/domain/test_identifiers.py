"""Names are text, are checked where they come in, and are never cast to numbers."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from koop_es.domain.identifiers import (
    HIGHEST_SEQUENCE,
    ID_LIMIT,
    InvalidIdentifier,
    booking_ref,
    coop_id,
    count_of,
    export_name,
    export_number,
    institution_stream,
    market_slug,
    market_stream,
    owner_of,
    parse_export,
    parse_ref,
    sequence_of,
    vhs_id,
)


@pytest.mark.parametrize(
    ("check", "good"),
    [
        (vhs_id, "563"),
        (vhs_id, "0563"),
        (vhs_id, "1234567890"),
        (coop_id, "563-COOP-219"),
        (coop_id, "563-KNR-26F-26-10009"),
        (parse_ref, "563:8841"),
        (parse_ref, "563:A/7:b"),
        (parse_ref, "301:1001~2"),
        (parse_ref, "0123456789:" + "1" * ID_LIMIT + "~1234"),
        (market_slug, "oberpfalz"),
        (market_slug, "a-1"),
    ],
)
def test_proper_names_are_given_back_as_they_are(check: Callable[[str], str], good: str) -> None:
    assert check(good) == good


@pytest.mark.parametrize(
    ("check", "bad"),
    [
        (vhs_id, ""),
        (vhs_id, "12345678901"),
        (vhs_id, "563 "),
        (vhs_id, "５６３"),
        (coop_id, "563-coop-219"),
        (coop_id, "563-COOP-"),
        (coop_id, "563-COOP-219\n"),
        (parse_ref, "563"),
        (parse_ref, ":8841"),
        (parse_ref, "563:"),
        (parse_ref, "563:" + "1" * 61),
        (market_slug, "Oberpfalz"),
        (market_slug, "-a"),
        (market_slug, "a" * 41),
    ],
)
def test_anything_else_is_refused_by_name(check: Callable[[str], str], bad: str) -> None:
    with pytest.raises(InvalidIdentifier) as refused:
        check(bad)
    assert refused.value.details == {"value": bad}
    assert repr(bad) in refused.value.message


def test_b1_reference_names_the_owner() -> None:
    ref = booking_ref("0563", "8841")
    assert (ref, owner_of(ref)) == ("0563:8841", "0563")


def test_streams_of_institutions_and_markets_are_no_coop_ids() -> None:
    for name in (institution_stream("563"), market_stream("oberpfalz")):
        with pytest.raises(InvalidIdentifier):
            coop_id(name)


def test_d23_every_export_has_a_name_of_its_own_that_is_read_back() -> None:
    numbers = [(1, 1), (1, 42), (1, HIGHEST_SEQUENCE), (2, 1), (2, 42), (1024, HIGHEST_SEQUENCE)]
    names = [export_name("301", export_number(count, sequence), "") for count, sequence in numbers]
    assert names[:5] == ["301#1", "301#42", f"301#{HIGHEST_SEQUENCE}", "301#2/1", "301#2/42"]
    for name, (count, sequence) in zip(names, numbers, strict=True):
        number = export_number(count, sequence)
        assert parse_export(name) == ("301", number)
        assert (count_of(number), sequence_of(number)) == (count, sequence)
    assert len(set(names)) == len(names)
    rising = [export_number(*item) for item in numbers]
    assert rising == sorted(rising), "a later count is always above the former"
    assert rising[-1] < 2**63, "both databases can hold it"


@pytest.mark.parametrize("text", ["301", "301#", "#42", "301#0/4", "301#1025/4", "301#9007199254740992", "301#2/4/5"])
def test_d23_what_names_no_export_is_not_read_as_one(text: str) -> None:
    assert parse_export(text) is None


def test_d23_a_count_too_many_is_refused() -> None:
    with pytest.raises(InvalidIdentifier):
        export_number(1025, 1)
    assert export_name("301", None, "9f" * 32) == "301@9f9f9f9f9f9f"
