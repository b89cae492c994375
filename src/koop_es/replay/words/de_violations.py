"""What violations are, in German."""

from __future__ import annotations

VIOLATIONS: dict[str, str] = {
    "NEVER_FLAG_AFTER_RELEASE": ("„NIE bei vhsKOOP“ wurde nach der Freigabe gesetzt. {remedy}"),
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
        "gelöscht oder storniert. {remedy}"
    ),
    "COURSE_RENUMBERED": "Die Kursnummer wurde von {expected} in {found} geändert. {remedy}",
    "RATE_CHANGED": (
        "Der Verrechnungssatz des Masters ist {found} statt {expected} Prozent. Es gelten weiter die angenommenen "
        "Konditionen. {remedy}"
    ),
    "MASTER_PRICE_CHANGED": (
        "Die Gebühr des Masters (davon durchlaufende Posten) ist {found} statt {expected}. Es gelten weiter die "
        "angenommenen Konditionen. {remedy}"
    ),
    "SUBSCRIBER_PRICE_DIFFERS": (
        "Die Gebühr (davon durchlaufende Posten) ist {found} statt der angenommenen {expected}. {remedy}"
    ),
    "CONTENT_CHANGED_AFTER_RELEASE": ("Nach der Freigabe wurden Inhalte geändert: {found}. {remedy}"),
    "TYPE_NO_LONGER_SHAREABLE": "Der Kurs ist jetzt {found} und darf so nicht geteilt werden. {remedy}",
    "SUFFIX_LINES_MISSING": ("Im Infotext fehlt {found}. Ein Abo-Kurs muss erkennbar bleiben. {remedy}"),
    "INSTRUCTOR_REPLACED": ("„{expected}“ steht nicht mehr unter den Dozenten ({found}). {remedy}"),
    "MAX_GUARD_OFF": "„Belegen nur bis Maximum“ ist aus. {remedy}",
    "MARKER_MISSING": "Das Kennzeichen 100 fehlt. {remedy}",
    "COUNTED_TWICE": "Der Abo-Kurs würde in der Statistik mitzählen: {found}. {remedy}",
    "ABSENCES_SUSPENDED": (
        "Seit Export {found} ist nicht zu sagen, ob es {refs} noch gibt: {reason}. Deshalb wird niemand storniert, und "
        "eine Entfernung zählt nicht. {remedy}"
    ),
    "BOOKING_REMOVED": ("Die Belegung {ref} wurde entfernt statt mit Status S storniert. {remedy}"),
    "PARTICIPANTS_MERGED": "Teilnehmer der Belegung {ref} wurden zusammengeführt: {found}. {remedy}",
    "OVERBOOKED": "{found} feste Belegungen für {expected} Plätze; keinen Platz haben: {refs}. {remedy}",
    "UNKNOWN_STATUS": (
        "Die Belegung {ref} zeigt den unbekannten Status {found}. Sie ruht bei dieser VHS, bis dort A, W oder S steht."
    ),
    "CANCELLED_ONLY_AT_SUBSCRIBER": (
        "Der Abo-Kurs ist als Ausfall gekennzeichnet, der Kurs des Masters nicht. {remedy}"
    ),
    "BELEG_ID_REUSED": (
        "Das Programm hat die Beleg-ID {found} der Belegung {expected} an eine andere Anmeldung vergeben, die hier "
        "{ref} heißt. Soll {expected} noch gelten, ist sie neu einzugeben; sonst wird sie beim zweiten vollständigen "
        "Export ohne sie überall storniert, es sei denn, BOOKING_REMOVED fragt nach ihr: dann entscheidet jemand. "
        "Erledigt, sobald {expected} überall S zeigt."
    ),
    "MIRROR_WITHOUT_REFERENCE": (
        "Kopien ohne ihre Koop-Beleg-ID oder mit einer anderen: {refs}; die von {expected} ist die Zeile {found}. Die "
        "Referenzen dort eintragen; hat das Programm kein solches Feld, ist nichts zu tun: Änderungen nennen die "
        "Beleg-ID."
    ),
    "MIRROR_DOUBLED": (
        "Die Belegung {ref} steht in den Zeilen {found}: es ist ein Platz. Die überzähligen Zeilen löschen; S zählt "
        "nur, wenn alle es zeigen."
    ),
    "MIRROR_SHOWS_ANOTHER": (
        "Die Zeile {found} ist die Kopie der Belegung {ref}, und darin steht jemand anderes, unter einer anderen TNR "
        "oder zu einem anderen Zeitpunkt gebucht. Von dieser Person weiß sonst niemand, und es wird nichts dorthin "
        "geschrieben: ein S für {ref} würde die falsche Belegung beenden. Ist es eine Kundin oder ein Kunde dieser "
        "VHS, oder hat die VHS von {ref} sie beim Zurückspielen einer Sicherung verloren, in der Zeile die "
        "Koop-Beleg-ID leeren: dann ist sie eine eigene Belegung, und die Kopie wird neu geschrieben. Sonst dort Name, "
        "Telefon und Mail leeren."
    ),
    "REGISTRATION_HELD": (
        "Die neue Zeile {found} kann die Belegung {ref} sein: sie wartet, und die anderen wissen von ihrem Platz "
        "nichts. Das klärt ein vollständiger Export. Bei Personen eines Namens bitte in jede Zeile Mail oder Telefon "
        "eintragen, die sie unterscheiden."
    ),
    "MOVED_AND_CANCELLED": (
        "{found} hat die Belegung {ref} auf S gesetzt, und ihre eigene VHS, die davon nichts wusste, hat ihre Zeile in "
        "den Kurs {expected} umgebucht, wo sie eine andere Belegung ist. Ist auch diese storniert? {remedy}"
    ),
    "CANCELLATION_UNCLEAR": (
        "Storniert oder nicht? {refs}: die Belegung gilt wieder, und ihre Zeile zeigte ein S, das von uns oder von "
        "jemandem dort sein kann. {found}. {remedy}"
    ),
    "APPLIED_NOT_SEEN": ("Ausgegeben und nach drei vollständigen Exporten noch nicht eingetragen: {found}. {remedy}"),
    "SEQUENCE_RESTARTED": (
        "Ein Export mit der Folgenummer {found} kam nach dem Export {expected} und ist jünger ({since}): die Zählung "
        "scheint neu begonnen zu haben, und bis sie angenommen ist, wird nichts mehr übernommen. {remedy}"
    ),
    "COURSE_NEVER_SHOWN": (
        "Andere führen Abo-Kurse dieser VHS, die in ihren vollständigen Exporten fehlen: {found}. Wer dort gebucht "
        "hat, wird niemandem mitgeteilt. {remedy}"
    ),
    "STORE_PUT_BACK": (
        "Der Speicher wurde aus einer Sicherung von {since} zurückgespielt, und diese VHS hat seither nicht "
        "vollständig exportiert: was ihr inzwischen mitgeteilt wurde, ist nicht bekannt. Was seit der Sicherung "
        "entschieden wurde (Rücknahmen, Bestätigungen, Freigaben, Abos), ist weg und muss neu entschieden werden. Bis "
        "dahin wird nach einem S gefragt, das keine Person gezeichnet hat, ebenso nach einem anderen Buchstaben "
        "über einem S, und keine COOP-Id vergeben. {remedy}"
    ),
    "LETTERS_CHANGED_TOGETHER": (
        "{found} stornierte Belegungen zeigen auf einmal wieder A oder W: Buchstaben falsch zugeordnet, Programm "
        "zurückgespielt, oder so entschieden? Bis das klar ist, wird nichts geschrieben. {remedy}"
    ),
    "EFFECTS_WITHHELD": (
        "Was diese VHS zeigt, träfe auf einmal zu viele andere und wird zurückgehalten: {found}. {remedy}"
    ),
    "PROGRAM_WENT_BACK": (
        "Das Programm wurde auf den Stand des Exports {found} zurückgesetzt: alles seither Bestätigte fehlt oder ist "
        "wie zuvor. Nichts davon zählt. Offen: {refs}. {remedy}"
    ),
    "AUSFALL_TAKEN_BACK": (
        "Der Ausfall des Masters wurde zurückgenommen: der Kurs findet statt, und was nur mit ihm storniert war, gilt "
        "wieder. Noch nicht wieder gezeigt hat den Kurs {found}. {remedy}"
    ),
    "BOOKINGS_WITHOUT_ABO": (
        "Was {refs} stornierte, wurde zurückgenommen, aber das Abo der {found} ist inzwischen beendet: ohne Vertrag "
        "dort bleiben sie überall S. {remedy}"
    ),
    "CANCELLED_BOOKING_REACTIVATED": (
        "Die Belegung {ref} ist storniert und zeigt wieder Status {found}. S ist endgültig: eine neue Anmeldung ist "
        "eine neue Belegung. {remedy}"
    ),
}
"""Code -> what an operator reads, with the details put in."""
