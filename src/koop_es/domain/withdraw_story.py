"""What was told of what an export did that is withdrawn, and since (D32)."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from koop_es.domain import events as e
from koop_es.domain.cooperation import Seat
from koop_es.domain.course import given
from koop_es.domain.observation import CANCELLED, CONFIRMED, WEB_SERVICE_USER, Status

SHOWN_SINCE = (
    "{export} shows it as well: it stays until its VHS shows it otherwise; if that export is wrong, too, withdraw the "
    "complete ones since first, the latest first, and then this one, if need be once more"
)
SHOWING = (
    e.BookingMade,
    e.BookingAmended,
    e.BookingPromoted,
    e.BookingCancelled,
    e.BookingReported,
    e.BookingReappeared,
    e.BookingWentBack,
    e.BookingQuestioned,
    e.CancellationDelivered,
)
"""What tells which letter a row shows."""

_Missing = e.BookingVanished | e.BookingMoved | e.BookingArchived | e.OrphanWithheld | e.MirrorLost


class Last(NamedTuple):
    """The version of the last event that decided a letter or a person of a booking, or a fact of the course."""

    letters: dict[str, int]
    persons: dict[str, int]
    facts: dict[str, int]


class Story(NamedTuple):
    """All that was told, at which version of it stands what is to be undone, and what was decided last; ``earlier`` are
    the bookings of which the VHS had said "S" before. Of those that were ``withdrawn``, ``once_more`` names the exports
    of their VHS since, from the next complete one on.
    """

    told: Sequence[e.Event]
    version: int
    last: Last
    later: Sequence[str]
    withdrawn: Collection[str]
    elsewhere: Callable[[Seat], bool]
    earlier: Collection[str]
    once_more: Mapping[str, Sequence[str]]

    @property
    def event(self) -> e.Event:
        """What is to be undone."""
        return self.told[self.version - 1]

    def since(self, ref: str) -> Iterator[e.Event]:
        """Give what was told since of a booking."""
        return (event for _, event in self.numbered(ref))

    def numbered(self, ref: str) -> Iterator[tuple[int, e.Event]]:
        """Give what was told since of a booking, with its version."""
        told = enumerate(self.told[self.version :], self.version + 1)
        return ((version, event) for version, event in told if getattr(event, "ref", "") == ref)

    def counts(self, event: e.Event) -> bool:
        """Tell whether what an event says was not taken back with its export."""
        return event.origin is None or event.origin.export not in self.withdrawn

    def after(self, version: int) -> Story | None:
        """Give the story of an event whose export was withdrawn, and after which a complete one came that was not."""
        origin = self.told[version - 1].origin
        later = self.once_more.get(origin.export, ()) if origin is not None else ()
        return self._replace(version=version, later=later) if later else None


def last_versions(told: Iterable[e.Event], vhs: str) -> Last:
    """Find what decided letters, persons and facts of a VHS last."""
    last = Last({}, {}, {})
    for version, event in enumerate(told, 1):
        if isinstance(event, e.BookingPromoted) or (isinstance(event, e.BookingAmended) and event.status is not None):
            last.letters[event.ref] = version
        if isinstance(event, e.BookingAmended) and event.person_version is not None:
            last.persons[event.ref] = version
        if isinstance(event, e.AmendmentWithdrawn):
            last.letters[event.ref] = last.persons[event.ref] = version
        if isinstance(event, e.CourseRevised | e.RevisionWithdrawn) and event.vhs == vhs:
            last.facts.update(dict.fromkeys(given(event.facts), version))
    return last


def shown_by(version: int, letter: Status, story: Story) -> str | None:
    """Name the export by which the letter of a row counts that an event tells: its own, or, where that was withdrawn,
    the next complete one if that showed it as well (D32); "" where none told it, None where it does not count.
    """
    event = story.told[version - 1]
    if story.counts(event):
        return event.origin.export if event.origin is not None else ""
    after, ref = story.after(version), getattr(event, "ref", "")
    if after is None or is_course_lacking(after) or is_lacking(ref, after):
        return None
    return after.later[0] if letter_in_next(letter, ref, after) is letter else None


def is_course_lacking(story: Story) -> bool:
    """Tell whether the next complete export lacked the course, or showed it under another COOP-Id, so that nothing of
    it was read (R15).
    """
    unread = (event for event in story.told[story.version :] if isinstance(event, e.CourseVanished | e.CoopIdAltered))
    return any(
        event.vhs == story.event.vhs and event.origin is not None and event.origin.export == story.later[0]
        for event in unread
    )


def is_lacking(ref: str, story: Story) -> bool:
    """Tell whether the next complete export lacked the row."""
    missing = (event for event in story.since(ref) if isinstance(event, _Missing))
    return any(event.origin is not None and event.origin.export == story.later[0] for event in missing)


def letter_in_next(letter: Status, ref: str, story: Story) -> Status:
    """Find the letter that the next complete export showed of a row which had this one before it; an "S" counts until
    the row shows another that no list of ours wrote over it.
    """
    given = False
    for event in story.told[story.version :]:
        if event.vhs != story.event.vhs:
            continue
        if isinstance(event, e.ChangesGivenOut):
            given = given or ref in event.confirmed or ref in event.waitlisted
        if getattr(event, "ref", "") != ref or event.origin is None or not isinstance(event, SHOWING):
            continue
        if event.origin.export in story.later[1:]:
            break
        shown = letter_of(event) or letter
        if letter is not CANCELLED or not (given or event.actor == WEB_SERVICE_USER):
            letter = shown
    return letter


def letter_of(event: e.Event) -> Status | None:
    """Give the letter of a row that an event tells, None where it tells none."""
    if isinstance(event, e.BookingCancelled | e.CancellationDelivered):
        return CANCELLED
    return CONFIRMED if isinstance(event, e.BookingPromoted) else getattr(event, "status", None)
