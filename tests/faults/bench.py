"""Stores at the moment before each operation, of either kind, as often as they are wanted."""

from __future__ import annotations

import io
import os
import shutil
from abc import ABC, abstractmethod
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path

import psycopg
import pytest

from koop_es.cli.entry import run
from tests.acceptance.console import Reply
from tests.conftest import PostgresServer
from tests.faults.downgrade import downgrade
from tests.faults.operations import OPERATIONS, Operation, RigConsole, tell
from tests.faults.picture import Picture, picture
from tests.faults.rig import KILLED, SETTINGS, Ending, Fault, Rig
from tests.faults.wire import Break, Side, Snap, Wire

CATALOGUES = (
    "pg_class, pg_attribute, pg_attrdef, pg_constraint, pg_depend, pg_index, pg_type, pg_sequence, pg_statistic"
)
"""Where PostgreSQL keeps what a store is made of: rows of hundreds that were dropped would have to be passed over."""


@dataclass(frozen=True)
class Moment:
    """An operation with its words, and what the store holds before it and after a calm run of it."""

    operation: Operation
    words: tuple[str, ...]
    before: Picture
    after: Picture


class Bench(ABC):
    """The story told once, and every moment of it kept."""

    def __init__(self, rig: Rig, folder: Path) -> None:
        self.rig, self.folder = rig, folder
        self.moments: dict[str, Moment] = {}

    def prepare(self) -> None:
        """Tell the story and keep the moments; then run every operation calmly on its moment."""
        words: dict[str, tuple[str, ...]] = {}

        def before(name: str, said: tuple[str, ...]) -> None:
            words[name] = said
            self._keep(name)

        tell(RigConsole(self.url, self.rig), self.folder / "exports", before)
        for name, operation in OPERATIONS.items():
            self.fresh(name)
            held = picture(self.url)
            reply = self.calmly(words[name])
            assert reply.status == operation.ends, (name, reply)
            self.moments[name] = Moment(operation, words[name], held, picture(self.url))
            assert self.moments[name].after != held, f"{name} changes nothing"

    def run(self, moment: Moment, fault: Fault) -> Ending:
        """Run a moment's operation under a fault."""
        return self.rig.run(*self.full(moment.words), fault=fault)

    def calmly(self, words: tuple[str, ...]) -> Reply:
        """Run a command without any fault, in this process."""
        out, err = io.StringIO(), io.StringIO()
        with redirect_stdout(out), redirect_stderr(err), pytest.MonkeyPatch.context() as patch:
            for name in [name for name in os.environ if name.startswith("KOOP_")]:
                patch.delenv(name)
            for name, value in SETTINGS.items():
                patch.setenv(name, value)
            status = run(self.full(words), as_json=True)
        return Reply(status, out.getvalue(), err.getvalue())

    def full(self, words: tuple[str, ...]) -> list[str]:
        return [*RigConsole(self.url, self.rig).words(*words), "--json"]

    @property
    @abstractmethod
    def url(self) -> str:
        """The one store that operations run on."""

    @abstractmethod
    def fresh(self, name: str) -> None:
        """Put the store back to the moment before an operation."""

    @abstractmethod
    def _keep(self, name: str) -> None:
        """Keep the store as it is, as the moment before an operation."""


class SqliteBench(Bench):
    """Moments as files."""

    @property
    def file(self) -> Path:
        return self.folder / "koop.db"

    @property
    def url(self) -> str:
        return f"sqlite:///{self.file}"

    def fresh(self, name: str) -> None:
        for left in self.folder.glob("koop.db*"):
            left.unlink()
        if (kept := self._kept(name)).exists():
            shutil.copyfile(kept, self.file)

    def _keep(self, name: str) -> None:
        # Whoever used the store last has closed it and left nothing in a write-ahead log.
        assert not self.file.with_name("koop.db-wal").exists()
        if self.file.exists():
            shutil.copyfile(self.file, self._kept(name))

    def _kept(self, name: str) -> Path:
        return self.folder / f"{name}.moment"


ABOVE_ALL = 1_000_000
"""Where numbers of rows go on: above those of all rows that are copied, or writing would try them one by one."""

KEPT = "kept_"
"""How the names of copied tables begin: under their own names they were another store in the same database."""


class PostgresBench(Bench):
    """Moments as copies of all tables, each in a schema of its own; operations under a fault go over the wire."""

    def __init__(self, rig: Rig, folder: Path, server: PostgresServer, wire: Wire) -> None:
        super().__init__(rig, folder)
        self.server, self.wire = server, wire
        self.name = server.create_database()
        self._admin = psycopg.connect(self.url, autocommit=True)

    @property
    def url(self) -> str:
        return self.server.url(self.name)

    def run(self, moment: Moment, fault: Fault) -> Ending:
        snap: Snap = fault["snap"]
        self.wire.arm(snap)
        words = [word.replace(self.url, self.wire.url(self.name)) for word in self.full(moment.words)]
        kind = "impatience" if snap.how is Break.DOWN else "wire"
        ended = self.rig.run(*words, fault={"kind": kind, "killing": snap.how is Break.KILL})
        self.wire.arm(Snap(Side.CLIENT, 0))
        return Ending(ended.reply, snap.points if ended.status != KILLED else -1, tuple(snap.kinds))

    def fresh(self, name: str) -> None:
        tables = self._tables(name)
        if not tables:
            self._execute("DROP SCHEMA public CASCADE", "CREATE SCHEMA public")
            self._execute(f"VACUUM {CATALOGUES}")
            return
        if not self._is_current(self._tables("public")):
            assert self.calmly(("init",)).status == 0
        if not self._is_current(tables):
            downgrade(self.url)
        self._execute(
            f"SELECT setval(format('%I.%I', schemaname, sequencename)::regclass, {ABOVE_ALL}) FROM pg_sequences "  # noqa: S608
            f"WHERE coalesce(last_value, 0) < {ABOVE_ALL}"
        )
        with self._admin.transaction():
            self._execute(*(f"DELETE FROM public.{table}" for table in self._tables("public")))  # noqa: S608
            self._execute(
                *(f'INSERT INTO public.{t} OVERRIDING SYSTEM VALUE SELECT * FROM "{name}".{KEPT}{t}' for t in tables)  # noqa: S608
            )

    @staticmethod
    def _is_current(tables: list[str]) -> bool:
        return "koop_members" in tables

    def _keep(self, name: str) -> None:
        self._execute(f'CREATE SCHEMA "{name}"')
        self._execute(*(f'CREATE TABLE "{name}".{KEPT}{t} AS TABLE public.{t}' for t in self._tables("public")))

    def _tables(self, schema: str) -> list[str]:
        found = self._admin.execute("SELECT tablename FROM pg_tables WHERE schemaname = %s", (schema,))
        return [name.removeprefix(KEPT) for (name,) in found]

    def _execute(self, *statements: str) -> None:
        if statements:
            self._admin.execute(";".join(statements).encode())

    def drop(self) -> None:
        """Leave nothing behind."""
        self._admin.close()
        self.server.drop_database(self.name)
