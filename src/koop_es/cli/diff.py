"""``diff``: what changed between two points, or where two VHSs disagree."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from koop_es.cli.answer import DONE, FOUND, Answer, lines, table
from koop_es.cli.frame import Desk, command
from koop_es.cli.past import AT, position
from koop_es.domain.errors import WrongUsage
from koop_es.domain.identifiers import coop_id as checked_coop_id
from koop_es.domain.identifiers import vhs_id
from koop_es.replay.diff import diff as changed
from koop_es.replay.diff import diff_of_vhs
from koop_es.replay.disagreement import disagreements, open_between
from koop_es.replay.moments import position_of
from koop_es.store import Store

if TYPE_CHECKING:
    from rich.console import Console

HEADINGS = ("path", "before", "after", "event", "what happened")


@command("diff", reads=True)
@click.argument("coop_id", metavar="[COOP-ID]", required=False)
@click.option("--from", "start", metavar="POSITION|TIME|EXPORT", help="The point to compare from.")
@click.option("--to", "end", metavar="POSITION|TIME|EXPORT", help="The point to compare to; now if it is left out.")
@click.option("--vhs", metavar="V", help="Only what concerns this VHS; without COOP-ID in all its cooperations.")
@click.option("--between", metavar="V,V", help="Where these two VHSs of the cooperation disagree, instead.")
@AT
def diff(
    desk: Desk,
    coop_id: str | None,
    start: str | None,
    end: str | None,
    vhs: str | None,
    between: str | None,
    at: str | None,
) -> Answer:
    """Tell what changed between two points of the history, each change with the event that did it last.

    With --between tell instead where two VHSs show different things now (or --at a point), since which event, and which
    pending change settles it. The exit status is 1 if there is any difference.

    \b
    Examples:
      koop-es diff 563-COOP-219 --from 2026-03-01 --to 2026-03-02T08:00
      koop-es diff 563-COOP-219 --from 563#41 --to 563#42 --json
      koop-es diff --vhs 301 --from 1042
      koop-es diff 563-COOP-219 --between 563,301
    """
    chosen = checked_coop_id(coop_id) if coop_id is not None else None
    if between is not None:
        if chosen is None or start is not None or end is not None or vhs is not None:
            raise WrongUsage("--between compares two VHSs of one COOP-ID at one moment: give it alone, or with --at")
        with desk.store() as store:
            return _between(store, chosen, *_two(between), at)
    if start is None or at is not None:
        raise WrongUsage("give the point to compare from with --from; --at goes with --between only")
    with desk.store() as store:
        points = position_of(store, start), position_of(store, end) if end is not None else store.head()
        whose = vhs_id(vhs) if vhs is not None else None
        if chosen is not None:
            found = changed(store, chosen, *points, vhs=whose)
        elif whose is not None:
            found = diff_of_vhs(store, whose, *points)
        else:
            raise WrongUsage("give a COOP-ID, or with --vhs a VHS to compare in all its cooperations")
    title = f"{chosen or f'VHS {whose}'} from position {points[0]} to {points[1]}"
    data = {"coop_id": chosen, "vhs": whose, "from": points[0], "to": points[1], "changes": found}
    return Answer(data, table(title, HEADINGS, [_row(item, chosen) for item in found]), FOUND if found else DONE)


def _row(item: dict[str, Any], coop_id: str | None) -> tuple[Any, ...]:
    path = item["path"] if coop_id is not None else f"{item['coop_id']} {item['path']}"
    return path, item["before"], item["after"], item["event"], item["text"]


def _two(text: str) -> tuple[str, str]:
    """Read the two VHSs of --between."""
    parts = [part.strip() for part in text.split(",")]
    if len(parts) != 2 or parts[0] == parts[1]:
        raise WrongUsage(f"--between {text}: give two VHS numbers with a comma between them, such as 563,301")
    return vhs_id(parts[0]), vhs_id(parts[1])


def _between(store: Store, coop_id: str, first: str, second: str, at: str | None) -> Answer:
    where = position(store, at)
    found = disagreements(store, coop_id, first, second, at=where)
    rows = [(d["path"], d[first], d[second], d["event"], d["text"], "\n".join(d["changes"]) or None) for d in found]
    headings = ("path", f"VHS {first}", f"VHS {second}", "since event", "what happened", "pending change")
    standing = open_between(store, coop_id, first, second, at=where)
    data = {"coop_id": coop_id, "between": [first, second], "at": where, "differences": found, "open": standing}
    title = f"{coop_id}: where VHS {first} and VHS {second} disagree"

    def show(out: Console) -> None:
        table(title, headings, rows)(out)
        said = (f"open at VHS {item['vhs']}: {item['text']}" for item in standing)
        lines(*dict.fromkeys(said))(out)  # what waits of many rows reads the same

    return Answer(data, show, FOUND if found else DONE)
