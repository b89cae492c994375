"""Events about a VHS as a whole and about markets: what stands in no cooperation's stream."""

from __future__ import annotations

from koop_es.domain.event import Event


class ProgramWentBack(Event, frozen=True, kw_only=True, omit_defaults=True):
    """The admin program of this VHS was put back: nothing that it acknowledged after an export, the ``moment``, stands
    in it any more (D20). ``gone`` counts what is missing or shown as before, ``courses`` are those it is true of, none
    for all.
    """

    moment: str
    gone: int
    courses: tuple[str, ...] = ()


class ExportApplied(Event, frozen=True, kw_only=True, omit_defaults=True):
    """An export of this VHS caused events in other streams; written only then."""

    kind: str
    rows: int
    events: int


class SequenceRestarted(Event, frozen=True, kw_only=True, omit_defaults=True):
    """An operator accepted that the exports of a VHS are counted anew, or that its files have gone back in time (D23).

    ``count`` is the number of the new count and ``last`` the sequence the former one ended with, both None for files
    that nobody counts. What was made before ``since`` stays superseded.
    """

    since: str
    reason: str
    count: int | None = None
    last: int | None = None


class MarketJoined(Event, frozen=True, kw_only=True, omit_defaults=True):
    """A VHS became a member of a mini-market (R31)."""


class MarketLeft(Event, frozen=True, kw_only=True, omit_defaults=True):
    """A VHS left a mini-market; its existing Abos survive."""


class ExportWithdrawn(Event, frozen=True, kw_only=True, omit_defaults=True):
    """An operator took an export back, with the reason; it stands in the stream of its VHS (D32)."""

    export: str
    reason: str
