"""``init`` and ``status``: the store itself, and how each VHS stands."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from koop_es import views
from koop_es.cli.answer import FOUND, Answer, lines, table
from koop_es.cli.frame import Desk, command
from koop_es.cli.past import AT, position
from koop_es.domain.errors import KoopError
from koop_es.domain.identifiers import vhs_id
from koop_es.store.errors import SchemaTooOld

if TYPE_CHECKING:
    from rich.console import Console

NO_PROOF = "no backup was ever proven: koop-es backup"


@command("init")
def init(desk: Desk) -> Answer:
    """Make the store, or bring one of an older version up to date, its views built anew; safe to repeat.

    \b
    Examples:
      koop-es init
      koop-es init --db postgresql://koop@localhost/koop
    """
    from koop_es.views.rebuild import rebuild

    older = _is_older(desk)
    with desk.create() as store:
        address = store.address
        if older:  # what views and change lists say has changed since
            rebuild(store, desk.settings.db_url)
    return Answer({"db": address}, lines(f"store ready: {address}"))


def _is_older(desk: Desk) -> bool:
    """Tell whether there is a store that an older koop-es made."""
    try:
        desk.store().close()
    except SchemaTooOld:
        return True
    except KoopError:
        return False  # there is none, or making it says what is wrong
    return False


@command("status")
@click.option("--vhs", metavar="V", help="Only this VHS.")
@AT
def status(desk: Desk, vhs: str | None, at: str | None) -> Answer:
    """Tell how each VHS stands: last export and its age, pending changes, violations, withheld, quarantined, converged.

    The exit status is 1 while changes are pending anywhere.

    \b
    Examples:
      koop-es status
      koop-es status --json
      koop-es status --vhs 301 --at 2026-03-02T08:00
    """
    with desk.store() as store:
        data = views.status(store, now=desk.now, at=position(store, at), vhs=vhs_id(vhs) if vhs is not None else None)
    headings = (
        "VHS",
        "system",
        "export",
        "age",
        "courses",
        "pending",
        "violations",
        "withheld",
        "quarantined",
        "converged",
    )
    rows = [
        (
            item["vhs"],
            item["system"],
            item["last_sequence"],
            _age(item["age_seconds"]),
            item["courses"],
            item["pending_changes"],
            item["open_violations"],
            item["withheld"],
            item["quarantined"],
            item["converged"],
        )
        for item in data["vhs"]
    ]
    proof = data["last_proof"]
    told = f"last proven backup: {_age(proof['age_seconds'])} ago, {proof['target']}" if proof else NO_PROOF

    def show(out: Console) -> None:
        table("VHSs", headings, rows)(out)
        lines(told)(out)

    return Answer(data, show, 0 if data["converged"] else FOUND)


def _age(seconds: int | None) -> str | None:
    if seconds is None:
        return None
    if seconds < 0:
        return "in future"
    days, rest = divmod(seconds, 86_400)
    hours, minutes = rest // 3_600, rest // 60 % 60
    return f"{days} d {hours} h" if days else f"{hours} h {minutes} min" if hours else f"{minutes} min"
