"""Draws a scenario from a seed: all that is random in a rehearsal, before anything happens."""

from __future__ import annotations

from collections.abc import Collection
from random import Random

from koop_es.simulate.mixed import READY, mix
from koop_es.simulate.program import CMX_ORGANIZE, ITM_MANAGER, KUFERSQL
from koop_es.simulate.steps import Act, Changes, Export, Fate, Jump, Reach, Resend, Rivals, Scenario, Shared, Step

SYSTEMS = (KUFERSQL, ITM_MANAGER, CMX_ORGANIZE)
SIZES = (2,) * 5 + (3,) * 16 + (4,) * 8 + (5, 5, 6, 8, 12)
"""How many VHSs take part: two to twelve (C1), most often three, where one more adds time and little else."""

LOCAL = 1_000_000
"""People from this number on book courses that nobody shares; nobody else may ever hear of them (D15)."""

ACTS = {
    "book": 30, "wait": 5, "book_local": 3, "cancel": 9, "remove": 9, "restore": 8, "merge": 4, "rebook": 2,
    "promote": 4, "claim": 4, "amend_person": 4, "letter": 2, "letter_back": 2, "edit": 14, "renumber": 4,
    "lose_id": 2, "alter_id": 2, "copy_id": 1, "exchange_ids": 1, "restore_id": 3, "delete": 1, "undelete": 3,
    "ausfall": 1, "unausfall": 1, "release": 2, "subscribe": 4, "approve": 1,
}  # fmt: skip
"""What staff does, and how often (C2)."""

FATES: tuple[Fate, ...] = ("cut", "torn", "proofless", "filtered", "thinned")

JUMPS = (-90, 60, 60 * 24, 60 * 24 * 4, 60 * 24 * 25)
"""Minutes the clock jumps: back, on, and so far that a short course has ended and leaves the scope of exports."""


def draw(seed: int, *, steps: int = 200, vhs: int | None = None, kinds: Collection[str] | None = None) -> Scenario:
    """Draw a scenario; ``steps`` are those after everything is set up, ``vhs`` how many take part (2 to 12).

    ``kinds`` are mixed in for sure (``mixed.KINDS``); without them each that is ready is, by its share. Connectors
    carry an id out once, as the contract has it (D22).
    """
    random = Random(seed)  # noqa: S311 - a rehearsal must be repeatable, not secret
    count = vhs if vhs is not None else random.choice(SIZES)
    courses = tuple(_course(random, count) for _ in range(random.randint(1, 3)))
    drawn = _Steps(random, count, courses)
    drawn.begin()
    for _ in range(steps):
        drawn.add()
    plain = Scenario(
        seed=seed,
        systems=tuple(random.choice(SYSTEMS) for _ in range(count)),
        courses=courses,
        steps=tuple(drawn.steps),
        repair=random.random() < 0.6,
        confirmations=1 if random.random() < 0.1 else 2,
        owner_only=random.random() < 0.15,
        all_identities=random.random() < 0.3,
        guard=random.choice((10, 10, 3, 1)),
        once=True,
    )
    return mix(plain, READY if kinds is None else kinds, surely=kinds is not None)


def _course(random: Random, count: int) -> Shared:
    master = random.randrange(count)
    others = [vhs for vhs in range(count) if vhs != master]
    adopted = tuple(sorted(random.sample(others, random.randint(1, len(others))))) if random.random() < 0.3 else None
    return Shared(
        master=master,
        seats=random.choice((2, 4, 6, 10)),
        days=random.choice((3, 30, 90)),
        fee=random.choice((0, 1990, 9000)),
        adopted_by=adopted,
    )


class _Steps:
    """The steps as they are drawn; each fault has a rate of its own, drawn once for the whole scenario (C2)."""

    def __init__(self, random: Random, count: int, courses: tuple[Shared, ...]) -> None:
        self.random, self.count, self.courses = random, count, courses
        self.steps: list[Step] = []
        self.people: list[tuple[int, int]] = []
        self.locals = LOCAL
        self.stays: dict[int, tuple[Fate, int, int] | None] = {}
        self.lost, self.doubled, self.bad = random.uniform(0, 0.3), random.uniform(0, 0.5), random.uniform(0, 0.1)
        self.late, self.crash = random.uniform(0, 0.3), random.uniform(0, 0.15)
        self.error = random.uniform(0, 0.1)

    def begin(self) -> None:
        """Report, release and subscribe, so that there is something to disturb."""
        everybody = range(self.count)
        self.steps += [Export(vhs) for vhs in everybody]
        self.steps += [Act("release", c.master, number) for number, c in enumerate(self.courses)]
        for number, course in enumerate(self.courses):
            others = [vhs for vhs in everybody if vhs != course.master]
            joining = self.random.sample(others, self.random.randint(1, len(others)))
            self.steps += [Act("subscribe", vhs, number) for vhs in joining]
        for vhs in everybody:
            self.steps += [Changes(vhs), Export(vhs)]

    def add(self) -> None:
        """Draw one more step."""
        random, vhs = self.random, self.random.randrange(self.count)
        dice = random.random()
        if dice < 0.22:
            self.steps.append(self._export(vhs))
        elif dice < 0.38:
            late = random.random() < self.late
            times = 2 if random.random() < 0.1 else 1
            self.steps.append(Changes(vhs, random.randint(1, 15) if late else 0, times))
        elif dice < 0.39:
            self.steps.append(Resend(vhs, random.randint(0, 4)))
        elif dice < 0.41:
            self.steps.append(Rivals(vhs, random.randrange(self.count), random.randint(1, 2)))
        elif dice < 0.42:
            self.steps.append(Jump(random.choice(JUMPS)))
        elif dice < 0.435:
            self._lose(vhs)
        else:
            self.steps.append(self._act(vhs))

    def _lose(self, vhs: int) -> None:
        """Draw bookings that are removed for long enough to be orphans, and what may follow: back again, or an "S"."""
        random = self.random
        here = [who for who, _ in self.people[-12:]] or [0]
        lost = random.sample(here, min(len(here), random.choice((1, 1, 1, 2, 5))))
        self.steps += [Act("remove", vhs, 0, who) for who in lost]
        for _ in range(random.randint(1, 3)):
            self.steps += [Export(vhs), Changes(random.randrange(self.count))]
        if random.random() < 0.3:
            self.steps.append(Act("approve", vhs))
        if random.random() < 0.3:
            self.steps.append(Act("cancel", random.randrange(self.count), 0, lost[0]))
        if random.random() < 0.8:
            self.steps += [Act("restore", vhs, 0, who) for who in lost]
            self.steps.append(Export(vhs))

    def _export(self, vhs: int) -> Export:
        random = self.random
        fate: Fate = "whole"
        if random.random() < self.lost:
            fate = "lost"
        elif random.random() < self.bad:
            fate = random.choice(FATES)
        value = random.randrange(1000)
        stays = self.stays.get(vhs)
        if stays is not None and fate == "whole":  # a wrong filter or a missing proof stays until somebody mends it
            fate, value, left = stays
            self.stays[vhs] = (fate, value, left - 1) if left > 1 else None
        elif fate in ("proofless", "filtered", "thinned") and random.random() < 0.4:
            self.stays[vhs] = fate, value, random.randint(1, 3)
        reach: Reach = random.choices(("full", "delta", "occupancy", "scoped"), (70, 20, 5, 5))[0]
        return Export(
            vhs,
            reach=reach,
            fate=fate,
            delay=random.randint(1, 12) if random.random() < self.late else 0,
            again=random.randint(0, 10) if random.random() < self.doubled else None,
            crash=random.randint(1, 40) if random.random() < self.crash else 0,
            error=random.randint(1, 40) if random.random() < self.error else 0,
            batch=random.choice((0, 0, 0, 1, 3)),
            archive=random.random() < 0.2,
            value=value,
        )

    def _act(self, vhs: int) -> Act:
        random = self.random
        verb = random.choices(tuple(ACTS), tuple(ACTS.values()))[0]
        course, value = random.randrange(len(self.courses)), random.randrange(1000)
        if verb in ("book", "wait"):
            self.people.append((len(self.people), vhs))
            return Act(verb, vhs, course, self.people[-1][0], value)
        if verb == "book_local":
            self.locals += 1
            return Act(verb, vhs, 0, self.locals, value)
        who, owner = random.choice(self.people[-12:]) if self.people else (0, vhs)
        at_owner = verb in ("promote", "claim", "rebook") or random.random() < 0.5
        about_people = verb in _ABOUT_PEOPLE
        return Act(verb, owner if about_people and at_owner else vhs, course, who if about_people else 0, value)


_ABOUT_PEOPLE = frozenset(
    {"cancel", "remove", "restore", "merge", "rebook", "promote", "claim", "amend_person", "letter", "letter_back"}
)
