"""English."""

from __future__ import annotations

from koop_es.domain import violation_texts as violations
from koop_es.replay.words import en_events

TIME = "%Y-%m-%d %H:%M"

EVENTS = en_events.EVENTS
VIOLATIONS = violations.TEXTS
REMEDIES = violations.REMEDIES
VARIANTS = violations.VARIANTS


def details(code: str, detail: dict[str, str]) -> dict[str, str]:
    """Leave the details of a violation as they are: they are English."""
    return detail


RULES: dict[str, str] = {
    "2.8": "A violation closes when the proper state is shown again.",
    "R3": '"NIE bei vhsKOOP" must not be set after the release; course and Abos live on.',
    "R9": "Only Normalkurs and Einzelveranstaltung can be shared.",
    "R10": "Courses funded by the BAMF cannot be shared.",
    "R14": 'A release has a COOP-Id, and the Master\'s "Externe Kurs-Nr." holds it.',
    "R15": "A COOP-Id must not be altered; while it is, only an S that WS wrote is read out of that course.",
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
    "B11": "Only what a complete export shows nowhere is gone; a mirror in another course only stands wrong.",
    "B13": "Participants of shared courses must not be merged.",
    "B15": "A booking whose participant was merged keeps its identity and is not cancelled.",
    "B19": "Only the owner moves its booking from the waiting list to a seat.",
    "T2": "Abo-Kurse are not countable, in Bayern with Veranstaltungsart 75 or 76 and Kooperation 04.",
    "D1": "A booking that was cancelled before a VHS ever held it is not delivered there.",
    "D2": "Under orphan_policy=owner_only a removed mirror is delivered again and nobody is cancelled.",
    "D17": "A row that was set aside may be one that seems missing; then nobody counts as gone.",
    "D25": "A booking that was moved is cancelled where it left, and another booking where it is.",
    "D3": "Missing from one complete export is a suspicion, missing from as many as the settings ask for an orphan.",
    "D4": "Cancellations in masses wait until an operator approves them.",
    "D21": 'An "S" shown before it was given out is a claim, after that an acknowledgement; what is unclear is asked.',
    "D22": "A change says what the row must show for it to be written, and an id is carried out once.",
    "D28": "The bookings of a course that its owner really deleted are ended by an operator.",
    "D19": "So many absences at once prove nothing; they are said, and wait until an operator approves them.",
    "D32": "An operator takes a wrong export back: what only it did is undone.",
    "D31": "What would do unusually much to others at once waits, however an export says it.",
    "D5": '"S" is final; only a booking cancelled as an orphan lives again, where it was lost and is shown again.',
    "D6": 'The Master decides course facts, the owner person and A/W, anybody "S"; what others change is overwritten.',
    "D7": "A free seat goes to the first accepted claim; beyond the maximum the latest bookings are without a seat.",
    "D9": "A release can be closed, or withdrawn while it has no Abo; an Abo ends only when no live booking is in it.",
    "D11": "Changes of date, time and place are passed on, and are urgent within seven days of the start.",
    "D12": "Courses shared before there were COOP-Ids have an id of their own and can be moved to a real one.",
    "D18": "Rows and known bookings are paired one to one, best witnesses first; another id cancels nobody.",
    "D26": "A row without reference that shows what was given out is that mirror; a mirror is one seat.",
    "D27": "What may be a merge waits for a complete export, whatever is corrected meanwhile.",
    "D23": "An export under a sequence that is not higher counts only after an operator has accepted the new count.",
    "D20": "What went with an admin program that went back is neither a removal nor a decision; somebody decides.",
    "D24": "Until its last day a cancelled course lives again when the Master takes its Ausfall back.",
    "D30": "What somebody answers for stays open and is left out of lists and alarms until it changes.",
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
    "likely_zeros": "; likely cause: leading zeros came or went, as when a file is opened in a spreadsheet",
    "lives_again": "booking {ref} lives again: the export of VHS {vhs} that cancelled it was taken back",
    "booking_named": "booking {ref}",
    "the_course": "the course",
    "survivor": "({survivor} is a booking of the same person: a human decides)",
    "told_creates": "mirrors to make: {refs}",
    "told_cancelled": "S for {refs}",
    "told_confirmed": "A for {refs}",
    "told_waitlisted": "W for {refs}",
    "told_corrected": "person data of {refs}",
    "told_not_seen": "bookings {refs}",
    "course_create": "the Abo-Kurs to make",
    "course_update": "fields of the course",
    "course_cancel": "the Ausfall",
    "course_set_external_number": "the COOP-Id",
    "moved_confirmed": "confirmed: booking {ref}, which VHS {vhs} moved to another course, is cancelled ({reason})",
    "moved_rejected": "rejected: where VHS {vhs} moved booking {ref} to, it is not cancelled ({reason})",
    "withdrawn_s": "the S of VHS {vhs} in booking {ref} is nobody's: its export {reason} was withdrawn",
    "withdrawn_former": "what VHS {vhs} shows of booking {ref} is nobody's: its export {reason} was withdrawn",
    "withdrawn_facts": "what VHS {vhs} shows of the course as before is nobody's: its export {reason} was withdrawn",
    "withheld_went": "VHS {vhs} shows {what} as before, its program was put back: what waited waits on ({withheld_id})",
    "unclear_stamp": "shows S, and the row was edited since its S was acknowledged",
    "unclear_still": "shows S, and still does two complete exports after A was given out",
    "unclear_alone": "shows S, and others whose S was withdrawn with it show their letters again",
    "unclear_again": "shows S, and a complete export after the one that was withdrawn shows it again",
    "unclear_over": "shows S, and showed it again after the withdrawn export, before another letter stood there",
    "unclear_unsigned": "shows S, and its program does not say whether somebody there set it before it was told",
    "unclear_moved": "shows S, and it may be the S that was given out for the course it left",
    "unclear_exchanged": "shows S, and its Koop-Beleg-ID names another booking: two references were exchanged",
    "unclear_alike": "shows S, in one of several rows that nothing tells apart",
    "unclear_named": "shows S, in the row of another booking, whose Koop-Beleg-ID names this one",
    "unclear_replaced": "shows S, which may mean the person in whose place another one takes part",
    "unclear_cannot_compare": "shows S, and its connector cannot compare before it writes",
    "unclear_somebody_else": "shows S, in a row that names another person than the one who booked",
    "unclear_typed_over": "shows S, in a row in which somebody of that VHS was entered",
    "unclear_apart": "shows S, and it may have been set while its VHS had no Abo",
    "held_since_backup": "VHS {vhs} shows a new row {booking_id} that may be a copy of after the backup: it waits",
    "no_more_since_backup": "row {booking_id} of VHS {vhs} is no longer asked about as a copy of after the backup",
    "unclear_put_back": "shows S, which may have been given out before the store was put back",
    "unclear_written_since": "shows another letter than S, which may have been given out before the store was put back",
    "unclear_former": "shows S, which the connector wrote before, and over which another letter was written since",
    "unclear_late": "shows S, which was given out and taken back before an export showed it, and names no editor",
    "unclear_went": "showed S, which was withheld, and shows it no more without anybody's answer",
    "unclear_untold": "shows S, and it was never given out there",
    "empty": "empty",
    "erased": "erased",
    "nothing": "nothing",
    "superseded": "superseded, because it is not newer than the last one taken in",
    "quarantined": "set aside",
    "value": "Booking {ref} at VHS {vhs} should be {wanted}{reason_text} and shows {shown}.",
    "value_none": "VHS {vhs} should not hold booking {ref}{reason_text} and shows {shown}.",
    "value_person": "VHS {vhs} should hold version {wanted} of the person data and shows version {shown}.",
    "value_own": "{field} at VHS {vhs} shows {shown}.",
    "value_field": "{field} at VHS {vhs} should be {wanted} and shows {shown}.",
    "reason_course": "the course was cancelled",
    "reason_participant": "cancelled by a VHS",
    "reason_moved": "moved to another course",
    "reason_orphan": "removed at a VHS",
    "reason_abo": "the Abo of its own VHS has ended",
    "now_shown": "VHS {vhs} shows {status}",
    "now_gone": "VHS {vhs} no longer shows it",
    "now_unknown": 'VHS {vhs} shows the unknown letter "{status}"',
    "now_unread": "VHS {vhs}: nobody can tell, its row is not read now",
    "now_none": "VHS {vhs} has not shown it yet",
    "then_shown": "VHS {vhs} showed {status}",
    "then_gone": "VHS {vhs} no longer showed it",
    "then_unread": "VHS {vhs} was not read",
    "then_unknown": 'VHS {vhs} showed the unknown letter "{status}"',
    "collided": "{text}, while {others}",
    "differs": "{heading}: {shown} instead of {wanted}.",
    "read_as": "{asked} is no reference: the row under that Beleg-ID is, or may be, booking {ref}.",
    "unread": "No event names booking {ref}: its row was set aside and was not read.",
    # what is the matter with a booking
    "c_not_involved": "VHS {vhs} takes no part.",
    "c_agrees": "So it is as it should be.",
    "c_turned_back": (
        "Something else was given out to VHS {vhs} before, and no export since tells whether it was written."
    ),
    "c_course_turned_back": (
        "Something else was given out about course {number} ({period}) at VHS {vhs}; no export since tells."
    ),
    "c_not_yet": "VHS {vhs} has not shown it yet.",
    "c_no_course_yet": "VHS {vhs} has not made the Abo-Kurs yet, and the booking comes after it.",
    "c_not_told": "The S has not arrived at VHS {vhs} yet.",
    "c_reactivated": "VHS {vhs} had shown S before and shows {shown} again; S is final.",
    "c_old_s": "The S at VHS {vhs} is not one that counts: the booking lives.",
    "c_letter_waits": "What VHS {vhs} shows would do too much to others at once: it waits, and nobody else was told.",
    "c_unclear": "Nobody can tell whether the S at VHS {vhs} is a cancellation: it is asked, and the booking lives.",
    "c_letter": "Only the owner, VHS {owner}, decides between A and W, and VHS {vhs} shows another letter.",
    "c_owner_told": "The seat was granted by a claim, and the program of VHS {vhs} does not show it yet.",
    "c_unknown_status": (
        'Nobody knows the letter "{shown}": until the row shows A, W or S nothing is read from it or written into it. '
        "It is there, and nobody is cancelled for it."
    ),
    "c_unknown_at_owner": (
        'Nobody knows the letter "{shown}", the first that VHS {vhs} shows: no other VHS is told of the booking until '
        "the row shows A, W or S."
    ),
    "c_frozen": "The COOP-Id of the course was altered at VHS {vhs}; none of its bookings are read there.",
    "c_course_missing": (
        "The course is missing from the exports of VHS {vhs}; its bookings count as neither there nor gone."
    ),
    "c_archived_with_course": (
        "The course is over and has left the exports of VHS {vhs}; its bookings stay as they are, and are billed."
    ),
    "c_archived": "The course is over, and it has left the exports of VHS {vhs}; it stays as it is, and is billed.",
    "c_absent": (
        "It is missing from complete exports of VHS {vhs}; that is a suspicion so far, and nobody is cancelled."
    ),
    "c_absent_back": (
        "The last complete export of VHS {vhs} lacks it; what was made of that was taken back, and it lives."
    ),
    "c_set_aside": (
        "What VHS {vhs} shows of it now cannot be told: a row that may be its own was set aside. It stays as it was, "
        "and nobody is cancelled for that."
    ),
    "c_suspended": (
        "The last complete export of VHS {vhs} does not show it, and whether it is gone cannot be told; nobody is "
        "cancelled for that."
    ),
    "c_orphan": "VHS {vhs} has lost it: it was missing from as many complete exports as the settings ask for.",
    "c_orphan_decided": "It was missing at VHS {vhs}, and somebody decided that it was really removed.",
    "c_withheld": "It is missing at VHS {vhs} among too many; the cancellation elsewhere waits for an operator.",
    "c_lost": "Its copy is gone from its course at VHS {vhs}; it is delivered again if the booking lives.",
    "c_doubted": (
        "Its copy is missing at VHS {vhs} among so many that the file may have been cut; it is delivered again if the "
        "next complete export lacks it, too."
    ),
    "c_absent_final": "It is cancelled and gone at VHS {vhs}; nothing is left to tell.",
    "c_reused": (
        "Its Beleg-ID is that of another registration at VHS {vhs} now: a complete export has to tell whether it is "
        "gone."
    ),
    "c_double": (
        "VHS {vhs} has merged two records of one person that both were booked; a human decides which one goes."
    ),
    "c_unclaimed": "Its owner, VHS {owner}, has never reported it; it stays as it is shown.",
    "c_never_held": "It was cancelled before VHS {vhs} ever showed it, and is not delivered any more.",
    "c_no_identity": "VHS {vhs} holds the seat without the person.",
    "c_owner_person": "VHS {vhs} is the owner; what it shows counts.",
    "c_person_differs": "VHS {vhs} shows person data that its owner, VHS {owner}, never had.",
    "c_person_old": "VHS {vhs} shows person data as they were before.",
    "c_own": "Every VHS has its own.",
    **{f"suspended_{code}": reason for code, reason in violations.REASONS.items()},
    # what is the matter with a course
    "waiting": violations.WAITING,
    "c_withdrawn": "The release was withdrawn; there is nothing to hold.",
    "c_moved": "The cooperation goes on as {successor}.",
    "c_abo_ended": "The Abo of VHS {vhs} was ended.",
    "c_course_agrees": "Course {number} ({period}) at VHS {vhs} is as it should be.",
    "c_course_differs": "Course {number} ({period}) at VHS {vhs} does not show all that it should.",
    "c_course_frozen": (
        'At VHS {vhs} "Externe Kurs-Nr." holds {found} instead of {coop_id}; the course is frozen there.'
    ),
    "c_course_gone": "Course {number} ({period}) is missing from the exports of VHS {vhs}; that is no deletion.",
    "c_course_archived": "Course {number} ({period}) is over and has left the exports of VHS {vhs}.",
    "c_course_not_made": "VHS {vhs} has subscribed and its export does not show course {number} ({period}) yet.",
    "c_course_never_made": "The course was cancelled before VHS {vhs} made its Abo-Kurs.",
    "reinstated": (
        "an operator took the Ausfall of VHS {vhs} back: the course lives, and so does what nothing else cancelled"
    ),
    "c_course_asked": (
        "What course {number} ({period}) shows at VHS {vhs} is of before its program went back; what is meant is asked."
    ),
    "c_course_waits": (
        "What course {number} ({period}) shows at VHS {vhs} would do too much to others at once: it waits, and nobody "
        "else was told."
    ),
    "c_ausfall_goes": (
        "Course {number} ({period}) still shows at VHS {vhs} the Ausfall that was taken back; the change list takes it "
        "back there as well."
    ),
    "c_ausfall_alone": (
        "Course {number} ({period}) shows Ausfall at VHS {vhs} alone; only the Master, VHS {master}, can cancel it."
    ),
    "c_ausfall_not_told": "The Master cancelled the course, and the Ausfall has not arrived at VHS {vhs} yet.",
    "c_ausfall_taken_back": (
        "The Master cancelled the course and shows it as not cancelled again; after the last day an Ausfall stays."
    ),
    "c_asked": ("It is missing at its owner, VHS {vhs}, which proves nothing; until somebody decides it lives."),
    "c_asked_shown": "The row shows what it did before the program of VHS {vhs} was put back; what is meant is asked.",
    "c_asked_orphan": "It was removed at VHS {vhs} and is back because the program was put back; that is asked.",
    "c_restored": "Somebody decided that it lives; it is written again at VHS {vhs}.",
    "c_told": "So it is as it should be; a field that the export of VHS {vhs} has no column for counts as written.",
    "c_kept": "VHS {vhs} entered it itself; it stands until the Master changes it.",
    "c_one_shot": "It is written when an Abo-Kurs is made and then left to VHS {vhs}.",
    "c_own_field": "Nobody tells VHS {vhs} what to write there.",
    "c_field_differs": "VHS {vhs} does not show that.",
    "c_no_column": "The export of VHS {vhs} has no such column, and nothing has changed there since.",
    "c_master_decides": "VHS {vhs} is the Master and decides it.",
    "c_terms_differ": "The terms that were accepted stay in force whatever the Master's row shows.",
    "c_own_number": "Every VHS numbers its courses itself.",
    # what else could have been
    "o_no_ausfall": "Without the Ausfall it would have status {status}.",
    "o_no_ausfall_s": "Without the Ausfall it would be cancelled all the same.",
    "o_no_s": "Had VHS {vhs} not set S, it would have status {status}.",
    "o_no_s_gone": (
        "Had VHS {vhs} not set S, it would be missing from several complete exports of VHS {vhss} all the same: taken "
        "for removed, or waiting for an answer."
    ),
    "o_no_s_suspected": (
        "Had VHS {vhs} not set S, it would have status {status}, and be missing from a complete export of VHS {vhss}: "
        "a suspicion."
    ),
    "o_several": ("It is cancelled for more than one cause, by VHS {vhss}; without any one of them it would still be."),
    "o_shown_again": "Had export {export} of VHS {vhs} shown it as before, nobody would have been cancelled then.",
    "o_shown_again_but": (
        "Had export {export} of VHS {vhs} shown it as before, it would still be cancelled because of VHS {others}."
    ),
    "o_not_approved": "Without the operator's approval the cancellation would still wait.",
    "o_not_decided": "Without that decision it would live, and still be asked about.",
    "o_owner_only": (
        "Under orphan_policy=owner_only the copy at VHS {vhs} would have been delivered again and nobody cancelled."
    ),
    "o_seats": "With {seats} seats or more it would have one.",
    "o_letter": "With A, W or S at VHS {vhs} the row would be read like any other.",
    "o_kept": "Had VHS {master} changed it later, its value would count.",
    "o_terms": "Had both sides confirmed other terms (koop-es amend-terms), those would count.",
    "o_master_ausfall": "Had VHS {master} set Ausfall, the course would be cancelled everywhere.",
    # what stands open, by the kind of the matter; what to do about it has the same name with n_
    "m_frozen": 'The course is frozen at VHS {vhs}: "Externe Kurs-Nr." does not hold the COOP-Id; no booking is read.',
    "m_missing": "The course is missing from the exports of VHS {vhs}.",
    "m_missing_abo": "The Abo-Kurs is missing from the exports of VHS {vhs}.",
    "m_suspected": (
        "Booking {ref} is missing from complete exports of VHS {vhs}: a suspicion so far, nobody is cancelled yet."
    ),
    "m_suspected_copy": (
        "The copy of booking {ref} is missing from complete exports of VHS {vhs}: a suspicion so far, nobody is "
        "cancelled yet."
    ),
    "m_suspected_many": (
        "Booking {ref} is missing from a complete export of VHS {vhs} with many others: nobody is cancelled, and a "
        "second such export waits for an answer."
    ),
    "m_suspected_back": (
        "The last complete export of VHS {vhs} lacks booking {ref}; what was made of that was taken back, and it lives."
    ),
    "m_suspected_over": (
        "Booking {ref} is missing from complete exports of VHS {vhs}, and the course is over: that cancels nobody any "
        "more."
    ),
    "m_set_aside": (
        "What VHS {vhs} shows of booking {ref} cannot be told: a row that may be its own was set aside ({row}, since "
        "{since})."
    ),
    "m_set_aside_course": (
        "Of the rows of this course at VHS {vhs}, {count} are set aside, the first one {row} since {since}: nothing of "
        "them counts."
    ),
    "m_suspended": (
        "Whether VHS {vhs} still holds booking {ref} cannot be told since export {export}: a row was set aside that "
        "may be its own."
    ),
    "m_withheld": "Booking {ref} is missing at VHS {vhs} among too many: its cancellation waits ({id}).",
    "m_withheld_effect": "What VHS {vhs} shows there would do too much to others at once and waits ({id}).",
    "m_turned_back": (
        "Something else was given out about {ref} to VHS {vhs}; no export since tells whether it was written."
    ),
    "m_turned_back_course": (
        "Something else was given out of the course to VHS {vhs}; no export since tells whether it was written."
    ),
    "m_withheld_letter": (
        "VHS {vhs} shows booking {ref} as live again together with others that had shown S: nothing is written until "
        "it is answered why ({id})."
    ),
    "m_asked": "Booking {ref} is missing at its owner, VHS {vhs}; that proves nothing, and it lives until you decide.",
    "m_asked_shown": "The row of booking {ref} shows what it did before the program of VHS {vhs} was put back.",
    "m_asked_orphan": "Booking {ref} was removed at VHS {vhs} and is back because its program was put back.",
    "m_asked_course": "The program of VHS {vhs} was put back and shows former values: {fields}.",
    "m_double": "VHS {vhs} has merged two records of one person that both were booked: {ref} and {survivor}.",
    "m_unreadable": "Booking {ref} shows the unknown status {found} at VHS {vhs}: the row is not read.",
    # what to do
    "n_nothing": "There is nothing to do.",
    "n_pending": (
        "The change list of VHS {vhs} has {kind}; when its connector has written it, its next export says so."
    ),
    "n_remedy": "{code} at VHS {vhs}: {remedy}",
    "n_further": "Also open in this cooperation: {matters}; koop-es why {coop_id} --vhs V or --booking REF tells more.",
    "and_more": "{count} more",
    "n_rekeyed": "VHS {vhs} keeps it under Beleg-ID {booking_id} now; changes name that.",
    "n_reused": "Its Beleg-ID {booking_id} at VHS {vhs} is that of another registration now, {by}.",
    "n_former": "It has the Beleg-ID {booking_id} at VHS {vhs} that {former} had before.",
    "n_unreferenced": "Its row {booking_id} at VHS {vhs} lacks the Koop-Beleg-ID.",
    "n_elsewhere": "It is also to be written at VHS {vhss}.",
    "n_final": "Set S again at VHS {vhs}; whoever wants to come is booked anew.",
    "n_unreadable": (
        "Set A, W or S in the row at VHS {vhs}; where {found} is a letter of its program, name it under status in the "
        "profile and export again."
    ),
    "n_frozen": 'Put the COOP-Id back into "Externe Kurs-Nr." at VHS {vhs}.',
    "n_missing": (
        "Restore the course at VHS {vhs}. Only if it does not take place at all, cancel it there with Ausfall: that "
        "cancels the bookings of every VHS."
    ),
    "n_missing_abo": (
        "Restore the Abo-Kurs at VHS {vhs} as it was. Only if VHS {vhs} really ends it: end each of its own "
        "bookings with koop-es confirm-cancellation {coop_id} --booking REF --vhs {vhs} --reason TEXT, then koop-es "
        "terminate-abo {coop_id} --vhs {vhs}; the bookings of the others go on."
    ),
    "n_owner_books": (
        "VHS {owner} enters it under the same Beleg-ID; otherwise status S is set where it is held, also where VHS "
        "{owner} books it under another one."
    ),
    "n_set_aside": (
        "A row of VHS {vhs} that may be booking {ref} was set aside ({row}, since {since}): {reason}. What to do: "
        "{remedy}; koop-es quarantine show {id}."
    ),
    "n_set_aside_course": (
        "Rows of this course are set aside at VHS {vhs} ({count}, the first one {row}, since {since}): {reason}. What "
        "to do: {remedy}; koop-es quarantine list, koop-es quarantine show {id}."
    ),
    "n_suspended": (
        "Put right the rows that were set aside at VHS {vhs} (koop-es quarantine list) and export again; until then "
        "the booking counts as neither there nor gone."
    ),
    "n_suspected": (
        "Restore the booking at VHS {vhs}, or set S there: at its next complete export without it, up to the last day "
        "of the course, all others get S."
    ),
    "n_suspected_copy": (
        "Restore the copy at VHS {vhs} with its Koop-Beleg-ID: at its next complete export without it, up to the last "
        "day of the course, all others get S, unless orphan_policy is owner_only."
    ),
    "n_suspected_many": (
        "Look whether the export of VHS {vhs} was filtered, cut off or the wrong one, and export again. If its next "
        "complete export lacks them as well, nobody gets S before somebody answers: koop-es withheld list."
    ),
    "n_suspected_back": (
        "The next complete export of VHS {vhs} tells: where it lacks the booking again, its owner is asked about it, "
        "and anybody else gets it written again."
    ),
    "n_suspected_over": (
        "It stays and is billed. Should it not have been, set S where it still stands; else answer for it: koop-es "
        "acknowledge {coop_id} BOOKING_REMOVED --vhs {vhs} --booking {ref} --reason TEXT."
    ),
    "n_restore_orphan": (
        "If it should live, restore the same booking where it was removed, at VHS {vhss}, an own one under its "
        "Beleg-ID, a copy with its Koop-Beleg-ID; it lives again when the next export shows it."
    ),
    "n_asked": (
        "Decide: koop-es restore-booking {coop_id} --booking {ref} --vhs {vhs} --reason TEXT writes it again, but "
        "not for who was forgotten; with --reject it was really removed, and all others get S."
    ),
    "n_asked_shown": (
        "Decide: koop-es restore-booking {coop_id} --booking {ref} --vhs {vhs} --reason TEXT writes what stood there "
        "since, but not for who was forgotten; with --reject what is shown is meant. Was nothing put back, and an "
        "export in between wrong: koop-es withdraw-export takes that one back."
    ),
    "n_asked_orphan": (
        "Decide: koop-es restore-booking {coop_id} --booking {ref} --vhs {vhs} --reason TEXT lets it live again; with "
        "--reject it stays cancelled and gets S there."
    ),
    "n_asked_course": (
        "Decide: koop-es restore-course {coop_id} --vhs {vhs} --reason TEXT writes what stood there since; with "
        "--reject the former values go to all. Was nothing put back, and an export in between wrong: koop-es "
        "withdraw-export takes that one back."
    ),
    "n_without_abo": (
        "The Abo of VHS {owner} has ended: it stays S. If it should live, that VHS subscribes {coop_id} again."
    ),
    "n_new_booking": "S is final; whoever wants to come is booked anew.",
    "n_withheld": (
        "An operator decides: koop-es withheld list, koop-es withheld approve {id}; or VHS {vhs} restores the booking, "
        "an own one under its Beleg-ID, a copy with its Koop-Beleg-ID."
    ),
    "n_withheld_effect": (
        "If it is meant, VHS {vhs} or an operator confirms it: koop-es withheld approve {id}. If not, it goes away "
        "with the next export that shows the former values, or with koop-es withdraw-export; a single S is answered "
        "by koop-es confirm-cancellation as well, with --reject or without."
    ),
    "n_turned_back": "Wait for the next complete export of VHS {vhs}: it tells whether {ref} is to be put right.",
    "n_turned_back_course": (
        "Wait for the next complete export of VHS {vhs}: it tells whether the course is to be put right."
    ),
    "n_withheld_letter": (
        "Look at the status letters of the profile: with the right ones the next export settles it. If it stays "
        "cancelled, koop-es withheld approve {id} sets S again; if it should live, koop-es withdraw-export takes back "
        "the export that cancelled it (koop-es history {coop_id} names it)."
    ),
    "n_double": (
        "Decide at VHS {vhs} whether {ref} goes: koop-es confirm-cancellation; --reject writes it again beside "
        "{survivor}."
    ),
    "n_claim": (
        "A seat is free ({taken} of {seats}): VHS {owner} may claim it, koop-es claim-seat {coop_id} --vhs "
        "{owner} --booking {ref}."
    ),
    "n_full": "No seat is free ({taken} of {seats}); the first claim gets the next one.",
    "n_beyond": (
        "It is number {place} of {seats} seats, in the order booked at, owner, booking: VHS {owner} puts it on "
        "the waiting list or cancels it, or VHS {master} raises TN max."
    ),
    "n_held": (
        "Export {export} of VHS {vhs} showed a new row {booking_id} of the same person; a complete export tells "
        "whether the two were merged."
    ),
    "n_moved": "Ask about {successor}.",
    "n_quarantine": (
        "A row that seems to be about it was set aside at VHS {vhs} ({row}){reason}; koop-es quarantine show {id}."
    ),
    "n_no_export": "No export of VHS {vhs} has been taken in yet.",
    "n_stale": "The newest export of VHS {vhs} that was taken in, {export} of {at}{age}, is older than that.",
    "n_superseded": (
        "Since {since} VHS {vhs} handed over only exports that are not newer ({count}, the last one {export} on {at}): "
        "its connector is to write a new one with the next sequence number."
    ),
    "n_not_taken_in": (
        "After {since} export {export} of VHS {vhs} came on {at} and was {status}: koop-es quarantine list --all "
        "says why."
    ),
    "age_days": ", {count} days old",
    "age_hours": ", {count} hours old",
    "age_minutes": ", {count} minutes old",
    # headings of the answer
    "h_seen": "Shown by",
    "h_collided": "What collided",
    "h_rules": "What decided",
    "h_otherwise": "What else could have been",
    "h_violations": "Open violations",
    "h_now": "What to do",
    "h_chain": "How it came about, newest first",
    "h_persons": "Participant",
}
"""Name -> sentence or part of one."""
