"""Which wrong files nobody has to notice: what they say that is not so is too little to be held back (D19, D31).

Part of the citizens' oracle (``told``). A letter, an Ausfall or another course that nobody meant may reach others only
where a VHS says so little of it in a day that no guard has to ask, and only until the export is taken back (D32). A
Beleg-ID or a TNR that stands in the wrong row tells of nobody (D18). What a guard has to count is counted here as the
least that it was for sure, and what it is compared with as the most that it can have been.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from datetime import date, timedelta

from koop_es.simulate.deeds import Diary, Moment, Sent, Terms, Told, moment

MISTELLING = frozenset({"letters", "shifted", "ausfall"})
"""Faults after which a file says of people or courses what nobody meant."""

FEW = 3
"""People whose absence all at once has to be noticed (D19)."""

DAY = timedelta(hours=24)
"""What exports of one VHS do within it is weighed together (D31)."""

UNSETTLED = frozenset({"leaves", "moves", "removed", "lost", "revives", "decides", "course over", "course gone"})
"""After these nobody can tell from a diary alone whether one booking more was cancelled by a file."""


def unnoticed(diary: Diary, terms: Terms, sent: Sent, told: Told, who: int, owners: Collection[str]) -> bool:
    """Tell whether an "S" may come from a wrong file that was read before and that nobody had to notice."""
    if sent.status != "applied" or moment(sent) >= moment(told):
        return False
    if (back := _taken_back(diary, sent)) and back < moment(told) and not _stands_anew(diary, sent, back, told):
        return False
    wrong, files = sent.mistold, list(_of_that_day(diary, sent))
    most = {one for file in _before(diary, sent) for one in file.live}
    if who in wrong.cancelled:
        surely = {one for file in files for one in file.mistold.cancelled if _was_live(diary, file, one)}
        if len(surely) < 8 or len(surely) * 3 <= len(most):  # D31a
            return True
    if told.course in wrong.ended:
        courses = {one for file in files for one in file.mistold.ended if _was_shared(diary, terms, file, one)}
        if len(courses) < 3 or len(courses) * 3 <= sent.led:  # D31b
            return True
    if who in wrong.elsewhere and sent.complete and (sent.vhs in owners or not owners):  # or of nobody's course
        surely = {one for one in wrong.elsewhere if _was_live(diary, sent, one) and _is_owner(diary, sent, one)}
        return (len(surely) < 3 or len(surely) * 2 <= len(most)) and (
            len(surely) <= 10 or len(surely) * 10 <= len(most)
        )  # D19, D25, D4
    return False


def stays_where_it_stood(diary: Diary, who: int, last_day: date | None) -> bool:
    """Tell whether a wrong file showed somebody in another course, maybe one that was over: what an export made stays
    when it is taken back (D32), and after the last day nobody moves out again (D17).
    """
    wrong = (sent for sent in diary.exports if who in sent.mistold.elsewhere and sent.status == "applied")
    return any(last_day is None or sent.when.date() > last_day for sent in wrong)


def is_empty_unnoticed(diary: Diary, sent: Sent) -> bool:
    """Tell whether nobody has to notice that a file has no row: its VHS had shown too few (D19)."""
    shown = [0]
    for other in _before(diary, sent):
        if other.sequence != sent.sequence and other.was_read and other.fault != "emptied":
            shown = [len(other.live), *([] if other.is_sound else shown)]
    return min(shown) < FEW


def _taken_back(diary: Diary, sent: Sent) -> Moment | None:
    """Say when an export was taken back first, None where it was not (D32)."""
    name = f"{sent.vhs}#{sent.sequence}"
    back = (deed for deed in diary.deeds if deed.verb == "withdraw-export" and deed.note == name)
    return min(map(moment, back), default=None)


def _stands_anew(diary: Diary, sent: Sent, back: Moment, told: Told) -> bool:
    """Tell whether a right export had shown somebody where they belong before the wrong one was taken back that said
    otherwise: they have another booking there since (D25). Where that is given out first, or with it, the "S" is the
    former's.
    """
    right = (other for other in diary.exports if other.vhs == sent.vhs and other.was_read and other.is_sound)
    returned = any(moment(sent) < moment(other) < back for other in right)
    seat = (told.vhs, told.who, told.course, "booking.create")
    given = (one for one in diary.told if (one.vhs, one.who, one.course, one.kind) == seat)
    moved = told.who in sent.mistold.elsewhere
    return moved and returned and any(moment(sent) < moment(one) <= moment(told) for one in given)


def _before(diary: Diary, sent: Sent) -> Iterator[Sent]:
    return (other for other in diary.exports if other.vhs == sent.vhs and moment(other) <= moment(sent))


def _of_that_day(diary: Diary, sent: Sent) -> Iterator[Sent]:
    """Give a wrong file, and those of its VHS that were read in the 24 hours before."""
    for other in _before(diary, sent):
        if other.fault in MISTELLING and other.status == "applied" and timedelta() <= sent.when - other.when <= DAY:
            yield other


def _was_live(diary: Diary, sent: Sent, who: int) -> bool:
    """Tell whether a VHS had surely shown somebody live, and nobody had done anything since that could end it."""
    sound = (other for other in _before(diary, sent) if other.was_read and other.is_sound)
    if not any(who in other.live for other in sound):
        return False
    before = [deed for deed in diary.deeds if moment(deed) <= moment(sent)]
    if any(deed.verb == "reinstall" and deed.vhs == sent.vhs for deed in before):
        return False
    course = next((deed.course for deed in reversed(before) if deed.who == who and deed.intent == "joins"), None)
    about = (deed for deed in before if deed.intent in UNSETTLED)
    return not any(deed.who == who if deed.who is not None else deed.course == course for deed in about)


def _was_shared(diary: Diary, terms: Terms, sent: Sent, course: int) -> bool:
    """Tell whether a course was shared for sure, and nobody had done anything to it that could end it."""
    mine = [deed for deed in diary.deeds if deed.course == course and moment(deed) <= moment(sent)]
    if any(deed.intent in UNSETTLED and deed.who is None for deed in mine):
        return False
    return course in terms.parties or any(deed.verb == "release" for deed in mine)


def _is_owner(diary: Diary, sent: Sent, who: int) -> bool:
    return any(deed.who == who and deed.vhs == sent.vhs and deed.intent == "joins" for deed in diary.deeds)
