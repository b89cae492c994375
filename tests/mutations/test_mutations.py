"""Every kind of fault bites: a small mistake in the engine that it brings to light is caught (C2).

A mistake is made in a copy of the project, then whoever has to notice it runs on that copy: the simulation, until a
seed goes wrong by that kind of fault and by no other, or the tests that the mistake names.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
import structlog

from koop_es.simulate.draw import draw
from koop_es.simulate.rehearsal import rehearse
from koop_es.simulate.steps import faults_of
from tests.mutations.arrivals import ARRIVALS
from tests.mutations.bookings import BOOKINGS
from tests.mutations.courses import COURSES
from tests.mutations.faults import WAY, alone, kinds, without
from tests.mutations.lists import LISTS
from tests.mutations.mutation import NULL, SIMULATOR, Edit, Mutation, Named, NoLongerApplies, Seeds
from tests.mutations.restores import RESTORES
from tests.mutations.rows import ROWS
from tests.mutations.storage import STORAGE
from tests.mutations.whole import WHOLE
from tests.mutations.workshop import PROJECT, Caught, Workshop, workshop

DECIDED = {mutation.name: mutation for mutation in (*ROWS, *LISTS, *RESTORES, *WHOLE)}
"""Mistakes against the decisions D17 to D32; their kind is the rule, and a small test of it catches them."""

MUTATIONS = (*ARRIVALS, *BOOKINGS, *COURSES, *STORAGE, *DECIDED.values())
BY_NAME = {mutation.name: mutation for mutation in MUTATIONS}

RULES = ("D17", "D18", "D19", "D20", "D21", "D22", "D23", "D24", "D25", "D26", "D27", "D28", "D31", "D32")
"""Decisions by which an engine that errs would cancel a citizen wrongly, or keep one booked who is not."""

UNBITING = {
    "one confirmation": "a policy: two confirmations are judged by the same oracle",
}
"""Kinds that no mistake is named after, with the reason."""

QUICK_SEEDS = "a gap in the sequence stops a VHS"
QUICK_TESTS = "two rivals both get the last seat"

Record = Callable[[str, object], None]


def catch(mutation: Mutation, record: Record) -> None:
    """Make a mistake and fail unless it is caught; what a seed shows must be well in the engine as it is."""
    first = 0
    with workshop(mutation) as copy:
        while True:
            caught = copy.catch(mutation, first)
            if caught is None or caught.seed is None:
                break
            if not rehearse(alone(draw(caught.seed, kinds=()), mutation.kind)).findings:
                break
            first = caught.seed + 1
        noted(mutation, copy, caught, record)


def noted(mutation: Mutation, copy: Workshop, caught: Caught | None, record: Record) -> None:
    """Fail unless a mistake was caught, and say how it was."""
    assert caught is not None, f"nobody notices that {mutation.name}: {mutation.why} {copy.missed}"
    record("caught", 1)
    record("how", f"{mutation.name} | {mutation.kind} | {caught.by} | {caught.tried} | {caught.said}")


@pytest.mark.soak
@pytest.mark.parametrize("name", sorted(BY_NAME.keys() - DECIDED.keys() - {QUICK_SEEDS, QUICK_TESTS}))
def test_c2_mistake_is_caught(name: str, record_property: Record) -> None:
    record_property("mistakes", 1)
    catch(BY_NAME[name], record_property)


@pytest.mark.parametrize("name", [QUICK_SEEDS, QUICK_TESTS])
def test_c2_mistake_is_caught_quickly(name: str, record_property: Record) -> None:
    record_property("mistakes", 1)
    catch(BY_NAME[name], record_property)


@pytest.mark.parametrize("name", DECIDED)
def test_c2_mistake_against_a_decision_is_caught(name: str, bench: Workshop, record_property: Record) -> None:
    record_property("mistakes", 1)
    mutation = DECIDED[name]
    with bench.making(mutation):
        noted(mutation, bench, bench.catch(mutation), record_property)


def test_copy_without_a_mistake_is_found_well() -> None:
    quick = BY_NAME[QUICK_TESTS].caught_by
    assert isinstance(quick, Named)
    with workshop(NULL) as copy:
        assert copy.judge(0, 2) == {}
        assert copy.hunt(BY_NAME[QUICK_SEEDS].kind, Seeds(most=2), first=0) is None
        assert copy.test(quick) is None


def test_whoever_serves_finds_the_copy_well_before_and_after_a_mistake(bench: Workshop) -> None:
    mutation = next(iter(DECIDED.values()))
    assert isinstance(mutation.caught_by, Named)
    assert bench.test(mutation.caught_by) is None
    with bench.making(mutation):
        assert bench.test(mutation.caught_by) is not None
    assert bench.test(mutation.caught_by) is None


def test_whoever_serves_says_that_tests_could_not_be_run(bench: Workshop) -> None:
    with pytest.raises(AssertionError, match="could not be run"):
        bench.test(Named(("tests/unit/domain/test_nowhere.py",)))


def test_tests_that_cannot_run_catch_nothing() -> None:
    broken = Mutation("broken", "none", "", (Edit("domain/seats.py", "from koop_es.domain", "from koop_es.nowhere"),))
    with workshop(NULL) as copy:
        with pytest.raises(NoLongerApplies, match="has 6 times"), copy.making(broken):
            raise AssertionError("the mistake was made")
        (copy.root / "src" / "koop_es" / "domain" / "seats.py").write_text("import koop_es.nowhere\n")
        with pytest.raises(AssertionError, match="could not be run"):
            copy.test(Named(("tests/unit/domain/test_seats.py",)))


@pytest.mark.parametrize("mutation", MUTATIONS, ids=lambda mutation: mutation.name)
def test_mistake_is_one_of_the_engine_and_can_still_be_made(mutation: Mutation) -> None:
    for edit in mutation.edits:
        assert not edit.file.startswith(SIMULATOR), "a simulation that errs proves nothing about the engine"
        text = (PROJECT / "src" / "koop_es" / edit.file).read_text(encoding="utf-8")
        assert text.count(edit.old) == 1, f"{edit.file} was changed: change the mistake {mutation.name!r} as well"
        assert edit.new != edit.old


@pytest.mark.parametrize("mutation", MUTATIONS, ids=lambda mutation: mutation.name)
def test_tests_that_a_mistake_names_are_there(mutation: Mutation) -> None:
    for path in mutation.caught_by.paths if isinstance(mutation.caught_by, Named) else ():
        file, _, name = path.partition("::")
        text = (PROJECT / file).read_text(encoding="utf-8")
        assert not name or f"def {name.partition('[')[0]}(" in text, f"{path} is gone: name who notices it now"


def test_mistakes_have_names_of_their_own() -> None:
    assert len(BY_NAME) == len(MUTATIONS)


@pytest.mark.parametrize("rule", RULES)
def test_c2_every_decision_has_two_mistakes_that_tests_of_its_own_bring_to_light(rule: str) -> None:
    found = [mutation for mutation in DECIDED.values() if mutation.kind == rule]
    assert len(found) >= 2, f"write two mistakes against {rule}"
    for mutation in found:
        assert isinstance(mutation.caught_by, Named)
        for path in mutation.caught_by.paths:
            assert path.partition("::")[2].startswith(f"test_{rule.lower()}"), f"{path} is no test of {rule}"


def test_c2_no_decision_is_left_out() -> None:
    assert {mutation.kind for mutation in DECIDED.values()} >= set(RULES)


@pytest.mark.parametrize("kind", kinds())
def test_c2_every_kind_of_fault_and_edit_has_a_mistake_that_it_brings_to_light(kind: str) -> None:
    named = {mutation.kind for mutation in MUTATIONS}
    assert (kind in named) != (kind in UNBITING), f"write a mistake that only {kind!r} brings to light"


def test_c2_seeds_draw_every_kind_and_each_can_be_taken_out_and_left_alone() -> None:
    left = set(kinds())
    for seed in range(60):
        drawn = draw(seed, kinds=())
        assert drawn.faults.keys() <= WAY.keys(), "say in faults.py how a new kind of fault is taken out"
        for kind in sorted(left):
            scenario = alone(drawn, kind)
            control = without(scenario, kind)
            if scenario != control:
                left.discard(kind)
                assert without(control, kind) == control
                assert {found for step in control.steps for found in faults_of(step)} <= set(drawn.faults) - {kind}
    assert left == set()


@pytest.fixture(scope="module")
def bench() -> Iterator[Workshop]:
    """A copy in which one mistake after the other is made and taken back."""
    paths = {path for mutation in DECIDED.values() if isinstance(mutation.caught_by, Named)
             for path in mutation.caught_by.paths}  # fmt: skip
    with workshop(NULL) as copy, copy.serving(sorted(paths)):
        yield copy


@pytest.fixture(autouse=True, scope="module")
def _quiet() -> Iterator[None]:
    before = structlog.get_config()
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(50))
    yield
    structlog.configure(**before)
