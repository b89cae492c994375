"""Money is whole cents from the cell to the cell: read exactly, written the same, never through a binary fraction."""

from __future__ import annotations

import ast
import re
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import koop_es
from koop_es.connectors import cents_from_text, facts_from_text
from koop_es.connectors.limits import MONEY_CENTS
from koop_es.connectors.values import Unreadable, cents, dot_cents
from koop_es.domain.course import MONEY_FIELDS, euros, to_text
from koop_es.domain.errors import KoopError

amounts = st.integers(0, MONEY_CENTS)
texts = st.text(st.sampled_from("0123456789.,+-eE €\u00a0\u0660x"), max_size=14) | st.text(max_size=8)


def grouped(amount: int) -> str:
    """Write an amount with thousands points, by no code of the engine: ``1.234,50``."""
    whole = f"{amount // 100:,}".replace(",", ".")
    return f"{whole},{amount % 100:02d}"


@given(amounts)
def test_an_amount_that_is_written_reads_back_to_the_cent(amount: int) -> None:
    assert cents(euros(amount)) == amount
    assert cents_from_text(euros(amount)) == amount
    assert cents(grouped(amount)) == amount
    assert facts_from_text({"Gebühr": euros(amount)}).fee_cents == amount
    for field in MONEY_FIELDS:
        assert cents(to_text(field, amount)) == amount


@given(amounts)
def test_comma_and_point_say_the_same(amount: int) -> None:
    text = f"{amount // 100}.{amount % 100:02d}"
    assert dot_cents(text) == dot_cents(f"+{text}") == dot_cents(f"{text}000") == amount == cents(euros(amount))


@given(amounts)
def test_short_forms_are_the_same_amount(amount: int) -> None:
    tens, whole = amount - amount % 10, amount - amount % 100
    assert cents(f"{tens // 100},{tens // 10 % 10}") == dot_cents(f"{tens // 100}.{tens // 10 % 10}") == tens
    assert cents(str(whole // 100)) == dot_cents(str(whole // 100)) == whole


@given(texts)
def test_whatever_stands_in_the_cell_is_an_exact_amount_or_no_amount(text: str) -> None:
    for read, normal in ((cents, text.replace(".", "").replace(",", ".")), (dot_cents, text)):
        try:
            found = read(text)
        except Unreadable as error:
            assert error.reason
            assert error.remedy
        else:
            assert re.fullmatch(r"\+?[0-9.]+", normal)
            assert Decimal(found) == Decimal(normal) * 100
            assert 0 <= found <= MONEY_CENTS


@given(texts)
def test_what_an_operator_types_is_an_amount_or_a_typed_error(text: str) -> None:
    try:
        assert 0 <= cents_from_text(text) <= MONEY_CENTS
    except KoopError as error:
        assert error.message


@given(st.integers(MONEY_CENTS + 1, 10**12))
def test_an_amount_past_the_limit_is_refused(amount: int) -> None:
    for read, text in ((cents, euros(amount)), (dot_cents, f"{amount // 100}.{amount % 100:02d}")):
        with pytest.raises(Unreadable):
            read(text)


@given(st.lists(amounts, max_size=60))
def test_sums_are_exact(found: list[int]) -> None:
    assert sum(cents(euros(amount)) for amount in found) == int(sum(Decimal(amount) / 100 for amount in found) * 100)


AMOUNTS = [
    ("62,40", 6240), ("0,00", 0), ("0,01", 1), ("0", 0), ("18", 1800), ("1.234,50", 123450), ("100.000,00", 10_000_000),
    ("90,0", 9000), ("0,1", 10), ("007,00", 700),
]  # fmt: skip


@pytest.mark.parametrize(("text", "amount"), AMOUNTS)
def test_amounts_of_the_field(text: str, amount: int) -> None:
    assert cents(text) == amount


NO_AMOUNTS = [
    "", ",", ",50", "1,", "1,234", "1.23", "1.2345,00", "1..234,00", "1,2,3", "-1,00", "+1,00", "1e3", "1 000,00",
    "1,00 €", "NaN", "inf", "0x10", "\u0661\u0662,00", "½", "100.000,01", "1_000", "1\n",
]  # fmt: skip


@pytest.mark.parametrize("text", NO_AMOUNTS, ids=ascii)
def test_what_is_no_amount_is_not_guessed(text: str) -> None:
    with pytest.raises(Unreadable):
        cents(text)


def test_d10_no_module_that_money_goes_through_knows_binary_fractions() -> None:
    """Neither a float nor ``round`` is named, and no amount is divided by ``/``."""
    source = Path(koop_es.__file__).parent
    found = []
    for file in sorted([*source.glob("domain/*.py"), *source.glob("connectors/*.py")]):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            divides = isinstance(node, ast.BinOp) and isinstance(node.op, ast.Div)
            of_money = divides and any(word in ast.unparse(node) for word in ("cents", "amount", "fee", "euro"))
            fraction = isinstance(node, ast.Constant) and isinstance(node.value, float)
            names = isinstance(node, ast.Name) and node.id in {"float", "round"}
            if of_money or fraction or names:
                found.append(f"{file.name}:{getattr(node, 'lineno', 0)}")
    assert found == []
