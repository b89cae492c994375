"""Was anybody told "S" before anything people did, or a file lacked, justified it? (D3, G3)

The third question of the citizens' oracle (``citizens``), answered like the others from the rules and the diary alone.
"""

from __future__ import annotations

from collections.abc import Iterator

from koop_es.simulate.deeds import ANEW, UNTOLD, Deed, Diary, Moment, Sent, Terms, Told, moment
from koop_es.simulate.unnoticed import MISTELLING, is_empty_unnoticed, unnoticed

PARTIAL = frozenset({"filtered", "lost"})
"""Faults after which an export shows nothing of some courses, or never arrives: no absence is counted (D3)."""


def told_otherwise(diary: Diary, terms: Terms) -> Iterator[tuple[Told, str]]:
    """Say of whom a change list said "S" before anybody cancelled, moved, ended the course or lost the row (G3)."""
    said = set()
    for told in diary.told:
        if told.letter != "S" or told.who is None or (told.who, told.course) in said:
            continue
        if not _justified(diary, terms, told, told.who):
            said.add((told.who, told.course))
            what = f"{told.vhs} was told S at step {told.step} without a reason"
            yield told, f"{told.who} in course {told.course}: {what}"


def _justified(diary: Diary, terms: Terms, told: Told, who: int) -> bool:
    until = moment(told)
    owners: set[str] = set()
    for deed in diary.deeds:
        if moment(deed) > until:
            break
        if deed.who is None:
            if deed.intent == "course over" and deed.course == told.course:
                return True
        elif deed.who == who:
            if deed.intent == "joins" and owners:
                return True  # booked again, so the former row was given up
            if deed.intent in ("leaves", "moves") or (deed.intent, deed.letter) == ("decides", "S"):
                return True
            if deed.verb == ANEW:
                return True
            if deed.intent in ("joins", "moves"):
                owners.add(deed.vhs)
    if any(unnoticed(diary, terms, sent, told, who, owners) for sent in diary.exports if sent.fault in MISTELLING):
        return True
    return any(
        _may_have_lost(diary, terms, who, vhs, until)
        for vhs in sorted({sent.vhs for sent in diary.exports})
        if not terms.owner_only or vhs in owners
    )


def _may_have_lost(diary: Diary, terms: Terms, who: int, vhs: str, until: Moment) -> bool:
    """Tell whether complete exports of a VHS may have lacked somebody as often in a row as the policy asks for (D3)."""
    return any(row >= terms.confirmations for _, row in lacking(diary, terms, who, vhs, until))


def _row_went(deed: Deed) -> str:
    """Say what became of a row: a restore that nobody could tell took it out, or brought it back."""
    if deed.intent == "lost" and deed.note == UNTOLD:
        return "returned" if deed.letter else "removed"
    return deed.intent


def lacking(diary: Diary, terms: Terms, who: int, vhs: str, until: Moment) -> Iterator[tuple[Sent, int]]:
    """Give the complete exports of a VHS that were read, and how many in a row may have lacked somebody with each.

    A row taken out is lacking; one that staff did not touch may be lacking where the file lost rows on its way. A file
    without any row is the last that counts only where nobody has to notice it (D19).
    """
    mine = [deed for deed in diary.deeds if deed.who == who and deed.vhs == vhs]
    here = [(moment(deed), _row_went(deed)) for deed in mine if deed.intent != "returned" or deed.letter]
    row = 0
    for sent in sorted((sent for sent in diary.exports if sent.vhs == vhs), key=moment):
        if not sent.complete or sent.status in ("", "quarantined", "superseded") or (now := moment(sent)) > until:
            continue
        away = [intent for at, intent in here if at < now and intent in ("removed", "returned", "joins")]
        if sent.fault == "thinned" or away[-1:] == ["removed"]:
            row += 1
        elif sent.fault == "emptied":
            row = row + 1 if is_empty_unnoticed(diary, sent) else min(row + 1, terms.confirmations - 1)
        elif sent.fault not in PARTIAL and sent.reach == "full":
            row = 0
        yield sent, row
