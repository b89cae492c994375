"""A program that went back: what its rows show of former times is nobody's will, and what they lack is not lost (D20).

An export *went back to moment M* if everything this VHS first acknowledged after M is gone or at its former value, at
least two things, and something older stands. Signs are noted while the export is observed as any other; whether they
are a restore is decided once, over the whole VHS or over one course with three signs, before anything is written.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import NamedTuple

from koop_es.domain.judgement import WentBack
from koop_es.domain.weight import Sign, Standing

LEAST_SIGNS = 2
"""Things of a whole VHS that must be gone or as before; a lone one is what it seems to be (D5, D6)."""

LEAST_SIGNS_OF_COURSE = 3
"""Things of one course, where only that was put back."""

LEAST_ROWS_OF_TABLE = 3
"""Rows, where only the table of bookings was put back and the courses show what they showed."""

LEAST_SIGNS_BESIDE_WORK = 3
"""Things where letters or persons of the VHS's own stand that are younger: its staff may have entered them again."""

LEAST_SIGNS_WITHIN = 3
"""Things where others stand that came in the same export, and all are only gone: maybe removals of the youngest."""


class Seen(NamedTuple):
    """What one slice of a complete export shows: what is gone or as before, and what of the older stands."""

    signs: Sequence[Sign]
    standing: Standing


def went_back(
    seen: Mapping[str, Seen],
    others: Callable[[], Iterable[Standing]],
    *,
    empty: bool = False,
    partial: bool = False,
) -> WentBack | None:
    """Tell whether a program went back, all over the VHS or in some courses (D20); ``moment`` is left to be named.

    All over the VHS is also a table of bookings without the others: nothing is asked then of what the courses show.
    ``seen`` are the slices with signs or without some rows, by cooperation; ``others`` gives what stands in all the
    others one by one, and is asked only where these leave it possible. A booking file that is ``empty`` is no restore
    (D19). Where ``partial`` exports came since the last complete one, what they showed as before counts, too, beside
    something that this one shows.
    """
    signs = [sign for item in seen.values() for sign in item.signs]
    count = 1 if partial else LEAST_SIGNS
    if len(signs) < count:
        return None
    rows = [sign for sign in signs if sign.row]
    least, least_row = _least(signs, count), _least(rows, LEAST_ROWS_OF_TABLE)
    everywhere = Standing()
    for item in seen.values():
        everywhere = everywhere.together(item.standing)
    border = any(sign.booked for sign in signs)  # what came in the same export as the youngest may be younger
    if everywhere.newest < least + border or everywhere.newest_row < least_row + border:
        for standing in others():
            everywhere = everywhere.together(standing)
            if everywhere.newest >= least + border and everywhere.newest_row >= least_row + border:
                break
    table = everywhere._replace(newest=everywhere.newest_row, former=())
    for some, standing, few in ((signs, everywhere, LEAST_SIGNS), (rows, table, LEAST_ROWS_OF_TABLE)):
        if (found := _moment(some, standing, few, rows=not empty)) is not None:
            return WentBack("", (), found, _gone(signs, everywhere, found))
    courses = {
        coop_id: moment
        for coop_id, item in seen.items()
        if (moment := _moment(item.signs, item.standing, LEAST_SIGNS_OF_COURSE)) is not None
    }
    if not courses:
        return None
    moment = min(courses.values())
    gone = sum(_gone(seen[coop_id].signs, seen[coop_id].standing, at) for coop_id, at in courses.items())
    return WentBack("", tuple(sorted(courses)), moment, gone)


def _gone(signs: Sequence[Sign], standing: Standing, moment: int) -> int:
    """Count what is gone or as before since a moment."""
    return sum(sign.was_not_yet(moment) for sign in signs) + sum(at > moment for at in standing.former)


def _least(signs: Sequence[Sign], count: int) -> int:
    """Give the export after which nothing may stand for so many signs to be younger; 0 where there are too few."""
    return sorted((sign.last for sign in signs), reverse=True)[count - 1] if len(signs) >= count else 0


def _moment(signs: Sequence[Sign], standing: Standing, least: int, *, rows: bool = False) -> int | None:
    """Find the moment after which nothing stands but fewer letters and persons than are gone, entered again since, and
    rows that were entered since; of several the last.

    Rows that are gone prove nothing where no row stands: none of the course, or none of the VHS but other ``rows``; nor
    do people alone who were entered anew, or moved back by staff.
    """
    since = {*standing.work, *standing.entered, *(sign.gone for sign in signs if sign.gone < sign.again)}
    for moment in sorted({standing.newest, *(at for at in since if at > standing.newest)}, reverse=True):
        younger = [sign for sign in signs if sign.was_not_yet(moment)]
        younger += [Sign(at) for at in standing.former if younger and at > moment]
        redone = sum(at > moment for at in standing.work)
        enough = max(least, LEAST_SIGNS_BESIDE_WORK, redone + 1) if redone else least
        if moment and not standing.was_otherwise(moment) and len(younger) >= enough and not _may_be_staff(younger):
            return None if any(sign.row for sign in younger) and not (standing.rows or rows) else moment
    return _moment_within([*signs, *map(Sign, standing.former)], standing, least)


def _booked(signs: Sequence[Sign], count: int, *, mirror: bool) -> list[str]:
    """List when the rows that are gone were booked, the VHS's own or its mirrors, of those that came in an export."""
    return [sign.booked for sign in signs if sign.since == count and sign.booked is not None and sign.mirror is mirror]


def _may_be_staff(signs: Sequence[Sign]) -> bool:
    """Tell whether things are but people entered anew or moved back, of whom no two have the editor of before."""
    return all(sign.anew for sign in signs) and sum(sign.exact for sign in signs) < LEAST_SIGNS


def _moment_within(signs: Sequence[Sign], standing: Standing, least: int) -> int | None:
    """Find the export before the one within which a copy was made: part of what that first showed was in the copy.

    The times of booking tell it: of the VHS's own rows that came in it all that are gone were booked after all that
    stand. Mirrors are the connector's writing, which may have run before the copy was made: they count beside such
    rows, or where no own one of that export stands; alone where they, too, were booked after all mirrors that stand.
    When letters, persons and facts were written nobody can tell. Of two rows that are gone nothing tells that from
    staff who remove the youngest; a row and something that is as before are no work of staff.
    """
    border = standing.newest
    own, mirrors = _booked(signs, border, mirror=False), _booked(signs, border, mirror=True)
    stood, copied = (
        max((moment for count, moment in known if count == border), default="")
        for known in (standing.booked, standing.mirrored)
    )
    later = (not stood or min(own) > stood) if own else bool(mirrors and copied) and min(mirrors) > copied
    if border < 2 or not (later and (stood or copied)):  # nothing older
        return None
    younger = [sign for sign in signs if sign.since >= border]
    former = any(sign.is_former and not sign.anew for sign in younger)
    enough = len(younger) >= max(least, LEAST_SIGNS if former else LEAST_SIGNS_WITHIN)
    return border - 1 if enough and not _may_be_staff(younger) else None
