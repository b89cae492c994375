"""The rig, and the benches with every operation's moment, one of each kind for all tests of a worker."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conftest import MEMORY, PostgresServer
from tests.faults import disk
from tests.faults.bench import PostgresBench, SqliteBench
from tests.faults.rig import Rig, rig
from tests.faults.wire import Wire


@pytest.fixture(scope="session")
def the_rig() -> Iterator[Rig]:
    with tempfile.TemporaryDirectory(prefix="koop") as folder:  # not in memory: a library is a program
        library = None if disk.missing() else disk.compiled(Path(folder))
        with rig(library) as made:
            yield made


@pytest.fixture(scope="session")
def sqlite_bench(the_rig: Rig) -> Iterator[SqliteBench]:
    with tempfile.TemporaryDirectory(prefix="koop", dir=MEMORY if MEMORY.is_dir() else None) as folder:
        bench = SqliteBench(the_rig, Path(folder))
        bench.prepare()
        yield bench


@pytest.fixture(scope="session")
def wire(postgres_server: PostgresServer) -> Iterator[Wire]:
    with tempfile.TemporaryDirectory(prefix="kw", dir="/tmp") as home:  # a socket's path is short
        made = Wire(Path(home), postgres_server.home)
        yield made
        made.close()


@pytest.fixture(scope="session")
def postgres_bench(
    the_rig: Rig, tmp_path_factory: pytest.TempPathFactory, postgres_server: PostgresServer, wire: Wire
) -> Iterator[PostgresBench]:
    bench = PostgresBench(the_rig, tmp_path_factory.mktemp("bench"), postgres_server, wire)
    bench.prepare()
    yield bench
    bench.drop()
