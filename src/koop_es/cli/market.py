"""``market``: who is in which mini-market."""

from __future__ import annotations

import click

from koop_es import ingest
from koop_es.cli.answer import Answer, lines, table
from koop_es.cli.frame import Desk, command
from koop_es.domain.identifiers import market_slug, vhs_id


@click.group("market")
def market() -> None:
    """Manage the members of mini-markets; every VHS is in the general one.

    A release is visible to the members of its markets; who leaves keeps its Abos.
    """


@command("market list", market, reads=True)
def list_(desk: Desk) -> Answer:
    """List the members of every mini-market.

    \b
    Example:
      koop-es market list
    """
    with desk.store() as store, store.reading() as tx:
        rows = tx.rows("markets")
    data = [{"market": name, "vhs": vhs} for name, vhs in rows]
    return Answer({"members": data}, table("Mini-markets", ("market", "VHS"), rows))


@command("market join", market)
@click.argument("name", metavar="MARKET")
@click.option("--vhs", metavar="V", required=True, help="The new member.")
def join(desk: Desk, name: str, vhs: str) -> Answer:
    """Make a VHS a member of a mini-market; the market begins with its first member.

    \b
    Example:
      koop-es market join oberpfalz --vhs 301
    """
    with desk.store() as store:
        new = ingest.join_market(store, now=desk.now, market=market_slug(name), vhs=vhs_id(vhs))
    return Answer({"market": name, "vhs": vhs, "new": new}, lines(f"VHS {vhs} is in {name}"))


@command("market leave", market)
@click.argument("name", metavar="MARKET")
@click.option("--vhs", metavar="V", required=True, help="The member that leaves.")
def leave(desk: Desk, name: str, vhs: str) -> Answer:
    """End a membership; existing Abos survive.

    \b
    Example:
      koop-es market leave oberpfalz --vhs 301
    """
    with desk.store() as store:
        was = ingest.leave_market(store, now=desk.now, market=market_slug(name), vhs=vhs_id(vhs))
    return Answer({"market": name, "vhs": vhs, "was_member": was}, lines(f"VHS {vhs} is not in {name}"))
