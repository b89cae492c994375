"""What events say in German, in the words of the admin programs and their handbooks."""

from __future__ import annotations

from koop_es.domain import events as e

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
    e.CourseRenumbered: "der Kurs hat bei VHS {vhs} jetzt Nummer {course_number} ({period}); die COOP-Id gilt weiter",
    e.CourseCancelled: "Ausfall: VHS {vhs} hat den Kurs abgesagt; alle Belegungen bekommen Status S",
    e.CourseWentBack: (
        "das Programm der VHS {vhs} zeigt den Kurs wie in Export {moment}: es wurde zurückgesetzt; nichts zählt{lost}"
    ),
    e.CourseRestored: "VHS {vhs} hat entschieden: was ihr Programm vom Kurs verlor, wird neu geschrieben ({reason})",
    e.FormerFactsConfirmed: "VHS {vhs} hat entschieden, dass die früheren Werte in ihrem Programm gelten ({reason})",
    e.ProgramWentBack: (
        "das Programm der VHS {vhs} wurde auf Export {moment} zurückgesetzt: {gone} Dinge fehlen oder sind wie zuvor"
    ),
    e.CourseReinstated: "VHS {vhs} nahm den Ausfall zurück: der Kurs findet statt, was nur er storniert hatte, gilt",
    e.ReinstatementDelivered: "VHS {vhs} zeigt den Kurs wieder ohne Ausfall",
    e.CourseVanished: (
        "der Kurs fehlt in einem vollständigen Export der VHS {vhs}; nirgends wird etwas gelöscht oder storniert"
    ),
    e.CourseArchived: (
        "der Kurs ist vorbei und steht nicht mehr in den Exporten der VHS {vhs}; seine Belegungen bleiben und werden "
        "abgerechnet"
    ),
    e.CourseReappeared: "der Kurs ist bei VHS {vhs} wieder da",
    e.CoopIdDelivered: "die COOP-Id steht bei VHS {vhs} in „Externe Kurs-Nr.“",
    e.CoopIdAltered: (
        "die COOP-Id wurde bei VHS {vhs} verändert: in „Externe Kurs-Nr.“ steht „{found}“; der Kurs ruht dort"
    ),
    e.CoopIdAssigned: "der Kurs wird unter {successor} weitergeführt",
    e.CoopIdTaken: "führt {predecessor} weiter, alles davor geschah dort",
    e.BookingMade: "VHS {vhs} hat die Belegung {ref} mit Status {status.value} eingetragen",
    e.BookingAmended: "VHS {vhs} hat ihre Belegung {ref} geändert: {news}",
    e.BookingPromoted: "die Belegung {ref} ist von der Warteliste auf einen Platz gerückt",
    e.BookingCancelled: "VHS {vhs} hat die Belegung {ref} storniert",
    e.BookingDelivered: "die Belegung {ref} ist bei VHS {vhs} mit Status {status.value} angekommen",
    e.BookingReported: "VHS {vhs} zeigt die Belegung {ref} anders als zuvor, ohne darüber zu entscheiden: {news}",
    e.CancellationDelivered: "der Status S der Belegung {ref} ist bei VHS {vhs} angekommen",
    e.BookingArchived: (
        "der Kurs ist vorbei, Belegung {ref} fehlt jetzt in den Exporten der VHS {vhs}; sie wird abgerechnet"
    ),
    e.BookingUnclaimed: "ein vollständiger Export der VHS {vhs} kennt die Belegung {ref} nicht: niemand ist storniert",
    e.BookingVanished: (
        "die Belegung {ref} fehlt in einem vollständigen Export der VHS {vhs}: ein Verdacht, niemand wird storniert"
    ),
    e.BookingReappeared: "die Belegung {ref} ist bei VHS {vhs} wieder da",
    e.OrphanDetected: "die Belegung {ref} wurde bei VHS {vhs} entfernt: Status S bei allen anderen VHSen",
    e.OrphanWithheld: (
        "die Belegung {ref} fehlt bei VHS {vhs} zusammen mit auffällig vielen anderen: ihr Status S wird "
        "zurückgehalten ({withheld_id})"
    ),
    e.EffectWithheld: (
        "was VHS {vhs} bei {what} zeigt, träfe auf einmal zu viele andere: es wird zurückgehalten ({withheld_id})"
    ),
    e.EffectDropped: "was bei {what} der VHS {vhs} zurückgehalten war, ist hinfällig: niemand hat davon erfahren",
    e.MirrorLost: "die Kopie der Belegung {ref} fehlt bei VHS {vhs} in ihrem Kurs: deshalb wird niemand storniert",
    e.BookingMoved: "VHS {vhs} hat die Belegung {ref} in Kurs {course_number} ({period}) umgebucht: S, wo sie stand",
    e.AbsencesSuspended: "ob VHS {vhs} {refs} noch führt, ist nicht zu sagen: {reason}; es zählt nicht",
    e.AbsencesResumed: "die Exporte der VHS {vhs} sagen wieder, wer im Kurs fehlt",
    e.BookingReinstated: "VHS {vhs} zeigt die Belegung {ref} wieder, die nur als verwaist storniert war",
    e.BookingQuestioned: (
        "die Belegung {ref} fehlt bei VHS {vhs} oder ist wie früher, und das beweist nichts: es wird nachgefragt"
    ),
    e.BookingWentBack: "die Belegung {ref} zeigt bei VHS {vhs}, was vor dem Zurücksetzen war: keine Meldung",
    e.BookingRestored: (
        "VHS {vhs} hat entschieden, dass die Belegung {ref} besteht: sie wird dort wieder geschrieben ({reason})"
    ),
    e.RemovalConfirmed: (
        "VHS {vhs} hat entschieden: was sie von der Belegung {ref} zeigt, oder dass sie fehlt, gilt ({reason})"
    ),
    e.ExportWithdrawn: "der Export {export} der VHS {vhs} wurde zurückgenommen: {reason}",
    e.RevisionWithdrawn: "der Kurs ist wieder wie vor einem zurückgenommenen Export der VHS {vhs}: {facts}",
    e.CancellationWithdrawn: (
        "dass die VHS {vhs} die Belegung {ref} storniert oder verloren hat, zählt nicht mehr, weil ein Export "
        "zurückgenommen wurde"
    ),
    e.AmendmentWithdrawn: "die Belegung {ref} ist wieder wie vor einem zurückgenommenen Export der VHS {vhs}: {news}",
    e.ParticipantsMerged: (
        "bei VHS {vhs} wurden Teilnehmer zusammengeführt: die Belegung {ref} läuft unter TNR {participant_no} weiter"
    ),
    e.MergeSuspected: (
        "VHS {vhs} zeigt für die Person der Belegung {ref} eine neue Zeile {booking_id}: erst ein vollständiger "
        "Export klärt, ob zusammengeführt wurde"
    ),
    e.RegistrationHeld: (
        "VHS {vhs} zeigt eine neue Zeile {booking_id}, die {ref} sein kann, was noch nicht zu sagen ist: sie wartet"
    ),
    e.HoldEnded: ("die Zeile {booking_id} der VHS {vhs}, die die Belegung {ref} hätte sein können, wartet nicht mehr"),
    e.BookingRekeyed: (
        "die Belegung {ref} läuft bei VHS {vhs} unter der Beleg-ID {booking_id} weiter: niemand wird storniert{likely}"
    ),
    e.BelegIdReused: (
        "VHS {vhs} hat die Beleg-ID {booking_id} der Belegung {former} an eine andere Anmeldung vergeben: {ref}"
    ),
    e.ParticipantReplaced: "an der Belegung {ref} nimmt bei VHS {vhs} eine andere Person teil: sie läuft weiter",
    e.MirrorUnreferenced: "die Zeile {booking_id} der VHS {vhs} ist die Kopie von {ref} ohne ihre Koop-Beleg-ID",
    e.MirrorReferenced: "die Kopie von {ref} bei VHS {vhs} hat ihre Koop-Beleg-ID",
    e.MirrorDoubled: "die Belegung {ref} steht bei VHS {vhs} in mehreren Zeilen ({rows}): es ist ein Platz",
    e.MirrorSingle: "die Belegung {ref} steht bei VHS {vhs} wieder in einer Zeile",
    e.UnknownStatusSeen: "die Belegung {ref} zeigt bei VHS {vhs} den Status „{raw_status}“: sie ruht dort",
    e.ChangesGivenOut: "VHS {vhs} bekam ihre Änderungsliste: {told}",
    e.ChangesSetAside: (
        "zurückgestellte Zeilen der VHS {vhs} können sein, was ausgegeben wurde; ob es eingetragen ist, lässt sich "
        "nicht sagen: {told}"
    ),
    e.FormerChangesNotSeen: "ein vollständiger Export der VHS {vhs} zeigt nicht, was nicht mehr gelten soll: {told}",
    e.ChangesNotSeen: "ein vollständiger Export der VHS {vhs} zeigt nicht, was ausgegeben wurde: {told}",
    e.CancellationUnclear: ("ist die Belegung {ref} storniert? VHS {vhs} {why}; darüber wird nichts geschrieben"),
    e.CancellationConfirmed: "bei VHS {vhs} bestätigt: die Belegung {ref} ist storniert, überall S ({reason})",
    e.CancellationRejected: (
        "bei VHS {vhs} verworfen: die Belegung {ref} ist nicht storniert, A wird geschrieben ({reason})"
    ),
    e.ViolationOpened: "Verstoß gemeldet",
    e.ViolationClosed: "{code} bei VHS {vhs} erledigt",
    e.ViolationAcknowledged: "{code} bei VHS {vhs} quittiert: {reason}",
    e.ExportApplied: "Export übernommen: {rows} Zeilen, {events} Ereignisse",
    e.SequenceRestarted: "die Exporte der VHS {vhs} zählen ab {since} neu: {reason}",
    e.MarketJoined: "VHS {vhs} ist dem Markt beigetreten",
    e.MarketLeft: "VHS {vhs} hat den Markt verlassen",
}
