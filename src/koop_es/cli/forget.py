"""``forget``: a person is erased for good."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from koop_es.audit import instructors, participants
from koop_es.cli import forget_words as words
from koop_es.cli.answer import DONE, FOUND, Answer, console, lines, table
from koop_es.cli.frame import Desk, command
from koop_es.cli.language import LANG
from koop_es.cli.output import ask
from koop_es.domain.errors import WrongUsage
from koop_es.domain.identifiers import parse_ref
from koop_es.ingest import erasure
from koop_es.ingest.erasure import Erasure
from koop_es.store import Store

if TYPE_CHECKING:
    from rich.console import Console


@command("forget")
@click.option("--person", "persons", metavar="ID", multiple=True, help="The random id of a person; may be repeated.")
@click.option("--booking", "bookings", metavar="REF", multiple=True, help="Whoever booked it, such as 301:55.")
@click.option("--name", metavar="NAME", help="A name, with --in-quarantine: every row set aside in which it stands.")
@click.option("--in-quarantine", is_flag=True, help="Search what was set aside, by --name.")
@click.option("--instructor", metavar="NAME", help="A name of an instructor, out of the facts of courses.")
@click.option("--finish", is_flag=True, help="Finish what was begun: status and verify say what is left.")
@click.option(
    "--gone",
    "gone",
    type=click.Path(path_type=Path),
    metavar="PATH",
    multiple=True,
    help="With --finish: a backup, or what a broken-off one left, is gone for good, with the disk or machine.",
)
@click.option("--dry-run", is_flag=True, help="Only show what would be erased and what cannot be reached.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@LANG
def forget(
    desk: Desk,
    persons: tuple[str, ...],
    bookings: tuple[str, ...],
    name: str | None,
    in_quarantine: bool,
    instructor: str | None,
    finish: bool,
    gone: tuple[Path, ...],
    dry_run: bool,
    yes: bool,
    lang: str,
) -> Answer:
    """Erase a person for good: names, phone and mail go from the vault and from rows set aside; bookings stay.

    No export brings the person back afterwards, old or new. Each booking has a person of its own: what is kept of the
    same person under other bookings is named, and so is what koop-es cannot reach: the admin programs of the VHSs that
    were told, their exports, backups. People are asked before; with --json nobody is, so look with --dry-run first.

    Who stands only in rows that were set aside is found by name: --name with --in-quarantine. An instructor's name
    stands in the facts of courses, in the log as well, which is written anew without it: take it out of the admin
    programs first, since what they show is taken in again.

    A TNR or Beleg-ID that names somebody, which an older koop-es took in where columns were exchanged, is taken out of
    the log of the person's courses. Out of the reference of a booking it cannot be taken: that is named.

    The exit status is 1 where something is left to do: bytes that could not be taken out of the files of the store, a
    reference that names somebody, a backup beside which nothing could be noted, since its disk is away or nobody may
    write there, a former store kept aside, or what a broken-off backup left where it cannot be cleared away from here.
    What is left, and the way out, is said.

    \b
    Examples:
      koop-es forget --booking 301:55 --dry-run
      koop-es forget --booking 301:55 --booking 301:81
      koop-es forget --name "Kim, Toni" --in-quarantine --dry-run
      koop-es forget --finish
    """
    named = name is not None or in_quarantine
    if bool(persons or bookings) + named + finish + (instructor is not None) != 1:
        raise WrongUsage(
            "say who: --person ID or --booking REF (301:55); or --name … --in-quarantine; or --instructor; or --finish"
        )
    if named and (name is None or not in_quarantine):
        raise WrongUsage("--name and --in-quarantine go together: of bookings a person is forgotten by --booking")
    if gone and not finish:
        raise WrongUsage("--gone goes with --finish")
    if finish and dry_run:
        raise WrongUsage("--finish goes on with what was begun; koop-es status says what that is")
    refs = [parse_ref(text) for text in bookings]
    with desk.store() as store:
        if dry_run or not (yes or finish or desk.as_json):
            found = _preview(store, persons, refs, name, instructor)
            if dry_run:
                return Answer({"dry_run": True, **found.answer()}, _shown(found, lang, "planned"))
            _shown(found, lang, "asked")(console(stderr=True))
            ask(words.question(found, lang))
        if instructor is not None:
            found = instructors.forget(store, instructor, now=desk.now)
        elif name:
            found = erasure.forget_set_aside(store, name, now=desk.now)
        elif finish:
            found = erasure.finish_begun(store, now=desk.now, gone=gone)
        else:
            found = participants.forget(store, persons, refs, now=desk.now)
    show = _shown(found, lang, "done" if found.erased else "hidden", words.left(found, lang))
    return Answer({"dry_run": False, **found.answer()}, show, DONE if found.complete else FOUND)


def _preview(
    store: Store, persons: tuple[str, ...], refs: Sequence[str], name: str | None, instructor: str | None
) -> Erasure:
    if instructor is not None:
        return instructors.preview(store, instructor)
    return erasure.preview_set_aside(store, name) if name else participants.preview(store, persons, refs)


def _shown(found: Erasure, lang: str, title: str, left: list[str] | None = None) -> Callable[[Console], None]:
    def say(key: str, **values: object) -> str:
        return words.say(lang, key, **values)

    rows = [(t.person_id, t.coop_id, t.ref, t.versions, ", ".join(t.told), t.forgotten_at) for t in found.targets]
    texts = [say("rows", count=found.quarantined_rows)] if found.targets else []
    texts += [
        say("restoring", ref=target.ref, owner=target.owner, coop_id=target.coop_id)
        for target in found.targets
        if target.restoring
    ]
    texts += [say("also" if found.targets else "named", **other) for other in found.also]
    if found.backups and not (found.set_aside or found.instructor):
        texts.append(say("backups", count=len(found.backups)))
    told = sorted({vhs for target in found.targets for vhs in (target.owner, *target.told)})
    texts += [say("reach", vhss=", ".join(told))] if told else []
    if (where := found.instructor) is not None:
        texts.append(say("instructor", events=where["events"], catalogue=where["catalogue"]))
        texts += [f"  {stream}" for stream in where["streams"]]
        texts += [say("surname_alone", count=where["surname_alone"])] if where["surname_alone"] else []
    renamed = found.identifiers["events"] if found.identifiers is not None else 0
    texts += [say("identifiers", events=renamed)] if renamed else []
    texts += [say("again")] if found.set_aside or found.instructor else []
    by_name = found.set_aside or found.instructor
    if by_name or renamed:
        texts.append(say("backups_rows" if found.keyed or not by_name else "backups_unkeyed"))
    texts += [] if found.keyed else [say("unkeyed")]
    shown = [] if by_name and not found.targets else [table(say(title), say("headings").split("|"), rows)]
    if found.set_aside:
        items = [tuple(item.values()) for item in found.set_aside]
        shown.append(table(say("items"), say("item_headings").split("|"), items))

    def show(out: Console) -> None:
        for part in shown:
            part(out)
        lines(*texts, *(left or ()))(out)

    return show
