"""``history``: the story of one cooperation."""

from __future__ import annotations

import click

from koop_es.cli.answer import Answer, table
from koop_es.cli.frame import Desk, command
from koop_es.domain.identifiers import coop_id as checked_coop_id
from koop_es.replay.history import history as tell


@command("history")
@click.argument("coop_id", metavar="COOP-ID")
def history(desk: Desk, coop_id: str) -> Answer:
    """Tell what happened in a cooperation, event by event: when, where, by which export row and rule.

    \b
    Examples:
      koop-es history 563-COOP-219
      koop-es history 563-COOP-219 --json
    """
    with desk.store() as store:
        events = tell(store, checked_coop_id(coop_id))
    rows = [
        (e["position"], e["at"][:16], e["vhs"], e["export"], e["row"], e["rule"], e["type"], e["text"]) for e in events
    ]
    show = table(coop_id, ("position", "reported", "VHS", "export", "row", "rule", "event", "what happened"), rows)
    return Answer({"coop_id": coop_id, "events": events}, show)
