"""What if, against the real thing: the same exports taken in by another store, otherwise.

Nobody writes what the change lists ask for, so the exports are the same whatever is decided on them.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from random import Random
from typing import Any

import msgspec
import pytest

from koop_es.domain.terms import Policy
from koop_es.ingest import ingest
from koop_es.replay.diff import differences
from koop_es.replay.paths import flatten
from koop_es.replay.policies import rules_of
from koop_es.replay.timeline import Timeline
from koop_es.replay.whatif import Asked, whatif
from koop_es.store import Store
from tests.acceptance.network import COOP, FAR, MASTER, NEAR, NUMBERS, booked
from tests.acceptance.program import Program
from tests.integration.ingest.conftest import NOW

SEEDS = range(10)
ROUNDS = 6
RULES = (
    "orphan_policy=owner_only", "orphan_policy=symmetric", "orphan_confirmations=1", "orphan_confirmations=2",
    "identity_sharing=all", "identity_sharing=master_only", "bavaria=301",
)  # fmt: skip


class Staff:
    """Draws what the staff of three VHSs does, and keeps the exports in the order in which they are made."""

    def __init__(self, seed: int, folder: Path) -> None:
        self.random = Random(seed)
        self.programs = booked(folder)
        for near in (NEAR, FAR):
            for ref in (f"{MASTER}:8800", f"{MASTER}:8811"):
                self._mirror(self.programs[near], ref)
        self._mirror(self.programs[MASTER], f"{NEAR}:500")
        self.removed: list[tuple[Program, Any]] = []
        self.count = self.edits = 0

    def _mirror(self, program: Program, ref: str) -> None:
        """Enter a mirror from before the engine: the Master has the names, an Abo-VHS has none (D1)."""
        owner, _, booking_id = ref.partition(":")
        copied = {"Koop-Beleg-ID": ref, "Gebucht am": self.programs[owner].row(ref)["Gebucht am"]}
        for heading in ("Name", "Vorname", "Telefon", "E-Mail"):
            copied[heading] = self.programs[owner].row(ref)[heading] if program.vhs == MASTER else ""
        program.book(NUMBERS[program.vhs][COOP], f"M{booking_id}", **copied)

    def act(self) -> None:
        program = self.programs[self.random.choice(list(NUMBERS))]
        rows = list(program.bookings.values())
        row = self.random.choice(rows) if rows else None
        self.edits += 1
        name = f"DM am {self.edits}"
        match self.random.choice(("book", "wait", "cancel", "remove", "remove", "restore", "venue", "seats")):
            case "book" | "wait" as what:
                self.count += 1
                program.book(NUMBERS[program.vhs][COOP], f"9{self.count}", "A" if what == "book" else "W")
            case "cancel" if row is not None:
                row.update({"Status": "S", "Bearbeitet von": name})
            case "remove" if row is not None and row["Status"] != "S":  # a removed S leaves no trace in the log
                self.removed.append((program, program.bookings.pop(row["Beleg-ID"])))
            case "restore" if self.removed:
                owner, gone = self.removed.pop(self.random.randrange(len(self.removed)))
                owner.bookings[gone["Beleg-ID"]] = gone | {"Bearbeitet von": name}
            case "venue":
                program.courses[0].update({"Kursort": f"Raum {self.edits}", "Bearbeitet von": name})
            case "seats":
                self.programs[MASTER].courses[0]["TN max"] = str(self.random.randrange(4, 9))

    def exports(self) -> Iterator[Path]:
        yield from [program.export() for program in self.programs.values()]
        for _ in range(ROUNDS):
            for program in self.random.sample(list(self.programs.values()), 3):
                for _ in range(self.random.randrange(3)):
                    self.act()
                kind = "delta" if self.random.random() < 0.1 else "full"
                yield program.export(kind=kind)


def take_in(url: str, exports: list[Path], policy: Policy) -> Store:
    store = Store.create(url)
    for count, path in enumerate(exports):
        ingest(store, path, policy, now=NOW + timedelta(minutes=5 * count))
    return store


def assert_as_it_would_be(was: Store, would: Store, asked: Asked) -> None:
    """Compare an answer with what really came of the other exports or settings."""
    answer = whatif(was, COOP, asked, Policy(), now=NOW)
    assert answer["exact"], answer["doubts"]
    before, after = (flatten(Timeline.load(store, COOP).state()) for store in (was, would))
    expected = differences(before, after, lambda _: {"event": None})
    found = [{key: item[key] for key in ("path", "before", "after")} for item in answer["changes"]]
    assert sorted(found, key=str) == sorted(
        ({key: item[key] for key in ("path", "before", "after")} for item in expected), key=str
    )


@pytest.mark.parametrize("seed", SEEDS)
def test_under_another_rule_it_is_as_if_all_had_been_taken_in_under_it(seed: int, tmp_path: Path) -> None:
    exports = list(Staff(seed, tmp_path).exports())
    draw = Random(seed)
    then = Policy(orphan_confirmations=draw.choice((1, 2)))
    with take_in(f"sqlite:///{tmp_path}/was.db", exports, then) as was:
        for number, rule in enumerate(draw.sample(RULES, 3)):
            other = msgspec.structs.replace(then, **rules_of([rule]))
            with take_in(f"sqlite:///{tmp_path}/would{number}.db", exports, other) as would:
                assert_as_it_would_be(was, would, Asked(rules=rules_of([rule])))


@pytest.mark.parametrize("seed", SEEDS)
def test_without_an_export_it_is_as_if_it_had_never_come(seed: int, tmp_path: Path) -> None:
    exports = list(Staff(seed, tmp_path).exports())
    left_out = Random(seed).sample([path for path in exports if not path.name.endswith("-1")], 3)
    with take_in(f"sqlite:///{tmp_path}/was.db", exports, Policy()) as was:
        for path in left_out:
            others = [other for other in exports if other != path]
            with take_in(f"sqlite:///{tmp_path}/{path.name}.db", others, Policy()) as would:
                assert_as_it_would_be(was, would, Asked(without_exports=(path.name.replace("-", "#"),)))


@pytest.mark.parametrize("seed", SEEDS)
def test_with_an_export_it_is_as_if_it_had_come(seed: int, tmp_path: Path) -> None:
    exports = list(Staff(seed, tmp_path).exports())
    with take_in(f"sqlite:///{tmp_path}/would.db", exports, Policy()) as would:
        for number in (1, 2):
            with take_in(f"sqlite:///{tmp_path}/was{number}.db", exports[:-number], Policy()) as was:
                assert_as_it_would_be(was, would, Asked(files=tuple(exports[-number:])))
