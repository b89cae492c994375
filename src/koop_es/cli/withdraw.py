"""``withdraw-export``: a wrong export is taken back."""

from __future__ import annotations

import click

from koop_es.cli.answer import Answer, lines
from koop_es.cli.frame import Desk, command
from koop_es.domain.errors import WrongUsage
from koop_es.domain.identifiers import vhs_id
from koop_es.ingest import withdrawing
from koop_es.replay.words import text

LONGEST_REASON = 500
"""Characters of a reason: some sentences."""

ON_ITS_WAY = (
    "{coop_id}: VHS {vhs} was given out S for booking {ref} and has not shown it: its connector may still write it, "
    "and A is given out once an export shows that"
)
"""What is said of an "S" that may be on its way (D21, D32)."""


@command("withdraw-export")
@click.argument("export", metavar="V#N")
@click.option("--reason", metavar="TEXT", required=True, help="Why; it stays in the log, so name no person in it.")
@click.option("--with-approved", is_flag=True, help="Also take back what was withheld of it and then approved.")
@click.option("--yes", is_flag=True, help="Do it; without it only what would come back is shown.")
def withdraw_export(desk: Desk, export: str, reason: str, with_approved: bool, yes: bool) -> Answer:
    """Take back an export that was wrong: what only it cancelled lives again, what it revised is what it was.

    The change lists write it, also to the VHS whose export it was: its rows are no claims any more. What somebody has
    decided otherwise since stays, and so do the bookings the export made. What was withheld of it and then approved
    stays, unless --with-approved is given, which can also be done afterwards. Letters, persons and facts that the next
    complete export shows as well stay: of two wrong exports in a row withdraw the later one first, also where it did
    nothing itself. The export stays in the ledger. Of two operators' decisions the first stands, the second exits with
    3 and names it. An "S" that was given out and that no export has shown may still be written: the answer names the
    VHSs, where somebody can look at once.

    \b
    Examples:
      koop-es withdraw-export 563#42 --reason "read with the profile of another program"
      koop-es withdraw-export 563#42 --reason "read with the profile of another program" --yes
      koop-es withdraw-export 563#42 --reason "approved at night, and wrong" --with-approved
    """
    why = " ".join(reason.split())
    if not why or len(why) > LONGEST_REASON:
        raise WrongUsage(f"--reason must say why, in 1 to {LONGEST_REASON} characters")
    vhs, separator, _ = export.replace("@", "#", 1).partition("#")
    if not separator:
        raise WrongUsage(f"{export}: name an export as history does, such as 563#42")
    with desk.store() as store:
        found = withdrawing.withdraw_export(
            store,
            now=desk.now,
            vhs=vhs_id(vhs),
            export=export,
            reason=why,
            with_approved=with_approved,
            preview=not yes,
        )
    back = [
        {"coop_id": coop_id, "type": event.type, "ref": getattr(event, "ref", None) or None, "text": text(event)}
        for coop_id, event in found.events
    ]
    stays = [item._asdict() for item in found.stays]
    said = [f"{item['coop_id']}: {item['text']}" for item in back]
    said += [f"{item.coop_id}: stays: {item.type} {item.ref}: {item.why}" for item in found.stays]
    said += [ON_ITS_WAY.format_map(item._asdict()) for item in found.on_its_way]
    if not back:
        said.append("nothing comes back; what it showed no longer keeps what an export before it did")
    said.append(f"export {export} is withdrawn" if yes else "nothing is written yet: do it with --yes")
    data = {"export": export, "vhs": vhs, "withdrawn": yes, "comes_back": back, "stays": stays}
    data["on_its_way"] = [item._asdict() for item in found.on_its_way]
    return Answer(data, lines(*dict.fromkeys(said)))  # one matter opens at several VHSs
