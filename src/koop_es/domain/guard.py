"""The guard: an export is weighed by what it would do to others, however it says so (D4, D19, D31)."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from typing import NamedTuple

from koop_es.domain.cooperation import Cooperation
from koop_es.domain.judgement import NO_ABSENCES, Absences, Done, Effect, Judgement
from koop_es.domain.observation import Report
from koop_es.domain.terms import Policy
from koop_es.domain.wanted import SYNCED_FIELDS
from koop_es.domain.weight import NO_STOCK, Absent, Stock, Weight

PLACE_AND_TIME = frozenset({"starts_on", "ends_on", "starts_at", "ends_at", "venue"})
"""Fields by which people find their course (D31c)."""

PLACE = "place"
"""What they are called together in what an export does."""


def left_of(done: Done, judgement: Judgement) -> Done:
    """Leave out of what an export would do what is withheld."""
    held, fields = judgement.effects, frozenset(judgement.fields)
    fields = fields | {PLACE} if fields & PLACE_AND_TIME else fields
    return Done(
        0 if Effect.CANCELLATION in held else done.cancelled,
        0 if Effect.LETTER in held else done.revived,
        0 if Effect.PERSON in held else done.renamed,
        () if Effect.AUSFALL in held else done.ausfall,
        {name: courses for name, courses in done.revised.items() if name not in fields},
        done.live,
        done.beside,
    )


class Held(NamedTuple):
    """What a VHS holds, before the export: live bookings, of these own ones, and the courses it is the Master of."""

    live: int
    own: Callable[[], int]
    led: int


# --- absences (D4, D19) -----------------------------------------------------------------------------------------------


class Losses(NamedTuple):
    """What of an export is absent, and against what it is counted.

    ``live`` are the bookings of the VHS last shown live before this export, ``before`` those before the first absence
    of what was missing already, ``of_course`` says it by course; ``empty`` tells that the export has a booking file
    without a row; ``stands`` whether a mirror of an owner is still shown somewhere else. ``beside`` counts who went
    with a part of the program when they were first missing (D20), ``strays`` the mirrors that stand in another course
    (D25).
    """

    absent: Sequence[Absent]
    live: int
    before: int
    of_course: Mapping[str, Stock]
    empty: bool
    stands: Callable[[str], bool]
    beside: int = 0
    strays: int = 0


def judge_absences(losses: Losses, policy: Policy) -> tuple[Absences, Absences]:
    """Say which absences are withheld, and which would be if the next complete export lacked the bookings too.

    What moved counts with what is missing since then, also where it was cancelled at once (D19, D25), and with the
    mirrors that stand elsewhere beside it: a column that was shifted moves them all. It does not wait itself for what
    is missing for the first time beside it: its row is there.
    """
    confirmed = [item for item in losses.absent if item.waiting or item.nth >= policy.orphan_confirmations]
    first = [item for item in losses.absent if not item.waiting and item.nth < policy.orphan_confirmations]
    fresh = any(not item.waiting for item in confirmed)
    moved_before = sum(stock.moved for stock in losses.of_course.values()) + losses.beside
    if any(item.moved for item in confirmed):  # where most rows stand elsewhere, nobody has moved the few own ones
        moved_before += losses.strays
    moved_now = sum(item.moved for item in confirmed)
    only_moved = {item.coop_id for item in first} - {item.coop_id for item in confirmed if not item.moved}
    return (
        _withheld(confirmed, moved_before, only_moved, losses.before, losses, policy) if fresh else NO_ABSENCES,
        _withheld(first, moved_now, (), losses.live, losses, policy) if first else NO_ABSENCES,
    )


def _withheld(
    absent: Sequence[Absent], moved: int, standing: Collection[str], live: int, losses: Losses, policy: Policy
) -> Absences:
    """Judge absences, with those who moved along; the courses that are ``standing`` are not empty yet."""
    count = len(absent) + moved
    if policy.guard_trips(count, live):
        return Absences(everywhere=True, reason="D4")
    if count >= policy.guard_few and count * 2 > live:
        return Absences(everywhere=True, reason="D19 half")
    if losses.empty and live >= policy.guard_few:
        return Absences(everywhere=True, reason="D19 empty")
    stocks = {item.coop_id: losses.of_course.get(item.coop_id, NO_STOCK) for item in absent}
    emptied = {coop_id: stock.had for coop_id, stock in stocks.items() if not stock.left and coop_id not in standing}
    courses = {coop_id for coop_id, had in emptied.items() if had >= policy.guard_course}
    pairs = {coop_id for coop_id, had in emptied.items() if had >= policy.guard_courses}
    if len(pairs) > 1:
        courses |= pairs
    mirrors = Counter(item.mirror_of for item in absent if item.mirror_of is not None)
    owners = {owner for owner, number in mirrors.items() if number >= policy.guard_few and not losses.stands(owner)}
    if not courses and not owners:
        return NO_ABSENCES
    reason = "D19 course" if courses else "D19 owner"
    return Absences(courses=tuple(sorted(courses)), owners=tuple(sorted(owners)), reason=reason)


# --- effects (D31) ----------------------------------------------------------------------------------------------------


def done_by(weights: Mapping[str, Weight]) -> Done:
    """Add up what the slices of an export do."""
    revised: dict[str, set[str]] = defaultdict(set)
    for coop_id, weight in weights.items():
        for name in weight.revised:
            revised[PLACE if name in PLACE_AND_TIME else name].add(coop_id)
    return Done(
        sum(len(weight.cancelled) for weight in weights.values()),
        sum(len(weight.revived) for weight in weights.values()),
        sum(len(weight.renamed) for weight in weights.values()),
        tuple(sorted(coop_id for coop_id, weight in weights.items() if weight.ausfall)),
        {name: tuple(sorted(courses)) for name, courses in sorted(revised.items())},
    )


def judge_effects(
    done: Done, before: Done, weights: Iterable[Weight], held: Held, policy: Policy, *, any_at_all: bool
) -> tuple[tuple[Effect, ...], tuple[str, ...]]:
    """Say which kinds of effects are withheld, and of which fields.

    ``before`` is what exports of the last 24 hours did, ``held`` what the VHS held when they began. ``any_at_all``
    lowers every limit, after a change of the profile.
    """
    total = done + before
    effects, fields = [], set[str]()

    def trips(present: int, count: int, least: int, share: int, base: int) -> bool:
        return bool(present) and (any_at_all or (count >= least and count * share > base))

    if trips(done.cancelled, total.cancelled, policy.guard_letters, 3, held.live + before.cancelled) or (
        done.cancelled and total.cancelled > policy.guard_absolute
    ):
        effects.append(Effect.CANCELLATION)
    if trips(len(done.ausfall), len(total.ausfall), policy.guard_ausfall, 3, held.led):
        effects.append(Effect.AUSFALL)
    for name, courses in done.revised.items():
        least = policy.guard_moved if name == PLACE else policy.guard_revised
        if trips(len(courses), len(total.revised[name]), least, 2, held.led):
            fields |= PLACE_AND_TIME if name == PLACE else {name}
    if fields:
        effects.append(Effect.REVISION)
    many = total.renamed >= policy.guard_persons  # only then it matters how many there are
    if trips(done.renamed, total.renamed, policy.guard_persons, 2, held.own() if many else 0) or _alike(
        weights, policy
    ):
        effects.append(Effect.PERSON)
    if trips(done.revived, total.revived, policy.guard_revived, 1, 0):
        effects.append(Effect.LETTER)
        if done.cancelled and Effect.CANCELLATION not in effects:
            effects.insert(0, Effect.CANCELLATION)  # where "S" are read as A, what is read as "S" is in question too
    return tuple(effects), tuple(name for name in SYNCED_FIELDS if name in fields)


def _alike(weights: Iterable[Weight], policy: Policy) -> bool:
    """Tell whether so many people are given one phone or mail (D31d)."""
    people: dict[str, set[tuple[str, str]]] = defaultdict(set)
    for weight in weights:
        for item in weight.renamed:
            for contact in item.contacts:
                people[contact].add(item.name)
    return any(len(names) >= policy.guard_alike for names in people.values())


def is_empty(report: Report) -> bool:
    """Tell whether an export has a booking file without a single row, usable or not (D19)."""
    if not report.has_bookings or any(item.about == "booking" for item in report.rejected):
        return False
    return not any(len(item.rows) for item in report.bookings_by_course().values())


def judge_alone(state: Cooperation, vhs: str, weight: Weight, policy: Policy) -> Judgement:
    """Judge what one slice does as if its cooperation were all the VHS has: of a history that did not happen no more is
    known.
    """
    live = {ref for ref, booking in state.bookings.items() if (seat := booking.seats.get(vhs)) and seat.live}
    gone = {item.ref for item in weight.absent}
    losses = Losses(
        weight.absent,
        len(live),
        len(live - weight.fresh),
        {state.coop_id: weight.stock},
        False,
        lambda owner: any(state.bookings[ref].owner == owner for ref in live - gone - weight.fresh),
        strays=weight.strays,
    )
    absences, foreseen = judge_absences(losses, policy)
    own = sum(state.bookings[ref].owner == vhs for ref in live)
    held = Held(len(live), lambda: own, int(state.master == vhs))
    done = done_by({state.coop_id: weight})
    effects, fields = judge_effects(done, Done(), [weight], held, policy, any_at_all=False)
    return Judgement(absences, foreseen, effects, fields)
