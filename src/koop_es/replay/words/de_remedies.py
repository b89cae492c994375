"""What to do about violations, and what one code says in particular cases, in German."""

from __future__ import annotations

REMEDIES: dict[str, str] = {
    "NEVER_FLAG_AFTER_RELEASE": "Bitte den Haken herausnehmen; Abos und Belegungen laufen weiter.",
    "COOP_ID_CHANGED": (
        "Die Änderungsliste trägt {expected} wieder in „Externe Kurs-Nr.“ ein; auch von Hand ist es möglich."
    ),
    "COOP_ID_LOST": (
        "Die Änderungsliste trägt {expected} wieder in „Externe Kurs-Nr.“ ein; auch von Hand ist es möglich."
    ),
    "COURSE_VANISHED": (
        "Bitte den Kurs wiederherstellen. Nur wenn er gar nicht stattfindet, als Ausfall absagen: das storniert die "
        "Belegungen aller VHS."
    ),
    "COURSE_RENUMBERED": (
        "Storniert wird dadurch niemand: wer unter der neuen Nummer steht, läuft weiter, nach wem unter der früheren "
        "zurückblieb, wird gefragt. War die neue Nummer nicht gemeint, bekommt der Kurs bitte seine frühere zurück."
    ),
    "RATE_CHANGED": (
        "Bitte den Satz zurückstellen oder beide Seiten neuen Konditionen zustimmen lassen (koop-es amend-terms)."
    ),
    "MASTER_PRICE_CHANGED": (
        "Bitte die Gebühr zurückstellen oder beide Seiten neuen Konditionen zustimmen lassen (koop-es amend-terms)."
    ),
    "SUBSCRIBER_PRICE_DIFFERS": "Die Änderungsliste stellt sie zurück.",
    "CONTENT_CHANGED_AFTER_RELEASE": "Bitte die Abo-VHSen informieren.",
    "TYPE_NO_LONGER_SHAREABLE": (
        "Bitte die Kursart zurückstellen. Muss sie so bleiben, die Abos beenden (koop-es terminate-abo), dann koop-es "
        "withdraw-release; die eigenen Belegungen des Masters laufen weiter."
    ),
    "SUFFIX_LINES_MISSING": "Bitte die Zeilen wieder anfügen.",
    "INSTRUCTOR_REPLACED": "Die Änderungsliste fügt den Eintrag wieder hinzu.",
    "MAX_GUARD_OFF": "Die Änderungsliste schaltet es wieder ein.",
    "MARKER_MISSING": "Die Änderungsliste setzt es wieder.",
    "COUNTED_TWICE": "Die Änderungsliste stellt das richtig.",
    "ABSENCES_SUSPENDED": "Bitte die Zeile berichtigen (koop-es quarantine list) und neu exportieren.",
    "BOOKING_REMOVED": (
        "Soll sie bestehen bleiben, bitte wiederherstellen, eine eigene Belegung unter ihrer Beleg-ID, eine Kopie mit "
        "ihrer Koop-Beleg-ID: fehlt sie bis zum letzten Kurstag in einem zweiten vollständigen Export, bekommen die "
        "anderen VHSen Status S."
    ),
    "PARTICIPANTS_MERGED": (
        "Bitte prüfen, ob beide Datensätze dieselbe Person waren, und sonst die Zusammenführung rückgängig machen."
    ),
    "OVERBOOKED": (
        "Diese bitte auf die Warteliste setzen oder mit Status S stornieren, oder beim Master TN max erhöhen."
    ),
    "UNKNOWN_STATUS": (
        "Bitte in dieser Zeile A, W oder S setzen; ist {found} ein Buchstabe des Programms, gehört er unter status ins "
        "Profil."
    ),
    "CANCELLED_ONLY_AT_SUBSCRIBER": "Die Änderungsliste nimmt das Kennzeichen zurück.",
    "MOVED_AND_CANCELLED": (
        "Bitte fragen, wer das S gesetzt hat: koop-es confirm-cancellation {course} --booking {refs} --vhs {owner} "
        "--reason TEXT storniert die Belegung, wo sie jetzt ist, mit --reject gilt sie dort."
    ),
    "CANCELLATION_UNCLEAR": (
        "Bitte bei dieser VHS nachfragen: koop-es confirm-cancellation macht daraus überall S, mit --reject gilt A."
    ),
    "APPLIED_NOT_SEEN": (
        "Bitte ins Protokoll des Konnektors sehen: die Zeile zeigt anderes, als die Änderungsliste erwartet, er "
        "schreibt nicht, oder jemand nimmt zurück, was er geschrieben hat. Zweimal wird es neu ausgegeben; dann muss "
        "es jemand von Hand eintragen."
    ),
    "LETTERS_CHANGED_TOGETHER": (
        "Bitte die Status-Buchstaben des Profils prüfen: mit den richtigen erledigt es der nächste Export. Stimmen "
        "sie, setzt koop-es withheld approve {refs} wieder S, wo es endgültig ist. Sollen sie gelten, nimmt koop-es "
        "withdraw-export den Export zurück, der sie storniert hat."
    ),
    "EFFECTS_WITHHELD": (
        "Bitte prüfen, ob der Export mit dem richtigen Profil gelesen wurde und vollständig ist: zeigt er die früheren "
        "Werte, erledigt es sich. Ist es gewollt: koop-es withheld approve {refs}."
    ),
    "PROGRAM_WENT_BACK": (
        "Was andere entschieden haben, schreibt die Änderungsliste neu. Über eigene Belegungen, Buchstaben und Kurse "
        "entscheidet jemand: koop-es restore-booking, koop-es restore-course. Wurde nichts zurückgesetzt, dann nichts "
        "davon: kam eine alte Datei, bitte neu exportieren; war ein Export nach {found} falsch, etwa mit falschen "
        "Buchstaben, nimmt koop-es withdraw-export ihn zurück. Wer vergessen wurde, kommt nicht zurück."
    ),
    "AUSFALL_TAKEN_BACK": "Bitte die Teilnehmer informieren; die Änderungslisten nehmen den Ausfall zurück.",
    "BOOKINGS_WITHOUT_ABO": (
        "Bitte bei {found} nachfragen. Nehmen diese Personen teil, abonniert sie {course} wieder: dann leben sie auf. "
        "Sonst genügt es, dies zu quittieren (koop-es acknowledge)."
    ),
    "CANCELLED_BOOKING_REACTIVATED": "Die Änderungsliste setzt wieder S.",
    "COURSE_NEVER_SHOWN": (
        "Ist die COOP-Id im Abo-Kurs falsch, sie dort richtigstellen, exportieren und die falsche mit koop-es "
        "terminate-abo COOP-ID --vhs VHS beenden: niemand wird storniert, die Belegungen zählen im richtigen Kurs. "
        "Fehlt der Kurs beim Master, ihn mit seiner COOP-Id wiederherstellen. Gibt es ihn nicht mehr, die Gebuchten "
        "informieren. Mit dem nächsten vollständigen Export dieser VHS endet es."
    ),
    "STORE_PUT_BACK": "Bitte einmal vollständig exportieren und das einlesen.",
    "SEQUENCE_RESTARTED": (
        "Zählt das Programm wirklich neu (neuer Rechner, zurückgespielte Sicherung): koop-es vhs restart-sequence, "
        "dann den Export noch einmal einlesen; sonst bitte abstellen, was alte Exporte schickt."
    ),
}
"""Code -> what to do about it; of a code that is not here, VIOLATIONS says all there is to say (D30)."""

_DOUBLE = (
    "Die Belegung {ref} ging in einer anderen Zeile auf: {found}. Soll es {ref} sein: koop-es confirm-cancellation "
    "{course} --booking {ref} --vhs {at} --reason TEXT storniert sie überall; mit --reject gelten beide, und sie wird "
    "wieder eingetragen."
)
_ABO_VANISHED = (
    "Der Abo-Kurs {course} fehlt in einem vollständigen Export. Anderswo wurde nichts gelöscht oder storniert. Bitte "
    "ihn wiederherstellen, wie er war. Nur wenn VHS {at} ihn wirklich beendet: jede ihrer "
    "eigenen Belegungen mit koop-es confirm-cancellation {abo} --booking REF --vhs {at} --reason TEXT beenden, dann "
    "koop-es terminate-abo {abo} --vhs {at}; die Belegungen der anderen laufen weiter."
)
"""What COURSE_VANISHED says of an Abo-Kurs."""

_FORGOTTEN = (
    "Die Belegung {ref} fehlt bei ihrer eigenen VHS, und das beweist nichts. Wer sie gebucht hat, wurde vergessen, "
    "darum kann sie nicht wieder geschrieben werden; sie gilt, bis jemand entscheidet: koop-es restore-booking "
    "{course} --booking {ref} --vhs {owner} --reason TEXT --reject storniert sie überall. Wer doch kommt, wird vorher "
    "neu angemeldet."
)
"""What BOOKING_REMOVED says where it is asked whether a booking lives of whom the name is gone (D20, D15)."""

_NEVER_THERE = (
    "Die Belegung {ref} steht bei {found}, ihre eigene VHS kennt sie nicht. Hat sich dort jemand in der Kopie einer "
    "solchen Zeile angemeldet, bitte kein S setzen, sondern die Koop-Beleg-ID leeren. Wurde sie bei ihrer eigenen VHS "
    "entfernt oder in den falschen Kurs geschrieben, bitte Status S setzen, wo sie steht. Soll sie gelten, trägt die "
    "eigene VHS sie unter derselben Beleg-ID ein; unter einer anderen ist sie eine andere, und diese bekommt Status S, "
    "wo sie steht."
)
"""What BOOKING_REMOVED says where the owner never showed the booking itself."""

_ASKED = (
    "Die Belegung {ref} fehlt bei ihrer eigenen VHS, und das beweist nichts: sie ging mit einem Kurs, der wieder "
    "stattfindet, oder mit einem zurückgesetzten Programm, oder ihre Zeile steht unter der früheren Nummer des Kurses "
    "oder im Kurs, aus dem sie umgebucht war (dann bitte nachholen), oder ein Betreiber hat die Löschung "
    "zurückgenommen. Sie gilt, bis jemand entscheidet: koop-es restore-booking {course} --booking {ref} --vhs {owner} "
    "--reason TEXT schreibt sie wieder, aber nicht für Vergessene; "
    "mit --reject wird sie überall storniert."
)
"""What BOOKING_REMOVED says where it is asked whether the booking lives (D20, D24)."""

_REUSED = (
    "Das Programm hat die Beleg-ID {found} der Belegung {expected} neu vergeben; die neue Anmeldung heißt hier {ref}. "
    "Ob {expected} noch gilt, fragt BOOKING_REMOVED: dort entscheidet jemand, und niemand trägt sie von Hand ein. Das "
    "endet, wenn ihre Zeile wieder da ist oder überall S zeigt."
)
"""What BELEG_ID_REUSED says while it is asked whether the former booking lives."""

_REUSED_RESTORED = (
    "Das Programm hat die Beleg-ID {found} der Belegung {expected} neu vergeben; die neue Anmeldung heißt hier {ref}. "
    "{expected} gilt: die Änderungsliste schreibt sie unter einer anderen Beleg-ID. Bitte nicht auch von Hand "
    "eintragen: das wäre ein zweiter Platz. Das endet, wenn ein Export sie zeigt."
)
"""What BELEG_ID_REUSED says while the former booking is to be written again."""

_TAKEN_BACK = (
    "Die Belegung {ref} fehlt im letzten vollständigen Export. Was daraus folgte, ist zurückgenommen: sie gilt, und "
    "der nächste vollständige Export zeigt es. Fehlt sie wieder, wird bei ihrer eigenen VHS nachgefragt; anderswo wird "
    "sie wieder geschrieben."
)
"""What BOOKING_REMOVED says where the export that took it for removed was withdrawn (D32)."""

_FORESEEN = (
    "Die Belegung {ref} wurde entfernt statt mit Status S storniert, mit so vielen anderen auf einmal, dass ungefragt "
    "niemand storniert wird: Ein zweiter vollständiger Export ohne sie wartet auf eine Antwort (koop-es withheld "
    "list). Bitte zuerst nach einem Filter, einer falschen oder leeren Datei sehen und neu exportieren."
)
"""What BOOKING_REMOVED says of a first absence among too many."""

_WITHHELD = (
    "Die Belegung {ref} wurde zusammen mit auffällig vielen entfernt statt mit Status S storniert. Bitte "
    "wiederherstellen, eine eigene unter ihrer Beleg-ID, eine Kopie mit ihrer Koop-Beleg-ID, oder der Betreiber "
    "entscheidet: koop-es withheld list."
)

_EXCHANGED = (
    "Storniert oder nicht? {refs}. Ein S steht in einer Zeile, die nach Beleg-ID und TNR die einer Belegung ist und "
    "nach der Koop-Beleg-ID die einer anderen ({exchanged}): zwei Referenzen wurden vertauscht, und niemand weiß, wen "
    "es meint. {found}. Bitte die Referenzen berichtigen und für jede dieser Belegungen antworten. {remedy}"
)
"""What CANCELLATION_UNCLEAR says where references were exchanged (D26)."""

_ALIKE = (
    "Storniert oder nicht? {refs}. Ein S steht in einer von mehreren Zeilen mit einem Zeitpunkt, ohne ausgegebenen "
    "Namen und ohne Koop-Beleg-ID ({alike}): niemand weiß, wen es meint. {found}. Meint es eine andere davon, bitte "
    "mit --reject antworten und diese stornieren, wo sie gebucht ist. {remedy}"
)
"""What CANCELLATION_UNCLEAR says where rows are alike (D26)."""

_TYPED_OVER = (
    "Storniert oder nicht? {refs}. Ein S steht in einer Kopie, in die diese VHS jemanden von sich eingetragen hat "
    "({typed_over}): niemand kann sagen, wen es meint. {found}. Meint es diese Person, mit --reject antworten und in "
    "der Zeile die Koop-Beleg-ID leeren. {remedy}"
)

_REPLACED = (
    "Storniert oder nicht? {refs}. Ein S wurde gesetzt, bevor diese VHS wusste, dass jetzt eine andere Person "
    "teilnimmt ({replaced}): niemand weiß, ob es diese meint oder die frühere. {found}. Meint es die frühere, bitte "
    "mit --reject antworten. {remedy}"
)
"""What CANCELLATION_UNCLEAR says where somebody was replaced (D18c)."""

_SOMEBODY_ELSE = (
    "Storniert oder nicht? {refs}. Das S von {somebody_else} steht in einer Kopie, die in Name, Mail, Telefon und "
    "Zeitpunkt jemand anderen zeigt als gebucht hat: die Beleg-ID in ihrer Koop-Beleg-ID kann seither neu vergeben "
    "sein. {found}. Wenn ja, bitte mit --reject antworten. {remedy}"
)
"""What CANCELLATION_UNCLEAR says where the row is somebody else's (D18)."""

_PUT_BACK = (
    "Storniert oder nicht? {refs}. Der Speicher wurde aus einer Sicherung zurückgespielt, und das S von {put_back} "
    "kann eines sein, das er seither ausgegeben hatte, etwa das eines zurückgenommenen Ausfalls: keine Person hat es "
    "gezeichnet. {found}. {remedy}"
)
"""What CANCELLATION_UNCLEAR says after the store was put back (D21)."""

_WRITTEN_SINCE = (
    "Storniert oder nicht? {refs}. Der Speicher wurde aus einer Sicherung zurückgespielt, nach der {written_since} "
    "storniert ist; die Zeile dieser VHS zeigt aber A oder W, und keine Person hat sie gezeichnet: das kann seither "
    "ausgegeben worden sein, nach einer Entscheidung, die mit dem Speicher weg ist, etwa einem zurückgenommenen "
    "Export. Bis dahin wird nirgends etwas geschrieben. {found}. Wurde sie zurückgenommen, bitte mit --reject "
    "antworten oder den Export noch einmal zurücknehmen. {remedy}"
)
"""What CANCELLATION_UNCLEAR says where a letter may have been written since the backup (D21)."""

_APART = (
    "Storniert oder nicht? {refs}. Das S von {apart} kann gesetzt worden sein, als das Abo dieser VHS beendet war und "
    "ihre Kopien aufgeräumt wurden: seither ist der Kurs wieder abonniert. {found}. {remedy}"
)
"""What CANCELLATION_UNCLEAR says where an Abo begins anew (D8, D21)."""

_FORMER = (
    "Storniert oder nicht? {refs}. Das S von {former} hat der Konnektor früher schon geschrieben, und seither wurde "
    "ein anderer Buchstabe darübergeschrieben: entweder wurde ein alter Stand des Programms zurückgespielt oder "
    "exportiert, oder dort hat jemand im Namen des Konnektors storniert, etwa im Web. {found}. {remedy}"
)
"""What CANCELLATION_UNCLEAR says of an "S" of former times (D20, D21)."""

_LATE = (
    "Storniert oder nicht? {refs}. Für {late} wurde dieser VHS ein S ausgegeben und zurückgenommen, ehe ein Export es "
    "zeigte; die Zeile zeigt erst jetzt S und nennt niemanden, der es gesetzt hat: entweder wurde eine alte "
    "Änderungsliste ausgeführt, oder dort hat jemand storniert. {found}. {remedy}"
)
"""What CANCELLATION_UNCLEAR says of an "S" that was given out and taken back long before (D21)."""

_WENT = (
    "Storniert oder nicht? {refs}. Das S von {went} war zurückgehalten, und bevor jemand geantwortet hat, zeigte die "
    "Zeile in einem zurückgesetzten Programm frühere Werte oder war weg. {found}. {remedy}"
)
"""What CANCELLATION_UNCLEAR says of an "S" that waited for an answer and is shown no more (D20, D31)."""

_ANONYMOUS = (
    "Die Zeilen {found} zeigen keine Koop-Beleg-ID und können jede der Belegungen {refs} sein, deren Namen diese VHS "
    "nicht bekommt: sie warten, und solange wird keine davon neu ausgegeben. Zeilen ohne Namen, oder mit einem Wort, "
    "das mehrere an seiner Stelle haben, sind die Kopien, wenn mit diesem Zeitpunkt und Status nicht mehr von ihnen "
    "dastehen als ausgegeben wurden, und niemand sonst, der eine sein kann. Bitte die überzähligen Kopien löschen, "
    "oder alle: nach drei vollständigen Exporten werden die Belegungen neu ausgegeben. Der Konnektor soll „Gebucht am“ "
    "so schreiben, wie es ausgegeben wird. Eine Zeile, die eine Anmeldung ist, zählt, sobald Mail oder Telefon "
    "eingetragen oder die Kopien bekannt sind."
)
"""What REGISTRATION_HELD says of mirrors at a VHS that gets no names (D26)."""

_COPY = (
    "Die neue Zeile {found} kann die ausgegebene Kopie der Belegung {ref} sein: sie wartet, und die anderen wissen "
    "von ihrem Platz nichts. Das klärt die Koop-Beleg-ID von {ref} in der Kopie, oder „Gebucht am“ so, wie es "
    "ausgegeben wurde, mit Uhrzeit; ein Export ohne beides klärt es nicht. Bei Personen eines Namens bitte in jede "
    "Zeile Mail oder Telefon eintragen, die sie unterscheiden. Eine Anmeldung zählt, sobald die Kopie da ist. Führt "
    "das Programm keines von beiden, wird in diese Zeile nichts geschrieben: wer {ref} storniert, muss es dieser VHS "
    "sagen."
)
"""What REGISTRATION_HELD says of mirrors that were given out and are not known to be there (D26)."""

_SINCE_BACKUP = (
    "Die neuen Zeilen {found} können Kopien sein, die nach der Sicherung ausgegeben wurden, aus der der Speicher "
    "zurückgespielt ist, von Belegungen, die ihre eigene VHS seither nicht gemeldet hat: sie warten, die anderen "
    "wissen von ihren Plätzen nichts, und in diesem Kurs wird hier bis dahin nichts angelegt. Das klärt ein "
    "vollständiger Export jeder VHS des Kurses und danach einer dieser VHS; für eine, die nicht mehr meldet, bitte "
    "STORE_PUT_BACK mit koop-es acknowledge beantworten. Eine Anmeldung, die eine Person unter ihrem Namen bearbeitet, "
    "zählt mit dem nächsten Export."
)
"""What REGISTRATION_HELD says of rows that may be mirrors nobody knows of since the store was put back (D26)."""

_ORPHAN = (
    "Die Belegung {ref} wurde entfernt statt mit Status S storniert; deshalb ist sie bei allen anderen storniert. Soll "
    "sie gelten, bitte dieselbe Zeile wiederherstellen, eine eigene Belegung unter ihrer Beleg-ID, eine Kopie mit "
    "ihrer Koop-Beleg-ID: mit dem nächsten Export gilt sie wieder."
)

VARIANTS: dict[str, str] = {
    "abo_vanished": _ABO_VANISHED, "never_there": _NEVER_THERE, "asked": _ASKED, "forgotten": _FORGOTTEN,
    "withheld": _WITHHELD, "foreseen": _FORESEEN, "orphan": _ORPHAN, "taken_back": _TAKEN_BACK, "reused_asked": _REUSED,
    "reused_restored": _REUSED_RESTORED, "double": _DOUBLE, "exchanged": _EXCHANGED,
    "alike": _ALIKE, "typed_over": _TYPED_OVER, "replaced": _REPLACED, "somebody_else": _SOMEBODY_ELSE,
    "put_back": _PUT_BACK, "written_since": _WRITTEN_SINCE, "apart": _APART, "former": _FORMER, "late": _LATE,
    "went": _WENT,
    "anonymous": _ANONYMOUS, "copy": _COPY, "backup": _SINCE_BACKUP,
}  # fmt: skip
"""What one code says in particular cases."""
