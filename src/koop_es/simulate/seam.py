"""A store that can be killed or fail at any statement, and in which another ingest can fall between two transactions.

It is the one seam of the rehearsal inside the engine, because nothing outside can stop an ingest at a chosen place and
do so again the same way.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any

from koop_es.store import Append, Row, Store, Tx
from koop_es.store.errors import StoreFull, at
from koop_es.store.record import NewRow


class Killed(BaseException):
    """The process dies here; nothing may catch it, as nothing catches a kill."""


class SeamStore(Store):
    """A store whose next statements are counted; what is to happen is armed for one ingest at a time.

    ``writes`` counts the transactions that may have changed what was read before.
    """

    kill_at: int = 0
    fail_at: int = 0
    writes: int = 0
    between: tuple[int, Callable[[], None]] | None = None

    def tick(self) -> None:
        """Count one statement, one begin or one commit; raises Killed or StoreFull when its time has come."""
        if self.kill_at > 0:
            self.kill_at -= 1
            if self.kill_at == 0:
                raise Killed
        if self.fail_at > 0:
            self.fail_at -= 1
            if self.fail_at == 0:
                raise at(StoreFull, "simulated store")

    def write(self) -> AbstractContextManager[Tx]:
        """Begin a transaction as ``Store`` does; first whatever is to fall in between happens."""
        if self.between is not None:
            left, happens = self.between
            self.between = (left - 1, happens) if left > 1 else None
            if left == 1:
                happens()
        self.writes += 1
        return self._watched(super().write()) if self.kill_at or self.fail_at else super().write()

    def reading(self) -> AbstractContextManager[Tx]:
        """Begin a reading transaction as ``Store`` does."""
        return self._watched(super().reading()) if self.kill_at or self.fail_at else super().reading()

    @contextmanager
    def _watched(self, transaction: AbstractContextManager[Tx]) -> Iterator[Tx]:
        self.tick()
        with transaction as tx:
            yield _Ticking(tx, self.tick)
            self.tick()  # all is written and not committed
        if self.kill_at:
            self.tick()  # all is committed and nobody was told


class _Ticking(Tx):
    """A transaction that counts before each statement."""

    def __init__(self, inner: Tx, tick: Callable[[], None]) -> None:
        super().__init__(writable=inner.writable)
        self._inner, self._tick = inner, tick

    def append(self, appends: Sequence[Append]) -> list[list[int]]:
        """Append between two ticks."""
        self._tick()
        return self._inner.append(appends)

    def rows(self, name: str, **params: Any) -> list[Row]:
        """Read after a tick."""
        self._tick()
        return self._inner.rows(name, **params)

    def each(self, name: str, **params: Any) -> Iterator[Row]:
        """Read row after row after a tick."""
        self._tick()
        return self._inner.each(name, **params)

    def copy(self, path: Path) -> None:
        """Copy the store after a tick."""
        self._tick()
        self._inner.copy(path)

    def run(self, name: str, **params: Any) -> int:
        """Write after a tick."""
        self._tick()
        return self._inner.run(name, **params)

    def run_many(self, name: str, rows: Iterable[Mapping[str, Any]]) -> None:
        """Write after a tick."""
        self._tick()
        self._inner.run_many(name, rows)

    def write_rows(self, name: str, rows: Iterable[Row]) -> None:
        """Write rows after a tick."""
        self._tick()
        self._inner.write_rows(name, rows)

    @property
    def schemas(self) -> Sequence[str]:
        """Name where tables are looked up."""
        return self._inner.schemas

    def create_log(self) -> None:
        """Make the library's table."""
        self._inner.create_log()

    def lock_log(self) -> None:
        """Take the lock of the log."""
        self._inner.lock_log()

    def _insert(self, rows: Sequence[NewRow]) -> int:
        return self._inner._insert(rows)
