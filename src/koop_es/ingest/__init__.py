"""One export in, events out: plan and apply, the quarantine, and the commands that decide something themselves."""

from koop_es.domain.legacy import LegacyAbo
from koop_es.ingest.abos import confirm_terms, subscribe, terminate_subscription
from koop_es.ingest.arrival import ExportResult
from koop_es.ingest.cancelling import confirm
from koop_es.ingest.giving import give_out
from koop_es.ingest.intake import ingest
from koop_es.ingest.legacies import adopt_legacy, assign_coop_id
from koop_es.ingest.markets import join_market, leave_market
from koop_es.ingest.releases import Released, close_release, release, withdraw_release
from koop_es.ingest.restoring import restore_booking, restore_course
from koop_es.ingest.seating import approve, claim_seat, of_forgotten
from koop_es.ingest.withdrawing import withdraw_export

__all__ = [
    "ExportResult",
    "LegacyAbo",
    "Released",
    "adopt_legacy",
    "approve",
    "assign_coop_id",
    "claim_seat",
    "close_release",
    "confirm",
    "confirm_terms",
    "give_out",
    "ingest",
    "join_market",
    "leave_market",
    "of_forgotten",
    "release",
    "restore_booking",
    "restore_course",
    "subscribe",
    "terminate_subscription",
    "withdraw_export",
    "withdraw_release",
]
