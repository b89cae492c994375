"""English."""

from __future__ import annotations

from koop_es.domain import events as e
from koop_es.domain import violations

TIME = "%Y-%m-%d %H:%M"

VIOLATIONS = violations.TEXTS
NEVER_THERE = violations.NEVER_THERE


def details(code: str, detail: dict[str, str]) -> dict[str, str]:
    """Leave the details of a violation as they are: they are English."""
    return detail


EVENTS: dict[type[e.Event], str] = {
    e.CourseReleased: "released by Master-VHS {vhs} as course {course_number} ({period})",
    e.ReleaseClosed: "release closed for new Abos",
    e.ReleaseWithdrawn: "release withdrawn; there was no Abo",
    e.CourseSubscribed: "subscribed by Abo-VHS {vhs} as course {course_number} ({period})",
    e.SubscriptionTerminated: "Abo of VHS {vhs} ended by an operator",
    e.TermsConfirmed: "VHS {vhs} confirmed other terms for the Abo of VHS {subscriber}",
    e.TermsAmended: "both sides confirmed: other terms count for the Abo of VHS {subscriber}",
    e.CourseRevised: "Master-VHS {vhs} changed the course: {facts}",
    e.CourseReported: "VHS {vhs} now shows: {facts}",
    e.CourseDelivered: "the Abo-Kurs is there at VHS {vhs}",
    e.CourseRenumbered: "course renumbered at VHS {vhs} to {course_number} ({period}); the COOP-Id still names it",
    e.CourseCancelled: "Ausfall: VHS {vhs} cancelled the course; all bookings become S",
    e.CourseVanished: "course missing from a complete export of VHS {vhs}; nothing is deleted or cancelled",
    e.CourseReappeared: "course is back at VHS {vhs}",
    e.CoopIdDelivered: 'COOP-Id stands in "Externe Kurs-Nr." at VHS {vhs}',
    e.CoopIdAltered: 'COOP-Id was altered at VHS {vhs}: "Externe Kurs-Nr." shows "{found}"; course frozen there',
    e.CoopIdAssigned: "continues as {successor}",
    e.BookingMade: "VHS {vhs} booked {ref} with status {status.value}",
    e.BookingAmended: "VHS {vhs} changed its booking {ref}: {news}",
    e.BookingPromoted: "booking {ref} moved from the waiting list to a seat",
    e.BookingCancelled: "VHS {vhs} cancelled booking {ref}",
    e.BookingDelivered: "booking {ref} has arrived at VHS {vhs} with status {status.value}",
    e.BookingReported: "VHS {vhs} shows booking {ref} otherwise than before, without deciding it: {news}",
    e.CancellationDelivered: "the S of booking {ref} has arrived at VHS {vhs}",
    e.BookingVanished: "booking {ref} is missing from a complete export of VHS {vhs}: a suspicion, nobody is cancelled",
    e.BookingReappeared: "booking {ref} is there again at VHS {vhs}",
    e.OrphanDetected: "booking {ref} was removed at VHS {vhs}: S at all other VHSs",
    e.OrphanWithheld: "booking {ref} is missing at VHS {vhs} among too many: its S waits ({withheld_id})",
    e.MirrorLost: "mirror of booking {ref} was removed at VHS {vhs}: it is delivered again, nobody is cancelled",
    e.BookingReinstated: "VHS {vhs} shows booking {ref} again, which was cancelled only as an orphan",
    e.ParticipantsMerged: "participants merged at VHS {vhs}: booking {ref} goes on under TNR {participant_no}",
    e.MergeSuspected: "VHS {vhs} shows a new row {booking_id} of the person of {ref}: it waits for a complete export",
    e.UnknownStatusSeen: 'booking {ref} shows status "{raw_status}" at VHS {vhs}: frozen there',
    e.ViolationOpened: "violation opened",
    e.ViolationClosed: "{code} closed at VHS {vhs}",
    e.ExportApplied: "export applied: {rows} rows, {events} events",
    e.MarketJoined: "VHS {vhs} joined the market",
    e.MarketLeft: "VHS {vhs} left the market",
}
"""Event -> what happened; a violation that opened is said by VIOLATIONS."""

RULES: dict[str, str] = {
    "2.8": "A violation closes when the proper state is shown again.",
    "R3": '"NIE bei vhsKOOP" must not be set after the release; course and Abos live on.',
    "R9": "Only Normalkurs and Einzelveranstaltung can be shared.",
    "R10": "Courses funded by the BAMF cannot be shared.",
    "R14": 'A release has a COOP-Id, and the Master\'s "Externe Kurs-Nr." holds it.',
    "R15": "A COOP-Id must not be altered; while it is, nothing is read out of the course at that VHS.",
    "R16": "The rate must not change after the release; accepted terms stay.",
    "R17": "The fee must not change after the release; accepted terms stay.",
    "R18": "The content of a released course should stay; what changes is pointed out.",
    "R19": "A Master's course that is gone is never a deletion elsewhere.",
    "R20": "A renumbered course is followed by its COOP-Id.",
    "R21": "What the Master changes in the course flows on to all Abo-Kurse.",
    "R25": "An Abo needs the explicit acceptance of the rate.",
    "R28": "The Abo-Kurs is made with all its automatic entries.",
    "R29": "Title, programme title and info text are written when the Abo-Kurs is made and never again.",
    "R33": "The Abo-Kurs costs what was accepted with the Abo.",
    "R34": "An Abo-Kurs that is gone is never a deletion elsewhere.",
    "R37": "The three labels stay in the info text of an Abo-Kurs.",
    "R38": "The venue an Abo-VHS entered itself stands until the Master changes it.",
    "R39": "The Master stays among the instructors of an Abo-Kurs.",
    "R40": '"Belegen nur bis Maximum" stays on.',
    "R41": "Kennzeichen 100 stays, and the Abo-Kurs does not count.",
    "R44": "A course that leaves an export is not deleted, and one that is back goes on.",
    "R47": "The Master's Ausfall cancels the course and its bookings everywhere; an Abo-VHS cannot cancel it.",
    "B1": "Every booking has exactly one owner, the VHS it was made at.",
    "B3": 'Every participating VHS holds every booking, and each of them may set "S" for all.',
    "B6": "An unknown status letter freezes that one booking at that VHS.",
    "B8": "Confirmed bookings of all VHSs together must not exceed the Master's maximum.",
    "B9": "Bookings are cancelled with S and never removed.",
    "B13": "Participants of shared courses must not be merged.",
    "B15": "A booking whose participant was merged keeps its identity and is not cancelled.",
    "B19": "Only the owner moves its booking from the waiting list to a seat.",
    "T2": "Abo-Kurse are not countable, in Bayern with Veranstaltungsart 75 or 76 and Kooperation 04.",
    "D1": "A booking that was cancelled before a VHS ever held it is not delivered there.",
    "D2": "Under orphan_policy=owner_only a removed mirror is delivered again and nobody is cancelled.",
    "D3": "Missing from one complete export is a suspicion, missing from as many as the settings ask for an orphan.",
    "D4": "Cancellations in masses wait until an operator approves them.",
    "D5": '"S" is final; only a booking cancelled as an orphan lives again, where it was lost and is shown again.',
    "D6": 'The Master decides course facts, the owner person and A/W, anybody "S"; what others change is overwritten.',
    "D7": "A free seat goes to the first accepted claim; beyond the maximum the latest bookings are without a seat.",
    "D9": "A release can be closed, or withdrawn while it has no Abo; an Abo ends only when no live booking is in it.",
    "D11": "Changes of date, time and place are passed on, and are urgent within seven days of the start.",
    "D12": "Courses shared before there were COOP-Ids have an id of their own and can be moved to a real one.",
    "D13": "Accepted terms count until both sides confirm others.",
}
"""Rule -> what it says, in one sentence."""

SAYS: dict[str, str] = {
    "and": "and",
    "quoted": '"{text}"',
    "master": "Master",
    "subscriber": "Abo-VHS",
    "nobody": "not taking part",
    "group_export": "export {export} · VHS {vhs}{role} · reported {at} · recorded {recorded_at}",
    "group_command": "command of VHS {vhs}{role} · {at} · recorded {recorded_at}",
    "person": "person data",
    "person_differs": "person data other than the owner's",
    "booked_at": "booked at",
    "survivor": "({survivor} is a booking of the same person: a human decides)",
}
"""Name -> sentence or part of one."""
