"""``demo``: the story of three Volkshochschulen that share a course, on the real engine."""

from __future__ import annotations

import tempfile
import textwrap
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from koop_es.cli.answer import DONE, FOUND, Answer, lines, table
from koop_es.cli.frame import Desk, command
from koop_es.domain.errors import WrongUsage
from koop_es.settings import BERLIN
from koop_es.store import Store
from koop_es.store.errors import StoreMissing
from koop_es.views import status

if TYPE_CHECKING:
    from koop_es.simulate.demo import Outcome, Step

WIDTH = 100
"""Columns of the story on any terminal and in any file, so that it is the same every time."""

MARKS = {"staff": "  * ", "event": "    = ", "told": "      > "}
LEGEND = (
    f"{MARKS['staff']}what people do",
    f"{MARKS['event']}what becomes an event [type, rule]",
    f"{MARKS['told']}what a connector is told to write [kind, rule]",
)
COURSE_LINES = ("Externe Kurs-Nr.", "Kursnummer", "Datum von", "Datum bis", "Gebühr", "Anrechenbar", "Kennzeichen")


class DemoStoreInUse(WrongUsage):
    """Demo and simulation begin with an empty store: name a new one with --db, or leave it out for a temporary file."""

    code = "demo_store_in_use"


@command("demo")
@click.option(
    "--keep",
    metavar="DIR",
    type=click.Path(path_type=Path, file_okay=False),
    help="Keep the exports of the three programs in this new or empty directory.",
)
@click.option(
    "--incident", metavar="NAME", help="Tell one incident instead, up to the moment somebody calls; 'list' names them."
)
def demo(desk: Desk, keep: Path | None, incident: str | None) -> Answer:
    """Run a small network until every VHS agrees: three admin programs are simulated, everything else is real.

    Without --db and KOOP_DB the store is a temporary SQLite file, kept and named at the end. The demo has a rehearsal
    clock of its own, which begins on 2026-02-02, and says the same every time. The exit status is 1 if the VHSs do not
    agree.

    \b
    Examples:
      koop-es demo
      koop-es demo --db sqlite:///demo.db --keep demo-exports
      koop-es demo --incident removed-booking --db sqlite:///incident.db
    """
    from koop_es.simulate.incidents import INCIDENTS, Incident

    if incident == "list":
        told = {name: (work.__doc__ or "").strip() for name, work in INCIDENTS.items()}
        return Answer({"incidents": told}, table("Incidents", ("name", "what went wrong"), list(told.items())))
    if incident is not None and incident not in INCIDENTS:
        raise WrongUsage(f"there is no incident {incident}; koop-es demo --incident list names them")

    db = desk.settings.db_url if "db" in desk.settings.model_fields_set else None
    steps: list[Step] = []
    with ExitStack() as stack:
        directory = _directory(keep) or Path(stack.enter_context(tempfile.TemporaryDirectory()))
        address = db if db is not None else f"sqlite:///{tempfile.mkdtemp(prefix='koop-es-demo-')}/koop.db"
        store = stack.enter_context(empty_store(address))
        story = Incident(store, directory, steps.append)
        outcome = story.run() if incident is None else story.run_named(incident)
        address = store.address
    shown = [*_story(steps), *_ending(outcome, story.names), *_kept(address, keep, outcome)]
    data = {"db": address, "agree": outcome.agree, "steps": [asdict(step) for step in steps], **asdict(outcome)}
    return Answer(data, lines(*shown), DONE if outcome.agree else FOUND)


def _directory(keep: Path | None) -> Path | None:
    if keep is not None and keep.exists() and any(keep.iterdir()):
        raise WrongUsage(f"{keep} is not empty: give --keep a new directory", keep=str(keep))
    return keep


def empty_store(address: str) -> Store:
    """Make a store, or open one nothing was ever written to; raises DemoStoreInUse and changes nothing otherwise."""
    try:
        store = Store.open(address)
    except StoreMissing:
        return Store.create(address)
    if store.head() or status(store, now=datetime.now(BERLIN))["vhs"]:
        store.close()
        raise DemoStoreInUse(f"{store.address} is in use. {DemoStoreInUse.__doc__}", db=store.address)
    return store


# --- showing ----------------------------------------------------------------------------------------------------------


def _story(steps: list[Step]) -> Iterator[str]:
    yield from LEGEND
    for number, step in enumerate(steps, start=1):
        yield ""
        yield f"{number:2}. {step.title} ({step.day})"
        for line in step.lines:
            yield from _wrapped(MARKS[line.kind], line.text)


def _wrapped(mark: str, text: str) -> list[str]:
    return textwrap.wrap(text, WIDTH, initial_indent=mark, subsequent_indent=" " * len(mark), break_on_hyphens=False)


def _ending(outcome: Outcome, names: Mapping[str, str]) -> Iterator[str]:
    """Put the three VHSs side by side, and say whether they agree."""
    yield ""
    yield f"{outcome.coop_id} after {outcome.rounds} rounds of exports"
    yield ""
    for row in _side_by_side(outcome, names):
        yield "".join(f"{cell:<{width}}" for cell, width in zip(row, (18, 26, 26, 26), strict=True)).rstrip()
    yield ""
    if outcome.violations:
        yield "Left for people to settle:"
    for violation in outcome.violations:
        yield from _wrapped("  ! ", f"{names[violation['vhs']]}: {violation['text']} [{violation['code']}]")
    yield ""
    for difference in outcome.disagreements:
        yield from _wrapped("  # ", difference)
    yield "Every VHS agrees." if outcome.agree else "The VHSs do NOT agree."


def _kept(address: str, keep: Path | None, outcome: Outcome) -> Iterator[str]:
    """Say where to look around; these are the only lines that name a temporary path."""
    yield f"The store is kept: {address}"
    yield f"Look into it with: koop-es history {outcome.coop_id} --db {address}"
    if keep is not None:
        yield f"The exports are kept: {keep}"


def _side_by_side(outcome: Outcome, names: Mapping[str, str]) -> Iterator[tuple[str, ...]]:
    courses = {vhs: view["courses"][0] for vhs, view in outcome.views.items()}
    yield ("", *(f"{names[vhs]} ({vhs})" for vhs in courses))
    yield ("role", *(course["role"] for course in courses.values()))
    for heading in COURSE_LINES:
        yield (heading, *(outcome.courses[vhs][heading] for vhs in courses))
    yield ("seats", *(_seats(course) for course in courses.values()))
    bookings = {vhs: {booking["ref"]: booking for booking in course["bookings"]} for vhs, course in courses.items()}
    for ref in sorted(set().union(*bookings.values())):
        yield (ref, *(_booking(held.get(ref)) for held in bookings.values()))


def _seats(course: Mapping[str, Any]) -> str:
    return f"{course['confirmed']} of {course['capacity']}, {course['waitlisted']} waiting"


def _booking(booking: Mapping[str, Any] | None) -> str:
    if booking is None:
        return "-"
    who = f"{booking['first_name']} {booking['name']}" if booking["name"] else "(no name)"
    return f"{booking['status']}  {who}" + (f", {booking['reason']}" if booking["reason"] == "orphan" else "")
