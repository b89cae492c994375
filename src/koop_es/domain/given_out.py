"""What a change list told a VHS, as it is remembered until an export shows it (D21, D22)."""

from __future__ import annotations

import msgspec

from koop_es.domain.observation import Status

REFUSED_IN = 3
"""Complete exports without a change that was given out, after which it is said aloud, and given out anew (D22)."""

GIVEN_ANEW = 2
"""How often a change that is not seen is given out anew (D22)."""

LAST_COUNTED = REFUSED_IN * (1 + GIVEN_ANEW) - 1
"""Complete exports without a change that are counted: with one more it would be given out anew once more (D22)."""


class Given(msgspec.Struct, gc=False):
    """One change as it was last given out to a VHS (D21, D22).

    ``change`` is what the change's id ends with, a version or, of the course, one with a digest of what should be
    written; ``version`` is the event that gave it out, ``at`` its time. ``unseen``
    counts the complete exports since that do not show it, ``unseen_in`` names the last of them. Where it is to be given
    out ``anew`` that is the version its id ends with then: an id is carried out once. It is ``seen`` once an export
    has said what the VHS shows of what it is about, be it written or not (D30). It is ``aside`` while the row that may
    be what was written is set aside: nobody can tell whether it was (D17).
    """

    change: int | str
    version: int
    at: str
    unseen: int = 0
    unseen_in: str = ""
    anew: int = 0
    seen: bool = False
    aside: bool = False


class Create(msgspec.Struct, frozen=True, gc=False):
    """A mirror as a VHS was told to make it: it stays so until it is seen, and what has changed follows (D22).

    ``moments`` are those of booking it was given out with, by one of which a row without reference is told (D26).
    """

    change: int
    status: Status
    person_version: int
    moments: tuple[str, ...] = ()
