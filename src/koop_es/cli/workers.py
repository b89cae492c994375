"""The option by which work is divided between processes."""

from __future__ import annotations

import click

MOST_WORKERS = 16
"""Processes at most: each takes some 80 MB, and SQLite lets one of them write at a time."""

workers_option = click.option(
    "--workers",
    type=click.IntRange(1, MOST_WORKERS),
    default=1,
    show_default=True,
    help="Processes that share the work.",
)
