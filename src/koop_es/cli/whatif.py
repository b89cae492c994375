"""``whatif``: the same history with something changed."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from koop_es.cli.answer import DONE, FOUND, Answer, table
from koop_es.cli.frame import Desk, command
from koop_es.domain.errors import WrongUsage
from koop_es.domain.identifiers import coop_id as checked_coop_id
from koop_es.replay.policies import rules_of
from koop_es.replay.whatif import Asked
from koop_es.replay.whatif import whatif as ask

if TYPE_CHECKING:
    from rich.console import Console


@command("whatif", reads=True)
@click.argument("coop_id", metavar="COOP-ID")
@click.option("--without", metavar="POSITION", multiple=True, help="Leave out this event and all that follows from it.")
@click.option("--without-export", metavar="V#N", multiple=True, help="As if this export had never been taken in.")
@click.option(
    "--with-export", type=click.Path(path_type=Path), multiple=True, help="As if this export had been taken in as well."
)
@click.option("--after", metavar="POSITION|TIME|EXPORT", help="When it would have been; now if it is left out.")
@click.option(
    "--rule", metavar="NAME=VALUE", multiple=True, help="Decide by another setting, orphan_policy=owner_only."
)
@click.option("--profile", metavar="P", help="Connector profile of --with-export: a name or the path of a TOML file.")
def whatif(
    desk: Desk,
    coop_id: str,
    without: tuple[str, ...],
    without_export: tuple[str, ...],
    with_export: tuple[Path, ...],
    after: str | None,
    rule: tuple[str, ...],
    profile: str | None,
) -> Answer:
    """Tell what would have been, had something not happened, or something else, or under another rule.

    All decisions run again on what the exports showed; nothing is written. What a VHS only wrote because it was told so
    is shown as it would have been told then. --without, --without-export, --with-export and --rule may be repeated and
    combined. The exit status is 1 if anything would be different.

    \b
    Examples:
      koop-es whatif 563-COOP-219 --without 1042
      koop-es whatif 563-COOP-219 --without-export 301#42
      koop-es whatif 563-COOP-219 --with-export exports/301.zip --after 563#41
      koop-es whatif 563-COOP-219 --rule orphan_policy=owner_only --rule orphan_confirmations=1
    """
    if not (without or without_export or with_export or rule):
        raise WrongUsage("say what is changed: --without, --without-export, --with-export or --rule")
    if after is not None and not with_export:
        raise WrongUsage("--after says when --with-export is taken in: give both, or neither")
    asked = Asked(
        tuple(_position(part) for text in without for part in text.split(",")),
        tuple(_export(text) for text in without_export),
        rules_of(rule),
        with_export,
        after,
        profile,
    )
    with desk.store() as store:
        data = ask(store, checked_coop_id(coop_id), asked, desk.policy, now=desk.now)
    return Answer(data, lambda out: _show(out, data), FOUND if data["changes"] else DONE)


def _position(text: str) -> int:
    if not (text.strip().isascii() and text.strip().isdigit()) or len(text) > len(str(2**63)):
        raise WrongUsage(f"--without {text}: give the position of an event, as koop-es history shows it")
    return int(text)


def _export(text: str) -> str:
    if "#" not in text:
        raise WrongUsage(f"--without-export {text}: name an export by VHS and number, such as 563#42")
    return text.strip()


def _show(out: Console, data: dict[str, Any]) -> None:
    for line in (*data["doubts"], *data["notes"]):
        out.print(f"! {line}", markup=False)
    table(
        f"{data['coop_id']}: what would be different",
        ("path", "is", "would be", "event", "what happened", "what would have"),
        [(c["path"], c["before"], c["after"], c["event"], c["text"], c["instead"]) for c in data["changes"]],
    )(out)
    for title, key in (("What would not have happened", "missing"), ("What would have happened", "instead")):
        rows = [
            (d["position"], d["at"][:16], d["vhs"], d["export"], d["rule"], d["type"], d["text"]) for d in data[key]
        ]
        table(title, ("position", "reported", "VHS", "export", "rule", "event", "what"), rows)(out)
    if data["dropped"]:
        left = [(d["position"], d["type"], d["text"], d["reason"]) for d in data["dropped"]]
        table("Commands that would have made no sense", ("position", "event", "what", "why"), left)(out)
