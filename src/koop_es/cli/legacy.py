"""``adopt`` and ``assign-coop-id``: courses that were shared before there were COOP-Ids."""

from __future__ import annotations

import click

from koop_es import ingest
from koop_es.cli.answer import Answer, lines
from koop_es.cli.frame import Desk, command
from koop_es.connectors import facts_from_text, identity_from_text
from koop_es.domain.errors import WrongUsage
from koop_es.domain.identifiers import coop_id as checked_coop_id
from koop_es.domain.identifiers import vhs_id
from koop_es.ingest import LegacyAbo


@command("adopt")
@click.option("--vhs", metavar="V", required=True, help="The Master-VHS.")
@click.option("--course", metavar="NR", required=True, help="Its course number.")
@click.option("--period", metavar="P", required=True, help="Semester or period.")
@click.option("--abo", "abos", metavar="V:NR:P", multiple=True, required=True, help="An Abo: VHS, number, period.")
@click.option("--fee", metavar="EUR", help="Fee, if no export carries it.")
@click.option("--rate", metavar="N", help="Percent for the Master, if no export carries it.")
def adopt(
    desk: Desk, vhs: str, course: str, period: str, abos: tuple[str, ...], fee: str | None, rate: str | None
) -> Answer:
    """Take up a course that was shared before there were COOP-Ids (mid October 2025); its number is its identity.

    Renumbering such a course breaks the connection; assign-coop-id moves it to a real COOP-Id.

    \b
    Example:
      koop-es adopt --vhs 563 --course 25-80044 --period 25F --abo 301:K-77:25F --abo 412:M-12:25F
    """
    given = {"Gebühr": fee, "vhsKOOP-Verrechnung": rate}
    facts = facts_from_text({heading: value for heading, value in given.items() if value is not None})
    with desk.store() as store:
        coop_id = ingest.adopt_legacy(
            store,
            desk.policy,
            now=desk.now,
            vhs=vhs_id(vhs),
            number=identity_from_text(course, "Kursnummer"),
            period=identity_from_text(period, "Periode"),
            abos=[_abo(text) for text in abos],
            given=facts,
        )
    return Answer({"coop_id": coop_id}, lines(f"taken up as {coop_id}"))


def _abo(text: str) -> LegacyAbo:
    parts = text.split(":")
    if len(parts) != 3 or not all(parts):
        raise WrongUsage(f"--abo {text!r}: write VHS:NUMBER:PERIOD, such as 301:K-77:25F")
    return LegacyAbo(
        vhs_id(parts[0]), identity_from_text(parts[1], "Kursnummer"), identity_from_text(parts[2], "Periode")
    )


@command("assign-coop-id")
@click.argument("coop_id", metavar="ID")
@click.option("--vhs", metavar="V", required=True, help="The Master-VHS.")
def assign_coop_id(desk: Desk, coop_id: str, vhs: str) -> Answer:
    """Move a course that is shared without COOP-Id to a real one, bookings and all; change lists bring it to every VHS.

    All that happened to it is told once more under the COOP-Id. While something waits for an answer it is refused.

    \b
    Example:
      koop-es assign-coop-id 563-KNR-25F-25-80044 --vhs 563
    """
    with desk.store() as store:
        new = ingest.assign_coop_id(store, now=desk.now, vhs=vhs_id(vhs), legacy_id=checked_coop_id(coop_id))
    return Answer({"coop_id": new, "predecessor": coop_id}, lines(f"{coop_id} goes on as {new}"))
