"""``view``, ``changes``, ``violations``: what the read models answer."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from koop_es import ingest, views
from koop_es.cli.answer import DONE, FOUND, NOTHING_DONE, Answer, json_lines, lines, table
from koop_es.cli.frame import Desk, command
from koop_es.cli.language import LANG
from koop_es.cli.output import say
from koop_es.cli.past import AT, position
from koop_es.connectors import registration_folder
from koop_es.connectors.changes import jsonl
from koop_es.domain.errors import WrongUsage
from koop_es.domain.identifiers import coop_id as checked_coop_id
from koop_es.domain.identifiers import vhs_id
from koop_es.replay.words import WORDS, Lang

if TYPE_CHECKING:
    from rich.console import Console

    from koop_es.store import Store


@command("view", reads=True)
@click.option("--vhs", metavar="V", required=True, help="Whose view.")
@AT
def view(desk: Desk, vhs: str, at: str | None) -> Answer:
    """Show what a VHS should hold of every shared course, beside what its exports hold now.

    Under "shows" stands nothing where its last complete export and the partial ones since do not hold the booking, or
    nobody can tell; what stands open there is named.

    \b
    Examples:
      koop-es view --vhs 301
      koop-es view --vhs 301 --at 1042 --json
      koop-es view --vhs 301 --at 2026-03-02T08:00
      koop-es view --vhs 301 --at 563#42
    """
    with desk.store() as store:
        data = views.view(store, vhs_id(vhs), at=position(store, at))
        if not data["courses"]:
            _say_if_silent(store, data["vhs"])
    return Answer(data, lambda out: _show_view(out, data))


def _say_if_silent(store: Store, vhs: str) -> None:
    """Say beside an empty answer that a VHS has never reported: it may be one that is not there, mistyped (D30)."""
    if not views.has_reported(store, vhs):
        say(f"koop-es: VHS {vhs} has never reported: no export of it was taken in, and nothing is known of it")


def _show_view(out: Console, data: dict[str, Any]) -> None:
    if not data["courses"]:
        out.print(f"VHS {data['vhs']} shares no course")
    for course in data["courses"]:
        title = (
            f"{course['coop_id']} {course['title'] or ''}: {course['role']}, {course['course_number']} "
            f"({course['period']}), "
            f"{course['confirmed']} of {course['capacity'] if course['capacity'] is not None else '?'} seats, "
            f"{course['waitlisted']} waiting, {course['cancelled']} cancelled"
        )
        if course["open"]:
            title += f"; open: {', '.join(course['open'])}"
        rows = [
            (
                b["ref"],
                b["owner"],
                b["status"],
                b["reported"],
                b["reason"],
                ", ".join(b["open"]) or None,
                " ".join(filter(None, (b["first_name"], b["name"]))),
            )
            for b in course["bookings"]
        ]
        table(title, ("booking", "owner", "should be", "shows", "reason", "open", "participant"), rows)(out)


@command("changes")
@click.option("--vhs", metavar="V", required=True, help="Whose connector.")
@click.option(
    "--format",
    "style",
    type=click.Choice(["jsonl", "kufer-xml"]),
    default="jsonl",
    show_default=True,
    help="Change list, or KuferSQL's registration import.",
)
@click.option("--into", metavar="DIR", type=click.Path(path_type=Path), help="Folder that KuferSQL imports from.")
@click.option("--preview", is_flag=True, help="Give nothing out: only look.")
@AT
def changes(desk: Desk, vhs: str, style: str, into: Path | None, preview: bool, at: str | None) -> Answer:
    """Give out what a VHS's connector has to write, as JSON lines, oldest first; the same until an export acknowledges
    it.

    What is given out counts as told: an "S" of ours that comes back is known by it. --preview and --at only look.
    A change keeps its id, and a connector carries an id out once, only where the row shows what "expects" says.
    With --format kufer-xml new bookings become registration files in a folder, each written once; what that import
    cannot say stands beside them in rest.jsonl, as work for people. Give the same folder each time: it knows what was
    written.

    \b
    Examples:
      koop-es changes --vhs 301 > 301.jsonl
      koop-es changes --vhs 563 --format kufer-xml --into anmeldungen
      koop-es changes --vhs 301 --preview
      koop-es changes --vhs 301 --at 301#17
    """
    if (style == "kufer-xml") != (into is not None):
        raise WrongUsage("--format kufer-xml and --into DIR, the folder that KuferSQL imports from, belong together")
    looks, vhs = preview or at is not None, vhs_id(vhs)
    if into is not None:
        registration_folder.noted(vhs, into)  # what is refused there is refused before anything is given out
    with desk.store() as store:
        if looks:
            found = views.change_list(store, vhs, at=position(store, at))
        else:
            found = ingest.give_out(store, vhs, now=desk.now, compares=desk.settings.can_compare(vhs))
        if not found:
            _say_if_silent(store, vhs)
    data: dict[str, Any] = {"vhs": vhs, "changes": found}
    instead = NOTHING_DONE if looks else "the list was noted as given out; call it again, it is the same"
    if into is None:
        return Answer(data, json_lines(jsonl(found)), instead=instead)
    done = registration_folder.foreseen(vhs, found, into) if looks else registration_folder.write(vhs, found, into)
    data |= {"into": str(into), "files": done.files, "before": done.before, "rest": done.rest}
    told = f"{len(done.files)} registration files {'to be written' if looks else 'written'} into {into}, "
    told += f"{done.before} before; for people: {done.rest} changes"
    return Answer(data, lines(told + ("" if looks else f", {into / registration_folder.REST}")))


@command("violations", reads=True)
@click.option("--vhs", metavar="V", help="Only at this VHS.")
@click.option("--coop-id", metavar="C", help="Only of this cooperation.")
@click.option("--all", "everything", is_flag=True, help="Closed ones as well.")
@click.option("--acknowledged", is_flag=True, help="Also those that somebody answers for (koop-es acknowledge).")
@AT
@LANG
def violations(
    desk: Desk,
    vhs: str | None,
    coop_id: str | None,
    everything: bool,
    acknowledged: bool,
    at: str | None,
    lang: Lang,
) -> Answer:
    """List what the rules forbid and exports show all the same; the exit status is 1 if any is open and nobody answers
    for it.

    \b
    Examples:
      koop-es violations --vhs 301
      koop-es violations --coop-id 563-COOP-219 --all
      koop-es violations --vhs 301 --at 2026-03-02T08:00
      koop-es violations --vhs 301 --lang de
    """
    with desk.store() as store:
        found = views.violations(
            store,
            vhs=vhs_id(vhs) if vhs is not None else None,
            coop_id=checked_coop_id(coop_id) if coop_id is not None else None,
            closed_too=everything,
            acknowledged_too=acknowledged,
            today=desk.now.date(),
            at=position(store, at),
            say=WORDS[lang].violation,
        )
    rows = [(v["severity"], v["code"], v["vhs"], v["coop_id"], v["opened_at"][:16], v["open"], _said(v)) for v in found]
    show = table("Violations", ("severity", "code", "VHS", "cooperation", "since", "open", "what and what to do"), rows)
    waits = any(v["open"] and not v["acknowledged"] for v in found)
    return Answer({"violations": found}, show, FOUND if waits else DONE)


def _said(violation: dict[str, Any]) -> str:
    """Say a violation, and who answers for it."""
    answered = violation["acknowledged"]
    if answered is None:
        return str(violation["text"])
    until = f" until {answered['until']}" if answered.get("until") else ""
    return f"{violation['text']} Acknowledged{until}: {answered['reason']}"
