"""Names are text, are checked where they come in, and are never cast to numbers."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from koop_es.domain.identifiers import (
    ID_LIMIT,
    InvalidIdentifier,
    booking_ref,
    coop_id,
    institution_stream,
    market_slug,
    market_stream,
    owner_of,
    parse_ref,
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
