"""``quarantine``: what could not be used, and what becomes of it."""

from __future__ import annotations

import base64
from pathlib import Path
from typing import Any

import click

from koop_es.cli.answer import DONE, FOUND, Answer, lines, table
from koop_es.cli.frame import Desk, command
from koop_es.cli.language import LANG
from koop_es.cli.output import ask
from koop_es.domain.errors import BadInput
from koop_es.ingest import ingest
from koop_es.ingest import quarantine as kept
from koop_es.replay.words.readers import said
from koop_es.store import MAX_POSITION


@click.group("quarantine")
def quarantine() -> None:
    """See and settle what could not be used: rows with file, line, column, reason and bytes, and whole exports.

    A row goes away by itself once a newer full export of its VHS no longer has it.
    """


@command("quarantine list", quarantine, reads=True)
@click.option("--all", "everything", is_flag=True, help="Resolved and discarded ones as well.")
@LANG
def list_(desk: Desk, everything: bool, lang: str) -> Answer:
    """List what is set aside; the exit status is 1 if anything is open.

    \b
    Example:
      koop-es quarantine list
      koop-es quarantine list --lang de
    """
    with desk.store() as store:
        items = kept.listed(store, everything=everything)
    rows = [
        (i["id"], i["vhs"], i["file"], i["line"], i["column"], i["about"], i["state"], *_said(i, lang).values())
        for i in items
    ]
    show = table("Quarantine", ("id", "VHS", "file", "line", "column", "what", "state", "reason", "what to do"), rows)
    return Answer({"quarantine": items}, show, FOUND if any(i["state"] == "open" for i in items) else DONE)


@command("quarantine show", quarantine, reads=True)
@click.argument("item", metavar="ID", type=click.IntRange(1, MAX_POSITION))
@LANG
def show(desk: Desk, item: int, lang: str) -> Answer:
    """Show one item with its original bytes (personal data may be among them).

    \b
    Example:
      koop-es quarantine show 3
    """
    with desk.store() as store:
        found, raw = kept.shown(store, item)
    data = {**found, "raw_base64": base64.b64encode(raw).decode()}
    texts = [f"{name}: {value}" for name, value in (found | _said(found, lang)).items() if value is not None]
    return Answer(data, lines(*texts, "bytes:", raw.decode("utf-8", "backslashreplace")))


@command("quarantine retry", quarantine)
@LANG
def retry(desk: Desk, lang: str) -> Answer:
    """Read the exports again from which something is set aside; what can be used now is taken in.

    An export older than the last applied one stays superseded: its VHS's next export settles the matter.

    \b
    Example:
      koop-es quarantine retry
    """
    results: list[dict[str, Any]] = []
    with desk.store() as store:
        sources = dict.fromkeys((item["source"], item["vhs"]) for item in kept.listed(store))
        for source, vhs in sources:
            try:
                result = ingest(store, Path(source), desk.policy, now=desk.now, vhs=vhs, again=True)
                results.append(result.answer())
            except BadInput as error:
                results.append({"path": source, "vhs": vhs, "status": "unreadable", "reason": error.message})
        left = len(kept.listed(store))
    reasons = [f" ({said(r['reason'], lang)})" if r.get("reason") else "" for r in results]
    texts = [f"{r['path']}: {r['status']}{reason}" for r, reason in zip(results, reasons, strict=True)]
    data = {"exports": results, "open": left}
    return Answer(data, lines(*texts, f"{left} items are still open"), FOUND if left else DONE)


@command("quarantine discard", quarantine)
@click.argument("item", metavar="ID", type=click.IntRange(1, MAX_POSITION))
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.option("--anyway", is_flag=True, help="Also a row that may be that of a booking which lives.")
def discard(desk: Desk, item: int, yes: bool, anyway: bool) -> Answer:
    """Give an item up for good: its bytes go, its reason stays on record.

    A row that may be that of a booking which lives is not given up: nothing would tell any more that it cannot be read.

    \b
    Example:
      koop-es quarantine discard 3 --yes
    """
    if not yes and not desk.as_json:
        ask(f"discard item {item} for good?")
    with desk.store() as store:
        kept.discard(store, item, desk.now, anyway=anyway)
    return Answer({"id": item, "state": "discarded"}, lines(f"item {item} is discarded"))


def _said(item: dict[str, Any], lang: str) -> dict[str, str]:
    """Say in a language why something was set aside and what to do; programs get what was written."""
    return {name: said(item[name] or "", lang) for name in ("reason", "remedy")}
