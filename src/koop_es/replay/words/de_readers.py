"""What the readers say about an export, in German: one pattern for each sentence they make, ``{}`` for what it holds.

German words may take what was found in another order, as ``{1}`` and ``{0}``. What stands in the place of ``{}`` may be
a sentence of the readers itself, and must be one where it is written ``{!s}``.
"""

from __future__ import annotations

from koop_es.replay.words.de_profiles import PROFILES

SENTENCES: dict[str, str] = PROFILES | {
    # --- the export as a whole ---
    "there is no {}: check the path": "es gibt kein {}: bitte den Pfad prüfen",
    "{} cannot be opened ({}): check the path and its rights": (
        "{} lässt sich nicht öffnen ({}): bitte Pfad und Rechte prüfen"
    ),
    "{} is in no format that koop-es reads: give {}": "{} hat kein Format, das koop-es liest; gelesen wird {}",
    "{} is neither a file nor a directory: give {}": "{} ist weder Datei noch Verzeichnis; gelesen wird {}",
    "{} holds no manifest.json: give {}": "{} enthält keine manifest.json; gelesen wird {}",
    "a directory or .zip with a manifest.json, a KuferSQL Internet-XML, or an Open-vhs XML": (
        "ein Verzeichnis oder .zip mit einer manifest.json, eine Internet-XML von KuferSQL oder eine Open-vhs-XML"
    ),
    "{} is an export of VHS {}, not of {}: check --vhs, or the file": (
        "{} ist ein Export der VHS {}, nicht der VHS {}: bitte --vhs oder die Datei prüfen"
    ),
    "{} does not say which VHS it comes from: name it by --vhs": (
        "{} sagt nicht, von welcher VHS es kommt: bitte mit --vhs nennen"
    ),
    "{} is an XML file with the root {}: koop-es reads KuferSQL's kurse and Open-vhs's veranstaltungen": (
        "{} ist eine XML-Datei mit der Wurzel {}: koop-es liest kurse (KuferSQL) und veranstaltungen (Open-vhs)"
    ),
    "{} has the root html: {}; {}": "{} hat die Wurzel html: {}; {}",
    "it is a web page (HTML), such as a login or an error page, and no export": (
        "es ist eine Webseite (HTML), etwa eine Anmelde- oder Fehlerseite, und kein Export"
    ),
    "open the address in a browser to see what it says, log in, and fetch the export again": (
        "bitte die Adresse im Browser öffnen und lesen, was dort steht, anmelden und den Export neu holen"
    ),
    "exported_at {} is more than a day ahead of the clock ({})": (
        "exported_at {} liegt mehr als einen Tag vor der Uhr ({})"
    ),
    "set right whichever clock is wrong; left where it lies it is tried again by itself, before the next "
    "export of this "
    "VHS or with koop-es quarantine retry": (
        "bitte die Uhr stellen, die falsch geht; bleibt der Export liegen, wird er von selbst neu versucht, vor dem "
        "nächsten Export dieser VHS oder mit koop-es quarantine retry"
    ),
    # --- manifest.json ---
    "correct the connector's manifest and export again": (
        "bitte das Manifest im Konnektor berichtigen und neu exportieren"
    ),
    "the key {} is not known and was ignored": "der Schlüssel {} ist nicht bekannt und wurde übergangen",
    "holds a number of {} digits": "enthält eine Zahl mit {} Ziffern",
    "holds {}, which is no JSON number": "enthält {}; das ist keine Zahl in JSON",
    "must be a text": "muss ein Text sein",
    "is no JSON object": "ist kein JSON-Objekt",
    "must be a relative path inside the export, with / and without ..": (
        "muss ein relativer Pfad innerhalb des Exports sein, mit / und ohne .."
    ),
    "is no UTF-8 text (byte {})": "ist kein UTF-8-Text (Byte {})",
    "is nested too deeply": "ist zu tief verschachtelt",
    "is no JSON: {}": "ist kein JSON: {}",
    "holds the key {} twice": "enthält den Schlüssel {} zweimal",
    "is larger than 1 MiB": "ist größer als 1 MiB",
    "a manifest is a page of text: export again": "ein Manifest ist eine Seite Text: bitte neu exportieren",
    "system: there is no profile for {}": "system: für {} gibt es kein Profil",
    "name one of {} there, or a profile by --profile": "bitte dort {} nennen, oder mit --profile ein Profil",
    "is missing": "fehlt",
    "must be a whole number": "muss eine ganze Zahl sein",
    "must be an object": "muss ein Objekt sein",
    "must be one of {}": "muss {} sein",
    "must be at least {}": "muss mindestens {} sein",
    "must be at most {}": "darf höchstens {} sein",
    "is not written as {}": "ist nicht geschrieben wie {}",
    "an ISO date-time with offset, such as 2026-03-02T02:00:00+01:00": (
        "ISO-Zeitpunkt mit Zeitzone, etwa 2026-03-02T02:00:00+01:00"
    ),
    "an ISO day, such as 2026-03-02": "ISO-Tag, etwa 2026-03-02",
    "1 to 10 digits": "1 bis 10 Ziffern",
    "64 hex digits": "64 Hex-Ziffern",
    "small letters, digits and hyphens": "Kleinbuchstaben, Ziffern und Bindestriche",
    # --- files and archives ---
    "has the sha256 {} where the manifest says {}": "hat die sha256 {}, das Manifest nennt {}",
    "it was cut off or changed on the way: transfer or export it again": (
        "die Datei wurde unterwegs abgeschnitten oder verändert: bitte neu übertragen oder neu exportieren"
    ),
    "has {} rows where the manifest says {}": "hat {} Zeilen, das Manifest nennt {}",
    "has {} rows where the manifest says {}: how many they are where quotes do not close cannot be told, so nothing "
    "counts as missing from this file until those rows were corrected": (
        "hat {} Zeilen, das Manifest nennt {}: wie viele es dort sind, wo Anführungszeichen nicht schließen, ist nicht "
        "zu erkennen; deshalb gilt nichts als in dieser Datei fehlend, bis diese Zeilen berichtigt sind"
    ),
    "export again, in full": "bitte vollständig neu exportieren",
    "changed while it was being read": "hat sich während des Lesens geändert",
    "try again": "bitte noch einmal versuchen",
    "try again; if it stays so, copy the export anew": (
        "bitte noch einmal versuchen; bleibt es so, den Export neu kopieren"
    ),
    "cannot be read ({})": "lässt sich nicht lesen ({})",
    "make room where temporary files lie": "bitte Platz schaffen, wo temporäre Dateien liegen",
    "cannot be opened ({})": "lässt sich nicht öffnen ({})",
    "check its name and its rights": "bitte Namen und Rechte prüfen",
    "is not there": "ist nicht da",
    "export again, with every file that the manifest names": (
        "bitte neu exportieren, mit jeder Datei, die das Manifest nennt"
    ),
    "is larger than {}": "ist größer als {}",
    "is longer than {} MiB": "ist länger als {} MiB",
    "is no plain file": "ist keine gewöhnliche Datei",
    "export to a plain file of at most {}": "bitte in eine gewöhnliche Datei von höchstens {} exportieren",
    "is a link": "ist eine Verknüpfung",
    "put the file itself into the directory": "bitte die Datei selbst in das Verzeichnis legen",
    "archive {}": "Archiv {}",
    "has no end: it was cut off": "hat kein Ende: es wurde abgeschnitten",
    "holds {} entries, more than {}": "enthält {} Einträge, mehr als {}",
    "unpacks to more than {}": "ergibt entpackt mehr als {}",
    "the entry {} is encrypted": "der Eintrag {} ist verschlüsselt",
    "the entry {} is packed in a way other than deflate": "der Eintrag {} ist anders als mit Deflate gepackt",
    "the entry {} unpacks to {} times its size": "der Eintrag {} ergibt entpackt das {}-fache seiner Größe",
    "the entry {} is damaged ({})": "der Eintrag {} ist beschädigt ({})",
    "the entry {} leads out of the archive": "der Eintrag {} führt aus dem Archiv hinaus",
    "the entry {} is a link": "der Eintrag {} ist eine Verknüpfung",
    "holds the entry {} twice": "enthält den Eintrag {} zweimal",
    "pack manifest.json and its files anew, as a plain zip without links or folders": (
        "bitte manifest.json und ihre Dateien neu packen, als einfaches Zip ohne Verknüpfungen und Ordner"
    ),
    # --- encodings ---
    "holds no rows: {}": "enthält keine Zeilen: {}",
    "begins with the byte order mark of {}, but {} is declared": (
        "beginnt mit der Marke (BOM) von {}, angegeben ist aber {}"
    ),
    "declare {} in {}, or write the file as it is declared": (
        "bitte {} in {} angeben, oder die Datei so schreiben wie angegeben"
    ),
    "declared as {}, but it is windows-1252, as its bytes show: read as windows-1252": (
        "angegeben ist {}, es ist aber windows-1252, wie die Bytes zeigen: gelesen als windows-1252"
    ),
    "declared as {}, but all of it is valid utf-8: letters may come out wrong": (
        "angegeben ist {}, aber alles ist gültiges utf-8: Buchstaben können falsch ankommen"
    ),
    "declared as {}, but it looks like cp850 (DOS): texts with such letters are set aside": (
        "angegeben ist {}, es sieht aber nach cp850 (DOS) aus: Texte mit solchen Buchstaben werden zurückgelegt"
    ),
    "declared as {}, but partly it is windows-1252: each text is read by itself": (
        "angegeben ist {}, zum Teil ist es aber windows-1252: jeder Text wird für sich gelesen"
    ),
    "holds {} of windows-1252: read as that": "enthält {} aus windows-1252: so gelesen",
    "is no utf-16, although that is declared ({})": "ist kein utf-16, obwohl das angegeben ist ({})",
    "declare the encoding that the file has": "bitte die Kodierung angeben, die die Datei hat",
    "declare the encoding that the file has, or write this row as the others; then export again": (
        "bitte die Kodierung angeben, die die Datei hat, oder diese Zeile schreiben wie die anderen; dann "
        "neu exportieren"
    ),
    "write the export in utf-8 or windows-1252, and declare that": (
        "bitte den Export in utf-8 oder windows-1252 schreiben und das angeben"
    ),
    "byte 0x{}": "Byte 0x{}",
    "{} has no meaning in the declared encoding": "{} bedeutet in der angegebenen Kodierung nichts",
    "holds the byte 0x{}, which has no meaning in {}, {}": "enthält das Byte 0x{}, das in {} nichts bedeutet, {}",
    "holds half a letter, which": "enthält einen halben Buchstaben, der",
    "holds 0x{}, for which windows-1252 has no letter either": (
        "enthält 0x{}, wofür auch windows-1252 keinen Buchstaben hat"
    ),
    "holds {}, which looks like an umlaut of cp850 (DOS)": (
        "enthält {}; das sieht nach einem Umlaut aus cp850 (DOS) aus"
    ),
    "holds {}, which looks like an umlaut of cp850 (DOS): letters may come out wrong": (
        "enthält {}; das sieht nach einem Umlaut aus cp850 (DOS) aus: Buchstaben können falsch ankommen"
    ),
    "holds {}, a sign that no name has: letters may come out wrong": (
        "enthält {}, ein Zeichen, das kein Name hat: Buchstaben können falsch ankommen"
    ),
    "0x{}, half a letter of utf-16": "0x{}, einen halben Buchstaben aus utf-16",
    "is no well-formed XML: {} is not closed, {}": "ist kein wohlgeformtes XML: {} wird nicht geschlossen, {}",
    "holds {}, which looks like one letter of utf-8: letters may come out wrong": (
        "enthält {}; das sieht nach einem Buchstaben in utf-8 aus: Buchstaben können falsch ankommen"
    ),
    "holds {}: a letter was lost before the file was written": (
        "enthält {}: ein Buchstabe ging verloren, bevor die Datei geschrieben wurde"
    ),
    "holds {}: read as declared, although other texts are windows-1252": (
        "enthält {}: gelesen wie angegeben, obwohl andere Texte windows-1252 sind"
    ),
    "holds {}: read as windows-1252": "enthält {}: gelesen als windows-1252",
    "{} ({} in {})": "{} ({} in {})",
    # --- lines, quotes, columns ---
    "a line is longer than {} MiB": "eine Zeile ist länger als {} MiB",
    "check line ends and format of the file": "bitte Zeilenenden und Format der Datei prüfen",
    "the header has {} columns, more than {}": "die Kopfzeile hat {} Spalten, mehr als {}",
    "check the delimiter": "bitte das Trennzeichen prüfen",
    "columns that mean the same stand twice: {}": "Spalten gleicher Bedeutung stehen zweimal: {}",
    "leave one of them out of the export": "bitte eine davon aus dem Export weglassen",
    "columns are missing: {}; the header has {} columns, of which these are known: {}": "es fehlen Spalten: {}; die "
    "Kopfzeile hat {} Spalten, davon bekannt: {}",
    "add them, or name a profile that knows their headings, and check delimiter and encoding": (
        "bitte ergänzen, oder ein Profil nennen, das ihre Überschriften kennt, und Trennzeichen und Kodierung prüfen"
    ),
    'the cells are delimited by "{}": export them with "{}", or name a profile with delimiter = "{}"': (
        'die Zellen sind durch "{}" getrennt: bitte durch "{}" getrennt exportieren, oder ein Profil mit '
        'delimiter = "{}" nennen'
    ),
    "columns without a heading were left out: {}": "Spalten ohne Überschrift wurden ausgelassen: {}",
    "is the header line once more, and no row": "ist noch einmal die Kopfzeile und keine Zeile",
    "{} is a number that a spreadsheet has rounded": "{} ist eine Zahl, die eine Tabellenkalkulation gerundet hat",
    "columns that are not known were left out: {}": "unbekannte Spalten wurden ausgelassen: {}",
    "column {}": "Spalte {}",
    "is empty, without even a header line": "ist leer, sogar ohne Kopfzeile",
    "has no readable header line: {}": "hat keine lesbare Kopfzeile: {}",
    "check encoding and delimiter, export again": "bitte Kodierung und Trennzeichen prüfen und neu exportieren",
    "has more than {} blank lines": "hat mehr als {} leere Zeilen",
    "check the export of the admin program and export again": (
        "bitte den Export des Verwaltungsprogramms prüfen und neu exportieren"
    ),
    "the row has more than {} MiB": "die Zeile hat mehr als {} MiB",
    "a cell has more than {} characters": "eine Zelle hat mehr als {} Zeichen",
    "the cell has {} characters, more than {}": "die Zelle hat {} Zeichen, mehr als {}",
    "its quotes do not close: {}": "ihre Anführungszeichen schließen nicht: {}",
    "a quote is followed by text": "hinter einem Anführungszeichen folgt Text",
    "there is no second one": "es fehlt ein zweites",
    "the record does not end": "der Datensatz endet nicht",
    "has {} columns where the header has {}": "hat {} Spalten, die Kopfzeile hat {}",
    "quotes do not close in row after row": "Anführungszeichen schließen in Zeile um Zeile nicht",
    "double the quotes inside quoted cells (RFC 4180) and export again": (
        "bitte Anführungszeichen innerhalb von Zellen verdoppeln (RFC 4180) und neu exportieren"
    ),
    "correct the row in the admin program or in its export and export again": (
        "bitte die Zeile im Verwaltungsprogramm oder in seinem Export berichtigen und neu exportieren"
    ),
    "holds a NUL character": "enthält ein NUL-Zeichen",
    "{} rows are unusable, the last because: {}": "{} Zeilen sind unbrauchbar, die letzte weil: {}",
    "no matter of single rows any more: check format, profile and encoding, and export again": (
        "das liegt nicht mehr an einzelnen Zeilen: bitte Format, Profil und Kodierung prüfen und neu exportieren"
    ),
    "{} rows were set aside: {}": "{} Zeilen wurden zurückgelegt: {}",
    "and {} further notices, not listed": "und {} weitere Hinweise, nicht aufgeführt",
    "names more than {} courses": "nennt mehr als {} Kurse",
    "no VHS has so many: check format, profile and delimiter, or export fewer periods": (
        "so viele hat keine VHS: bitte Format, Profil und Trennzeichen prüfen, oder weniger Perioden exportieren"
    ),
    "its courses take more than {} MiB of memory": "seine Kurse brauchen mehr als {} MiB Speicher",
    "the largest VHS has a third of that: look for texts that are none, or export fewer periods": (
        "die größte VHS hat ein Drittel davon: bitte nach Texten sehen, die keine sind, oder weniger "
        "Perioden exportieren"
    ),
    "course {} has more than {} rows": "Kurs {} hat mehr als {} Zeilen",
    "no course has so many: check the Kursnummer of the rows, and export again": (
        "so viele hat kein Kurs: bitte die Kursnummer der Zeilen prüfen und neu exportieren"
    ),
    # --- cells ---
    "is empty": "ist leer",
    "every row needs it; fill it in the admin program": (
        "jede Zeile braucht das; bitte im Verwaltungsprogramm eintragen"
    ),
    "has {} characters, more than {}": "hat {} Zeichen, mehr als {}",
    "check whether columns have shifted": "bitte prüfen, ob sich Spalten verschoben haben",
    "holds a line break or control character": "enthält einen Zeilenumbruch oder ein Steuerzeichen",
    "take it out in the admin program": "bitte im Verwaltungsprogramm herausnehmen",
    "{} ends in ~ and digits, by which koop-es tells registrations apart": (
        "{} endet auf ~ und Ziffern; daran unterscheidet koop-es Anmeldungen"
    ),
    "give the booking another Beleg-ID, or compose Beleg-IDs in the profile": (
        "bitte der Buchung eine andere Beleg-ID geben, oder Beleg-IDs im Profil zusammensetzen"
    ),
    "{} is no booking reference": "{} ist keine Koop-Beleg-ID",
    "write <owner VHS>:<owner Beleg-ID>, such as 563:8841, or leave it empty": (
        "bitte <VHS des Eigentümers>:<dessen Beleg-ID> schreiben, etwa 563:8841, oder leer lassen"
    ),
    "{} states nothing": "{} sagt nichts",
    "is not stated": "ist nicht angegeben",
    "correct it in the admin program and export again": "bitte im Verwaltungsprogramm berichtigen und neu exportieren",
    "correct it in the admin program": "bitte im Verwaltungsprogramm berichtigen",
    "is a formula": "ist eine Formel",
    "has an apostrophe before a digit": "hat einen Apostroph vor einer Ziffer",
    "is what a spreadsheet shows for a number in a narrow column": (
        "zeigt eine Tabellenkalkulation für eine Zahl in einer zu schmalen Spalte"
    ),
    "is a number with an exponent, whose digits are lost": ("ist eine Zahl mit Exponent, deren Ziffern verloren sind"),
    "{} is {} with decimals": "{} ist {} mit Nachkommastellen",
    "the file went through a spreadsheet, which changes ids: export it again and send it on unopened": (
        "die Datei ging durch eine Tabellenkalkulation, die Nummern verändert: bitte neu exportieren und ungeöffnet "
        "weitergeben"
    ),
    "{} is no day": "{} ist kein Tag",
    "write it as {}, in the years {} to {}": "bitte als {} schreiben, in den Jahren {} bis {}",
    "{} is no day, but the first of some calendar": "{} ist kein Tag, sondern der erste eines Kalenders",
    "{} is no time of day": "{} ist keine Uhrzeit",
    "write it as HH:MM": "bitte als HH:MM schreiben",
    "{} is no date-time": "{} ist kein Zeitpunkt",
    "{} is no moment": "{} ist kein Zeitpunkt",
    "write it as {} HH:MM or {} HH:MM:SS": "bitte als {} HH:MM oder {} HH:MM:SS schreiben",
    "{} did not exist on {}: the clocks went forward": "{} gab es am {} nicht: die Uhren wurden vorgestellt",
    "correct the time in the admin program": "bitte die Zeit im Verwaltungsprogramm berichtigen",
    "{} is no amount": "{} ist kein Betrag",
    "write it with a decimal comma and two places, such as 62,40": (
        "bitte mit Dezimalkomma und zwei Stellen schreiben, etwa 62,40"
    ),
    "write it with a decimal point, such as 82.80": "bitte mit Dezimalpunkt schreiben, etwa 82.80",
    "{} is more than {} EUR": "{} ist mehr als {} EUR",
    "check the place of the comma": "bitte die Stelle des Kommas prüfen",
    "check the decimal point": "bitte den Dezimalpunkt prüfen",
    "{} is no number of participants": "{} ist keine Teilnehmerzahl",
    "write a whole number": "bitte eine ganze Zahl schreiben",
    "{} is neither true nor false": "{} ist weder wahr noch falsch",
    "write one of {}, or name a profile": "bitte eines von {} schreiben, oder ein Profil nennen",
    "{} is no Kursart": "{} ist keine Kursart",
    "write one of {}, or leave it empty": "bitte eines von {} schreiben, oder leer lassen",
    "is no identifier, but text that may name somebody": "ist keine Kennung, sondern Text, der jemanden nennen kann",
    "check whether columns were exchanged or have shifted, and export again; an identifier has a digit in it": (
        "bitte prüfen, ob Spalten vertauscht oder verrutscht sind, und neu exportieren; eine Kennung hat eine Ziffer"
    ),
    "is longer than a letter": "ist länger als ein Buchstabe",
    "write one of {}, or give the program's letters in a profile": (
        "bitte eines von {} schreiben, oder die Buchstaben des Programms in einem Profil angeben"
    ),
    "{} is no letter of the profile; rows that show it: {}": (
        "{} ist kein Buchstabe des Profils; Zeilen, die ihn zeigen: {}"
    ),
    "write A, W or S, or give the program's letters in a profile": (
        "bitte A, W oder S schreiben, oder die Buchstaben des Programms in einem Profil angeben"
    ),
    "{} is no value": "{} ist kein Wert",
    "{} is no name": "{} ist kein Name",
    "has no @ and is no e-mail address": "hat kein @ und ist keine E-Mail-Adresse",
    "is no e-mail address": "ist keine E-Mail-Adresse",
    "correct it in the user administration; look for copied blanks": (
        "bitte in der Benutzerverwaltung berichtigen; auf mitkopierte Leerzeichen achten"
    ),
    "fill it in the user administration": "bitte in der Benutzerverwaltung eintragen",
    "fill it in the admin program": "bitte im Verwaltungsprogramm eintragen",
    "{}: invisible characters around {} were taken off": "{}: unsichtbare Zeichen um {} wurden entfernt",
    "{}: blanks around {} were taken off; other rows are not listed": (
        "{}: Leerzeichen um {} wurden entfernt; weitere Zeilen sind nicht aufgeführt"
    ),
    "course {}: {} holds {}, which was left out; a letter may be lost there": (
        "Kurs {}: {} enthält {}, das ausgelassen wurde; dort kann ein Buchstabe fehlen"
    ),
    "course {}: {} holds {} at an end, which cannot be seen and was taken off": (
        "Kurs {}: {} enthält an einem Ende {}, das nicht zu sehen ist und entfernt wurde"
    ),
    "booking {}: {} holds {} at an end, which cannot be seen and was taken off": (
        "Buchung {}: {} enthält an einem Ende {}, das nicht zu sehen ist und entfernt wurde"
    ),
    "holds nothing but 0x1A, the end of a file of DOS, although rows follow": (
        "enthält nur 0x1A, das Dateiende von DOS, obwohl Zeilen folgen"
    ),
    "{} holds nothing but 0x1A": "{} enthält nur 0x1A",
    "the header line holds a line end that CSV does not have, such as U+0085": (
        "die Kopfzeile enthält ein Zeilenende, das CSV nicht hat, etwa U+0085"
    ),
    # --- bookings ---
    "booking {}: {} {}; what was known stands": "Buchung {}: {} {}; was bekannt war, gilt weiter",
    "booking {}: {} is {}; it is taken for a name": "Buchung {}: {} ist {}; das gilt als Name",
    "booking {}: {} is empty; what was known stands": "Buchung {}: {} ist leer; was bekannt war, gilt weiter",
    "booking {} is a mirror of {}, a booking of this VHS itself": (
        "Buchung {} ist ein Spiegel von {}, einer Buchung dieser VHS selbst"
    ),
    "is empty in a booking of the VHS's own": "ist leer in einer eigenen Buchung der VHS",
    "is empty, as in a copy that a change list has made, and nothing in the row tells of which booking": (
        "ist leer wie in einem Spiegel, den eine Änderungsliste angelegt hat, und nichts in der Zeile sagt, "
        "von welcher "
        "Buchung"
    ),
    "enter its Koop-Beleg-ID, and no name, which would make it a registration of its own with a second seat; where the "
    "program has no such field, let Gebucht am be exported as it was given out": (
        "bitte ihre Koop-Beleg-ID eintragen und keinen Namen, der eine eigene Anmeldung mit einem zweiten Platz daraus "
        "machte; wo das Programm kein solches Feld hat, Gebucht am so exportieren, wie es ausgegeben wurde"
    ),
    "is not stated in a booking that is not known yet": (
        "ist nicht angegeben, in einer Buchung, die noch nicht bekannt ist"
    ),
    "another row of the same identity says something else": "eine andere Zeile mit derselben Nummer sagt etwas anderes",
    "find out which one is right, remove the other and export again": (
        "bitte klären, welche stimmt, die andere entfernen und neu exportieren"
    ),
    "{} stands {} times, each time the same; one is used": "{} steht {}-mal da, jedes Mal gleich; eine gilt",
    # --- courses ---
    "course {}: {} {} is no value; what was known stands, and nothing is sent on": (
        "Kurs {}: {} {} ist kein Wert; was bekannt war, gilt weiter, und nichts wird weitergegeben"
    ),
    "{} {} is no value; what was known stands, and nothing is sent on": (
        "{} {} ist kein Wert; was bekannt war, gilt weiter, und nichts wird weitergegeben"
    ),
    "course {} ends on {} before it begins on {}": "Kurs {} endet am {}, bevor er am {} beginnt",
    "course {} needs {} participants but has {} seats": "Kurs {} braucht {} Teilnehmende, hat aber {} Plätze",
    "course {} has no {}; it cannot be released like that": (
        "Kurs {} hat keine Angabe zu: {}; so kann er nicht freigegeben werden"
    ),
    "course {}: {}": "Kurs {}: {!s}",
    "course {}": "Kurs {}",
    "a course": "ein Kurs",
    "{}, line {}": "{}, Zeile {}",
    "{} of {}": "{} von {!s}",
    "near {}": "bei {}",
    "between two courses: {}": "zwischen zwei Kursen: {!s}",
    # --- XML ---
    "export the file again from the admin program": "bitte die Datei neu aus dem Verwaltungsprogramm exportieren",
    "begins with the mark of utf-8, declares {}, and is no utf-8": (
        "beginnt mit der Marke von utf-8, gibt {} an und ist kein utf-8"
    ),
    "write it in one encoding and declare that": "bitte in einer Kodierung schreiben und diese angeben",
    "declares no encoding and is no utf-8; it was read as windows-1252": (
        "gibt keine Kodierung an und ist kein utf-8; gelesen als windows-1252"
    ),
    "declares {}, but begins with the mark of {}: read as {}": (
        "gibt {} an, beginnt aber mit der Marke von {}: gelesen als {}"
    ),
    "names an encoding that is not known ({})": "nennt eine Kodierung, die nicht bekannt ist ({})",
    "holds no element": "enthält kein Element",
    "is no well-formed XML: {}, {}": "ist kein wohlgeformtes XML: {}, {}",
    "is no well-formed XML: {}, column {}": "ist kein wohlgeformtes XML: {}, Spalte {}",
    "is no well-formed XML: <{}> is not closed, {}": "ist kein wohlgeformtes XML: <{}> wird nicht geschlossen, {}",
    "is no well-formed XML: it holds {} where XML writes {}, {}": (
        "ist kein wohlgeformtes XML: es enthält {}, wo XML {} schreibt, {}"
    ),
    "declares a document type, which may hide entities": (
        "gibt einen Dokumenttyp an, in dem sich Entitäten verbergen können"
    ),
    "take the DOCTYPE out; neither KuferSQL nor Open-vhs writes one": (
        "bitte DOCTYPE herausnehmen; weder KuferSQL noch Open-vhs schreibt eines"
    ),
    "has elements that lie more than {} deep": "hat Elemente, die mehr als {} tief liegen",
    "has a tag longer than {} KiB": "hat ein Tag, das länger als {} KiB ist",
    "has more than {} elements in one course": "hat mehr als {} Elemente in einem Kurs",
    "has more than {} different names of elements, attributes and entities, or one of more than {} characters": (
        "hat mehr als {} verschiedene Namen von Elementen, Attributen und Entitäten, oder einen von mehr als {} Zeichen"
    ),
    "holds 0x{}, a character that no XML may hold, {}": ("enthält 0x{}, ein Zeichen, das kein XML enthalten darf, {}"),
    "0x{}, a character that no XML may hold": "0x{}, ein Zeichen, das kein XML enthalten darf",
    "{}, a character that no XML may hold": "{}, ein Zeichen, das kein XML enthalten darf",
    "{}, an entity that XML does not have": "{}, eine Entität, die XML nicht kennt",
    "{} of {} holds {}": "{} von {!s} enthält {!s}",
    "{} of {} has {} characters, more than {}": "{} von {!s} hat {} Zeichen, mehr als {}",
    "{} of {} {}": "{} von {!s} {!s}",
    "delete what cannot be seen in that text of {} in the admin program, or type the text anew, and export again": (
        "bitte in diesem Text von {} im Verwaltungsprogramm löschen, was man nicht sieht, oder den Text neu "
        "tippen, und "
        "neu exportieren"
    ),
    "shorten that text of {} in the admin program and export again": (
        "bitte diesen Text von {} im Verwaltungsprogramm kürzen und neu exportieren"
    ),
    "type that text of {} anew in the admin program and export again; if it stays so, whoever wrote the "
    "export must mend "
    "it": (
        "bitte diesen Text von {} im Verwaltungsprogramm neu tippen und neu exportieren; bleibt es so, muss es "
        "berichtigen, wer den Export geschrieben hat"
    ),
    "{}: {} holds an element {}, which is not read": "{}: {} enthält ein Element {}, das nicht gelesen wird",
    "ends with half a letter of UTF-16, 0x{}, which was passed over": (
        "endet mit einem halben Buchstaben aus UTF-16, 0x{}, der übergangen wurde"
    ),
    "blanks before the XML declaration were passed over": "Leerzeichen vor der XML-Deklaration wurden übergangen",
    "what stands behind the end of the root carries nothing, and was passed over": (
        "was hinter dem Ende der Wurzel steht, enthält nichts und wurde übergangen"
    ),
    "elements named {} were read as {}": "Elemente namens {} wurden als {} gelesen",
    "elements named {} lie beside the courses, and are not read": (
        "Elemente namens {} liegen neben den Kursen und werden nicht gelesen"
    ),
    "{} lies in {}, where none is read": "{} liegt in {}, wo keines gelesen wird",
    "<{}> is not closed before another one begins": "<{}> wird nicht geschlossen, bevor ein weiteres beginnt",
    "{}: {} stands twice, the same on line {}; one is used": (
        "{!s}: {} steht zweimal da, gleich auch in Zeile {}; eines gilt"
    ),
    "{}: {} stands twice, first on line {}, and the two differ": (
        "{!s}: {} steht zweimal da, zuerst in Zeile {}, und beide unterscheiden sich"
    ),
    "{}: {} stands twice, first on line {}, and the two differ; the first is used": (
        "{!s}: {} steht zweimal da, zuerst in Zeile {}, und beide unterscheiden sich; das erste gilt"
    ),
    "let every course stand in an element of its own, with one number, and export again": (
        "bitte jeden Kurs in ein eigenes Element mit einer Nummer setzen und neu exportieren"
    ),
    "every course needs its number": "jeder Kurs braucht seine Nummer",
    "every course needs its first day": "jeder Kurs braucht seinen ersten Tag",
    "has no {}": "hat kein Element {}",
    "has no title": "hat keinen Titel",
    "{} stands twice, the same on line {}; one is used": "{} steht zweimal da, gleich auch in Zeile {}; eines gilt",
    "{} stands twice, first on line {}, and the two differ": (
        "{} steht zweimal da, zuerst in Zeile {}, und beide unterscheiden sich"
    ),
    "{} was used on line {} for a course that differs; the first is kept": (
        "{} steht in Zeile {} für einen anderen Kurs; der erste gilt"
    ),
    "give one of them another number in the admin program and export again": (
        "bitte einem davon im Verwaltungsprogramm eine andere Nummer geben und neu exportieren"
    ),
    "has {} registrations (tnanmeldungen) for {} seats (tnmax)": (
        "hat {} Anmeldungen (tnanmeldungen) für {} Plätze (tnmax)"
    ),
    "needs {} participants (tnmin) but has {} seats (tnmax)": (
        "braucht {} Teilnehmende (tnmin), hat aber {} Plätze (tnmax)"
    ),
    "ends on {} (endedat) before it begins on {} (beginndat)": (
        "endet am {} (endedat), bevor er am {} (beginndat) beginnt"
    ),
    "{} of {} sessions (termin) lie outside its days, the first on {}": (
        "{} von {} Terminen (termin) liegen außerhalb seiner Tage, der erste am {}"
    ),
    "{} sessions (termin) fall on a day that has one already": (
        "{} Termine (termin) liegen auf einem Tag, der schon einen hat"
    ),
    "states {} sessions (dauer) and lists {}": "gibt {} Termine an (dauer) und nennt {}",
    "{} courses have a subject (fachbtext) that hints at BAMF funding, the first is {}; "
    "such courses cannot be shared (R10)": (
        "{} Kurse haben einen Fachbereich (fachbtext), der auf Förderung durch das BAMF hindeutet, der erste ist {}; "
        "solche Kurse können nicht geteilt werden (R10)"
    ),
    "termin/tag {}": "termin/tag {}",
    "is an Open-vhs file with the root {}, which carries no course data": (
        "ist eine Open-vhs-Datei mit der Wurzel {}, die keine Kursdaten trägt"
    ),
    "give the course export, whose root is veranstaltungen": (
        "bitte den Kursexport geben, dessen Wurzel veranstaltungen ist"
    ),
    "version {} is none of {}; it is read as 1.2": "Version {} ist keine von {}; gelesen wie 1.2",
    "the root is not in the namespace {}": "die Wurzel ist nicht im Namensraum {}",
    "is held at {} places (ortetermine); the first is taken: {}": (
        "findet an {} Orten statt (ortetermine); der erste gilt: {}"
    ),
    "guid {} is no GUID": "guid {} ist keine GUID",
    "ends on {} (ende_datum) before it begins on {} (beginn_datum)": (
        "endet am {} (ende_datum), bevor er am {} (beginn_datum) beginnt"
    ),
    "has {} participants for {} seats": "hat {} Teilnehmende für {} Plätze",
    "needs {} participants but has {} seats": "braucht {} Teilnehmende, hat aber {} Plätze",
    "erstellungszeitpunkt {} is no date-time": "erstellungszeitpunkt {} ist kein Zeitpunkt",
    "number {} is used by two courses, the other on line {}": (
        "Nummer {} haben zwei Kurse, der andere steht in Zeile {}"
    ),
    "termin/beginn_datum {}": "termin/beginn_datum {}",
    "time {} carries an offset, which was left out": "die Zeit {} trägt eine Zeitzone, die ausgelassen wurde",
    "kursart_digital {} is not known": "kursart_digital {} ist nicht bekannt",
}
"""English pattern -> German words."""

LIBRARIES: dict[str, str] = {
    "not well-formed (invalid token)": "nicht wohlgeformt (ungültiges Zeichen)",
    "mismatched tag": "ein Tag passt nicht",
    "duplicate attribute": "ein Attribut steht zweimal",
    "unbound prefix": "ein Präfix ist nicht erklärt",
    "undefined entity": "eine Entität ist nicht erklärt",
    "no element found": "das Ende fehlt",
    "unclosed token": "etwas wird nicht geschlossen",
    "unclosed CDATA section": "ein CDATA-Abschnitt wird nicht geschlossen",
    "junk after document element": "hinter dem Ende steht noch etwas",
    "partial character": "ein Zeichen ist unvollständig",
    "reference to invalid character number": "ein Verweis auf ein Zeichen, das es nicht gibt",
    "XML or text declaration not at start of entity": "die XML-Deklaration steht nicht am Anfang",
    "XML declaration not well-formed": "die XML-Deklaration ist nicht wohlgeformt",
    "encoding specified in XML declaration is incorrect": "die angegebene Kodierung stimmt nicht",
    "unknown encoding": "unbekannte Kodierung",
    "syntax error": "Syntaxfehler",
    "prefix must not be bound to one of the reserved namespace names": "ein Präfix ist vorbehalten",
    "reserved prefix (xml) must not be undeclared or bound to another namespace name": "das Präfix xml ist vorbehalten",
    "reserved prefix (xmlns) must not be declared or undeclared": "das Präfix xmlns ist vorbehalten",
    "must not undeclare prefix": "ein Präfix wird aufgehoben",
    "unknown encoding: {}": "unbekannte Kodierung: {}",
    "multi-byte encodings are not supported": "Kodierungen mit mehreren Bytes werden nicht gelesen",
    "{} is not a text encoding; use codecs.decode() to handle arbitrary codecs": "{} ist keine Kodierung für Text",
    "decoding with {} codec failed ({})": "mit {} nicht zu lesen ({})",
    "Bad CRC-32 for file {}": "falsche Prüfsumme von {}",
    "Bad magic number for file header": "falsche Kennung eines Eintrags",
    "Bad magic number for central directory": "falsche Kennung des Inhaltsverzeichnisses",
    "File is not a zip file": "die Datei ist kein Zip",
    "Truncated file header": "ein Eintrag ist abgeschnitten",
    "File name in directory {} and header {} differ.": "die Namen {} und {} eines Eintrags unterscheiden sich",
    "Overlapped entries: {} (possible zip bomb)": "Einträge überlappen sich: {} (vielleicht eine Zip-Bombe)",
    "No such file or directory": "es gibt keine solche Datei",
    "Permission denied": "keine Berechtigung",
    "Is a directory": "es ist ein Verzeichnis",
    "Input/output error": "Ein-/Ausgabefehler",
    "No space left on device": "kein Platz mehr auf dem Gerät",
    "File name too long": "der Name ist zu lang",
    "Expecting value": "es fehlt ein Wert",
    "Expecting {} delimiter": "es fehlt {}",
    "Expecting property name enclosed in double quotes": "es fehlt ein Schlüssel in Anführungszeichen",
    "Illegal trailing comma before end of {}": "vor dem Ende steht ein Komma zu viel",
    "Extra data": "dahinter steht noch etwas",
    "Unterminated string starting at": "ein Text endet nicht",
    "Invalid control character at": "ein Text enthält ein Steuerzeichen",
    "Invalid \\escape": "ein umgekehrter Schrägstrich zu viel",
    "Invalid \\uXXXX escape": "kein Zeichen hinter \\u",
}
"""What expat and other libraries, which read for the readers, say is wrong -> German words."""
