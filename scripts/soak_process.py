"""What every process of a soak does first: it logs nothing, and the collector of cyclic garbage comes rarely."""

from __future__ import annotations

import gc

import structlog

YOUNG = 100_000
"""Objects made until the collector looks through the young ones: a seed makes some millions, hardly any in a cycle."""

ERROR = 50
"""Level of the log below which nothing is said."""


def quiet() -> None:
    """Log no lines."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(ERROR))


def prepare() -> None:
    """Log no lines, and keep the collector away from what is loaded once and lives as long as the process."""
    quiet()
    gc.collect()
    gc.freeze()
    gc.set_threshold(YOUNG, 20, 100)
