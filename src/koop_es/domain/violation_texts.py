"""What an operator reads of a violation, by its code and details; the log keeps the details (domain 2.8)."""

from __future__ import annotations

TEXTS: dict[str, str] = {
    "NEVER_FLAG_AFTER_RELEASE": ('"NIE bei vhsKOOP" was set after the release. {remedy}'),
    "COOP_ID_CHANGED": (
        '"Externe Kurs-Nr." shows {found} instead of {expected}. The course is frozen at this VHS until the COOP-'
        "Id is back; the change list restores it."
    ),
    "COOP_ID_LOST": (
        '"Externe Kurs-Nr." is empty instead of {expected}. The course is frozen at this VHS until the COOP-Id is'
        " back; the change list restores it."
    ),
    "COURSE_VANISHED": (
        "The course {course} is missing from a complete export and was not cancelled. Nothing was deleted or "
        "cancelled elsewhere. {remedy}"
    ),
    "COURSE_RENUMBERED": "The course was renumbered from {expected} to {found}. {remedy}",
    "RATE_CHANGED": (
        "The Master's rate is {found} instead of {expected} percent for the Master. Accepted terms stay in force. "
        "{remedy}"
    ),
    "MASTER_PRICE_CHANGED": (
        "The Master's fee (of it pass-through) is {found} instead of {expected}. Accepted terms stay in force. {remedy}"
    ),
    "SUBSCRIBER_PRICE_DIFFERS": (
        "The fee (of it pass-through) is {found} instead of the accepted {expected}. {remedy}"
    ),
    "CONTENT_CHANGED_AFTER_RELEASE": "Content changed after the release: {found}. {remedy}",
    "TYPE_NO_LONGER_SHAREABLE": "The course is now {found}, which cannot be shared. {remedy}",
    "SUFFIX_LINES_MISSING": "The info text lacks {found}. An Abo-Kurs must stay recognisable. {remedy}",
    "INSTRUCTOR_REPLACED": ('"{expected}" is no longer among the instructors ({found}). {remedy}'),
    "MAX_GUARD_OFF": '"Belegen nur bis Maximum" is off. {remedy}',
    "MARKER_MISSING": "Kennzeichen 100 is missing. {remedy}",
    "COUNTED_TWICE": "The Abo-Kurs would be counted in the statistics: {found}. {remedy}",
    "ABSENCES_SUSPENDED": (
        "Since export {found} it cannot be told whether {refs} are still there: {reason}. Nobody is cancelled for "
        "that, and a removal does not count. {remedy}"
    ),
    "BOOKING_REMOVED": ("Booking {ref} was removed instead of cancelled with status S. {remedy}"),
    "PARTICIPANTS_MERGED": "Participants of booking {ref} were merged: {found}. {remedy}",
    "OVERBOOKED": "{found} confirmed bookings for {expected} seats; without a seat: {refs}. {remedy}",
    "UNKNOWN_STATUS": (
        "Booking {ref} shows the unknown status {found}. It is frozen at this VHS until it shows A, W or S."
    ),
    "CANCELLED_ONLY_AT_SUBSCRIBER": ("The Abo-Kurs is marked as cancelled, the Master's course is not. {remedy}"),
    "SEQUENCE_RESTARTED": (
        "An export with sequence {found} came after export {expected} and is younger ({since}): the count seems to "
        "have begun anew, and until that is accepted nothing more is taken in. {remedy}"
    ),
    "COURSE_NEVER_SHOWN": (
        "Others hold Abo-Kurse of this VHS that its complete exports lack: {found}. Nobody passes on who is booked "
        "there. {remedy}"
    ),
    "STORE_PUT_BACK": (
        "The store was put back from a backup of {since}, and this VHS has not exported in full since: what it was "
        "told meanwhile is not known. What operators decided since the backup (withdrawals, confirmations, approvals, "
        "Abos) is gone and must be decided again. Until that export an S that no person signed is asked about, and so "
        "is another letter over an S; no COOP-Id is given out. {remedy}"
    ),
    "LETTERS_CHANGED_TOGETHER": (
        "{found} cancelled bookings show A or W again at once. Nothing is written until it is known whether the "
        "letters "
        "are mapped wrongly, the program was restored, or somebody decided so. {remedy}"
    ),
    "EFFECTS_WITHHELD": (
        "What this VHS shows would do too much to others at once and is held back: {found}. Nobody else was told. "
        "{remedy}"
    ),
    "PROGRAM_WENT_BACK": (
        "The admin program went back to what export {found} showed: all it acknowledged since is gone or as before. "
        "Nothing of that counts. Open: {refs}. {remedy}"
    ),
    "AUSFALL_TAKEN_BACK": (
        "The Ausfall of the Master was taken back: the course lives, and so do the bookings that were cancelled only "
        "by it. Not yet seen live at {found}. {remedy}"
    ),
    "BOOKINGS_WITHOUT_ABO": (
        "What cancelled {refs} was taken back, but the Abo of {found} has ended since: without a contract there they "
        "stay S everywhere. {remedy}"
    ),
    "CANCELLED_BOOKING_REACTIVATED": (
        "Booking {ref} is cancelled and shows {found} again. S is final: a new registration is a new booking. {remedy}"
    ),
    "BELEG_ID_REUSED": (
        "The program gave the Beleg-ID {found} of booking {expected} to another registration, which is {ref} here. "
        "Should {expected} still live, enter it again; else it gets S everywhere at the second complete export "
        "without it, unless BOOKING_REMOVED asks about it: then somebody decides. This ends when {expected} shows S "
        "everywhere."
    ),
    "MIRROR_WITHOUT_REFERENCE": (
        "Mirrors without their Koop-Beleg-ID, or with another's: {refs}; that of {expected} is the row {found}. Enter "
        "the references there; where the program has no such field, nothing is to be done: changes name the Beleg-ID."
    ),
    "MIRROR_DOUBLED": (
        "Booking {ref} stands in the rows {found}: it is one seat. Delete the rows that are too many; S counts only "
        "where all of them show it. Is one of them somebody else's registration, entered in a copy of the row? Then "
        "delete nothing, and empty its Koop-Beleg-ID."
    ),
    "MIRROR_SHOWS_ANOTHER": (
        "The row {found} is the copy of booking {ref}, and somebody else stands in it, under another TNR or with "
        "another moment of booking. Nobody else knows of that person, and nothing is written there: an S for {ref} "
        "would end the wrong booking. Is it a customer of this VHS, or one whom the VHS that booked {ref} lost when it "
        "was put back from a backup, empty the Koop-Beleg-ID of the row: then it is a booking of its own, and the copy "
        "is written again. Is it neither, empty name, phone and mail there."
    ),
    "REGISTRATION_HELD": (
        "The new row {found} may be booking {ref}: it waits, and its seat is unknown to the others. A complete export "
        "tells. Of people of one name, enter in each row the mail or phone that tells them apart."
    ),
    "MOVED_AND_CANCELLED": "{found} set S in booking {ref}; its own VHS did not know, and moved it to "
    "course {expected}, where it is another booking. Is that one cancelled as well? {remedy}",
    "CANCELLATION_UNCLEAR": (
        "Cancelled or not? {refs}: the booking lives again, and its row showed an S that may be ours or a person's. "
        "{found}. {remedy}"
    ),
    "APPLIED_NOT_SEEN": ("Given out and still not written after three complete exports: {found}. {remedy}"),
}
"""Code -> what an operator reads, also of a VHS as a whole, with the details put in; ``{remedy}`` is what to do."""

REMEDIES: dict[str, str] = {
    "NEVER_FLAG_AFTER_RELEASE": "Take the tick out; Abos and bookings go on.",
    "COOP_ID_CHANGED": 'The change list puts {expected} back into "Externe Kurs-Nr."; it may be done by hand as well.',
    "COOP_ID_LOST": 'The change list puts {expected} back into "Externe Kurs-Nr."; it may be done by hand as well.',
    "COURSE_VANISHED": (
        "Restore the course. Only if it does not take place at all, cancel it with Ausfall: that cancels the bookings "
        "of every VHS."
    ),
    "COURSE_RENUMBERED": (
        "Nobody is cancelled by it: who stands under the new number goes on, who was left under the former one is "
        "asked about. If the new number was not meant, give the course its former one."
    ),
    "RATE_CHANGED": "Restore the rate, or let both sides confirm new terms (koop-es amend-terms).",
    "MASTER_PRICE_CHANGED": "Restore the fee, or let both sides confirm new terms (koop-es amend-terms).",
    "SUBSCRIBER_PRICE_DIFFERS": "The change list restores it.",
    "CONTENT_CHANGED_AFTER_RELEASE": "Inform the subscribers.",
    "TYPE_NO_LONGER_SHAREABLE": (
        "Restore the type. If it has to stay, let the Abos end (koop-es terminate-abo), then koop-es withdraw-release; "
        "the Master's own bookings go on."
    ),
    "SUFFIX_LINES_MISSING": "Add the lines again.",
    "INSTRUCTOR_REPLACED": "The change list adds it again.",
    "MAX_GUARD_OFF": "The change list switches it on again.",
    "MARKER_MISSING": "The change list sets it again.",
    "COUNTED_TWICE": "The change list corrects it.",
    "ABSENCES_SUSPENDED": "Put the row right (koop-es quarantine list) and export again.",
    "BOOKING_REMOVED": (
        "Restore it if it should live, an own booking under its Beleg-ID, a copy with its Koop-Beleg-ID: at the second "
        "complete export without it, up to the last day of the course, the other VHSs get S."
    ),
    "PARTICIPANTS_MERGED": "Look whether both records were of one person, and undo the merge if they were not.",
    "OVERBOOKED": "Put those on the waiting list, cancel them with S, or raise TN max at the Master.",
    "UNKNOWN_STATUS": (
        "Set A, W or S in that row; where {found} is a letter of the program, name it under status in the profile."
    ),
    "CANCELLED_ONLY_AT_SUBSCRIBER": "The change list takes the mark back.",
    "LETTERS_CHANGED_TOGETHER": (
        "Look at the status letters of the profile: with the right ones the next export settles it. Where they are "
        "right, koop-es withheld approve {refs} takes the letters for what they are: S is set again where it is final. "
        "If these should live, koop-es withdraw-export takes back the export that cancelled them."
    ),
    "EFFECTS_WITHHELD": (
        "Look whether the export was read with the right profile and is whole: with the former values it settles "
        "itself. "
        "Where it is meant, koop-es withheld approve {refs}."
    ),
    "PROGRAM_WENT_BACK": (
        "The change list writes again what others decided. Of its own bookings, letters and courses somebody decides: "
        "koop-es restore-booking, koop-es restore-course. Was nothing put back, decide none of that: where an old file "
        "came, export again; where an export after {found} was wrong, such as one with wrong letters, koop-es "
        "withdraw-export takes that one back. Who was forgotten cannot be restored."
    ),
    "AUSFALL_TAKEN_BACK": "Tell the participants; the change lists take the Ausfall back.",
    "BOOKINGS_WITHOUT_ABO": (
        "Ask {found}. If these people take part, let it subscribe {course} again: then the bookings live again. If "
        "they do not, koop-es acknowledge says so."
    ),
    "CANCELLED_BOOKING_REACTIVATED": "The change list sets S again.",
    "MOVED_AND_CANCELLED": (
        "Ask who set the S: koop-es confirm-cancellation {course} --booking {refs} --vhs {owner} --reason TEXT cancels "
        "the booking where it is now, with --reject it lives there, unless somebody cancelled it there as well."
    ),
    "CANCELLATION_UNCLEAR": (
        "Ask this VHS: koop-es confirm-cancellation makes it S everywhere, with --reject it stays A or becomes it."
    ),
    "APPLIED_NOT_SEEN": (
        "Look into the connector's log: the row shows something else than the change list expects, it never writes, or "
        "somebody undoes what it wrote. Twice it is given out anew; then somebody has to enter it by hand."
    ),
    "COURSE_NEVER_SHOWN": (
        "Is the COOP-Id wrong in the Abo-Kurs, put it right there, export, and end the wrong one with koop-es "
        "terminate-abo COOP-ID --vhs VHS: nobody is cancelled, all count in the right course. Is the course missing "
        "at the Master, restore it with its COOP-Id. If there is none any more, tell who is booked. It ends with the "
        "next complete export of this VHS."
    ),
    "STORE_PUT_BACK": "Let it export in full once, and ingest that.",
    "SEQUENCE_RESTARTED": (
        "If the program really counts anew (new machine, restored backup): koop-es vhs restart-sequence, then ingest "
        "the export again; if not, have whoever sends old exports stop."
    ),
}
"""Code -> what to do about it; of a code that is not here, what an operator reads says all there is to say (D30)."""

ASKED = (
    "Booking {ref} is missing at its owner, which proves nothing: it went with a course that lives again or a program "
    "that went back, or its row was left under the course's former number or where it had moved from (then move it "
    "over), or an operator took its removal back. It counts until somebody decides: koop-es restore-booking {course} "
    "--booking {ref} --vhs {owner} --reason TEXT writes it again, but not for who was forgotten; with --reject it is "
    "cancelled everywhere."
)
"""What BOOKING_REMOVED says where it is asked whether the booking lives (D20, D24, D32, R20)."""

FORGOTTEN = (
    "Booking {ref} is missing at its owner, which proves nothing. Who booked it was forgotten, so that it cannot be "
    "written again, and it counts until somebody decides: koop-es restore-booking {course} --booking {ref} --vhs "
    "{owner} --reason TEXT --reject cancels it everywhere. Whoever comes all the same is booked anew before that."
)
"""What BOOKING_REMOVED says where it is asked whether a booking lives of whom the name is gone (D20, D15)."""

NEVER_THERE = (
    "Booking {ref} is held at {found} and unknown at its owner. Is it somebody who registered there, in a copy of a "
    "mirror's row? Then set no S, and empty its Koop-Beleg-ID. If it was removed at its owner, or written into the "
    "wrong course, set status S where it is held. If it should live, its owner enters it under the same Beleg-ID; "
    "under another one it is another booking, and this one gets status S where it is held."
)
"""What BOOKING_REMOVED says where the owner never showed the booking itself."""


REASONS: dict[str, str] = {
    "row_unreadable": "a row of this course was set aside that does not say whose it is",
    "course_unreadable": "a row was set aside that says neither whose it is nor of which course",
    "course_unknown": "a row of a course that was never reported was set aside, and does not say whose it is",
}
"""Why absences are suspended, by the code in the log (D17)."""

FORESEEN = (
    "Booking {ref} was removed instead of cancelled with status S, with so many others at once that nobody will be "
    "cancelled for it unasked: a second complete export without them waits for an answer (koop-es withheld list). Look "
    "for a filter, a wrong file or an empty one first, and export again."
)
"""What BOOKING_REMOVED says of a first absence among too many (D19)."""

WITHHELD = (
    "Booking {ref} was removed instead of cancelled with status S, among too many at once. Restore it, an own "
    "booking under its Beleg-ID, a copy with its Koop-Beleg-ID, or let an operator decide: koop-es withheld list."
)
"""What BOOKING_REMOVED says while its cancellation is withheld (D4)."""

REUSED = (
    "The program gave the Beleg-ID {found} of booking {expected} to another registration, which is {ref} here. Whether "
    "{expected} lives is asked by BOOKING_REMOVED: somebody decides there, and nobody enters it by hand. "
    "This ends when its row is back, or shows S everywhere."
)
"""What BELEG_ID_REUSED says while it is asked whether the former booking lives (D18a, D20)."""

REUSED_RESTORED = (
    "The program gave the Beleg-ID {found} of booking {expected} to another registration, which is {ref} here. "
    "{expected} lives: the change list writes it again under another Beleg-ID. Do not enter it by hand as well: it "
    "would be a second seat. This ends when an export shows it."
)
"""What BELEG_ID_REUSED says while the former booking is to be written again: a mirror that went with its program, or
one of which somebody decided that it lives (D18a, D20).
"""

TAKEN_BACK = (
    "Booking {ref} is missing in the last complete export. What was made of that was taken back: it lives, and the "
    "next complete export tells. Where it is missing again, at its owner it is asked about; elsewhere it is written "
    "again."
)
"""What BOOKING_REMOVED says where the export that took it for removed was withdrawn (D32)."""

ORPHAN = (
    "Booking {ref} was removed instead of cancelled with status S; therefore all others have it cancelled. If it "
    "should live, restore the same row, an own booking under its Beleg-ID, a copy with its Koop-Beleg-ID: it lives "
    "again when the next export shows it."
)
"""What BOOKING_REMOVED says once the booking is taken for removed (D3)."""

DOUBLE = (
    "Booking {ref} went up in another row: {found}. Should {ref} be the one: koop-es confirm-cancellation {course} "
    "--booking {ref} --vhs {at} --reason TEXT cancels it everywhere; with --reject both live, and it is written again."
)
"""What PARTICIPANTS_MERGED says where both records were booked (B15)."""

EXCHANGED = (
    "Cancelled or not? {refs}. An S stands in a row that is one booking's by Beleg-ID and TNR and another's by "
    "Koop-Beleg-ID ({exchanged}): two references were exchanged, and nobody can tell whom it means. {found}. Put the "
    "references right, and answer for each of these bookings. {remedy}"
)
"""What CANCELLATION_UNCLEAR says where references were exchanged (D26)."""

ALIKE = (
    "Cancelled or not? {refs}. An S stands in one of several rows that have one moment, and neither a name that was "
    "given out nor a Koop-Beleg-ID ({alike}): nobody can tell whom it means. {found}. If it means another of them, "
    "answer with --reject, and cancel that one where it was booked. {remedy}"
)
"""What CANCELLATION_UNCLEAR says where rows are alike (D26)."""

REPLACED = (
    "Cancelled or not? {refs}. An S was set before this VHS knew that another person takes part now ({replaced}): "
    "nobody can tell whether it means that person or the former one. {found}. If it means the former one, answer with "
    "--reject. {remedy}"
)
"""What CANCELLATION_UNCLEAR says where somebody was replaced (D18c)."""

TYPED_OVER = (
    "Cancelled or not? {refs}. An S stands in a copy in which this VHS entered somebody of its own ({typed_over}): "
    "nobody can tell whom it means. {found}. If it means that customer, answer with --reject, and empty the "
    "Koop-Beleg-ID of the row. {remedy}"
)
"""What CANCELLATION_UNCLEAR says where a mirror was typed over (D18)."""

SOMEBODY_ELSE = (
    "Cancelled or not? {refs}. The S of {somebody_else} stands in a copy that shows somebody else than who booked, in "
    "name, mail, phone and moment: the Beleg-ID in its Koop-Beleg-ID may have been given to another person since. "
    "{found}. If so, answer with --reject. {remedy}"
)
"""What CANCELLATION_UNCLEAR says where the row is somebody else's (D18)."""

PUT_BACK = (
    "Cancelled or not? {refs}. The store was put back from a backup, and the S of {put_back} may be one it had given "
    "out since, such as that of an Ausfall which was taken back: no person signed it. {found}. {remedy}"
)
"""What CANCELLATION_UNCLEAR says after the store was put back (D21)."""

WRITTEN_SINCE = (
    "Cancelled or not? {refs}. The store was put back from a backup, by which {written_since} is cancelled; but the "
    "row of this VHS shows A or W, and no person signed it: that may have been given out since, by a decision that "
    "went with the store, such as an export that was withdrawn. Nothing is written anywhere until then. {found}. If it "
    "was taken back, answer with --reject, or withdraw the export again. {remedy}"
)
"""What CANCELLATION_UNCLEAR says where a letter may have been written since the backup (D21)."""

APART = (
    "Cancelled or not? {refs}. The S of {apart} may have been set after the Abo of this VHS had ended, when its copies "
    "were tidied away: the course was subscribed again since. {found}. {remedy}"
)
"""What CANCELLATION_UNCLEAR says where an Abo begins anew (D8, D21)."""

FORMER = (
    "Cancelled or not? {refs}. The S of {former} is one that the connector wrote before, and over which another letter "
    "was written since: either an old copy of the program was put back or exported, or somebody has cancelled there in "
    "the connector's name, as on the web. {found}. {remedy}"
)
"""What CANCELLATION_UNCLEAR says of an "S" of former times (D20, D21)."""

LATE = (
    "Cancelled or not? {refs}. An S was given out to this VHS for {late} and taken back before an export showed it; "
    "the row shows S only now, and names nobody who set it: either an old change list was carried out, or somebody has "
    "cancelled there. {found}. {remedy}"
)
"""What CANCELLATION_UNCLEAR says of an "S" that was given out and taken back long before (D21)."""

WENT = (
    "Cancelled or not? {refs}. The S of {went} was withheld, and its row showed former values in a program that was "
    "put back, or was gone, before somebody answered. {found}. {remedy}"
)
"""What CANCELLATION_UNCLEAR says of an "S" that waited for an answer and is shown no more (D20, D31)."""

ANONYMOUS = (
    "The rows {found} show no Koop-Beleg-ID, and may be any of the bookings {refs}, whose names this VHS does not get: "
    "they wait, and none of these is given out anew meanwhile. Rows without a name, or with a word that several have "
    "in its place, are the copies where no more of them stand there with that moment and letter than were given out, "
    "and nobody else who may be one. Delete the copies that are too many; or delete all of them: after three complete "
    "exports the bookings are given out anew. Have the connector write the moment of booking as it is given out. A row "
    "that is a registration counts once its mail or phone is entered, or the copies are known."
)
"""What REGISTRATION_HELD says of mirrors at a VHS that gets no names (D26)."""

COPY = (
    "The new row {found} may be the copy of booking {ref} that was given out: it waits, and its seat is unknown to "
    "the others. What tells is the Koop-Beleg-ID of {ref} in the copy, or its moment of booking as given out, with "
    "the time of day; an export without these does not. Of people of one name, enter in each row the mail or phone "
    "that tells them apart. A registration counts once the copy is there. Where the program keeps neither, nothing is "
    "written into that row: whoever cancels {ref} has to tell this VHS."
)
"""What REGISTRATION_HELD says of mirrors that were given out and are not known to be there (D26)."""

SINCE_BACKUP = (
    "The new rows {found} may be copies that were given out after the backup from which the store was put back, of "
    "bookings that their own VHS has not reported since: they wait, their seats are unknown to the others, and nothing "
    "is to be made in this course here meanwhile. A complete export of each VHS of the course tells, and then one of "
    "this VHS; for one that reports no more answer its STORE_PUT_BACK with koop-es acknowledge. A registration that is "
    "edited by a person who is named counts with the next export."
)
"""What REGISTRATION_HELD says of rows that may be mirrors nobody knows of since the store was put back (D26)."""

WAITING = " What should be written there meanwhile is not: {waiting}."
"""What is said further of a row or course that nothing can be written into, where something should be (D30)."""

ABO_VANISHED = (
    "The Abo-Kurs {course} is missing from a complete export. Nothing was deleted or cancelled elsewhere. Restore it "
    "as it was. Only if VHS {at} really ends it: end each of its own bookings with koop-es "
    "confirm-cancellation {abo} --booking REF --vhs {at} --reason TEXT, then koop-es terminate-abo {abo} --vhs {at}; "
    "the bookings of the others go on."
)
"""What COURSE_VANISHED says of an Abo-Kurs: an Ausfall would cancel the bookings of everybody (R34, D28)."""

VARIANTS: dict[str, str] = {
    "abo_vanished": ABO_VANISHED,
    "never_there": NEVER_THERE,
    "asked": ASKED,
    "forgotten": FORGOTTEN,
    "foreseen": FORESEEN,
    "withheld": WITHHELD,
    "orphan": ORPHAN,
    "taken_back": TAKEN_BACK,
    "reused_asked": REUSED,
    "reused_restored": REUSED_RESTORED,
    "double": DOUBLE,
    "exchanged": EXCHANGED,
    "alike": ALIKE,
    "replaced": REPLACED,
    "typed_over": TYPED_OVER,
    "somebody_else": SOMEBODY_ELSE,
    "put_back": PUT_BACK,
    "written_since": WRITTEN_SINCE,
    "apart": APART,
    "former": FORMER,
    "late": LATE,
    "went": WENT,
    "anonymous": ANONYMOUS,
    "copy": COPY,
    "backup": SINCE_BACKUP,
}
"""What one code says in particular cases."""


UNCLEAR = (
    "exchanged", "alike", "typed_over", "replaced", "somebody_else", "put_back", "written_since", "apart", "former",
    "late",
    "went",
)  # fmt: skip
"""Cases of CANCELLATION_UNCLEAR, the one first that says most of what is to be done."""


def variant(code: str, detail: dict[str, str]) -> str | None:
    """Name the case of a code that has a text of its own, None for the usual one."""
    if code == "PARTICIPANTS_MERGED" and "course" in detail:
        return "double"
    if code == "CANCELLATION_UNCLEAR":
        return next((case for case in UNCLEAR if case in detail), None)
    if code == "REGISTRATION_HELD" and "refs" in detail:
        return "anonymous"
    if code == "REGISTRATION_HELD" and "as" in detail:
        return detail["as"]
    if code == "COURSE_VANISHED" and "abo" in detail:
        return "abo_vanished"
    if code == "BELEG_ID_REUSED" and "as" in detail:
        return f"reused_{detail['as']}"
    if code != "BOOKING_REMOVED":
        return None
    asked = next((case for case, name in (("forgotten", "forgotten"), ("asked", "owner")) if name in detail), None)
    return "never_there" if "found" in detail else asked or detail.get("as")


def text(code: str, detail: dict[str, str], ref: str) -> str:
    """Say a violation in words."""
    template = VARIANTS[case] if (case := variant(code, detail)) else TEXTS[code]
    values = {"ref": ref, **detail}
    if code == "ABSENCES_SUSPENDED":
        values["reason"] = REASONS.get(detail.get("reason", ""), "")
    said = template.format_map(values | {"remedy": REMEDIES.get(code, "").format_map(values)})
    return said + (WAITING.format_map(values) if "waiting" in detail else "")
