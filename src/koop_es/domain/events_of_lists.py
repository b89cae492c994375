"""Events about change lists: what was given out, and what exports do not show of it (D21, D22)."""

# ruff: noqa: RUF012 - defaults: a struct copies them

from __future__ import annotations

from koop_es.domain.event import Event


class ChangesGivenOut(Event, frozen=True, kw_only=True, omit_defaults=True):
    """A change list handed a VHS something new: from here on it counts as told (D21).

    By booking, and each with the version its change's id ends with: mirrors to make, "S", seats ("A") and places on the
    waiting list ("W") told, and person data to put right. ``course`` has the kinds of changes of the course itself with
    the ends of their ids.
    """

    creates: dict[str, int] = {}
    cancelled: dict[str, int] = {}
    confirmed: dict[str, int] = {}
    waitlisted: dict[str, int] = {}
    corrected: dict[str, int] = {}
    course: dict[str, str] = {}


class ChangesNotSeen(Event, frozen=True, kw_only=True, omit_defaults=True):
    """A complete export made after changes were given out shows rows without them (D22).

    ``refs`` are bookings, ``course`` the kinds of changes of the course itself.
    """

    refs: tuple[str, ...] = ()
    course: tuple[str, ...] = ()


class ChangesSetAside(Event, frozen=True, kw_only=True, omit_defaults=True):
    """Rows that an export has and that were set aside may be what was given out: nobody can tell whether it was written
    (D17, D22).

    ``refs`` are bookings; it holds for each until a row of it is read, or a complete export has none.
    """

    refs: tuple[str, ...] = ()


class FormerChangesNotSeen(Event, frozen=True, kw_only=True, omit_defaults=True):
    """A complete export made since shows nothing of changes that were given out and are wanted no longer (D30).

    ``refs`` are bookings, ``course`` the kinds of changes of the course itself.
    """

    refs: tuple[str, ...] = ()
    course: tuple[str, ...] = ()
