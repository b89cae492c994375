"""German, in the words of the admin programs and their handbooks."""

from __future__ import annotations

import re

from koop_es.domain import events as e
from koop_es.domain.course import HEADINGS

TIME = "%d.%m.%Y %H:%M"

EVENTS: dict[type[e.Event], str] = {
    e.CourseReleased: "Master-VHS {vhs} hat den Kurs {course_number} ({period}) zum Abo freigegeben",
    e.ReleaseClosed: "die Freigabe wurde für neue Abos geschlossen",
    e.ReleaseWithdrawn: "die Freigabe wurde zurückgezogen; es gab noch kein Abo",
    e.CourseSubscribed: "Abo-VHS {vhs} hat den Kurs unter der Nummer {course_number} ({period}) abonniert",
    e.SubscriptionTerminated: "das Abo der VHS {vhs} wurde vom Betreiber beendet",
    e.TermsConfirmed: "VHS {vhs} hat geänderten Konditionen für das Abo der VHS {subscriber} zugestimmt",
    e.TermsAmended: "beide Seiten haben zugestimmt: für das Abo der VHS {subscriber} gelten neue Konditionen",
    e.CourseRevised: "Master-VHS {vhs} hat den Kurs geändert: {facts}",
    e.CourseReported: "VHS {vhs} zeigt jetzt: {facts}",
    e.CourseDelivered: "der Abo-Kurs ist bei VHS {vhs} angelegt",
    e.CourseRenumbered: (
        "der Kurs hat bei VHS {vhs} jetzt die Nummer {course_number} ({period}); die COOP-Id gilt weiter"
    ),
    e.CourseCancelled: "Ausfall: VHS {vhs} hat den Kurs abgesagt; alle Belegungen bekommen Status S",
    e.CourseVanished: (
        "der Kurs fehlt in einem vollständigen Export der VHS {vhs}; nirgends wird etwas gelöscht oder storniert"
    ),
    e.CourseReappeared: "der Kurs ist bei VHS {vhs} wieder da",
    e.CoopIdDelivered: "die COOP-Id steht bei VHS {vhs} in „Externe Kurs-Nr.“",
    e.CoopIdAltered: (
        "die COOP-Id wurde bei VHS {vhs} verändert: in „Externe Kurs-Nr.“ steht „{found}“; der Kurs ruht dort"
    ),
    e.CoopIdAssigned: "der Kurs wird unter {successor} weitergeführt",
    e.BookingMade: "VHS {vhs} hat die Belegung {ref} mit Status {status.value} eingetragen",
    e.BookingAmended: "VHS {vhs} hat ihre Belegung {ref} geändert: {news}",
    e.BookingPromoted: "die Belegung {ref} ist von der Warteliste auf einen Platz gerückt",
    e.BookingCancelled: "VHS {vhs} hat die Belegung {ref} storniert",
    e.BookingDelivered: "die Belegung {ref} ist bei VHS {vhs} mit Status {status.value} angekommen",
    e.BookingReported: "VHS {vhs} zeigt die Belegung {ref} anders als zuvor, ohne darüber zu entscheiden: {news}",
    e.CancellationDelivered: "der Status S der Belegung {ref} ist bei VHS {vhs} angekommen",
    e.BookingVanished: (
        "die Belegung {ref} fehlt in einem vollständigen Export der VHS {vhs}: ein Verdacht, niemand wird storniert"
    ),
    e.BookingReappeared: "die Belegung {ref} ist bei VHS {vhs} wieder da",
    e.OrphanDetected: "die Belegung {ref} wurde bei VHS {vhs} entfernt: Status S bei allen anderen VHSen",
    e.OrphanWithheld: (
        "die Belegung {ref} fehlt bei VHS {vhs} zusammen mit auffällig vielen anderen: ihr Status S wird "
        "zurückgehalten ({withheld_id})"
    ),
    e.MirrorLost: (
        "die Kopie der Belegung {ref} wurde bei VHS {vhs} entfernt: sie wird neu angelegt, niemand wird storniert"
    ),
    e.BookingReinstated: "VHS {vhs} zeigt die Belegung {ref} wieder, die nur als verwaist storniert war",
    e.ParticipantsMerged: (
        "bei VHS {vhs} wurden Teilnehmer zusammengeführt: die Belegung {ref} läuft unter TNR {participant_no} weiter"
    ),
    e.MergeSuspected: (
        "VHS {vhs} zeigt für die Person der Belegung {ref} eine neue Zeile {booking_id}: erst ein vollständiger "
        "Export klärt, ob zusammengeführt wurde"
    ),
    e.UnknownStatusSeen: "die Belegung {ref} zeigt bei VHS {vhs} den Status „{raw_status}“: sie ruht dort",
    e.ViolationOpened: "Verstoß gemeldet",
    e.ViolationClosed: "{code} bei VHS {vhs} erledigt",
    e.ExportApplied: "Export übernommen: {rows} Zeilen, {events} Ereignisse",
    e.MarketJoined: "VHS {vhs} ist dem Markt beigetreten",
    e.MarketLeft: "VHS {vhs} hat den Markt verlassen",
}
"""Event -> what happened; a violation that opened is said by VIOLATIONS."""

VIOLATIONS: dict[str, str] = {
    "NEVER_FLAG_AFTER_RELEASE": (
        "„NIE bei vhsKOOP“ wurde nach der Freigabe gesetzt. Bitte den Haken herausnehmen; Abos und Belegungen laufen "
        "weiter."
    ),
    "COOP_ID_CHANGED": (
        "In „Externe Kurs-Nr.“ steht {found} statt {expected}. Der Kurs ruht bei dieser VHS, bis die COOP-Id wieder "
        "dasteht; die Änderungsliste trägt sie wieder ein."
    ),
    "COOP_ID_LOST": (
        "„Externe Kurs-Nr.“ ist leer statt {expected}. Der Kurs ruht bei dieser VHS, bis die COOP-Id wieder dasteht; "
        "die Änderungsliste trägt sie wieder ein."
    ),
    "COURSE_VANISHED": (
        "Der Kurs {course} fehlt in einem vollständigen Export, ohne abgesagt zu sein. Andernorts wurde nichts "
        "gelöscht oder storniert. Bitte den Kurs wiederherstellen oder als Ausfall absagen."
    ),
    "COURSE_RENUMBERED": "Die Kursnummer wurde von {expected} in {found} geändert.",
    "RATE_CHANGED": (
        "Der Verrechnungssatz des Masters ist {found} statt {expected} Prozent. Es gelten weiter die angenommenen "
        "Konditionen; bitte den Satz zurückstellen oder beide Seiten neuen Konditionen zustimmen lassen."
    ),
    "MASTER_PRICE_CHANGED": (
        "Die Gebühr des Masters (davon durchlaufende Posten) ist {found} statt {expected}. Es gelten weiter die "
        "angenommenen Konditionen; bitte die Gebühr zurückstellen oder beide Seiten neuen Konditionen zustimmen lassen."
    ),
    "SUBSCRIBER_PRICE_DIFFERS": (
        "Die Gebühr (davon durchlaufende Posten) ist {found} statt der angenommenen {expected}. Die Änderungsliste "
        "stellt sie zurück."
    ),
    "CONTENT_CHANGED_AFTER_RELEASE": (
        "Nach der Freigabe wurden Inhalte geändert: {found}. Bitte die Abo-VHSen informieren."
    ),
    "TYPE_NO_LONGER_SHAREABLE": "Der Kurs ist jetzt {found} und darf so nicht geteilt werden.",
    "SUFFIX_LINES_MISSING": (
        "Im Infotext fehlt {found}. Ein Abo-Kurs muss erkennbar bleiben; bitte die Zeilen wieder anfügen."
    ),
    "INSTRUCTOR_REPLACED": (
        "„{expected}“ steht nicht mehr unter den Dozenten ({found}). Die Änderungsliste fügt den Eintrag wieder hinzu."
    ),
    "MAX_GUARD_OFF": "„Belegen nur bis Maximum“ ist aus. Die Änderungsliste schaltet es wieder ein.",
    "MARKER_MISSING": "Das Kennzeichen 100 fehlt. Die Änderungsliste setzt es wieder.",
    "COUNTED_TWICE": "Der Abo-Kurs würde in der Statistik mitzählen: {found}. Die Änderungsliste stellt das richtig.",
    "BOOKING_REMOVED": (
        "Die Belegung {ref} wurde entfernt statt mit Status S storniert. Soll sie bestehen bleiben, bitte "
        "wiederherstellen: fehlt sie im zweiten vollständigen Export, bekommen die anderen VHSen Status S."
    ),
    "PARTICIPANTS_MERGED": "Teilnehmer der Belegung {ref} wurden zusammengeführt: {found}.",
    "OVERBOOKED": "{found} feste Belegungen für {expected} Plätze; keinen Platz haben: {refs}.",
    "UNKNOWN_STATUS": (
        "Die Belegung {ref} zeigt den unbekannten Status {found}. Sie ruht bei dieser VHS, bis dort A, W oder S steht."
    ),
    "CANCELLED_ONLY_AT_SUBSCRIBER": (
        "Der Abo-Kurs ist als Ausfall gekennzeichnet, der Kurs des Masters nicht. Die Änderungsliste nimmt das "
        "Kennzeichen zurück."
    ),
    "CANCELLED_BOOKING_REACTIVATED": (
        "Die Belegung {ref} ist storniert und zeigt wieder Status {found}. S ist endgültig: eine neue Anmeldung ist "
        "eine neue Belegung. Die Änderungsliste setzt wieder S."
    ),
}
"""Code -> what an operator reads, with the details put in."""

NEVER_THERE = (
    "Die Belegung {ref} steht bei {found}, ihre eigene VHS kennt sie nicht. Wurde sie dort entfernt oder in den falschen "
    "Kurs geschrieben, bitte Status S setzen, wo sie steht; soll sie gelten, trägt die eigene VHS sie ein."
)
"""What BOOKING_REMOVED says where the owner never showed the booking itself."""

_PARTS: dict[str, tuple[tuple[str, str], ...]] = {
    "RATE_CHANGED": ((r"^empty$", "leer"),),
    "CONTENT_CHANGED_AFTER_RELEASE": tuple((rf"\b{name}\b", text) for name, text in HEADINGS.items()),
    "TYPE_NO_LONGER_SHAREABLE": ((r"^BAMF-funded$", "BAMF-gefördert"), (r"^of type (.*)$", r"vom Typ \1")),
    "INSTRUCTOR_REPLACED": ((r"^none$", "keiner eingetragen"),),
    "COUNTED_TWICE": ((r"\bempty\b", "leer"),),
    "PARTICIPANTS_MERGED": (
        (r"^TNR (.*) became (.*); the booking goes on$", r"aus TNR \1 wurde \2; die Belegung läuft weiter"),
        (
            r"^(.*) is a booking of the same person; cancel the one that is too many$",
            r"\1 ist eine Belegung derselben Person; bitte die überzählige stornieren",
        ),
    ),
}
"""Code -> what in its details is English, and how it is said here."""


def details(code: str, detail: dict[str, str]) -> dict[str, str]:
    """Say in German what the details of a violation hold of English; the log keeps them as they were found."""
    result = dict(detail)
    for pattern, text in _PARTS.get(code, ()):
        if "found" in result:
            result["found"] = re.sub(pattern, text, result["found"])
    return result


RULES: dict[str, str] = {
    "2.8": "Ein Verstoß ist erledigt, sobald wieder der richtige Stand gezeigt wird.",
    "R3": "„NIE bei vhsKOOP“ darf nach der Freigabe nicht gesetzt werden; Kurs und Abos laufen weiter.",
    "R9": "Nur Normalkurse und Einzelveranstaltungen dürfen geteilt werden.",
    "R10": "BAMF-geförderte Kurse dürfen nicht geteilt werden.",
    "R14": "Eine Freigabe hat eine COOP-Id, und beim Master steht sie in „Externe Kurs-Nr.“.",
    "R15": "Die COOP-Id darf nicht verändert werden; solange sie es ist, wird der Kurs bei dieser VHS nicht gelesen.",
    "R16": "Der Verrechnungssatz darf sich nach der Freigabe nicht ändern; angenommene Konditionen gelten weiter.",
    "R17": "Die Gebühr darf sich nach der Freigabe nicht ändern; angenommene Konditionen gelten weiter.",
    "R18": "Der Inhalt eines freigegebenen Kurses soll bleiben; Änderungen werden gemeldet.",
    "R19": "Fehlt der Kurs beim Master, wird er deshalb nirgends gelöscht.",
    "R20": "Eine geänderte Kursnummer wird über die COOP-Id nachvollzogen.",
    "R21": "Was der Master am Kurs ändert, geht an alle Abo-Kurse.",
    "R25": "Zum Abo gehört die ausdrückliche Annahme des Verrechnungssatzes.",
    "R28": "Der Abo-Kurs wird mit allen automatischen Einträgen angelegt.",
    "R29": "Titel, Titel Programmheft und Info werden nur beim Anlegen des Abo-Kurses geschrieben.",
    "R33": "Der Abo-Kurs kostet, was beim Abonnieren angenommen wurde.",
    "R34": "Fehlt ein Abo-Kurs, wird deshalb nirgends etwas gelöscht.",
    "R37": "Die drei Angaben im Infotext eines Abo-Kurses bleiben stehen.",
    "R38": "Den Kursort, den eine Abo-VHS selbst eingetragen hat, behält sie, bis der Master ihn ändert.",
    "R39": "Die Master-VHS bleibt unter den Dozenten des Abo-Kurses.",
    "R40": "„Belegen nur bis Maximum“ bleibt eingeschaltet.",
    "R41": "Kennzeichen 100 bleibt stehen, und der Abo-Kurs ist nicht anrechenbar.",
    "R44": "Ein Kurs, der in einem Export fehlt, ist nicht gelöscht; ist er wieder da, geht es weiter.",
    "R47": "Der Ausfall beim Master sagt Kurs und Belegungen überall ab; eine Abo-VHS kann das nicht.",
    "B1": "Jede Belegung gehört genau einer VHS: der, bei der sich die Person angemeldet hat.",
    "B3": "Alle beteiligten VHSen führen jede Belegung, und jede darf sie mit S für alle stornieren.",
    "B6": "Ein unbekannter Statusbuchstabe lässt diese eine Belegung bei dieser VHS ruhen.",
    "B8": "Feste Belegungen aller VHSen zusammen dürfen das Maximum des Masters nicht übersteigen.",
    "B9": "Belegungen werden mit Status S storniert und nie entfernt.",
    "B13": "Teilnehmer in geteilten Kursen dürfen nicht zusammengeführt werden.",
    "B15": "Wurde zusammengeführt, bleibt die Belegung dieselbe und wird nicht storniert.",
    "B19": "Von der Warteliste auf einen Platz rückt eine Belegung nur durch ihre eigene VHS.",
    "T2": "Abo-Kurse sind nicht anrechenbar, in Bayern mit Veranstaltungsart 75 oder 76 und Kooperation 04.",
    "D1": "Eine Belegung, die storniert war, bevor eine VHS sie je hatte, wird dort nicht mehr angelegt.",
    "D2": "Mit orphan_policy=owner_only wird eine entfernte Kopie neu angelegt und niemand storniert.",
    "D3": (
        "Fehlt eine Belegung in einem vollständigen Export, ist das ein Verdacht; fehlt sie so oft, wie eingestellt "
        "ist, gilt sie als verwaist."
    ),
    "D4": "Stornierungen in auffälliger Zahl warten, bis der Betreiber zustimmt.",
    "D5": (
        "S ist endgültig; nur eine als verwaist stornierte Belegung lebt wieder auf, wenn die VHS sie wieder zeigt, bei "
        "der sie fehlte."
    ),
    "D6": (
        "Über den Kurs entscheidet der Master, über Person und A/W die eigene VHS der Belegung, S darf jede setzen; was "
        "andere ändern, wird überschrieben."
    ),
    "D7": "Ein freier Platz geht an die erste Meldung; über dem Maximum haben die zuletzt Angemeldeten keinen Platz.",
    "D9": (
        "Eine Freigabe kann geschlossen oder, solange es kein Abo gibt, zurückgezogen werden; ein Abo endet nur ohne "
        "aktive Belegung."
    ),
    "D11": "Änderungen an Datum, Uhrzeit und Ort gehen an alle und sind sieben Tage vor Beginn dringend.",
    "D12": "Vor der COOP-Id geteilte Kurse haben eine eigene Kennung und können eine echte COOP-Id bekommen.",
    "D13": "Angenommene Konditionen gelten, bis beide Seiten neuen zustimmen.",
}
"""Rule -> what it says, in one sentence."""

SAYS: dict[str, str] = {
    "and": "und",
    "quoted": "„{text}“",
    "master": "Master",
    "subscriber": "Abo-VHS",
    "nobody": "nicht beteiligt",
    "group_export": "Export {export} · VHS {vhs}{role} · gemeldet {at} · übernommen {recorded_at}",
    "group_command": "Befehl der VHS {vhs}{role} · {at} · übernommen {recorded_at}",
    "person": "Personendaten",
    "person_differs": "andere Personendaten als bei der eigenen VHS",
    "booked_at": "gebucht am",
    "survivor": "({survivor} ist eine Belegung derselben Person: das muss jemand entscheiden)",
}
"""Name -> sentence or part of one."""
