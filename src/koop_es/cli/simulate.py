"""``simulate``: a network of admin programs with faults, drawn from a seed and carried out on the real engine."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from koop_es.cli.answer import DONE, FOUND, Answer, lines
from koop_es.cli.demo import empty_store
from koop_es.cli.frame import Desk, command

if TYPE_CHECKING:
    from koop_es.simulate.rehearsal import Outcome

MOST_VHS = 12
MOST_STEPS = 10_000
"""Bounds of what may be asked for: 12 VHSs is what C1 names, 10,000 steps run for some minutes."""


@command("simulate")
@click.option("--seed", type=click.IntRange(min=0), default=0, show_default=True, help="What everything is drawn from.")
@click.option(
    "--steps", type=click.IntRange(0, MOST_STEPS), default=200, show_default=True, help="How many steps are drawn."
)
@click.option(
    "--vhs", type=click.IntRange(2, MOST_VHS), help="How many VHSs take part; drawn from the seed by default."
)
@click.option(
    "--scenario",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Carry out the scenario of this file instead of drawing one.",
)
@click.option(
    "--save",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Write the scenario to this file, shrunk if it fails; a failing one is kept as simulate-SEED.json without it.",
)
def simulate(desk: Desk, seed: int, steps: int, vhs: int | None, scenario: Path | None, save: Path | None) -> Answer:
    """Run a network whose connectors lose, double, cut and mix up exports until it has come to rest, and judge it.

    Admin programs, their staff and all faults are drawn from the seed; files, ingest, store, views and change lists are
    the real ones. An oracle that knows only what people did says where every booking must have ended. The same seed
    gives the same digest everywhere. The store is a temporary one; --db names an empty database instead.

    The exit status is 1 if anything is not as it must be. The scenario is then shrunk to the fewest steps with which it
    still fails, and kept in a file.

    \b
    Examples:
      koop-es simulate --seed 42
      koop-es simulate --seed 42 --steps 1000 --vhs 12 --json
      koop-es simulate --scenario simulate-42.json
    """
    from koop_es.simulate.draw import draw
    from koop_es.simulate.rehearsal import rehearse
    from koop_es.simulate.steps import read
    from koop_es.simulate.steps import save as keep

    drawn = read(scenario) if scenario is not None else draw(seed, steps=steps, vhs=vhs)
    db = desk.settings.db_url if "db" in desk.settings.model_fields_set else None
    if db is not None:
        empty_store(db).close()
    outcome = rehearse(drawn, db)
    kept = save
    if outcome.findings:
        kept = save or Path(f"simulate-{drawn.seed}.json")
        outcome = _shrunk(outcome) if scenario is None else outcome
    if kept is not None:
        keep(outcome.scenario, kept)
    return Answer(_data(outcome, kept), lines(*_story(outcome, kept)), FOUND if outcome.findings else DONE)


def _shrunk(outcome: Outcome) -> Outcome:
    """Shrink a failing scenario as long as its first finding stays of the same kind."""
    from koop_es.simulate.rehearsal import rehearse
    from koop_es.simulate.shrink import shrink

    kind = outcome.findings[0].partition(":")[0]
    small = shrink(
        outcome.scenario,
        lambda tried: any(finding.partition(":")[0] == kind for finding in rehearse(tried).findings),
    )
    return rehearse(small)


def _data(outcome: Outcome, kept: Path | None) -> dict[str, Any]:
    scenario = outcome.scenario
    return {
        "seed": scenario.seed,
        "vhs": len(scenario.systems),
        "steps": len(scenario.steps),
        "faults": scenario.faults,
        "converged": outcome.converged,
        "rounds": outcome.rounds,
        "digest": outcome.digest,
        "alarms": len(outcome.alarms),
        "false_alarms": sum(alarm.false for alarm in outcome.alarms),
        "findings": outcome.findings,
        "scenario": str(kept) if kept is not None else None,
    }


def _story(outcome: Outcome, kept: Path | None) -> Iterator[str]:
    scenario = outcome.scenario
    yield from outcome.trace
    yield ""
    faults = ", ".join(f"{count} {kind}" for kind, count in scenario.faults.items()) or "none"
    yield f"Seed {scenario.seed}: {len(scenario.systems)} VHSs, {len(scenario.steps)} steps; faults: {faults}."
    false = sum(alarm.false for alarm in outcome.alarms)
    yield f"Guards: {len(outcome.alarms)} alarms, {false} of them with nothing behind them."
    yield f"Digest {outcome.digest}"
    if outcome.findings:
        yield from (f"  ! {finding}" for finding in outcome.findings)
        yield f"NOT as it must be. Once more: koop-es simulate --scenario {kept}"
    else:
        yield f"Converged after {outcome.rounds} rounds, and all is as it must be."
