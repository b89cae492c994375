"""Every numbered rule of the domain is kept by code and pinned by a test, or somebody has said why not."""

from __future__ import annotations

import pytest

from scripts import gen_rules


@pytest.fixture(scope="module")
def problems() -> dict[str, str]:
    return gen_rules.problems()


@pytest.mark.parametrize("rule", gen_rules.RULES)
def test_rule_is_kept_and_pinned_or_has_a_reason(rule: str, problems: dict[str, str]) -> None:
    assert rule not in problems, f"{rule} {problems[rule]}"


def test_page_of_the_rules_is_up_to_date() -> None:
    assert gen_rules.TARGET.read_text(encoding="utf-8") == gen_rules.render(), "run make docs"


@pytest.mark.parametrize("rule", gen_rules.RULES)
def test_every_rule_has_a_meaning(rule: str) -> None:
    kept, elsewhere = gen_rules.rows(gen_rules.TARGET.read_text(encoding="utf-8"))
    assert len((kept | elsewhere)[rule].meaning) > len(gen_rules.NOTHING)


@pytest.mark.parametrize(
    ("name", "rule"),
    [("test_r6_rate_is_whole", "R6"), ("test_r6a_blank_rate", "R6a"), ("test_b11a_partial", "B11"), ("test_d3", "D3")],
)
def test_number_in_a_test_name_is_understood(name: str, rule: str) -> None:
    match = gen_rules._IN_NAME.search(name)
    assert match is not None
    assert gen_rules.rule_of(*match.groups()) == rule
