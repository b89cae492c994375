"""``why``: from a value back to the rows and rules that made it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from koop_es.cli.answer import Answer
from koop_es.cli.frame import Desk, command
from koop_es.cli.language import LANG
from koop_es.cli.past import AT, position
from koop_es.domain.identifiers import coop_id as checked_coop_id
from koop_es.domain.identifiers import parse_ref, vhs_id
from koop_es.replay.why import Question
from koop_es.replay.why import why as explain
from koop_es.replay.words import WORDS, Lang, Words

if TYPE_CHECKING:
    from rich.console import Console


@command("why", reads=True)
@click.argument("coop_id", metavar="COOP-ID")
@click.option("--booking", metavar="REF", help="About this booking, such as 301:8841; without it about the course.")
@click.option(
    "--vhs", metavar="V", help="At this VHS; default is where something differs, else the owner or the Master."
)
@click.option("--field", metavar="F", help="One field: its heading, or status and person of a booking.")
@click.option(
    "--with-persons",
    is_flag=True,
    help="With the participant's name, as far as the VHS of --vhs sees it, as long as it is not erased.",
)
@AT
@LANG
def why(
    desk: Desk,
    coop_id: str,
    booking: str | None,
    vhs: str | None,
    field: str | None,
    with_persons: bool,
    at: str | None,
    lang: Lang,
) -> Answer:
    """Explain a value: what a VHS should hold and shows, which rows and rules led there, and what to do.

    \b
    Examples:
      koop-es why 563-COOP-219
      koop-es why 563-COOP-219 --booking 301:8841 --vhs 563
      koop-es why 563-COOP-219 --booking 301:8841 --lang de --with-persons
      koop-es why 563-COOP-219 --vhs 301 --field Gebühr --at 301#17
    """
    with desk.store() as store:
        question = Question(
            checked_coop_id(coop_id),
            parse_ref(booking) if booking is not None else None,
            vhs_id(vhs) if vhs is not None else None,
            field,
            position(store, at),
            lang,
            desk.now,
            with_persons,
        )
        data = explain(store, question)
    return Answer(data, lambda out: _show(out, data, WORDS[lang]))


def _show(out: Console, data: dict[str, Any], words: Words) -> None:
    def say(text: str, style: str | None = None) -> None:
        out.print(text, style=style, markup=False)

    say(f"{data['coop_id']}: {data['value']['text']}", "bold")
    parts: dict[str, list[str]] = {
        "persons": [person["name"] for person in data.get("persons", [])[-1:]],
        "seen": [item["text"] + _source(item) for item in data["seen"]],
        "collided": [item["text"] for item in data["collided"]],
        "rules": [f"{item['rule']}: {item['statement']}" for item in data["rules"]],
        "otherwise": data["otherwise"],
        "violations": [f"{item['code']} (VHS {item['vhs']}): {item['text']}" for item in data["violations"]],
        "now": data["now"],
    }
    for name, texts in parts.items():
        if texts:
            say(words.say(f"h_{name}"), "bold")
            for text in texts:
                say(f"  {text}")
    if data["chain"]:
        say(words.say("h_chain"), "bold")
    for link in data["chain"]:
        say(f"  {link['position']:>6}  {words.time(link['at'])}  {link['text']}{_source(link)} [{link['rule']}]")


def _source(item: dict[str, Any]) -> str:
    found = ", ".join(part for part in (item["export"], item["row"]) if part)
    return f" ({found})" if found else ""
