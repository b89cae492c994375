"""What every event has to say about why it happened: its rule, the row it stands on, the event it follows from.

``koop-es why`` shows nothing else, so the world of these tests checks each event against this table.
"""

from __future__ import annotations

from enum import Flag, auto

from koop_es.domain.events import Event


class Says(Flag):
    """What an event carries besides its rule."""

    RULE = 0
    ROW = auto()
    CAUSE = auto()
    MAYBE = auto()
    """A cause in some of the cases."""


RULE, ROW, CAUSE, MAYBE = Says.RULE, Says.ROW, Says.CAUSE, Says.ROW | Says.MAYBE
MOVED = {"D12": RULE}
"""The move from the former engine: no export says it, so there is no row."""

REASONS: dict[str, dict[str, Says]] = {
    # courses
    "CourseReleased": {"R14": ROW, **MOVED},
    "CourseRevised": {"R21": ROW, "D11": ROW},
    "CourseReported": {"D6": ROW},
    "CourseRenumbered": {"R20": ROW},
    "CourseCancelled": {"R47": MAYBE, **MOVED},
    "CourseVanished": {"R19": RULE, "R34": RULE},
    "CourseReappeared": {"R44": ROW},
    "CourseSubscribed": {"R25": RULE, "R28": ROW, **MOVED},
    "CourseDelivered": {"R28": MAYBE, **MOVED},
    "CoopIdDelivered": {"R14": ROW, "R15": ROW, **MOVED},
    "CoopIdAltered": {"R15": ROW},
    "ReleaseClosed": {"D9": RULE, **MOVED},
    "ReleaseWithdrawn": {"D9": RULE, **MOVED},
    "SubscriptionTerminated": {"D9": RULE, **MOVED},
    "TermsConfirmed": {"D13": RULE},
    "TermsAmended": {"D13": CAUSE},
    # bookings
    "BookingMade": {"B3": ROW, **MOVED},
    "BookingDelivered": {"B3": ROW, **MOVED},
    "BookingCancelled": {"B3": MAYBE, **MOVED},
    "CancellationDelivered": {"B3": ROW | CAUSE, **MOVED},
    "BookingReported": {"B6": ROW, "B13": ROW, "D5": ROW, "D6": ROW},
    "BookingAmended": {"D6": ROW, **MOVED},
    "BookingPromoted": {"B19": ROW, "D7": RULE, **MOVED},
    "BookingReinstated": {"D5": ROW, **MOVED},
    "BookingReappeared": {"D3": ROW},
    "BookingVanished": {"D3": RULE, "D5": CAUSE},
    "MirrorLost": {"D2": CAUSE, "D5": CAUSE},
    "OrphanDetected": {"D3": CAUSE, "D4": CAUSE, **MOVED},
    "OrphanWithheld": {"D4": CAUSE},
    "ParticipantsMerged": {"B13": ROW, "B15": ROW},
    "MergeSuspected": {"B15": ROW},
    "UnknownStatusSeen": {"B6": ROW},
}


def check(event: Event, version: int) -> None:
    """Compare what an event says with the table; ``version`` is its own."""
    assert event.cause is None or 0 < event.cause < version, f"{event.type} follows from what comes later"
    if event.type in ("ViolationOpened", "ViolationClosed"):
        assert event.cause is not None
        return
    assert event.rule in REASONS[event.type], f"{event.type} is no matter of {event.rule}"
    says = REASONS[event.type][event.rule]
    if Says.MAYBE not in says:
        assert (event.cause is not None) is (Says.CAUSE in says), f"{event.type} by {event.rule}: cause {event.cause}"
    if event.origin is not None and event.origin.vhs == event.vhs:
        assert (event.origin.line is not None) is (Says.ROW in says), f"{event.type} by {event.rule}: {event.origin}"
        assert (event.origin.file is not None) is (Says.ROW in says)
