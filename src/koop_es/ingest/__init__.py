"""One export in, events out: plan and apply, the quarantine, and the commands that decide something themselves."""

from koop_es.ingest.apply import ExportResult, ingest
from koop_es.ingest.commands import (
    Released,
    approve,
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
    "Released",
    "approve",
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
