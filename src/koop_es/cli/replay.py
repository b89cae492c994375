"""``replay``: step through the history of one cooperation."""

from __future__ import annotations

import io
import os
import sys
from importlib.util import find_spec

import click

from koop_es.cli.answer import Answer, lines
from koop_es.cli.frame import Desk, command
from koop_es.cli.output import say, show, tidy
from koop_es.cli.past import AT, position
from koop_es.domain.identifiers import coop_id as checked_coop_id
from koop_es.domain.identifiers import parse_ref
from koop_es.replay.explain import why
from koop_es.replay.frames import Frames
from koop_es.replay.moments import position_of
from koop_es.replay.states import states
from koop_es.replay.stepper import Stepper
from koop_es.replay.timeline import Timeline

HINT = "plain, because textual is not installed; the full screen comes with: pip install 'koop-es[tui]'"


@command("replay", reads=True)
@click.argument("coop_id", metavar="COOP-ID")
@AT
@click.option("--booking", metavar="REF", help="Only this booking's row, such as 563:8841, and the course.")
@click.option("--plain", is_flag=True, help="No full screen: pages as text, commands line by line on standard input.")
def replay(desk: Desk, coop_id: str, at: str | None, booking: str | None, plain: bool) -> Answer:
    """Step through a cooperation, event by event: what every VHS shows, what it should show, and where they differ.

    Keys: n next, p back, home, end, c run to the next conflict, g go to a position, / search, e the stored event,
    b its cause, y why the marked cell is so, ? all keys, q quit. Without a terminal the same letters are read line by
    line. --json gives the state after every event.

    \b
    Examples:
      koop-es replay 563-COOP-219
      koop-es replay 563-COOP-219 --at 563#42 --booking 301:4
      koop-es replay 563-COOP-219 --json
      printf 'c\\ny\\n' | koop-es replay 563-COOP-219 --plain
    """
    with desk.store() as store:
        timeline = Timeline.load(store, checked_coop_id(coop_id))
        frames = Frames(timeline, parse_ref(booking) if booking is not None else None)
        since = position(store, at)
        begin = timeline.version_at(since) if since is not None else 1
        if desk.as_json:
            return Answer({"coop_id": coop_id, "frames": list(states(frames, begin))}, lines())
        stepper = Stepper(frames, lambda text: position_of(store, text), why(store), begin=begin)
        if plain or not _is_terminal():
            _step_plainly(stepper)
        elif find_spec("textual") is None:
            say(HINT)
            _step_plainly(stepper)
        else:
            from koop_es.replay.screen import StepperApp

            StepperApp(stepper, tidy).run(mouse=False)  # a terminal's own way to copy text goes on working
    return Answer({}, lines())


def _is_terminal() -> bool:
    """Tell whether a full screen can be drawn and keys can be read; a closed standard input is None."""
    return bool(sys.stdin and sys.stdin.isatty() and sys.stdout.isatty()) and os.environ.get("TERM", "dumb") != "dumb"


def _step_plainly(stepper: Stepper) -> None:
    from koop_es.replay.plain import walk

    if isinstance(sys.stdin, io.TextIOWrapper):
        sys.stdin.reconfigure(errors="replace")  # a byte that is no text is no command, and no reason to stop
    walk(stepper, sys.stdin or (), show)
