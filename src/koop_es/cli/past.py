"""The question about the past, the same at every command that looks at read models."""

from __future__ import annotations

from datetime import datetime

import click

from koop_es.replay.moments import position_of, time_meant
from koop_es.store import Store

AT = click.option(
    "--at", metavar="POSITION|TIME|EXPORT", help="As of a position of the log, a time, or an export such as 563#42."
)


def position(store: Store, at: str | None) -> int | None:
    """Find the position that ``--at`` names, None where it was not given."""
    return position_of(store, at) if at is not None else None


def moment(store: Store, at: str | None) -> datetime | None:
    """Tell the time that ``--at`` means, None where it names a position or was not given."""
    return time_meant(store, at) if at is not None else None
