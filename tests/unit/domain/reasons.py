"""What every event has to say about why it happened: its rule, the row it stands on, the event it follows from.

``koop-es why`` shows nothing else, so the world of these tests checks each event against this table.
"""

from __future__ import annotations

from enum import Flag, auto

from koop_es.domain.events import Event, ViolationClosed, ViolationOpened


class Says(Flag):
    """What an event carries besides its rule."""

    RULE = 0
    ROW = auto()
    CAUSE = auto()
    MAYBE = auto()
    """A cause in some of the cases."""
    ANY = auto()
    """A row in some of the cases: where it is gone there is none."""


RULE, ROW, CAUSE, MAYBE = Says.RULE, Says.ROW, Says.CAUSE, Says.ROW | Says.MAYBE
MOVED = {"D12": RULE}
"""The move from the former engine: no export says it, so there is no row."""

REASONS: dict[str, dict[str, Says]] = {
    # courses
    "CourseReleased": {"R14": ROW, **MOVED},
    "CourseRevised": {"R21": ROW, "D11": ROW, "D20": CAUSE, "D31": CAUSE},
    "RevisionWithdrawn": {"D32": CAUSE},
    "CourseReported": {"D6": ROW, "D32": CAUSE},
    "CourseRenumbered": {"R20": ROW},
    "CourseCancelled": {"R47": MAYBE, "D20": CAUSE, "D31": CAUSE, **MOVED},
    "CourseReinstated": {"D24": ROW | CAUSE, "D20": CAUSE, "D32": CAUSE},
    "ReinstatementDelivered": {"D24": ROW},
    "CourseWentBack": {"D20": MAYBE | Says.ANY},
    "CourseRestored": {"D20": CAUSE, "D32": CAUSE},
    "FormerFactsConfirmed": {"D20": CAUSE},
    "BookingWentBack": {"D20": ROW},
    "CourseVanished": {"R19": RULE, "R34": RULE},
    "CourseArchived": {"D17": RULE},
    "CourseReappeared": {"R44": ROW, "D17": ROW},
    "CourseSubscribed": {"R25": RULE, "R28": ROW, **MOVED},
    "CourseDelivered": {"R28": MAYBE, **MOVED},
    "CoopIdDelivered": {"R14": ROW, "R15": ROW, **MOVED},
    "CoopIdAltered": {"R15": ROW},
    "ReleaseClosed": {"D9": RULE, **MOVED},
    "ReleaseWithdrawn": {"D9": RULE, **MOVED},
    "SubscriptionTerminated": {"D9": RULE, **MOVED},
    "CoopIdAssigned": MOVED,
    "CoopIdTaken": MOVED,
    "TermsConfirmed": {"D13": RULE},
    "TermsAmended": {"D13": CAUSE},
    # change lists
    "ChangesGivenOut": {"D21": RULE},
    "ChangesNotSeen": {"D22": RULE},
    "ChangesSetAside": {"D17": RULE},
    "FormerChangesNotSeen": {"D30": RULE},
    "CancellationUnclear": {
        "D21": ROW,
        "D25": ROW,
        "D26": ROW,
        "D18": MAYBE,
        "D20": RULE,
        "D22": RULE,
        "D32": RULE,
        **MOVED,
    },
    "CancellationConfirmed": {"D31": RULE, "D21": RULE, "D25": RULE, "D28": RULE, "B15": RULE, **MOVED},
    "CancellationRejected": {"D31": RULE, "D32": CAUSE, "D21": RULE, "D25": RULE, "B15": RULE, **MOVED},
    # bookings
    "BookingMade": {"B3": ROW, "D25": ROW, **MOVED},
    "BookingDelivered": {"B3": ROW, **MOVED},
    "BookingCancelled": {"B3": MAYBE, "D20": CAUSE, "D31": CAUSE, **MOVED},
    "CancellationDelivered": {
        "B3": ROW | CAUSE,
        "D25": ROW | CAUSE,
        "D26": ROW | CAUSE,
        "D18": ROW | CAUSE,
        "D21": ROW | CAUSE,
        **MOVED,
    },
    "BookingReported": {"B6": ROW, "B13": ROW, "D5": ROW, "D6": ROW, "D18": CAUSE, "D31": CAUSE, "D32": CAUSE},
    "BookingAmended": {"D6": ROW, "D20": CAUSE, "D31": CAUSE, **MOVED},
    "AmendmentWithdrawn": {"D32": CAUSE},
    "CancellationWithdrawn": {"D32": CAUSE},
    "BookingPromoted": {"B19": ROW, "D7": RULE, "D20": CAUSE, **MOVED},
    "BookingReinstated": {"D5": ROW, "D20": CAUSE, "D32": CAUSE, **MOVED},
    "BookingReappeared": {"B11": RULE, "D3": ROW, "D17": ROW},
    "BookingVanished": {"D3": RULE, "D5": CAUSE, "D19": RULE},
    "BookingUnclaimed": {"B9": RULE},
    "BookingArchived": {"D17": RULE},
    "MirrorLost": {
        "B11": CAUSE,
        "D32": CAUSE,
        "D2": CAUSE,
        "D26": CAUSE,
        "D5": CAUSE,
        "D24": CAUSE,
        "D20": CAUSE,
        "D18": CAUSE,
    },
    "BookingQuestioned": {"R20": CAUSE, "D24": CAUSE, "D32": CAUSE, "B11": CAUSE, "D20": MAYBE | Says.ANY},
    "BookingRestored": {"D20": CAUSE, "D32": CAUSE},
    "RemovalConfirmed": {"D20": CAUSE},
    "OrphanDetected": {"D3": CAUSE, "D4": CAUSE, "D20": CAUSE, **MOVED},
    "OrphanWithheld": {"D4": CAUSE},
    "ParticipantsMerged": {"B13": ROW, "B15": ROW},
    "BookingMoved": {"D25": ROW, **MOVED},
    "AbsencesSuspended": {"D17": ROW},
    "AbsencesResumed": {"D17": RULE},
    "MergeSuspected": {"B15": ROW},
    "RegistrationHeld": {"D25": ROW, "D26": ROW},
    "HoldEnded": {"B15": RULE},
    "BookingRekeyed": {"D18": ROW},
    "BelegIdReused": {"D18": ROW | CAUSE},
    "ParticipantReplaced": {"D18": ROW},
    "MirrorUnreferenced": {"D26": ROW},
    "MirrorReferenced": {"D26": ROW},
    "MirrorDoubled": {"D26": ROW},
    "MirrorSingle": {"D26": ROW},
    "UnknownStatusSeen": {"B6": ROW},
    # the guard
    "EffectWithheld": {"D31": ROW, "D20": CAUSE | Says.ANY},
    "EffectDropped": {"D31": ROW | CAUSE, "D20": CAUSE | Says.ANY, "D32": CAUSE},
    "ViolationClosed": {"2.8": CAUSE},
}

BOTH = {"expected", "found"}
VIOLATIONS: dict[tuple[str, str], tuple[str, set[str]]] = {
    ("NEVER_FLAG_AFTER_RELEASE", "R3"): ("critical", set()),
    ("COOP_ID_CHANGED", "R15"): ("critical", BOTH),
    ("COOP_ID_LOST", "R15"): ("critical", BOTH),
    ("COURSE_VANISHED", "R19"): ("critical", {"course"}),
    ("COURSE_VANISHED", "R34"): ("critical", {"course", "abo", "at"}),
    ("COURSE_RENUMBERED", "R20"): ("info critical", BOTH),
    ("RATE_CHANGED", "R16"): ("critical", BOTH),
    ("MASTER_PRICE_CHANGED", "R17"): ("critical", BOTH),
    ("SUBSCRIBER_PRICE_DIFFERS", "R33"): ("critical", BOTH),
    ("CONTENT_CHANGED_AFTER_RELEASE", "R18"): ("warning", {"found"}),
    ("TYPE_NO_LONGER_SHAREABLE", "R9"): ("critical", {"found"}),
    ("TYPE_NO_LONGER_SHAREABLE", "R10"): ("critical", {"found"}),
    ("SUFFIX_LINES_MISSING", "R37"): ("warning", {"found"}),
    ("INSTRUCTOR_REPLACED", "R39"): ("warning", BOTH),
    ("MAX_GUARD_OFF", "R40"): ("warning", set()),
    ("MARKER_MISSING", "R41"): ("warning", set()),
    ("COUNTED_TWICE", "T2"): ("critical", {"found"}),
    ("CANCELLED_ONLY_AT_SUBSCRIBER", "R47"): ("warning", set()),
    ("ABSENCES_SUSPENDED", "D17"): ("warning", {"found", "reason", "refs"}),
    ("BOOKING_REMOVED", "B1"): ("warning", {"found"}),
    ("BOOKING_REMOVED", "B9"): ("warning", set()),
    ("BOOKING_REMOVED", "D24"): ("warning", {"course", "owner"}),
    ("AUSFALL_TAKEN_BACK", "D24"): ("critical", {"found"}),
    ("BOOKINGS_WITHOUT_ABO", "D9"): ("critical", {"found", "refs", "course"}),
    ("PROGRAM_WENT_BACK", "D20"): ("critical", {"found", "refs"}),
    ("PARTICIPANTS_MERGED", "B13"): ("critical", {"found"}),
    ("PARTICIPANTS_MERGED", "B15"): ("critical", {"found", "course", "at"}),
    ("OVERBOOKED", "B8"): ("critical", BOTH | {"refs"}),
    ("UNKNOWN_STATUS", "B6"): ("warning", {"found"}),
    ("BELEG_ID_REUSED", "D18"): ("warning", BOTH),
    ("MIRROR_WITHOUT_REFERENCE", "D26"): ("warning", BOTH | {"refs"}),
    ("MIRROR_DOUBLED", "D26"): ("warning", {"found"}),
    ("MIRROR_SHOWS_ANOTHER", "D18"): ("critical", {"found"}),
    ("REGISTRATION_HELD", "D27"): ("warning", {"found"}),
    ("REGISTRATION_HELD", "D26"): ("warning", {"found"}),
    ("CANCELLED_BOOKING_REACTIVATED", "D5"): ("critical", {"found"}),
    ("CANCELLATION_UNCLEAR", "D21"): ("critical", {"refs", "found"}),
    ("CANCELLATION_UNCLEAR", "D26"): ("critical", {"refs", "found", "exchanged"}),
    ("CANCELLATION_UNCLEAR", "D18"): ("critical", {"refs", "found", "replaced"}),
    ("MOVED_AND_CANCELLED", "D25"): ("critical", BOTH | {"refs", "course", "owner"}),
    ("APPLIED_NOT_SEEN", "D22"): ("warning", {"found"}),
    ("EFFECTS_WITHHELD", "D31"): ("critical", {"found", "refs"}),
    ("LETTERS_CHANGED_TOGETHER", "D31"): ("critical", {"found", "refs"}),
}
"""Code and rule of a violation -> how grave it may be, and which details its text needs."""

OTHERWISE = {
    ("REGISTRATION_HELD", "D26"): ({"found", "refs"}, {"found", "as"}),
    ("CANCELLATION_UNCLEAR", "D26"): ({"refs", "found", "alike"},),
    ("CANCELLATION_UNCLEAR", "D21"): (
        {"refs", "found", "put_back"},
        {"refs", "found", "apart"},
        {"refs", "found", "former"},
        {"refs", "found", "late"},
        {"refs", "found", "written_since"},
        {"refs", "found", "went"},
    ),
    ("CANCELLATION_UNCLEAR", "D18"): ({"refs", "found", "typed_over"}, {"refs", "found", "somebody_else"}),
}
"""The details that other texts of the same code and rule need."""


def check(event: Event, version: int) -> None:
    """Compare what an event says with the table; ``version`` is its own."""
    assert event.cause is None or 0 < event.cause < version, f"{event.type} follows from what comes later"
    if isinstance(event, ViolationOpened | ViolationClosed):
        assert event.cause is not None
        assert event.origin is None or event.origin.line is None, "a violation follows from events, not from a row"
    if isinstance(event, ViolationOpened):
        severities, details = VIOLATIONS[event.code, event.rule]
        assert event.severity in severities.split()
        others = OTHERWISE.get((event.code, event.rule), ())
        assert event.detail.keys() in (details, *others), f"{event.code} says {event.detail}"
        return
    assert event.rule in REASONS[event.type], f"{event.type} is no matter of {event.rule}"
    says = REASONS[event.type][event.rule]
    if Says.MAYBE not in says:
        assert (event.cause is not None) is (Says.CAUSE in says), f"{event.type} by {event.rule}: cause {event.cause}"
    if event.origin is not None and event.origin.vhs == event.vhs and Says.ANY not in says:
        assert (event.origin.line is not None) is (Says.ROW in says), f"{event.type} by {event.rule}: {event.origin}"
        assert (event.origin.file is not None) is (Says.ROW in says)
