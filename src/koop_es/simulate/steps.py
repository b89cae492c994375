"""A scenario is data: who takes part, and a list of steps that can be stored, cut down and carried out again.

Everything random is drawn before the first step is carried out (``draw.py``); nothing draws afterwards. A step names
VHSs, courses and people by number, so that it means the same when others are taken away before it.
"""

from __future__ import annotations

from pathlib import Path
from typing import Literal

import msgspec

from koop_es.connectors import plain_files
from koop_es.domain.errors import BadInput

Fate = Literal[
    "whole", "lost", "cut", "torn", "proofless", "filtered", "thinned",
    "emptied", "zeros", "quoted", "hashes", "exponent", "decimal", "letters", "shifted", "ausfall", "blank", "cell",
    "sentinels", "eof", "ahead",
]  # fmt: skip
"""What becomes of an export on its way: ``cut`` fails its checksum, ``torn`` lacks a file, ``proofless`` lost rows and
their count, ``filtered`` lacks courses and ``thinned`` bookings, both with a proof that holds. What
follows those is done to the file before its proof is written (``spoil``).
"""

Reach = Literal["full", "delta", "occupancy", "scoped"]
"""What an export covers; ``scoped`` is a full one of the courses that have not ended."""


How = Literal["", "bare", "doubled"]
"""How a connector writes new mirrors: as it must, without their reference, or each of them twice (D26)."""


class Act(msgspec.Struct, frozen=True, tag="act", omit_defaults=True):
    """Somebody at a VHS does something; ``verb`` is a method of ``Staff``, ``value`` what it needs besides."""

    verb: str
    vhs: int
    course: int = 0
    who: int = 0
    value: int = 0


class Export(msgspec.Struct, frozen=True, tag="export", omit_defaults=True):
    """A VHS's connector exports; the file arrives ``delay`` steps later, and once more ``again`` steps after that.

    ``crash`` kills the first ingest of it at that statement, ``error`` lets that statement fail instead; ``batch``
    bounds its transactions to so many rows.
    """

    vhs: int
    reach: Reach = "full"
    fate: Fate = "whole"
    delay: int = 0
    again: int | None = None
    crash: int = 0
    error: int = 0
    batch: int = 0
    archive: bool = False
    value: int = 0


class Resend(msgspec.Struct, frozen=True, tag="resend", omit_defaults=True):
    """An old export of a VHS arrives again, the ``back``-th before the last."""

    vhs: int
    back: int = 0


class Rivals(msgspec.Struct, frozen=True, tag="rivals", omit_defaults=True):
    """Two VHSs' exports are ingested at once: the other's whole ingest falls before a write of the first."""

    vhs: int
    other: int
    before: int = 1


class Changes(msgspec.Struct, frozen=True, tag="changes", omit_defaults=True):
    """A VHS's connector fetches its change list and carries it out ``delay`` steps later, ``times`` times.

    ``how`` says that it imports new mirrors without their reference (``bare``), or each of them twice (``doubled``).
    """

    vhs: int
    delay: int = 0
    times: int = 1
    how: How = ""


class Jump(msgspec.Struct, frozen=True, tag="jump", omit_defaults=True):
    """The clock jumps, back where ``minutes`` is negative."""

    minutes: int


Step = Act | Export | Resend | Rivals | Changes | Jump


class Shared(msgspec.Struct, frozen=True, omit_defaults=True):
    """A course: its Master, seats, days it lasts; ``adopted_by`` shared it before the engine was connected."""

    master: int
    seats: int
    days: int
    fee: int
    adopted_by: tuple[int, ...] | None = None


class Scenario(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """All a rehearsal depends on: the VHSs' admin programs, their courses, the policies and the steps.

    ``repair`` says whether people put right in the end what only people can. ``editors``, ``reusing`` and ``padded``
    say by VHS how its program shows who edited a row, that it gives Beleg-IDs again, and to how many digits it fills
    its numbers; ``once`` that no connector carries an id out twice; ``operator`` after how many steps somebody looks
    at what stands open and decides, 0 for nobody.
    """

    seed: int
    systems: tuple[str, ...]
    courses: tuple[Shared, ...]
    steps: tuple[Step, ...]
    repair: bool = True
    confirmations: int = 2
    owner_only: bool = False
    all_identities: bool = False
    guard: int = 10
    editors: tuple[Literal["name", "stamped", "none"], ...] = ()
    reusing: tuple[bool, ...] = ()
    padded: tuple[int, ...] = ()
    once: bool = False
    operator: int = 0

    @property
    def faults(self) -> dict[str, int]:
        """Count the faults of the connectors, by kind."""
        found: dict[str, int] = {}
        for step in self.steps:
            for kind in faults_of(step):
                found[kind] = found.get(kind, 0) + 1
        return dict(sorted(found.items()))


def faults_of(step: Step) -> list[str]:
    """Name what goes wrong in a step."""
    match step:
        case Export():
            marks = {"late": step.delay > 0, "doubled": step.again is not None, "crash": step.crash > 0}
            marks["error"] = step.error > 0
            return [step.fate] * (step.fate != "whole") + [kind for kind, there in marks.items() if there]
        case Resend():
            return ["old one again"]
        case Rivals():
            return ["at once"]
        case Changes():
            return ["list late"] * (step.delay > 0) + ["list twice"] * (step.times > 1) + [step.how] * bool(step.how)
        case Jump():
            return ["clock jump"]
    return []


class ScenarioUnreadable(BadInput):
    """The file is no scenario; ``koop-es simulate --seed N --save FILE`` writes one."""

    code = "scenario_unreadable"


ADDED = ("editors", "reusing", "padded", "once", "operator")
"""What scenarios of yesterday do not say, and a file says only where it matters."""


def save(scenario: Scenario, path: Path) -> None:
    """Write a scenario as JSON, one step a line."""
    head = msgspec.structs.asdict(msgspec.structs.replace(scenario, steps=()))
    default = Scenario(seed=0, systems=(), courses=(), steps=())
    for name in ("steps", *ADDED):
        if name == "steps" or head[name] == getattr(default, name):
            del head[name]
    lines = [msgspec.json.encode(step).decode() for step in scenario.steps]
    text = msgspec.json.encode(head).decode()[:-1] + ',"steps":[\n' + ",\n".join(lines) + "\n]}\n"
    path.write_text(text, encoding="utf-8")


MOST_BYTES = 8 << 20
"""Largest scenario: one of 10,000 steps, the most that are drawn, has a tenth of that."""


def read(path: Path) -> Scenario:
    """Read a scenario; raises ScenarioUnreadable."""
    try:
        return msgspec.json.decode(plain_files.content(path, MOST_BYTES), type=Scenario)
    except (OSError, ValueError) as error:
        raise ScenarioUnreadable(f"{path}: {error}. {ScenarioUnreadable.__doc__}", path=str(path)) from None
