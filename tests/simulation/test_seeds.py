"""C1, C2, C5, C6: seeds of the simulation; every network converges, and the oracle agrees with where it ends."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest

from koop_es.simulate.draw import draw
from koop_es.simulate.mixed import KINDS, TRAITS
from koop_es.simulate.office import EDITS
from koop_es.simulate.rehearsal import rehearse
from koop_es.simulate.staff import Staff
from koop_es.simulate.steps import Act, Changes, Export, Scenario, read, save
from tests.simulation.thousand import EXPLAINED, FOLLOWED, MIXED, PLAIN

BATCH = 20

SEED = 8
"""A seed in whose scenario every kind can be mixed: nobody exchanges COOP-Ids in it."""


def carried_out(scenario: Scenario, record_property: Callable[[str, object], None]) -> list[str]:
    """Carry out a scenario and record its faults and what the guards said; gives the findings of both judges."""
    outcome = rehearse(scenario)
    record_property("faults", outcome.scenario.faults)
    record_property("terms of a VHS", len(outcome.scenario.systems))
    record_property("alarms of guards", len(outcome.alarms))
    record_property("of these for nothing", sum(alarm.false for alarm in outcome.alarms))
    return outcome.findings


@pytest.mark.parametrize("first", PLAIN[::BATCH])
def test_c1_network_with_faults_converges_and_the_oracle_agrees(
    first: int, record_property: Callable[[str, object], None]
) -> None:
    found = {seed: carried_out(draw(seed, kinds=()), record_property)[:3] for seed in range(first, first + BATCH)}
    assert {seed: findings for seed, findings in found.items() if findings} == {}


@pytest.mark.parametrize("first", MIXED[::BATCH])
def test_c2_c5_network_in_which_people_do_what_examiners_found_missing_ends_as_both_judges_say(
    first: int, record_property: Callable[[str, object], None]
) -> None:
    found = {seed: carried_out(draw(seed), record_property)[:3] for seed in range(first, first + BATCH)}
    assert {seed: findings for seed, findings in found.items() if findings} == {}


def test_c1_a_thousand_seeds_are_carried_out_in_all() -> None:
    mixed = [*EXPLAINED, *FOLLOWED, *MIXED]
    assert mixed == list(range(160))
    assert len(PLAIN) + len(mixed) == 1_000
    assert len(PLAIN) % BATCH == len(MIXED) % BATCH == 0


@pytest.fixture(scope="module")
def drawn() -> list[Scenario]:
    return [draw(seed) for seed in range(200)]


def test_c2_every_fault_is_drawn(drawn: list[Scenario]) -> None:
    faults: Counter[str] = Counter()
    for scenario in drawn:
        faults.update(scenario.faults)
    kinds = {"lost", "cut", "torn", "proofless", "filtered", "thinned", "late", "doubled", "crash", "error"}
    kinds |= {"old one again", "at once", "list late", "list twice", "clock jump"}
    assert faults.keys() >= kinds
    assert min(faults[kind] for kind in kinds) >= 50, faults


def test_c2_what_examiners_found_missing_is_drawn_where_the_engine_is_held_to_it(drawn: list[Scenario]) -> None:
    found: set[str] = {step.fate for scenario in drawn for step in scenario.steps if isinstance(step, Export)}
    found |= {step.verb for scenario in drawn for step in scenario.steps if isinstance(step, Act)}
    found |= {step.how for scenario in drawn for step in scenario.steps if isinstance(step, Changes)}
    assert found >= {
        "bare",
        "doubled",
        "emptied",
        "zeros",
        "quoted",
        "hashes",
        "exponent",
        "decimal",
        "cell",
        "blank",
        "eof",
        "ahead",
        "ausfall",
        "letters",
        "shifted",
    }
    assert found >= {
        "touch",
        "correct_name",
        "reuse",
        "exchange_belegs",
        "move",
        "substitute",
        "book_company",
        "reinstall",
    }
    assert {editor for scenario in drawn for editor in scenario.editors} == {"name", "stamped", "none"}


@pytest.mark.parametrize("kind", sorted({*KINDS, *TRAITS}))
def test_c2_every_kind_can_be_asked_for_by_name_and_stored(kind: str, tmp_path: Path) -> None:
    scenario = draw(SEED, kinds=[kind])
    assert scenario != draw(SEED, kinds=[])
    save(scenario, tmp_path / "kept.json")
    assert read(tmp_path / "kept.json") == scenario


def test_c2_a_kind_more_changes_nothing_about_the_others() -> None:
    alone, both = draw(SEED, kinds=["touch"]), draw(SEED, kinds=["cell", "touch"])
    touched = [[step for step in scenario.steps if isinstance(step, Act)] for scenario in (alone, both)]
    assert touched[0] == touched[1]


def test_c2_everything_staff_may_do_is_drawn(drawn: list[Scenario]) -> None:
    verbs = {step.verb for scenario in drawn for step in scenario.steps if isinstance(step, Act)}
    of_the_engine = {"release", "subscribe", "claim", "approve", "terminate"}
    assert all(callable(getattr(Staff, verb)) for verb in verbs - of_the_engine - EDITS.keys())
    assert verbs >= of_the_engine | {"book", "cancel", "remove", "restore", "merge", "renumber", "edit", "ausfall"}


def test_c1_networks_have_two_to_twelve_vhss_and_at_least_two_hundred_steps(drawn: list[Scenario]) -> None:
    sizes = Counter(len(scenario.systems) for scenario in drawn)
    assert (min(sizes), max(sizes)) == (2, 12)
    assert min(len(scenario.steps) for scenario in drawn) >= 200
