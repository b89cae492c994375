"""What ``forget`` says to people, in both languages: why something of an erasure is left, and the way out."""

from __future__ import annotations

from koop_es.ingest.erasure import Erasure
from koop_es.store.store import NO_RIGHT, OPEN_READER, STATISTICS_KEPT

FINISH = "koop-es forget --finish"

_WORDS: dict[str, dict[str, str]] = {
    "en": {
        "planned": "Would be erased",
        "asked": "Will be erased",
        "done": "Erased",
        "hidden": "Hidden, not yet erased",
        "headings": "person|COOP-Id|booking|versions|told to|forgotten",
        "items": "Set aside",
        "item_headings": "item|VHS|export|file|line|about|state|last seen",
        "confirm": "erase {count} persons for good?",
        "confirm_items": "erase {count} items of the quarantine for good?",
        "confirm_instructor": "write {count} events anew without this name, for good?",
        "instructor": "the name stands in {events} events of the log, which are written anew without it, and in "
        "{catalogue} courses that nobody shares",
        "surname_alone": "the surname alone also stands in {count} events of these courses, and stays; look with: "
        "koop-es history",
        "rows": "rows set aside that go as well: {count}",
        "restoring": "booking {ref} is not written again at VHS {owner}: who was forgotten cannot be restored; if it "
        "was removed: koop-es restore-booking {coop_id} --booking {ref} --vhs {owner} --reject --reason TEXT",
        "also": "the same person: koop-es forget --booking {ref}  ({coop_id})",
        "named": "kept under this name as well: koop-es forget --booking {ref}  ({coop_id})",
        "backups": "backups made before: {count}; koop-es restore leaves the person out where that is noted",
        "identifiers": "in {events} events of the log a TNR or Beleg-ID names somebody; they are written anew without",
        "reference": "STILL THERE: the booking {ref} is called by somebody's name, which stays in the log and in what "
        "is shown of it; only a new store, built from exports without it, is rid of it",
        "backups_rows": "backups hold them as long as they are kept; koop-es restore takes them out again where that "
        "is noted",
        "backups_unkeyed": "backups hold them as long as they are kept, and this store has no secret by which they "
        "could be noted: after koop-es restore repeat the command",
        "reach": "not within reach: the admin programs of VHS {vhss} and copies of their exports",
        "unkeyed": "this store was made by an older koop-es: whoever has the log and a list of the staff's names can "
        "tell which of them edited a row",
        "again": "as long as an admin program shows it, its next export brings it in again: mend it there",
        "left": "NOT FINISHED: {what}. {way}",
        "gone": "the rows are erased and nobody is shown them, but their bytes may still be in the files of the store",
        "there": "nobody is shown the person any more, but nothing is erased yet",
        "unnoted": "NOT NOTED beside {target}: whoever restores that backup brings the person back; make it reachable "
        "(its disk mounted, on the machine that made it) and {target}.forgotten writable, then: "
        f"{FINISH}; if it is gone for good: {FINISH} --gone {{target}}",
        "former": "STILL THERE: {what}, a former store that was kept aside, holds the name; remove it",
        "behind": "NOT CLEARED AWAY: {what}, which a broken-off backup left, may hold names; where nobody makes one "
        "there, remove it as its owner{host}, then: koop-es forget --finish",
        "host": " on {host}, or there run koop-es forget --finish; if it is gone for good with its disk or machine, "
        "add --gone {what}",
        OPEN_READER: f"another program has a transaction open that may still see them; end it, then: {FINISH}",
        NO_RIGHT: "this role may not write the tables anew; as their owner, or after GRANT MAINTAIN ON koop_persons, "
        f"koop_quarantine, koop_slices, koop_cells, koop_exports TO this role (PostgreSQL 17): {FINISH}",
        STATISTICS_KEPT: "the server keeps values of theirs for its planner, and this role may not have it forget "
        "them; as owner of tables and database, or after GRANT MAINTAIN ON pg_statistic TO this role (PostgreSQL 17): "
        f"{FINISH}",
        "store_full": f"the disk is full; free some space, then: {FINISH}",
        "": f"the store answered with {{code}}; once that is mended: {FINISH}",
    },
    "de": {
        "planned": "Würde gelöscht",
        "asked": "Wird gelöscht",
        "done": "Gelöscht",
        "hidden": "Verborgen, noch nicht gelöscht",
        "headings": "Person|COOP-Id|Belegung|Fassungen|mitgeteilt an|vergessen",
        "items": "Zurückgelegt",
        "item_headings": "Nr.|VHS|Export|Datei|Zeile|Art|Stand|zuletzt gesehen",
        "confirm": "{count} Personen endgültig löschen?",
        "confirm_items": "{count} zurückgelegte Zeilen endgültig löschen?",
        "confirm_instructor": "{count} Ereignisse endgültig ohne diesen Namen neu schreiben?",
        "instructor": "Der Name steht in {events} Ereignissen des Protokolls, die ohne ihn neu geschrieben werden, und "
        "in {catalogue} Kursen, die niemand teilt",
        "surname_alone": "Der Nachname allein steht auch in {count} Ereignissen dieser Kurse und bleibt dort; siehe: "
        "koop-es history",
        "rows": "zurückgelegte Zeilen, die mitgelöscht werden: {count}",
        "restoring": "Die Belegung {ref} wird bei VHS {owner} nicht wieder eingetragen: wer vergessen ist, kann nicht "
        "zurückgeholt werden; wurde sie entfernt: koop-es restore-booking {coop_id} --booking {ref} --vhs {owner} "
        "--reject --reason TEXT",
        "also": "dieselbe Person: koop-es forget --booking {ref}  ({coop_id})",
        "named": "auch unter diesem Namen geführt: koop-es forget --booking {ref}  ({coop_id})",
        "backups": "frühere Sicherungen: {count}; koop-es restore lässt die Person weg, wo das daneben vermerkt ist",
        "identifiers": "In {events} Ereignissen des Protokolls nennt eine TNR oder Beleg-ID jemanden; sie werden ohne "
        "das neu geschrieben",
        "reference": "NOCH DA: Die Belegung {ref} heißt nach jemandem, was im Protokoll und in Auskünften daraus "
        "stehen bleibt; nur ein neuer Speicher, aufgebaut aus Exporten ohne das, enthält es nicht",
        "backups_rows": "Sicherungen enthalten das, solange sie aufbewahrt werden; koop-es restore nimmt es wieder "
        "heraus, wo das daneben vermerkt ist",
        "backups_unkeyed": "Sicherungen enthalten das, solange sie aufbewahrt werden, und dieser Speicher hat kein "
        "Geheimnis, mit dem es vermerkt werden könnte: nach koop-es restore den Befehl wiederholen",
        "reach": "außer Reichweite: die Verwaltungsprogramme der VHS {vhss} und Kopien ihrer Exporte",
        "unkeyed": "Dieser Speicher stammt von einem älteren koop-es: wer das Protokoll und eine Liste des Personals "
        "hat, kann herausfinden, wer eine Zeile bearbeitet hat",
        "again": "Solange ein Verwaltungsprogramm das zeigt, bringt sein nächster Export es wieder: dort berichtigen",
        "left": "NICHT ABGESCHLOSSEN: {what}. {way}",
        "gone": "Die Zeilen sind gelöscht und werden niemandem gezeigt, ihre Bytes stehen aber vielleicht noch in den "
        "Dateien des Speichers",
        "there": "Die Person wird niemandem mehr gezeigt, gelöscht ist aber noch nichts",
        "unnoted": "NICHT VERMERKT neben {target}: wer diese Sicherung einspielt, bringt die Person zurück; sie "
        "erreichbar machen (Datenträger eingehängt, auf dem Rechner, der sie anlegte) und {target}.forgotten "
        f"beschreibbar, dann: {FINISH}; ist sie für immer weg: {FINISH} --gone {{target}}",
        "former": "NOCH DA: {what}, ein beiseite gelegter früherer Speicher, enthält den Namen: entfernen",
        "behind": "NICHT WEGGERÄUMT: {what}, Rest einer abgebrochenen Sicherung, enthält vielleicht Namen; macht dort "
        "niemand eine, als Eigentümer löschen{host}, dann: koop-es forget --finish",
        "host": " auf {host}, oder dort koop-es forget --finish aufrufen; ist es mit Datenträger oder Rechner für "
        "immer weg, mit --gone {what}",
        OPEN_READER: "Ein anderes Programm hat eine Transaktion offen, die sie noch sehen kann; diese beenden, dann: "
        + FINISH,
        NO_RIGHT: "Diese Rolle darf die Tabellen nicht neu schreiben; als ihr Eigentümer oder nach GRANT MAINTAIN ON "
        f"koop_persons, koop_quarantine, koop_slices, koop_cells, koop_exports TO Rolle (PostgreSQL 17): {FINISH}",
        STATISTICS_KEPT: "Der Server behält Werte davon für seinen Planer, und diese Rolle darf ihn sie nicht "
        "vergessen lassen; als Eigentümer von Tabellen und Datenbank oder nach GRANT MAINTAIN ON pg_statistic TO Rolle "
        f"(PostgreSQL 17): {FINISH}",
        "store_full": f"Der Datenträger ist voll; Platz schaffen, dann: {FINISH}",
        "": f"Der Speicher antwortete mit {{code}}; ist das behoben: {FINISH}",
    },
}


def say(lang: str, key: str, **values: object) -> str:
    """Say one sentence."""
    return _WORDS[lang][key].format(**values)


def question(found: Erasure, lang: str) -> str:
    """Ask whether it is to be done."""
    if found.instructor is not None:
        return say(lang, "confirm_instructor", count=found.instructor["events"])
    return say(lang, "confirm" if found.targets else "confirm_items", count=len(found.targets or found.set_aside))


def left(found: Erasure, lang: str) -> list[str]:
    """Say what is not finished here, and the way out; nothing where all is done."""
    said = []
    if found.left:
        known = found.left if found.left in _WORDS[lang] else ""
        way = say(lang, known, code=found.left)
        said.append(say(lang, "left", what=say(lang, "gone" if found.erased else "there"), way=way))
    said += [say(lang, "reference", ref=ref) for ref in found.named]
    said += [say(lang, "unnoted", target=target) for target in found.unnoted]
    for item in found.behind:
        if item.former:
            said.append(say(lang, "former", what=item.what))
            continue
        host = say(lang, "host", host=item.host, what=item.what) if item.host else ""
        said.append(say(lang, "behind", what=item.what, host=host))
    return said
