"""What is mixed into a drawn scenario: the edits and faults that examiners found missing, alone and combined (C2).

Each kind is drawn from the seed and its own name, so that one more kind changes nothing about the others. ``READY`` are
the kinds that the engine is held to; the others can be asked for by name (``draw(seed, kinds=...)``).
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from itertools import count
from random import Random

import msgspec

from koop_es.simulate.steps import Act, Changes, Export, Fate, How, Reach, Scenario, Step

FRESH, COMPANIES = 500_000, 1_500_000
"""Numbers of people who are mixed in: those who register at shared courses, and companies, of whom nobody hears."""

SHARE = 0.12
"""How often each kind is mixed into a scenario; several of them meet in one."""

SPREADSHEET: tuple[Fate, ...] = ("zeros", "quoted", "hashes", "exponent", "decimal")


@dataclass(frozen=True, slots=True)
class Place:
    """Where something is mixed in: who booked at which VHS before, and how many VHSs and courses there are."""

    people: list[tuple[int, int]]
    vhss: int
    courses: int
    fresh: Iterable[int]

    def anybody(self, random: Random) -> tuple[int, int]:
        """Choose somebody who booked, most often of late, and where."""
        return random.choice(self.people[-12:]) if self.people else (0, 0)


Mix = Callable[[Random, Place], list[Step]]


def _at_owner(verb: str, *, exports: bool = True) -> Mix:
    def mix(random: Random, place: Place) -> list[Step]:
        who, owner = place.anybody(random)
        act = Act(verb, owner, random.randrange(place.courses), who, random.randrange(1000))
        return [act, *_reports(random, owner)] if exports else [act]

    return mix


def _anywhere(verb: str) -> Mix:
    def mix(random: Random, place: Place) -> list[Step]:
        some = (place.anybody(random) for _ in range(random.randint(1, 3)))
        return [Act(verb, random.randrange(place.vhss), 0, who, random.randrange(1000)) for who, _ in some]

    return mix


def _reports(random: Random, vhs: int) -> list[Step]:
    """Let a VHS export once or twice, most often in full, and carry out a list in between."""
    reach: Reach = random.choice(("full", "full", "full", "delta"))
    steps: list[Step] = [Export(vhs, reach=reach), Changes(vhs)]
    return [*steps, Export(vhs)] if random.random() < 0.5 else steps


def _corrected(random: Random, place: Place) -> list[Step]:
    """A name is corrected between the delta that shows a merge and the full export that could prove it (D27)."""
    who, owner = place.anybody(random)
    merged: list[Step] = [Act("merge", owner, 0, who), Export(owner, reach="delta")]
    corrected: list[Step] = [Act("correct_name", owner, 0, who), Export(owner)]
    return merged + corrected if random.random() < 0.6 else corrected


def _reused(random: Random, place: Place) -> list[Step]:
    """A removed booking's Beleg-ID goes to somebody else, before an export shows the removal or after (D18a)."""
    who, owner = place.anybody(random)
    left: list[Step] = [Act("cancel", owner, 0, who), Export(owner)] if random.random() < 0.4 else []
    between: list[Step] = [Export(owner)] if random.random() < 0.4 else []
    new = next(iter(place.fresh))
    reuse = Act("reuse", owner, random.randrange(place.courses), new, 999)
    return [*left, Act("remove", owner, 0, who), *between, reuse, *_reports(random, owner), Export(owner)]


def _moved(random: Random, place: Place) -> list[Step]:
    """Somebody moves to another course, and maybe back (D25)."""
    who, owner = place.anybody(random)
    steps: list[Step] = []
    for _ in range(random.randint(1, 2)):
        steps += [Act("move", owner, random.randrange(place.courses), who), *_reports(random, owner)]
    return steps


def _company(random: Random, place: Place) -> list[Step]:
    vhs = random.randrange(place.vhss)
    return [Act("book_company", vhs, random.randrange(place.courses), COMPANIES + random.randrange(1000)), Export(vhs)]


def _went_back(random: Random, place: Place) -> list[Step]:
    """A program is restored from an older copy, and goes on (D20)."""
    vhs = random.randrange(place.vhss)
    back = Act("go_back", vhs, random.randrange(place.courses), 0, random.randrange(1000))
    return [back, *([Export(vhs)] * random.randint(1, 3))]


def _anew(random: Random, place: Place) -> list[Step]:
    vhs = random.randrange(place.vhss)
    return [Act("reinstall", vhs), *([Export(vhs)] * random.randint(1, 3))]


def _abo_ends(random: Random, place: Place) -> list[Step]:
    """Everybody who booked at a VHS cancels, its Abo ends, and maybe it is made again (D8, D9)."""
    vhs, course = random.randrange(place.vhss), random.randrange(place.courses)
    left: list[Step] = [Act("cancel", vhs, 0, who) for who, owner in place.people if owner == vhs]
    ends: list[Step] = [Export(vhs), Act("terminate", vhs, course, 0, random.randrange(1000))]
    after: list[Step] = [Export(vhs), Changes(random.randrange(place.vhss))]
    again: list[Step] = [Act("subscribe", vhs, course), Changes(vhs), Export(vhs)]
    return [*left, *ends, *after[: random.randint(0, 2)], *(again if random.random() < 0.6 else [])]


def _lists(how: How) -> Mix:
    def mix(random: Random, place: Place) -> list[Step]:
        who, owner = next(iter(place.fresh)), random.randrange(place.vhss)
        booked = Act("book", owner, random.randrange(place.courses), who)
        lists = [Changes(vhs, how=how) for vhs in range(place.vhss) if vhs != owner]
        return [booked, Export(owner), *lists, *(Export(vhs) for vhs in range(place.vhss) if vhs != owner)]

    return mix


def _reinstated_then_cancelled(random: Random, place: Place) -> list[Step]:
    """An orphan lives again, and somebody cancels in earnest while the "S" of before is still written (D21)."""
    who, owner = place.anybody(random)
    vhs, other = random.randrange(place.vhss), random.randrange(place.vhss)
    return [
        Act("remove", vhs, 0, who), Export(vhs), Export(vhs), Changes(other), *[Export(other)] * random.randint(0, 1),
        Act("restore", vhs, 0, who), Export(vhs), *[Changes(other)] * random.randint(0, 1),
        Act("cancel", random.choice((other, owner)), 0, who), Export(other), Export(owner),
    ]  # fmt: skip


def _ausfall_back(random: Random, place: Place) -> list[Step]:
    """The Master cancels a course and takes that back (D24)."""
    course, vhs = random.randrange(place.courses), random.randrange(place.vhss)
    over = [Act("ausfall", master, course, 0, 1) for master in range(place.vhss)]
    lists: list[Step] = [*(Export(each) for each in range(place.vhss)), Changes(vhs), Export(vhs)]
    lives = [Act("unausfall", master, course) for master in range(place.vhss)]
    return [*over, *lists, *lives, *(Export(each) for each in range(place.vhss))]


def _file(*fates: Fate, most: int = 2) -> Mix:
    def mix(random: Random, place: Place) -> list[Step]:
        fate, vhs, value = random.choice(fates), random.randrange(place.vhss), random.randrange(1000)
        return [*[Export(vhs, fate=fate, value=value)] * random.randint(1, most), Export(vhs)]

    return mix


KINDS: dict[str, Mix] = {
    "touch": _anywhere("touch"),
    "correct name": _corrected,
    "reuse": _reused,
    "exchange": _at_owner("exchange_belegs"),
    "move": _moved,
    "misplace": _anywhere("misplace"),
    "substitute": _at_owner("substitute"),
    "company": _company,
    "went back": _went_back,
    "connector anew": _anew,
    "abo ends": _abo_ends,
    "bare mirrors": _lists("bare"),
    "doubled mirrors": _lists("doubled"),
    "cancelled after reinstatement": _reinstated_then_cancelled,
    "ausfall back": _ausfall_back,
    "spreadsheet": _file(*SPREADSHEET),
    "emptied": _file("emptied", most=3),
    "letters": _file("letters", most=1),
    "shifted": _file("shifted", most=1),
    "ausfall everywhere": _file("ausfall", most=1),
    "clock ahead": _file("ahead", most=1),
    "blank rows": _file("blank", "eof", most=3),
    "cell": _file("cell", most=3),
    "sentinels": _file("sentinels", most=1),
}
"""Kind -> the steps of one occurrence."""

TRAITS = ("stamped", "no editors", "reusing", "padded", "repeats", "operator")
"""Kinds that change no step but the programs and the people: they hold from the first step to the last."""

READY = frozenset(
    {
        "cancelled after reinstatement", "ausfall back", "company", "sentinels", "stamped", "no editors", "reusing",
        "padded", "touch", "misplace", "substitute", "blank rows", "cell", "spreadsheet",
        "reuse", "correct name", "move", "connector anew", "clock ahead",
        "emptied", "exchange", "went back", "letters", "ausfall everywhere", "shifted",
        "bare mirrors", "doubled mirrors", "abo ends",
    }
)  # fmt: skip
"""What every seed may be mixed with."""


def mix(scenario: Scenario, kinds: Collection[str], *, surely: bool = False) -> Scenario:
    """Mix some kinds into a scenario, each by its share, or ``surely`` all of them."""
    found: list[tuple[int, list[Step]]] = []
    fresh = count(FRESH)
    for kind in sorted(kinds):
        random = Random(f"{scenario.seed} {kind}")  # noqa: S311 - a rehearsal must be repeatable, not secret
        if not surely and random.random() >= SHARE:
            continue
        if kind == "move" and any(isinstance(step, Act) and step.verb == "exchange_ids" for step in scenario.steps):
            continue  # who moved between two courses whose COOP-Ids are exchanged is nobody's to tell
        if kind in TRAITS:
            scenario = _with(scenario, kind, random)
            continue
        for _ in range(random.randint(1, 2)):
            at = random.randint(min(len(scenario.steps), 20), len(scenario.steps))
            place = Place(_people(scenario.steps[:at]), len(scenario.systems), len(scenario.courses), fresh)
            found.append((at, KINDS[kind](random, place)))
    steps = list(scenario.steps)
    for at, added in sorted(found, key=lambda item: item[0], reverse=True):
        steps[at:at] = added
    return msgspec.structs.replace(scenario, steps=tuple(steps))


def _with(scenario: Scenario, trait: str, random: Random) -> Scenario:
    everybody = range(len(scenario.systems))
    if trait in ("stamped", "no editors"):
        how = "stamped" if trait == "stamped" else "none"
        before = scenario.editors or ("name",) * len(everybody)
        editors = tuple(how if random.random() < 0.5 else before[vhs] for vhs in everybody)
        return msgspec.structs.replace(scenario, editors=editors)
    if trait == "reusing":
        return msgspec.structs.replace(scenario, reusing=tuple(random.random() < 0.5 for _ in everybody))
    if trait == "padded":
        return msgspec.structs.replace(scenario, padded=tuple(random.choice((0, 5, 7)) for _ in everybody))
    if trait == "repeats":
        return msgspec.structs.replace(scenario, once=False)
    return msgspec.structs.replace(scenario, operator=random.choice((3, 10, 30)))


def _people(steps: Iterable[Step]) -> list[tuple[int, int]]:
    return [(step.who, step.vhs) for step in steps if isinstance(step, Act) and step.verb in ("book", "wait")]
