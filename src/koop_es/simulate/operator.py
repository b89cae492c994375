"""An operator who looks at what stands open, knows the truth and decides rightly, by what the command line uses."""

from __future__ import annotations

from typing import TYPE_CHECKING

from koop_es.ingest.counting import restart_sequence
from koop_es.views import open_violations

if TYPE_CHECKING:
    from koop_es.simulate.world import World


def look(world: World) -> list[str]:
    """Answer what people have to answer; says what was decided."""
    return restart_counts(world)


def restart_counts(world: World) -> list[str]:
    """Accept the new count of every connector that was installed anew, or restored with its counter (D23)."""
    asked = {said["vhs"] for said in open_violations(world.store) if said["code"] == "SEQUENCE_RESTARTED"}
    said = []
    for number, program in enumerate(world.programs):
        if program.vhs in asked and program.counts_anew:
            restart_sequence(world.store, now=world.clock.now, vhs=program.vhs, reason="connector installed anew")
            program.counts_anew = False
            world.post.forget_count(number)
            world.diary.note(world.clock.now, program.vhs, "restart-sequence", "decides")
            said.append(f"{program.vhs} counts anew")
    return said
