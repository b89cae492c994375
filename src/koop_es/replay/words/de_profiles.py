"""What is said of a connector profile that cannot be used, in German: a pattern for each sentence (``de_readers``)."""

from __future__ import annotations

PROFILES: dict[str, str] = {
    "there is no profile {}: name one of {} or the path of a TOML file": (
        "es gibt kein Profil {}: bitte {} oder den Pfad einer TOML-Datei nennen"
    ),
    "{}: larger than 1 MiB, so it is no profile: give a TOML file": (
        "{}: größer als 1 MiB und daher kein Profil: bitte eine TOML-Datei nennen"
    ),
    "{}: cannot be read ({}): save it as UTF-8 text": "{}: nicht lesbar ({}): bitte als UTF-8-Text speichern",
    "{}: is no TOML ({}): correct that place": "{}: ist kein TOML ({}): bitte diese Stelle berichtigen",
    "{} is not known: known here are {}": "{} ist nicht bekannt: bekannt sind hier {}",
    "{} is missing: {}": "{} fehlt: {!s}",
    "{} cannot be {}: {}": "{0} kann nicht {1} sein: {2!s}",
    'write a text, such as name = "unsere-vhs"': 'bitte einen Text schreiben, etwa name = "unsere-vhs"',
    'write one of ";", ",", "|" and "\\t"': 'bitte ";", ",", "|" oder "\\t" schreiben',
    "write DD.MM.YYYY or YYYY-MM-DD": "bitte DD.MM.YYYY oder YYYY-MM-DD schreiben",
    "write per vhs or per course": "bitte per vhs oder per course schreiben",
    'the letter of the program stands on the left, and "A", "W" or "S" on the right, as in X = "S"': (
        'links steht der Buchstabe des Programms, rechts "A", "W" oder "S", etwa X = "S"'
    ),
    'write a list of letters for each, such as true = ["W", "J"]': (
        'bitte für beide eine Liste von Buchstaben schreiben, etwa true = ["W", "J"]'
    ),
    "write one of the encodings {}": "bitte eine der Kodierungen {} schreiben",
    "write keep or link for blank and for other": "bitte für blank und für other keep oder link schreiben",
    'write a heading or a list of headings, such as title = ["Haupttitel"]': (
        'bitte eine Überschrift oder eine Liste davon schreiben, etwa title = ["Haupttitel"]'
    ),
    "[columns.{}] {} is no field: known are {}": "[columns.{}] {} ist kein Feld: bekannt sind {}",
    "[columns.{}] {} has an empty heading: write what stands in the header line": (
        "[columns.{}] {} hat eine leere Überschrift: bitte schreiben, was in der Kopfzeile steht"
    ),
    "[columns.{}] {} cannot have {}, which is the heading of {}: give that column another heading in the export": (
        "[columns.{}] {} kann nicht {} haben, die Überschrift von {}: bitte der Spalte im Export eine andere geben"
    ),
    "[columns.{}] {} stands for {} and for {}: leave it with one of the two": (
        "[columns.{}] {} steht für {} und für {}: bitte nur bei einem von beiden lassen"
    ),
    "[booleans] {} cannot be true and false: leave it in one; an empty cell is false": (
        "[booleans] {} kann nicht wahr und falsch sein: bitte in einem lassen; eine leere Zelle ist falsch"
    ),
}
"""English pattern -> German words."""
