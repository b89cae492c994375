"""German, in the words of the admin programs and their handbooks."""

from __future__ import annotations

from koop_es.replay.words.de_details import details as _details
from koop_es.replay.words.de_events import EVENTS as _EVENTS
from koop_es.replay.words.de_remedies import REMEDIES as _REMEDIES
from koop_es.replay.words.de_remedies import VARIANTS as _VARIANTS
from koop_es.replay.words.de_rules import RULES as _RULES
from koop_es.replay.words.de_violations import VIOLATIONS as _VIOLATIONS

details, EVENTS, REMEDIES, RULES = _details, _EVENTS, _REMEDIES, _RULES
VARIANTS, VIOLATIONS = _VARIANTS, _VIOLATIONS
TIME = "%d.%m.%Y %H:%M"

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
    "likely_zeros": "; vermutlich gingen führende Nullen verloren oder kamen hinzu, wie in einer Tabellenkalkulation",
    "lives_again": "die Belegung {ref} gilt wieder: der Export der VHS {vhs}, der sie stornierte, ist zurückgenommen",
    "booking_named": "der Belegung {ref}",
    "the_course": "dem Kurs",
    "survivor": "({survivor} ist eine Belegung derselben Person: das muss jemand entscheiden)",
    "told_creates": "anzulegende Spiegel: {refs}",
    "told_cancelled": "S für {refs}",
    "told_confirmed": "A für {refs}",
    "told_waitlisted": "W für {refs}",
    "told_corrected": "Personendaten von {refs}",
    "told_not_seen": "Belegungen {refs}",
    "course_create": "der anzulegende Abo-Kurs",
    "course_update": "Felder des Kurses",
    "course_cancel": "der Ausfall",
    "course_set_external_number": "die COOP-Id",
    "moved_confirmed": "bestätigt: die Belegung {ref}, die VHS {vhs} umgebucht hat, ist storniert ({reason})",
    "moved_rejected": "verworfen: wohin VHS {vhs} die Belegung {ref} umgebucht hat, ist sie nicht storniert ({reason})",
    "withdrawn_s": "das S der VHS {vhs} in Belegung {ref} gilt nicht: sein Export {reason} wurde zurückgenommen",
    "withdrawn_former": "was VHS {vhs} von Belegung {ref} zeigt, gilt nicht: ihr Export {reason} wurde zurückgenommen",
    "withdrawn_facts": "was VHS {vhs} vom Kurs wie früher zeigt, gilt nicht: ihr Export {reason} wurde zurückgenommen",
    "withheld_went": "nach Rücksicherung zeigt VHS {vhs} bei {what} Früheres: es bleibt zurückgehalten ({withheld_id})",
    "unclear_stamp": "zeigt S, und die Zeile wurde seit der Bestätigung des S bearbeitet",
    "unclear_still": "zeigt S, und das auch noch zwei vollständige Exporte nach Ausgabe des A",
    "unclear_alone": "zeigt S, und andere, deren S mit ihm zurückgenommen wurde, zeigen wieder ihre Buchstaben",
    "unclear_again": "zeigt S, und ein vollständiger Export nach dem zurückgenommenen zeigt es wieder",
    "unclear_over": "zeigt S, und zeigte es nach dem zurückgenommenen Export wieder, ehe ein anderer Buchstabe dastand",
    "unclear_unsigned": "zeigt S, und ihr Programm sagt nicht, ob es dort jemand gesetzt hat, ehe es mitgeteilt wurde",
    "unclear_moved": "zeigt S, und es kann das S sein, das für den verlassenen Kurs ausgegeben wurde",
    "unclear_exchanged": "zeigt S, und ihre Koop-Beleg-ID nennt eine andere Belegung: zwei Referenzen sind vertauscht",
    "unclear_alike": "zeigt S, in einer von mehreren Zeilen, die nichts unterscheidet",
    "unclear_named": "zeigt S, in der Zeile einer anderen Belegung, deren Koop-Beleg-ID diese nennt",
    "unclear_replaced": "zeigt S, und das kann die Person meinen, an deren Stelle jetzt eine andere teilnimmt",
    "unclear_cannot_compare": "zeigt S, und ihr Konnektor kann vor dem Schreiben nicht vergleichen",
    "unclear_somebody_else": "zeigt S, in einer Zeile, die jemand anderen nennt als gebucht hat",
    "unclear_typed_over": "zeigt S, in einer Zeile, in die dort jemand anderes eingetragen wurde",
    "unclear_apart": "zeigt S, und es kann gesetzt worden sein, als diese VHS kein Abo hatte",
    "held_since_backup": "VHS {vhs} zeigt eine neue Zeile {booking_id}, vielleicht eine Kopie von seither: sie wartet",
    "no_more_since_backup": "die Zeile {booking_id} der VHS {vhs} wartet nicht mehr auf Belegungen seit der Sicherung",
    "unclear_put_back": "zeigt S, und es kann vor dem Zurückspielen des Speichers ausgegeben worden sein",
    "unclear_written_since": "zeigt etwas anderes als S, vielleicht ausgegeben, ehe der Speicher zurückgespielt wurde",
    "unclear_former": "zeigt S, das der Konnektor früher schrieb und über das seither anderes geschrieben wurde",
    "unclear_late": "zeigt S, das ausgegeben und vor jedem Export zurückgenommen wurde, und nennt niemanden",
    "unclear_went": "zeigte S, das zurückgehalten war, und zeigt es nicht mehr, ohne dass jemand geantwortet hat",
    "unclear_untold": "zeigt S, und es wurde dort nie ausgegeben",
    "empty": "nichts",
    "erased": "gelöscht",
    "nothing": "nichts",
    "superseded": "überholt, weil er nicht neuer ist als der zuletzt gelesene",
    "quarantined": "beiseitegelegt",
    "value": "Die Belegung {ref} soll bei VHS {vhs} auf {wanted} stehen{reason_text} und zeigt dort {shown}.",
    "value_none": "VHS {vhs} soll die Belegung {ref} nicht führen{reason_text} und zeigt {shown}.",
    "value_person": "VHS {vhs} soll Stand {wanted} der Personendaten führen und zeigt Stand {shown}.",
    "value_own": "{field} zeigt bei VHS {vhs} {shown}.",
    "value_field": "{field} soll bei VHS {vhs} {wanted} sein und zeigt {shown}.",
    "reason_course": "der Kurs fällt aus",
    "reason_participant": "von einer VHS storniert",
    "reason_moved": "in einen anderen Kurs umgebucht",
    "reason_orphan": "bei einer VHS entfernt",
    "reason_abo": "das Abo der eigenen VHS ist beendet",
    "now_shown": "VHS {vhs} zeigt {status}",
    "now_gone": "VHS {vhs} zeigt sie nicht mehr",
    "now_unknown": "VHS {vhs} zeigt den unbekannten Buchstaben „{status}“",
    "now_unread": "VHS {vhs}: niemand weiß es, die Zeile wird zurzeit nicht gelesen",
    "now_none": "VHS {vhs} hat sie noch nicht gezeigt",
    "then_shown": "VHS {vhs} zeigte {status}",
    "then_gone": "VHS {vhs} zeigte sie nicht mehr",
    "then_unread": "VHS {vhs} wurde nicht gelesen",
    "then_unknown": "VHS {vhs} zeigte den unbekannten Buchstaben „{status}“",
    "collided": "{text}; zugleich: {others}",
    "differs": "{heading}: {shown} statt {wanted}.",
    "read_as": "{asked} ist keine Referenz: die Zeile unter dieser Beleg-ID ist die Belegung {ref} oder kann sie sein.",
    "unread": "Zur Belegung {ref} gibt es kein Ereignis: ihre Zeile wurde beiseitegelegt und nicht gelesen.",
    # what is the matter with a booking
    "c_not_involved": "VHS {vhs} ist nicht beteiligt.",
    "c_agrees": "Das stimmt überein.",
    "c_turned_back": (
        "Vorher wurde der VHS {vhs} etwas anderes ausgegeben; ob sie es geschrieben hat, sagt noch kein Export."
    ),
    "c_course_turned_back": (
        "Zum Kurs {number} ({period}) wurde der VHS {vhs} anderes ausgegeben; noch kein Export sagt davon."
    ),
    "c_not_yet": "VHS {vhs} hat das noch nicht gezeigt.",
    "c_no_course_yet": "VHS {vhs} hat den Abo-Kurs noch nicht angelegt; die Belegung kommt danach.",
    "c_not_told": "Der Status S ist bei VHS {vhs} noch nicht angekommen.",
    "c_reactivated": "VHS {vhs} hatte bereits S gezeigt und zeigt jetzt wieder {shown}; S ist endgültig.",
    "c_old_s": "Der Status S bei VHS {vhs} gilt nicht: die Belegung besteht.",
    "c_letter_waits": (
        "Was VHS {vhs} zeigt, träfe auf einmal zu viele andere: es wird zurückgehalten, und niemand sonst wurde "
        "benachrichtigt."
    ),
    "c_unclear": "Ob das S bei VHS {vhs} eine Stornierung ist, ist unklar: es wird gefragt, und die Belegung besteht.",
    "c_letter": "Zwischen A und W entscheidet nur die eigene VHS {owner}; VHS {vhs} zeigt den anderen Buchstaben.",
    "c_owner_told": "Der Platz wurde auf Meldung vergeben, das Programm der VHS {vhs} zeigt ihn noch nicht.",
    "c_unknown_status": (
        "Den Buchstaben „{shown}“ kennt niemand: bis dort A, W oder S steht, wird aus der Zeile nichts gelesen und in "
        "sie nichts geschrieben. Sie ist da, und ihretwegen wird niemand storniert."
    ),
    "c_unknown_at_owner": (
        "Den Buchstaben „{shown}“, den ersten bei VHS {vhs}, kennt niemand: keine andere VHS erfährt von der Belegung, "
        "bis dort A, W oder S steht."
    ),
    "c_frozen": "Die COOP-Id des Kurses wurde bei VHS {vhs} verändert; dort wird keine seiner Belegungen gelesen.",
    "c_course_missing": (
        "Der Kurs fehlt in den Exporten der VHS {vhs}; seine Belegungen gelten dort weder als da noch als entfernt."
    ),
    "c_archived_with_course": (
        "Der Kurs ist vorbei und steht nicht mehr in den Exporten der VHS {vhs}; seine Belegungen bleiben, wie sie "
        "sind, und werden abgerechnet."
    ),
    "c_archived": (
        "Der Kurs ist vorbei, und sie steht nicht mehr in den Exporten der VHS {vhs}; sie bleibt, wie sie ist, und "
        "wird abgerechnet."
    ),
    "c_absent": (
        "Sie fehlt in vollständigen Exporten der VHS {vhs}; das ist bisher ein Verdacht, und niemand wird storniert."
    ),
    "c_absent_back": (
        "Sie fehlt im letzten vollständigen Export der VHS {vhs}; was daraus folgte, ist zurückgenommen, und sie gilt."
    ),
    "c_set_aside": (
        "Was VHS {vhs} jetzt davon zeigt, ist nicht zu erkennen: Eine Zeile, die ihre sein kann, wurde beiseitegelegt. "
        "Es bleibt, wie es war, und niemand wird deshalb storniert."
    ),
    "c_suspended": (
        "Der letzte vollständige Export der VHS {vhs} zeigt sie nicht, und ob sie entfernt ist, ist nicht zu sagen; "
        "deshalb wird niemand storniert."
    ),
    "c_orphan": (
        "Bei VHS {vhs} ist sie verloren gegangen: sie fehlte in so vielen vollständigen Exporten, wie eingestellt ist."
    ),
    "c_orphan_decided": "Sie fehlte bei VHS {vhs}, und jemand hat entschieden, dass sie wirklich entfernt wurde.",
    "c_withheld": (
        "Sie fehlt bei VHS {vhs} zusammen mit auffällig vielen anderen; die Stornierung andernorts wartet auf den "
        "Betreiber."
    ),
    "c_lost": "Ihre Kopie fehlt bei VHS {vhs} in ihrem Kurs; sie wird neu angelegt, wenn die Belegung besteht.",
    "c_doubted": (
        "Ihre Kopie fehlt bei VHS {vhs} zusammen mit so vielen anderen, dass die Datei abgeschnitten sein kann; fehlt "
        "sie auch im nächsten vollständigen Export, wird sie neu angelegt."
    ),
    "c_absent_final": "Sie ist storniert und bei VHS {vhs} nicht mehr da; es gibt nichts mehr zu melden.",
    "c_reused": (
        "Ihre Beleg-ID hat bei VHS {vhs} jetzt eine andere Anmeldung: ob sie fehlt, zeigt erst ein vollständiger "
        "Export."
    ),
    "c_double": (
        "Bei VHS {vhs} wurden zwei Datensätze einer Person zusammengeführt, die beide belegt waren; welche Belegung "
        "wegfällt, muss jemand entscheiden."
    ),
    "c_unclaimed": "Ihre eigene VHS {owner} hat sie nie gemeldet; sie bleibt, wie sie gezeigt wird.",
    "c_never_held": "Sie war storniert, bevor VHS {vhs} sie je gezeigt hat, und wird dort nicht mehr angelegt.",
    "c_no_identity": "VHS {vhs} führt den Platz ohne die Person.",
    "c_owner_person": "Es ist die eigene Belegung der VHS {vhs}; was sie zeigt, gilt.",
    "c_person_differs": "VHS {vhs} zeigt Personendaten, die ihre eigene VHS {owner} nie hatte.",
    "c_person_old": "VHS {vhs} zeigt die Personendaten von früher.",
    "c_own": "Das führt jede VHS selbst.",
    # what is the matter with a course
    "suspended_row_unreadable": "eine beiseitegelegte Zeile dieses Kurses sagt nicht, wessen sie ist",
    "suspended_course_unreadable": "eine beiseitegelegte Zeile sagt weder, wessen sie ist, noch in welchem Kurs",
    "suspended_course_unknown": (
        "eine beiseitegelegte Zeile eines Kurses, der nie gemeldet wurde, sagt nicht, wessen sie ist"
    ),
    "waiting": " Was dort inzwischen zu schreiben wäre, wird nicht geschrieben: {waiting}.",
    "c_withdrawn": "Die Freigabe wurde zurückgezogen; es gibt nichts zu führen.",
    "c_moved": "Der Kurs wird unter {successor} weitergeführt.",
    "c_abo_ended": "Das Abo der VHS {vhs} wurde beendet.",
    "c_course_agrees": "Der Kurs {number} ({period}) bei VHS {vhs} ist, wie er sein soll.",
    "c_course_differs": "Der Kurs {number} ({period}) bei VHS {vhs} zeigt nicht alles, wie es sein soll.",
    "c_course_frozen": "Bei VHS {vhs} steht in „Externe Kurs-Nr.“ {found} statt {coop_id}; der Kurs ruht dort.",
    "c_course_gone": "Der Kurs {number} ({period}) fehlt in den Exporten der VHS {vhs}; gelöscht wird deshalb nichts.",
    "c_course_archived": "Der Kurs {number} ({period}) ist vorbei und steht nicht mehr in den Exporten der VHS {vhs}.",
    "c_course_not_made": "VHS {vhs} hat abonniert, ihr Export zeigt den Kurs {number} ({period}) noch nicht.",
    "c_course_never_made": "Der Kurs wurde abgesagt, bevor VHS {vhs} ihren Abo-Kurs angelegt hat.",
    "reinstated": (
        "ein Betreiber hat den Ausfall der VHS {vhs} zurückgenommen: der Kurs findet statt, und was nur er storniert "
        "hatte, gilt"
    ),
    "c_course_asked": (
        "Was Kurs {number} ({period}) bei VHS {vhs} zeigt, ist von vor dem Zurücksetzen ihres Programms; was gilt, "
        "wird gefragt."
    ),
    "c_course_waits": (
        "Was Kurs {number} ({period}) bei VHS {vhs} zeigt, täte anderen zu viel auf einmal: Es wartet, und niemandem "
        "sonst wurde es gesagt."
    ),
    "c_ausfall_goes": (
        "Kurs {number} ({period}) zeigt bei VHS {vhs} noch den Ausfall, der zurückgenommen wurde; die Änderungsliste "
        "nimmt ihn auch dort zurück."
    ),
    "c_ausfall_alone": (
        "Der Kurs {number} ({period}) zeigt nur bei VHS {vhs} Ausfall; absagen kann ihn nur die Master-VHS {master}."
    ),
    "c_ausfall_not_told": "Der Master hat den Kurs abgesagt; der Ausfall ist bei VHS {vhs} noch nicht angekommen.",
    "c_ausfall_taken_back": (
        "Der Master hat den Kurs abgesagt und zeigt ihn jetzt wieder ohne Ausfall; nach dem letzten Tag bleibt es "
        "dabei."
    ),
    "c_asked": (
        "Sie fehlt bei ihrer eigenen VHS {vhs}, und das beweist nichts; es wird nachgefragt, und bis dahin gilt sie."
    ),
    "c_asked_shown": "Die Zeile zeigt, was vor dem Zurücksetzen des Programms der VHS {vhs} war; es wird nachgefragt.",
    "c_asked_orphan": "Sie war bei VHS {vhs} entfernt und ist durch das Zurücksetzen wieder da; es wird nachgefragt.",
    "c_restored": "Jemand hat entschieden, dass sie besteht; sie wird bei VHS {vhs} wieder geschrieben.",
    "c_told": "Das stimmt überein; ein Feld, für das der Export der VHS {vhs} keine Spalte hat, gilt als geschrieben.",
    "c_kept": "VHS {vhs} hat das selbst eingetragen; es gilt, bis der Master es ändert.",
    "c_one_shot": "Das wird nur beim Anlegen des Abo-Kurses geschrieben und bleibt dann der VHS {vhs} überlassen.",
    "c_own_field": "Hier wird der VHS {vhs} nichts vorgegeben.",
    "c_field_differs": "VHS {vhs} zeigt das nicht.",
    "c_no_column": "Der Export der VHS {vhs} hat keine solche Spalte, und geändert hat sich dort seither nichts.",
    "c_master_decides": "VHS {vhs} ist Master und entscheidet darüber.",
    "c_terms_differ": "Die angenommenen Konditionen gelten weiter, was immer die Zeile des Masters zeigt.",
    "c_own_number": "Ihre Kursnummern vergibt jede VHS selbst.",
    # what else could have been
    "o_no_ausfall": "Ohne den Ausfall hätte sie Status {status}.",
    "o_no_ausfall_s": "Auch ohne den Ausfall wäre sie storniert.",
    "o_no_s": "Hätte VHS {vhs} nicht S gesetzt, hätte sie Status {status}.",
    "o_no_s_gone": (
        "Hätte VHS {vhs} nicht S gesetzt, fehlte sie trotzdem in mehreren vollständigen Exporten der VHS {vhss}: sie "
        "wäre als entfernt storniert, oder es wartete auf eine Antwort."
    ),
    "o_no_s_suspected": (
        "Hätte VHS {vhs} nicht S gesetzt, hätte sie Status {status} und fehlte in einem vollständigen Export der VHS "
        "{vhss}: ein Verdacht."
    ),
    "o_several": "Sie ist aus mehreren Gründen storniert (VHS {vhss}); fiele einer weg, wäre sie es trotzdem.",
    "o_shown_again": "Hätte Export {export} der VHS {vhs} sie wie zuvor gezeigt, wäre damals niemand storniert worden.",
    "o_shown_again_but": (
        "Hätte Export {export} der VHS {vhs} sie wie zuvor gezeigt, wäre sie wegen VHS {others} trotzdem storniert."
    ),
    "o_not_approved": "Ohne die Zustimmung des Betreibers würde die Stornierung noch warten.",
    "o_not_decided": "Ohne diese Entscheidung würde sie gelten, und es wäre weiter danach gefragt.",
    "o_owner_only": (
        "Mit orphan_policy=owner_only wäre die Kopie bei VHS {vhs} neu angelegt und niemand storniert worden."
    ),
    "o_seats": "Mit {seats} oder mehr Plätzen hätte sie einen.",
    "o_letter": "Mit A, W oder S bei VHS {vhs} würde die Zeile wie jede andere gelesen.",
    "o_kept": "Hätte VHS {master} das danach geändert, würde deren Wert gelten.",
    "o_terms": "Hätten beide Seiten neuen Konditionen zugestimmt (koop-es amend-terms), würden diese gelten.",
    "o_master_ausfall": "Hätte VHS {master} Ausfall gesetzt, wäre der Kurs überall abgesagt.",
    # what stands open, by the kind of the matter; what to do about it has the same name with n_
    "m_frozen": "Der Kurs ruht bei VHS {vhs}: in „Externe Kurs-Nr.“ fehlt die COOP-Id; keine Belegung wird gelesen.",
    "m_missing": "Der Kurs fehlt in den Exporten der VHS {vhs}.",
    "m_missing_abo": "Der Abo-Kurs fehlt in den Exporten der VHS {vhs}.",
    "m_suspected": (
        "Die Belegung {ref} fehlt in vollständigen Exporten der VHS {vhs}: vorerst ein Verdacht, noch ist niemand "
        "storniert."
    ),
    "m_suspected_copy": (
        "Die Kopie der Belegung {ref} fehlt in vollständigen Exporten der VHS {vhs}: vorerst ein Verdacht, noch ist "
        "niemand storniert."
    ),
    "m_suspected_many": (
        "Die Belegung {ref} fehlt mit vielen anderen in einem vollständigen Export der VHS {vhs}: niemand ist "
        "storniert, und ein zweiter solcher Export wartet auf eine Antwort."
    ),
    "m_suspected_back": (
        "Die Belegung {ref} fehlt im letzten vollständigen Export der VHS {vhs}; was daraus folgte, ist "
        "zurückgenommen, und sie gilt."
    ),
    "m_suspected_over": (
        "Die Belegung {ref} fehlt in vollständigen Exporten der VHS {vhs}, und der Kurs ist vorbei: das storniert "
        "niemanden mehr."
    ),
    "m_set_aside": (
        "Was VHS {vhs} von Belegung {ref} zeigt, ist nicht zu erkennen: Eine Zeile, die ihre sein kann, wurde "
        "beiseitegelegt ({row}, seit {since})."
    ),
    "m_set_aside_course": (
        "Von den Zeilen dieses Kurses bei VHS {vhs} sind {count} beiseitegelegt, die erste {row} seit {since}: Nichts "
        "davon zählt."
    ),
    "m_suspended": (
        "Ob VHS {vhs} die Belegung {ref} noch führt, ist seit Export {export} nicht zu sagen: eine Zeile wurde "
        "beiseitegelegt, die ihre sein kann."
    ),
    "m_withheld": (
        "Die Belegung {ref} fehlt bei VHS {vhs} zusammen mit auffällig vielen: ihr Status S wird zurückgehalten ({id})."
    ),
    "m_withheld_effect": ("Was VHS {vhs} dort zeigt, träfe auf einmal zu viele andere und wird zurückgehalten ({id})."),
    "m_turned_back": (
        "Zu {ref} wurde der VHS {vhs} anderes ausgegeben; ob sie es geschrieben hat, sagt noch kein Export."
    ),
    "m_turned_back_course": (
        "Zum Kurs wurde der VHS {vhs} anderes ausgegeben; ob sie es geschrieben hat, sagt noch kein Export."
    ),
    "m_withheld_letter": (
        "VHS {vhs} zeigt die Belegung {ref} wieder als angemeldet, zusammen mit anderen, die schon S zeigten: "
        "geschrieben wird nichts, bis geklärt ist, warum ({id})."
    ),
    "m_asked": (
        "Die Belegung {ref} fehlt bei ihrer eigenen VHS {vhs}; das beweist nichts, sie gilt, bis jemand entscheidet."
    ),
    "m_asked_shown": "Die Belegung {ref} zeigt, was vor dem Zurücksetzen des Programms der VHS {vhs} war.",
    "m_asked_orphan": "Die Belegung {ref} war bei VHS {vhs} entfernt und ist durch das Zurücksetzen wieder da.",
    "m_asked_course": "Das Programm der VHS {vhs} wurde zurückgesetzt und zeigt frühere Werte: {fields}.",
    "m_double": (
        "VHS {vhs} hat zwei Datensätze einer Person zusammengeführt, die beide angemeldet waren: {ref} und {survivor}."
    ),
    "m_unreadable": (
        "Die Belegung {ref} zeigt bei VHS {vhs} den unbekannten Status {found}: die Zeile wird nicht gelesen."
    ),
    # what to do
    "n_nothing": "Es ist nichts zu tun.",
    "n_pending": (
        "In der Änderungsliste der VHS {vhs} steht {kind}; sobald der Konnektor es geschrieben hat, bestätigt es der "
        "nächste Export."
    ),
    "n_remedy": "{code} bei VHS {vhs}: {remedy}",
    "n_further": (
        "Ebenfalls offen in dieser Kooperation: {matters}; mehr sagt koop-es why {coop_id} --vhs V oder --booking REF."
    ),
    "and_more": "{count} weitere",
    "n_rekeyed": "VHS {vhs} führt sie jetzt unter der Beleg-ID {booking_id}; Änderungen nennen diese.",
    "n_reused": "Ihre Beleg-ID {booking_id} bei VHS {vhs} gehört jetzt zu einer anderen Anmeldung, {by}.",
    "n_former": "Sie hat bei VHS {vhs} die Beleg-ID {booking_id}, die vorher {former} hatte.",
    "n_unreferenced": "Ihrer Zeile {booking_id} bei VHS {vhs} fehlt die Koop-Beleg-ID.",
    "n_elsewhere": "Auch bei VHS {vhss} ist es noch zu schreiben.",
    "n_final": "Bitte bei VHS {vhs} wieder S setzen; wer doch teilnehmen will, wird neu angemeldet.",
    "n_unreadable": (
        "Bitte in der Zeile bei VHS {vhs} A, W oder S setzen; ist {found} ein Buchstabe ihres Programms, gehört er "
        "unter status ins Profil, und der Export wird wiederholt."
    ),
    "n_frozen": "Bitte bei VHS {vhs} die COOP-Id wieder in „Externe Kurs-Nr.“ eintragen.",
    "n_missing": (
        "Bitte den Kurs bei VHS {vhs} wiederherstellen. Nur wenn er gar nicht stattfindet, dort als Ausfall absagen: "
        "das storniert die Belegungen aller VHS."
    ),
    "n_missing_abo": (
        "Bitte den Abo-Kurs bei VHS {vhs} wiederherstellen, wie er war. Nur wenn VHS {vhs} ihn wirklich beendet: "
        "jede ihrer eigenen Belegungen mit koop-es confirm-cancellation {coop_id} --booking REF --vhs {vhs} --reason "
        "TEXT beenden, dann koop-es terminate-abo {coop_id} --vhs {vhs}; die Belegungen der anderen laufen weiter."
    ),
    "n_owner_books": (
        "VHS {owner} trägt sie unter derselben Beleg-ID ein; sonst wird Status S gesetzt, wo sie steht, auch wenn VHS "
        "{owner} sie unter einer anderen einträgt."
    ),
    "n_set_aside": (
        "Eine Zeile von VHS {vhs}, die Belegung {ref} sein kann, wurde beiseitegelegt ({row}, seit {since}): {reason}. "
        "Zu tun: {remedy}; koop-es quarantine show {id}."
    ),
    "n_set_aside_course": (
        "Zeilen dieses Kurses sind bei VHS {vhs} beiseitegelegt ({count}, die erste {row}, seit {since}): {reason}. Zu "
        "tun: {remedy}; koop-es quarantine list, koop-es quarantine show {id}."
    ),
    "n_suspended": (
        "Bitte die Zeilen berichtigen, die bei VHS {vhs} beiseitegelegt wurden (koop-es quarantine list), und neu "
        "exportieren; bis dahin gilt die Belegung weder als vorhanden noch als entfernt."
    ),
    "n_suspected": (
        "Bitte die Belegung bei VHS {vhs} wiederherstellen oder dort S setzen: fehlt sie bis zum letzten Kurstag im "
        "nächsten vollständigen Export, bekommen alle anderen S."
    ),
    "n_suspected_copy": (
        "Bitte die Kopie bei VHS {vhs} mit ihrer Koop-Beleg-ID wiederherstellen: fehlt sie bis zum letzten Kurstag im "
        "nächsten vollständigen Export, bekommen alle anderen S, außer mit orphan_policy=owner_only."
    ),
    "n_suspected_many": (
        "Bitte prüfen, ob der Export der VHS {vhs} gefiltert, abgeschnitten oder der falsche war, und neu exportieren. "
        "Fehlen sie auch im nächsten vollständigen Export, bekommt niemand S, bevor jemand antwortet: koop-es withheld "
        "list."
    ),
    "n_suspected_back": (
        "Das zeigt der nächste vollständige Export der VHS {vhs}: fehlt sie wieder, wird bei ihrer eigenen VHS "
        "nachgefragt und bei jeder anderen wieder geschrieben."
    ),
    "n_suspected_over": (
        "Sie bleibt und wird abgerechnet. Sollte sie das nicht, bitte S setzen, wo sie noch steht; sonst dafür "
        "einstehen: koop-es acknowledge {coop_id} BOOKING_REMOVED --vhs {vhs} --booking {ref} --reason TEXT."
    ),
    "n_restore_orphan": (
        "Soll sie bestehen, bitte dieselbe Belegung dort wiederherstellen, wo sie entfernt wurde: bei VHS {vhss}, eine "
        "eigene unter ihrer Beleg-ID, eine Kopie mit ihrer Koop-Beleg-ID. Sie lebt auf, sobald der nächste Export "
        "sie zeigt."
    ),
    "n_asked": (
        "Bitte entscheiden: koop-es restore-booking {coop_id} --booking {ref} --vhs {vhs} --reason TEXT schreibt sie "
        "wieder, aber nicht für Vergessene; mit --reject wurde sie wirklich entfernt, und alle anderen bekommen S."
    ),
    "n_asked_shown": (
        "Bitte entscheiden: koop-es restore-booking {coop_id} --booking {ref} --vhs {vhs} --reason TEXT schreibt, was "
        "seither dort stand, aber nicht für Vergessene; mit --reject gilt, was gezeigt wird. Wurde nichts "
        "zurückgesetzt, und war ein Export dazwischen falsch: koop-es withdraw-export nimmt ihn zurück."
    ),
    "n_asked_orphan": (
        "Bitte entscheiden: koop-es restore-booking {coop_id} --booking {ref} --vhs {vhs} --reason TEXT lässt sie "
        "wieder gelten; mit --reject bleibt sie storniert und bekommt dort S."
    ),
    "n_asked_course": (
        "Bitte entscheiden: koop-es restore-course {coop_id} --vhs {vhs} --reason TEXT schreibt, was seither dort "
        "stand; mit --reject gehen die früheren Werte an alle. Wurde nichts zurückgesetzt, und war ein Export "
        "dazwischen falsch: koop-es withdraw-export nimmt ihn zurück."
    ),
    "n_without_abo": "Das Abo der VHS {owner} ist beendet: sie bleibt S, bis diese {coop_id} wieder abonniert.",
    "n_new_booking": "S ist endgültig; wer doch teilnehmen will, wird neu angemeldet.",
    "n_withheld": (
        "Der Betreiber entscheidet: koop-es withheld list, koop-es withheld approve {id}; oder VHS {vhs} stellt die "
        "Belegung wieder her, eine eigene unter ihrer Beleg-ID, eine Kopie mit ihrer Koop-Beleg-ID."
    ),
    "n_withheld_effect": (
        "Ist es gewollt, bestätigt es VHS {vhs} oder der Betreiber: koop-es withheld approve {id}. Sonst erledigt es "
        "sich mit dem nächsten Export, der die früheren Werte zeigt, oder mit koop-es withdraw-export; über ein "
        "einzelnes S entscheidet auch koop-es confirm-cancellation, mit --reject oder ohne."
    ),
    "n_turned_back": "Den nächsten vollständigen Export der VHS {vhs} abwarten: er sagt, ob {ref} zu berichtigen ist.",
    "n_turned_back_course": "Der nächste vollständige Export der VHS {vhs} sagt, ob der Kurs zu berichtigen ist.",
    "n_withheld_letter": (
        "Bitte die Status-Buchstaben des Profils prüfen: mit den richtigen erledigt es der nächste Export. Bleibt sie "
        "storniert, setzt koop-es withheld approve {id} wieder S; soll sie gelten, nimmt koop-es withdraw-export den "
        "Export zurück, der sie storniert hat (koop-es history {coop_id} nennt ihn)."
    ),
    "n_double": (
        "Bitte für VHS {vhs} entscheiden, ob {ref} entfällt: koop-es confirm-cancellation; mit --reject gilt sie neben "
        "{survivor}."
    ),
    "n_claim": (
        "Ein Platz ist frei ({taken} von {seats} belegt): VHS {owner} kann ihn beanspruchen, koop-es claim-seat "
        "{coop_id} --vhs {owner} --booking {ref}."
    ),
    "n_full": "Es ist kein Platz frei ({taken} von {seats} belegt); den nächsten bekommt, wer sich zuerst meldet.",
    "n_beyond": (
        "Sie steht an Stelle {place} bei {seats} Plätzen (Reihenfolge: gebucht am, VHS, Belegung): VHS {owner} setzt "
        "sie auf die Warteliste oder storniert sie, oder VHS {master} erhöht TN max."
    ),
    "n_held": (
        "Export {export} der VHS {vhs} zeigte eine neue Zeile {booking_id} derselben Person; ob zusammengeführt wurde, "
        "zeigt ein vollständiger Export."
    ),
    "n_moved": "Bitte nach {successor} fragen.",
    "n_quarantine": (
        "Bei VHS {vhs} wurde eine Zeile beiseitegelegt, die wohl zu ihr gehört ({row}){reason}; koop-es quarantine "
        "show {id}."
    ),
    "n_no_export": "Von VHS {vhs} wurde noch kein Export übernommen.",
    "n_stale": "Der neueste übernommene Export der VHS {vhs}, {export} vom {at}{age}, ist älter als das.",
    "n_superseded": (
        "Seit {since} kamen von VHS {vhs} nur Exporte, die nicht neuer sind ({count}, zuletzt {export} am {at}): ihr "
        "Konnektor muss einen neuen mit der nächsten Folgenummer schreiben."
    ),
    "n_not_taken_in": (
        "Nach {since} kam am {at} Export {export} der VHS {vhs} und wurde {status}; warum, sagt koop-es quarantine "
        "list --all."
    ),
    "age_days": ", {count} Tage alt",
    "age_hours": ", {count} Stunden alt",
    "age_minutes": ", {count} Minuten alt",
    # headings of the answer
    "h_seen": "Wer was zeigt",
    "h_collided": "Was sich widersprach",
    "h_rules": "Was entschied",
    "h_otherwise": "Was sonst gewesen wäre",
    "h_violations": "Offene Verstöße",
    "h_now": "Was zu tun ist",
    "h_chain": "Wie es dazu kam, das Neueste zuerst",
    "h_persons": "Teilnehmer",
}
"""Name -> sentence or part of one."""
