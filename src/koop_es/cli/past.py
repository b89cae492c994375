"""The question about the past, the same at every command that looks at read models."""

from __future__ import annotations

import click

from koop_es.replay.moments import position_of
from koop_es.store import Store

AT = click.option(
    "--at", metavar="POSITION|TIME|EXPORT", help="As of a position of the log, a time, or an export such as 563#42."
)


def position(store: Store, at: str | None) -> int | None:
    """Find the position that ``--at`` names, None where it was not given."""
    return position_of(store, at) if at is not None else None
