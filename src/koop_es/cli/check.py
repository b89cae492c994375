"""``check``: judge exports without a store, for whoever writes a connector."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import click
import msgspec

from koop_es.cli.answer import BAD_INPUT, DONE, FOUND, Answer, lines
from koop_es.cli.frame import Desk, command
from koop_es.cli.language import LANG
from koop_es.connectors.check import Checked, Finding
from koop_es.connectors.check import check as judge
from koop_es.ingest.intake import check_clock
from koop_es.replay.words.readers import said

_WORDS = {
    "en": {
        "refused": "REFUSED",
        "set aside": "set aside",
        "set aside if new": "set aside if the booking is new",
        "frozen": "frozen",
        "noted": "noted",
        "line": "line",
        "usable": "can be read",
        "unusable": "cannot be used",
        "rows": "{courses} courses, {bookings} bookings, {users} users",
        "proof": "complete, so that absences count",
        "no_proof": "proves no absence",
        "sequence": "sequence {sequence}",
        "clean": "nothing to remark",
    },
    "de": {
        "refused": "ABGELEHNT",
        "set aside": "zurückgelegt",
        "set aside if new": "zurückgelegt, wenn die Buchung neu ist",
        "frozen": "eingefroren",
        "noted": "Hinweis",
        "line": "Zeile",
        "usable": "lesbar",
        "unusable": "nicht verwendbar",
        "rows": "{courses} Kurse, {bookings} Buchungen, {users} Benutzer",
        "proof": "vollständig: Fehlendes zählt",
        "no_proof": "beweist kein Fehlen",
        "sequence": "laufende Nummer {sequence}",
        "clean": "nichts zu bemerken",
    },
}


@command("check", reads=True)
@click.argument("paths", metavar="PATH…", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option(
    "--profile", metavar="P", help="Connector profile: kufersql, itm-manager, cmx-organize, native or a TOML file."
)
@click.option("--vhs", metavar="V", help="Whose file it is, for sources that do not say (XML).")
@LANG
def check(desk: Desk, paths: tuple[Path, ...], profile: str | None, vhs: str | None, lang: str) -> Answer:
    """Judge exports by themselves, as ingest would read them; there is no store, and nothing is kept.

    Said is everything that reading has to say: why an export is refused, which rows would be set aside and why, and
    what is odd. Whether a row agrees with what other exports said, only ingest --dry-run can tell.

    The exit status is 0 if there is nothing to say, 1 if there is, 4 if no export could be used.

    \b
    Examples:
      koop-es check exports/563/0042
      koop-es check exports/*.zip --lang de
      koop-es check internet.xml --vhs 563
      koop-es check out --profile unsere-vhs.toml
    """

    def one(path: Path) -> Checked:
        return judge(path, profile=profile, vhs=vhs, also=lambda whose: check_clock(whose, path, desk.now))

    found = [one(path) for path in paths]
    data = {"exports": [{"usable": one.usable, **msgspec.to_builtins(one)} for one in found]}
    texts = [text for one in found for text in _told(one, lang)]
    if not any(one.usable for one in found):
        return Answer(data, lines(*texts), BAD_INPUT)
    return Answer(data, lines(*texts), FOUND if any(one.findings for one in found) else DONE)


def _told(one: Checked, lang: str) -> Iterator[str]:
    """Say what one export came to, and below it each finding in a paragraph."""
    words = _WORDS[lang]
    if not one.usable:
        yield f"{one.path}: {words['unusable']}"
    else:
        whose = [f"VHS {one.vhs}", one.kind or ""]
        if one.sequence is not None:
            whose.insert(1, words["sequence"].format(sequence=one.sequence))
        counts = words["rows"].format(courses=one.courses, bookings=one.bookings, users=one.users)
        proof = words["proof" if one.proves_absence else "no_proof"]
        yield f"{one.path}: {words['usable']} ({', '.join(whose)}; {counts}; {proof})"
    if not one.findings:
        yield f"  {words['clean']}"
    for finding in one.findings:
        place = _place(finding, words["line"])
        yield f"  {words[finding.level]}: {place}{said(finding.text, lang)}"
        if finding.remedy is not None:
            yield f"    -> {said(finding.remedy, lang)}"


def _place(finding: Finding, line: str) -> str:
    """Name file, line and column of a finding as far as it has them."""
    parts = [finding.file or "", f"{line} {finding.line}" if finding.line else "", finding.column or ""]
    place = ", ".join(part for part in parts if part)
    return f"{place}: " if place else ""
