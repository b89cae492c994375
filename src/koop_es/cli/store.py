"""``init`` and ``status``: the store itself, and how each VHS stands."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from koop_es import views
from koop_es.cli.answer import FOUND, Answer, lines, table
from koop_es.cli.frame import Desk, command
from koop_es.cli.past import AT, moment, position
from koop_es.domain.identifiers import vhs_id
from koop_es.ingest import erasure
from koop_es.settings import parse_span
from koop_es.store import leftovers, private
from koop_es.store.schema import has_outdated_views

if TYPE_CHECKING:
    from rich.console import Console

HEADINGS = (
    "VHS", "state", "export", "age", "courses", "to write", "violations", "suspects", "withheld", "suspended",
    "set aside", "superseded",
)  # fmt: skip
UNNOTED = (
    "who was forgotten is not noted beside {target}: whoever restores that backup brings them back; make it reachable, "
    "then koop-es forget --finish"
)
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

    with desk.create() as store:
        address = store.address
        with store.reading() as tx:
            outdated = has_outdated_views(tx)
        if outdated:  # what views and change lists say has changed since
            rebuild(store, desk.settings.db_url)
        warnings = store.warnings()
    texts = [f"warning: {item['text']}" for item in warnings]
    return Answer({"db": address, "warnings": warnings}, lines(f"store ready: {address}", *texts))


@command("status", reads=True)
@click.option("--vhs", metavar="V", help="Only this VHS.")
@click.option("--max-age", metavar="T", help="Whose last export is older is late: 90m, 36h, 2d.")
@AT
def status(desk: Desk, vhs: str | None, max_age: str | None, at: str | None) -> Answer:
    """Tell how each VHS stands, in one word, the gravest that holds, and in numbers.

    \b
    agrees       shows all that it should, and nothing waits
    behind       has something to write, misses a booking or course, or an export is half applied
    late         its last export is older than --max-age, or older than a day while old ones keep coming
    blocked      its exports came under a new count: koop-es vhs restart-sequence
    quarantined  rows or exports were set aside: koop-es quarantine list
    frozen       a COOP-Id was altered or a letter is unknown: koop-es violations
    withheld     somebody has to decide what counts: koop-es withheld list, koop-es violations
    suspended    nobody can tell whether bookings are gone: koop-es violations
    silent       never reported
    unseen       nothing waits that this PostgreSQL role may read, and what was set aside it may not

    Warnings below say if others may read the store, or its server may lose what it acknowledged. The exit status is 1
    unless all agree, no erasure is unfinished, every backup has a note of who was forgotten, neither a broken-off
    backup nor a former store kept aside holds their names, and this role may read all of that. First absences stand
    under suspects before they count, and exports that were superseded since the last one taken in under superseded.

    \b
    Examples:
      koop-es status
      koop-es status --max-age 36h --json
      koop-es status --vhs 301 --at 2026-03-02T08:00
    """
    span = parse_span(max_age) if max_age is not None else None
    where = vhs_id(vhs) if vhs is not None else None
    with desk.store() as store:
        data = views.status(
            store, now=desk.now, at=position(store, at), moment=moment(store, at), vhs=where, max_age=span
        )
        begun = erasure.begun(store) if "koop_persons" not in data["unseen"] else None
        data["warnings"] = store.warnings() + _of_backup(data["last_proof"]) + _of_role(data["unseen"])
        behind, unnoted = leftovers.left(store), erasure.unnoted(store)
    data["unnoted_backups"] = unnoted
    data["left_behind"] = [item._asdict() for item in behind]
    data["unfinished_erasure"] = begun.answer() if begun is not None else None
    rows = [
        (
            item["vhs"],
            item["state"],
            item["last_export"],
            _age(item["age_seconds"]),
            item["courses"],
            item["pending_changes"],
            item["open_violations"],
            item["suspects"],
            item["withheld"],
            item["suspended"],
            item["quarantined"],
            item["superseded_since"],
        )
        for item in data["vhs"]
    ]
    proof = data["last_proof"]
    told = _proven(proof["age_seconds"], proof["target"]) if proof else NO_PROOF

    def show(out: Console) -> None:
        table("VHSs", HEADINGS, rows)(out)
        lines(told)(out)
        if begun is not None:
            lines(_unfinished(begun))(out)
        lines(*(UNNOTED.format(target=target) for target in unnoted))(out)
        lines(*(item.told for item in behind))(out)
        lines(*(f"warning: {item['text']}" for item in data["warnings"]))(out)

    left = begun is not None or behind or unnoted or data["unseen"]
    return Answer(data, show, 0 if data["converged"] and not left else FOUND)


def _unfinished(begun: erasure.Pending) -> str:
    """Say that an erasure was not finished, and how it is."""
    what = f"booking {', '.join(begun.refs)} is hidden, not erased" if begun.refs else "bytes may be in the files"
    return f"an erasure begun {begun.since[:16]} is not finished: {what}; koop-es forget --finish"


NOT_SEEN = {
    "koop_persons": "whether an erasure is not finished",
    "koop_quarantine": "what was set aside",
}
"""Table that a role may not read -> what it does not tell then."""


def _of_role(unseen: list[str]) -> list[dict[str, str]]:
    """Warn of what this role cannot see, so that nobody takes it for nothing (D30)."""
    if not unseen:
        return []
    what = " and ".join(NOT_SEEN[table] for table in unseen)
    text = (
        f"this role may not read {', '.join(unseen)}, so it is not shown {what}: run status as the owner of the tables"
    )
    return [{"code": "names_unseen", "text": text}]


def _of_backup(proof: dict[str, Any] | None) -> list[dict[str, str]]:
    """Warn of a backup that others may read, if it still is where it was made."""
    return private.warnings([Path(proof["target"])]) if proof is not None else []


def _proven(seconds: int, target: str) -> str:
    """Tell how long ago the last backup was proven, and where it was made."""
    age = f"{_age(seconds)} ago" if seconds >= 0 else "by a clock that ran ahead of this one"
    return f"last proven backup: {age}, {target}"


def _age(seconds: int | None) -> str | None:
    if seconds is None:
        return None
    if seconds < 0:
        return "in future"
    days, rest = divmod(seconds, 86_400)
    hours, minutes = rest // 3_600, rest // 60 % 60
    return f"{days} d {hours} h" if days else f"{hours} h {minutes} min" if hours else f"{minutes} min"
