"""One export in, events out: plan and apply, the quarantine, and the commands that decide something themselves."""

from koop_es.domain.legacy import LegacyAbo
from koop_es.ingest.apply import ExportResult, ingest
from koop_es.ingest.commands import (
    Released,
    adopt_legacy,
    approve,
    assign_coop_id,
    claim_seat,
    close_release,
    confirm_terms,
    join_market,
    leave_market,
    release,
    subscribe,
    terminate_subscription,
    withdraw_release,
)

__all__ = [
    "ExportResult",
    "LegacyAbo",
    "Released",
    "adopt_legacy",
    "approve",
    "assign_coop_id",
    "claim_seat",
    "close_release",
    "confirm_terms",
    "ingest",
    "join_market",
    "leave_market",
    "release",
    "subscribe",
    "terminate_subscription",
    "withdraw_release",
]
