"""``subscribe``, ``terminate-abo``, ``amend-terms``: the Abo."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click

from koop_es import ingest
from koop_es.cli.answer import DONE, FOUND, REFUSED, Answer, console, lines
from koop_es.cli.frame import Desk, command
from koop_es.cli.output import ask
from koop_es.connectors import cents_from_text, identity_from_text, plain_files
from koop_es.domain.errors import BadInput, KoopError, WrongUsage
from koop_es.domain.identifiers import coop_id as checked_coop_id
from koop_es.domain.identifiers import vhs_id
from koop_es.domain.subscription import AboEnd
from koop_es.domain.terms import Terms
from koop_es.store import Store

COLUMNS = {
    "coop_id": ("coop_id", "COOP-Id"),
    "number": ("number", "Neue Kursnummer"),
    "period": ("period", "Semester/Periode"),
    "accepted_rate": ("accept_rate", "Verrechnungssatz"),
}
"""Field -> the headings a list for ``--from`` may have."""

MOST_BYTES = 1 << 20
"""Size of a list at most: some 20,000 Abos, more than all VHSs of a Land subscribe in a year."""


class ListInvalid(BadInput):
    """The list of courses to subscribe cannot be read."""

    code = "list_invalid"


@command("subscribe")
@click.argument("coop_id", metavar="[COOP-ID]", required=False)
@click.option("--vhs", metavar="V", required=True, help="The Abo-VHS.")
@click.option("--number", metavar="NR", help="New course number in its admin program.")
@click.option("--period", metavar="P", help="Semester or period there.")
@click.option("--accept-rate", metavar="N", help="The rate shown, percent for the Master; accepted with this.")
@click.option(
    "--from",
    "source",
    metavar="FILE",
    type=click.Path(path_type=Path),
    help="CSV list: coop_id;number;period;accept_rate.",
)
@click.option("--web-release", is_flag=True, help='Set "Webfreigabe" at once.')
@click.option(
    "--dry-run", is_flag=True, help="Only check; nothing asks again once an Abo is made, and it cannot be undone."
)
def subscribe(
    desk: Desk,
    coop_id: str | None,
    vhs: str,
    number: str | None,
    period: str | None,
    accept_rate: str | None,
    source: Path | None,
    web_release: bool,
    dry_run: bool,
) -> Answer:
    """Subscribe a released course, or a list of them; a row that fails keeps none of the others back.

    The exit status is 3 if nothing was subscribed, 1 if some rows failed.

    \b
    Examples:
      koop-es subscribe 563-COOP-219 --vhs 301 --number K-2204 --period 26F --accept-rate 80
      koop-es subscribe --vhs 301 --from abos.csv --dry-run
    """
    if (coop_id is None) == (source is None):
        raise WrongUsage("give one COOP-ID, or a list with --from")
    if source is not None:
        items = _read(source)
    else:
        values = {"coop_id": coop_id, "number": number, "period": period, "accepted_rate": accept_rate}
        missing = [
            name
            for name, value in (("--number", number), ("--period", period), ("--accept-rate", accept_rate))
            if value is None
        ]
        if missing:
            raise WrongUsage(f"an Abo needs {', '.join(missing)} (R24, R25)")
        items = [{name: value or "" for name, value in values.items()}]
    with desk.store() as store:
        subscribed, failed = _each(desk, store, vhs_id(vhs), items, web_release, dry_run)
    status = DONE if not failed else FOUND if subscribed else REFUSED
    verb = "may subscribe" if dry_run else "subscribed"
    texts = [f"{verb} {item['coop_id']} as {item['number']} ({item['period']})" for item in subscribed]
    texts += [f"failed {item['coop_id']} as {item['number']}: {item['message']}" for item in failed]
    return Answer({"subscribed": subscribed, "failed": failed}, lines(*texts), status)


def _each(
    desk: Desk, store: Store, vhs: str, items: list[dict[str, str]], web_release: bool, dry_run: bool
) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    subscribed: list[dict[str, Any]] = []
    failed: list[dict[str, Any]] = []
    for item in items:
        try:
            checked_coop_id(item["coop_id"])
            for name, heading in (("number", "Neue Kursnummer"), ("period", "Semester/Periode")):
                if item[name]:
                    item[name] = identity_from_text(item[name], heading)
            new = ingest.subscribe(
                store, desk.policy, now=desk.now, vhs=vhs, web_release=web_release, dry_run=dry_run, **item
            )
        except BadInput as error:
            failed.append(_failed(item, error))
        except KoopError as error:
            if error.code != "refused":
                raise
            failed.append(_failed(item, error))
        else:
            subscribed.append({**item, "vhs": vhs, "new": new})
    return subscribed, failed


def _failed(item: dict[str, str], error: KoopError) -> dict[str, Any]:
    return {
        **item,
        "code": error.code,
        "rule": error.details.get("rule"),
        "message": error.message,
        "reason": error.message,
    }


def _read(source: Path) -> list[dict[str, str]]:
    """Read a list of Abos; raises ListInvalid naming file, row and column."""
    try:
        text = plain_files.content(source, MOST_BYTES).decode("utf-8-sig")
    except plain_files.TooLarge as error:
        raise ListInvalid(f"{source}: is larger than {MOST_BYTES} bytes; split the list") from error
    except (OSError, ValueError) as error:
        raise ListInvalid(f"{source}: cannot be read as UTF-8 ({error}); save the list as CSV UTF-8") from error
    try:
        rows = list(csv.reader(io.StringIO(text, newline=""), delimiter=";", strict=True))
    except csv.Error as error:
        raise ListInvalid(f"{source}: is no CSV ({error}); separate columns with ;") from error
    header = [name.strip() for name in rows[0]] if rows else []
    places = {}
    for name, headings in COLUMNS.items():
        found = [index for index, heading in enumerate(header) if heading in headings]
        if len(found) != 1:
            raise ListInvalid(f"{source}, line 1: needs the column {headings[0]} (or {headings[1]}) once")
        places[name] = found[0]
    for line, row in enumerate(rows[1:], 2):
        if row and len(row) != len(header):
            raise ListInvalid(f"{source}, line {line}: has {len(row)} columns instead of {len(header)}")
    return [{name: row[place].strip() for name, place in places.items()} for row in rows[1:] if row]


@command("terminate-abo")
@click.argument("coop_id", metavar="COOP-ID")
@click.option("--vhs", metavar="V", required=True, help="The Abo-VHS.")
@click.option("--dry-run", is_flag=True, help="Only show what would end with it.")
@click.option("--yes", is_flag=True, help="Do not ask.")
def terminate_abo(desk: Desk, coop_id: str, vhs: str, dry_run: bool, yes: bool) -> Answer:
    """End an Abo by an operator's hand, possible only while no live booking of its VHS hangs on it, and nothing waits
    for an answer there: what it is says the refusal.

    It cannot be undone: people are shown what ends with it, and asked; with --json nobody is, so look with --dry-run
    first. Take one more export of that VHS in before: an "S" that it set in a copy and that no export has shown is not
    heard of any more.

    \b
    Examples:
      koop-es terminate-abo 563-COOP-219 --vhs 301 --dry-run
      koop-es terminate-abo 563-COOP-219 --vhs 301 --yes
    """
    where, course = vhs_id(vhs), checked_coop_id(coop_id)
    with desk.store() as store:
        ended = not dry_run
        if dry_run or not (yes or desk.as_json):
            found = ingest.terminate_subscription(store, now=desk.now, vhs=where, coop_id=course, preview=True)
        if ended:
            if not (yes or desk.as_json):
                lines(*_ending(course, where, found))(console(stderr=True))
                ask(f"end the Abo of VHS {where} for {course} for good?")
            found = ingest.terminate_subscription(store, now=desk.now, vhs=where, coop_id=course)
    said = f"the Abo of VHS {where} for {course} has ended" if ended else "nothing is written yet: do it with --yes"
    data = {"coop_id": course, "vhs": where, "terminated": ended, "dry_run": dry_run, "ends": found._asdict()}
    return Answer(data, lines(*([] if ended else _ending(course, where, found)), said))


def _ending(coop_id: str, vhs: str, found: AboEnd) -> list[str]:
    """Say what ends with an Abo, or stays as it is."""
    number = f"{found.course_number} ({found.period})" if found.period else found.course_number
    said = [f"the Abo of VHS {vhs} for {coop_id}, {number} there, would end for good"]
    if found.copies:
        said.append(
            f"VHS {vhs} would hear no more of {len(found.copies)} bookings of others that it shows: "
            f"{_named(found.copies)}"
        )
    if found.own:
        said.append(f"{len(found.own)} bookings of its own are none any more, or stay S: {_named(found.own)}")
    if found.unwritten:
        said.append(f"its change list asks for what nobody would write any more: {_named(found.unwritten)}")
    if found.closes:
        said.append(f"said of it no more: {_named(found.closes)}")
    return said


MOST_NAMED = 20
"""Items of a kind that are named; with --json all are."""


def _named(items: Sequence[str]) -> str:
    unique = list(dict.fromkeys(items))
    more = f" and {len(unique) - MOST_NAMED} more" if len(unique) > MOST_NAMED else ""
    return ", ".join(unique[:MOST_NAMED]) + more


@command("amend-terms")
@click.argument("coop_id", metavar="COOP-ID")
@click.option("--vhs", metavar="V", required=True, help="The side that confirms: the Master or the Abo-VHS.")
@click.option("--subscriber", metavar="V", required=True, help="The Abo-VHS whose terms change.")
@click.option("--fee", metavar="EUR", required=True, help="New fee, such as 95,00.")
@click.option("--pass-through", metavar="EUR", default="0,00", show_default=True, help="Pass-through items within it.")
@click.option("--rate", metavar="N", required=True, help="New percent for the Master.")
def amend_terms(desk: Desk, coop_id: str, vhs: str, subscriber: str, fee: str, pass_through: str, rate: str) -> Answer:
    """Confirm other terms for one Abo; they count once the Master and the Abo-VHS both confirmed the same.

    \b
    Example:
      koop-es amend-terms 563-COOP-219 --vhs 563 --subscriber 301 --fee 95,00 --rate 80
      koop-es amend-terms 563-COOP-219 --vhs 301 --subscriber 301 --fee 95,00 --rate 80
    """
    if not (rate.isascii() and rate.isdigit() and int(rate) <= 100):
        raise WrongUsage(f"--rate {rate}: give a whole number from 0 to 100")
    terms = Terms(cents_from_text(fee), cents_from_text(pass_through), str(int(rate)))
    with desk.store() as store:
        agreed = ingest.confirm_terms(
            store,
            now=desk.now,
            vhs=vhs_id(vhs),
            coop_id=checked_coop_id(coop_id),
            subscriber=vhs_id(subscriber),
            terms=terms,
        )
    text = (
        "both sides agree: the new terms count"
        if agreed
        else "confirmed; they count once the other side confirms the same"
    )
    return Answer({"coop_id": coop_id, "subscriber": subscriber, "agreed": agreed}, lines(text))
