"""The rules in German, each in one sentence."""

from __future__ import annotations

RULES: dict[str, str] = {
    "2.8": "Ein Verstoß ist erledigt, sobald wieder der richtige Stand gezeigt wird.",
    "R3": "„NIE bei vhsKOOP“ darf nach der Freigabe nicht gesetzt werden; Kurs und Abos laufen weiter.",
    "R9": "Nur Normalkurse und Einzelveranstaltungen dürfen geteilt werden.",
    "R10": "BAMF-geförderte Kurse dürfen nicht geteilt werden.",
    "R14": "Eine Freigabe hat eine COOP-Id, und beim Master steht sie in „Externe Kurs-Nr.“.",
    "R15": "Die COOP-Id darf nicht verändert werden; solange sie es ist, wird dort nur ein S von WS gelesen.",
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
    "B11": "Weg ist nur, was ein vollständiger Export nirgends zeigt; eine Kopie in einem anderen Kurs steht falsch.",
    "B13": "Teilnehmer in geteilten Kursen dürfen nicht zusammengeführt werden.",
    "B15": "Wurde zusammengeführt, bleibt die Belegung dieselbe und wird nicht storniert.",
    "B19": "Von der Warteliste auf einen Platz rückt eine Belegung nur durch ihre eigene VHS.",
    "T2": "Abo-Kurse sind nicht anrechenbar, in Bayern mit Veranstaltungsart 75 oder 76 und Kooperation 04.",
    "D1": "Eine Belegung, die storniert war, bevor eine VHS sie je hatte, wird dort nicht mehr angelegt.",
    "D2": "Mit orphan_policy=owner_only wird eine entfernte Kopie neu angelegt und niemand storniert.",
    "D17": "Eine beiseitegelegte Zeile kann die sein, die zu fehlen scheint; dann gilt niemand als entfernt.",
    "D25": "Eine umgebuchte Belegung ist storniert, wo sie stand, und eine andere Belegung, wo sie jetzt steht.",
    "D3": (
        "Fehlt eine Belegung in einem vollständigen Export, ist das ein Verdacht; fehlt sie so oft, wie eingestellt "
        "ist, gilt sie als verwaist."
    ),
    "D4": "Stornierungen in auffälliger Zahl warten, bis der Betreiber zustimmt.",
    "D21": (
        "Ein S, das vor der Ausgabe gezeigt wird, ist eine Stornierung, danach eine Bestätigung; was unklar ist, wird "
        "gefragt."
    ),
    "D22": ("Eine Änderung sagt, was die Zeile zeigen muss, damit sie geschrieben wird, und wird einmal ausgeführt."),
    "D28": "Belegungen eines Kurses, den sein Eigner wirklich gelöscht hat, beendet der Betreiber.",
    "D19": (
        "So viele fehlende Belegungen auf einmal beweisen nichts; sie werden gemeldet und warten, bis der Betreiber "
        "zustimmt."
    ),
    "D32": "Der Betreiber nimmt einen falschen Export zurück: was nur er bewirkt hat, gilt nicht mehr.",
    "D31": "Was auf einmal auffällig viele andere träfe, wartet, gleich wie ein Export es sagt.",
    "D5": (
        "S ist endgültig; nur eine als verwaist stornierte Belegung lebt wieder auf, wenn die VHS sie wieder zeigt, "
        "bei der sie fehlte."
    ),
    "D6": (
        "Über den Kurs entscheidet der Master, über Person und A/W die eigene VHS der Belegung, S darf jede setzen; "
        "was andere ändern, wird überschrieben."
    ),
    "D7": "Ein freier Platz geht an die erste Meldung; über dem Maximum haben die zuletzt Angemeldeten keinen Platz.",
    "D9": (
        "Eine Freigabe kann geschlossen oder, solange es kein Abo gibt, zurückgezogen werden; ein Abo endet nur ohne "
        "aktive Belegung."
    ),
    "D11": "Änderungen an Datum, Uhrzeit und Ort gehen an alle und sind sieben Tage vor Beginn dringend.",
    "D12": "Vor der COOP-Id geteilte Kurse haben eine eigene Kennung und können eine echte COOP-Id bekommen.",
    "D18": "Zeilen und bekannte Belegungen werden eins zu eins gepaart; eine andere Nummer storniert niemanden.",
    "D26": "Eine Zeile ohne Referenz, die zeigt, was ausgegeben wurde, ist diese Kopie; eine Kopie ist ein Platz.",
    "D27": "Was eine Zusammenführung sein kann, wartet auf einen vollständigen Export, was auch korrigiert wird.",
    "D23": "Ein Export, dessen Folgenummer nicht höher ist, zählt erst, wenn der Betreiber die neue Zählung annimmt.",
    "D20": "Was mit einem zurückgesetzten Programm ging, ist weder entfernt noch entschieden; das tut jemand.",
    "D24": "Bis zum letzten Tag findet ein abgesagter Kurs wieder statt, wenn der Master den Ausfall zurücknimmt.",
    "D30": "Was jemand quittiert hat, bleibt offen, fehlt aber in Listen und Alarmen, bis es sich ändert.",
    "D13": "Angenommene Konditionen gelten, bis beide Seiten neuen zustimmen.",
}
"""Rule -> what it says, in one sentence."""
