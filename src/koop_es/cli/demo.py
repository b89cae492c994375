"""``demo``: the story of three Volkshochschulen that share a course, on the real engine."""

from __future__ import annotations

import logging
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from koop_es.cli.answer import DONE, FOUND, Answer, lines
from koop_es.cli.frame import Desk, command
from koop_es.domain.errors import WrongUsage
from koop_es.store import Store

if TYPE_CHECKING:
    from koop_es.simulate.demo import Demo, Outcome, Step


class DemoStoreInUse(WrongUsage):
    """The demo begins with an empty store; name another one, or leave out --db for a temporary file."""

    code = "demo_store_in_use"


@command("demo")
@click.option(
    "--keep",
    metavar="DIR",
    type=click.Path(path_type=Path, file_okay=False),
    help="Keep the exports of the three programs in this empty or new directory.",
)
def demo(desk: Desk, keep: Path | None) -> Answer:
    """Run a small network until every VHS agrees: three admin programs are simulated, everything else is real.

    Without --db the store is a temporary SQLite file, which is kept and named at the end. The demo has a rehearsal clock
    of its own that begins on 2026-02-02, and says the same every time. The exit status is 1 if the VHSs do not agree.

    \b
    Examples:
      koop-es demo
      koop-es demo --db sqlite:///demo.db --keep demo-exports
    """
    from koop_es.simulate.demo import Demo

    _quiet(desk)
    db = click.get_current_context().params["db"]
    address = db if db is not None else f"sqlite:///{tempfile.mkdtemp(prefix='koop-es-demo-')}/koop.db"
    steps: list[Step] = []
    with ExitStack() as stack:
        store = stack.enter_context(Store.create(address))
        if not _is_empty(store):
            raise DemoStoreInUse(f"{store.address} is in use already. {DemoStoreInUse.__doc__}", db=store.address)
        directory = _directory(keep) if keep is not None else Path(stack.enter_context(tempfile.TemporaryDirectory()))
        story = Demo(store, directory, steps.append)
        outcome = story.run()
        shown = [*_story(steps, story), *_ending(outcome, story), "", f"The store is kept: {store.address}"]
        if db is None:
            shown.append(f"Look around in it: koop-es history {outcome.coop_id} --db {store.address}")
        data = {"db": store.address, "agree": not outcome.disagreements, "steps": [asdict(step) for step in steps]}
    return Answer(data | asdict(outcome), lines(*shown), FOUND if outcome.disagreements else DONE)
