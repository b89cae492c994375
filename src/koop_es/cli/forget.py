"""``forget``: a person is erased for good."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import click

from koop_es.cli.answer import Answer, console, lines, table
from koop_es.cli.frame import Desk, command
from koop_es.domain.errors import WrongUsage
from koop_es.domain.identifiers import parse_ref
from koop_es.ingest import erasure
from koop_es.ingest.erasure import Erasure

if TYPE_CHECKING:
    from rich.console import Console


@command("forget")
@click.option("--person", "persons", metavar="ID", multiple=True, help="The random id of a person; may be repeated.")
@click.option("--booking", "bookings", metavar="REF", multiple=True, help="Whoever booked it, such as 301:55.")
@click.option("--dry-run", is_flag=True, help="Only show what would be erased and what cannot be reached.")
@click.option("--yes", is_flag=True, help="Do not ask.")
def forget(desk: Desk, persons: tuple[str, ...], bookings: tuple[str, ...], dry_run: bool, yes: bool) -> Answer:
    """Erase a person for good: names, phone and mail go from the vault and from rows set aside; bookings stay.

    No export brings the person back afterwards, old or new. Each booking has a person of its own: what is kept of the
    same person under other bookings is named, and so is what koop-es cannot reach: the admin programs of the VHSs that
    were told, their exports, backups. People are asked before; with --json nobody is, so look with --dry-run first.

    \b
    Examples:
      koop-es forget --booking 301:55 --dry-run
      koop-es forget --booking 301:55 --booking 301:81
    """
    if not persons and not bookings:
        raise WrongUsage("say who: --person ID, or --booking REF such as 301:55")
    refs = [parse_ref(text) for text in bookings]
    with desk.store() as store:
        if dry_run or not (yes or desk.as_json):
            found = erasure.preview(store, persons, refs)
            if dry_run:
                return Answer({"dry_run": True, **found.answer()}, _shown(found, "Would be erased"))
            _shown(found, "Will be erased")(console(stderr=True))
            click.confirm(f"erase {len(found.targets)} persons for good?", abort=True, err=True)
        found = erasure.forget(store, persons, refs, now=desk.now)
    return Answer({"dry_run": False, **found.answer()}, _shown(found, "Erased"))


def _shown(found: Erasure, title: str) -> Callable[[Console], None]:
    headings = ("person", "COOP-Id", "booking", "versions", "told to", "forgotten")
    rows = [(t.person_id, t.coop_id, t.ref, t.versions, ", ".join(t.told), t.forgotten_at) for t in found.targets]
    texts = [f"rows set aside that go as well: {found.quarantined_rows}"]
    texts += [
        f"booking {target.ref} is not written again at VHS {target.owner}: who was forgotten cannot be restored; if it "
        f"was removed: koop-es restore-booking {target.coop_id} --booking {target.ref} --vhs {target.owner} --reject "
        "--reason TEXT"
        for target in found.targets
        if target.restoring
    ]
    texts += [f"the same person: koop-es forget --booking {other['ref']}  ({other['coop_id']})" for other in found.also]
    told = sorted({vhs for target in found.targets for vhs in (target.owner, *target.told)})
    if found.backups:
        texts.append(f"backups made before: {len(found.backups)}; koop-es restore leaves the person out of them")
    texts.append(f"not within reach: the admin programs of VHS {', '.join(told)} and copies of their exports")

    def show(out: Console) -> None:
        table(title, headings, rows)(out)
        lines(*texts)(out)

    return show
