"""``release``, ``close-release``, ``withdraw-release``: the Master's side."""

from __future__ import annotations

from typing import Any

import click

from koop_es import ingest
from koop_es.cli.answer import Answer, lines
from koop_es.cli.frame import Desk, command
from koop_es.cli.output import ask
from koop_es.connectors import facts_from_text, identity_from_text
from koop_es.domain.errors import WrongUsage
from koop_es.domain.identifiers import coop_id as checked_coop_id
from koop_es.domain.identifiers import vhs_id


@command("release")
@click.option("--vhs", metavar="V", required=True, help="The Master-VHS.")
@click.option("--course", metavar="NR", required=True, help="Its course number.")
@click.option("--period", metavar="P", required=True, help="Semester or period.")
@click.option(
    "--market", "markets", metavar="M", multiple=True, help="Mini-market; the general market if none is given."
)
@click.option("--own-offer", is_flag=True, help="Attest an own offer, agreed exclusively with its instructors (R12).")
@click.option("--fee", metavar="EUR", help="Fee, such as 90,00, if no export carries it.")
@click.option("--rate", metavar="N", help="Percent for the Master, or Link, if no export carries it.")
@click.option("--pass-through", metavar="EUR", help="Pass-through items within the fee, if no export carries them.")
@click.option(
    "--type", "course_type", metavar="TYPE", help="Normalkurs or Einzelveranstaltung, if no export carries it."
)
@click.option("--fact", "facts", metavar="HEADING=VALUE", multiple=True, help="Any other fact that no export carries.")
@click.option("--dry-run", is_flag=True, help="Only check whether the course may be released.")
def release(
    desk: Desk,
    vhs: str,
    course: str,
    period: str,
    markets: tuple[str, ...],
    own_offer: bool,
    facts: tuple[str, ...],
    dry_run: bool,
    **money: str | None,
) -> Answer:
    """Release a course for Abos and issue its COOP-Id; market, fee and rate are final with it.

    \b
    Examples:
      koop-es release --vhs 563 --course 26-10009 --period 26F --own-offer
      koop-es release --vhs 563 --course 161A087-08 --period 17F --own-offer --fee 90,00 --rate 80 --now 2017-03-01
      koop-es release --vhs 563 --course 26-10010 --period 26F --own-offer --market oberpfalz --fact "Uhrzeit von=18:30"
    """
    with desk.store() as store:
        released = ingest.release(
            store,
            desk.policy,
            now=desk.now,
            vhs=vhs_id(vhs),
            number=identity_from_text(course, "Kursnummer"),
            period=identity_from_text(period, "Periode"),
            markets=markets,
            own_offer=own_offer,
            given=facts_from_text(_given(facts, money)),
            dry_run=dry_run,
        )
    data: dict[str, Any] = {"coop_id": released.coop_id or None, "warnings": released.warnings}
    first = f"released as {released.coop_id}" if released.coop_id else "may be released; nothing was written"
    return Answer(data, lines(first, *(f"  note {text}" for text in released.warnings)))


_MONEY = {"fee": "Gebühr", "rate": "vhsKOOP-Verrechnung", "pass_through": "Durchlaufende Posten", "course_type": "Typ"}


def _given(facts: tuple[str, ...], money: dict[str, str | None]) -> dict[str, str]:
    given = {_MONEY[name]: value for name, value in money.items() if value is not None}
    for fact in facts:
        heading, equals, value = fact.partition("=")
        if not equals:
            raise WrongUsage(f'--fact {fact!r}: write HEADING=VALUE, such as "Uhrzeit von=18:30"')
        given[heading.strip()] = value.strip()
    return given


@command("close-release")
@click.argument("coop_id", metavar="COOP-ID")
@click.option("--vhs", metavar="V", required=True, help="The Master-VHS.")
def close_release(desk: Desk, coop_id: str, vhs: str) -> Answer:
    """Close a release for new Abos; existing Abos and their bookings go on.

    \b
    Example:
      koop-es close-release 563-COOP-219 --vhs 563
    """
    with desk.store() as store:
        ingest.close_release(store, now=desk.now, vhs=vhs_id(vhs), coop_id=checked_coop_id(coop_id))
    return Answer({"coop_id": coop_id, "closed": True}, lines(f"{coop_id} takes no new Abos"))


@command("withdraw-release")
@click.argument("coop_id", metavar="COOP-ID")
@click.option("--vhs", metavar="V", required=True, help="The Master-VHS.")
@click.option("--yes", is_flag=True, help="Do not ask.")
def withdraw_release(desk: Desk, coop_id: str, vhs: str, yes: bool) -> Answer:
    """Take a release back, possible only while it has no Abo; its COOP-Id is not used again.

    \b
    Example:
      koop-es withdraw-release 563-COOP-219 --vhs 563 --yes
    """
    if not yes and not desk.as_json:
        ask(f"withdraw {coop_id} for good?")
    with desk.store() as store:
        ingest.withdraw_release(store, now=desk.now, vhs=vhs_id(vhs), coop_id=checked_coop_id(coop_id))
    return Answer({"coop_id": coop_id, "withdrawn": True}, lines(f"{coop_id} is withdrawn"))
