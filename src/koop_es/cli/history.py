"""``history``: the story of one cooperation."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import click

from koop_es.cli.answer import Answer
from koop_es.cli.frame import Desk, command
from koop_es.cli.language import LANG
from koop_es.domain.errors import WrongUsage
from koop_es.domain.identifiers import coop_id as checked_coop_id
from koop_es.domain.identifiers import parse_ref, vhs_id
from koop_es.replay import history as story
from koop_es.replay.moments import position_of
from koop_es.replay.words import WORDS, Lang
from koop_es.store import MAX_POSITION, Store

if TYPE_CHECKING:
    from rich.console import Console

PAUSE_SECONDS = 1
"""How long to wait before the log is asked again: exports come every five minutes, a person hardly notices a second."""


@command("history", reads=True)
@click.argument("coop_id", metavar="[COOP-ID]", required=False)
@click.option("--vhs", metavar="V", help="Only what happened at this VHS; without COOP-ID what concerns all of it.")
@click.option("--booking", metavar="REF", help="Only what is about this booking, such as 301:8841.")
@click.option("--type", "types", metavar="TYPE", multiple=True, help="Only this type of event; may be repeated.")
@click.option("--since", metavar="POSITION|TIME|EXPORT", help="Only what came after.")
@click.option("--until", metavar="POSITION|TIME|EXPORT", help="Only what came up to then.")
@click.option("--given", is_flag=True, help="Also what change lists gave out, and what was not seen of it.")
@click.option("--follow", is_flag=True, help="Go on and tell what happens, until Ctrl-C.")
@LANG
def history(
    desk: Desk,
    coop_id: str | None,
    vhs: str | None,
    booking: str | None,
    types: tuple[str, ...],
    since: str | None,
    until: str | None,
    given: bool,
    follow: bool,
    lang: Lang,
) -> Answer | Iterator[Answer]:
    """Tell what happened in a cooperation, export by export: what, where, by whom, from which row, under which rule.

    With --follow and --json every line is a whole answer with the events that are new. With --vhs alone: which of its
    exports caused events, when its count began anew, and what is open about all of it.

    \b
    Examples:
      koop-es history 563-COOP-219
      koop-es history 563-COOP-219 --booking 301:8841 --lang de
      koop-es history 563-COOP-219 --type BookingCancelled --type OrphanDetected --since 563#42
      koop-es history 563-COOP-219 --follow --json
      koop-es history --vhs 301
    """
    if coop_id is None:
        return _of_vhs(desk, vhs, since, until, lang, alone=not (booking or types or follow))
    coop_id = checked_coop_id(coop_id)
    wrong = sorted(set(types) - set(story.event_types()))
    if wrong:
        raise WrongUsage(f"--type {wrong[0]} is no type of event; there are {', '.join(story.event_types())}")
    if follow and until is not None:
        raise WrongUsage("--follow has no end and --until is one; leave one of them out")

    def only(store: Store) -> story.Filter:
        return story.Filter(
            vhs_id(vhs) if vhs is not None else None,
            parse_ref(booking) if booking is not None else None,
            frozenset(types),
            position_of(store, since) if since is not None else 0,
            position_of(store, until) if until is not None else MAX_POSITION,
            given,
        )

    if follow:
        return _follow(desk, coop_id, only, lang)
    with desk.store() as store:
        return _answer(coop_id, story.history(store, coop_id, only=only(store), lang=lang), lang)


def _of_vhs(desk: Desk, vhs: str | None, since: str | None, until: str | None, lang: Lang, *, alone: bool) -> Answer:
    if vhs is None or not alone:
        raise WrongUsage("give a COOP-ID, or --vhs alone (with --since and --until) for what concerns all of a VHS")
    where = vhs_id(vhs)
    with desk.store() as store:
        only = story.Filter(
            since=position_of(store, since) if since is not None else 0,
            until=position_of(store, until) if until is not None else MAX_POSITION,
        )
        events = story.of_vhs(store, where, only=only, lang=lang)
    return Answer({"vhs": where, "events": events}, lambda out: _show(out, f"VHS {where}", events, lang, whole=True))


def _follow(desk: Desk, coop_id: str, only: Any, lang: Lang) -> Iterator[Answer]:
    with desk.store() as store:
        for events in story.follow(store, coop_id, lambda: time.sleep(PAUSE_SECONDS), only=only(store), lang=lang):
            yield _answer(coop_id, events, lang)


def _answer(coop_id: str, events: list[dict[str, Any]], lang: Lang) -> Answer:
    return Answer({"coop_id": coop_id, "events": events}, lambda out: _show(out, coop_id, events, lang))


def _show(out: Console, coop_id: str, events: list[dict[str, Any]], lang: Lang, *, whole: bool = False) -> None:
    """Show events; of a VHS as a ``whole`` it is not said what part it has in a cooperation."""
    if not events:
        out.print(f"{coop_id}: {WORDS[lang].say('nothing')}", markup=False)
    for group in story.groups(events, lang):
        out.print(group.heading, style="bold", markup=False)
        for e in group.events:
            place = e["vhs"] if whole else f"{e['vhs']} {WORDS[lang].say(e['role'] or 'nobody')}"
            by = " · ".join(part for part in (e["actor"], e["rule"], e["row"]) if part)
            out.print(f"  {e['position']:>6}  {place:<13}  {e['text']}  [{by}]", markup=False)
